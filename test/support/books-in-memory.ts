/**
 * The stock of several organisations in memory: the pure decisions of inventory decide, the ledger's pure folds keep
 * the books, and nothing of a database is there. A decision that would not balance throws here as it would there.
 */
import type { Lot } from '../../src/catalogue/lot.ts';
import type { Product } from '../../src/catalogue/product.ts';
import type { Restriction } from '../../src/catalogue/restriction.ts';
import { Bench } from '../../src/inventory/bench.ts';
import { type Accepting, type Actor, draftOf, type StockCommand } from '../../src/inventory/command.ts';
import { loadsOf, type ResolvedLine } from '../../src/inventory/lines.ts';
import { standsReceived } from '../../src/inventory/receipt-of.ts';
import type { Shipment } from '../../src/inventory/shipment.ts';
import type { Stock } from '../../src/inventory/stock.ts';
import type { Refusal } from '../../src/ledger/decision.ts';
import { organisationsTouching } from '../../src/ledger/entry.ts';
import { type AnyEvent, type LotKey, lotId, lotsOf, schemaVersion, unitId } from '../../src/ledger/event.ts';
import { applyTransfers, type Holding, holdingId } from '../../src/ledger/holding.ts';
import { applyToUnits, type Unit, unitsOf } from '../../src/ledger/unit.ts';

export interface Line {
  readonly gtin: string;
  readonly lot: string;
  readonly quantity?: number;
  readonly serials?: readonly string[];
}

export class Books {
  readonly holdings = new Map<string, Holding>();
  readonly units = new Map<string, Unit>();
  readonly lots = new Map<string, Lot>();
  readonly products = new Map<string, Product>();
  readonly productRestrictions = new Map<string, Restriction[]>();
  readonly shipments = new Map<string, Shipment>();
  readonly events: AnyEvent[] = [];
  readonly corrected = new Set<string>();
  now = Date.parse('2026-11-02T02:00:00Z');

  get stock(): Stock {
    const { holdings, units, lots, products, productRestrictions } = this;
    return { holdings, units, inBooks: new Map(), lots, products, productRestrictions };
  }

  /** Decides, and where it is accepted, writes. */
  run<Input, State extends { readonly stock: Stock }, Answer extends object>(
    command: Pick<StockCommand<Input, State, Answer>, 'facts'>,
    input: Input,
    state: Omit<State, 'stock'>,
    actor: Actor,
  ): Accepting<Answer> | Refusal {
    this.now += 1_000;
    const recordTime = new Date(this.now).toISOString();
    const eventId = (index: number) => `event-${this.events.length + index}`;
    const whole = { ...state, stock: this.stock } as State;
    const decided = command.facts(input, whole, new Bench(this.stock), actor, { recordTime, eventId });
    if (decided.kind === 'refused') return decided;
    for (const facts of decided.events) {
      this.write({
        ...draftOf(facts, recordTime),
        schemaVersion,
        id: eventId(0),
        organisation: actor.organisation,
        actor: actor.person,
        recordTime,
        contentHash: `sha-256:${'0'.repeat(64)}`,
      } as AnyEvent);
    }
    return decided;
  }

  private write(event: AnyEvent): void {
    for (const lot of lotsOf(event)) {
      for (const organisation of organisationsTouching(event, lot)) {
        const id = holdingId(organisation, lot);
        const before = this.holdings.get(id) ?? emptyHolding(organisation, lot);
        this.holdings.set(id, { ...before, balances: applyTransfers(before, event.transfers) });
      }
      if (!this.lots.has(lotId(lot))) this.lots.set(lotId(lot), unseen(lot));
    }
    for (const [id, unit] of applyToUnits(this.units, event)) this.units.set(id, unit);
    for (const { gtin, serial } of event.uses) {
      if (serial !== undefined && !this.units.has(unitId(gtin, 'maker', serial))) {
        throw new Error(`no transfer ever named the unit ${serial}`);
      }
    }
    const named = new Set(unitsOf(event).map(({ gtin, serial }) => unitId(gtin, 'maker', serial)));
    for (const { gtin, serial } of event.type === 'corrected' ? event.details.voidedUses : []) {
      if (serial !== undefined && !named.has(unitId(gtin, 'maker', serial))) {
        throw new Error(`the use of ${serial} did not happen, and nothing names the unit`);
      }
    }
    if (event.corrects !== undefined) this.corrected.add(event.corrects);
    this.events.push(event);
    this.foldLots(event);
    this.foldShipments(event);
  }

