/** One number for all of history: two databases that have the same one hold the same events. */
import { createHash } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { Moment } from '../database/moment.ts';
import { ledgerCollections } from './collections.ts';

/**
 * @returns SHA-256, in hex, over the content hashes of all events in the order of the hashes, each followed by a line
 *   feed. The order of commits does not matter.
 */
export async function ledgerHash(db: mongo.Db, moment?: Moment): Promise<string> {
  const hash = createHash('sha256').update('pps-trace/ledger/1\n', 'utf8');
  const found = ledgerCollections(db)
    .events.find({}, { ...moment?.options(), projection: { _id: 0, contentHash: 1 } })
    .sort({ contentHash: 1 })
    .allowDiskUse(true);
  for await (const { contentHash } of found) hash.update(`${contentHash}\n`, 'utf8');
  return hash.digest('hex');
}
