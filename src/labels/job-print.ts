/** The command that prints labels of a lot: serial numbers are allocated, or named; a job is made, and its event. */
import { z } from 'zod';
import { addMonths } from '../catalogue/day.ts';
import { gtin, ownLotNumber } from '../catalogue/fields.ts';
import type { Lot } from '../catalogue/lot.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import type { Product } from '../catalogue/product.ts';
import { readProducts, resolveGtin } from '../catalogue/products.ts';
import type { InputFault } from '../errors.ts';
import { isoDate, text } from '../http/fields.ts';
import { type Actor, commandFields, type StockCommand, today } from '../inventory/command.ts';
import { ownSerialNumber } from '../inventory/lines.ts';
import { loadStock, type Stock } from '../inventory/stock.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import { type LotKey, lotId } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { type LotJob, labelsPerJob, serialsPerRequest } from './job.ts';
import { acceptJob, newJob, type PrintedAnswer } from './job-accept.ts';
import { marksOf, refuseUnprintable } from './job-barriers.ts';
import { contentOf, type LotContent } from './job-content.ts';
import { assertFits, contentOfLabel, drawingFields, hardest } from './job-drawing.ts';
import { datesOf, isRecorded, type LabelDates } from './label-dates.ts';
import { marksOfContent, refuseUnregistered, refuseWithoutChinese } from './label-law.ts';
import { numbering, sequentialByDefault, widestSerials } from './serial-numbers.ts';
import { type Allocated, allocate, findMade, findPrinted } from './serial-store.ts';
import { refuseOtherDates } from './stated-dates.ts';
import type { LabelTemplate } from './template.ts';

export const printLabelsBody = z.strictObject({
  ...commandFields,
  /** Of the product, or of one of its packages. */
  gtin: gtin(),
  lot: ownLotNumber(),
  template: text({ max: 60 }).default('unit-60x40'),
  /** So many labels: with new serial numbers where the product is tracked by them, else all alike. */
  quantity: z.int().min(1).optional(),
  /** Labels of units that were made already, and have no label of ours yet. */
  serials: z.array(ownSerialNumber()).min(1).max(serialsPerRequest).optional(),
  /** Of new serial numbers. */
  numbering: numbering.optional(),
  /** What the labels say where the lot is not recorded yet; else as it was recorded. */
  manufacturedOn: isoDate().optional(),
  /** Without it, the product's shelf life gives it. */
  expiresOn: isoDate().optional(),
  ...drawingFields,
});

/** The body, and what was looked up before the transaction. */
export interface PrintLabelsInput extends z.output<typeof printLabelsBody> {
  readonly templateData: LabelTemplate;
  readonly maker: Organisation | undefined;
  /** Contents that were laid out in an earlier attempt, as JSON: a command that was overtaken does not do it again. */
  readonly laidOut: Set<string>;
}

/** What the room needs beside the ledger. */
export interface PrintParts {
  readonly publicUrl: string;
  readonly bytes: (count: number) => Uint8Array;
}

/** Everything that is to be printed, or why it cannot be. */
type Wanted =
  | {
      readonly kind: 'labels';
      readonly content: LotContent;
      readonly product: Product;
      readonly dates: LabelDates;
      /** Undefined where all labels are alike. */
      readonly allocated: Allocated | undefined;
      readonly labels: number;
    }
  | Refusal;

interface PrintLabelsState {
  readonly stock: Stock;
  readonly wanted: Wanted;
}

/** A label is dated with the day on which the lot will be made; further ahead it is a mistake. */
const monthsAhead = 1;

/** Makes the command for a service. */
export function printLabels(
  parts: PrintParts,
): StockCommand<PrintLabelsInput, PrintLabelsState, PrintedAnswer> {
  return {
    alone: true,

    async load(snapshot, actor, input) {
      const resolved = await resolveGtin(snapshot, input.gtin);
      const product = resolved?.product;
      const named = { gtin: product?.gtin ?? input.gtin, lot: input.lot };
      const things = {
        ...named,
        serials: input.serials ?? [],
        ...(product === undefined ? {} : { product }),
      };
      const stock = await loadStock(snapshot, [actor.organisation], [things]);
      const lot = stock.lots.get(lotId(named));
      const wanted =
        refuseForeign(input, actor, product, lot) ??
        (await wantedOf(parts, snapshot, input, { product, quantity: resolved?.quantity ?? 1, lot }));
      return { stock, wanted };
    },

    facts(input, { stock, wanted }, _bench, actor, context) {
      if (wanted.kind === 'refused') return wanted;
      const { content, product, dates, allocated, labels } = wanted;
      const { manufacturedOn } = dates;
      const day = today(context);
      const lots = [{ ...key(product, input), ...dates }];
      const refusal = refuseUnprintable(content.kind, lots, stock, day);
      if (refusal !== undefined) return refusal;
      if (manufacturedOn > addMonths(day, monthsAhead)) {
        return refuse('command/time', { manufacturedOn });
      }
      const job: LotJob = {
        ...newJob({
          ...{ actor, context, template: input.templateData, asked: input, labels },
          serials: allocated?.serials ?? [],
          marks: [...marksOf(lots, stock, day), ...marksOfContent(content, input.templateData)],
        }),
        product: product.gtin,
        content,
      };
      return acceptJob(job, allocated, () => key(product, input));
    },
  };
}

function key({ gtin: product }: Product, { lot }: PrintLabelsInput): LotKey {
  return { gtin: product, lot };
}

function refuseForeign(
  { gtin: named, lot: number }: PrintLabelsInput,
  { organisation }: Actor,
  product: Product | undefined,
  lot: Lot | undefined,
): Refusal | undefined {
  const own = product?.organisation === organisation && [undefined, organisation].includes(lot?.producedBy);
  return own ? undefined : refuse('lot/not-yours', { gtin: named, lot: number });
}

