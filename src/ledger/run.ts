/**
 * One command, one transaction: load → decide → append, all on one snapshot, tried again while other commands
 * overtake it, and answered only when the commit is known (laws 5 and 6).
 */
import { setTimeout as wait } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { parse as parseUuid, v5 as uuidV5 } from 'uuid';
import type { Clock } from '../clock.ts';
import { isBrokenOff, isDuplicateKey, isOfSocket } from '../database/transaction.ts';
import type { Write } from '../database/write.ts';
import { Failure, type FailureCode, type FailureInfo, type InputFault } from '../errors.ts';
import { append, InvalidEvent, LostRace, type Projector, writeAll } from './append.ts';
import { type CommandOutcome, ledgerCollections, type StoredCommand } from './collections.ts';
import { commandHash, contentHash } from './content-hash.ts';
import { type AnyDraft, type AnyEvent, bounds, schemaVersion } from './event.ts';
import { Snapshot } from './snapshot.ts';
import { Turns } from './turns.ts';

/** A command as the route parsed it. */
export interface Command {
  /** UUID that the client made; unique in its organisation. */
  readonly id: string;
  readonly organisation: string;
  /** Person id. */
  readonly actor: string;
  /** Method and path template: the same id on another route is another command. */
  readonly route: string;
  /** Everything that the decision depends on and the client sent; compared on a retry. */
  readonly content: unknown;
  /** What it is about (lots, a shipment): commands of this process that share one take turns. */
  readonly about?: readonly string[];
}

export interface Refusal {
  readonly kind: 'refused';
  readonly code: FailureCode;
  readonly info: FailureInfo;
  readonly faults: readonly InputFault[];
}

export type Decision<Answer> =
  | {
      readonly kind: 'accepted';
      readonly events: readonly AnyDraft[];
      readonly answer: Answer;
      /** Other rooms' writes that must commit with the events (encrypted identity, salted texts). */
      readonly writes?: readonly Write[];
    }
  | Refusal;

/** @returns a refusal in the words of errors.ts. */
export function refuse(
  code: FailureCode,
  info: FailureInfo = {},
  faults: readonly InputFault[] = [],
): Refusal {
  // What is absent would be stored as null, and the same command sent again would be answered otherwise.
  const present = Object.entries(info).filter(([, value]) => value !== undefined);
  return { kind: 'refused', code, info: Object.fromEntries(present), faults };
}

export interface DecisionContext {
  /** RFC 3339 UTC: fixed once, before the first attempt. */
  readonly recordTime: string;
  /** The id that the command's n-th event will have. */
  eventId(index: number): string;
}

export interface CommandSteps<State, Answer> {
  load(snapshot: Snapshot, context: DecisionContext): Promise<State>;
  decide(state: State, context: DecisionContext): Decision<Answer>;
}

export interface Accepted<Answer> {
  readonly events: readonly string[];
  readonly answer: Answer;
}

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
/** How long a refusal waits for the majority that must have it. */
const refusalPatienceMs = 5_000;
const eventNamespace = parseUuid('4c9d1b2e-6a0f-5c37-9e58-2b7f41d3a6c0');
const durable = { w: 'majority', j: true } as const;

/** Another request has stored this command; what it stored is the answer. */
class CommandExists extends Error {}

export class Ledger {
  readonly settings: LedgerSettings;
  /** Of all commands of the process: run-many.ts takes its own among them. */
  readonly turns = new Turns();

  constructor(settings: LedgerSettings) {
    this.settings = settings;
  }

  /**
   * Runs a command to its end.
   * @returns what was accepted, now or when the same command was first sent.
   * @throws Failure with the refusal's code; `command/id-reused` when the id was used for another command;
   *   `service/busy` when nothing was written; `service/outcome-unknown` when that cannot be known.
   */
  async run<State, Answer>(command: Command, steps: CommandSteps<State, Answer>): Promise<Accepted<Answer>> {
    const { context, record } = identified(command, this.settings.clock.now(), this.settings.commandKey);
    const deadline = performance.now() + (this.settings.deadlineMs ?? defaultDeadlineMs);
    try {
      return await this.turns.run([record._id, ...(command.about ?? [])], () => {
        if (performance.now() > deadline) throw new Failure('service/busy', { attempts: 0 });
        return this.attempts(command, steps, context, record, deadline);
      });
    } catch (error) {
      if (!(error instanceof CommandExists)) throw error;
      return await this.storedAnswer<Answer>(record, deadline);
    }
  }

