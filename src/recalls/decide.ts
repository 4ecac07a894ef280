/** What becomes of a recall's commands. Pure: state, ids and texts come in as data. */
import { dayInChina } from '../catalogue/day.ts';
import type { Write } from '../database/write.ts';
import type { InputFault } from '../errors.ts';
import { type Decision, refuse } from '../ledger/decision.ts';
import { type AnyDraft, bounds, type EventDraft, type LotKey, lotId } from '../ledger/event.ts';
import type { EventDetails, EventType, ScopeItem } from '../ledger/event-details.ts';
import type { CommittedText } from '../ledger/texts.ts';
import {
  type Recall,
  type RecallBasis,
  type RecallClass,
  type RecallMeasure,
  type ReturnAddress,
  recallBounds,
  stateOf,
} from './recall.ts';
import { namedLots, openProducts, plainItem, scopeKey } from './scope.ts';

export interface RecallCommand {
  /** UUID of the recall to be. */
  readonly recall: string;
  readonly organisation: string;
  readonly class: RecallClass;
  readonly basis: RecallBasis;
  readonly measures: readonly RecallMeasure[];
  readonly scope: readonly ScopeItem[];
  readonly reason: CommittedText;
  readonly instructions: CommittedText;
  readonly returnTo?: ReturnAddress;
  /** As the registrant numbers its recalls; else the next of the year is taken. */
  readonly number?: string;
}

export interface ScopeState {
  /** Of the GTINs in scope, those that are registered: the registrant's organisation id. */
  readonly registrants: ReadonlyMap<string, string>;
  /** Lots of the products in open scope, for the event to speak of: as many as it may. */
  readonly lotsOfOpenProducts: readonly LotKey[];
}

export interface RecallDecisionState extends ScopeState {
  /** RFC 3339, UTC. */
  readonly recordTime: string;
  /** Numbers that the registrant's recalls have. */
  readonly numbers: readonly string[];
  /** The place to which devices go back, where it exists. */
  readonly returnPlace?: { readonly organisation: string; readonly active: boolean };
}

export interface RecallAnswer {
  readonly recall: string;
  readonly number: string;
}

/** Decides a recall 作出召回决定. */
export function decideRecall(command: RecallCommand, state: RecallDecisionState): Decision<RecallAnswer> {
  const { organisation, scope, returnTo, recall, reason, instructions } = command;
  const refusal = refuseScope(organisation, scope, [], state);
  if (refusal !== undefined) return refusal;
  if (returnTo !== undefined) {
    const { returnPlace } = state;
    const own = returnPlace?.organisation === organisation && returnTo.organisation === organisation;
    if (!own || returnPlace?.active !== true) return refuse('recall/return-place', { place: returnTo.place });
  }
  if (command.number !== undefined && state.numbers.includes(command.number)) {
    return refuse('recall/number-taken', { number: command.number });
  }
  const number =
    command.number ?? nextNumber(state.numbers, dayInChina(new Date(state.recordTime)).slice(0, 4));
  const details: EventDetails['recallInitiated'] = {
    recall,
    number,
    basis: command.basis,
    class: command.class,
    scope: scope.map(plainItem),
    measures: command.measures,
    reason: reason.commitment,
    instructions: instructions.commitment,
    ...(returnTo === undefined ? {} : { returnTo }),
    drill: false,
  };
  const about = lotsAbout(scope, state.lotsOfOpenProducts);
  const event = draft('recallInitiated', state.recordTime, details, about);
  return accept(event, { recall, number }, [reason.write, instructions.write]);
}

/** @returns `R-YYYY-NNN`, one after the highest of the year; more than 999 in a year just take more digits. */
export function nextNumber(taken: readonly string[], year: string): string {
  const pattern = new RegExp(`^R-${year}-(\\d{3,9})$`);
  const highest = Math.max(0, ...taken.map((number) => Number(pattern.exec(number)?.[1] ?? 0)));
  return `R-${year}-${String(highest + 1).padStart(3, '0')}`;
}

