/** A text in the two languages that the product speaks. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}
