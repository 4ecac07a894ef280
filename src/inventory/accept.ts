/** Acceptance 验收 (Order 739 Art. 45): the statutory record that decides whether received things are qualified. */
import { z } from 'zod';
import { isValidOn } from '../catalogue/day.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import { type Product, registrationOn } from '../catalogue/product.ts';
import { allOf } from '../database/documents.ts';
import { saying } from '../http/faults.ts';
import { text, uuid } from '../http/fields.ts';
import { type AccountRef, placeAccount } from '../ledger/account.ts';
import { refuse } from '../ledger/decision.ts';
import { type Commitment, type DocumentRef, lotId } from '../ledger/event.ts';
import type { AcceptanceRecord } from '../ledger/event-details.ts';
import { barrier } from './barriers.ts';
import {
  type Actor,
  commandFields,
  refuseShortfall,
  refuseUnheld,
  type StockCommand,
  today,
} from './command.ts';
import { knownShipments } from './known.ts';
import { deviceLines, type LotLoad, loadsOf, type ReadLine, resolveLines } from './lines.ts';
import { isReceived } from './receipt-of.ts';
import type { Shipment } from './shipment.ts';
import { hasHeld, loadStock, type Stock } from './stock.ts';

export const acceptBody = z
  .strictObject({
    ...commandFields,
    place: uuid(),
    /** The shipment that the things came with: it names the supplier. A maker's own lot came with none. */
    shipment: uuid().optional(),
    /** Of one lot: a record a lot. */
    lines: deviceLines(),
    conclusion: z.enum(['qualified', 'unqualified']),
    /** Number of the certificate of conformity 合格证明. */
    certificate: text({ max: 60 }).optional(),
    /** Number of the accompanying papers. */
    papers: text({ max: 60 }).optional(),
    reason: text({ max: 2000, lines: true }).optional(),
  })
  .refine(({ conclusion, reason }) => conclusion === 'qualified' || reason !== undefined, {
    ...saying('不合格须说明原因。', 'State why it is not qualified.'),
    path: ['reason'],
  });

export type AcceptInput = Omit<z.output<typeof acceptBody>, 'lines' | 'certificate' | 'papers' | 'reason'> & {
  readonly lines: readonly ReadLine[];
  readonly certificateNumber?: Commitment | undefined;
  readonly papersNumber?: Commitment | undefined;
  readonly reasonText?: Commitment | undefined;
  /** Organisations that the record may have to name, by id: the supplier and the registrant. */
  readonly organisations: ReadonlyMap<string, Organisation>;
};

interface AcceptState {
  readonly stock: Stock;
  readonly shipment: Shipment | undefined;
  readonly loads: readonly LotLoad[];
  /** Whether the lot was received under the shipment that is named. */
  readonly received: boolean;
}

export interface AcceptedAnswer {
  readonly gtin: string;
  readonly lot: string;
  readonly quantity: number;
  readonly conclusion: 'qualified' | 'unqualified';
}

export const accept: StockCommand<AcceptInput, AcceptState, AcceptedAnswer> = {
  async load(snapshot, actor, input) {
    const loads = loadsOf(await resolveLines(snapshot, input.lines));
    const shipment =
      input.shipment === undefined
        ? undefined
        : (await knownShipments(snapshot, [input.shipment])).get(input.shipment);
    const { organisation } = actor;
    const [load] = loads;
    const named = shipment?.to === organisation && load !== undefined;
    const [stock, received] = await allOf([
      loadStock(snapshot, [organisation], loads),
      named ? isReceived(snapshot, organisation, shipment, load) : Promise.resolve(false),
    ]);
    return { loads, shipment, stock, received };
  },

  facts(input, { stock, shipment, loads, received }, bench, actor, context) {
    const [load, second] = loads;
    // Several lots by the record alone: that they are of another is not told of things that one never had.
    const unheld = second && loads.find((one) => !hasHeld(stock, actor.organisation, one));
    if (unheld !== undefined) return refuseUnheld(stock, actor.organisation, unheld, loads);
    if (load === undefined || second !== undefined) {
      return refuse('request/invalid', {}, [
        {
          pointer: '/lines',
          zh: '每份验收记录只能包含一个批号。',
          en: 'An acceptance record is of one lot.',
        },
      ]);
    }
    const supplier = supplierOf(input, shipment, stock, load, actor);
    if (supplier === undefined) return refuse('not-found', { shipment: input.shipment });
    if (shipment !== undefined && !received) {
      const { gtin, statedLot } = load;
      return refuse('acceptance/not-received', { shipment: shipment.id, gtin, lot: statedLot });
    }
    if (!hasHeld(stock, actor.organisation, load)) {
      return refuseUnheld(stock, actor.organisation, load, loads);
    }
    const qualified = input.conclusion === 'qualified';
    const obstacle = qualified ? barrier(stock, load, today(context)) : undefined;
    if (obstacle !== undefined) return obstacle;
    const record = recordOf(input, stock, supplier, load, today(context));
    if (record === undefined) return refuse('stock/facts-missing', { gtin: load.gtin, lot: load.lot });
    const { organisation } = actor;
    const from: AccountRef = { organisation, account: placeAccount(input.place, 'awaiting-acceptance') };
    const condition = qualified ? 'available' : 'rejected';
    const to: AccountRef = { organisation, account: placeAccount(input.place, condition) };
    const shortfall = bench.move(load, from, to);
    if (shortfall !== undefined) return refuseShortfall(load, shortfall);
    return {
      kind: 'facts',
      events: [
        {
          type: qualified ? 'accepted' : 'rejected',
          step: 'accepting',
          transfers: bench.take(),
          place: input.place,
          documents: documentsOf(input),
          details: { record },
        },
      ],
      answer: {
        gtin: load.gtin,
        lot: load.lot,
        quantity: load.quantity,
        conclusion: input.conclusion,
      },
    };
  },
};

