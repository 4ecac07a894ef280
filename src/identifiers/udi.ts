import type { PlacedElement } from './ai-associations.ts';
import type { ReadElements, UdiElement } from './ai-elements.ts';
import { readBracketedText } from './bracketed-text.ts';
import { isoDateOfYymmdd, parseIsoDate, referenceYearByDefault } from './calendar-date.ts';
import { isDigits } from './check-digit.ts';
import { canonicalBase, linkOf, readDigitalLink } from './digital-link.ts';
import { readElementString, separator } from './element-string.ts';
import { type Finding, faultOf, type UdiFault } from './faults.ts';
import type { Gln } from './gln.ts';
import { type Gtin, parseGtin } from './gtin.ts';
import { readHibc, readHibcDeviceIdentifier } from './hibc.ts';
import { readMa } from './ma.ts';
import type { Sscc } from './sscc.ts';
import { readSymbologyIdentifier } from './symbology-identifier.ts';
import type { ReadScheme, UdiForm, UdiIdentifiers } from './udi-contents.ts';

/** One parser for what a scanner sends or a person types as the UDI of a device. */

export type IssuingAgency = 'gs1' | 'hibcc' | 'nmpa-ma' | 'ahm';

/** Where a UDI counts: China, the United States, the European Union. */
export type UdiJurisdiction = 'cn' | 'us' | 'eu';

export interface Udi {
  readonly issuingAgency: IssuingAgency;
  readonly form: UdiForm;
  readonly elements: readonly UdiElement[];
  readonly identifiers: Readonly<UdiIdentifiers>;
  readonly udiIn: readonly UdiJurisdiction[];
  /** The canonical GS1 Digital Link, or null where the identifiers make none. */
  readonly digitalLink: string | null;
}

export type ParsedUdi =
  | { readonly ok: true; readonly udi: Udi }
  | { readonly ok: false; readonly fault: UdiFault };

export interface ParseUdiOptions {
  /** Today, `YYYY-MM-DD`: it decides the century of two-digit years. Without it 2026 does. */
  readonly today?: string;
  /** Accept GTIN-8, -12 and -13 in the path of a Digital Link, as links before 2022 have them. */
  readonly shortGtinsInLinks?: boolean;
}

/** In UTF-16 code units. The longest symbol holds 7,089 digits; what is longer is no scan. */
const textAtMost = 8192;

/**
 * Reads a UDI in any of its forms. Nothing that is sent makes it throw, and the time is linear in the length.
 * @returns the UDI, or the first fault with its offset in the text as sent.
 */
export function parseUdi(text: string, options: ParseUdiOptions = {}): ParsedUdi {
  if (text.length > textAtMost) {
    return refused({ code: 'udi/too-long', position: textAtMost });
  }
  const trimmed = text.replace(/[\r\n\t]+$/, '');
  if (trimmed.trim() === '') {
    return refused({ code: 'udi/empty', position: 0 });
  }
  return recognise(trimmed, options);
}

function recognise(text: string, options: ParseUdiOptions): ParsedUdi {
  const year = referenceYear(options);
  const symbol = readSymbologyIdentifier(text);
  switch (symbol.carries) {
    case 'elements':
      return ofGs1('elementString', readElementString(text, symbol.end), year);
    case 'article-number':
      return ofArticleNumber(text, symbol.end, symbol.digits, year);
    case 'unsupported':
      return refused({ code: 'udi/unsupported', position: 0 });
    case 'anything':
      return recognisePlain(text.slice(symbol.end), symbol.end, year, options);
    default: {
      const impossible: never = symbol;
      throw new Error(`unreachable: ${JSON.stringify(impossible)}`);
    }
  }
}

/** Recognises by the first characters; `before` characters of the text as sent are gone already. */
function recognisePlain(text: string, before: number, year: number, options: ParseUdiOptions): ParsedUdi {
  const first = text.charAt(0);
  if (
    isDigits(text) &&
    (text.length === 14 || text.length === 13 || text.length === 12 || text.length === 8)
  ) {
    return ofTypedGtin(text, before);
  }
  if (first >= '0' && first <= '9') {
    return moved(ofGs1('elementString', readElementString(text, 0), year), before);
  }
  if (first === separator || (first === '^' && before === 0)) {
    // FNC1 in front, as some scanners send it, and as GS1's own tools write it.
    const sent = first === '^' ? text.replaceAll('^', separator) : text;
    return moved(ofGs1('elementString', readElementString(sent, 1), year), before);
  }
  if (first === '(' || first === '\uff08') {
    return moved(ofGs1('bracketed', readBracketedText(text), year), before);
  }
  if (/^https?:/i.test(text)) {
    const read = readDigitalLink(text, { shortGtins: options.shortGtinsInLinks === true });
    return moved(ofGs1('digitalLink', read, year), before);
  }
  return moved(ofOtherScheme(text, year), before);
}

function ofOtherScheme(text: string, year: number): ParsedUdi {
  if (text.startsWith('+') || text.startsWith('*+')) {
    return ofScheme('hibcc', readHibc(text, text.indexOf('+'), year));
  }
  if (text.startsWith('MA.')) {
    return ofScheme('nmpa-ma', readMa(text, year));
  }
  // AHM: Alibaba Health publishes no syntax that a parser could follow. `=` and `&`: ISBT 128 of ICCBBA.
  if (/^(?:AHM|[=&])/.test(text)) {
    return refused({ code: 'udi/unsupported', position: 0 });
  }
  return ofScheme('hibcc', readHibcDeviceIdentifier(text));
}

