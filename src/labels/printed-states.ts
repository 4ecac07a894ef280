/** What the print jobs know of serial numbers: whether a label of it stands, for whoever meets one that was not made. */
import type { mongo } from 'mongoose';
import { findPrinted } from './serial-store.ts';

/** `spoiled`: every label that was printed of it was given up. */
export type PrintedState = 'stands' | 'spoiled';

/** @returns by serial number; one that was never printed here is absent */
export async function printedStates(
  db: mongo.Db,
  gtin: string,
  serials: readonly string[],
): Promise<Map<string, PrintedState>> {
  const found = await findPrinted({ db }, gtin, serials);
  return new Map(
    [...found].map(([serial, { printed, spoiled }]) => [
      serial,
      printed.every((job) => spoiled.includes(job)) ? 'spoiled' : 'stands',
    ]),
  );
}