export interface WideningCommand {
  readonly organisation: string;
  readonly scope: readonly ScopeItem[];
  readonly reason: CommittedText;
}

export interface WideningState extends ScopeState {
  readonly recordTime: string;
  readonly recall: Recall | undefined;
}

/** Decides that a recall covers more (Arts. 18, 19). One that was completed is not any more. */
export function decideWidening(
  { organisation, scope, reason }: WideningCommand,
  state: WideningState,
): Decision<RecallAnswer> {
  const { recall } = state;
  if (recall?.organisation !== organisation) return refuse('not-found');
  if (recall.closed !== undefined) return refuse('recall/closed', { recall: recall.id });
  const refusal = refuseScope(organisation, scope, recall.scope, state);
  if (refusal !== undefined) return refusal;
  const details: EventDetails['recallWidened'] = {
    recall: recall.id,
    scope: scope.map(plainItem),
    reason: reason.commitment,
    ...(recall.returnTo === undefined ? {} : { returnTo: recall.returnTo }),
  };
  const about = lotsAbout(scope, state.lotsOfOpenProducts);
  const event = draft('recallWidened', state.recordTime, details, about);
  return accept(event, { recall: recall.id, number: recall.number }, [reason.write]);
}

/**
 * Another maker's product and one that nobody registered are refused alike, so that the answer tells nothing.
 * @param covered what the recall covers already
 */
function refuseScope(
  organisation: string,
  scope: readonly ScopeItem[],
  covered: readonly ScopeItem[],
  { registrants }: ScopeState,
): ReturnType<typeof refuse> | undefined {
  const foreign = scope.flatMap(({ gtin }, index): InputFault[] =>
    registrants.get(gtin) === organisation
      ? []
      : [
          {
            pointer: `/scope/${index}/gtin`,
            zh: '不是本单位的产品。',
            en: 'Not a product of your organisation.',
          },
        ],
  );
  if (foreign.length > 0) return refuse('recall/product-not-own', {}, foreign);
  const seen = new Set(covered.map(scopeKey));
  for (const [index, item] of scope.entries()) {
    if (seen.has(scopeKey(item))) return refuse('recall/scope-repeated', { item: index });
    seen.add(scopeKey(item));
  }
  const serials = scope.reduce((sum, item) => sum + (item.serials?.length ?? 0), 0);
  const named = namedLots([...covered, ...scope]).length;
  const { lotsNamed, serials: serialsNamed } = recallBounds;
  // What is named, and never what exists: a product is recalled as a whole, however many lots of it somebody has named.
  const tooLarge = named > lotsNamed || serials > serialsNamed;
  return tooLarge ? refuse('recall/scope-too-large', { lotsNamed, serialsNamed }) : undefined;
}

/**
 * The lots that an event speaks of, so that their traces hold it: those named and, where the scope is open, as many
 * others as an event may. What takes effect on the rest is the product's restriction and the fence.
 */
function lotsAbout(scope: readonly ScopeItem[], lotsOfOpenProducts: readonly LotKey[]): LotKey[] {
  const lots = [...namedLots(scope), ...lotsOfOpenProducts.map(({ gtin, lot }) => ({ gtin, lot }))];
  return [...new Map(lots.map((lot) => [lotId(lot), lot])).values()].slice(0, bounds.lotsPerEvent);
}

export interface ResponseCommand {
  readonly found: number;
  readonly quarantined: number;
  readonly used: number;
  readonly note?: CommittedText;
}

export interface ResponseState {
  readonly recordTime: string;
  readonly recall: Recall | undefined;
  /** Lots in scope that are or were with the organisation that answers, as many as an event may speak of. */
  readonly lots: readonly LotKey[];
}

