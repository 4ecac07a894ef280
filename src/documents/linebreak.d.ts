/** The line breaking opportunities of Unicode Standard Annex #14; the package brings no types. */
declare module 'linebreak' {
  export default class LineBreaker {
    constructor(text: string);
    /** The next opportunity: an index in UTF-16 units, and whether a break is demanded there. */
    nextBreak(): { readonly position: number; readonly required: boolean } | null;
  }
}
