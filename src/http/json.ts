/** JSON from outside: bounded in depth, without keys that mean something to JavaScript or to MongoDB. */

import { Failure } from '../errors.ts';
import { pointerOf } from './faults.ts';
import { isWellFormed } from './fields.ts';
import { repeatedKey } from './json-keys.ts';

/** No schema here nests deeper than a handful; 32 keeps recursion harmless. */
export const depthLimit = 32;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * @param bytes of a body, UTF-8
 * @returns plain data that is safe to walk; its shape is for the schema to say
 * @throws Failure `request/malformed` for what is not JSON, `request/invalid` for what no schema may see
 */
export function readJson(bytes: Uint8Array): unknown {
  let value: unknown;
  let text: string;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new Failure('request/malformed');
  }
  refuseUnsafe(value, [], '');
  if (repeatedKey(text) !== undefined) {
    throw refused([], '', '有字段出现了两次。', 'A field is given twice.');
  }
  return value;
}

/**
 * Walks a value and refuses text that is not well formed, keys that reach a prototype (`__proto__`,
 * `constructor`, `prototype`) or that MongoDB takes for an operator (`$…`), and more than
 * {@link depthLimit} levels.
 * @param prefix of the pointers in the faults
 */
export function refuseUnsafe(value: unknown, path: string[], prefix: string): void {
  if (path.length > depthLimit) {
    throw refused(path.slice(0, depthLimit), prefix, '嵌套层数过多。', 'Nested too deeply.');
  }
  if (typeof value === 'string') {
    if (!isWellFormed(value)) {
      throw refused(path, prefix, '含有无法识别的字符。', 'Holds a character that cannot be read.');
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (isUnsafeKey(key))
      throw refused(path, prefix, '含有不允许的字段名。', 'Holds a field name that is not allowed.');
    path.push(key);
    refuseUnsafe(member, path, prefix);
    path.pop();
  }
}

function isUnsafeKey(key: string): boolean {
  return (
    key === '__proto__' ||
    key === 'constructor' ||
    key === 'prototype' ||
    key.startsWith('$') ||
    !isWellFormed(key)
  );
}

function refused(path: readonly string[], prefix: string, zh: string, en: string): Failure {
  return new Failure('request/invalid', {}, [{ pointer: pointerOf(prefix, path), zh, en }]);
}
