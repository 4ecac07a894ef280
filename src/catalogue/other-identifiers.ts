/** Products by the identifiers that agencies other than GS1 gave them. */
import type { mongo } from 'mongoose';
import type { Documents } from '../database/documents.ts';
import type { OtherIdentifier, Product } from './product.ts';
import type { StoredProduct } from './product-models.ts';
import { readProducts } from './products.ts';

/** A label is of one; several are a slip in the catalogue, which nothing forbids. */
const productsMax = 20;

/** @returns the maker's products that bear the identifier as it was written, in the order of their GTINs */
export async function productsIdentifiedBy(
  source: Documents & { readonly db: mongo.Db; readonly session: mongo.ClientSession },
  organisation: string,
  { agency, id }: OtherIdentifier,
): Promise<Product[]> {
  const { db, session } = source;
  const found = await db
    .collection<StoredProduct>('products')
    .find(
      { organisation, otherIdentifiers: { $elemMatch: { agency, id } } },
      { session, projection: { _id: 1 } },
    )
    .sort({ _id: 1 })
    .limit(productsMax)
    .toArray();
  const gtins = found.map(({ _id }) => _id);
  const products = await readProducts(source, gtins);
  return gtins.flatMap((gtin) => products.get(gtin) ?? []);
}