interface Found {
  readonly product: Product | undefined;
  readonly quantity: number;
  readonly lot: Lot | undefined;
}

/**
 * Numbers are drawn here, in the transaction that enters them; the labels are laid out once before they are promised.
 * @throws Failure `label/does-not-fit` for a template that cannot hold them
 */
async function wantedOf(
  { publicUrl, bytes }: PrintParts,
  snapshot: Snapshot,
  input: PrintLabelsInput,
  { product, quantity, lot }: Found,
): Promise<Wanted> {
  const { maker } = input;
  if (product === undefined || maker === undefined) throw new Error('foreign products were refused before');
  const serialised = product.trackedBy === 'serial' && input.gtin === product.gtin;
  const asked = askedOf(input, serialised, lot);
  if (asked.kind === 'refused') return asked;
  const dates = datesOf(key(product, input), input, product, lot);
  if ('kind' in dates) return dates;
  const unregistered = refuseUnregistered(product, dates.manufacturedOn);
  if (unregistered !== undefined) return unregistered;
  const differing = isRecorded(lot)
    ? undefined
    : await refuseOtherDates(snapshot, key(product, input), dates);
  if (differing !== undefined) return differing;
  const components = await readProducts(
    snapshot,
    product.components.map((part) => part.gtin),
  );
  const facts = { product, gtin: input.gtin, quantity, maker, components, lot: input.lot, dates, publicUrl };
  const content = contentOf(input.templateData.draws, facts);
  const foreign = refuseWithoutChinese(content, input.languages ?? input.templateData.languages);
  if (foreign !== undefined) return foreign;
  const rules = input.numbering ?? sequentialByDefault;
  const text = JSON.stringify(content);
  if (!input.laidOut.has(text)) {
    const serials = serialised ? (input.serials ?? widestSerials(rules)) : [];
    const samples = hardest(serials).map((serial) => contentOfLabel(content, { serial, nth: 0 }));
    await assertFits(input.templateData, serialised ? samples : [content], input);
    input.laidOut.add(text);
  }
  const wanted = {
    kind: 'labels',
    content,
    product,
    dates,
  } as const;
  if (asked.kind === 'quantity' && !serialised) {
    return { ...wanted, allocated: undefined, labels: asked.quantity };
  }
  const allocated =
    asked.kind === 'quantity'
      ? await allocate(snapshot, product.gtin, asked.quantity, rules, bytes)
      : await named(snapshot, key(product, input), asked.serials);
  if (allocated === undefined) return refuse('label/numbers-used-up', { ...rules });
  if ('kind' in allocated) return allocated;
  return { ...wanted, allocated, labels: allocated.serials.length };
}

/** Of units that were made before labels were printed: theirs are the numbers, and nobody else can be given them. */
async function named(
  snapshot: Snapshot,
  lot: LotKey,
  serials: readonly string[],
): Promise<Allocated | Refusal> {
  const made = await findMade(snapshot, lot, serials);
  const unknown = serials.filter((serial) => !made.has(serial));
  const printed = await findPrinted(snapshot, lot.gtin, serials);
  if (printed.size > 0) {
    const jobs = [...new Set([...printed.values()].map(({ job }) => job))];
    return refuse('label/printed-already', {
      serials: [...printed.keys()].slice(0, 20),
      jobs: jobs.slice(0, 20),
    });
  }
  if (unknown.length > 0) return refuse('label/serial-unknown', { serials: unknown.slice(0, 20) });
  return { serials, range: false, writes: [] };
}

/** So many labels, with new serial numbers or all alike; or labels of the units named. */
type AskedLabels =
  | { readonly kind: 'quantity'; readonly quantity: number }
  | { readonly kind: 'named'; readonly serials: readonly string[] };

function askedOf(
  { quantity, serials, numbering: rules }: PrintLabelsInput,
  serialised: boolean,
  lot: Lot | undefined,
): AskedLabels | Refusal {
  const fault = (pointer: string, zh: string, en: string): Refusal =>
    refuse('request/invalid', {}, [{ pointer, zh, en }]);
  if (serials !== undefined && quantity === undefined) {
    if (!serialised) {
      return fault(
        '/serials',
        '该标签不带序列号，请填写数量。',
        'These labels bear no serial number; state a quantity.',
      );
    }
    if (rules !== undefined) {
      return fault('/numbering', '此处不分配新序列号。', 'No new serial numbers are given here.');
    }
    if (new Set(serials).size !== serials.length) return refuse('device/serial-repeated');
    return { kind: 'named', serials };
  }
  if (quantity === undefined || serials !== undefined) {
    return fault(
      '/quantity',
      '请填写数量，或列出序列号，二者取一。',
      'State a quantity or serial numbers, one of the two.',
    );
  }
  if (rules !== undefined && !serialised) {
    return fault('/numbering', '此处不分配新序列号。', 'No new serial numbers are given here.');
  }
  if (quantity > labelsPerJob) return tooMany(quantity);
  if (serialised && lot?.closed === true) return refuse('label/lot-closed');
  return { kind: 'quantity', quantity };
}

function tooMany(labels: number): Refusal {
  const jobs = Math.ceil(labels / labelsPerJob);
  const fault: InputFault = {
    pointer: '/quantity',
    zh: `每个打印任务最多 ${labelsPerJob} 张，请分为 ${jobs} 个任务。`,
    en: `At most ${labelsPerJob} labels a job; make ${jobs} jobs of it.`,
  };
  return refuse('label/too-many', { labels, labelsMax: labelsPerJob }, [fault]);
}
