/**
 * Traces: one question, one answer, complete or an error. Everything a viewer reads goes through `disclose` or
 * `relationTo`; what is narrowed by permission says so, and shows no total from which the rest could be subtracted.
 */
import type { Connection, mongo } from 'mongoose';
import type { Organisation } from '../catalogue/organisation.ts';
import { organisationsPerRead, readOrganisations } from '../catalogue/organisations.ts';
import { readProduct } from '../catalogue/products.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import type { Entry } from '../ledger/entry.ts';
import type { LotKey } from '../ledger/event.ts';
import type { Holding } from '../ledger/holding.ts';
import {
  correctionsOf,
  type EntryParties,
  entriesOfUnit,
  entriesToldTo,
  holdingsOfLots,
  readUnit,
} from '../ledger/read.ts';
import type { UnitKey } from '../ledger/unit.ts';
import {
  type DisclosedAccount,
  type DisclosedEntry,
  type DisclosureFacts,
  disclose,
  disclosedAccount,
  toldTypes,
} from './disclose.ts';
import { relationTo, type Viewer, wholeCountry } from './viewer.ts';

export interface TraceParts {
  readonly db: mongo.Db;
  readonly connection: Connection;
}

export interface BalanceRow extends DisclosedAccount {
  readonly quantity: number;
}

export interface LotBalance extends LotKey {
  readonly rows: readonly BalanceRow[];
  /** Whether other organisations' books were left out. */
  readonly narrowed: boolean;
  /** All rows added up, 0 by law 2; absent where the view is narrowed. */
  readonly sum?: number;
}

/** Where every unit of a lot is, as far as the viewer may know. @throws Failure `not-found` where that is nothing. */
export async function lotBalance(parts: TraceParts, viewer: Viewer, lot: LotKey): Promise<LotBalance> {
  const holdings = await holdingsOfLots(parts.db, [lot]);
  const facts = await disclosureFacts(
    parts,
    lot.gtin,
    holdings.map(({ organisation }) => organisation),
  );
  const balance = balanceFor(lot, holdings, viewer, facts);
  if (balance.rows.length === 0) throw new Failure('not-found');
  return balance;
}

/** Pure: the rows of a lot's holdings that a viewer may see; titles are added up. */
export function balanceFor(
  lot: LotKey,
  holdings: readonly Holding[],
  viewer: Viewer,
  { maker, organisations }: Omit<DisclosureFacts, 'holds'>,
): LotBalance {
  const seen = holdings.filter(
    ({ organisation }) => relationTo(viewer, organisation, maker, organisations) !== 'none',
  );
  // Not "whether there are others": that would say whether anybody else has of the lot.
  const partial = viewer.organisation !== maker && viewer.area !== wholeCountry;
  const rows = new Map<string, BalanceRow>();
  for (const { organisation, balances } of seen) {
    for (const { account, quantity } of balances) {
      const row = disclosedAccount({ organisation, account }, viewer);
      const key = JSON.stringify([row.organisation, row.kind, row.condition, row.place]);
      rows.set(key, { ...row, quantity: quantity + (rows.get(key)?.quantity ?? 0) });
    }
  }
  const all = [...rows.values()].filter(({ quantity }) => quantity !== 0);
  return {
    gtin: lot.gtin,
    lot: lot.lot,
    rows: all,
    narrowed: partial,
    ...(partial ? {} : { sum: all.reduce((sum, { quantity }) => sum + quantity, 0) }),
  };
}

export interface History {
  /** Whether anything was left out. */
  readonly narrowed: boolean;
  readonly entries: readonly (DisclosedEntry & { readonly correctedBy?: string })[];
}

/** What happened to a lot, oldest record first. @throws Failure `not-found` where the viewer may know nothing. */
export async function lotHistory(parts: TraceParts, viewer: Viewer, lot: LotKey): Promise<History> {
  const { entries, others } = await entriesToldTo(parts.db, lot, viewer.organisation, toldTypes);
  entries.sort((a, b) => (a.recordTime < b.recordTime ? -1 : 1));
  return await historyFor(parts, viewer, lot.gtin, entries, others);
}

