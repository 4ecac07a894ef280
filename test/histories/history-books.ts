/** Books in memory that also keep what only the database layer knows: versions, fences, units let go, recalls. */
import type { AnyFacts } from '../../src/inventory/command.ts';
import { inBooksOf, type Lying, type OwnBooks, whereItLies } from '../../src/inventory/let-go.ts';
import type { Stock } from '../../src/inventory/stock.ts';
import { type Entry, entriesOf, organisationsTouching } from '../../src/ledger/entry.ts';
import { type AnyDraft, type AnyEvent, type LotKey, lotId, lotsOf, unitId } from '../../src/ledger/event.ts';
import type { ScopeItem } from '../../src/ledger/event-details.ts';
import { type FenceMark, type Holding, holdingId } from '../../src/ledger/holding.ts';
import { type Unit, unitsOf } from '../../src/ledger/unit.ts';
import { exposuresOf } from '../../src/recalls/exposure.ts';
import { fenceReference, type Recall, type RecallStep, type ScopedItem } from '../../src/recalls/recall.ts';
import { namedLots, openProducts } from '../../src/recalls/scope.ts';
import { type Line as BookLine, Books } from '../support/books-in-memory.ts';
import { byLot, bySerial, productsInMemory, reusable, unregistered } from '../support/stock-facts.ts';
import { actorOf, type Name } from '../support/stock-play.ts';
import { type Line, type Organisation, type Product, products, type Scope } from './command.ts';
import type { Listed } from './model/model.ts';

export const gtinOf: Readonly<Record<Product, string>> = {
  counted: byLot,
  unit: bySerial,
  reusable,
  unknown: unregistered,
};

export function productOf(gtin: string): Product {
  const found = products.find((product) => gtinOf[product] === gtin);
  if (found === undefined) throw new Error(`no product ${gtin}`);
  return found;
}

export function lineOf({ product, lot, count, serials }: Line): BookLine {
  const facts = { gtin: gtinOf[product], lot };
  if (serials !== undefined) return { ...facts, serials };
  return { ...facts, ...(count === undefined ? {} : { quantity: count }) };
}

export function scopeItem({ product, ...rest }: Scope): ScopeItem {
  return { gtin: gtinOf[product], ...rest };
}

export class HistoryBooks extends Books {
  readonly recalls = new Map<string, Recall>();
  private readonly entries: Entry[] = [];
  private readonly versions = new Map<string, number>();
  private readonly fences = new Map<string, FenceMark[]>();
  private readonly unitVersions = new Map<string, number>();
  /** Entries that name a unit, by its id. */
  private readonly lives = new Map<string, Entry[]>();
  private readonly found = new WeakMap<readonly Entry[], ReadonlyMap<string, Lying>>();
  private readonly corrections = new Map<string, string>();
  private readonly commandOf = new Map<string, string>();

  constructor() {
    super();
    for (const product of productsInMemory) this.products.set(product.gtin, product);
  }

  override get stock(): Stock {
    const { holdings, lots, products, productRestrictions } = this;
    const units = this.unitsWhereTheyLie();
    return { holdings, units, inBooks: this.inBooks(units), lots, products, productRestrictions };
  }

  private unitsWhereTheyLie(): Map<string, Unit> {
    const lost = [...this.units].filter(([, { at }]) => at.account === 'unexplained');
    if (lost.length === 0) return this.units;
    const known = new Map(this.units);
    for (const [id, unit] of lost) known.set(id, whereItLies(unit, this.lives.get(id) ?? []));
    return known;
  }

  private inBooks(units: ReadonlyMap<string, Unit>): OwnBooks {
    const found = new Map<string, ReadonlyMap<string, Lying>>();
    for (const [id, unit] of units) {
      const life = this.lives.get(id);
      if (life === undefined) continue;
      // A life that grows is another list.
      const known = this.found.get(life) ?? inBooksOf(unit, life);
      this.found.set(life, known);
      found.set(id, known);
    }
    return found;
  }

  /** Keeps entries and versions of what a command has just written. @param from how many events there were before */
  follow(command: string, from: number): void {
    for (const event of this.events.slice(from)) {
      this.commandOf.set(event.id, command);
      if (event.corrects !== undefined) this.corrections.set(event.corrects, event.id);
      for (const lot of lotsOf(event)) {
        for (const organisation of organisationsTouching(event, lot))
          bump(this.versions, holdingId(organisation, lot));
      }
      for (const { gtin, issuer, serial } of unitsOf(event))
        bump(this.unitVersions, unitId(gtin, issuer, serial));
      const entries = entriesOf(event, {
        holdingVersion: (organisation, lot) => this.versions.get(holdingId(organisation, lot)),
        unitVersion: (gtin, issuer, serial) => this.unitVersions.get(unitId(gtin, issuer, serial)),
      });
      this.entries.push(...entries);
      for (const entry of entries) {
        for (const { issuer, serial } of entry.units) {
          const id = unitId(entry.gtin, issuer, serial);
          this.lives.set(id, [...(this.lives.get(id) ?? []), entry]);
        }
      }
    }
  }

