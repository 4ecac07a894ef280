/** Creating and changing products, each in one transaction with the revision that keeps what was stated. */
import { isDeepStrictEqual } from 'node:util';
import type { Connection, mongo } from 'mongoose';
import type { Clock } from '../clock.ts';
import { documentsOf } from '../database/documents.ts';
import { duplicateKey, inTransaction } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { parsePart } from '../http/parse.ts';
import type { Product, ProductFacts } from './product.ts';
import { changeProduct, type ProductChange } from './product-changes.ts';
import { importedProduct } from './product-fields.ts';
import {
  gtinModel,
  productModel,
  productRevisionModel,
  type StoredProduct,
  type StoredProductRevision,
} from './product-models.ts';
import { productOf, readProduct, resolveGtin } from './products.ts';
import { takeTurn } from './turns.ts';

export interface ProductParts {
  readonly connection: Connection;
  readonly db: mongo.Db;
  readonly clock: Clock;
}

/** Who states it, and why. */
export interface Statement {
  readonly organisation: string;
  /** Person id; absent for an import by command. */
  readonly person?: string;
  readonly reason: string;
}

/** Generations of one product; longer is a mistake. */
const supersedesDepthLimit = 50;

/**
 * Registers a product. Sent again with the same facts, it answers the same product.
 * @param facts checked by product-fields.ts
 * @throws Failure `conflict` (its GTIN has other facts), `catalogue/gtin-taken` (of another product's package or by
 *   one of its packages), `catalogue/supersedes-refused`, `catalogue/component-unknown`,
 *   `catalogue/organisation-inactive` (not an active manufacturer)
 */
export async function createProduct(
  parts: ProductParts,
  statement: Statement,
  facts: ProductFacts,
): Promise<{ product: Product; created: boolean }> {
  const { gtin, ...rest } = facts;
  const { organisation } = statement;
  const createdAt = parts.clock.now().toISOString();
  const stored: StoredProduct = { _id: gtin, organisation, ...rest, revision: 1, createdAt };
  try {
    await inTransaction(parts.connection, async (session) => {
      await takeTurn(parts.connection, session, organisation, 'manufacturer');
      await refuseWrongReferences(parts, session, organisation, facts);
      await claimGtins(parts.connection, session, gtin, [
        gtin,
        ...facts.packaging.map((level) => level.gtin),
      ]);
      await productModel(parts.connection).create([stored], { session });
      await keepRevision(parts, session, statement, facts, 1);
    });
  } catch (error) {
    const taken = duplicateKey(error)?._id;
    if (taken === undefined) throw error;
    return { product: await sameProduct(parts, organisation, facts, taken), created: false };
  }
  return { product: productOf(stored, []), created: true };
}

/** A GTIN that exists: the same product sent again, or a conflict that says nothing of another maker's product. */
async function sameProduct(
  { connection, db }: ProductParts,
  organisation: string,
  facts: ProductFacts,
  taken: unknown,
): Promise<Product> {
  const known = await readProduct(db, facts.gtin);
  if (known?.organisation !== organisation) throw new Failure('catalogue/gtin-taken', { gtin: taken });
  const first = await productRevisionModel(connection)
    .findOne({ _id: `${facts.gtin}/1` })
    .lean<StoredProductRevision>();
  if (first === null || !isDeepStrictEqual(first.facts, facts))
    throw new Failure('conflict', { gtin: facts.gtin });
  return known;
}

/**
 * Changes a product of the organisation, keeping what was stated before.
 * @param revision the one that the caller has seen
 * @throws Failure `not-found`, `catalogue/revision-outdated`, and what {@link changeProduct} and
 *   {@link createProduct} refuse
 */
