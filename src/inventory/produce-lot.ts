/** Producing a lot: things come into the books of their maker, out of `production`. */
import { z } from 'zod';
import { shelfLifeEnd } from '../catalogue/expiry.ts';
import { gtin, ownLotNumber } from '../catalogue/fields.ts';
import type { Lot } from '../catalogue/lot.ts';
import type { Product } from '../catalogue/product.ts';
import { Failure } from '../errors.ts';
import { isoDate, quantity, text, uuid } from '../http/fields.ts';
import { placeAccount } from '../ledger/account.ts';
import { entriesCollection, ledgerCollections } from '../ledger/collections.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import { bounds, lotId, type Transfer } from '../ledger/event.ts';
import { quantityIn } from '../ledger/holding.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { type Actor, commandFields, type StockCommand, today } from './command.ts';
import { ownSerialNumber } from './lines.ts';
import { holdingOf, loadStock, type Stock, unitOf } from './stock.ts';

export const produceLotBody = z.strictObject({
  ...commandFields,
  gtin: gtin(),
  lot: ownLotNumber(),
  manufacturedOn: isoDate(),
  /** Without it, the product's shelf life gives it. */
  expiresOn: isoDate().optional(),
  /** Place of the maker where the things are put. */
  place: uuid(),
  /** What this command adds; a lot may be added to until its declared total is reached. */
  parts: z
    .array(
      z.strictObject({
        sterilisationLot: text({ max: 40 }).optional(),
        quantity: quantity().optional(),
        serials: z.array(ownSerialNumber()).min(1).max(bounds.serialsPerEvent).optional(),
      }),
    )
    .min(1)
    .max(50),
  /** The lot's total; without it, what this command adds is the whole lot. */
  declaredQuantity: quantity().optional(),
});

export type ProduceLotInput = z.output<typeof produceLotBody>;

interface ProduceLotState {
  readonly stock: Stock;
  readonly product: Product | undefined;
  readonly lot: Lot | undefined;
  /** Serial numbers that were made before, by this or another event; others may be known by a scan alone. */
  readonly made: ReadonlySet<string>;
}

export interface ProducedAnswer {
  readonly gtin: string;
  readonly lot: string;
  readonly produced: number;
  readonly declaredQuantity: number;
  readonly closed: boolean;
}

export const produceLot: StockCommand<ProduceLotInput, ProduceLotState, ProducedAnswer> = {
  async load(snapshot, actor, input) {
    const serials = input.parts.flatMap((part) => part.serials ?? []);
    if (serials.length > bounds.serialsPerEvent) {
      throw new Failure('command/too-many-serials', { serials: serials.length });
    }
    const stock = await loadStock(
      snapshot,
      [actor.organisation],
      [{ gtin: input.gtin, lot: input.lot, serials }],
    );
    const known = serials.filter((serial) => unitOf(stock, input.gtin, serial) !== undefined);
    return {
      stock,
      product: stock.products.get(input.gtin),
      lot: stock.lots.get(lotId(input)),
      made: await madeBefore(snapshot, input.gtin, known),
    };
  },

  facts(input, state, bench, actor, context) {
    const { product, lot } = state;
    const refusal = refusalOf(input, state, actor, today(context));
    if (refusal !== undefined) return refusal;
    const dates = lotDates(input, product);
    bench.lay(input.parts.map((part) => transferOf(input, part, actor)));
    const produced = -bench.quantity({ organisation: actor.organisation, account: 'production' }, input);
    const declaredQuantity = lot?.declaredQuantity ?? input.declaredQuantity ?? produced;
    const closed = produced === declaredQuantity;
    return {
      kind: 'facts',
      events: [
        {
          type: 'lotProduced',
          step: 'producing',
          transfers: bench.take(),
          about: [{ gtin: input.gtin, lot: input.lot }],
          place: input.place,
          details: {
            ...dates,
            sterilisationLots: input.parts.flatMap(({ sterilisationLot: id, quantity: stated, serials }) =>
              id === undefined ? [] : [{ id, quantity: stated ?? serials?.length ?? 0 }],
            ),
            declaredQuantity,
            closed,
          },
        },
      ],
      answer: { gtin: input.gtin, lot: input.lot, produced, declaredQuantity, closed },
    };
  },
};

/** @returns those of the serial numbers that an event of production names */
async function madeBefore(
  snapshot: Snapshot,
  gtin: string,
  serials: readonly string[],
): Promise<ReadonlySet<string>> {
  if (serials.length === 0) return new Set();
  const filter = { gtin, type: 'lotProduced', 'units.serial': { $in: [...serials] } } as const;
  const found = await snapshot.query([entriesCollection], (db, session) =>
    ledgerCollections(db)
      .entries.find(filter, { session, projection: { units: 1 } })
      .toArray(),
  );
  return new Set(found.flatMap(({ units }) => units.map(({ serial }) => serial)));
}