  private foldLots(event: AnyEvent): void {
    for (const lot of lotsOf(event)) {
      const id = lotId(lot);
      const known = this.lots.get(id) ?? unseen(lot);
      if (event.type === 'lotProduced') {
        const { sterilisationLots, ...facts } = event.details;
        const sterile = [...known.sterilisationLots, ...sterilisationLots];
        this.lots.set(id, {
          ...known,
          ...facts,
          sterilisationLots: sterile,
          standing: known.standing === 'released' ? 'released' : 'produced',
          producedBy: event.organisation,
        });
      }
      if (event.type === 'lotReleased') this.lots.set(id, { ...known, standing: 'released' });
      if (event.type === 'lotHeld') {
        const { hold: reference, scope } = event.details;
        const { serials } = scope[0] ?? {};
        this.restrict(lot, { kind: 'hold', reference, ...(serials === undefined ? {} : { serials }) });
      }
      if (event.type === 'holdLifted') {
        const restrictions = known.restrictions.filter(({ reference }) => reference !== event.details.hold);
        this.lots.set(id, { ...known, restrictions });
      }
    }
  }

  /** Puts a restriction on a lot, as the catalogue's projector would. */
  restrict(lot: LotKey, restriction: Partial<Restriction>): void {
    const known = this.lots.get(lotId(lot)) ?? unseen(lot);
    const instruction = { zh: '停用', en: 'Stop' };
    const since = new Date(this.now).toISOString();
    const added = { kind: 'recall', reference: 'recall-1', instruction, since, ...restriction } as const;
    this.lots.set(lotId(lot), { ...known, restrictions: [...known.restrictions, added] });
  }

  private foldShipments(event: AnyEvent): void {
    if (event.type === 'shipped') {
      const { shipment: id, to, purpose, conveys } = event.details;
      const lines = new Map<string, LotKey & { quantity: number }>();
      for (const { gtin, lot, quantity } of event.transfers) {
        const key = lotId({ gtin, lot });
        lines.set(key, { gtin, lot, quantity: quantity + (lines.get(key)?.quantity ?? 0) });
      }
      const facts = { id, from: event.organisation, to, purpose, conveys, state: 'open' } as const;
      this.shipments.set(id, { ...facts, lines: [...lines.values()], sentAt: event.recordTime, receipts: 0 });
    }
    if (event.type === 'shipmentClosed') this.setShipment(event.details.shipment, 'closed');
    if (event.type === 'corrected' && event.details.correctedType === 'received') {
      const transit = event.transfers.find(({ to }) => to.account.startsWith('transit/'));
      if (transit !== undefined) this.setShipment(transit.to.account.slice('transit/'.length), 'open');
    }
  }

  private setShipment(id: string, state: Shipment['state']): void {
    const shipment = this.shipments.get(id);
    if (shipment !== undefined) this.shipments.set(id, { ...shipment, state });
  }

  /** What resolveLines would make of typed lines. */
  resolve(lines: readonly Line[]): ResolvedLine[] {
    return lines.map(({ gtin, lot, serials = [], quantity = serials.length }, index) => {
      const product = this.products.get(gtin);
      const others = serials.flatMap((serial): [string, string][] => {
        const own = this.units.get(unitId(gtin, 'maker', serial))?.lot;
        return own === undefined || own === lot ? [] : [[serial, own]];
      });
      return {
        pointer: `/lines/${index}`,
        gtin,
        lot,
        statedLot: lot,
        serials,
        quantity,
        packaged: false,
        label: {},
        lotsOnRecord: new Map(others),
        ...(product === undefined ? {} : { product }),
      };
    });
  }

  loads(lines: readonly Line[]) {
    return loadsOf(this.resolve(lines));
  }

  isReceived(shipment: string, lot: LotKey | undefined): boolean {
    return lot !== undefined && standsReceived(this.events, shipment, lot);
  }

  released(gtin: string, lot: string): boolean {
    return this.lots.get(lotId({ gtin, lot }))?.standing === 'released';
  }

  /** @returns the serial numbers that events of production name */
  made(gtin: string): Set<string> {
    const transfers = this.events.flatMap((event) => (event.type === 'lotProduced' ? event.transfers : []));
    const own = transfers.filter((transfer) => transfer.gtin === gtin);
    return new Set(own.flatMap(({ serials = [] }) => serials));
  }

  /** @returns for each lot, what its accounts add up to: nothing but zeros by law 2. */
  sums(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const { gtin, lot, balances } of this.holdings.values()) {
      const sum = balances.reduce((total, { quantity }) => total + quantity, 0);
      sums.set(lotId({ gtin, lot }), sum + (sums.get(lotId({ gtin, lot })) ?? 0));
    }
    return sums;
  }

  /** @returns balances by account and title, of all books: equal where nothing has changed. */
  balances(): unknown {
    return [...this.holdings]
      .map(([id, { balances }]) => [id, balances])
      .filter(([, held]) => held?.length !== 0);
  }
}

function emptyHolding(organisation: string, lot: LotKey): Holding {
  return { ...lot, organisation, lotId: lotId(lot), balances: [], version: 0, fences: [] };
}

function unseen(lot: LotKey): Lot {
  const nothing = { sterilisationLots: [], closed: false, restrictions: [], touched: 0 };
  return { ...lot, standing: 'unverified', ...nothing };
}