/** @returns who delivered: the sender of the shipment, or the maker itself of what it made */
function supplierOf(
  input: AcceptInput,
  shipment: Shipment | undefined,
  stock: Stock,
  load: LotLoad,
  { organisation }: Actor,
): string | undefined {
  if (shipment !== undefined) return shipment.to === organisation ? shipment.from : undefined;
  if (input.shipment !== undefined) return undefined;
  return stock.lots.get(lotId(load))?.producedBy === organisation ? organisation : undefined;
}

function documentsOf({ certificateNumber, papersNumber }: AcceptInput): DocumentRef[] {
  return [
    ...(certificateNumber === undefined ? [] : [{ kind: 'certificate', number: certificateNumber } as const]),
    ...(papersNumber === undefined ? [] : [{ kind: 'papers', number: papersNumber } as const]),
  ];
}

/**
 * The record with every fact that the law asks for, as they are known at this moment.
 * @returns undefined where a qualified conclusion lacks a fact; a rejection is recorded with what is known
 */
function recordOf(
  input: AcceptInput,
  stock: Stock,
  supplierId: string,
  load: LotLoad,
  day: string,
): AcceptanceRecord | undefined {
  const lot = stock.lots.get(lotId(load));
  const product = stock.products.get(load.gtin);
  const registrant = input.organisations.get(product?.organisation ?? '');
  const supplier = input.organisations.get(supplierId);
  const registration = registrationOf(product, lot?.manufacturedOn);
  const complete = product !== undefined && registrant !== undefined && supplier !== undefined;
  if (input.conclusion === 'qualified' && !(complete && registration !== undefined)) return undefined;
  return {
    productName: product?.names.zh ?? '',
    model: product?.model ?? '',
    specification: product?.specification ?? '',
    lot: load.lot,
    ...(lot?.manufacturedOn === undefined ? {} : { manufacturedOn: lot.manufacturedOn }),
    ...(lot?.expiresOn === undefined ? {} : { expiresOn: lot.expiresOn }),
    sterilisationLots: lot?.sterilisationLots.map(({ id }) => id) ?? [],
    registrant: registrant?.name.zh ?? '',
    registrationNumber: registration ?? '',
    supplier: supplier?.name.zh ?? '',
    supplierLicence: licenceNumber(supplier, day, supplyLicences),
    manufacturerLicence: licenceNumber(registrant, day, productionLicences),
    ...(input.certificateNumber === undefined ? {} : { certificate: input.certificateNumber }),
    ...(input.papersNumber === undefined ? {} : { papers: input.papersNumber }),
    quantity: load.quantity,
    conclusion: input.conclusion,
    ...(input.reasonText === undefined ? {} : { reason: input.reasonText }),
  };
}

function registrationOf(
  product: Product | undefined,
  manufacturedOn: string | undefined,
): string | undefined {
  if (product === undefined || manufacturedOn === undefined) return undefined;
  return registrationOn(product, manufacturedOn)?.number;
}

const productionLicences: readonly string[] = ['production-licence', 'production-filing'];
const supplyLicences: readonly string[] = ['operating-licence', 'operating-filing', ...productionLicences];

/** @returns the number of the licence that is valid today; empty where the organisation has stated none. */
function licenceNumber(
  organisation: Organisation | undefined,
  day: string,
  kinds: readonly string[],
): string {
  const valid = organisation?.licences.filter(
    (licence) => kinds.includes(licence.kind) && isValidOn(licence, day),
  );
  return valid?.map(({ number }) => number).join('、') ?? '';
}
