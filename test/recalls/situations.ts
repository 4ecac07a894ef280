/** Situations for pure tests: entries and holdings made by the ledger's own folds, without a database. */
import type { Lot } from '../../src/catalogue/lot.ts';
import type { AccountRef } from '../../src/ledger/account.ts';
import { type Entry, entriesOf } from '../../src/ledger/entry.ts';
import type { AnyDraft, AnyEvent, LotKey, Transfer, Use } from '../../src/ledger/event.ts';
import { lotId } from '../../src/ledger/event.ts';
import { applyTransfers, type Holding, holdingId, organisationsOf } from '../../src/ledger/holding.ts';
import type { Recall, ScopedItem } from '../../src/recalls/recall.ts';
import type { Situation } from '../../src/recalls/situation.ts';
import { boughtBy, draft, nextId, nothing } from '../support/ledger-play.ts';

export const maker = 'maker';
export const gtin = '06901234500011';
export const lot: LotKey = { gtin, lot: 'L1' };

export function recallOf(scope: readonly ScopedItem[], change: Partial<Recall> = {}): Recall {
  return {
    id: 'recall',
    organisation: maker,
    number: 'R-2026-001',
    class: 'I',
    basis: 'voluntary',
    measures: ['warning'],
    scope,
    reason: nothing,
    instructions: nothing,
    decidedAt: '2026-11-24T02:00:00.000Z',
    steps: [
      {
        step: 1,
        event: 'event',
        decidedAt: '2026-11-24T02:00:00.000Z',
        effectiveAt: '2026-11-24T02:00:01.000Z',
      },
    ],
    ...change,
  };
}

export const stock = (organisation: string): AccountRef => ({
  organisation,
  account: `place/store-of-${organisation}/available`,
});

export function transferOf(
  from: AccountRef,
  to: AccountRef,
  quantity: number,
  rest: Partial<Transfer> = {},
): Transfer {
  const title = boughtBy(from.organisation);
  return { ...lot, quantity, from, to, title, becomes: boughtBy(to.organisation), ...rest };
}

export function useOf(rest: Partial<Use> = {}): Use {
  const pseudonym = nextId();
  return { ...lot, pseudonym, implanted: true, deviations: [], restrictions: [], ...rest };
}

/** An event of an organisation, one after another in time of record. */
export interface Written {
  readonly by: string;
  readonly draft: AnyDraft;
}

export function written(
  by: string,
  transfers: readonly Transfer[],
  rest: Partial<AnyDraft> & { readonly uses?: readonly Use[] } = {},
): Written {
  const { uses = [], corrects } = rest;
  const more = { transfers, uses, ...(corrects === undefined ? {} : { corrects }) };
  return { by, draft: draft('moved', {}, more) };
}

/** Sent to somebody: the addressee stands in the event's details alone. */
export function shippedTo(to: string, by: string, shipment: string, quantity: number): Written {
  const transit: AccountRef = { organisation: by, account: `transit/${shipment}` };
  const conveys = { basis: 'bought' } as const;
  const details = { shipment, to, purpose: 'supply', conveys, complete: true } as const;
  const transfers = [{ ...transferOf(stock(by), transit, quantity), becomes: boughtBy(by) }];
  return { by, draft: draft('shipped', details, { transfers }) };
}

/**
 * @param fencedAfter raises the recall's fence over the holdings that are there after so many events
 */
export function situationOf(
  recall: Recall,
  events: readonly Written[],
  { lots = [lot], facts = [], fencedAfter = events.length }: SituationOptions = {},
): Situation {
  const holdings = new Map<string, Holding>();
  const entries: Entry[] = [];
  const corrections = new Map<string, string>();
  const addressees = new Map<string, string>();
  for (const [index, { by, draft: made }] of events.entries()) {
    if (index === fencedAfter) fence(holdings, recall);
    const event = completed(made, by, index);
    if (event.corrects !== undefined) corrections.set(event.corrects, event.id);
    if (event.type === 'shipped') addressees.set(event.id, event.details.to);
    fold(event, holdings);
    entries.push(
      ...entriesOf(event, {
        holdingVersion: (organisation, key) => holdings.get(holdingId(organisation, key))?.version,
        unitVersion: () => undefined,
      }),
    );
  }
  if (fencedAfter === events.length) fence(holdings, recall);
  const known = new Map(facts.map((fact) => [lotId(fact), fact]));
  return { recall, lots, facts: known, entries, holdings: [...holdings.values()], corrections, addressees };
}

export interface SituationOptions {
  readonly lots?: readonly LotKey[];
  readonly facts?: readonly Lot[];
  readonly fencedAfter?: number;
}

function completed(made: AnyDraft, by: string, index: number): AnyEvent {
  const recordTime = new Date(Date.parse('2026-11-24T00:00:00Z') + index * 1_000).toISOString();
  const event = { ...made, schemaVersion: 1, id: `event-${index}`, organisation: by, actor: 'person' };
  return { ...event, recordTime, contentHash: nothing } as AnyEvent;
}

function fold(event: AnyEvent, holdings: Map<string, Holding>): void {
  const keys = new Map<string, { organisation: string; lot: LotKey }>();
  for (const transfer of event.transfers) {
    for (const organisation of organisationsOf(transfer)) {
      keys.set(holdingId(organisation, transfer), { organisation, lot: transfer });
    }
  }
  for (const use of event.uses) {
    keys.set(holdingId(event.organisation, use), { organisation: event.organisation, lot: use });
  }
  for (const [id, { organisation, lot: of }] of keys) {
    const key = { gtin: of.gtin, lot: of.lot };
    const empty: Holding = { ...key, lotId: lotId(key), organisation, balances: [], version: 0, fences: [] };
    const before = holdings.get(id) ?? empty;
    const balances = applyTransfers(before, event.transfers);
    holdings.set(id, { ...before, balances, version: before.version + 1 });
  }
}

function fence(holdings: Map<string, Holding>, { id }: Recall): void {
  for (const [key, holding] of holdings) {
    const version = holding.version + 1;
    holdings.set(key, {
      ...holding,
      version,
      fences: [...holding.fences, { reference: `${id}/1`, version }],
    });
  }
}

/** A lot as the catalogue knows it. */
export function factsOf(sterilisationLots: readonly string[], of: LotKey = lot): Lot {
  return {
    ...of,
    standing: 'released',
    sterilisationLots: sterilisationLots.map((id) => ({ id })),
    closed: true,
    restrictions: [],
    touched: 1,
  };
}
