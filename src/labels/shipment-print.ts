/**
 * The command that prints labels of a shipment's logistic units: an SSCC is allocated to each, and what was shipped is
 * said of them.
 */
import { z } from 'zod';
import type { Organisation } from '../catalogue/organisation.ts';
import { text } from '../http/fields.ts';
import { commandFields, type StockCommand, today } from '../inventory/command.ts';
import { readShipment, type Shipment } from '../inventory/shipment.ts';
import { loadStock, type Stock } from '../inventory/stock.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs, type ShipmentJob } from './job.ts';
import { acceptJob, newJob, type PrintedAnswer } from './job-accept.ts';
import { marksOf } from './job-barriers.ts';
import { assertFits, contentOfLabel, drawingFields } from './job-drawing.ts';
import { type Allocated, allocateSsccs } from './serial-store.ts';
import { type ShipmentContent, shipmentContent } from './shipment-content.ts';
import type { LabelTemplate } from './template.ts';

/** Logistic units of one job; a shipment of more takes several. */
export const unitsPerJob = 1_000;
const packagesMax = 100_000;

export const printUnitsBody = z.strictObject({
  ...commandFields,
  template: text({ max: 60 }).default('logistic-a6'),
  /** So many logistic units: boxes, pallets. */
  quantity: z.int().min(1),
  /** The number of the first of them, where the shipment's packages are labelled in several jobs … */
  firstPackage: z.int().min(1).max(packagesMax).default(1),
  /** … and how many the shipment has in all. */
  packages: z.int().min(1).max(packagesMax).optional(),
  /** The first digit of the SSCC, which the company is free to choose. */
  extensionDigit: z.int().min(0).max(9).default(0),
  /** Each lot with its quantity, or their total where they are too many for the label. */
  contents: z.enum(['lots', 'total']).default('lots'),
  /** Where the carrier brings it. */
  deliverTo: z
    .strictObject({ address: text({ max: 300 }).exactOptional(), contact: text({ max: 60 }).exactOptional() })
    .default({}),
  ...drawingFields,
});

/** The body, and what was looked up before the transaction. */
export interface PrintUnitsInput extends z.output<typeof printUnitsBody> {
  readonly shipment: string;
  readonly templateData: LabelTemplate;
  readonly sender: Organisation;
  readonly receiver: Organisation;
  readonly papers: string | undefined;
  /** Contents that were laid out in an earlier attempt, as JSON. */
  readonly laidOut: Set<string>;
}

type Wanted =
  | { readonly kind: 'labels'; readonly content: ShipmentContent; readonly allocated: Allocated }
  | Refusal;

interface PrintUnitsState {
  readonly stock: Stock;
  readonly wanted: Wanted;
}

export const printUnits: StockCommand<PrintUnitsInput, PrintUnitsState, PrintedAnswer> = {
  alone: true,

  async load(snapshot, actor, input) {
    const shipment = await readShipment(snapshot, input.shipment);
    if (shipment === undefined || shipment.from !== actor.organisation || shipment.stated === true) {
      throw new Error(`shipment ${input.shipment} was there before`);
    }
    const stock = await loadStock(snapshot, [actor.organisation], shipment.lines);
    const refusal = refuseIllFormed(input) ?? (await refuseStanding(snapshot, input, shipment));
    return { stock, wanted: refusal ?? (await wantedOf(snapshot, input, shipment, stock)) };
  },

  facts(input, { stock, wanted }, _bench, actor, context) {
    if (wanted.kind === 'refused') return wanted;
    const { content, allocated } = wanted;
    const job: ShipmentJob = {
      ...newJob({
        ...{ actor, context, template: input.templateData, asked: input, labels: input.quantity },
        serials: allocated.serials,
        marks: marksOf(content.lots, stock, today(context)),
      }),
      shipment: input.shipment,
      content,
    };
    return acceptJob(job, allocated);
  },
};

async function wantedOf(
  snapshot: Snapshot,
  input: PrintUnitsInput,
  { lines }: Shipment,
  { lots, products }: Stock,
): Promise<Wanted> {
  const {
    sender,
    receiver,
    deliverTo,
    papers,
    contents: listed,
    templateData,
    quantity,
    firstPackage,
  } = input;
  if (templateData.draws !== 'logistic') {
    return refuse('label/wrong-content', { template: templateData.name, draws: templateData.draws });
  }
  const packages = { first: firstPackage, of: packagesOf(input) };
  const facts = { sender, receiver, deliverTo, papers, lines, lots, products, packages, listed };
  const content = shipmentContent(facts);
  if (sender.gs1Prefix === undefined) return refuse('label/no-company-prefix');
  const head = `${input.extensionDigit}${sender.gs1Prefix}`;
  const allocated = await allocateSsccs(snapshot, head, quantity);
  const [sscc] = allocated?.serials ?? [];
  if (allocated === undefined || sscc === undefined) return refuse('label/numbers-used-up', { head });
  const known = JSON.stringify(content);
  if (!input.laidOut.has(known)) {
    // All have as many digits; the last has the highest number of a package.
    await assertFits(templateData, [contentOfLabel(content, { serial: sscc, nth: quantity - 1 })], input);
    input.laidOut.add(known);
  }
  return { kind: 'labels', content, allocated };
}

function packagesOf({ firstPackage, packages, quantity }: PrintUnitsInput): number {
  return packages ?? firstPackage + quantity - 1;
}

function refuseIllFormed(input: PrintUnitsInput): Refusal | undefined {
  const { quantity, firstPackage } = input;
  if (quantity > unitsPerJob) return refuse('label/too-many', { labels: quantity, labelsMax: unitsPerJob });
  if (firstPackage + quantity - 1 <= packagesOf(input)) return undefined;
  const fault = {
    pointer: '/packages',
    zh: '总箱数小于最后一箱的箱号。',
    en: 'Fewer packages in all than the number of the last.',
  };
  return refuse('request/invalid', {}, [fault]);
}

/** A package has one label that stands: a second "1 of 5" would be another unit to whoever scans it. */
async function refuseStanding(
  { db, session }: Snapshot,
  { firstPackage, quantity }: PrintUnitsInput,
  shipment: Shipment,
): Promise<Refusal | undefined> {
  if (shipment.state === 'closed') return refuse('label/shipment-closed', { shipment: shipment.id });
  const last = firstPackage + quantity - 1;
  const standing = await labelJobs(db)
    .find<ShipmentJob>(
      { shipment: shipment.id, state: { $ne: 'cancelled' }, reprintOf: { $exists: false } },
      { session, projection: { 'content.packages': 1, labels: 1 } },
    )
    .toArray();
  const [other] = standing.filter(({ content, labels }) => {
    const { first } = content.packages;
    return first <= last && firstPackage < first + labels;
  });
  if (other === undefined) return undefined;
  const { first } = other.content.packages;
  return refuse('label/packages-printed', { job: other._id, from: first, to: first + other.labels - 1 });
}
