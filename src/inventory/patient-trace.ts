/** Which devices were used: of one patient's uses, or of one lot; reads of the hospital's own entries. */
import type { mongo } from 'mongoose';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { readLots } from '../catalogue/lots.ts';
import { readProducts } from '../catalogue/products.ts';
import type { Entry } from '../ledger/entry.ts';
import { type Deviation, type LotKey, lotId, type Use } from '../ledger/event.ts';
import { correctionsOf, entriesOfPseudonyms, usesOfLots } from '../ledger/read.ts';

export interface UsedDeviceRow extends LotKey {
  readonly pseudonym: string;
  readonly event: string;
  /** The lot that the label said, where it was another. */
  readonly scannedLot?: string;
  readonly serial?: string;
  readonly name?: Bilingual;
  readonly implanted: boolean;
  readonly deviations: readonly Deviation[];
  /** RFC 3339 with offset, as the theatre stated it. */
  readonly usedAt: string;
  readonly recordedAt: string;
  readonly place?: string;
  /** A hold or recall stands on its product, its lot or the lot on its label now. */
  readonly restricted: boolean;
  /** The record was wrong; it stays in the list. */
  readonly correctedBy?: string;
}

/** @returns the devices behind these pseudonyms, in order of use. */
export async function devicesOfPatient(
  db: mongo.Db,
  organisation: string,
  pseudonyms: readonly string[],
): Promise<UsedDeviceRow[]> {
  const entries = await entriesOfPseudonyms(db, pseudonyms);
  return await rowsOf(db, organisation, entries, new Set(pseudonyms));
}

/** @returns every use of a lot that this hospital recorded, corrected ones marked. */
export async function usesOfLot(db: mongo.Db, organisation: string, lot: LotKey): Promise<UsedDeviceRow[]> {
  return await rowsOf(db, organisation, await usesOfLots(db, [lot]));
}

async function rowsOf(
  db: mongo.Db,
  organisation: string,
  entries: readonly Entry[],
  wanted?: ReadonlySet<string>,
): Promise<UsedDeviceRow[]> {
  const own = entries.filter((entry) => entry.organisation === organisation);
  const corrections = await correctionsOf(
    db,
    own.map(({ event }) => event),
  );
  const lots = await readLots(db, [
    ...new Set(own.flatMap(({ uses }) => uses.flatMap((use) => [lotId(use), lotId(labelled(use))]))),
  ]);
  const products = await readProducts(db, [...new Set(own.map(({ gtin }) => gtin))]);
  const rows = new Map<string, UsedDeviceRow>();
  for (const entry of own) {
    for (const use of entry.uses) {
      // A use whose label named another lot than its record has an entry in each.
      if (wanted !== undefined && !wanted.has(use.pseudonym)) continue;
      const name = products.get(use.gtin)?.names;
      const standing = [products.get(use.gtin), lots.get(lotId(use)), lots.get(lotId(labelled(use)))];
      const restricted = standing.some((on) => (on?.restrictions.length ?? 0) > 0);
      rows.set(use.pseudonym, {
        ...rowOf(entry, use),
        ...(name === undefined ? {} : { name }),
        restricted,
        ...correction(corrections.get(entry.event)),
      });
    }
  }
  return [...rows.values()].sort((a, b) => Date.parse(a.usedAt) - Date.parse(b.usedAt));
}

function labelled({ gtin, lot, scannedLot = lot }: Use): LotKey {
  return { gtin, lot: scannedLot };
}

function rowOf(entry: Entry, use: Use): Omit<UsedDeviceRow, 'restricted'> {
  const { pseudonym, gtin, lot, scannedLot, serial, implanted, deviations } = use;
  return {
    pseudonym,
    event: entry.event,
    gtin,
    lot,
    ...(scannedLot === undefined ? {} : { scannedLot }),
    ...(serial === undefined ? {} : { serial }),
    implanted,
    deviations,
    usedAt: entry.eventTime,
    recordedAt: entry.recordTime,
    ...(entry.place === undefined ? {} : { place: entry.place }),
  };
}

function correction(correctedBy: string | undefined): { correctedBy?: string } {
  return correctedBy === undefined ? {} : { correctedBy };
}
