/**
 * A small world for the ledger's tests: a maker, hospitals, lots, and a pure decider of its own, so that the laws are
 * tried on the ledger itself and not on what inventory makes of it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { readLots } from '../../src/catalogue/lots.ts';
import { readProductRestrictions } from '../../src/catalogue/product-standings.ts';
import { projectCatalogue } from '../../src/catalogue/projector.ts';
import { type Restriction, restrictionsOn } from '../../src/catalogue/restriction.ts';
import type { Clock } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { type AccountRef, placeAccount } from '../../src/ledger/account.ts';
import type { Projector } from '../../src/ledger/append.ts';
import { type Command, type CommandSteps, type Decision, refuse } from '../../src/ledger/decision.ts';
import {
  type AnyDraft,
  type AnyEvent,
  type Commitment,
  type EventDraft,
  type LotKey,
  lotId,
  type Transfer,
} from '../../src/ledger/event.ts';
import type { EventDetails, EventType, ScopeItem } from '../../src/ledger/event-details.ts';
import { quantityIn } from '../../src/ledger/holding.ts';
import { ledgerMigrations } from '../../src/ledger/migrations.ts';
import { Ledger, type LedgerSettings } from '../../src/ledger/run.ts';
import type { Snapshot } from '../../src/ledger/snapshot.ts';
import type { Title } from '../../src/ledger/title.ts';
import type { TestDatabase } from './mongod.ts';

export const maker = 'organisation-maker';
export const stapler = '06901234500011';
export const factory: AccountRef = { organisation: maker, account: placeAccount('factory', 'available') };
export const projectors: readonly Projector[] = [projectCatalogue];

/** Of no text at all: these tests read no texts. */
export const nothing: Commitment = `sha-256:${'0'.repeat(64)}`;

let counter = 0;

/** @returns an id that no other call has returned, in the form of a UUID. */
export function nextId(): string {
  counter += 1;
  return `00000000-0000-4000-8000-${counter.toString(16).padStart(12, '0')}`;
}

/** A clock that moves a second at every look: recordTimes tell events apart. */
export function tickingClock(start = '2026-03-01T00:00:00.000Z'): Clock {
  let now = Date.parse(start);
  return {
    now() {
      now += 1_000;
      return new Date(now);
    },
  };
}

export async function playLedger(
  database: TestDatabase,
  settings: Partial<LedgerSettings> = {},
): Promise<Ledger> {
  const clock = tickingClock();
  await runMigrations(database.db, ledgerMigrations, {
    clock,
    ids: { uuid: nextId, bytes: (count) => new Uint8Array(count) },
  });
  return new Ledger({
    client: database.client,
    db: database.db,
    clock,
    commandKey: new Uint8Array(32),
    projectors,
    ...settings,
  });
}

export function boughtBy(owner: string): Title {
  return { owner, basis: 'bought' };
}

export function shelf(hospital: string): AccountRef {
  return { organisation: hospital, account: placeAccount(`store-of-${hospital}`, 'available') };
}

/** A command of an organisation; content is what tells two commands with one id apart. */
export function commandOf(organisation: string, content: unknown, id = nextId()): Command {
  return { id, organisation, actor: `person-of-${organisation}`, route: 'POST /play', content };
}

/** @returns a draft with nothing in it but what is given. */
export function draft<T extends EventType>(
  type: T,
  details: EventDetails[T],
  rest: Partial<Omit<EventDraft, 'type' | 'details'>> = {},
): AnyDraft {
  return {
    eventTime: '2026-03-01T08:00:00+08:00',
    transfers: [],
    uses: [],
    about: [],
    where: {},
    why: { businessStep: 'storing', documents: [] },
    ...rest,
    type,
    details,
  } as AnyDraft;
}

/** Steps that look at nothing and append what they are given. */
export function always(...events: AnyDraft[]): CommandSteps<undefined, { done: true }> {
  return {
    load: async () => undefined,
    decide: () => ({ kind: 'accepted', events, answer: { done: true } }),
  };
}

export interface ProduceOptions {
  readonly serials?: readonly string[];
  readonly sterilisationLot?: string;
}