/** Records the answer 回执 of an organisation concerned; a later one takes its place. */
export function decideResponse(
  { found, quarantined, used, note }: ResponseCommand,
  { recordTime, recall, lots }: ResponseState,
): Decision<{ recall: string }> {
  if (recall === undefined) return refuse('not-found');
  if (recall.closed !== undefined) return refuse('recall/closed', { recall: recall.id });
  const details: EventDetails['recallResponded'] = {
    recall: recall.id,
    found,
    quarantined,
    used,
    ...(note === undefined ? {} : { note: note.commitment }),
  };
  const event = draft('recallResponded', recordTime, details, lots);
  return accept(event, { recall: recall.id }, note === undefined ? [] : [note.write]);
}

export interface NoticeState {
  readonly recordTime: string;
  readonly recall: Recall | undefined;
  readonly alreadyNotified: boolean;
}

/** Records that the notice has reached an organisation: the first time it fetched it. */
export function decideNotified(
  organisation: string,
  notice: string,
  { recordTime, recall, alreadyNotified }: NoticeState,
): Decision<{ recall: string }> {
  if (recall === undefined) return refuse('not-found');
  if (alreadyNotified) return { kind: 'accepted', events: [], answer: { recall: recall.id } };
  const details: EventDetails['recallNotified'] = { recall: recall.id, organisation, notice };
  return accept(draft('recallNotified', recordTime, details, []), { recall: recall.id }, []);
}

export interface OwnRecallState {
  readonly recordTime: string;
  readonly recall: Recall | undefined;
  /** Lots of the products in open scope, for the event to speak of: as many as it may. */
  readonly lots: readonly LotKey[];
}

/** The registrant states that the recall is done 完成 (Art. 22). */
export function decideCompletion(
  { organisation, summary }: { readonly organisation: string; readonly summary: CommittedText },
  { recordTime, recall, lots }: OwnRecallState,
): Decision<RecallAnswer> {
  if (recall?.organisation !== organisation) return refuse('not-found');
  switch (stateOf(recall)) {
    case 'deciding':
      return refuse('recall/not-effective', { recall: recall.id });
    case 'completed':
      return refuse('recall/already-completed', { recall: recall.id });
    case 'closed':
      return refuse('recall/closed', { recall: recall.id });
    case 'effective': {
      const details = { recall: recall.id, summary: summary.commitment };
      const event = draft('recallCompleted', recordTime, details, lotsAbout(recall.scope, lots));
      return accept(event, { recall: recall.id, number: recall.number }, [summary.write]);
    }
  }
}

export interface ClosingCommand {
  readonly organisation: string;
  /** What the review (Art. 23) found. */
  readonly review: 'adequate' | 'inadequate';
  readonly liftsRestrictions: boolean;
}

/** Closes a recall 关闭. Restrictions are lifted only where it says so, and never after an inadequate one. */
export function decideClosing(
  { organisation, review, liftsRestrictions }: ClosingCommand,
  { recordTime, recall, lots }: OwnRecallState,
): Decision<RecallAnswer> {
  if (recall?.organisation !== organisation) return refuse('not-found');
  if (recall.closed !== undefined) return refuse('recall/closed', { recall: recall.id });
  if (stateOf(recall) !== 'completed') return refuse('recall/not-completed', { recall: recall.id });
  if (liftsRestrictions && review === 'inadequate') return refuse('recall/inadequate', { recall: recall.id });
  const gtins = openProducts(recall.scope);
  const details = { recall: recall.id, review, liftsRestrictions, gtins };
  const event = draft('recallClosed', recordTime, details, lotsAbout(recall.scope, lots));
  return accept(event, { recall: recall.id, number: recall.number }, []);
}

function draft<T extends EventType>(
  type: T,
  eventTime: string,
  details: EventDetails[T],
  about: readonly LotKey[],
): EventDraft<T> {
  const why = { businessStep: 'recalling', documents: [] } as const;
  return { type, eventTime, transfers: [], uses: [], about, where: {}, why, details };
}

function accept<Answer>(event: AnyDraft, answer: Answer, writes: readonly Write[]): Decision<Answer> {
  return { kind: 'accepted', events: [event], answer, writes };
}
