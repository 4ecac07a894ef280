/**
 * Many commands, several to a transaction, each decided in its turn on what those before it have done, and each
 * answered for itself: as if they had been sent one after the other, at the cost of a few round trips for all. What
 * they ask of the database is read once, and written in one go.
 *
 * If we crash between two transactions, the first are done and the others are not. Sent again as a whole, what was
 * done is answered as it was.
 */
import type { Write } from '../database/write.ts';
import { Failure } from '../errors.ts';
import { Ahead } from './ahead.ts';
import { append, writeAll } from './append.ts';
import { ledgerCollections, type StoredCommand } from './collections.ts';
import type { AnyEvent } from './event.ts';
import {
  backOff,
  type Command,
  commit,
  complete,
  type Decision,
  type DecisionContext,
  defaultDeadlineMs,
  identified,
  isTransient,
  type Ledger,
  replay,
  transactionOptions,
} from './run.ts';
import { Snapshot } from './snapshot.ts';

/** One command of many. */
export interface Member<Answer> {
  readonly command: Command;
  /** What it weighs in a transaction: 1, and 1 for each unit that it names. */
  readonly weight: number;
  /** Loads and decides; asks the snapshot only for holdings and units by their ids. @throws Failure as a refusal */
  decide(snapshot: Snapshot, context: DecisionContext): Promise<Decision<Answer>>;
}

export interface Together {
  /** Commands to a transaction, and their weight, at most; a command that alone weighs more has one to itself. */
  readonly atOnce: number;
  readonly weightAtOnce: number;
  /** Reads at once what the commands of these indexes are going to ask for. */
  prefetch(snapshot: Snapshot, indexes: readonly number[]): Promise<void>;
}

/** What became of a command. */
export type Settled<Answer> =
  | { readonly kind: 'accepted'; readonly events: readonly string[]; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly failure: Failure };

type Identified = ReturnType<typeof identified>;

interface Numbered<Answer> extends Member<Answer>, Identified {
  readonly index: number;
}

/**
 * Runs commands in the order given. A refusal of one keeps no other from being done.
 * @returns what became of each, in the same order
 * @throws Failure `service/busy`, `service/outcome-unknown`: those before are done, and answered when sent again
 */
export async function runMany<Answer>(
  ledger: Ledger,
  members: readonly Member<Answer>[],
  together: Together,
): Promise<Settled<Answer>[]> {
  const numbered = numberedOf(ledger, members);
  const patienceMs = ledger.settings.deadlineMs ?? defaultDeadlineMs;
  const settled: Settled<Answer>[] = [];
  let attempt = 0;
  let deadline = performance.now() + patienceMs;
  while (settled.length < numbered.length) {
    // What is overtaken again and again is tried in smaller parts, which others overtake less.
    const atOnce = Math.max(1, Math.floor(together.atOnce / 2 ** attempt));
    const part = partOf(numbered, settled.length, { ...together, atOnce });
    try {
      settled.push(...(await ledger.turns.run(turnsOf(part), () => inOne(ledger, part, together, deadline))));
      attempt = 0;
      deadline = performance.now() + patienceMs;
    } catch (error) {
      if (!isTransient(error)) throw error;
      attempt += 1;
      if (performance.now() > deadline) throw new Failure('service/busy', { attempts: attempt });
      await backOff(attempt);
    }
  }
  return settled;
}

/** As {@link runMany} would answer now; nothing is written. */
export function tryMany<Answer>(
  ledger: Ledger,
  members: readonly Member<Answer>[],
  together: Together,
): Promise<Settled<Answer>[]> {
  const numbered = numberedOf(ledger, members);
  return ledger.inspect(async (snapshot) => (await decideAll(snapshot, numbered, together)).settled);
}

function numberedOf<Answer>({ settings }: Ledger, members: readonly Member<Answer>[]): Numbered<Answer>[] {
  const now = settings.clock.now();
  return members.map((member, index) => ({
    ...member,
    ...identified(member.command, now, settings.commandKey),
    index,
  }));
}

function partOf<Answer>(
  members: readonly Numbered<Answer>[],
  from: number,
  { atOnce, weightAtOnce }: Pick<Together, 'atOnce' | 'weightAtOnce'>,
): Numbered<Answer>[] {
  const part: Numbered<Answer>[] = [];
  let weight = 0;
  for (const member of members.slice(from, from + atOnce)) {
    weight += member.weight;
    if (part.length > 0 && weight > weightAtOnce) break;
    part.push(member);
  }
  return part;
}

