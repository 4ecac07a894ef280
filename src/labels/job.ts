/** A print job 打印任务: which labels, of what, by whom, and what became of them. */
import type { mongo } from 'mongoose';
import { Failure } from '../errors.ts';
import type { Commitment, LotKey } from '../ledger/event.ts';
import type { StatedOfPack } from '../ledger/event-details.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { LotContent } from './job-content.ts';
import type { PackJobContent } from './pack-content.ts';
import {
  findPrinted,
  type NumberSpace,
  type PrintedSerial,
  printedSerials,
  ssccSpace,
} from './serial-store.ts';
import type { ShipmentContent } from './shipment-content.ts';
import type { LabelTemplate } from './template.ts';
import type { LabelLanguage } from './wording.ts';

/** Labels of a job: a large roll, and what a printer's queue takes as one file. More are several jobs. */
export const labelsPerJob = 10_000;

/** Serial numbers that one request names: as many as an event of the ledger holds. */
export const serialsPerRequest = 1_000;

/** What stood on the lot, or on one of them, when the labels were printed; and what they do not say. */
export const jobMarks = [
  /** The maker has not recorded the lot: labels come before production. */
  'lot-not-recorded',
  'lot-not-released',
  'lot-on-hold',
  /** Of labels that say nothing of whether what they are on may be used; others are refused. */
  'lot-recalled',
  'lot-expired',
  /** The product was never registered in China, and the label bears no such number: it is for another country. */
  'not-registered',
  /** Facts that the label was to bear by the law, and that nobody has stated of the product or its maker. */
  'registrant-address-missing',
  'registrant-contact-missing',
  'production-address-missing',
  'production-licence-missing',
  'agent-missing',
  /** The ledger knows of no processing since the last use: a unit of the pack lies among the contaminated. */
  'unit-contaminated',
] as const;
export type JobMark = (typeof jobMarks)[number];

/** As stored in `labelJobs`; `_id` is the id of its first `labelsPrinted` event. */
interface JobFields {
  readonly _id: string;
  readonly organisation: string;
  /** The template as it was: a newer version of it does not change this job. */
  readonly template: LabelTemplate;
  readonly languages: readonly LabelLanguage[];
  readonly dotsPerInch: 203 | 300;
  readonly startPosition?: number;
  /** On a sheet, and kept for a reprint: it is the printer's. */
  readonly shiftMm?: { readonly x: number; readonly y: number };
  readonly labels: number;
  readonly serialised: boolean;
  readonly firstSerial?: string;
  readonly lastSerial?: string;
  /** Of a reprint: the job that printed them first, why, and which labels. */
  readonly reprintOf?: string;
  readonly reason?: Commitment;
  readonly selection?: readonly string[];
  readonly marks: readonly JobMark[];
  /** RFC 3339. */
  readonly printedAt: string;
  /** Person id. */
  readonly printedBy: string;
  readonly state: 'open' | 'cancelled' | 'closed';
  /** Labels of this job. */
  readonly spoiled: number;
  readonly reprinted: number;
  readonly verified: number;
}

/** Labels of a lot. */
export interface LotJob extends JobFields {
  /** GTIN of the product, whose own the serial numbers are. */
  readonly product: string;
  /** What the labels say, all but the serial number. Drawn again, it gives the same file. */
  readonly content: LotContent;
}

/** Labels of the logistic units of a shipment; the serial numbers are SSCCs. */
export interface ShipmentJob extends JobFields {
  readonly shipment: string;
  readonly content: ShipmentContent;
}

/** Labels of a hospital's sterile packs, a unit each; the serial numbers are the maker's. */
export interface PackJob extends JobFields {
  /** GTIN of the product. */
  readonly product: string;
  readonly pack: StatedOfPack;
  readonly content: PackJobContent;
}

export type LabelJob = LotJob | ShipmentJob | PackJob;

