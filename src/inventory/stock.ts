/** What a decision about stock must know, loaded from one snapshot. */

import type { Lot } from '../catalogue/lot.ts';
import { lotsCollection } from '../catalogue/lots.ts';
import type { Product } from '../catalogue/product.ts';
import { type Restriction, restrictionsOn } from '../catalogue/restriction.ts';
import { allOf } from '../database/documents.ts';
import { holdingsCollection } from '../ledger/collections.ts';
import { type LotKey, lotId, type SerialIssuer, unitId } from '../ledger/event.ts';
import { type Holding, holdingId } from '../ledger/holding.ts';
import type { HoldingKey, Snapshot } from '../ledger/snapshot.ts';
import type { Unit } from '../ledger/unit.ts';
import { knownLots, knownProducts, knownRestrictions } from './known.ts';
import { type OwnBooks, type Whose, whereTheyLie } from './let-go.ts';

/** Things of one lot that a command names. */
export interface Things extends LotKey {
  readonly issuer?: SerialIssuer;
  readonly serials?: readonly string[];
  /** Where the same snapshot has been asked for it already. */
  readonly product?: Product;
}

export interface Stock {
  /** Holdings by holding id: the organisation's own, and those of others that the command touches. */
  readonly holdings: ReadonlyMap<string, Holding>;
  readonly units: ReadonlyMap<string, Unit>;
  /** Where books have units that are elsewhere by a later event of others. */
  readonly inBooks: OwnBooks;
  readonly lots: ReadonlyMap<string, Lot>;
  readonly products: ReadonlyMap<string, Product>;
  readonly productRestrictions: ReadonlyMap<string, readonly Restriction[]>;
}

/**
 * Loads everything that stands on the things named.
 * @param organisations in whose books the command may move them
 * @param expected where it will look for units first
 */
export async function loadStock(
  snapshot: Snapshot,
  organisations: readonly string[],
  things: readonly Things[],
  { expected }: Pick<Whose, 'expected'> = {},
): Promise<Stock> {
  const documents = await snapshot.units(
    things.flatMap(({ gtin, issuer = 'maker', serials = [] }) =>
      serials.map((serial) => ({ gtin, issuer, serial })),
    ),
  );
  const { units, inBooks } = await whereTheyLie(snapshot, documents, { organisations, expected });
  // A unit may be of another lot than the label says: both count (identity mismatch).
  const lots = new Map<string, LotKey>();
  for (const { gtin, lot } of [...things, ...units.values()]) lots.set(lotId({ gtin, lot }), { gtin, lot });
  const keys: HoldingKey[] = [...lots.values()].flatMap((lot) =>
    organisations.map((organisation) => ({ ...lot, organisation })),
  );
  const [known, holdings, lotsRead] = await allOf([
    productsOf(snapshot, things),
    snapshot.holdings(keys),
    knownLots(snapshot, lots.keys()),
  ]);
  return { units, inBooks, holdings, lots: lotsRead, ...known };
}

/** Reads ahead what {@link loadStock} will ask, where the codes are of devices and not of their boxes. */
export function expectStock(
  snapshot: Snapshot,
  organisations: readonly string[],
  lines: readonly { readonly gtin: string; readonly lot?: string }[],
): void {
  const lots = lines.flatMap(({ gtin, lot }) => (lot === undefined ? [] : [{ gtin, lot }]));
  const holdings = lots.flatMap((lot) => organisations.map((organisation) => holdingId(organisation, lot)));
  snapshot.expect([
    { collection: lotsCollection, field: '_id', values: lots.map(lotId) },
    { collection: holdingsCollection, field: '_id', values: holdings },
  ]);
}

/** Restrictions of open scope stand also on a GTIN that nobody has registered. */
async function productsOf(
  snapshot: Snapshot,
  things: readonly Things[],
): Promise<Pick<Stock, 'products' | 'productRestrictions'>> {
  const products = new Map<string, Product>();
  for (const { product } of things) if (product !== undefined) products.set(product.gtin, product);
  const unread = [...new Set(things.map(({ gtin }) => gtin))].filter((gtin) => !products.has(gtin));
  if (unread.length > 0) {
    for (const [gtin, product] of await knownProducts(snapshot, unread)) products.set(gtin, product);
  }
  const unregistered = unread.filter((gtin) => !products.has(gtin));
  const standing = await knownRestrictions(snapshot, unregistered);
  const restrictions = [...products].map(([gtin, product]) => [gtin, product.restrictions] as const);
  return { products, productRestrictions: new Map([...restrictions, ...standing]) };
}

/** @returns the holding of a lot in an organisation's books. */
export function holdingOf(stock: Stock, organisation: string, lot: LotKey): Holding | undefined {
  return stock.holdings.get(holdingId(organisation, lot));
}

/**
 * @returns whether the things are of a lot that is or was in the organisation's books. Only then is it told what
 *   stands on them: else a refusal would tell anybody who names a lot of another's holds and recalls
 */
export function hasHeld(stock: Stock, organisation: string, things: Things): boolean {
  const { gtin, issuer, serials = [] } = things;
  const units = serials.map((serial) => unitOf(stock, gtin, serial, issuer));
  return [things, ...units].some(
    (lot) => lot !== undefined && holdingOf(stock, organisation, lot) !== undefined,
  );
}

/** @returns the unit with this serial number. */
export function unitOf(
  stock: Stock,
  gtin: string,
  serial: string,
  issuer: SerialIssuer = 'maker',
): Unit | undefined {
  return stock.units.get(unitId(gtin, issuer, serial));
}

/**
 * Restrictions on any of the things: on their lot and product, narrowed to their serial numbers; for a unit whose
 * own record names another lot, those of that lot too.
 */
export function restrictionsOnThings(stock: Stock, things: Things): Restriction[] {
  const product = { restrictions: stock.productRestrictions.get(things.gtin) ?? [] };
  const lot = stock.lots.get(lotId(things));
  if (things.serials === undefined || things.serials.length === 0) return restrictionsOn(lot, product);
  const found = new Map<string, Restriction>();
  for (const serial of things.serials) {
    const unit = unitOf(stock, things.gtin, serial, things.issuer);
    const inHand = {
      serial,
      ...(unit?.sterilisationLot === undefined ? {} : { sterilisationLot: unit.sterilisationLot }),
    };
    const own = unit === undefined ? undefined : stock.lots.get(lotId(unit));
    for (const restriction of [
      ...restrictionsOn(lot, product, inHand),
      ...restrictionsOn(own, undefined, inHand),
    ]) {
      found.set(restriction.reference, restriction);
    }
  }
  return [...found.values()];
}
