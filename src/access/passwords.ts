/** Passwords: the rules, and argon2id. */

import { hash, verify } from '@node-rs/argon2';
import { Failure, type InputFault } from '../errors.ts';

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 iterations, 1 lane. About 9 ms. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** In characters. The upper bound keeps the work bounded. */
export const shortestPassword = 12;
export const longestPassword = 128;

/** `aaaaaaaaaaaa` is long and no password. */
const fewestDistinct = 5;

/** Hashes that wait or run at once; past it we are busy, rather than out of memory. */
const hashesAtOnce = 64;
let hashing = 0;

/**
 * What a password of nobody's is compared with, so that an unknown username takes as long as a wrong password. It is
 * made with the same cost when the first one is needed.
 */
let nobodys: Promise<string> | undefined;

/** @returns a PHC string. The text is normalised (NFKC), since keyboards differ in how they write a character. */
export function hashPassword(password: string): Promise<string> {
  return bounded(() => hash(password.normalize('NFKC'), cost));
}

/**
 * @param stored undefined for a person who does not exist or has no password
 * @returns whether it is the password, after the same work in either case
 */
export async function isPassword(stored: string | undefined, password: string): Promise<boolean> {
  nobodys ??= hash('nobody has this password', cost);
  const compared = stored ?? (await nobodys);
  const same = await bounded(() => verify(compared, password.normalize('NFKC')));
  return same && stored !== undefined;
}

async function bounded<T>(work: () => Promise<T>): Promise<T> {
  if (hashing >= hashesAtOnce) throw new Failure('service/busy', { retryAfterSeconds: 2 });
  hashing += 1;
  try {
    return await work();
  } finally {
    hashing -= 1;
  }
}

/** @throws Failure `access/password-refused` with what is wrong, at `/newPassword` */
export function requireGoodPassword(password: string, username: string): void {
  const faults = passwordFaults(password, username);
  if (faults.length > 0) throw new Failure('access/password-refused', {}, faults);
}

function passwordFaults(password: string, username: string): InputFault[] {
  const pointer = '/newPassword';
  const plain = password.normalize('NFKC');
  const faults: InputFault[] = [];
  if ([...plain].length < shortestPassword) {
    const en = `At least ${shortestPassword} characters.`;
    faults.push({ pointer, zh: `至少 ${shortestPassword} 个字符。`, en });
  }
  if ([...plain].length > longestPassword) {
    const en = `At most ${longestPassword} characters.`;
    faults.push({ pointer, zh: `最多 ${longestPassword} 个字符。`, en });
  }
  if (new Set(plain).size < fewestDistinct) {
    faults.push({ pointer, zh: '重复字符过多。', en: 'Too many repeated characters.' });
  }
  if (plain.toLowerCase().includes(username.toLowerCase())) {
    faults.push({ pointer, zh: '不能包含用户名。', en: 'Must not contain the username.' });
  }
  return faults;
}