export async function reviseProduct(
  parts: ProductParts,
  statement: Statement,
  gtin: string,
  revision: number,
  change: ProductChange,
): Promise<Product> {
  const { connection, db } = parts;
  try {
    return await inTransaction(connection, async (session) => {
      await takeTurn(connection, session, statement.organisation, 'manufacturer');
      const before = await readProduct(documentsOf(db, session), gtin);
      if (before?.organisation !== statement.organisation) throw new Failure('not-found', { gtin });
      if (before.revision !== revision) {
        throw new Failure('catalogue/revision-outdated', { gtin, revision: before.revision });
      }
      const facts = parsePart(importedProduct, changeProduct(factsOf(before), change), '/changes');
      await refuseWrongReferences(parts, session, statement.organisation, facts);
      const had = new Set(before.packaging.map((level) => level.gtin));
      const added = facts.packaging.map((level) => level.gtin).filter((level) => !had.has(level));
      await claimGtins(connection, session, gtin, added);
      const { gtin: _id, ...rest } = facts;
      const { organisation, createdAt } = before;
      const stored: StoredProduct = { _id, organisation, ...rest, revision: revision + 1, createdAt };
      await productModel(connection).replaceOne({ _id }, stored, { session });
      await keepRevision(parts, session, statement, facts, revision + 1);
      return productOf(stored, before.restrictions);
    });
  } catch (error) {
    const taken = duplicateKey(error)?._id;
    if (taken === undefined) throw error;
    throw new Failure('catalogue/gtin-taken', { gtin: taken });
  }
}

/** @returns what the maker stated, without what the service adds. */
export function factsOf(product: Product): ProductFacts {
  const { organisation: _o, restrictions: _r, revision: _v, createdAt: _c, ...facts } = product;
  return facts;
}

/** @returns every revision of a product, oldest first. */
export async function readProductRevisions(
  connection: Connection,
  gtin: string,
): Promise<StoredProductRevision[]> {
  return productRevisionModel(connection)
    .find({ gtin })
    .sort({ revision: 1 })
    .lean<StoredProductRevision[]>();
}

async function claimGtins(
  connection: Connection,
  session: mongo.ClientSession,
  product: string,
  gtins: readonly string[],
): Promise<void> {
  if (gtins.length === 0) return;
  await gtinModel(connection).create(
    gtins.map((gtin) => ({ _id: gtin, product })),
    { session, ordered: true },
  );
}

async function keepRevision(
  { connection, clock }: ProductParts,
  session: mongo.ClientSession,
  { person, reason }: Statement,
  facts: ProductFacts,
  revision: number,
): Promise<void> {
  const record: StoredProductRevision = {
    _id: `${facts.gtin}/${revision}`,
    gtin: facts.gtin,
    revision,
    facts,
    ...(person === undefined ? {} : { person }),
    reason,
    recordedAt: clock.now().toISOString(),
  };
  await productRevisionModel(connection).create([record], { session });
}

async function refuseWrongReferences(
  { db }: ProductParts,
  session: mongo.ClientSession,
  organisation: string,
  facts: ProductFacts,
): Promise<void> {
  let at = facts.supersedes;
  for (let depth = 0; at !== undefined; depth += 1) {
    const older = at === facts.gtin ? undefined : await readProduct(documentsOf(db, session), at);
    if (older?.organisation !== organisation || depth >= supersedesDepthLimit) {
      throw new Failure('catalogue/supersedes-refused', { gtin: facts.gtin, supersedes: facts.supersedes });
    }
    at = older.supersedes;
  }
  await refuseForeignUseUnit(db, session, organisation, facts);
  const wanted = facts.components.map((component) => component.gtin);
  const known = wanted.length === 0 ? new Map() : await componentsKnown(db, wanted, session);
  const unknown = wanted.filter((gtin) => gtin === facts.gtin || !known.has(gtin));
  if (unknown.length > 0) throw new Failure('catalogue/component-unknown', { gtins: unknown });
}

async function componentsKnown(
  db: mongo.Db,
  gtins: readonly string[],
  session: mongo.ClientSession,
): Promise<ReadonlyMap<string, unknown>> {
  const found = await db
    .collection<StoredProduct>('products')
    .find({ _id: { $in: [...gtins] } }, { session, projection: { _id: 1 } })
    .toArray();
  return new Map(found.map(({ _id }) => [_id, true]));
}

/** A pack may name the single that the same maker also sells as its unit of use; never another maker's device. */
async function refuseForeignUseUnit(
  db: mongo.Db,
  session: mongo.ClientSession,
  organisation: string,
  { useUnitDi }: ProductFacts,
): Promise<void> {
  const known = useUnitDi === undefined ? undefined : await resolveGtin(documentsOf(db, session), useUnitDi);
  if (known === undefined) return;
  if (known.product.organisation !== organisation || known.product.gtin !== useUnitDi) {
    throw new Failure('catalogue/gtin-taken', { gtin: useUnitDi });
  }
}