function refusalOf(
  input: ProduceLotInput,
  { stock, product, lot, made }: ProduceLotState,
  actor: Actor,
  today: string,
): Refusal | undefined {
  const { gtin, lot: number } = input;
  if (product === undefined || product.organisation !== actor.organisation) {
    return refuse('lot/not-yours', { gtin });
  }
  if (input.manufacturedOn > today) return refuse('command/time', { manufacturedOn: input.manufacturedOn });
  const serials = input.parts.flatMap((part) => part.serials ?? []);
  if (new Set(serials).size !== serials.length)
    return refuse('device/serial-repeated', { gtin, lot: number });
  const illFormed = illFormedParts(input, product);
  if (illFormed !== undefined) return illFormed;
  // A serial number that somebody has scanned before its maker recorded it does not keep the maker from recording it;
  // unless the scan said another lot, and has not been taken back: that is for people to clear up.
  const existing = serials.filter((serial) => {
    const unit = unitOf(stock, gtin, serial);
    if (unit === undefined) return false;
    return made.has(serial) || (unit.lot !== number && unit.at.account !== 'unexplained');
  });
  if (existing.length > 0) return refuse('lot/serial-exists', { gtin, serials: existing.slice(0, 20) });
  return contradiction(input, stock, product, lot, actor, serials.length);
}

/** A part has serial numbers or a quantity, as the product is tracked. */
function illFormedParts({ gtin, parts }: ProduceLotInput, { trackedBy }: Product): Refusal | undefined {
  if (trackedBy === 'lot') {
    const counted = parts.every(({ serials, quantity }) => serials === undefined && quantity !== undefined);
    return counted ? undefined : refuse('device/serial-needless', { gtin, trackedBy });
  }
  if (parts.some(({ serials }) => serials === undefined)) {
    return refuse('device/serial-missing', { gtin, trackedBy });
  }
  const faults = parts.flatMap(({ quantity }, index) =>
    quantity === undefined
      ? []
      : [
          {
            pointer: `/parts/${index}/quantity`,
            zh: '已填写序列号的，不填数量。',
            en: 'Leave the quantity out where serial numbers are stated.',
          },
        ],
  );
  return faults.length === 0 ? undefined : refuse('request/invalid', {}, faults);
}

/** What an earlier event of the same lot does not allow. */
function contradiction(
  input: ProduceLotInput,
  stock: Stock,
  product: Product,
  lot: Lot | undefined,
  actor: Actor,
  serials: number,
): Refusal | undefined {
  const key = { gtin: input.gtin, lot: input.lot };
  const adding = serials + input.parts.reduce((sum, part) => sum + (part.quantity ?? 0), 0);
  const before = -quantityIn(holdingOf(stock, actor.organisation, key), 'production');
  const lastDay = shelfLifeEnd(product, input.manufacturedOn);
  const expiresOn = input.expiresOn ?? lastDay;
  if (expiresOn !== undefined && expiresOn <= input.manufacturedOn) return refuse('lot/contradicts', key);
  if (lot === undefined || lot.standing === 'unverified') {
    // A lot that is recorded keeps its date, also where the shelf life was shortened since.
    if (expiresOn !== undefined && lastDay !== undefined && expiresOn > lastDay) {
      return refuse('lot/beyond-shelf-life', { ...key, expiresOn, lastDay });
    }
    const declared = input.declaredQuantity ?? adding;
    return adding > declared
      ? refuse('lot/over-declared', { ...key, declaredQuantity: declared })
      : undefined;
  }
  if (lot.closed) return refuse('lot/closed', key);
  const same =
    lot.manufacturedOn === input.manufacturedOn &&
    lot.expiresOn === expiresOn &&
    (input.declaredQuantity === undefined || input.declaredQuantity === lot.declaredQuantity);
  if (!same) return refuse('lot/contradicts', key);
  return before + adding > (lot.declaredQuantity ?? 0)
    ? refuse('lot/over-declared', { ...key, declaredQuantity: lot.declaredQuantity, produced: before })
    : undefined;
}

export interface LotDates {
  readonly manufacturedOn: string;
  readonly expiresOn?: string;
}

/** @returns the dates that a lot is recorded with. */
export function lotDates(
  { manufacturedOn, expiresOn: stated }: ProduceLotInput,
  product: Product | undefined,
): LotDates {
  const expiresOn = stated ?? shelfLifeEnd(product, manufacturedOn);
  return { manufacturedOn, ...(expiresOn === undefined ? {} : { expiresOn }) };
}

function transferOf(
  input: ProduceLotInput,
  part: ProduceLotInput['parts'][number],
  { organisation }: Actor,
): Transfer {
  const { sterilisationLot, serials } = part;
  return {
    gtin: input.gtin,
    lot: input.lot,
    quantity: serials?.length ?? part.quantity ?? 0,
    from: { organisation, account: 'production' },
    to: { organisation, account: placeAccount(input.place, 'available') },
    title: { owner: organisation, basis: 'bought' },
    ...(serials === undefined ? {} : { issuer: 'maker', serials }),
    ...(sterilisationLot === undefined ? {} : { sterilisationLot }),
  };
}
