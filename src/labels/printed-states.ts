/** What the print jobs know of serial numbers: whether a label of it stands, for whoever meets one that was not made. */
import type { mongo } from 'mongoose';
import { standingOf } from './job-void.ts';

/** `spoiled`: every label that was printed of it was spoiled, or given up with its job. */
export type PrintedState = 'stands' | 'spoiled';

/** @returns by serial number; one that was never printed here is absent */
export async function printedStates(
  db: mongo.Db,
  gtin: string,
  serials: readonly string[],
): Promise<Map<string, PrintedState>> {
  const found = await standingOf({ db }, gtin, serials);
  return new Map([...found].map(([serial, { stands }]) => [serial, stands ? 'stands' : 'spoiled']));
}
