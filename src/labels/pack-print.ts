/**
 * The command that prints labels of sterile packs 灭菌包: which units lie in them, and what the packer states of the
 * sterilisation. Nothing is moved or made sterile by it: the label says what the hospital's CSSD says.
 */
import { z } from 'zod';
import { gtin } from '../catalogue/fields.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import { isoDate, text, uuid } from '../http/fields.ts';
import { commandFields, type StockCommand, today } from '../inventory/command.ts';
import { serialNumber } from '../inventory/lines.ts';
import { loadStock, type Stock, unitOf } from '../inventory/stock.ts';
import { accountParts, type Condition } from '../ledger/account.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import { lotId } from '../ledger/event.ts';
import type { StatedOfPack } from '../ledger/event-details.ts';
import type { Unit } from '../ledger/unit.ts';
import type { LabelledLot, PackJob } from './job.ts';
import { acceptJob, newJob, type PrintedAnswer } from './job-accept.ts';
import { marksOf, refuseUnprintable } from './job-barriers.ts';
import { assertFits, contentOfLabel, drawingFields, hardest } from './job-drawing.ts';
import { type NamedPerson, type PackJobContent, packContent } from './pack-content.ts';
import type { LabelTemplate } from './template.ts';

/** A steriliser's load. */
const packsPerJob = 200;

export const printPacksBody = z.strictObject({
  ...commandFields,
  template: text({ max: 60 }).default('pack-70x50'),
  gtin: gtin(),
  /** A pack each. */
  serials: z.array(serialNumber()).min(1).max(packsPerJob),
  /** 检查包装者; a person of the hospital. */
  packer: uuid(),
  /** 核对者, where a second person checked. */
  checker: uuid().optional(),
  /** 灭菌器编号 */
  steriliser: text({ max: 40 }),
  /** 灭菌批次 (锅次) */
  load: text({ max: 40 }),
  sterilisedOn: isoDate(),
  sterileUntil: isoDate(),
  ...drawingFields,
});

/** The body, and what was looked up before the transaction. */
export interface PrintPacksInput extends z.output<typeof printPacksBody> {
  readonly templateData: LabelTemplate;
  readonly hospital: Organisation;
  readonly people: ReadonlyMap<string, NamedPerson>;
  /** Contents that were laid out in an earlier attempt, as JSON. */
  readonly laidOut: Set<string>;
}

interface PrintPacksState {
  readonly stock: Stock;
  readonly wanted: { readonly kind: 'labels'; readonly content: PackJobContent } | Refusal;
}

/** Makes the command for a service. */
export function printPacks(publicUrl: string): StockCommand<PrintPacksInput, PrintPacksState, PrintedAnswer> {
  return {
    alone: true,

    async load(snapshot, { organisation }, input) {
      const { gtin: product, serials } = input;
      const units = await snapshot.units(
        serials.map((serial) => ({ gtin: product, issuer: 'maker', serial })),
      );
      const things = [...units.values()].map(({ lot, serial }) => ({
        gtin: product,
        lot,
        serials: [serial],
      }));
      const stock = await loadStock(snapshot, [organisation], things);
      const refusal = refuseIllFormed(input) ?? refuseElsewhere(stock, organisation, input);
      return { stock, wanted: refusal ?? (await wantedOf(publicUrl, stock, input)) };
    },

    facts(input, { stock, wanted }, _bench, actor, context) {
      if (wanted.kind === 'refused') return wanted;
      const { content } = wanted;
      const day = today(context);
      const { sterilisedOn, sterileUntil, serials } = input;
      if (sterilisedOn > day || sterilisedOn > sterileUntil) {
        return refuse('command/time', { sterilisedOn, sterileUntil });
      }
      const refusal = refuseUnprintable(content.kind, content.lots, stock, day);
      if (refusal !== undefined) return refusal;
      const contaminated = serials.some(
        (serial) => conditionOf(unitOf(stock, input.gtin, serial)) === 'contaminated',
      );
      const marks = marksOf(content.lots, stock, day);
      const job: PackJob = {
        ...newJob({
          ...{ actor, context, template: input.templateData, asked: input, labels: serials.length, serials },
          marks: contaminated ? [...marks, 'unit-contaminated'] : marks,
        }),
        product: input.gtin,
        pack: statedBy(input),
        content,
      };
      const given = { serials, range: false, writes: [] };
      return acceptJob(job, given, (serial) => lotKey(stock, input.gtin, serial));
    },
  };
}

