/**
 * Limits on failed sign-ins, counted in the database, so that every process counts together and a restart forgets
 * nothing. An attempt is counted before the password is looked at: of many sent at once, no more than the limit
 * are looked at. A success takes its own count back.
 */

import { isIPv6 } from 'node:net';
import { Failure } from '../errors.ts';
import { attemptsOn, type StoredAttempts } from './models.ts';
import type { AccessParts } from './parts.ts';
import { sha256 } from './secrets.ts';

const windowMs = 15 * 60_000;

/** Wrong passwords for one username from one network. */
export const attemptsPerUsername = 10;
/**
 * Wrong passwords for one username from anywhere. More than from one network, so that a stranger outside cannot lock
 * out a nurse in theatre; few enough that a password of our rules is not found.
 */
export const attemptsPerUsernameAnywhere = 50;
/** Wrong passwords from one network; a hospital's people may all come from one. */
export const attemptsPerAddress = 100;

export interface Limited {
  readonly key: string;
  readonly limit: number;
}

export function ofUsername(username: string): Limited {
  return { key: sha256(`username:${username}`), limit: attemptsPerUsernameAnywhere };
}

export function ofUsernameFrom(username: string, address: string): Limited {
  return { key: sha256(`username:${username} from:${networkOf(address)}`), limit: attemptsPerUsername };
}

/** Who holds an IPv6 address holds its /64: they count as one. */
export function ofAddress(address: string): Limited {
  return { key: sha256(`address:${networkOf(address)}`), limit: attemptsPerAddress };
}

/** Guesses at the present password by somebody who found a screen unlocked. */
export function ofPerson(person: string): Limited {
  return { key: sha256(`person:${person}`), limit: attemptsPerUsername };
}

type Parts = Pick<AccessParts, 'connection' | 'clock'>;

/**
 * Counts an attempt.
 * @throws Failure `access/too-many-attempts` when it is over the limit; `info.first` on the first one over
 */
export async function countAttempt({ connection, clock }: Parts, { key, limit }: Limited): Promise<void> {
  const now = clock.now();
  const running = { $gt: ['$expiresAt', now] };
  const stored = await attemptsOn(connection)
    .findOneAndUpdate(
      { _id: key },
      [
        {
          $set: {
            count: { $cond: [running, { $add: ['$count', 1] }, 1] },
            expiresAt: { $cond: [running, '$expiresAt', new Date(now.getTime() + windowMs)] },
          },
        },
      ],
      { upsert: true, returnDocument: 'after', updatePipeline: true },
    )
    .lean<StoredAttempts>();
  if (stored === null) throw new Error('an upsert found nothing');
  if (stored.count <= limit) return;
  const retryAfterSeconds = Math.ceil((stored.expiresAt.getTime() - now.getTime()) / 1000);
  throw new TooManyAttempts(retryAfterSeconds, stored.count === limit + 1);
}

/** Over the limit; the first time, it is worth a line in the access log, and after that no more. */
export class TooManyAttempts extends Failure {
  readonly first: boolean;

  constructor(retryAfterSeconds: number, first: boolean) {
    super('access/too-many-attempts', { retryAfterSeconds });
    this.first = first;
  }
}

/** Takes back one attempt that turned out well. */
export async function takeBack({ connection }: Parts, { key }: Limited): Promise<void> {
  await attemptsOn(connection).updateOne({ _id: key }, { $inc: { count: -1 } });
}

/** Forgets the failures of somebody who has proved who they are. */
export async function forgetAttempts({ connection }: Parts, { key }: Limited): Promise<void> {
  await attemptsOn(connection).deleteOne({ _id: key });
}

function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.split('%')[0] ?? '';
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
