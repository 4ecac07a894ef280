/**
 * The frame that every command of this room runs in: load what stands on the things, decide on a workbench, append.
 * A decision here is `facts`: what happened, as events without identity. A correction runs the same `facts` again,
 * on the stock as it is once the wrong event is undone.
 */
import type { Connection } from 'mongoose';
import { z } from 'zod';
import { dayInChina } from '../catalogue/day.ts';
import type { Place } from '../catalogue/place.ts';
import type { Clock, IdSource } from '../clock.ts';
import { allOf, type Documents } from '../database/documents.ts';
import type { Write } from '../database/write.ts';
import { Failure } from '../errors.ts';
import { isoDateTime, uuid } from '../http/fields.ts';
import {
  type Command,
  type CommandSteps,
  type DecisionContext,
  type Refusal,
  refuse,
} from '../ledger/decision.ts';
import {
  type AnyDraft,
  type BusinessStep,
  bounds,
  type Commitment,
  type DocumentRef,
  type LotKey,
  lotsOf,
  type Transfer,
  type Use,
} from '../ledger/event.ts';
import type { EventDetails, EventType } from '../ledger/event-details.ts';
import type { Ledger } from '../ledger/run.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { commitText } from '../ledger/texts.ts';
import { Bench } from './bench.ts';
import type { LotLoad } from './lines.ts';
import type { Lookups } from './lookups.ts';
import { conflictWrites } from './serial-conflict.ts';
import { hasHeld, type Stock } from './stock.ts';

/** Who acts. */
export interface Actor {
  readonly person: string;
  readonly organisation: string;
}

/** What commands need of the service. */
export interface InventoryParts {
  readonly ledger: Ledger;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Which of these person ids are people of the organisation; the people's room is not ours to read. */
  readonly knownPeople: (
    organisation: string,
    ids: readonly string[],
    documents: Documents,
  ) => Promise<ReadonlySet<string>>;
}

/** One event of a command, before the ledger gives it identity. */
export interface Facts<T extends EventType = EventType> {
  readonly type: T;
  readonly step: BusinessStep;
  readonly details: EventDetails[T];
  readonly transfers?: readonly Transfer[];
  readonly uses?: readonly Use[];
  readonly about?: readonly LotKey[];
  readonly place?: string;
  readonly documents?: readonly DocumentRef[];
  /** Id of the event that these put right. */
  readonly corrects?: string;
}

export type AnyFacts = { [T in EventType]: Facts<T> }[EventType];

export interface Accepting<Answer> {
  readonly kind: 'facts';
  readonly events: readonly AnyFacts[];
  readonly answer: Answer;
  /** Other rooms' writes that belong to these facts. */
  readonly writes?: readonly Write[];
}

export interface StockCommand<Input, State extends { readonly stock: Stock }, Answer> {
  /** Its load reads in the session of the snapshot itself. */
  readonly alone?: boolean;
  load(snapshot: Snapshot, actor: Actor, input: Input): Promise<State>;
  /** Pure: the same input on the same stock gives the same facts. */
  facts(
    input: Input,
    state: State,
    bench: Bench,
    actor: Actor,
    context: DecisionContext,
  ): Accepting<Answer> | Refusal;
}

/** The fields that every command's body begins with. */
export const commandFields = {
  /** Made by the client: the same command sent twice acts once. */
  commandId: uuid(),
  /** When it happened, where that is not now. */
  happenedAt: isoDateTime().optional(),
};

/** What every command answers, beside what is its own. */
export const commandAnswer = {
  commandId: z.string(),
  /** Ids of the events that were written. */
  events: z.array(z.string()),
};

export interface CommandBody {
  readonly commandId: string;
  readonly happenedAt?: string | undefined;
}

/** An input, and the salted texts to be stored with it. */
export interface Prepared<Input> {
  readonly input: Input;
  readonly writes: readonly Write[];
  /** What has to be looked up beside it, and need not be known before the stock is: both are asked at once. */
  readonly lookedUp?: (documents: Documents) => Promise<unknown>;
}

export interface CommandCall<Input extends CommandBody> {
  readonly commandId: string;
  /** Method and path template. */
  readonly route: string;
  readonly actor: Actor;
  /** What the client sent, parsed: compared when the command is sent again. */
  readonly content: unknown;
  /**
   * Reads scans, looks places and people up. It is part of the command: one sent again is answered as it was, even
   * where a place has been closed, or a surgeon has left, in between.
   */
  readonly prepare: () => Promise<Prepared<Input>>;
}

