/** Products in the database: reading. See product-writing.ts for creating and changing. */
import type { Connection, mongo } from 'mongoose';
import { allOf, type DocumentSource, documentsOf } from '../database/documents.ts';
import { afterId, containing } from './organisations.ts';
import { eachesOf } from './packaging.ts';
import type { Product } from './product.ts';
import { gtinModel, productModel, type StoredGtin, type StoredProduct } from './product-models.ts';
import { readProductRestrictions } from './product-standings.ts';
import type { Restriction } from './restriction.ts';

const productsCollection = 'products';
const gtinsCollection = 'gtins';

/** How many products one read may ask for (law 9). */
export const productsPerRead = 1_000;

/**
 * Reads through the raw driver, so that it can be part of a ledger's transaction.
 * @param gtins of products, at most {@link productsPerRead}
 * @returns the products that are registered, by GTIN, with the restrictions that stand on them as a whole
 */
export async function readProducts(
  source: DocumentSource,
  gtins: readonly string[],
): Promise<Map<string, Product>> {
  if (gtins.length > productsPerRead) {
    throw new Error(`${gtins.length} products in one read; the bound is ${productsPerRead}`);
  }
  const documents = documentsOf(source);
  // Asked at once: they come together, where what is asked at once does.
  const [found, restrictions] = await allOf([
    documents.where<StoredProduct>(productsCollection, '_id', gtins),
    readProductRestrictions(documents, gtins),
  ]);
  return new Map(
    found.map((product) => [product._id, productOf(product, restrictions.get(product._id) ?? [])]),
  );
}

/** @returns the product, or undefined where the GTIN is not a registered product's own. */
export async function readProduct(source: DocumentSource, gtin: string): Promise<Product | undefined> {
  return (await readProducts(source, [gtin])).get(gtin);
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
export async function resolveGtin(source: DocumentSource, gtin: string): Promise<ResolvedGtin | undefined> {
  return (await resolveGtins(source, [gtin])).get(gtin);
}

/**
 * As {@link resolveGtin}, for many: a command asks this of every line, inside its transaction.
 * @param gtins at most {@link productsPerRead}
 * @returns what those stand for that a registered product has, by GTIN
 */
export async function resolveGtins(
  source: DocumentSource,
  gtins: readonly string[],
): Promise<Map<string, ResolvedGtin>> {
  const documents = documentsOf(source);
  // Nearly always it is a product's own GTIN; what a package holds takes a second look.
  const [entries, own] = await allOf([
    documents.where<StoredGtin>(gtinsCollection, '_id', gtins),
    readProducts(documents, gtins),
  ]);
  const others = new Set(entries.map(({ product }) => product).filter((product) => !own.has(product)));
  const packaged = others.size === 0 ? own : await readProducts(documents, [...others]);
  const resolved = new Map<string, ResolvedGtin>();
  for (const { _id: gtin, product: named } of entries) {
    const product = own.get(named) ?? packaged.get(named);
    if (product === undefined) continue;
    const quantity = eachesOf(product, gtin);
    if (quantity === undefined)
      throw new Error(`gtin ${gtin} names product ${product.gtin}, which does not have it`);
    resolved.set(gtin, { product, quantity });
  }
  return resolved;
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

async function withRestrictions(db: mongo.Db, stored: readonly StoredProduct[]): Promise<Product[]> {
  const restrictions = await readProductRestrictions(
    db,
    stored.map(({ _id }) => _id),
  );
  return stored.map((product) => productOf(product, restrictions.get(product._id) ?? []));
}

/** @returns the product of a stored document. */
export function productOf({ _id, ...rest }: StoredProduct, restrictions: readonly Restriction[]): Product {
  return { gtin: _id, ...rest, restrictions };
}
