import { daysInMonth, fullYear, referenceYearByDefault } from './calendar-date.ts';
import { isDigits } from './check-digit.ts';

/**
 * The inner structure of North American coupon codes, AI (8110) and (8112): GS1 General Specifications 3.9. Each
 * reader takes what it knows from the text and answers where it stopped, or undefined where it cannot.
 */
type Reader = (text: string, at: number) => number | undefined;

/** So many digits, whatever they say. */
function digits(count: number): Reader {
  return (text, at) => (at + count <= text.length ? at + count : undefined);
}

/** One digit out of `allowed`. */
function oneOf(allowed: string): Reader {
  return (text, at) => (at < text.length && allowed.includes(text.charAt(at)) ? at + 1 : undefined);
}

/** A length indicator out of `allowed`, then that many digits and `more`. */
function counted(allowed: string, more: number): Reader {
  return (text, at) => {
    const indicator = text.charAt(at);
    const known = indicator !== '' && allowed.includes(indicator);
    return known ? digits(Number(indicator) + more)(text, at + 1) : undefined;
  };
}

/** `YYMMDD`, a day that exists. */
const couponDate: Reader = (text, at) => {
  if (at + 6 > text.length) {
    return undefined;
  }
  const year = fullYear(Number(text.slice(at, at + 2)), referenceYearByDefault);
  const month = Number(text.slice(at + 2, at + 4));
  const day = Number(text.slice(at + 4, at + 6));
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return exists ? at + 6 : undefined;
};

function readAll(readers: readonly Reader[], text: string, start: number): number | undefined {
  let at: number | undefined = start;
  for (const read of readers) {
    at = read(text, at);
    if (at === undefined) {
      return undefined;
    }
  }
  return at;
}

const companyPrefix = counted('0123456', 6);
/** The prefix of another company's product; `9` says that it is the same company's. */
const otherCompanyPrefix: Reader = (text, at) => (text.charAt(at) === '9' ? at + 1 : companyPrefix(text, at));
const offerCode = digits(6);
const familyCode = digits(3);
const requirement = counted('12345', 0);
const requirementCode = oneOf('012349');

const obligatoryFields = [
  companyPrefix,
  offerCode,
  counted('12345', 0),
  requirement,
  requirementCode,
  familyCode,
] as const;

/** The optional fields, in the order in which they may come. */
const optionalFields: readonly (readonly [string, readonly Reader[]])[] = [
  ['1', [oneOf('0123'), requirement, requirementCode, familyCode, otherCompanyPrefix]],
  ['2', [requirement, requirementCode, familyCode, otherCompanyPrefix]],
  ['3', [couponDate]],
  ['4', [couponDate]],
  ['5', [counted('0123456789', 6)]],
  ['6', [counted('1234567', 6)]],
  ['9', [oneOf('01256'), oneOf('012'), digits(1), oneOf('01')]],
];

/** @returns whether the value of AI (8110) is built as the standard says. */
export function isCouponCode(text: string): boolean {
  let at = isDigits(text) ? readAll(obligatoryFields, text, 0) : undefined;
  let expiry: string | undefined;
  for (const [mark, fields] of optionalFields) {
    if (at === undefined) {
      return false;
    }
    if (text.charAt(at) !== mark) {
      continue;
    }
    const value = text.slice(at + 1, at + 7);
    if (mark === '3') {
      expiry = value;
    }
    if (mark === '4' && expiry !== undefined && expiry < value) {
      return false;
    }
    at = readAll(fields, text, at + 1);
  }
  return at === text.length;
}

/** @returns whether the value of AI (8112) is built as the standard says. */
export function isPositiveOfferCoupon(text: string): boolean {
  const fields = [oneOf('01'), companyPrefix, offerCode, counted('0123456789', 6)];
  return isDigits(text) && readAll(fields, text, 0) === text.length;
}
