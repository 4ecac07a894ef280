/**
 * One batch, one transaction: the commands load side by side, decide one after the other, each on what those before it
 * will have written, and are written and committed together. A command that fails takes nothing of the others with it:
 * what it would write is complete before any of it counts.
 */
import type { mongo } from 'mongoose';
import { Failure } from '../errors.ts';
import type { Projector } from './append.ts';
import { type Decided, type DecidedCommand, decided } from './decided.ts';
import type { Decision } from './decision.ts';
import { Snapshot } from './snapshot.ts';
import { commit, transactionOptions } from './transaction.ts';
import { endsTransaction, TransactionView } from './view.ts';

/** How a command ends. */
export type Ending =
  /** Accepted, or refused, and stored. */
  | Decided<unknown>['ending']
  /** Another request has stored this command; what it stored is the answer. */
  | { readonly kind: 'stored' }
  /** It could not be decided, and nothing of it is stored by this. */
  | { readonly kind: 'faulty'; readonly error: unknown }
  | { readonly kind: 'given-up'; readonly error: unknown };

/** A command on its way. */
export interface Job extends DecidedCommand {
  /** Of the monotonic clock, in milliseconds: it is not tried any more after that. */
  readonly deadline: number;
  /** It shares its transaction with nobody. */
  readonly alone: boolean;
  load(snapshot: Snapshot): Promise<() => Decision<unknown>>;
  /** Said again, it changes nothing. */
  end(ending: Ending): void;
}

/** Bounds of one batch (law 9), in commands, documents and characters of events; what alone is larger has its own. */
export const batchBounds = { commands: 64, writes: 2_500, characters: 4_000_000 } as const;

export interface BatchParts {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
  readonly projectors: readonly Projector[];
}

interface Loaded {
  readonly snapshot: Snapshot;
  readonly decide: () => Decision<unknown>;
}

/**
 * Tries a batch.
 * @returns how many of the commands, the first, have been ended: for the others there was no more room
 * @throws what ended the transaction, with nothing written and nobody told: it may be any command's doing, or nobody's
 */
export async function tryBatch(parts: BatchParts, jobs: readonly Job[]): Promise<number> {
  const session = parts.client.startSession({ causalConsistency: true });
  const latest = Math.max(...jobs.map(({ deadline }) => deadline));
  try {
    session.startTransaction(transactionOptions(latest));
    const endings = await written(parts, session, jobs);
    const outcome = await commit(session, latest).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      return unknownOutcome();
    });
    for (const [job, ending] of endings) job.end(outcome ?? ending);
    return endings.size;
  } finally {
    await session.endSession();
  }
}

/** It may be done, or not: it is to be sent again with the same id (law 6). */
export function unknownOutcome(): Ending {
  return { kind: 'given-up', error: new Failure('service/outcome-unknown') };
}

async function written(
  { db, projectors }: BatchParts,
  session: mongo.ClientSession,
  jobs: readonly Job[],
): Promise<ReadonlyMap<Job, Ending>> {
  try {
    const alone = jobs.every((job) => job.alone);
    const view = new TransactionView(db, session, alone ? undefined : 'shared');
    const endings = await decideAll(view, jobs, projectors);
    await view.flush();
    return endings;
  } catch (error) {
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    throw error;
  }
}

/** @returns how the commands end for which there is room, in order. */
async function decideAll(
  view: TransactionView,
  jobs: readonly Job[],
  projectors: readonly Projector[],
): Promise<ReadonlyMap<Job, Ending>> {
  const loading = await Promise.all(jobs.map((job) => load(view, job)));
  const endings = new Map<Job, Ending>();
  const room = { writes: batchBounds.writes, characters: batchBounds.characters };
  for (const [index, job] of jobs.entries()) {
    const first = loading[index];
    // What an earlier command of the batch has changed is looked at again; it lies here already, nearly always.
    const loaded = first === undefined || first.snapshot.stale ? await load(view, job) : first;
    const { writes, size, ending } = await decideOne(job, loaded, projectors);
    room.writes -= writes.length;
    room.characters -= size;
    if (endings.size > 0 && (room.writes < 0 || room.characters < 0)) break;
    view.write(writes);
    endings.set(job, ending);
  }
  return endings;
}

async function load(view: TransactionView, job: Job): Promise<Loaded> {
  const snapshot = new Snapshot(view);
  try {
    return { snapshot, decide: await job.load(snapshot) };
  } catch (error) {
    const decide = () => {
      throw error;
    };
    return { snapshot, decide };
  }
}

async function decideOne(
  job: Job,
  { snapshot, decide }: Loaded,
  projectors: readonly Projector[],
): Promise<Omit<Decided<unknown>, 'ending'> & { readonly ending: Ending }> {
  try {
    return await decided(job, decide(), snapshot, projectors);
  } catch (error) {
    if (endsTransaction(error)) throw error;
    return { writes: [], size: 0, ending: { kind: 'faulty', error } };
  }
}
