/** Symbology identifiers, ISO/IEC 15424: what a scanner says that it has read, in front of the data. */

/** What follows, and where it begins. */
export type Symbol =
  | { readonly carries: 'elements'; readonly end: number }
  | { readonly carries: 'article-number'; readonly end: number; readonly digits: 8 | 13 }
  | { readonly carries: 'unsupported' }
  | { readonly carries: 'anything'; readonly end: number };

/**
 * Symbols with FNC1 in the first position hold element strings (GS1 General Specifications 7.8): GS1-128, GS1
 * DataBar and Composite, GS1 DataMatrix, GS1 QR Code, GS1 DotCode.
 */
const elementCarriers: ReadonlySet<string> = new Set([']C1', ']e0', ']d2', ']Q3', ']J1']);

/** FNC1 in the second position: data of an industry that AIM named, not GS1's. */
const foreignCarriers: ReadonlySet<string> = new Set([']C2', ']d3', ']Q5']);

/** @returns what the symbol carries; without an identifier, and in symbols for all purposes, anything. */
export function readSymbologyIdentifier(text: string): Symbol {
  if (text.charCodeAt(0) !== 0x5d || text.length < 3) {
    return { carries: 'anything', end: 0 };
  }
  const identifier = text.slice(0, 3);
  if (elementCarriers.has(identifier)) {
    return { carries: 'elements', end: 3 };
  }
  if (identifier === ']E0') {
    return { carries: 'article-number', end: 3, digits: 13 };
  }
  if (identifier === ']E4') {
    return { carries: 'article-number', end: 3, digits: 8 };
  }
  return foreignCarriers.has(identifier) ? { carries: 'unsupported' } : { carries: 'anything', end: 3 };
}
