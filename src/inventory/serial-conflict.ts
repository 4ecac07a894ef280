/**
 * Serial numbers that two organisations have at once: one draws them from `unexplained`, and the books of another bear
 * them out. The statement is recorded, for it may be true (law 3); the other keeps its thing (let-go.ts); and both are
 * told, for one of the two devices may be false. They are told what and on which day, not of whom.
 */
import type { mongo } from 'mongoose';
import { dayInChina } from '../catalogue/day.ts';
import type { Write } from '../database/write.ts';
import { accountParts } from '../ledger/account.ts';
import type { DecisionContext } from '../ledger/decision.ts';
import { type LotKey, unitId } from '../ledger/event.ts';
import { correctionsOf } from '../ledger/read.ts';
import type { Actor, AnyFacts } from './command.ts';
import { hashedId } from './counterfeit-signal.ts';
import type { Stock } from './stock.ts';

export const conflictsCollection = 'serialConflicts';

/** `stated`: by whom it is told; `held`: it lay in the books of whom it is told. */
export const conflictSides = ['stated', 'held'] as const;

export interface SerialConflict extends LotKey {
  readonly id: string;
  readonly serials: readonly string[];
  readonly side: (typeof conflictSides)[number];
  /** In China, `YYYY-MM-DD`. */
  readonly day: string;
  /** The statement was taken back. */
  readonly takenBack: boolean;
}

interface StoredConflict extends Omit<SerialConflict, 'id' | 'takenBack'> {
  readonly _id: string;
  /** Who is told. */
  readonly organisation: string;
  /** The statement; nobody but its writer is told of it. */
  readonly event: string;
  /** Of what was stated: whether the registrant has yet to be told; absent where it has been. */
  readonly unsignalled?: true;
}

function conflicts(db: mongo.Db): mongo.Collection<StoredConflict> {
  return db.collection<StoredConflict>(conflictsCollection);
}

/** @returns what has to be written so that both sides are told of serial numbers that these events draw. */
export function conflictWrites(
  events: readonly AnyFacts[],
  stock: Stock,
  { organisation }: Actor,
  context: DecisionContext,
): Write[] {
  const day = dayInChina(new Date(context.recordTime));
  return events.flatMap(({ transfers = [] }, index) => {
    const event = context.eventId(index);
    const found = new Map<string, StoredConflict>();
    const tell = (told: string, side: StoredConflict['side'], { gtin, lot }: LotKey, serial: string) => {
      const _id = hashedId([event, told, gtin, lot, side]);
      const serials = [...(found.get(_id)?.serials ?? []), serial];
      const facts = { _id, organisation: told, event, gtin, lot, serials, side, day };
      found.set(_id, side === 'stated' ? { ...facts, unsignalled: true } : facts);
    };
    for (const { gtin, lot, issuer = 'maker', serials = [], from, to } of transfers) {
      if (from.account !== 'unexplained' || to.account === 'unexplained') continue;
      for (const serial of serials) {
        const holders = holdersOf(stock, unitId(gtin, issuer, serial), organisation);
        if (holders.length > 0) tell(organisation, 'stated', { gtin, lot }, serial);
        for (const holder of holders) tell(holder, 'held', { gtin, lot }, serial);
      }
    }
    return [...found.values()].map((insert) => ({ collection: conflictsCollection, insert }));
  });
}

/** @returns the other organisations whose books have the unit on a shelf, on its way or in a kit */
function holdersOf({ units, inBooks }: Stock, id: string, organisation: string): string[] {
  const last = units.get(id);
  const all = [...(last === undefined ? [] : [last]), ...(inBooks.get(id)?.values() ?? [])];
  const held = all.filter(({ at }) => ['place', 'transit', 'inside'].includes(accountParts(at.account).kind));
  return [...new Set(held.map(({ at }) => at.organisation))].filter((holder) => holder !== organisation);
}

/**
 * One page of the conflicts that an organisation is told of, newest first.
 * @param after of the last item of the page before
 */
export async function readConflicts(
  db: mongo.Db,
  organisation: string,
  page: { readonly after?: Pick<SerialConflict, 'day' | 'id'> | undefined; readonly limit: number },
): Promise<SerialConflict[]> {
  const { after, limit } = page;
  const older =
    after === undefined
      ? {}
      : { $or: [{ day: { $lt: after.day } }, { day: after.day, _id: { $gt: after.id } }] };
  const found = await conflicts(db)
    .find({ organisation, ...older })
    .sort({ day: -1, _id: 1 })
    .limit(limit)
    .toArray();
  const corrections = await correctionsOf(
    db,
    found.map(({ event }) => event),
  );
  return found.map(({ _id: id, gtin, lot, serials, side, day, event }) => {
    return { id, gtin, lot, serials, side, day, takenBack: corrections.has(event) };
  });
}

/** Statements looked at between two writes. */
const signalledAtOnce = 100;

/** Tells of what was stated and not yet signalled. What is told twice, by two processes, counts twice. */
export async function signalConflicts(
  db: mongo.Db,
  tell: (conflict: Pick<StoredConflict, 'gtin' | 'lot' | 'serials' | 'day'>) => void,
): Promise<void> {
  const found = await conflicts(db).find({ unsignalled: true }).limit(signalledAtOnce).toArray();
  for (const conflict of found) tell(conflict);
  const _id = { $in: found.map((conflict) => conflict._id) };
  if (found.length > 0) await conflicts(db).updateMany({ _id }, { $unset: { unsignalled: '' } });
}
