/** Reading the address behind a label's QR code: GS1 Digital Link, with the options of a resolver. Pure. */
import type { UdiElement } from '../identifiers/ai-elements.ts';
import { faultOf } from '../identifiers/faults.ts';
import { parseUdi } from '../identifiers/udi.ts';

/** What the label says: the device, and dates that the record must agree with. */
export interface LabelLink {
  /** GTIN-14, of a product or of one of its packages. */
  readonly gtin: string;
  readonly lot?: string;
  readonly serial?: string;
  readonly label: LabelDates;
}

/** `YYYY-MM-DD`, of the query attributes 17 and 11. */
export interface LabelDates {
  readonly expiresOn?: string;
  readonly manufacturedOn?: string;
}

/** What is asked for beside the device; GS1 keeps these names out of the AIs (URI Syntax 4.10.1). */
export interface LinkOptions {
  readonly linkType?: string;
  readonly lang?: string;
  /** The query as it was sent, without `linkType` and `lang` and the question mark. */
  readonly rest: string;
}

export type ReadLink =
  | { readonly ok: true; readonly link: LabelLink; readonly options: LinkOptions }
  | { readonly ok: false; readonly fault: LinkFault };

/** What is wrong with an address, and in which part of it. */
export interface LinkFault {
  readonly zh: string;
  readonly en: string;
  /** As it was sent. */
  readonly part: string;
}

/** Any host: the parser reads whole addresses. */
const origin = 'https://label.example';

/**
 * @param target path and query as they were sent, or a whole address
 * @param today for the century of two-digit years, `YYYY-MM-DD`
 */
export function readLabelLink(target: string, today: string): ReadLink {
  const [sentPath = '', ...rest] = target.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  const query = rest.join('?');
  // A slash at the end is tolerated, as the resolver standard wants it (2.13).
  const path = sentPath.replace(/(.)\/$/, '$1');
  const text = `${path}${query === '' ? '' : `?${query}`}`;
  const parsed = parseUdi(`${origin}${text}`, { today, shortGtinsInLinks: true });
  if (!parsed.ok) return refused(parsed.fault, text, parsed.fault.position - origin.length);
  const { elements, identifiers } = parsed.udi;
  const { gtin, lot, serial, expiresOn, manufacturedOn } = identifiers;
  if (gtin === undefined || !beginsWithGtin(path, elements)) {
    return refused(faultOf({ code: 'udi/digital-link', position: 0 }), text, 1);
  }
  const asked = new URLSearchParams(query);
  const linkType = asked.get('linkType');
  const lang = asked.get('lang');
  return {
    ok: true,
    link: {
      gtin,
      ...(lot === undefined ? {} : { lot }),
      ...(serial === undefined ? {} : { serial }),
      label: {
        ...(expiresOn === undefined ? {} : { expiresOn }),
        ...(manufacturedOn === undefined ? {} : { manufacturedOn }),
      },
    },
    options: {
      ...(linkType === null ? {} : { linkType }),
      ...(lang === null ? {} : { lang }),
      rest: otherQuery(target),
    },
  };
}

/** @returns the query as it was sent, without what a resolver is asked for and without the question mark */
export function otherQuery(target: string): string {
  const [, ...query] = target.split('?');
  return query
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && !/^(linkType|lang)(=|$)/.test(pair))
    .join('&');
}

/**
 * The parser takes the last key of a path for the link's and what comes before it for a stem. Here nothing comes
 * before: `/01/{one}/01/{another}` names two products, and a person would read the first.
 */
function beginsWithGtin(path: string, [key]: readonly UdiElement[]): boolean {
  const [, ai, value = '', ...qualifiers] = path.split('/');
  const again = qualifiers.some((part, index) => index % 2 === 0 && part === '01');
  return ai === '01' && !again && key?.ai === '01' && value.padStart(14, '0') === key.value;
}

/** @returns the fault with the part of the address in which it lies: from one separator to the next. */
function refused({ zh, en }: { zh: string; en: string }, text: string, position: number): ReadLink {
  const at = Math.max(0, Math.min(position, text.length));
  const start = Math.max(...['/', '?', '&'].map((mark) => text.lastIndexOf(mark, at - 1))) + 1;
  const length = text.slice(at).search(/[/?&]/);
  const part = text.slice(start, length < 0 ? text.length : at + length).slice(0, 100);
  return { ok: false, fault: { zh, en, part } };
}
