/** A recall 召回 (Order 29 of 2017) as its events left it, and how far it has got. */
import { bounds, type Commitment } from '../ledger/event.ts';
import type { EventDetails, recallMeasures, ScopeItem } from '../ledger/event-details.ts';

export type RecallClass = EventDetails['recallInitiated']['class'];
export type RecallBasis = EventDetails['recallInitiated']['basis'];
export type RecallMeasure = (typeof recallMeasures)[number];
export type ReturnAddress = NonNullable<EventDetails['recallInitiated']['returnTo']>;

/** Bounds (law 9). */
export const recallBounds = {
  /** Items of the scope that one command may name. */
  scopeItems: 200,
  /** Lots that a recall may name, with all its widenings: an event speaks of no more, and closing speaks of all. */
  lotsNamed: bounds.lotsPerEvent,
  /** Lots of a balance to a page. How many a recall covers has no bound: anybody can name lots that never were. */
  lotsPerPage: 1_000,
  /** Serial numbers that one command may name. */
  serials: 5_000,
  serialsPerItem: 1_000,
  sterilisationLotsPerItem: 100,
} as const;

/** An item of the scope, and the step that brought it in: 1 the decision, 2 and on the widenings. */
export type ScopedItem = ScopeItem & { readonly step: number };

/** The decision or a widening: what has to be fenced and listed before the recall is effective. */
export interface RecallStep {
  readonly step: number;
  /** Event id. */
  readonly event: string;
  /** RFC 3339, UTC. */
  readonly decidedAt: string;
  /** Of a widening. */
  readonly reason?: Commitment;
  /**
   * RFC 3339, UTC: when fence and list were done. It follows from no event: a rebuild takes it over from
   * what is stored; where that is gone `resumeRecalls` finds it again, for a fence that was raised is not raised twice.
   */
  readonly effectiveAt?: string;
  /** How many uses the list had then. */
  readonly usesListed?: number;
}

/** The registrant's statement that the recall is done (Art. 22). */
export interface Completion {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly summary: Commitment;
  /**
   * The last step that it speaks of. It follows from no event where a widening was decided at about the same time: a
   * rebuild takes it over from what is stored. Absent in recalls that were completed before it was kept.
   */
  readonly step?: number;
}

export interface Recall {
  /** UUID; the reference of its restrictions. */
  readonly id: string;
  /** The registrant, who has the duty to recall (Art. 3). */
  readonly organisation: string;
  /** `R-YYYY-NNN`, or as the registrant numbers. */
  readonly number: string;
  readonly class: RecallClass;
  readonly basis: RecallBasis;
  readonly measures: readonly RecallMeasure[];
  readonly scope: readonly ScopedItem[];
  /** Texts lie in an erasable collection, see ledger/texts.ts. */
  readonly reason: Commitment;
  readonly instructions: Commitment;
  readonly returnTo?: ReturnAddress;
  /** RFC 3339, UTC. */
  readonly decidedAt: string;
  readonly steps: readonly RecallStep[];
  /** As last stated; a widening takes it back, see {@link completionOf}. */
  readonly completed?: Completion;
  readonly closed?: {
    readonly at: string;
    readonly review: EventDetails['recallClosed']['review'];
    readonly liftsRestrictions: boolean;
  };
}

export const recallStates = ['deciding', 'effective', 'completed', 'closed'] as const;
export type RecallState = (typeof recallStates)[number];

/**
 * @returns the statement of completion, where it speaks of all that the recall covers: nobody has said yet that what was
 *   widened into is done
 */
export function completionOf({
  steps,
  completed,
}: Pick<Recall, 'steps' | 'completed'>): Completion | undefined {
  if (completed === undefined) return undefined;
  const { at, step: last } = completed;
  const covers = ({ step, decidedAt }: RecallStep) => (last === undefined ? decidedAt < at : step <= last);
  return steps.every(covers) ? completed : undefined;
}

/** @returns how far the recall has got; `deciding` while a fence or a list is still to be done, `effective` again after a
 * widening. */
export function stateOf(recall: Pick<Recall, 'steps' | 'completed' | 'closed'>): RecallState {
  if (recall.steps.some(({ effectiveAt }) => effectiveAt === undefined)) return 'deciding';
  if (recall.closed !== undefined) return 'closed';
  return completionOf(recall) === undefined ? 'effective' : 'completed';
}

/**
 * The mark that a step's fence leaves on holdings. For check-ledger: what stands before the slash is the reference
 * of the restriction (the recall's id); the number behind it is the step. A use whose entry has a higher holding
 * version than the mark was recorded when the restriction stood, so it names the reference and the deviation
 * `recalled` where it lies in the step's scope, unless a `recallClosed` with `liftsRestrictions` came between.
 */
export function fenceReference(recall: string, step: number): string {
  return `${recall}/${step}`;
}
