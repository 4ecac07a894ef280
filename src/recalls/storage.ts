/** Recalls in the database. The projector writes them; here they are read, and their steps marked as done. */
import type { mongo } from 'mongoose';
import type { Documents } from '../database/documents.ts';
import type { Migration } from '../database/migrations.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import type { Commitment } from '../ledger/event.ts';
import type { Recall, RecallStep } from './recall.ts';

/** A document for each recall, by its id … */
export const recallsCollection = 'recalls';
/** … and one for each recall and organisation that has fetched its notice or answered, by {@link progressId}. */
export const progressCollection = 'recallProgress';

type StoredRecall = { readonly _id: string } & Recall;

/** How far one organisation concerned has got. */
export interface Progress {
  readonly recall: string;
  readonly organisation: string;
  /** The notice was fetched: it has reached the organisation (Art. 15). */
  readonly notified?: { readonly at: string; readonly event: string; readonly notice: string };
  /** The last answer. */
  readonly answered?: {
    readonly at: string;
    readonly event: string;
    readonly found: number;
    readonly quarantined: number;
    readonly used: number;
    readonly note?: Commitment;
  };
}

/** @returns the id of the document that says how far an organisation has got. */
export function progressId(recall: string, organisation: string): string {
  return `${recall}/${organisation}`;
}

/** Collections and indexes of this room, and an index of the ledger's entries that only this room asks. */
export const recallsMigrations: readonly Migration[] = [
  {
    id: 'recalls/001-indexes',
    async run(db) {
      // Unique: of two that take the same number at once one is tried again, and takes the next.
      await recalls(db).createIndex({ organisation: 1, number: 1 }, { unique: true });
      await recalls(db).createIndex({ decidedAt: -1, _id: -1 });
      await db.collection(progressCollection).createIndex({ recall: 1 });
    },
  },
  {
    id: 'recalls/002-shipped-entries',
    async run(db) {
      // To whom things in scope were sent is asked for every recall of a list, of each reader who has none of them.
      await ledgerCollections(db).entries.createIndex(
        { gtin: 1, lotId: 1 },
        { name: 'shipped-by-product', partialFilterExpression: { type: 'shipped' } },
      );
    },
  },
];

const majority = { readConcern: { level: 'majority' }, readPreference: 'primary' } as const;

function recalls(db: mongo.Db): mongo.Collection<StoredRecall> {
  return db.collection<StoredRecall>(recallsCollection);
}

/**
 * @param session causally consistent: what is read or written in it afterwards comes after what this read saw
 */
export async function readRecall(
  db: mongo.Db,
  id: string,
  session?: mongo.ClientSession,
): Promise<Recall | undefined> {
  const options = { ...majority, ...(session === undefined ? {} : { session }) };
  const stored = await recalls(db).findOne({ _id: id }, options);
  return stored === null ? undefined : recallOf(stored);
}

/** Inside a transaction, on its snapshot. */
export async function readRecallInTransaction(documents: Documents, id: string): Promise<Recall | undefined> {
  const [stored] = await documents.where<StoredRecall>(recallsCollection, '_id', [id]);
  return stored === undefined ? undefined : recallOf(stored);
}

/** Inside a transaction: the numbers that an organisation has given with this beginning. */
export async function numbersTaken(
  db: mongo.Db,
  organisation: string,
  session: mongo.ClientSession,
): Promise<string[]> {
  const found = await recalls(db)
    .find({ organisation }, { session, projection: { number: 1 } })
    .toArray();
  return found.map(({ number }) => number);
}

/** Where a list goes on: the sort key of the last recall that was looked at. */
export type RecallPosition = readonly [decidedAt: string, id: string];

