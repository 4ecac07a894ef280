/** What the books of the small world say, read from the database itself, and whether they can be true. */
import { expect } from 'chai';
import type { mongo } from 'mongoose';
import { accountParts } from '../../src/ledger/account.ts';
import { ledgerCollections } from '../../src/ledger/collections.ts';
import { type LotKey, lotId } from '../../src/ledger/event.ts';
import { holdingId } from '../../src/ledger/holding.ts';
import { members, type OrganisationName, places } from './world-facts.ts';

const placeNames = new Map(Object.entries(places).map(([name, id]) => [id as string, name]));

/** @returns units by account, e.g. `{'theatreA/available': 3, consumed: 2}`, of one organisation's holding of a lot. */
export async function books(
  db: mongo.Db,
  name: OrganisationName,
  lot: LotKey,
): Promise<Record<string, number>> {
  const id = holdingId(members[name].id, lot);
  const holding = await ledgerCollections(db).holdings.findOne({ _id: id });
  const sums: Record<string, number> = {};
  for (const { account, quantity } of holding?.balances ?? []) {
    const parts = accountParts(account);
    const key = parts.kind === 'place' ? `${placeNames.get(parts.place)}/${parts.condition}` : parts.kind;
    sums[key] = (sums[key] ?? 0) + quantity;
  }
  return sums;
}

/** Law 2 for every lot in the database: the accounts add up to nothing, and only two of them may be negative. */
export async function expectBalanced(db: mongo.Db): Promise<void> {
  const sums = new Map<string, number>();
  for await (const { gtin, lot, balances } of ledgerCollections(db).holdings.find()) {
    for (const { account, quantity } of balances) {
      const id = lotId({ gtin, lot });
      sums.set(id, (sums.get(id) ?? 0) + quantity);
      if (account !== 'production' && account !== 'unexplained')
        expect(quantity, account).to.be.greaterThan(0);
    }
  }
  expect([...sums].filter(([, sum]) => sum !== 0)).to.deep.equal([]);
}

/** @returns the unit's place in the books: `hospitalA theatreA/available`, `hospitalA consumed`. */
export async function unitAt(db: mongo.Db, gtin: string, serial: string): Promise<string | undefined> {
  const unit = await ledgerCollections(db).units.findOne({ _id: `${gtin}/maker/${serial}` });
  if (unit === null) return undefined;
  const [name] = Object.entries(members).find(([, { id }]) => id === unit.at.organisation) ?? ['nobody'];
  const parts = accountParts(unit.at.account);
  const where = parts.kind === 'place' ? `${placeNames.get(parts.place)}/${parts.condition}` : parts.kind;
  return `${name} ${where}`;
}
