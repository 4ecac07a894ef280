import { refuse, type UdiElement } from './ai-elements.ts';
import { fullYear, type IsoDate, isoDate } from './calendar-date.ts';
import { isDigits } from './check-digit.ts';
import type { UdiFaultCode } from './faults.ts';
import type { ReadScheme, UdiIdentifiers } from './udi-contents.ts';

/**
 * MA (IDcode), the scheme of ZIIOT 中关村工信二维码技术研究院 under ISO/IEC 15459-2, by its coding handbook for
 * medical devices: `MA.156.M0.100204.13351764.L….S….M….D….E….V….C…`. The check characters (the last of the
 * product code, and `.C`) follow a method that the agency does not publish: they are kept, not verified.
 */

/** Names of the five parts of the device identifier and what each may be. */
const deviceIdentifierParts: readonly RegExp[] = [
  /^MA$/,
  /^\d{3}$/,
  /^[A-Z0-9]{2}$/,
  /^[A-Za-z0-9]{6}$/,
  // The packaging level, six characters of the item, the check character.
  /^[A-Za-z0-9]{8}$/,
];

/** Letters, digits and the signs that lots are written with; the dot parts the fields. */
const production = /^[A-Za-z0-9\-_/#+*()]+$/;

/** Reads a whole MA code. @param text the text as sent; it begins with `MA.`. */
export function readMa(text: string, referenceYear: number): ReadScheme {
  const parts = text.split('.');
  const elements: UdiElement[] = [];
  const identifiers: UdiIdentifiers = {};
  let position = 0;
  for (const [i, part] of parts.entries()) {
    const form = deviceIdentifierParts[i];
    if (form === undefined) {
      const code = readProduction(part, elements, identifiers, referenceYear);
      if (code !== undefined) {
        return refuse({ code, position });
      }
    } else if (!form.test(part)) {
      const wrongCharacter = part.search(/[^A-Za-z0-9]/);
      return wrongCharacter === -1
        ? refuse({ code: 'udi/length', position })
        : refuse({ code: 'udi/character', position: position + wrongCharacter });
    } else if (i === deviceIdentifierParts.length - 1) {
      const deviceIdentifier = parts.slice(0, i + 1).join('.');
      const [, country = '', sector = '', registrant = ''] = parts;
      Object.assign(identifiers, { deviceIdentifier, country, sector, registrant, productCode: part });
      elements.push({ ai: 'MA', value: deviceIdentifier });
    }
    position += part.length + 1;
  }
  return elements.length === 0
    ? refuse({ code: 'udi/length', position: text.length })
    : { ok: true, form: 'ma', elements, identifiers };
}

function readProduction(
  part: string,
  elements: UdiElement[],
  identifiers: UdiIdentifiers,
  referenceYear: number,
): UdiFaultCode | undefined {
  const ai = part.charAt(0);
  const value = part.slice(1);
  if (!'LSMPDEVC'.includes(ai) || ai === '') {
    return 'udi/unknown-ai';
  }
  if (value === '') {
    return 'udi/length';
  }
  if (!production.test(value)) {
    return 'udi/character';
  }
  if (elements.some((element) => element.ai === ai)) {
    return 'udi/repeated-ai';
  }
  elements.push({ ai, value });
  return keep(ai, value, identifiers, referenceYear);
}

function keep(
  ai: string,
  value: string,
  kept: UdiIdentifiers,
  referenceYear: number,
): UdiFaultCode | undefined {
  switch (ai) {
    case 'L':
      kept.lot = value;
      return undefined;
    case 'S':
      kept.serial = value;
      return undefined;
    case 'D':
      kept.sterilisationLot = value;
      return undefined;
    case 'C':
      return value.length === 1 ? undefined : 'udi/length';
    default: {
      const date = maDate(value, referenceYear);
      if (date === undefined) {
        return 'udi/date';
      }
      // `.M` and, in the handbook's first edition, `.P` are the day of manufacture. `.E` is the last day; `.V`, the
      // end of the period of validity, is one day off in practice and speaks only where there is no `.E`.
      if (ai === 'M' || ai === 'P') {
        kept.manufacturedOn = date;
      } else if (ai === 'E' || kept.expiresOn === undefined) {
        kept.expiresOn = date;
      }
      return undefined;
    }
  }
}

/** `YYMMDD` or `YYYYMMDD`. */
function maDate(text: string, referenceYear: number): IsoDate | undefined {
  if (!isDigits(text) || (text.length !== 6 && text.length !== 8)) {
    return undefined;
  }
  const year =
    text.length === 8 ? Number(text.slice(0, 4)) : fullYear(Number(text.slice(0, 2)), referenceYear);
  return isoDate(year, Number(text.slice(-4, -2)), Number(text.slice(-2)));
}
