/**
 * Units that a correction let go. A use recorded of the wrong serial number takes that unit's document along, wherever
 * the unit lies; taken back, it leaves the document in `unexplained`, which is nowhere, and whoever holds the unit could
 * neither use nor move it any more. Where it lies is what the events say that still stand.
 */
import { entriesCollection, ledgerCollections } from '../ledger/collections.ts';
import type { Entry } from '../ledger/entry.ts';
import { type Transfer, unitId } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Unit } from '../ledger/unit.ts';

type Movement = Pick<Entry, 'event' | 'gtin' | 'corrects' | 'transfers' | 'units'>;

/** @returns the units, those that were let go where the last event that stands has put them */
export async function withUnitsLetGo(
  snapshot: Pick<Snapshot, 'query'>,
  units: ReadonlyMap<string, Unit>,
): Promise<Map<string, Unit>> {
  const known = new Map(units);
  const lost = [...units].filter(([, { at }]) => at.account === 'unexplained');
  if (lost.length === 0) return known;
  const movements = await readMovements(
    snapshot,
    lost.map(([, unit]) => unit),
  );
  for (const [id, unit] of lost) known.set(id, whereItLies(unit, movements));
  return known;
}

async function readMovements(snapshot: Pick<Snapshot, 'query'>, units: readonly Unit[]): Promise<Movement[]> {
  const gtins = [...new Set(units.map(({ gtin }) => gtin))];
  const serials = [...new Set(units.map(({ serial }) => serial))];
  const projection = { event: 1, gtin: 1, corrects: 1, transfers: 1, units: 1 };
  return await snapshot.query([entriesCollection], (db, session) =>
    ledgerCollections(db)
      .entries.find({ gtin: { $in: gtins }, 'units.serial': { $in: serials } }, { session, projection })
      .toArray(),
  );
}

/** Pure. @param movements entries that name the unit, others among them, in any order */
export function whereItLies(unit: Unit, movements: readonly Movement[]): Unit {
  const own = movements
    .flatMap((movement) => {
      const last = movement.transfers.findLast((transfer) => names(transfer, unit));
      return last === undefined ? [] : [{ ...movement, last, version: versionOf(movement, unit) }];
    })
    .sort((a, b) => a.version - b.version);
  const takenBack = new Set(own.flatMap(({ corrects }) => corrects ?? []));
  const standing = own.findLast(
    ({ event, corrects, last }) =>
      !takenBack.has(event) && !(corrects !== undefined && last.to.account === 'unexplained'),
  );
  if (standing === undefined) return unit;
  const { to, title, becomes = title } = standing.last;
  return { ...unit, at: to, title: becomes };
}

function names({ gtin, issuer = 'maker', serials }: Transfer, unit: Unit): boolean {
  return gtin === unit.gtin && issuer === unit.issuer && serials?.includes(unit.serial) === true;
}

function versionOf({ gtin, units }: Movement, unit: Unit): number {
  const id = unitId(unit.gtin, unit.issuer, unit.serial);
  return units.find(({ issuer, serial }) => unitId(gtin, issuer, serial) === id)?.version ?? 0;
}
