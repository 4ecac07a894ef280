/** What there is to say of an expected failure. */
export interface FailureKind {
  /** Of HTTP. */
  readonly status: number;
  /** One sentence for people, in each language. */
  readonly zh: string;
  readonly en: string;
}

export type FailureTable = Readonly<Record<string, FailureKind>>;
