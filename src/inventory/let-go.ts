/**
 * Where units lie, where their own documents do not say it. A unit's document is where its last event has put it,
 * whoever wrote that event; and an event may be wrong, or of a false device with the same serial number.
 *
 * - A use recorded of the wrong serial number takes that unit's document along, wherever the unit lies; taken back, it
 *   leaves the document in `unexplained`, which is nowhere. Then the unit lies where the events say that still stand.
 * - Things drawn from `unexplained` take along the document of a unit that lies in another's books. It still lies there
 *   for those whose books they are: nobody's word takes a thing off another's shelf.
 */
import type { AccountRef } from '../ledger/account.ts';
import { entriesCollection, ledgerCollections } from '../ledger/collections.ts';
import type { Entry } from '../ledger/entry.ts';
import { type Transfer, unitId } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Title } from '../ledger/title.ts';
import type { Unit } from '../ledger/unit.ts';

type Movement = Pick<Entry, 'event' | 'gtin' | 'corrects' | 'transfers' | 'units'>;

/** Where the books of an organisation have a unit. */
export interface Lying {
  readonly at: AccountRef;
  readonly title: Title;
}

/** By unit id and organisation: where its books have a unit that is elsewhere by a later event of others. */
export type OwnBooks = ReadonlyMap<string, ReadonlyMap<string, Lying>>;

export interface FoundUnits {
  /** By unit id; those that were let go lie where the last event that stands has put them. */
  readonly units: ReadonlyMap<string, Unit>;
  readonly inBooks: OwnBooks;
}

/** From whose point of view units are looked for. */
export interface Whose {
  /** In whose books the command may move them. */
  readonly organisations: readonly string[];
  /** Where the command expects them: there is nothing to be looked up of those that lie there. */
  readonly expected?: AccountRef | undefined;
}

/** @returns the units, and of those that lie in nobody's or in others' books, where they lie. */
export async function whereTheyLie(
  snapshot: Pick<Snapshot, 'query'>,
  units: ReadonlyMap<string, Unit>,
  { organisations, expected }: Whose,
): Promise<FoundUnits> {
  const unclear = [...units].filter(
    ([, { at }]) =>
      at.account === 'unexplained' ||
      (organisations.some((organisation) => organisation !== at.organisation) && !isThere(at, expected)),
  );
  if (unclear.length === 0) return { units, inBooks: new Map() };
  const known = new Map(units);
  const inBooks = new Map<string, ReadonlyMap<string, Lying>>();
  const movements = await readMovements(
    snapshot,
    unclear.map(([, unit]) => unit),
  );
  for (const [id, document] of unclear) {
    const own = movements.get(id) ?? [];
    const unit = document.at.account === 'unexplained' ? whereItLies(document, own) : document;
    known.set(id, unit);
    const others = inBooksOf(unit, own);
    if (others.size > 0) inBooks.set(id, others);
  }
  return { units: known, inBooks };
}

function isThere(at: AccountRef, expected: AccountRef | undefined): boolean {
  return at.account === expected?.account && at.organisation === expected.organisation;
}

/** @returns what was written of each unit, by unit id, in any order */
async function readMovements(
  snapshot: Pick<Snapshot, 'query'>,
  units: readonly Unit[],
): Promise<Map<string, Movement[]>> {
  const gtins = [...new Set(units.map(({ gtin }) => gtin))];
  const serials = [...new Set(units.map(({ serial }) => serial))];
  const projection = { event: 1, gtin: 1, corrects: 1, transfers: 1, units: 1 };
  const found = await snapshot.query([entriesCollection], (db, session) =>
    ledgerCollections(db)
      .entries.find({ gtin: { $in: gtins }, 'units.serial': { $in: serials } }, { session, projection })
      .toArray(),
  );
  const byUnit = new Map<string, Movement[]>();
  for (const movement of found) {
    for (const { issuer, serial } of movement.units) {
      const id = unitId(movement.gtin, issuer, serial);
      const before = byUnit.get(id);
      if (before === undefined) byUnit.set(id, [movement]);
      else before.push(movement);
    }
  }
  return byUnit;
}

/**
 * Pure: where a unit lies that was let go.
 * @param movements entries that name the unit, others among them, in any order
 */
export function whereItLies(unit: Unit, movements: readonly Movement[]): Unit {
  const own = lifeOf(unit, movements);
  const takenBack = new Set(own.flatMap(({ corrects }) => corrects ?? []));
  const standing = own.findLast(
    ({ event, corrects, last }) =>
      !takenBack.has(event) && !(corrects !== undefined && last.to.account === 'unexplained'),
  );
  return standing === undefined ? unit : { ...unit, ...lyingAfter(standing.last) };
}

/**
 * Pure: where the books of organisations have a unit that lies elsewhere. That is where the last movement that touched
 * these books has left it; corrections are movements like others.
 * @param unit where it lies by its last event that stands
 */
export function inBooksOf(unit: Unit, movements: readonly Movement[]): Map<string, Lying> {
  const left = new Map<string, Lying>();
  for (const { moves } of lifeOf(unit, movements)) {
    for (const move of moves) {
      left.delete(move.from.organisation);
      left.set(move.to.organisation, lyingAfter(move));
    }
  }
  for (const [organisation, { at }] of left) {
    if (at.account === 'unexplained' || isThere(at, unit.at)) left.delete(organisation);
  }
  return left;
}

/** @returns the unit's movements, oldest first. */
function lifeOf(unit: Unit, movements: readonly Movement[]) {
  return movements
    .flatMap((movement) => {
      const moves = movement.transfers.filter((transfer) => names(transfer, unit));
      const last = moves.at(-1);
      return last === undefined ? [] : [{ ...movement, moves, last, version: versionOf(movement, unit) }];
    })
    .sort((a, b) => a.version - b.version);
}

function lyingAfter({ to, title, becomes = title }: Transfer): Lying {
  return { at: to, title: becomes };
}

function names({ gtin, issuer = 'maker', serials }: Transfer, unit: Unit): boolean {
  return gtin === unit.gtin && issuer === unit.issuer && serials?.includes(unit.serial) === true;
}

function versionOf({ gtin, units }: Movement, unit: Unit): number {
  const id = unitId(unit.gtin, unit.issuer, unit.serial);
  return units.find(({ issuer, serial }) => unitId(gtin, issuer, serial) === id)?.version ?? 0;
}
