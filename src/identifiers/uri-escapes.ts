/** Percent escapes of URIs, RFC 3986, 2.1, one byte a character: AI values are ASCII. */

const escaped = /%[0-9A-Fa-f]{2}/g;
const unreserved = /^[A-Za-z0-9\-._~]*$/;

/**
 * @param inQuery `+` in a query is a space, as forms write it.
 * @returns the text behind the escapes; a percent sign that begins none stands for itself.
 */
export function decodeUriPart(text: string, inQuery: boolean): string {
  const spaced = inQuery ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%')
    ? spaced.replace(escaped, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)))
    : spaced;
}

/** @returns where a character of the decoded text stood before it was decoded. */
export function sentOffset(text: string, offset: number): number {
  let sent = 0;
  for (let i = 0; i < offset; i += 1) {
    sent += /^%[0-9A-Fa-f]{2}/.test(text.slice(sent, sent + 3)) ? 3 : 1;
  }
  return sent;
}

/** @returns the text with all but unreserved characters escaped; for ASCII. */
export function encodeUriPart(text: string): string {
  if (unreserved.test(text)) {
    return text;
  }
  return text.replace(
    /[^A-Za-z0-9\-._~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
