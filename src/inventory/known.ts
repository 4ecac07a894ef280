/**
 * What other rooms know of the things in a command: products, lots, shipments. Each is read at most once a snapshot, as
 * the snapshot itself reads holdings and units; so commands that share a snapshot share these reads.
 */
import type { Lot } from '../catalogue/lot.ts';
import { lotsPerRead, readLots } from '../catalogue/lots.ts';
import type { Product } from '../catalogue/product.ts';
import { readProductRestrictions } from '../catalogue/product-standings.ts';
import { productsPerRead, type ResolvedGtin, readProducts, resolveGtins } from '../catalogue/products.ts';
import type { Restriction } from '../catalogue/restriction.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { readShipments, type Shipment, shipmentAfter } from './shipment.ts';

/** By id; undefined for what is not there. */
type Seen<T> = Map<string, T | undefined>;

interface Known {
  readonly gtins: Seen<ResolvedGtin>;
  readonly products: Seen<Product>;
  readonly restrictions: Seen<readonly Restriction[]>;
  readonly lots: Seen<Lot>;
  readonly shipments: Seen<Shipment>;
}

const knownIn = new WeakMap<Snapshot, Known>();

function knownOf(snapshot: Snapshot): Known {
  const before = knownIn.get(snapshot);
  if (before !== undefined) return before;
  const known: Known = {
    gtins: new Map(),
    products: new Map(),
    restrictions: new Map(),
    lots: new Map(),
    shipments: new Map(),
  };
  knownIn.set(snapshot, known);
  return known;
}

/** @returns what the GTINs of products and packages stand for; one that nobody has registered is absent */
export function knownGtins(snapshot: Snapshot, gtins: Iterable<string>): Promise<Map<string, ResolvedGtin>> {
  const { db, session } = snapshot;
  return once(knownOf(snapshot).gtins, gtins, productsPerRead, (unseen) => resolveGtins(db, unseen, session));
}

/** @returns the products that are registered */
export function knownProducts(snapshot: Snapshot, gtins: Iterable<string>): Promise<Map<string, Product>> {
  const { db, session } = snapshot;
  return once(knownOf(snapshot).products, gtins, productsPerRead, (unseen) =>
    readProducts(db, unseen, session),
  );
}

/** @returns the restrictions of open scope on GTINs that nobody has registered */
export function knownRestrictions(
  snapshot: Snapshot,
  gtins: Iterable<string>,
): Promise<Map<string, readonly Restriction[]>> {
  const { db, session } = snapshot;
  return once(knownOf(snapshot).restrictions, gtins, productsPerRead, (unseen) =>
    readProductRestrictions(db, unseen, session),
  );
}

/** @returns the lots that somebody has seen, by lot id */
export function knownLots(snapshot: Snapshot, ids: Iterable<string>): Promise<Map<string, Lot>> {
  const { db, session } = snapshot;
  return once(knownOf(snapshot).lots, ids, lotsPerRead, (unseen) => readLots(db, unseen, session));
}

/** @returns the shipments, whoever's they are, as the commands before in the same transaction leave them */
export async function knownShipments(
  snapshot: Snapshot,
  ids: Iterable<string>,
): Promise<Map<string, Shipment>> {
  const { db, session, decided } = snapshot;
  const found = await once(knownOf(snapshot).shipments, ids, lotsPerRead, (unseen) =>
    readShipments(db, unseen, session),
  );
  if (decided.length === 0) return found;
  return new Map([...found].map(([id, shipment]) => [id, decided.reduce(shipmentAfter, shipment)]));
}

async function once<T>(
  seen: Seen<T>,
  wanted: Iterable<string>,
  perRead: number,
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): Promise<Map<string, T>> {
  const ids = [...new Set(wanted)];
  const unseen = ids.filter((id) => !seen.has(id));
  for (let from = 0; from < unseen.length; from += perRead) {
    const part = unseen.slice(from, from + perRead);
    const found = await read(part);
    for (const id of part) seen.set(id, found.get(id));
  }
  const known = new Map<string, T>();
  for (const id of ids) {
    const value = seen.get(id);
    if (value !== undefined) known.set(id, value);
  }
  return known;
}
