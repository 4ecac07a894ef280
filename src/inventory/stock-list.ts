/** A place's stock by expiry, and the lot to take first (FEFO). Reads of one organisation's own books. */
import type { mongo } from 'mongoose';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { type ExpiryState, expiryState } from '../catalogue/expiry.ts';
import { fefo, type Lot } from '../catalogue/lot.ts';
import { lotsPerRead, readLots } from '../catalogue/lots.ts';
import { productsPerRead, readProducts } from '../catalogue/products.ts';
import { Failure } from '../errors.ts';
import { accountParts, type Condition } from '../ledger/account.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import type { LotKey } from '../ledger/event.ts';
import { lotId } from '../ledger/event.ts';
import type { Title } from '../ledger/title.ts';

export interface StockRow extends LotKey {
  readonly place: string;
  readonly condition: Condition;
  readonly title: Title;
  readonly quantity: number;
  readonly name?: Bilingual;
  readonly model?: string;
  readonly specification?: string;
  readonly expiresOn?: string;
  readonly expiry: ExpiryState;
  /** A hold or recall stands on the product, on the lot or on a part of it. */
  readonly restricted: boolean;
  /** Its maker has released it 放行. */
  readonly released: boolean;
}

export interface StockFilter {
  readonly place?: string | undefined;
  readonly gtin?: string | undefined;
  readonly condition?: Condition | undefined;
}

/** More rows than this are an error, not a shorter list. */
export const maxStockRows = 20_000;

/**
 * @param today `YYYY-MM-DD`
 * @returns every row of the organisation's stock that matches, soonest expiry first
 * @throws Failure `trace/too-large`
 */
export async function stockRows(
  db: mongo.Db,
  organisation: string,
  filter: StockFilter,
  today: string,
): Promise<StockRow[]> {
  const bare = await bareRows(db, organisation, filter);
  const lots = await inParts([...new Set(bare.map(lotId))], lotsPerRead, (ids) => readLots(db, ids));
  const products = await inParts([...new Set(bare.map(({ gtin }) => gtin))], productsPerRead, (gtins) =>
    readProducts(db, gtins),
  );
  const rows = bare.map((row): StockRow & Pick<Lot, 'manufacturedOn'> => {
    const lot = lots.get(lotId(row));
    const product = products.get(row.gtin);
    return {
      ...row,
      ...(product === undefined
        ? {}
        : { name: product.names, model: product.model, specification: product.specification }),
      ...(lot?.expiresOn === undefined ? {} : { expiresOn: lot.expiresOn }),
      expiry: lot === undefined ? { kind: 'none' } : expiryState(lot, today),
      restricted: (lot?.restrictions.length ?? 0) + (product?.restrictions.length ?? 0) > 0,
      released: lot?.standing === 'released',
    };
  });
  return fefo(rows);
}

type BareRow = Pick<StockRow, 'gtin' | 'lot' | 'place' | 'condition' | 'title' | 'quantity'>;

async function bareRows(db: mongo.Db, organisation: string, filter: StockFilter): Promise<BareRow[]> {
  const cursor = ledgerCollections(db).holdings.find(
    { organisation, ...(filter.gtin === undefined ? {} : { gtin: filter.gtin }) },
    { readConcern: { level: 'majority' }, readPreference: 'primary' },
  );
  const rows: BareRow[] = [];
  for await (const { gtin, lot, balances } of cursor) {
    for (const { account, title, quantity } of balances) {
      const parts = accountParts(account);
      if (parts.kind !== 'place') continue;
      if (filter.place !== undefined && parts.place !== filter.place) continue;
      if (filter.condition !== undefined && parts.condition !== filter.condition) continue;
      rows.push({ gtin, lot, place: parts.place, condition: parts.condition, title, quantity });
    }
    if (rows.length > maxStockRows) throw new Failure('trace/too-large', { limit: maxStockRows });
  }
  return rows;
}

async function inParts<T>(
  ids: readonly string[],
  size: number,
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): Promise<Map<string, T>> {
  const all = new Map<string, T>();
  for (let start = 0; start < ids.length; start += size) {
    for (const [id, value] of await read(ids.slice(start, start + size))) all.set(id, value);
  }
  return all;
}

export interface Proposal {
  readonly gtin: string;
  readonly lots: readonly { readonly lot: string; readonly expiresOn?: string; readonly quantity: number }[];
  /** What the place does not have. */
  readonly short: number;
}

/**
 * Which lots to take for a quantity: the soonest to expire first, without those that have expired,
 * are restricted or not released.
 * Pure.
 * @param rows of one product, available in one place, in FEFO order
 */
export function proposeFefo(gtin: string, rows: readonly StockRow[], quantity: number): Proposal {
  let wanted = quantity;
  const lots = new Map<string, { lot: string; expiresOn?: string; quantity: number }>();
  for (const row of rows) {
    if (wanted === 0) break;
    if (row.gtin !== gtin || row.condition !== 'available') continue;
    if (row.restricted || !row.released || row.expiry.kind === 'expired') continue;
    const taken = Math.min(wanted, row.quantity);
    const before = lots.get(row.lot);
    lots.set(row.lot, {
      lot: row.lot,
      ...(row.expiresOn === undefined ? {} : { expiresOn: row.expiresOn }),
      quantity: (before?.quantity ?? 0) + taken,
    });
    wanted -= taken;
  }
  return { gtin, lots: [...lots.values()], short: wanted };
}
