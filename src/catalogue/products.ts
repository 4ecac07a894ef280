/** Products in the database: reading. See product-writing.ts for creating and changing. */
import type { Connection, mongo } from 'mongoose';
import { afterId, containing } from './organisations.ts';
import { eachesOf } from './packaging.ts';
import type { Product } from './product.ts';
import { gtinModel, productModel, type StoredGtin, type StoredProduct } from './product-models.ts';
import { productStandingsCollection, readProductRestrictions } from './product-standings.ts';
import type { Restriction } from './restriction.ts';

/** How many products one read may ask for (law 9). */
export const productsPerRead = 1_000;

/**
 * Reads through the raw driver, so that it can be part of a ledger's transaction.
 * @param gtins of products, at most {@link productsPerRead}
 * @param session reads inside a transaction
 * @returns the products that are registered, by GTIN, with the restrictions that stand on them as a whole
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
    .collection<StoredProduct>('products')
    .find({ _id: { $in: [...gtins] } }, session === undefined ? {} : { session })
    .toArray();
  return new Map((await withRestrictions(db, found, session)).map((product) => [product.gtin, product]));
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
  return (await resolveGtins(db, [gtin], session)).get(gtin);
}

/**
 * As {@link resolveGtin}, all in one read: a command asks this of every line, inside its transaction.
 * @param gtins at most {@link productsPerRead}
 * @returns what those stand for that a registered product has, by GTIN
 */
export async function resolveGtins(
  db: mongo.Db,
  gtins: readonly string[],
  session?: mongo.ClientSession,
): Promise<Map<string, ResolvedGtin>> {
  if (gtins.length > productsPerRead) {
    throw new Error(`${gtins.length} GTINs in one read; the bound is ${productsPerRead}`);
  }
  const join = (from: string, as: string) => ({
    $lookup: { from, localField: 'product', foreignField: '_id', as },
  });
  const found = db
    .collection<StoredGtin>('gtins')
    .aggregate<JoinedGtin>(
      [
        { $match: { _id: { $in: [...gtins] } } },
        join('products', 'products'),
        join(productStandingsCollection, 'standings'),
      ],
      session === undefined ? {} : { session },
    );
  const resolved = new Map<string, ResolvedGtin>();
  for (const { _id: gtin, products, standings } of await found.toArray()) {
    const [stored] = products;
    if (stored === undefined) continue;
    const product = productOf(stored, standings[0]?.restrictions ?? []);
    const quantity = eachesOf(product, gtin);
    if (quantity === undefined)
      throw new Error(`gtin ${gtin} names product ${product.gtin}, which does not have it`);
    resolved.set(gtin, { product, quantity });
  }
  return resolved;
}

interface JoinedGtin {
  readonly _id: string;
  readonly products: readonly StoredProduct[];
  readonly standings: readonly { readonly restrictions?: readonly Restriction[] }[];
}

export interface ProductFilter {
  /** Maker. */
  readonly organisation?: string | undefined;
  /** Part of a name in either language, of the model or the specification; or a whole GTIN, of a package too. */
  readonly search?: string | undefined;
  /** GTIN of the last one of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** @returns a page of products in the order of their GTINs. */
export async function listProducts(
  connection: Connection,
  db: mongo.Db,
  { organisation, search, after, limit }: ProductFilter,
): Promise<Product[]> {
  const query = productModel(connection).find({
    ...(organisation === undefined ? {} : { organisation }),
    ...afterId(after),
    ...(search === undefined ? {} : { $or: await matching(connection, search) }),
  });
  const found = await query.sort({ _id: 1 }).limit(limit).lean<StoredProduct[]>();
  return withRestrictions(db, found);
}

async function matching(connection: Connection, search: string) {
  const part = containing(search);
  const entry = await gtinModel(connection).findOne({ _id: search }).lean<StoredGtin>();
  return [
    { 'names.zh': part },
    { 'names.en': part },
    { model: part },
    { specification: part },
    ...(entry === null ? [] : [{ _id: entry.product }]),
  ];
}

async function withRestrictions(
  db: mongo.Db,
  stored: readonly StoredProduct[],
  session?: mongo.ClientSession,
): Promise<Product[]> {
  const gtins = stored.map(({ _id }) => _id);
  const restrictions = await readProductRestrictions(db, gtins, session);
  return stored.map((product) => productOf(product, restrictions.get(product._id) ?? []));
}

/** @returns the product of a stored document. */
export function productOf({ _id, ...rest }: StoredProduct, restrictions: readonly Restriction[]): Product {
  return { gtin: _id, ...rest, restrictions };
}