export function production(lot: LotKey, quantity: number, options: ProduceOptions = {}): AnyDraft {
  const { serials, sterilisationLot } = options;
  const transfer: Transfer = {
    ...lot,
    quantity,
    from: { organisation: maker, account: 'production' },
    to: factory,
    title: boughtBy(maker),
    ...(serials === undefined ? {} : { issuer: 'maker', serials }),
    ...(sterilisationLot === undefined ? {} : { sterilisationLot }),
  };
  return draft(
    'lotProduced',
    {
      manufacturedOn: '2026-02-01',
      sterilisationLots: sterilisationLot === undefined ? [] : [{ id: sterilisationLot }],
      declaredQuantity: quantity,
      closed: true,
    },
    { transfers: [transfer] },
  );
}

/** Goods go from the factory to a hospital's shelf, and change hands; refused where there are not enough. */
export function supply(lot: LotKey, hospital: string, quantity: number, serials?: readonly string[]) {
  return steps(
    async (snapshot) => [...(await snapshot.holdings([{ ...lot, organisation: maker }])).values()][0],
    (holding): Decision<{ sent: number }> => {
      if (quantityIn(holding, factory.account) < quantity) return refuse('conflict', { quantity });
      const transfer: Transfer = {
        ...lot,
        quantity,
        from: factory,
        to: shelf(hospital),
        title: boughtBy(maker),
        becomes: boughtBy(hospital),
        ...(serials === undefined ? {} : { issuer: 'maker', serials }),
      };
      const details: EventDetails['received'] = { shipment: nextId(), from: maker, lines: [] };
      return {
        kind: 'accepted',
        events: [draft('received', details, { transfers: [transfer] })],
        answer: { sent: quantity },
      };
    },
  );
}

export interface UseOptions {
  readonly serial?: string;
  readonly scannedLot?: string;
  /** Called between looking and writing: where a race is lost. */
  readonly pause?: () => Promise<unknown>;
}

/** A use performed: from the shelf, else from `unexplained`; what stands on the device is noted, and never refused. */
export function use(hospital: string, lot: LotKey, options: UseOptions = {}) {
  const { serial, scannedLot, pause } = options;
  return steps(
    async (snapshot) => {
      const [holding] = (await snapshot.holdings([{ ...lot, organisation: hospital }])).values();
      const units = serial === undefined ? [] : [{ gtin: lot.gtin, issuer: 'maker', serial }];
      const unit = [...(await snapshot.units(units)).values()][0];
      const standing = await restrictions(snapshot, lot, {
        ...(serial === undefined ? {} : { serial }),
        ...(unit?.sterilisationLot === undefined ? {} : { sterilisationLot: unit.sterilisationLot }),
      });
      if (scannedLot !== undefined) {
        standing.push(...(await restrictions(snapshot, { gtin: lot.gtin, lot: scannedLot }, {})));
      }
      await pause?.();
      return { holding, unit, standing };
    },
    ({ holding, unit, standing }): Decision<{ pseudonym: string; restrictions: string[] }> => {
      const pseudonym = `pseudonym-${nextId()}`;
      const here = shelf(hospital);
      const onShelf =
        unit === undefined
          ? quantityIn(holding, here.account, boughtBy(hospital)) > 0
          : unit.at.account === here.account;
      const transfer: Transfer = {
        ...lot,
        quantity: 1,
        from: onShelf ? here : { organisation: hospital, account: 'unexplained' },
        to: { organisation: hospital, account: 'consumed' },
        title: onShelf ? boughtBy(hospital) : { owner: hospital, basis: 'unknown' },
        ...(serial === undefined ? {} : { issuer: 'maker', serials: [serial] }),
      };
      const references = [...new Set(standing.map(({ reference }) => reference))];
      return {
        kind: 'accepted',
        events: [
          draft(
            'used',
            { procedure: 'PPS', surgeon: 'person-surgeon', preUseCheck: true },
            {
              transfers: [transfer],
              uses: [
                {
                  ...lot,
                  pseudonym,
                  implanted: true,
                  deviations: [
                    ...(standing.some(({ kind }) => kind === 'recall') ? (['recalled'] as const) : []),
                    ...(standing.some(({ kind }) => kind === 'hold') ? (['on-hold'] as const) : []),
                    ...(onShelf ? [] : (['not-in-stock'] as const)),
                  ],
                  restrictions: references,
                  ...(serial === undefined ? {} : { issuer: 'maker', serial }),
                  ...(scannedLot === undefined ? {} : { scannedLot }),
                },
              ],
            },
          ),
        ],
        answer: { pseudonym, restrictions: references },
      };
    },
  );
}

