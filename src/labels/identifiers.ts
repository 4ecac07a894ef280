/** What the symbols of a label carry, and how it stands beside them for people. */
import { Failure, type InputFault, unreachable } from '../errors.ts';
import type { BuiltText, UdiElement } from '../identifiers/ai-elements.ts';
import { parseIsoDate, yymmddOfIsoDate } from '../identifiers/calendar-date.ts';
import { digitalLink } from '../identifiers/digital-link.ts';
import { isDotSegment } from '../identifiers/dot-segment.ts';
import { elementString } from '../identifiers/element-string.ts';
import { parseGtin } from '../identifiers/gtin.ts';
import { parseLot } from '../identifiers/lot.ts';
import { parseSerial } from '../identifiers/serial.ts';
import { parseSscc } from '../identifiers/sscc.ts';
import { parseUdi } from '../identifiers/udi.ts';
import type { UdiIdentifiers } from '../identifiers/udi-contents.ts';
import type { ItemCodeContent, LabelContent, LogisticContent, MaUnitContent } from './content.ts';

/** One text of the symbols, and its elements as they are printed. */
export interface CarriedText {
  readonly text: string;
  /** One text an element: `(01)06901234567892`. */
  readonly humanReadable: readonly string[];
}

/** Which texts a kind of label has: a template's symbols name them. */
export interface LabelIdentifiers {
  /** An element string, FNC1 between elements as U+001D, none in front: for a GS1 DataMatrix. */
  readonly gs1?: CarriedText;
  /** For a QR code: GTIN, lot and serial only. The page behind it knows the dates, and a smaller symbol scans better. */
  readonly link?: CarriedText;
  /** No syntax of GS1: an MA code, or a hospital's item code. */
  readonly plain?: CarriedText;
  /** Element strings short enough for a GS1-128: of the package without its lot, of the lot, of the logistic unit. */
  readonly trade?: CarriedText;
  readonly lot?: CarriedText;
  readonly sscc?: CarriedText;
}

/**
 * @throws Failure `request/invalid` with a pointer into the content where an identifier is not allowed: a wrong
 *   check digit, a date that is none, a character that the agency does not know.
 */
export function labelIdentifiers(content: LabelContent): LabelIdentifiers {
  switch (content.kind) {
    case 'unit':
    case 'kit':
    case 'patient-record':
      return deviceIdentifiers(content);
    case 'pack':
      return deviceIdentifiers({ ...content, expiresOn: undefined, manufacturedOn: undefined });
    case 'case': {
      const { gtin, lot, expiresOn } = content;
      const faulty = faultyPointer(content);
      return {
        ...deviceIdentifiers(content),
        trade: carried([{ ai: '01', value: gtin }, ...date('17', expiresOn, '/expiresOn')], faulty),
        // A lot alone is no element string; behind a GTIN, whose length is fixed, it stands as in a symbol of its own.
        lot: {
          text: carried(
            [
              { ai: '01', value: gtin },
              { ai: '10', value: lot },
            ],
            faulty,
          ).text.slice(16),
          humanReadable: [`(10)${lot}`],
        },
      };
    }
    case 'logistic':
      return logisticIdentifiers(content);
    case 'item-code':
      return { plain: itemCode(content) };
    case 'ma-unit':
      return { plain: maCode(content) };
    default:
      return unreachable(content);
  }
}

interface Device {
  readonly gtin: string;
  readonly lot: string;
  readonly serial?: string | undefined;
  readonly expiresOn?: string | undefined;
  readonly manufacturedOn?: string | undefined;
  readonly publicUrl: string;
}

function deviceIdentifiers(device: Device): LabelIdentifiers {
  const { gtin, lot, serial, publicUrl } = device;
  for (const [value, pointer] of [
    [lot, '/lot'],
    [serial, '/serial'],
  ] as const) {
    if (value !== undefined && isDotSegment(value)) throw dotSegment(pointer);
  }
  const udi: UdiElement[] = [
    { ai: '01', value: gtin },
    ...date('17', device.expiresOn, '/expiresOn'),
    ...date('11', device.manufacturedOn, '/manufacturedOn'),
    { ai: '10', value: lot },
    ...(serial === undefined ? [] : [{ ai: '21', value: serial }]),
  ];
  const keys = udi.filter(({ ai }) => ai === '01' || ai === '10' || ai === '21');
  return {
    gs1: carried(udi, faultyPointer(device)),
    link: {
      text: builtOrRefused(digitalLink(publicUrl, keys), '/publicUrl'),
      humanReadable: bracketed(keys),
    },
  };
}