function referenceYear(options: ParseUdiOptions): number {
  const today = options.today === undefined ? undefined : parseIsoDate(options.today.slice(0, 10));
  return today === undefined ? referenceYearByDefault : Number(today.slice(0, 4));
}

function refused(finding: Finding): ParsedUdi {
  return { ok: false, fault: faultOf(finding) };
}

function moved(parsed: ParsedUdi, by: number): ParsedUdi {
  if (parsed.ok || by === 0) {
    return parsed;
  }
  return { ok: false, fault: { ...parsed.fault, position: parsed.fault.position + by } };
}

/** A GTIN as a person types it, or as a scanner reads it from a plain article symbol. */
function ofTypedGtin(digits: string, position: number): ParsedUdi {
  const gtin = parseGtin(digits);
  return gtin === undefined
    ? refused({ code: 'udi/check-digit', position: position + digits.length - 1, ai: '01' })
    : ofGtin(gtin);
}

function ofGtin(gtin: Gtin): ParsedUdi {
  return {
    ok: true,
    udi: {
      issuingAgency: 'gs1',
      form: 'gtin',
      elements: [{ ai: '01', value: gtin }],
      identifiers: { deviceIdentifier: gtin, gtin },
      udiIn: ['cn', 'us', 'eu'],
      digitalLink: `${canonicalBase}/01/${gtin}`,
    },
  };
}

/** An EAN/UPC symbol, perhaps with a composite component that starts a new message, `|]e0`. */
function ofArticleNumber(text: string, start: number, digits: number, year: number): ParsedUdi {
  const number = text.slice(start, start + digits);
  if (number.length < digits || !isDigits(number)) {
    return refused({
      code: number.length < digits ? 'udi/length' : 'udi/character',
      position: start,
      ai: '01',
    });
  }
  const typed = ofTypedGtin(number, start);
  const rest = text.slice(start + digits);
  if (!typed.ok || rest === '') {
    return typed;
  }
  const mark = '|]e0';
  if (!rest.startsWith(mark)) {
    return refused({ code: 'udi/length', position: start + digits, ai: '01' });
  }
  const component = `01${number.padStart(14, '0')}${rest.slice(mark.length)}`;
  return moved(ofGs1('elementString', readElementString(component, 0), year), text.length - component.length);
}

function ofScheme(issuingAgency: IssuingAgency, read: ReadScheme): ParsedUdi {
  if (!read.ok) {
    return refused(read.finding);
  }
  const { form, elements, identifiers } = read;
  const complete = identifiers.deviceIdentifier !== undefined;
  // HIBC is no UDI in China, and MA is one nowhere else (NMPA announcement 66 of 2019; Regulation (EU) 2019/939).
  const udiIn: readonly UdiJurisdiction[] = issuingAgency === 'hibcc' ? ['us', 'eu'] : ['cn'];
  return {
    ok: true,
    udi: { issuingAgency, form, elements, identifiers, udiIn: complete ? udiIn : [], digitalLink: null },
  };
}

function ofGs1(form: UdiForm, read: ReadElements, year: number): ParsedUdi {
  if (!read.ok) {
    return refused(read.finding);
  }
  const identifiers: UdiIdentifiers = {};
  const elements: UdiElement[] = [];
  for (const element of read.elements) {
    elements.push({ ai: element.rules.ai, value: element.value });
    keep(element, identifiers, year);
  }
  return {
    ok: true,
    udi: {
      issuingAgency: 'gs1',
      form,
      elements,
      identifiers,
      udiIn: identifiers.gtin === undefined ? [] : ['cn', 'us', 'eu'],
      digitalLink: linkOf(canonicalBase, read.elements) ?? null,
    },
  };
}

/** The value was checked against its AI's rules, so that the brands below are earned. */
function keep({ rules, value }: PlacedElement, kept: UdiIdentifiers, year: number): void {
  switch (rules.ai) {
    case '01':
      kept.gtin = value as Gtin;
      kept.deviceIdentifier = value;
      break;
    case '10':
      kept.lot = value;
      break;
    case '21':
      kept.serial = value;
      break;
    case '11':
      setDate(kept, 'manufacturedOn', value, year);
      break;
    case '13':
      setDate(kept, 'packagedOn', value, year);
      break;
    case '15':
      setDate(kept, 'bestBefore', value, year);
      break;
    case '17':
      setDate(kept, 'expiresOn', value, year);
      break;
    case '7003':
      // Expiry to the minute; where the label has both, (17) is the day.
      if (kept.expiresOn === undefined) {
        setDate(kept, 'expiresOn', value.slice(0, 6), year);
      }
      break;
    case '8008':
      if (kept.manufacturedOn === undefined) {
        setDate(kept, 'manufacturedOn', value.slice(0, 6), year);
      }
      break;
    case '00':
      kept.sscc = value as Sscc;
      break;
    case '02':
      kept.contentGtin = value as Gtin;
      break;
    case '30':
    case '37':
      kept.quantity = Number(value);
      break;
    case '240':
      kept.additionalIdentifier = value;
      break;
    case '414':
      kept.gln = value as Gln;
      break;
    default:
  }
}

type DateName = 'manufacturedOn' | 'packagedOn' | 'bestBefore' | 'expiresOn';

function setDate(kept: UdiIdentifiers, name: DateName, value: string, year: number): void {
  const date = isoDateOfYymmdd(value, year);
  if (date !== undefined) {
    kept[name] = date;
  }
}