function statedBy({
  packer,
  checker,
  steriliser,
  load,
  sterilisedOn,
  sterileUntil,
}: PrintPacksInput): StatedOfPack {
  return {
    packer,
    ...(checker === undefined ? {} : { checker }),
    ...{ steriliser, load, sterilisedOn, sterileUntil },
  };
}

function lotKey(stock: Stock, product: string, serial: string) {
  const lot = unitOf(stock, product, serial)?.lot;
  return { gtin: product, ...(lot === undefined ? {} : { lot }) };
}

function refuseIllFormed({ serials, packer, checker }: PrintPacksInput): Refusal | undefined {
  if (new Set(serials).size !== serials.length) return refuse('device/serial-repeated');
  if (packer !== checker) return undefined;
  const fault = {
    pointer: '/checker',
    zh: '核对者应为包装者以外的人。',
    en: 'Who checks is not who packed.',
  };
  return refuse('request/invalid', {}, [fault]);
}

/**
 * What was not accepted, was rejected or set apart is not made ready for use. What lies among the contaminated may have
 * been processed since, and nothing here would know.
 */
const packedFrom: readonly (Condition | undefined)[] = ['available', 'processing', 'contaminated'];

function conditionOf(unit: Unit | undefined): Condition | undefined {
  const parts = unit && accountParts(unit.at.account);
  return parts?.kind === 'place' ? parts.condition : undefined;
}

/** Of units that lie with others, or are nowhere, no more is told than that. */
function refuseElsewhere(
  stock: Stock,
  organisation: string,
  { gtin: product, serials }: PrintPacksInput,
): Refusal | undefined {
  const own = (unit: Unit | undefined) => unit?.at.organisation === organisation;
  const absent = serials.filter((serial) => {
    const unit = unitOf(stock, product, serial);
    return !own(unit) || !packedFrom.includes(conditionOf(unit));
  });
  return absent.length === 0 ? undefined : refuse('label/not-in-stock', { serials: absent.slice(0, 20) });
}

async function wantedOf(
  publicUrl: string,
  stock: Stock,
  input: PrintPacksInput,
): Promise<PrintPacksState['wanted']> {
  const { gtin: number, serials, templateData, hospital, people } = input;
  const product = stock.products.get(number);
  if (product?.use.kind !== 'reusable' || product.trackedBy !== 'serial') {
    return refuse('label/not-reusable', { gtin: number });
  }
  const { limit } = product.use;
  const worn = serials.filter((serial) => (unitOf(stock, number, serial)?.uses ?? 0) >= (limit ?? Infinity));
  if (worn.length > 0) return refuse('label/reuse-limit', { serials: worn.slice(0, 20), limit });
  if (templateData.draws !== 'pack') {
    return refuse('label/wrong-content', { template: templateData.name, draws: templateData.draws });
  }
  const lots = lotsOfUnits(stock, input);
  const content = packContent({ product, hospital, stated: statedBy(input), people, lots, publicUrl });
  const known = JSON.stringify(content);
  if (!input.laidOut.has(known)) {
    const samples = lots.flatMap(({ lot, serials: units = [] }) =>
      hardest(units).map((serial) => contentOfLabel(content, { serial, nth: 0, lot })),
    );
    await assertFits(templateData, samples, input);
    input.laidOut.add(known);
  }
  return { kind: 'labels', content };
}

function lotsOfUnits(stock: Stock, { gtin: product, serials, sterileUntil }: PrintPacksInput): LabelledLot[] {
  const byLot = Map.groupBy(serials, (serial) => unitOf(stock, product, serial)?.lot ?? '');
  return [...byLot].map(([lot, units]) => {
    const expiresOn = stock.lots.get(lotId({ gtin: product, lot }))?.expiresOn;
    return {
      gtin: product,
      lot,
      ...(expiresOn === undefined ? {} : { expiresOn }),
      serials: units,
      sterileUntil,
    };
  });
}