function logisticIdentifiers({ sscc, contents, ofWholeShipment }: LogisticContent): LabelIdentifiers {
  const unit = { ai: '00', value: sscc };
  // (37) says how many this unit holds.
  const [only] = contents.length === 1 && ofWholeShipment !== true ? contents : [];
  const inside: UdiElement[] =
    only === undefined
      ? []
      : [
          { ai: '02', value: only.gtin },
          ...date('17', only.expiresOn, '/contents/0/expiresOn'),
          { ai: '37', value: String(only.quantity) },
          { ai: '10', value: only.lot },
        ];
  const pointer = parseSscc(sscc) === undefined ? '/sscc' : '/contents/0';
  return { gs1: carried([unit, ...inside], pointer), sscc: carried([unit], pointer) };
}

/**
 * A hospital's number of a piece, under a scheme of our own that no reader of a UDI knows: it begins with neither a
 * digit (GS1), `+` (HIBC), `MA.` nor `http`.
 */
function itemCode({ issuer, serial }: ItemCodeContent): CarriedText {
  if (parseSerial(serial) === undefined) throw builtBadly('/serial');
  return { text: `pps-item:${issuer}:${serial}`, humanReadable: [serial] };
}

/** In the order of the handbook's examples: lot, serial number, made, use-by. Dates as `YYMMDD`. */
function maCode(content: MaUnitContent): CarriedText {
  const { deviceIdentifier, lot, serial, manufacturedOn, expiresOn } = content;
  const parts = [
    deviceIdentifier,
    `.L${lot}`,
    ...(serial === undefined ? [] : [`.S${serial}`]),
    ...date('M', manufacturedOn, '/manufacturedOn').map(({ value }) => `.M${value}`),
    ...date('E', expiresOn, '/expiresOn').map(({ value }) => `.E${value}`),
  ];
  // Each by itself, so that the fault is named where it is: a dot in a lot would begin a field of its own.
  const identifiersOf = (text: string): Readonly<UdiIdentifiers> | undefined => {
    const read = parseUdi(text);
    return read.ok ? read.udi.identifiers : undefined;
  };
  if (identifiersOf(deviceIdentifier)?.deviceIdentifier !== deviceIdentifier) {
    throw builtBadly('/deviceIdentifier');
  }
  if (identifiersOf(`${deviceIdentifier}.L${lot}`)?.lot !== lot) throw builtBadly('/lot');
  if (serial !== undefined && identifiersOf(`${deviceIdentifier}.S${serial}`)?.serial !== serial) {
    throw builtBadly('/serial');
  }
  return { text: parts.join(''), humanReadable: parts };
}

function date(ai: string, day: string | undefined, pointer: string): UdiElement[] {
  if (day === undefined) return [];
  const parsed = parseIsoDate(day);
  if (parsed === undefined) {
    throw invalid({ pointer, zh: '日期无效。', en: 'This is not a calendar date (YYYY-MM-DD).' });
  }
  return [{ ai, value: yymmddOfIsoDate(parsed) }];
}

function faultyPointer({ gtin, lot, serial }: Device): string {
  if (parseGtin(gtin) !== gtin) return '/gtin';
  if (parseLot(lot) === undefined) return '/lot';
  return serial !== undefined && parseSerial(serial) === undefined ? '/serial' : '';
}

function carried(elements: readonly UdiElement[], pointer: string): CarriedText {
  return { text: builtOrRefused(elementString(elements), pointer), humanReadable: bracketed(elements) };
}

function bracketed(elements: readonly UdiElement[]): string[] {
  return elements.map(({ ai, value }) => `(${ai})${value}`);
}

function builtOrRefused(built: BuiltText, pointer: string): string {
  if (built.ok) return built.text;
  throw invalid({ pointer, zh: built.fault.zh, en: built.fault.en });
}

function dotSegment(pointer: string): Failure {
  return invalid({
    pointer,
    zh: '仅为一个或两个圆点的编号无法写入二维码链接。',
    en: 'A number of one dot or two cannot stand in the link of the QR code.',
  });
}

function builtBadly(pointer: string): Failure {
  return invalid({
    pointer,
    zh: '含有标签代码不允许的字符。',
    en: 'It has characters that this code does not allow.',
  });
}

function invalid(fault: InputFault): Failure {
  return new Failure('request/invalid', {}, [fault]);
}