  /**
   * Looks at one snapshot without a command: no event is written. What `look` writes itself commits with it, before
   * its answer is given.
   * @throws Failure `service/busy` where it cannot be had in time
   */
  async inspect<Answer>(look: (snapshot: Snapshot) => Promise<Answer>): Promise<Answer> {
    const deadline = performance.now() + (this.settings.deadlineMs ?? defaultDeadlineMs);
    for (let attempt = 0; ; attempt += 1) {
      const session = this.settings.client.startSession({ causalConsistency: true });
      try {
        session.startTransaction(transactionOptions(deadline));
        const answer = await look(new Snapshot(this.settings.db, session));
        await commit(session, deadline);
        return answer;
      } catch (error) {
        if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
        if (!isTransient(error)) throw error;
        if (performance.now() > deadline) throw new Failure('service/busy', { attempts: attempt + 1 });
      } finally {
        await session.endSession();
      }
      await backOff(attempt);
    }
  }

  private async attempts<State, Answer>(
    command: Command,
    steps: CommandSteps<State, Answer>,
    context: DecisionContext,
    record: Omit<StoredCommand, 'outcome'>,
    deadline: number,
  ): Promise<Accepted<Answer>> {
    for (let attempt = 0; ; attempt += 1) {
      const session = this.settings.client.startSession({ causalConsistency: true });
      try {
        return await this.attempt(session, command, steps, context, record, deadline);
      } catch (error) {
        if (!isTransient(error)) throw error;
        if (performance.now() > deadline) throw new Failure('service/busy', { attempts: attempt + 1 });
      } finally {
        await session.endSession();
      }
      await backOff(attempt);
    }
  }

  private async attempt<State, Answer>(
    session: mongo.ClientSession,
    command: Command,
    steps: CommandSteps<State, Answer>,
    context: DecisionContext,
    record: Omit<StoredCommand, 'outcome'>,
    deadline: number,
  ): Promise<Accepted<Answer>> {
    const snapshot = new Snapshot(this.settings.db, session);
    session.startTransaction(transactionOptions(deadline));
    let decision: Decision<Answer>;
    let events: readonly AnyEvent[];
    try {
      decision = await this.decide(snapshot, steps, context, record);
      if (decision.kind === 'refused') {
        await session.abortTransaction();
        return await this.recordRefusal(decision, record);
      }
      events = complete(decision.events, command, context);
      await this.insertCommand(snapshot, {
        ...record,
        outcome: { kind: 'accepted', events: events.map((event) => event.id), answer: decision.answer },
      });
      if (events.length > 0) await append(snapshot, events, this.settings.projectors);
      await writeAll(snapshot, decision.writes ?? []);
    } catch (error) {
      if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
      throw error;
    }
    await commit(session, deadline);
    return { events: events.map((event) => event.id), answer: decision.answer };
  }

  /** A command sent again may find its place or its product gone; what was answered the first time still stands. */
  private async decide<State, Answer>(
    snapshot: Snapshot,
    steps: CommandSteps<State, Answer>,
    context: DecisionContext,
    record: Omit<StoredCommand, 'outcome'>,
  ): Promise<Decision<Answer>> {
    try {
      return steps.decide(await steps.load(snapshot, context), context);
    } catch (error) {
      if (isTransient(error)) throw error;
      const stored = await ledgerCollections(this.settings.db).commands.findOne({ _id: record._id });
      throw stored === null ? error : new CommandExists();
    }
  }

  private async insertCommand(snapshot: Snapshot, record: StoredCommand): Promise<void> {
    try {
      await ledgerCollections(snapshot.db).commands.insertOne(record, { session: snapshot.session });
    } catch (error) {
      throw isDuplicateKey(error) ? new CommandExists() : error;
    }
  }

  /** A refusal is remembered in a write of its own, so that the same command sent again is refused again. */
  private async recordRefusal(refusal: Refusal, record: Omit<StoredCommand, 'outcome'>): Promise<never> {
    const { code, info, faults } = refusal;
    try {
      await ledgerCollections(this.settings.db).commands.insertOne(
        { ...record, outcome: { kind: 'refused', code, info, faults } },
        { writeConcern: { ...durable, wtimeoutMS: refusalPatienceMs } },
      );
    } catch (error) {
      throw isDuplicateKey(error) ? new CommandExists() : error;
    }
    throw new Failure(code, info, faults);
  }