  /** The decision's event, its restrictions, and its fence: one after another as the service does it. */
  takeEffect(draft: AnyDraft, by: Organisation): void {
    const facts = { ...draft, step: draft.why.businessStep } as unknown as AnyFacts;
    const decided = { kind: 'facts', events: [facts], answer: {} } as const;
    this.run({ facts: () => decided }, {}, {}, actorOf(by as Name));
    const event = this.events.at(-1);
    if (event?.type !== 'recallInitiated' && event?.type !== 'recallWidened') throw new Error('no recall');
    const { recall: id, scope, returnTo } = event.details;
    const recall = recallWith(this.recalls.get(id), event, scope);
    this.recalls.set(id, recall);
    for (const { gtin, lot, serials } of scope) {
      const returns = returnTo === undefined ? {} : { returnTo: returnTo.organisation };
      const restriction = { reference: id, ...returns, ...(serials === undefined ? {} : { serials }) };
      if (lot === undefined) this.restrictProduct(gtin, restriction);
      else this.restrict({ gtin, lot }, restriction);
    }
    this.fence(scope, fenceReference(id, recall.steps.length));
  }

  private restrictProduct(gtin: string, restriction: Parameters<Books['restrict']>[1]): void {
    const shadow = new Books();
    shadow.restrict({ gtin, lot: '' }, restriction);
    const added = [...shadow.lots.values()].flatMap(({ restrictions }) => restrictions);
    this.productRestrictions.set(gtin, [...(this.productRestrictions.get(gtin) ?? []), ...added]);
  }

  private fence(scope: readonly ScopeItem[], reference: string): void {
    const lots = new Set(namedLots(scope).map(lotId));
    const open = new Set(openProducts(scope));
    for (const [id, holding] of this.holdings) {
      if (!lots.has(holding.lotId) && !open.has(holding.gtin)) continue;
      const version = bump(this.versions, id);
      this.fences.set(id, [...(this.fences.get(id) ?? []), { reference, version }]);
    }
  }

  list(id: string): Listed[] {
    const recall = this.recalls.get(id);
    if (recall === undefined) return [];
    const open = openProducts(recall.scope);
    const lots = new Map<string, LotKey>(namedLots(recall.scope).map((lot) => [lotId(lot), lot]));
    for (const lot of this.lots.values()) if (open.includes(lot.gtin)) lots.set(lotId(lot), lot);
    const entries = this.entries.filter((entry) => lots.has(entry.lotId));
    const holdings = [...this.holdings].map(
      ([key, holding]): Holding => ({
        ...holding,
        version: this.versions.get(key) ?? 0,
        fences: this.fences.get(key) ?? [],
      }),
    );
    const { corrections } = this;
    const situation = { recall, lots: [...lots.values()], facts: this.lots, entries, holdings, corrections };
    const found = exposuresOf(situation);
    return found
      .map(
        ({ event, pseudonym, organisation, late, correctedBy }): Listed => ({
          use: `${this.commandOf.get(event)}#${this.indexOf(event, pseudonym)}`,
          hospital: organisation as Organisation,
          late,
          corrected: correctedBy !== undefined,
        }),
      )
      .sort((a, b) => (a.use < b.use ? -1 : 1));
  }

  private indexOf(event: string, pseudonym: string): number {
    const uses = this.entries.find((entry) => entry.event === event) === undefined ? [] : this.usesOf(event);
    return uses.findIndex((use) => use.pseudonym === pseudonym);
  }

  private usesOf(id: string): AnyEvent['uses'] {
    return this.events.find((event) => event.id === id)?.uses ?? [];
  }

  /** Units by lot, organisation and account, in the words of the model; titles are added up. */
  balancesInWords(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const { gtin, lot, organisation, balances } of this.holdings.values()) {
      for (const { account, quantity } of balances) {
        const key = `${productOf(gtin)}/${lot}@${organisation} ${this.wordOf(account)}`;
        sums.set(key, (sums.get(key) ?? 0) + quantity);
      }
    }
    return sums;
  }

  private wordOf(account: string): string {
    const transit = account.startsWith('transit/') ? account.slice('transit/'.length) : undefined;
    if (transit !== undefined) return `transit:${this.commandOf.get(transit)}`;
    return account.replace(/^place\/.*-(store|theatre)\//, (_, which) => `${which === 'store' ? 0 : 1}/`);
  }
}

function recallWith(
  before: Recall | undefined,
  event: AnyEvent & { type: 'recallInitiated' | 'recallWidened' },
  added: readonly ScopeItem[],
): Recall {
  const { id, recordTime, organisation } = event;
  const number = (before?.steps.length ?? 0) + 1;
  const step: RecallStep = { step: number, event: id, decidedAt: recordTime, effectiveAt: recordTime };
  const scope = added.map((item): ScopedItem => ({ ...item, step: number }));
  if (before !== undefined) {
    return { ...before, scope: [...before.scope, ...scope], steps: [...before.steps, step] };
  }
  if (event.type !== 'recallInitiated') throw new Error('a widening of nothing');
  const { recall, drill: _drill, ...facts } = event.details;
  return { ...facts, id: recall, organisation, scope, decidedAt: recordTime, steps: [step] };
}

function bump(versions: Map<string, number>, key: string): number {
  const version = (versions.get(key) ?? 0) + 1;
  versions.set(key, version);
  return version;
}