/** @returns whether these are labels of a lot, by which its maker gives units their serial numbers */
export function isOfLot(job: LabelJob): job is LotJob {
  return !('shipment' in job) && !('pack' in job);
}

/** @returns within what the numbers of a job are told apart: a unit has a new pack after each sterilisation. */
export function spaceOf(job: LabelJob): NumberSpace {
  if ('shipment' in job) return ssccSpace;
  return 'pack' in job ? `pack/${job.reprintOf ?? job._id}` : job.product;
}

/** A lot that labels are of, and its dates. */
export interface LabelledLot extends LotKey {
  readonly manufacturedOn?: string;
  readonly expiresOn?: string;
  /** Of the lot these units alone. */
  readonly serials?: readonly string[];
  /** Of their sterile packs. */
  readonly sterileUntil?: string;
}

/** @returns the lots that the labels of a job are of. */
export function lotsOf(job: LabelJob): readonly LabelledLot[] {
  if ('shipment' in job) return job.content.lots;
  if ('pack' in job) return packedLots(job);
  const { lot, manufacturedOn, expiresOn } = job.content;
  return [
    {
      ...{ gtin: job.product, lot },
      ...(manufacturedOn === undefined ? {} : { manufacturedOn }),
      ...(expiresOn === undefined ? {} : { expiresOn }),
    },
  ];
}

/** Of a reprint, those of the units that it names. */
function packedLots({ content, selection }: PackJob): LabelledLot[] {
  if (selection === undefined) return [...content.lots];
  const named = new Set(selection);
  return content.lots
    .map((lot) => ({ ...lot, serials: lot.serials?.filter((serial) => named.has(serial)) ?? [] }))
    .filter(({ serials }) => serials.length > 0);
}

/** @returns the same, as an event speaks of them. */
export function lotKeysOf(job: LabelJob): LotKey[] {
  return lotsOf(job).map(({ gtin, lot }) => ({ gtin, lot }));
}

export const labelJobsCollection = 'labelJobs';

/** @returns the collection of print jobs. */
export function labelJobs(db: mongo.Db): mongo.Collection<LabelJob> {
  return db.collection(labelJobsCollection);
}

/**
 * @param session reads inside a transaction
 * @throws Failure `not-found` where there is no such job, or it is another organisation's
 */
export async function readJob(
  { db, session }: { readonly db: mongo.Db; readonly session?: Snapshot['session'] },
  organisation: string,
  job: string,
): Promise<LabelJob> {
  const found = await labelJobs(db).findOne({ _id: job }, session === undefined ? {} : { session });
  if (found === null || found.organisation !== organisation) throw new Failure('not-found');
  return found;
}

/** The number that a label bears, and what belongs to it. */
export type NumberedLabel = Pick<PrintedSerial, 'serial' | 'nth' | 'lot'>;

/** @returns the numbers of a job whose labels bear some, in the order of its labels. */
export async function* numbersOf(db: mongo.Db, job: LabelJob): AsyncGenerator<NumberedLabel> {
  if (job.selection !== undefined) {
    const printed = await findPrinted({ db }, spaceOf(job), job.selection);
    for (const serial of job.selection) {
      const label = printed.get(serial);
      if (label !== undefined) yield label;
    }
    return;
  }
  const order = { projection: { _id: 0, serial: 1, nth: 1, lot: 1 }, sort: { nth: 1 } } as const;
  yield* printedSerials(db).find({ job: job._id }, order);
}

/** @returns the number of one label of a job, counted from 0; undefined where its labels bear none. */
export async function numberAt(db: mongo.Db, job: LabelJob, nth: number): Promise<NumberedLabel | undefined> {
  if (!job.serialised) return undefined;
  const { selection } = job;
  if (selection === undefined) return (await printedSerials(db).findOne({ job: job._id, nth })) ?? undefined;
  const wanted = selection.slice(nth, nth + 1);
  return [...(await findPrinted({ db }, spaceOf(job), wanted)).values()][0];
}
