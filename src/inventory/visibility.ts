/** What the catalogue asks of stock: which lots somebody has to do with, and whether a place is empty. */

import type { Connection, mongo } from 'mongoose';
import mongoose from 'mongoose';
import { organisationModel } from '../catalogue/models.ts';
import { areaContains } from '../catalogue/organisation.ts';
import { readProducts } from '../catalogue/products.ts';
import { accountParts } from '../ledger/account.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import { type Viewer, wholeCountry } from './viewer.ts';

const majority = { readConcern: { level: 'majority' }, readPreference: 'primary' } as const;

/** @returns those of the lots that lie, or once lay, in books that the viewer sees. */
export async function lotsSeenBy(
  db: mongo.Db,
  connection: Connection,
  viewer: Viewer,
  lotIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const own = viewer.area === undefined ? { organisation: viewer.organisation } : {};
  const held = await ledgerCollections(db)
    .holdings.find(
      { lotId: { $in: [...lotIds] }, ...own },
      { ...majority, projection: { lotId: 1, organisation: 1 } },
    )
    .toArray();
  if (viewer.area === wholeCountry) return new Set(held.map(({ lotId }) => lotId));
  if (viewer.area === undefined) {
    const made = await lotsOfMaker(db, viewer.organisation, lotIds);
    return new Set([...held.map(({ lotId }) => lotId), ...made]);
  }
  const inside = await organisationsIn(
    connection,
    viewer.area,
    held.map(({ organisation }) => organisation),
  );
  return new Set(held.filter(({ organisation }) => inside.has(organisation)).map(({ lotId }) => lotId));
}

/** A lot that a maker never made, of a product that is its own: it must learn that there is one. */
async function lotsOfMaker(db: mongo.Db, organisation: string, lotIds: readonly string[]): Promise<string[]> {
  const gtinOf = (lotId: string) => lotId.slice(0, lotId.indexOf('/'));
  const gtins = [...new Set(lotIds.map(gtinOf))];
  const products = await readProducts(db, gtins);
  return lotIds.filter((lotId) => products.get(gtinOf(lotId))?.organisation === organisation);
}

async function organisationsIn(
  connection: Connection,
  area: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await organisationModel(connection)
    .find({ _id: mongoose.trusted({ $in: [...new Set(ids)] }) }, { area: 1 })
    .lean<{ _id: string; area?: string }[]>();
  return new Set(
    found.filter((one) => one.area !== undefined && areaContains(area, one.area)).map(({ _id }) => _id),
  );
}

/** @returns whether anything lies in a place, in any condition. */
export async function placeHoldsStock(db: mongo.Db, organisation: string, place: string): Promise<boolean> {
  const holdings = ledgerCollections(db).holdings.find({ organisation }, majority);
  for await (const { balances } of holdings) {
    const here = balances.some(({ account, quantity }) => {
      const parts = accountParts(account);
      return quantity !== 0 && parts.kind === 'place' && parts.place === place;
    });
    if (here) return true;
  }
  return false;
}
