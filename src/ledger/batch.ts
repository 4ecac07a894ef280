/**
 * One batch, one transaction: the commands load side by side, decide one after the other, each on what those before it
 * will have written, and are written and committed together. A command that fails takes nothing of the others with it:
 * what it would write is complete before any of it counts.
 */
import type { mongo } from 'mongoose';
import type { Write } from '../database/write.ts';
import { Failure } from '../errors.ts';
import { type Projector, writesOf } from './append.ts';
import { type CommandOutcome, commandsCollection, type StoredCommand } from './collections.ts';
import { complete } from './complete.ts';
import type { Accepted, Command, Decision, DecisionContext } from './run.ts';
import { Snapshot } from './snapshot.ts';
import { commit, transactionOptions } from './transaction.ts';
import { endsTransaction, TransactionView } from './view.ts';

/** How a command ends. */
export type Ending =
  | { readonly kind: 'accepted'; readonly accepted: Accepted<unknown> }
  /** Its refusal is stored. */
  | { readonly kind: 'refused'; readonly refusal: Failure }
  /** Another request has stored this command; what it stored is the answer. */
  | { readonly kind: 'stored' }
  /** It could not be decided, and nothing of it is stored by this. */
  | { readonly kind: 'faulty'; readonly error: unknown }
  | { readonly kind: 'given-up'; readonly error: unknown };

/** A command on its way. */
export interface Job {
  readonly command: Command;
  readonly context: DecisionContext;
  readonly record: Omit<StoredCommand, 'outcome'>;
  /** Of the monotonic clock, in milliseconds: it is not tried any more after that. */
  readonly deadline: number;
  /** It shares its transaction with nobody. */
  readonly alone: boolean;
  load(snapshot: Snapshot): Promise<() => Decision<unknown>>;
  /** Said again, it changes nothing. */
  end(ending: Ending): void;
}

/** Bounds of one batch (law 9); a command that is larger has one of its own. */
export const batchBounds = { commands: 64, characters: 4_000_000 } as const;

export interface BatchParts {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
  readonly projectors: readonly Projector[];
}

interface Loaded {
  readonly snapshot: Snapshot;
  readonly decide: () => Decision<unknown>;
}

/** What a command has come to, once the transaction commits. */
interface Decided {
  readonly writes: readonly Write[];
  readonly size: number;
  readonly ending: Ending;
}

/**
 * Tries a batch. Every command in it is ended, those excepted that are returned.
 * @returns the commands for which there was no more room, in order
 * @throws what ended the transaction, with nothing written and nobody told: it may be any command's doing, or nobody's
 */
export async function tryBatch(parts: BatchParts, jobs: readonly Job[]): Promise<readonly Job[]> {
  const session = parts.client.startSession({ causalConsistency: true });
  const latest = Math.max(...jobs.map(({ deadline }) => deadline));
  try {
    session.startTransaction(transactionOptions(latest));
    const { endings, left } = await written(parts, session, jobs);
    const told = () => {
      for (const job of endings.keys()) if (performance.now() > job.deadline) job.end(unknownOutcome());
    };
    const outcome = await commit(session, latest, told).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      return unknownOutcome();
    });
    for (const [job, ending] of endings) job.end(outcome ?? ending);
    return left;
  } finally {
    await session.endSession();
  }
}

function unknownOutcome(): Ending {
  return { kind: 'given-up', error: new Failure('service/outcome-unknown') };
}

interface Written {
  readonly endings: ReadonlyMap<Job, Ending>;
  readonly left: readonly Job[];
}

async function written(
  { db, projectors }: BatchParts,
  session: mongo.ClientSession,
  jobs: readonly Job[],
): Promise<Written> {
  try {
    const alone = jobs.every((job) => job.alone);
    const view = new TransactionView(db, session, alone ? undefined : 'shared');
    const all = await decideAll(view, jobs, projectors);
    await view.flush();
    return all;
  } catch (error) {
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    throw error;
  }
}

async function decideAll(
  view: TransactionView,
  jobs: readonly Job[],
  projectors: readonly Projector[],
): Promise<Written> {
  const loading = await Promise.all(jobs.map((job) => load(view, job)));
  const endings = new Map<Job, Ending>();
  let size = 0;
  for (const [index, job] of jobs.entries()) {
    const first = loading[index];
    // What an earlier command of the batch has changed is looked at again; it lies here already, nearly always.
    const loaded = first === undefined || first.snapshot.stale ? await load(view, job) : first;
    const decided = await decideOne(job, loaded, projectors);
    if (endings.size > 0 && size + decided.size > batchBounds.characters) {
      return { endings, left: jobs.slice(index) };
    }
    size += decided.size;
    view.write(decided.writes);
    endings.set(job, decided.ending);
  }
  return { endings, left: [] };
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
  { command, context, record }: Job,
  { snapshot, decide }: Loaded,
  projectors: readonly Projector[],
): Promise<Decided> {
  try {
    const decision = decide();
    if (decision.kind === 'refused') {
      const { code, info, faults } = decision;
      const ending = { kind: 'refused', refusal: new Failure(code, info, faults) } as const;
      return { writes: [commandWrite(record, { kind: 'refused', code, info, faults })], size: 0, ending };
    }
    const { events, size } = complete(decision.events, command, context);
    const { answer } = decision;
    const accepted = { events: events.map(({ id }) => id), answer };
    const writes = [
      commandWrite(record, { kind: 'accepted', ...accepted }),
      ...(events.length === 0 ? [] : await writesOf(snapshot, events, projectors)),
      ...(decision.writes ?? []),
    ];
    return { writes, size, ending: { kind: 'accepted', accepted } };
  } catch (error) {
    if (endsTransaction(error)) throw error;
    return { writes: [], size: 0, ending: { kind: 'faulty', error } };
  }
}

function commandWrite(record: Omit<StoredCommand, 'outcome'>, outcome: CommandOutcome): Write {
  return { collection: commandsCollection, insert: { ...record, outcome } };
}
