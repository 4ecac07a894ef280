/** What a label says, as plain data; and the identifiers that its symbols carry. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { SterilisationMethod } from '../catalogue/product.ts';
import { Failure, type InputFault } from '../errors.ts';
import type { BuiltText, UdiElement } from '../identifiers/ai-elements.ts';
import { parseIsoDate, yymmddOfIsoDate } from '../identifiers/calendar-date.ts';
import { digitalLink } from '../identifiers/digital-link.ts';
import { elementString } from '../identifiers/element-string.ts';
import { parseGtin } from '../identifiers/gtin.ts';
import { parseLot } from '../identifiers/lot.ts';
import { parseSerial } from '../identifiers/serial.ts';

/** Facts of one label. Dates are ISO 8601 calendar dates, `2028-12-31`. */
export interface LabelContent {
  /** GTIN-14. */
  readonly gtin: string;
  readonly lot: string;
  readonly serial?: string;
  readonly expiresOn?: string;
  readonly manufacturedOn?: string;
  readonly productName: Bilingual;
  readonly model: string;
  readonly specification: string;
  /** 注册证编号 or 备案号; absent where the product was never registered in China. */
  readonly registrationNumber?: string;
  /** 注册人 or 备案人. */
  readonly registrantName: string | Bilingual;
  readonly sterile:
    | { readonly kind: 'sterile'; readonly method: SterilisationMethod }
    | { readonly kind: 'non-sterile' };
  readonly singleUse: boolean;
  /** Scheme and host (and path) that the QR code's Digital Link begins with. */
  readonly publicUrl: string;
}

export interface LabelIdentifiers {
  /** The UDI as an element string, FNC1 between elements as U+001D, none in front. */
  readonly elementString: string;
  /** The UDI as it stands beside the symbol, one text an element: `(01)06901234567892`. */
  readonly humanReadable: readonly string[];
  /** GTIN, lot and serial only: the page behind it knows the dates, and a smaller symbol scans better. */
  readonly digitalLink: string;
}

/**
 * @throws Failure `request/invalid` with a pointer into the content where an identifier is not allowed: a wrong
 *   check digit, a date that is none, a character that GS1 does not know.
 */
export function labelIdentifiers(content: LabelContent): LabelIdentifiers {
  const { gtin, lot, serial, publicUrl } = content;
  const udi: UdiElement[] = [
    { ai: '01', value: gtin },
    ...dateElement('17', content.expiresOn, '/expiresOn'),
    ...dateElement('11', content.manufacturedOn, '/manufacturedOn'),
    { ai: '10', value: lot },
    ...(serial === undefined ? [] : [{ ai: '21', value: serial }]),
  ];
  const keys = udi.filter(({ ai }) => ai === '01' || ai === '10' || ai === '21');
  return {
    elementString: builtOrRefused(elementString(udi), faultyIdentifier(content)),
    humanReadable: udi.map(({ ai, value }) => `(${ai})${value}`),
    digitalLink: builtOrRefused(digitalLink(publicUrl, keys), '/publicUrl'),
  };
}

function dateElement(ai: string, date: string | undefined, pointer: string): UdiElement[] {
  if (date === undefined) return [];
  const day = parseIsoDate(date);
  if (day === undefined) {
    throw invalid({ pointer, zh: '日期无效。', en: 'This is not a calendar date (YYYY-MM-DD).' });
  }
  return [{ ai, value: yymmddOfIsoDate(day) }];
}

function faultyIdentifier({ gtin, lot, serial }: LabelContent): string {
  if (parseGtin(gtin) !== gtin) return '/gtin';
  if (parseLot(lot) === undefined) return '/lot';
  return serial !== undefined && parseSerial(serial) === undefined ? '/serial' : '';
}

function builtOrRefused(built: BuiltText, pointer: string): string {
  if (built.ok) return built.text;
  throw invalid({ pointer, zh: built.fault.zh, en: built.fault.en });
}

function invalid(fault: InputFault): Failure {
  return new Failure('request/invalid', {}, [fault]);
}
