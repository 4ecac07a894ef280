/**
 * What other rooms know of the things in a command: products, lots, shipments; as many as it names, read in as many
 * parts as their rooms' bounds ask for. A snapshot reads each at most once.
 */
import type { Lot } from '../catalogue/lot.ts';
import { lotsPerRead, readLots } from '../catalogue/lots.ts';
import type { Product } from '../catalogue/product.ts';
import { readProductRestrictions } from '../catalogue/product-standings.ts';
import { productsPerRead, type ResolvedGtin, readProducts, resolveGtins } from '../catalogue/products.ts';
import type { Restriction } from '../catalogue/restriction.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { readShipments, type Shipment } from './shipment.ts';

/** @returns what the GTINs of products and packages stand for; one that nobody has registered is absent */
export function knownGtins(snapshot: Snapshot, gtins: Iterable<string>): Promise<Map<string, ResolvedGtin>> {
  return inParts(gtins, productsPerRead, (ids) => resolveGtins(snapshot, ids));
}

/** @returns the products that are registered */
export function knownProducts(snapshot: Snapshot, gtins: Iterable<string>): Promise<Map<string, Product>> {
  return inParts(gtins, productsPerRead, (ids) => readProducts(snapshot, ids));
}

/** @returns the restrictions of open scope on GTINs that nobody has registered */
export function knownRestrictions(
  snapshot: Snapshot,
  gtins: Iterable<string>,
): Promise<Map<string, readonly Restriction[]>> {
  return inParts(gtins, productsPerRead, (ids) => readProductRestrictions(snapshot, ids));
}

/** @returns the lots that somebody has seen, by lot id */
export function knownLots(snapshot: Snapshot, ids: Iterable<string>): Promise<Map<string, Lot>> {
  return inParts(ids, lotsPerRead, (some) => readLots(snapshot, some));
}

/** @returns the shipments, whoever's they are, as the commands before in the same transaction leave them */
export function knownShipments(snapshot: Snapshot, ids: Iterable<string>): Promise<Map<string, Shipment>> {
  return inParts(ids, lotsPerRead, (some) => readShipments(snapshot, some));
}

async function inParts<T>(
  wanted: Iterable<string>,
  perRead: number,
  read: (ids: readonly string[]) => Promise<Map<string, T>>,
): Promise<Map<string, T>> {
  const ids = [...new Set(wanted)];
  if (ids.length <= perRead) return await read(ids);
  const found = new Map<string, T>();
  for (let from = 0; from < ids.length; from += perRead) {
    for (const [id, value] of await read(ids.slice(from, from + perRead))) found.set(id, value);
  }
  return found;
}
