import bwipjs from 'bwip-js/node';
import type { Element } from './gs1-arbitraries.ts';

/** BWIPP refuses what breaks the rules of the GS1 system: an opinion that owes nothing to our code. */

function encodes(bcid: string, text: string, requisites: boolean): boolean {
  try {
    const options: { bcid: string; text: string; lintreqs?: boolean } = { bcid, text };
    if (!requisites) {
      options.lintreqs = false;
    }
    bwipjs.raw(options);
    return true;
  } catch (error) {
    // That no symbol is large enough says nothing about the data.
    return /datamatrixNoValidSymbol/i.test(String(error));
  }
}

/**
 * @param requisites whether AIs that need others must have them.
 * @returns whether BWIPP accepts the elements; their values must not hold an opening bracket.
 */
export function bwippAccepts(elements: readonly Element[], requisites = true): boolean {
  const text = elements.map(({ ai, value }) => `(${ai})${value}`).join('');
  return encodes('gs1datamatrix', text, requisites);
}

/** @returns whether BWIPP accepts the Digital Link. */
export function bwippAcceptsLink(link: string): boolean {
  return encodes('gs1dldatamatrix', link, true);
}