/**
 * Undoes an event that did not happen; what has moved on is drawn from `unexplained`. One correction an event, and
 * only by the organisation that wrote it.
 */
export function correct(organisation: string, id: string) {
  return steps(
    async (snapshot) => {
      const event = await snapshot.event(id);
      const earlier = await snapshot.correctionOf(id);
      const holdings = await snapshot.holdings(
        (event?.transfers ?? []).map(({ gtin, lot, to }) => ({ gtin, lot, organisation: to.organisation })),
      );
      return { event, earlier, holdings };
    },
    ({ event, earlier, holdings }): Decision<{ shortfall: number }> => {
      if (event?.organisation !== organisation) return refuse('not-found');
      if (event.type !== 'used' && event.type !== 'received') return refuse('not-found');
      if (earlier !== undefined) return refuse('conflict', { by: earlier.id });
      let shortfall = 0;
      const reversals = event.transfers.map((transfer): Transfer => {
        const { becomes, title, ...same } = transfer;
        const there = holdings.get(`${transfer.to.organisation}/${lotId(transfer)}`);
        const now = becomes ?? title;
        const short = quantityIn(there, transfer.to.account, now) < transfer.quantity;
        if (short) shortfall += transfer.quantity;
        const from: AccountRef = short ? { ...transfer.to, account: 'unexplained' } : transfer.to;
        return {
          ...same,
          from,
          to: transfer.from,
          title: now,
          ...(becomes === undefined ? {} : { becomes: title }),
        };
      });
      const details: EventDetails['corrected'] = {
        correctedType: event.type,
        reason: nothing,
        replaced: false,
        effective: [],
        voidedUses: event.uses.map(({ pseudonym, gtin, issuer, serial }) => ({
          pseudonym,
          gtin,
          ...(issuer === undefined ? {} : { issuer }),
          ...(serial === undefined ? {} : { serial }),
        })),
        shortfall,
      };
      return {
        kind: 'accepted',
        events: [draft('corrected', details, { transfers: reversals, corrects: id })],
        answer: { shortfall },
      };
    },
  );
}

/** A recall of lots, or of a product as a whole (a scope item without a lot). */
export function recallOf(
  recall: string,
  scope: readonly ScopeItem[],
  about: readonly LotKey[] = [],
): AnyDraft {
  return draft(
    'recallInitiated',
    {
      recall,
      number: 'R-1',
      basis: 'voluntary',
      class: 'I',
      scope,
      measures: ['taking-back'],
      reason: nothing,
      instructions: nothing,
      drill: false,
    },
    { about: [...about, ...scope.flatMap(({ gtin, lot }) => (lot === undefined ? [] : [{ gtin, lot }]))] },
  );
}

export function holdOf(hold: string, lot: LotKey, narrowed: Omit<ScopeItem, 'gtin' | 'lot'> = {}): AnyDraft {
  return draft('lotHeld', { hold, scope: [{ ...lot, ...narrowed }], reason: nothing }, { about: [lot] });
}

export function liftOf(hold: string, lot: LotKey): AnyDraft {
  return draft('holdLifted', { hold, reason: nothing }, { about: [lot] });
}

/** @returns every event of a database, as stored but for the key. */
export async function allEvents({ db }: Pick<TestDatabase, 'db'>): Promise<AnyEvent[]> {
  const stored = await db.collection<AnyEvent & { _id: string }>('events').find().toArray();
  return stored.map(({ _id, ...event }) => event as AnyEvent);
}

/** A chance of the test's own, so that a run can be repeated. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** Some milliseconds, where a race wants to be lost now and then. */
export function pauseOf(milliseconds: number): () => Promise<unknown> {
  return () => wait(milliseconds);
}

async function restrictions(
  snapshot: Snapshot,
  lot: LotKey,
  unit: { serial?: string; sterilisationLot?: string },
): Promise<Restriction[]> {
  const known = (await readLots(snapshot, [lotId(lot)])).get(lotId(lot));
  const product = (await readProductRestrictions(snapshot, [lot.gtin])).get(lot.gtin) ?? [];
  return restrictionsOn(known, { restrictions: product }, unit);
}

function steps<State, Answer>(
  load: (snapshot: Snapshot) => Promise<State>,
  decide: (state: State) => Decision<Answer>,
): CommandSteps<State, Answer> {
  return { load, decide };
}