/** Runs a command. @throws Failure as the ledger's `run`, those of `prepare`, and for a stated time that cannot be. */
export async function runCommand<
  Input extends CommandBody,
  State extends { readonly stock: Stock },
  Answer extends object,
>(
  parts: Pick<InventoryParts, 'ledger' | 'clock'>,
  command: StockCommand<Input, State, Answer>,
  call: CommandCall<Input>,
): Promise<CommandAnswer<Answer>> {
  const accepted = await parts.ledger.run(commandOf(call), stepsOf(parts, command, call));
  return { ...accepted.answer, commandId: call.commandId, events: accepted.events };
}

export type CommandAnswer<Answer> = Answer & {
  readonly commandId: string;
  readonly events: readonly string[];
};

/** @returns a call as the ledger knows it. */
export function commandOf({
  commandId,
  route,
  actor,
  content,
}: Omit<CommandCall<never>, 'prepare'>): Command {
  const { organisation, person } = actor;
  return { id: commandId, organisation, actor: person, route, content };
}

/** @returns what the ledger does for a call: load what stands on the things, decide on a workbench. */
export function stepsOf<
  Input extends CommandBody,
  State extends { readonly stock: Stock },
  Answer extends object,
>(
  { clock }: Pick<InventoryParts, 'clock'>,
  command: StockCommand<Input, State, Answer>,
  { actor, prepare }: Pick<CommandCall<Input>, 'actor' | 'prepare'>,
): CommandSteps<{ readonly state: State; readonly prepared: Prepared<Input> }, Answer> {
  // Once for all attempts: salts and pseudonyms stay the same.
  let prepared: Prepared<Input> | undefined;
  const { alone = false } = command;
  return {
    alone,
    prepare: async () => {
      prepared = await prepare();
      assertHappened(prepared.input.happenedAt, clock);
    },
    load: async (snapshot) => {
      prepared ??= await prepare();
      const { input, lookedUp } = prepared;
      assertHappened(input.happenedAt, clock);
      const loading = command.load(snapshot, actor, input);
      const [, state] = await allOf([lookedUp?.(snapshot) ?? Promise.resolve(), loading]);
      return { prepared, state };
    },
    decide: ({ state, prepared: { input, writes } }, context) => {
      const decided = command.facts(input, state, new Bench(state.stock), actor, context);
      if (decided.kind === 'refused') return decided;
      return (
        tooLarge(decided.events) ?? {
          kind: 'accepted',
          events: decided.events.map((facts) => draftOf(facts, input.happenedAt ?? context.recordTime)),
          answer: decided.answer,
          writes: [
            ...writes,
            ...(decided.writes ?? []),
            ...conflictWrites(decided.events, state.stock, actor, context),
          ],
        }
      );
    },
  };
}

/** Law 9: what an event cannot hold is refused in words, not by the ledger's own assertions. */
function tooLarge(events: readonly AnyFacts[]): Refusal | undefined {
  for (const { transfers = [], uses = [], about = [] } of events) {
    const lots = lotsOf({ transfers, uses, about }).length;
    const serials = transfers.reduce((sum, transfer) => sum + (transfer.serials?.length ?? 0), 0);
    const most = Math.max(0, ...transfers.map(({ quantity }) => quantity));
    if (lots > bounds.lotsPerEvent) return refuse('command/too-large', { lots, limit: bounds.lotsPerEvent });
    if (transfers.length > bounds.transfersPerEvent) {
      return refuse('command/too-large', { movements: transfers.length, limit: bounds.transfersPerEvent });
    }
    if (serials > bounds.serialsPerEvent) return refuse('command/too-many-serials', { serials });
    if (most > bounds.quantityPerTransfer) {
      return refuse('command/too-large', { quantity: most, limit: bounds.quantityPerTransfer });
    }
  }
  return undefined;
}

/** @returns the draft of an event. */
export function draftOf(facts: AnyFacts, eventTime: string): AnyDraft {
  const {
    type,
    step,
    details,
    transfers = [],
    uses = [],
    about = [],
    place,
    documents = [],
    corrects,
  } = facts;
  return {
    type,
    eventTime,
    transfers,
    uses,
    about,
    where: place === undefined ? {} : { place },
    why: { businessStep: step, documents },
    ...(corrects === undefined ? {} : { corrects }),
    details,
  } as AnyDraft;
}