  /** The stored answer, once it is proved to be majority-committed: a rolled-back answer must not be given. */
  private async storedAnswer<Answer>(
    record: Omit<StoredCommand, 'outcome'>,
    deadline: number,
  ): Promise<Accepted<Answer>> {
    const commands = ledgerCollections(this.settings.db).commands;
    for (;;) {
      const stored = await commands.findOne(
        { _id: record._id },
        { readConcern: { level: 'majority' }, readPreference: 'primary' },
      );
      if (stored !== null) return replay<Answer>(stored, record);
      if (performance.now() > deadline) throw new Failure('service/outcome-unknown');
      await wait(20);
    }
  }
}

/** What a command is known by: the ids of its events, and its record without the outcome. */
export function identified(
  command: Command,
  now: Date,
  commandKey: Uint8Array,
): { readonly context: DecisionContext; readonly record: Omit<StoredCommand, 'outcome'> } {
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

export function transactionOptions(deadline: number): mongo.TransactionOptions {
  return {
    readConcern: { level: 'snapshot' },
    writeConcern: durable,
    readPreference: 'primary',
    // Where no majority answers, a commit would wait for it without an end.
    maxCommitTimeMS: Math.max(1, Math.ceil(deadline - performance.now())),
  };
}

/** Jittered, so that commands that overtook each other do not meet again. */
export async function backOff(attempt: number): Promise<void> {
  await wait(Math.random() * Math.min(200, 2 ** attempt));
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

/** Gives drafts their identity, their time of record and their hash; the order of fields does not matter. */
export function complete(
  drafts: readonly AnyDraft[],
  command: Command,
  context: DecisionContext,
): AnyEvent[] {
  if (drafts.length > bounds.eventsPerCommand) throw new InvalidEvent(`${drafts.length} in one command`);
  return drafts.map((draft, index) => {
    const event = {
      ...draft,
      schemaVersion,
      id: context.eventId(index),
      organisation: command.organisation,
      actor: command.actor,
      recordTime: context.recordTime,
    };
    // What is hashed is what is stored: the driver would keep an undefined field as null.
    const plain = withoutAbsent(event) as Omit<AnyEvent, 'contentHash'>;
    const { length } = JSON.stringify(plain);
    if (length > bounds.charactersPerEvent) throw new InvalidEvent(`${length} characters`);
    return { ...plain, contentHash: contentHash(plain) } as AnyEvent;
  });
}

/** An absent field is left out. JSON would write a NaN, and an undefined inside a list, as null. */
function withoutAbsent(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutAbsent(item, key));
  if (typeof value === 'object' && value !== null) {
    const present: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(value)) {
      if (field !== undefined) present[name] = withoutAbsent(field, name);
    }
    return present;
  }
  const lost =
    value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value));
  if (lost) throw new InvalidEvent(`null at ${key}`);
  return value;
}

/**
 * Commits; while the outcome is unknown only the commit is tried again, for trying the work again could do it
 * twice if the first commit went through.
 */
export async function commit(session: mongo.ClientSession, deadline: number): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!isUnknownOutcome(error)) throw error;
      if (performance.now() > deadline) throw new Failure('service/outcome-unknown');
      await wait(50);
    }
  }
}

/**
 * Only the server can say that a commit did not happen. The driver leaves its label off where its own second try
 * found no server: the first one may have been carried out all the same.
 */
function isUnknownOutcome(error: unknown): boolean {
  if (hasLabel(error, 'UnknownTransactionCommitResult')) return true;
  if (hasLabel(error, 'TransientTransactionError')) return false;
  if (hasLabel(error, 'RetryableWriteError') || hasLabel(error, 'SystemOverloadedError')) return true;
  if (isOfSocket(error)) return true;
  return (
    error instanceof mongo.MongoError &&
    !(error instanceof mongo.MongoServerError) &&
    !(error instanceof mongo.MongoAPIError)
  );
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof mongo.MongoError && error.hasErrorLabel(label);
}

/**
 * Whether nothing was written and the whole command may be tried again. A duplicate key (a holding, a unit, a
 * correction that another transaction has just committed) is one such: the next snapshot sees it and decides anew.
 */
export function isTransient(error: unknown): boolean {
  if (hasLabel(error, 'TransientTransactionError') || isBrokenOff(error)) return true;
  return isDuplicateKey(error) || error instanceof LostRace;
}
