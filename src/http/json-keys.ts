/** Finds an object's key that is written twice: two readers of such a text would take different values. */

/**
 * @param text that `JSON.parse` accepts: nothing else is looked at here
 * @returns the first key that is there twice in one object, or undefined
 */
export function repeatedKey(text: string): string | undefined {
  /** Of each object that is open, its keys so far; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
        open.push(new Set());
        break;
      case '[':
        open.push(undefined);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(text, at);
        const keys = open.at(-1);
        if (keys !== undefined && isKey(text, end)) {
          const key: unknown = JSON.parse(text.slice(at, end));
          if (keys.has(String(key))) return String(key);
          keys.add(String(key));
        }
        at = end - 1;
        break;
      }
      default:
    }
  }
  return undefined;
}

/** @returns the position after the quotation mark that ends the string which begins at `start` */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  if (end < 0) throw new Error('not the text of a JSON value');
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

/** Of what follows a string, only a colon makes it a key. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}
