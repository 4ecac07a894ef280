/**
 * Reading products. They are kept through the raw driver, because the ledger's transactions touch the same
 * documents. A GTIN that somebody scanned before its maker registered it has a document too (the ledger's first
 * touch); without an organisation it is no product yet, and is not read as one.
 */
import type { mongo } from 'mongoose';
import { eachesOf } from './packaging.ts';
import type { Product } from './product.ts';

/** As stored; `_id` is the GTIN. */
export type StoredProduct = { readonly _id: string } & Omit<Product, 'gtin'>;

/** Which product a scanned GTIN belongs to: the product's own and those of its packages, each once in the service. */
export interface StoredGtin {
  readonly _id: string;
  readonly product: string;
}

export const productsCollection = 'products';
export const gtinsCollection = 'gtins';

/** How many products one read may ask for (law 9). */
export const productsPerRead = 1_000;

/**
 * @param gtins of products, at most {@link productsPerRead}
 * @param session reads inside a transaction
 * @returns the products that are registered, by GTIN
 */
export async function readProducts(
  db: mongo.Db,
  gtins: readonly string[],
  session?: mongo.ClientSession,
): Promise<Map<string, Product>> {
  if (gtins.length > productsPerRead) {
    throw new Error(`${gtins.length} products in one read; the bound is ${productsPerRead}`);
  }
  const found = await db
    .collection<StoredProduct>(productsCollection)
    .find(
      { _id: { $in: [...gtins] }, organisation: { $exists: true } },
      session === undefined ? {} : { session },
    )
    .toArray();
  return new Map(found.map((stored) => [stored._id, productOf(stored)]));
}

/** @returns the product, or undefined where the GTIN is not a registered product's own. */
export async function readProduct(
  db: mongo.Db,
  gtin: string,
  session?: mongo.ClientSession,
): Promise<Product | undefined> {
  return (await readProducts(db, [gtin], session)).get(gtin);
}

/** What a scanned GTIN stands for. */
export interface ResolvedGtin {
  readonly product: Product;
  /** How many of the product, in "each"; 1 where the GTIN is the product's own. */
  readonly quantity: number;
}

/**
 * Resolves the GTIN of a product or of one of its packages. A unit-of-use DI does not resolve: no label carries it.
 * @returns undefined where no registered product has this GTIN
 */
export async function resolveGtin(
  db: mongo.Db,
  gtin: string,
  session?: mongo.ClientSession,
): Promise<ResolvedGtin | undefined> {
  const entry = await db
    .collection<StoredGtin>(gtinsCollection)
    .findOne({ _id: gtin }, session === undefined ? {} : { session });
  const product = entry === null ? undefined : await readProduct(db, entry.product, session);
  if (product === undefined) return undefined;
  const quantity = eachesOf(product, gtin);
  if (quantity === undefined)
    throw new Error(`gtin ${gtin} names product ${product.gtin}, which does not have it`);
  return { product, quantity };
}

/** @returns the product of a stored document. */
export function productOf({ _id, ...rest }: StoredProduct): Product {
  return { gtin: _id, ...rest };
}
