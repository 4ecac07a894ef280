/** The check digit of GS1 identification keys: GS1 General Specifications 7.9.1. */

/**
 * @param digits the key without its check digit; digits only.
 * @returns the check digit, 0–9.
 */
export function checkDigit(digits: string): number {
  return (10 - (weightedSum(`${digits}0`) % 10)) % 10;
}

/** @returns whether the last digit of `key` (digits only) is the check digit of those before it. */
export function hasRightCheckDigit(key: string): boolean {
  return weightedSum(key) % 10 === 0;
}

/** The sum of the digits, weighted 1, 3, 1, 3, … from the right. */
function weightedSum(key: string): number {
  let sum = 0;
  let weight = 1;
  for (let i = key.length - 1; i >= 0; i -= 1) {
    sum += weight * (key.charCodeAt(i) - 48);
    weight = 4 - weight;
  }
  return sum;
}

/** @returns whether `text` is made of the digits 0–9 alone; the empty text is not. */
export function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) {
      return false;
    }
  }
  return text.length > 0;
}
