/** Lots over HTTP. Commands on lots are inventory's; here they are read. */
import type { mongo } from 'mongoose';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { type Route, route } from '../access/route.ts';
import type { Clock } from '../clock.ts';
import { Failure } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { isoDate, isoDateTime, pageOf, pageQuery, text } from '../http/fields.ts';
import { lotId } from '../ledger/event.ts';
import { dayInChina } from './day.ts';
import { expiryState } from './expiry.ts';
import { gtin, lotNumber } from './fields.ts';
import type { Lot } from './lot.ts';
import { lotsPerRead, readLots, readLotsOfProduct } from './lots.ts';
import { restrictionAnswer } from './restriction-fields.ts';

/**
 * Which of these lots the caller may know beyond those that its organisation made: a holder those that it has, had
 * or used, an authority those in its area. Satisfied by inventory in the composition root.
 * @returns lot ids, a subset of those asked
 */
export type VisibleLots = (caller: Caller, lotIds: readonly string[]) => Promise<ReadonlySet<string>>;

export interface LotRouteParts {
  readonly db: mongo.Db;
  readonly clock: Clock;
  readonly visibleLots: VisibleLots;
}

/** Lots of one product that one listing looks through. */
const lotsScanned = 20_000;

const lotAnswer = z
  .strictObject({
    gtin: gtin(),
    lot: lotNumber(),
    standing: z.enum(['unverified', 'produced', 'released']),
    manufacturedOn: isoDate().exactOptional(),
    expiresOn: isoDate().exactOptional(),
    expiry: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({ kind: z.literal('expired') }),
      z.strictObject({ kind: z.literal('near'), months: z.int() }),
      z.strictObject({ kind: z.literal('ok') }),
    ]),
    sterilisationLots: z.array(z.strictObject({ id: text({ max: 60 }), quantity: z.int().exactOptional() })),
    restrictions: z.array(restrictionAnswer),
    declaredQuantity: z.int().exactOptional(),
    closed: z.boolean().exactOptional(),
    producedBy: z.string().exactOptional(),
    releasedAt: isoDateTime().exactOptional(),
  })
  .meta({ id: 'Lot' });

/** The maker sees its lot whole; others what the label and the notice say, and no quantity from which to reckon. */
function shownTo(caller: Caller, lot: Lot, today: string) {
  const { touched: _touched, ...whole } = lot;
  const expiry = expiryState(lot, today);
  if (lot.producedBy === caller.organisation) return { ...whole, expiry };
  const { declaredQuantity: _declared, closed: _closed, releasedAt: _released, ...outside } = whole;
  return { ...outside, sterilisationLots: lot.sterilisationLots.map(({ id }) => ({ id })), expiry };
}

async function visibleOf(parts: LotRouteParts, caller: Caller, lots: readonly Lot[]): Promise<Lot[]> {
  const foreign = lots.filter((lot) => lot.producedBy !== caller.organisation).map(lotId);
  const visible = foreign.length === 0 ? new Set<string>() : await parts.visibleLots(caller, foreign);
  return lots.filter((lot) => lot.producedBy === caller.organisation || visible.has(lotId(lot)));
}

/**
 * Goes on until so many are visible or there are no more: a cursor that named a lot that the caller may not see would
 * tell it of that lot.
 * @throws Failure `catalogue/too-many-lots` where {@link lotsScanned} did not suffice
 */
async function visibleLotsOf(
  parts: LotRouteParts,
  caller: Caller,
  product: string,
  page: { readonly after: string | undefined; readonly wanted: number },
): Promise<Lot[]> {
  const visible: Lot[] = [];
  let { after } = page;
  for (let scanned = 0; scanned < lotsScanned; scanned += lotsPerRead) {
    const found = await readLotsOfProduct(parts.db, product, { after, limit: lotsPerRead });
    visible.push(...(await visibleOf(parts, caller, found)));
    if (visible.length >= page.wanted || found.length < lotsPerRead) return visible.slice(0, page.wanted);
    after = found.at(-1)?.lot;
  }
  throw new Failure('catalogue/too-many-lots', { gtin: product });
}

/** @returns the routes of lots. */
export function lotRoutes(parts: LotRouteParts): Route[] {
  const { db, clock } = parts;
  return [
    route(
      'GET',
      '/api/v1/lots/:gtin/:lot',
      'catalogue:read',
      {
        summary: 'Read a lot that the own organisation made or holds',
        params: z.strictObject({ gtin: gtin(), lot: lotNumber() }),
        answer: lotAnswer,
      },
      async ({ caller, params }) => {
        const found = await readLots(db, [lotId(params)]);
        const [lot] = await visibleOf(parts, caller, [...found.values()]);
        if (lot === undefined) throw new Failure('not-found', params);
        return { status: 200, body: shownTo(caller, lot, dayInChina(clock.now())) };
      },
    ),
    route(
      'GET',
      '/api/v1/products/:gtin/lots',
      'catalogue:read',
      {
        summary:
          'List the lots of a product that the own organisation made or holds; a page may hold few of many',
        params: z.strictObject({ gtin: gtin() }),
        query: z.strictObject(pageQuery),
        answer: pageOf(lotAnswer),
      },
      async ({ caller, params, query }) => {
        const { limit } = query;
        const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, lotNumber());
        const found = await visibleLotsOf(parts, caller, params.gtin, { after, wanted: limit + 1 });
        const last = found.length > limit ? found.at(limit - 1) : undefined;
        const today = dayInChina(clock.now());
        const items = found.slice(0, limit).map((lot) => shownTo(caller, lot, today));
        return { status: 200, body: { items, ...(last && { next: encodeCursor(last.lot) }) } };
      },
    ),
  ];
}
