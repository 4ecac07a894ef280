/**
 * A command from its coming to its answer: load → decide → append, on one snapshot, together with others that come at
 * the same time (batch.ts), tried again while another process overtakes it, and answered only when the commit is known
 * (laws 5 and 6).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { parse as parseUuid, v5 as uuidV5 } from 'uuid';
import type { Clock } from '../clock.ts';
import { Failure, type FailureCode, type FailureInfo, unreachable } from '../errors.ts';
import type { Projector } from './append.ts';
import type { Ending } from './batch.ts';
import { type CommandOutcome, ledgerCollections, type StoredCommand } from './collections.ts';
import { commandHash } from './content-hash.ts';
import type { Accepted, Command, CommandSteps, DecisionContext } from './decision.ts';
import { GroupCommit } from './group-commit.ts';
import { Snapshot } from './snapshot.ts';
import { inTransaction, untilDone } from './transaction.ts';
import { TransactionView } from './view.ts';

export interface LedgerSettings {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
  readonly clock: Clock;
  readonly projectors: readonly Projector[];
  /** Keys the hashes of commands; at least 32 bytes, the same in every process. */
  readonly commandKey: Uint8Array;
  /** How long a command may be tried before it is given up, in milliseconds. */
  readonly deadlineMs?: number;
}

export const defaultDeadlineMs = 10_000;
const eventNamespace = parseUuid('4c9d1b2e-6a0f-5c37-9e58-2b7f41d3a6c0');

/** What of a stored command is known before it is decided. */
type CommandRecord = Omit<StoredCommand, 'outcome'>;

export class Ledger {
  readonly settings: LedgerSettings;
  /** Of all commands of the process: run-many.ts takes its turns between its batches. */
  readonly group: GroupCommit;
  /** By id of the command, the last request with it that is under way; it never rejects. */
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(settings: LedgerSettings) {
    this.settings = settings;
    this.group = new GroupCommit(settings);
  }

  /**
   * Runs a command to its end.
   * @returns what was accepted, now or when the same command was first sent.
   * @throws Failure with the refusal's code; `command/id-reused` when the id was used for another command;
   *   `service/busy` when nothing was written; `service/outcome-unknown` when that cannot be known.
   */
  async run<State, Answer>(command: Command, steps: CommandSteps<State, Answer>): Promise<Accepted<Answer>> {
    const { context, record } = identified(command, this.settings.clock.now(), this.settings.commandKey);
    const deadline = this.deadline();
    return await this.inTurn(record._id, async (first) => {
      const stored = first ? undefined : await this.stored(record._id);
      if (stored !== undefined) return replay<Answer>(stored, record);
      if (performance.now() > deadline) throw new Failure('service/busy', { attempts: 0 });
      const ending = await this.ending(command, steps, context, record, deadline);
      return await this.answered<Answer>(ending, record, deadline);
    });
  }

  /**
   * Looks at one snapshot without a command: no event is written. What `look` writes itself commits with it, before
   * its answer is given.
   * @throws Failure `service/busy` where it cannot be had in time
   */
  async inspect<Answer>(look: (snapshot: Snapshot) => Promise<Answer>): Promise<Answer> {
    const deadline = this.deadline();
    const lookOnce = (session: mongo.ClientSession) =>
      look(new Snapshot(new TransactionView(this.settings.db, session)));
    return await untilDone(deadline, () => inTransaction(this.settings.client, deadline, lookOnce));
  }

  private deadline(): number {
    return performance.now() + (this.settings.deadlineMs ?? defaultDeadlineMs);
  }

  /** Requests of this process with the same command wait for each other: it is never twice in a batch. */
  private async inTurn<T>(id: string, work: (first: boolean) => Promise<T>): Promise<T> {
    const before = this.underWay.get(id);
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.underWay.set(id, over);
    try {
      await before;
      return await work(before === undefined);
    } finally {
      if (this.underWay.get(id) === over) this.underWay.delete(id);
      end();
    }
  }

  private async ending<State, Answer>(
    command: Command,
    steps: CommandSteps<State, Answer>,
    context: DecisionContext,
    record: CommandRecord,
    deadline: number,
  ): Promise<Ending> {
    try {
      await steps.prepare?.();
    } catch (error) {
      return { kind: 'faulty', error };
    }
    const { alone = false } = steps;
    // A batch runs in the context of whoever began it; each command still loads and decides in its own request's.
    const inContext = AsyncLocalStorage.snapshot();
    const load = async (snapshot: Snapshot) => {
      const state = await inContext(() => steps.load(snapshot, context));
      return () => inContext(() => steps.decide(state, context));
    };
    return await new Promise<Ending>((end) => {
      this.group.add({ command, context, record, deadline, alone, load, end });
    });
  }

  private async answered<Answer>(
    ending: Ending,
    record: CommandRecord,
    deadline: number,
  ): Promise<Accepted<Answer>> {
    switch (ending.kind) {
      case 'accepted':
        return ending.accepted as Accepted<Answer>;
      case 'refused':
        throw ending.refusal;
      case 'given-up':
        throw ending.error;
      case 'stored':
        return await this.storedAnswer<Answer>(record, deadline);
      case 'faulty': {
        // A command sent again may find its place or its product gone; what was answered the first time still stands.
        const stored = await ledgerCollections(this.settings.db).commands.findOne({ _id: record._id });
        if (stored === null) throw ending.error;
        return await this.storedAnswer<Answer>(record, deadline);
      }
      default:
        return unreachable(ending);
    }
  }

  /** The stored answer, once it is proved to be majority-committed: a rolled-back answer must not be given. */
  private async storedAnswer<Answer>(record: CommandRecord, deadline: number): Promise<Accepted<Answer>> {
    for (;;) {
      const stored = await this.stored(record._id);
      if (stored !== undefined) return replay<Answer>(stored, record);
      if (performance.now() > deadline) throw new Failure('service/outcome-unknown');
      await wait(20);
    }
  }

  private async stored(id: string): Promise<StoredCommand | undefined> {
    const found = await ledgerCollections(this.settings.db).commands.findOne(
      { _id: id },
      { readConcern: { level: 'majority' }, readPreference: 'primary' },
    );
    return found ?? undefined;
  }
}

/** What a command is known by: the ids of its events, and its record without the outcome. */
export function identified(
  command: Command,
  now: Date,
  commandKey: Uint8Array,
): { readonly context: DecisionContext; readonly record: CommandRecord } {
  const { organisation, actor, content, route } = command;
  const recordTime = now.toISOString();
  const _id = `${organisation}/${command.id}`;
  const ids: string[] = [];
  const eventId = (index: number) => {
    const made = ids[index] ?? uuidV5(`${_id}/${index}`, eventNamespace);
    ids[index] = made;
    return made;
  };
  return {
    context: { recordTime, eventId },
    record: {
      _id,
      commandHash: commandHash({ actor, content, route }, commandKey),
      actor,
      route,
      recordTime,
    },
  };
}

export function replay<Answer>(
  stored: StoredCommand,
  record: Pick<StoredCommand, 'commandHash' | 'actor' | 'route'>,
): Accepted<Answer> {
  if (stored.commandHash !== record.commandHash) throw new Failure('command/id-reused');
  const outcome: CommandOutcome = stored.outcome;
  if (outcome.kind === 'accepted') return { events: outcome.events, answer: outcome.answer as Answer };
  throw new Failure(outcome.code as FailureCode, outcome.info as FailureInfo, outcome.faults);
}
