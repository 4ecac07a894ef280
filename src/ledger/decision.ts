/** What a command is, and what a decision says of it: the shapes between the rooms that decide and the ledger. */
import type { Write } from '../database/write.ts';
import type { FailureCode, FailureInfo, InputFault } from '../errors.ts';
import type { AnyDraft } from './event.ts';
import type { Snapshot } from './snapshot.ts';

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
  /** It reads in the session of its snapshot, past what others will have written: it shares its transaction with nobody. */
  readonly alone?: boolean;
  /** Once, before the first attempt, beside whatever others do: reads that need not be of the snapshot. */
  prepare?(): Promise<void>;
  /** Runs again on every attempt, and where another command of its batch has changed what it has read. */
  load(snapshot: Snapshot, context: DecisionContext): Promise<State>;
  decide(state: State, context: DecisionContext): Decision<Answer>;
}

export interface Accepted<Answer> {
  readonly events: readonly string[];
  readonly answer: Answer;
}
