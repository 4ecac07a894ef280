/** Products over HTTP. */
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { type Route, route } from '../access/route.ts';
import { Failure } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { isoDateTime, pageOf, pageQuery, text, uuid } from '../http/fields.ts';
import { gtin } from './fields.ts';
import type { Product } from './product.ts';
import { importedProduct, productAnswer, productBody, productChangeBody } from './product-fields.ts';
import { createProduct, type ProductParts, readProductRevisions, reviseProduct } from './product-writing.ts';
import { listProducts, readProduct } from './products.ts';

const gtinParams = z.strictObject({ gtin: gtin() });

const listQuery = z.strictObject({
  ...pageQuery,
  organisation: uuid().optional(),
  search: text({ max: 100 }).optional(),
});

const revisionAnswer = z.strictObject({
  revision: z.int(),
  person: uuid().exactOptional(),
  reason: z.string(),
  recordedAt: isoDateTime(),
  facts: importedProduct,
});

/** A maker sees its own products alone; everybody else the whole catalogue. */
function maySee(caller: Caller, product: Pick<Product, 'organisation'>): boolean {
  return caller.organisationKind !== 'manufacturer' || caller.organisation === product.organisation;
}

/** Where recalled things go back to is for those whom the recall concerns: they read it in the recall. */
function shownTo(caller: Caller, product: Product): Product {
  if (caller.organisation === product.organisation) return product;
  const restrictions = product.restrictions.map(({ returnPlace: _place, ...restriction }) => restriction);
  return { ...product, restrictions };
}

/** @returns the routes of products. */
export function productRoutes(parts: ProductParts): Route[] {
  return [...readingRoutes(parts), ...writingRoutes(parts)];
}

function readingRoutes({ connection, db }: ProductParts): Route[] {
  return [
    route(
      'GET',
      '/api/v1/products',
      'catalogue:read',
      { summary: 'List and search products', query: listQuery, answer: pageOf(productAnswer) },
      async ({ caller, query }) => {
        const { limit, search } = query;
        const organisation =
          caller.organisationKind === 'manufacturer' ? caller.organisation : query.organisation;
        if (query.organisation !== undefined && query.organisation !== organisation) {
          return { status: 200, body: { items: [] } };
        }
        const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, gtin());
        const found = await listProducts(connection, db, { organisation, search, after, limit: limit + 1 });
        const items = found.slice(0, limit).map((product) => shownTo(caller, product));
        const last = found.length > limit ? items.at(-1) : undefined;
        return { status: 200, body: { items, ...(last && { next: encodeCursor(last.gtin) }) } };
      },
    ),
    route(
      'GET',
      '/api/v1/products/:gtin',
      'catalogue:read',
      { summary: 'Read a product', params: gtinParams, answer: productAnswer },
      async ({ caller, params }) => {
        const product = await readProduct(db, params.gtin);
        if (product === undefined || !maySee(caller, product)) throw new Failure('not-found', params);
        return { status: 200, body: shownTo(caller, product) };
      },
    ),
    route(
      'GET',
      '/api/v1/products/:gtin/revisions',
      'product:write',
      {
        summary: 'Everything that was ever stated of an own product, oldest first',
        params: gtinParams,
        answer: z.strictObject({ items: z.array(revisionAnswer) }),
      },
      async ({ caller, params }) => {
        const product = await readProduct(db, params.gtin);
        if (product?.organisation !== caller.organisation) throw new Failure('not-found', params);
        const revisions = await readProductRevisions(connection, params.gtin);
        return {
          status: 200,
          body: { items: revisions.map(({ _id, gtin: _gtin, ...revision }) => revision) },
        };
      },
    ),
  ];
}

function writingRoutes(parts: ProductParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/products',
      'product:write',
      { summary: 'Register a product of the own organisation', body: productBody, answer: productAnswer },
      async ({ caller, body }) => {
        const { organisation, person } = caller;
        const statement = { organisation, person, reason: 'registered' };
        const { product, created } = await createProduct(parts, statement, body);
        return { status: created ? 201 : 200, body: product };
      },
    ),
    route(
      'PATCH',
      '/api/v1/products/:gtin',
      'product:write',
      {
        summary: 'Change what may change without a new UDI-DI; what was stated before is kept',
        params: gtinParams,
        body: productChangeBody,
        answer: productAnswer,
      },
      async ({ caller, params, body }) => {
        const { organisation, person } = caller;
        const { revision, reason, changes } = body;
        const statement = { organisation, person, reason };
        return { status: 200, body: await reviseProduct(parts, statement, params.gtin, revision, changes) };
      },
    ),
  ];
}