const minutesAhead = 5;
const yearsBack = 20;

/** A use of the past may be recorded late, but nothing happens in the future. */
export function assertHappened(happenedAt: string | undefined, clock: Clock): void {
  if (happenedAt === undefined) return;
  const happened = Date.parse(happenedAt);
  const now = clock.now().getTime();
  if (happened > now + minutesAhead * 60_000 || happened < now - yearsBack * 366 * 86_400_000) {
    throw new Failure('command/time', { happenedAt });
  }
}

/** @returns today in China, by the server's clock as the command was taken up. */
export function today({ recordTime }: Pick<DecisionContext, 'recordTime'>): string {
  return dayInChina(new Date(recordTime));
}

/** Texts of a request, committed to: the commitments by name, and the writes. */
export function commitTexts<Name extends string>(
  texts: { readonly [N in Name]?: string | undefined },
  organisation: string,
  ids: IdSource,
): { readonly commitments: { readonly [N in Name]?: Commitment }; readonly writes: readonly Write[] } {
  const commitments: { [N in Name]?: Commitment } = {};
  const writes: Write[] = [];
  for (const name of Object.keys(texts) as Name[]) {
    const text = texts[name];
    if (text === undefined) continue;
    const committed = commitText(text, organisation, ids);
    commitments[name] = committed.commitment;
    writes.push(committed.write);
  }
  return { commitments, writes };
}

/**
 * @param places id by the pointer under which the request names it
 * @returns the active places of the organisation, by id @throws Failure `request/invalid` naming those that are not
 */
export async function ownPlaces(
  lookups: Pick<Lookups, 'places'>,
  organisation: string,
  places: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Place>> {
  const known = await lookups.places(Object.values(places));
  const faults = Object.entries(places).flatMap(([pointer, id]) => {
    const place = known.get(id);
    return place?.organisation === organisation && place.active
      ? []
      : [{ pointer, zh: '本机构没有这个在用地点。', en: 'Your organisation has no such active place.' }];
  });
  if (faults.length > 0) throw new Failure('request/invalid', {}, faults);
  return known;
}

/** @throws Failure `people/unknown` naming, by pointer, those who are not people of the organisation. */
export async function assertPeople(
  { knownPeople }: Pick<InventoryParts, 'knownPeople'>,
  organisation: string,
  people: Readonly<Record<string, string | undefined>>,
  documents: Documents,
): Promise<void> {
  const named = Object.entries(people).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const known = await knownPeople(
    organisation,
    named.map(([, id]) => id),
    documents,
  );
  const unknown = named.filter(([, id]) => !known.has(id));
  if (unknown.length > 0) {
    throw new Failure('people/unknown', { pointers: unknown.map(([pointer]) => pointer) });
  }
}

/**
 * Refuses, as stated, things that the organisation never had: the lot on the record of a serial number would tell
 * anybody which serial numbers there are, and in which lots.
 */
export function refuseUnheld(
  stock: Stock,
  organisation: string,
  load: LotLoad,
  loads: readonly LotLoad[],
): Refusal {
  const { gtin, pointer, statedLot: lot } = load;
  if (lot === undefined) return refuse('device/lot-missing', { pointer });
  const unheld = loads.filter(
    (one) => one.gtin === gtin && one.statedLot === lot && !hasHeld(stock, organisation, one),
  );
  return refuseShortfall(
    { gtin, lot, pointer },
    {
      quantity: unheld.reduce((sum, { quantity }) => sum + quantity, 0),
      serials: unheld.flatMap(({ serials }) => serials),
    },
  );
}

/** Refuses a load that is not where it was to be taken from. */
export function refuseShortfall(
  load: LotKey & { readonly pointer: string },
  shortfall: { readonly quantity: number; readonly serials: readonly string[] },
): Refusal {
  const { gtin, lot, pointer } = load;
  return refuse('stock/not-there', {
    pointer,
    gtin,
    lot,
    short: shortfall.quantity,
    ...(shortfall.serials.length === 0 ? {} : { serials: shortfall.serials }),
  });
}