/** Newest first. @param after the last of those before @param skip so many behind it are left out */
export async function readRecalls(
  db: mongo.Db,
  page: { readonly after?: RecallPosition; readonly skip: number; readonly limit: number },
): Promise<Recall[]> {
  const { after, skip, limit } = page;
  const before: mongo.Filter<StoredRecall> =
    after === undefined
      ? {}
      : { $or: [{ decidedAt: { $lt: after[0] } }, { decidedAt: after[0], _id: { $lt: after[1] } }] };
  const found = await recalls(db)
    .find(before, majority)
    .sort({ decidedAt: -1, _id: -1 })
    .skip(skip)
    .limit(limit)
    .toArray();
  return found.map(recallOf);
}

/** @returns the ids of recalls that were decided or widened, and are not yet effective in all of their scope. */
export async function unfinishedRecalls(db: mongo.Db): Promise<string[]> {
  const found = await recalls(db)
    .find(
      { steps: { $elemMatch: { effectiveAt: { $exists: false } } } },
      { ...majority, projection: { _id: 1 } },
    )
    .toArray();
  return found.map(({ _id }) => _id);
}

/** Marks a step as done. The first to say so is right; said again, it changes nothing. */
export async function markEffective(
  db: mongo.Db,
  session: mongo.ClientSession,
  recall: string,
  done: { readonly step: number; readonly at: string; readonly usesListed: number },
): Promise<void> {
  await recalls(db).updateOne(
    { _id: recall, steps: { $elemMatch: { step: done.step, effectiveAt: { $exists: false } } } },
    { $set: { 'steps.$.effectiveAt': done.at, 'steps.$.usesListed': done.usesListed } },
    { session, writeConcern: { w: 'majority', j: true } },
  );
}

/**
 * For a rebuild of the recalls, what is in no event: when the steps took effect, what was listed then, which of two
 * widenings that were decided at once came first, and whether one came before a completion. Fences are marked with the
 * numbers of steps.
 */
export function keepSteps(stored: mongo.Document, rebuilt: mongo.Document): mongo.Document {
  const [before, after] = [stepsOf(stored), stepsOf(rebuilt)];
  const known = new Map(before.map((step) => [step.event, step]));
  const same = before.length === after.length && after.every(({ event }) => known.has(event));
  const numbers = new Map(
    after.map(({ step, event }) => [step, (same ? known.get(event)?.step : undefined) ?? step]),
  );
  const renumbered = <T extends { readonly step: number }>(some: readonly T[]): T[] =>
    some.map((one) => ({ ...one, step: numbers.get(one.step) ?? one.step })).sort((a, b) => a.step - b.step);
  const steps = after.map((step): RecallStep => {
    const { effectiveAt, usesListed } = known.get(step.event) ?? {};
    return effectiveAt === undefined || usesListed === undefined
      ? step
      : { ...step, effectiveAt, usesListed };
  });
  const { scope, completed } = rebuilt as Pick<Recall, 'scope' | 'completed'>;
  const kept = { ...rebuilt, steps: renumbered(steps), scope: renumbered(scope) };
  const { completed: stated } = stored as Partial<Recall>;
  const isSame = stated?.at === completed?.at && stated?.summary === completed?.summary;
  if (!same || !isSame || completed === undefined || stated?.step === undefined) return kept;
  return { ...kept, completed: { ...completed, step: stated.step } };
}

function stepsOf({ steps }: mongo.Document): readonly RecallStep[] {
  return Array.isArray(steps) ? steps : [];
}

/** @returns how far the organisations have got that have fetched their notice or answered, by organisation. */
export async function readProgress(db: mongo.Db, recall: string): Promise<Map<string, Progress>> {
  const found = await db
    .collection<Progress & { _id: string }>(progressCollection)
    .find({ recall }, majority)
    .toArray();
  return new Map(found.map(({ _id, ...progress }) => [progress.organisation, progress]));
}

/** Inside a transaction: whether the notice has reached the organisation. */
export async function isNotified(
  documents: Documents,
  recall: string,
  organisation: string,
): Promise<boolean> {
  const id = progressId(recall, organisation);
  const [stored] = await documents.where<Progress & { _id: string }>(progressCollection, '_id', [id]);
  return stored?.notified !== undefined;
}

function recallOf({ _id, ...recall }: StoredRecall): Recall {
  return recall;
}