function turnsOf(part: readonly Numbered<unknown>[]): string[] {
  return part.flatMap(({ command, record }) => [record._id, ...(command.about ?? [])]);
}

async function inOne<Answer>(
  { settings }: Ledger,
  part: readonly Numbered<Answer>[],
  together: Together,
  deadline: number,
): Promise<Settled<Answer>[]> {
  if (performance.now() > deadline) throw new Failure('service/busy', { attempts: 0 });
  const session = settings.client.startSession({ causalConsistency: true });
  try {
    const snapshot = new Snapshot(settings.db, session);
    session.startTransaction(transactionOptions(deadline));
    const { settled, records, events, writes } = await decideAll(snapshot, part, together);
    const { commands } = ledgerCollections(settings.db);
    // A refusal is remembered with those that it was decided behind: without them it might not have been one.
    if (records.length > 0) await commands.insertMany(records, { session, ordered: true });
    if (events.length > 0) await append(snapshot, events, settings.projectors);
    await writeAll(snapshot, writes);
    // Also where nothing is written: what is told of commands that were stored before is then majority-committed.
    await commit(session, deadline);
    return settled;
  } finally {
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    await session.endSession();
  }
}

interface Decided<Answer> {
  readonly settled: Settled<Answer>[];
  readonly records: StoredCommand[];
  readonly events: AnyEvent[];
  readonly writes: Write[];
}

/** One after the other; the same command twice is decided once. */
async function decideAll<Answer>(
  snapshot: Snapshot,
  part: readonly Numbered<Answer>[],
  together: Together,
): Promise<Decided<Answer>> {
  const decided: Decided<Answer> = { settled: [], records: [], events: [], writes: [] };
  const known = await storedCommands(snapshot, part);
  const ahead = new Ahead(snapshot);
  const fresh = part.filter(({ record }) => !known.has(record._id));
  if (fresh.length > 0) {
    await together.prefetch(
      ahead,
      fresh.map(({ index }) => index),
    );
  }
  for (const member of part) {
    const stored = known.get(member.record._id);
    const settled =
      stored === undefined
        ? await decideOne(ahead, member, decided)
        : await refusable(async () => replayed<Answer>(stored, member));
    const latest = decided.records.at(-1);
    if (latest?._id === member.record._id) known.set(latest._id, latest);
    decided.settled.push(settled);
  }
  return decided;
}

async function storedCommands(
  { db, session }: Snapshot,
  part: readonly Numbered<unknown>[],
): Promise<Map<string, StoredCommand>> {
  const ids = [...new Set(part.map(({ record }) => record._id))];
  const found = await ledgerCollections(db)
    .commands.find({ _id: { $in: ids } }, { session })
    .toArray();
  return new Map(found.map((stored) => [stored._id, stored]));
}

function replayed<Answer>(stored: StoredCommand, { record }: Identified): Settled<Answer> {
  return { kind: 'accepted', ...replay<Answer>(stored, record) };
}

/** What is refused before there is a decision (a place that is not there) is not remembered, as in {@link Ledger.run}. */
async function decideOne<Answer>(
  ahead: Ahead,
  { command, context, record, decide }: Numbered<Answer>,
  { records, events, writes }: Decided<Answer>,
): Promise<Settled<Answer>> {
  return refusable(async () => {
    const decision = await decide(ahead, context);
    if (decision.kind === 'refused') {
      const { code, info, faults } = decision;
      records.push({ ...record, outcome: { kind: 'refused', code, info, faults } });
      throw new Failure(code, info, faults);
    }
    const made = complete(decision.events, command, context);
    const ids = made.map(({ id }) => id);
    const { answer } = decision;
    await ahead.take(made);
    records.push({ ...record, outcome: { kind: 'accepted', events: ids, answer } });
    events.push(...made);
    writes.push(...(decision.writes ?? []));
    return { kind: 'accepted', events: ids, answer };
  });
}

async function refusable<Answer>(work: () => Promise<Settled<Answer>>): Promise<Settled<Answer>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) return { kind: 'refused', failure: error };
    throw error;
  }
}
