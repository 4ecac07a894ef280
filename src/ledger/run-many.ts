/**
 * Many commands, several to a transaction, each decided in its turn on what those before it have done, and each
 * answered for itself: as if they had been sent one after the other, at the cost of a few round trips for all. What
 * they ask of the database is read once, and written in one go.
 *
 * If we crash between two transactions, the first are done and the others are not. Sent again as a whole, what was
 * done is answered as it was.
 */
import { Failure } from '../errors.ts';
import { commandsCollection, type StoredCommand } from './collections.ts';
import { decided } from './decided.ts';
import type { Command, Decision, DecisionContext } from './decision.ts';
import { defaultDeadlineMs, identified, type Ledger, type LedgerSettings, replay } from './run.ts';
import { Snapshot } from './snapshot.ts';
import { backOff, inTransaction, isTransient, untilDone, withoutTrace } from './transaction.ts';
import { TransactionView } from './view.ts';

/** One command of many. */
export interface Member<Answer> {
  readonly command: Command;
  /** What it weighs in a transaction: 1, and 1 for each unit that it names. */
  readonly weight: number;
  /** Loads and decides. @throws Failure as a refusal */
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
      settled.push(...(await ledger.group.between(() => inOne(ledger, part, together, deadline))));
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

/**
 * As {@link runMany} would answer now. Whoever asks a question that the view cannot answer has what was decided before
 * sent to the transaction; nothing of it stays.
 */
export function tryMany<Answer>(
  ledger: Ledger,
  members: readonly Member<Answer>[],
  together: Together,
): Promise<Settled<Answer>[]> {
  const { settings } = ledger;
  const numbered = numberedOf(ledger, members);
  const deadline = performance.now() + (settings.deadlineMs ?? defaultDeadlineMs);
  return untilDone(deadline, () =>
    withoutTrace(settings.client, deadline, (session) =>
      decideAll(new TransactionView(settings.db, session, 'shared'), settings, numbered, together),
    ),
  );
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

async function inOne<Answer>(
  { settings }: Ledger,
  part: readonly Numbered<Answer>[],
  together: Together,
  deadline: number,
): Promise<Settled<Answer>[]> {
  if (performance.now() > deadline) throw new Failure('service/busy', { attempts: 0 });
  // Also where nothing is written: what is told of commands that were stored before is then majority-committed.
  return await inTransaction(settings.client, deadline, async (session) => {
    const view = new TransactionView(settings.db, session, 'shared');
    const settled = await decideAll(view, settings, part, together);
    await view.flush();
    return settled;
  });
}

/** One after the other; the same command twice is decided once. */
async function decideAll<Answer>(
  view: TransactionView,
  { projectors }: LedgerSettings,
  part: readonly Numbered<Answer>[],
  together: Together,
): Promise<Settled<Answer>[]> {
  const known = new Set((await storedCommands(view, part)).map(({ _id }) => _id));
  const fresh = part.filter(({ record }) => !known.has(record._id));
  if (fresh.length > 0) {
    await together.prefetch(
      new Snapshot(view),
      fresh.map(({ index }) => index),
    );
  }
  const settled: Settled<Answer>[] = [];
  for (const member of part) {
    const [stored] = await storedCommands(view, [member]);
    settled.push(
      stored === undefined
        ? await decideOne(view, member, projectors)
        : await refusable(async () => replayed<Answer>(stored, member)),
    );
  }
  return settled;
}

/** Also those that stand before in the same transaction. */
function storedCommands(view: TransactionView, part: readonly Identified[]): Promise<StoredCommand[]> {
  const ids = [...new Set(part.map(({ record }) => record._id))];
  return new Snapshot(view).where<StoredCommand>(commandsCollection, '_id', ids);
}

function replayed<Answer>(stored: StoredCommand, { record }: Identified): Settled<Answer> {
  return { kind: 'accepted', ...replay<Answer>(stored, record) };
}

/** What is refused before there is a decision (a place that is not there) is not remembered, as in {@link Ledger.run}. */
async function decideOne<Answer>(
  view: TransactionView,
  member: Numbered<Answer>,
  projectors: LedgerSettings['projectors'],
): Promise<Settled<Answer>> {
  return refusable(async () => {
    const snapshot = new Snapshot(view);
    const decision = await member.decide(snapshot, member.context);
    const { writes, ending } = await decided(member, decision, snapshot, projectors);
    view.write(writes);
    return ending.kind === 'refused'
      ? { kind: 'refused', failure: ending.refusal }
      : { kind: 'accepted', ...ending.accepted };
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