export interface UnitLife extends History {
  readonly gtin: string;
  readonly serial: string;
  readonly lot: string;
  readonly at?: DisclosedAccount;
  readonly uses?: number;
}

/** The life of a unit, in its own order. @throws Failure `not-found` where the viewer may know nothing of it. */
export async function unitLife(parts: TraceParts, viewer: Viewer, key: UnitKey): Promise<UnitLife> {
  const unit = await readUnit(parts.db, key);
  if (unit === undefined) throw new Failure('not-found');
  const history = await historyFor(parts, viewer, key.gtin, await entriesOfUnit(parts.db, key));
  const facts = await disclosureFacts(parts, key.gtin, [unit.at.organisation]);
  const relation = relationTo(viewer, unit.at.organisation, facts.maker, facts.organisations);
  return {
    gtin: unit.gtin,
    serial: unit.serial,
    lot: unit.lot,
    ...(relation === 'none' ? {} : { at: disclosedAccount(unit.at, viewer) }),
    ...(relation === 'own' ? { uses: unit.uses } : {}),
    ...onlyUnit(history, key.serial),
  };
}

/** Another unit's serial number in the same event is not part of this unit's life. */
function onlyUnit(history: History, serial: string): History {
  return {
    narrowed: history.narrowed,
    entries: history.entries.map((entry) => ({
      ...entry,
      transfers: entry.transfers
        .filter(({ serials }) => serials?.includes(serial))
        .map((transfer) => ({ ...transfer, serials: [serial], quantity: 1 })),
      ...(entry.uses === undefined ? {} : { uses: entry.uses.filter((use) => use.serial === serial) }),
    })),
  };
}

/** @param untold parties of entries that are not told to the viewer: they say where the lot is or was */
async function historyFor(
  parts: TraceParts,
  viewer: Viewer,
  gtin: string,
  entries: readonly Entry[],
  untold: readonly EntryParties[] = [],
): Promise<History> {
  const all = [...entries, ...untold];
  const places = await disclosureFacts(
    parts,
    gtin,
    all.flatMap((entry) => [entry.organisation, ...entry.parties]),
  );
  const facts = { ...places, holds: all.some(({ parties: of }) => of.some(isHere(viewer, places))) };
  const corrections = await correctionsOf(
    parts.db,
    entries.filter(({ organisation }) => organisation === viewer.organisation).map(({ event }) => event),
  );
  const disclosed = entries.flatMap((entry) => {
    const seen = disclose(entry, viewer, facts);
    const correctedBy = corrections.get(entry.event);
    return seen === undefined ? [] : [{ ...seen, ...(correctedBy === undefined ? {} : { correctedBy }) }];
  });
  if (disclosed.length === 0) throw new Failure('not-found');
  return { entries: disclosed, narrowed: isNarrowed(viewer, facts, all) };
}

function isHere(viewer: Viewer, { organisations }: Places): (organisation: string) => boolean {
  return (organisation) => relationTo(viewer, organisation, undefined, organisations) !== 'none';
}

/**
 * Of others' entries something is always left out. That somebody else wrote of the lot at all is known to its maker
 * and to the national authority; to everybody else it is not said by this flag either.
 */
function isNarrowed(viewer: Viewer, { maker }: Places, entries: readonly EntryParties[]): boolean {
  if (viewer.organisation !== maker && viewer.area !== wholeCountry) return true;
  return entries.some(({ organisation }) => organisation !== viewer.organisation);
}

type Places = Omit<DisclosureFacts, 'holds'>;

async function disclosureFacts(
  { db, connection }: TraceParts,
  gtin: string,
  ids: readonly string[],
): Promise<Places> {
  const unique = [...new Set(ids)];
  const organisations = new Map<string, Organisation>();
  for (let start = 0; start < unique.length; start += organisationsPerRead) {
    const page = await readOrganisations(
      askedTogether(connection),
      unique.slice(start, start + organisationsPerRead),
    );
    for (const [id, organisation] of page) organisations.set(id, organisation);
  }
  const product = await readProduct(db, gtin);
  return { maker: product?.organisation, organisations };
}
