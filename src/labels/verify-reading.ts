/** Reads what is known of a scanned label, on one snapshot, and notes what was verified at the end of a print run. */
import type { Connection, mongo } from 'mongoose';
import { z } from 'zod';
import { dayInChina } from '../catalogue/day.ts';
import { readLots } from '../catalogue/lots.ts';
import { readOrganisation } from '../catalogue/organisations.ts';
import { productsIdentifiedBy } from '../catalogue/other-identifiers.ts';
import type { Product } from '../catalogue/product.ts';
import { resolveGtin } from '../catalogue/products.ts';
import type { Clock } from '../clock.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { scanned, uuid } from '../http/fields.ts';
import { parseUdi, type Udi } from '../identifiers/udi.ts';
import type { UdiIdentifiers } from '../identifiers/udi-contents.ts';
import { required } from '../inventory/inputs.ts';
import { lotId } from '../ledger/event.ts';
import type { Ledger } from '../ledger/run.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { type LabelJob, type LotJob, labelJobs, readJob } from './job.ts';
import { findPrinted, labelSerialsCollection, type PrintedSerial } from './serial-store.ts';
import {
  elementsOf,
  type KnownLabel,
  type LabelVerdict,
  linkAddress,
  type VerifiedElement,
  verdictOf,
} from './verify.ts';
import { verifyPack } from './verify-pack.ts';
import { verifyUnit } from './verify-unit.ts';

export const verifyBody = z.strictObject({
  /** As the scanner sent it. */
  scan: scanned({ max: 500 }),
  /** A job whose run has come to its end: what agrees is counted there. */
  job: uuid().optional(),
});

export interface VerifyParts {
  readonly ledger: Pick<Ledger, 'inspect'>;
  readonly connection: Connection;
  readonly clock: Clock;
}

export interface VerifiedLabel {
  readonly verdict: LabelVerdict;
  /** Of a device or its package; where the label bears an MA code, the product's … */
  readonly gtin?: string;
  readonly maIdentifier?: string;
  /** … or of a logistic unit. */
  readonly sscc?: string;
  readonly lot?: string;
  readonly serial?: string;
  /** Those that printed it, the newest first. */
  readonly jobs: readonly LabelJob[];
  readonly printed: PrintedSerial | undefined;
  readonly elements: readonly VerifiedElement[];
}

/** Of labels that are all alike: the newest jobs are told. */
const jobsTold = 20;

/**
 * It is no command: the same label scanned again is answered anew, by what is recorded then.
 * @throws Failure of the UDI parser, with the place of the fault; `device/not-a-gtin`; `not-found` for another's job;
 *   `label/job-closed` for one of which the run is over
 */
export async function verifyLabel(
  parts: VerifyParts,
  organisation: string,
  body: z.output<typeof verifyBody>,
): Promise<VerifiedLabel> {
  const label = await readLabel(parts, organisation, body);
  const { job } = body;
  if (label.verdict === 'agrees' && job !== undefined)
    await note(required(parts.connection.db), job, label.printed);
  return label;
}

async function readLabel(
  { ledger, connection, clock }: VerifyParts,
  organisation: string,
  { scan, job }: z.output<typeof verifyBody>,
): Promise<VerifiedLabel> {
  const parsed = parseUdi(scan, { today: dayInChina(clock.now()), shortGtinsInLinks: true });
  if (!parsed.ok) {
    const { code, position, zh, en } = parsed.fault;
    throw new Failure(code, { position }, [{ pointer: '/scan', zh, en }]);
  }
  const { identifiers } = parsed.udi;
  const { sscc } = identifiers;
  const own = await readOrganisation(askedTogether(connection), organisation);
  return await ledger.inspect(async (snapshot) => {
    const verified = job === undefined ? undefined : await readJob(snapshot, organisation, job);
    if (verified?.state === 'closed') throw new Failure('label/job-closed', { job });
    if (verified !== undefined && 'pack' in verified) {
      const pack = await verifyPack(snapshot, identifiers, verified);
      return { ...pack, ...named(identifiers), ...gtinOf(identifiers) };
    }
    if (sscc !== undefined) {
      const unit = await verifyUnit(snapshot, { ...identifiers, sscc }, { organisation, own, job });
      return { ...unit, sscc, ...named(identifiers) };
    }
    const ma = maIdentifierOf(parsed.udi);
    const products = await productsOf(snapshot, organisation, parsed.udi);
    const [first] = products;
    if (first === undefined) {
      const nothing = { ...named(identifiers), jobs: [], printed: undefined, elements: [] };
      return ma === undefined
        ? { verdict: 'not-ours', ...nothing, ...gtinOf(identifiers) }
        : { verdict: 'identifier-not-registered', ...nothing, maIdentifier: ma };
    }
    let label = await knownLabel(snapshot, identifiers, first);
    for (const other of products.slice(1)) {
      if (label.jobs.length > 0) break;
      label = await knownLabel(snapshot, identifiers, other);
    }
    const known = { ...label, link: linkOf(scan), registrant: own, job };
    const elements = elementsOf(known);
    const verdict = verdictOf(known, elements);
    const { jobs, printed, gtin, maIdentifier } = known;
    const codes = { gtin, ...(maIdentifier === undefined ? {} : { maIdentifier }) };
    return { verdict, ...codes, ...named(identifiers), jobs, printed, elements };
  });
}

/** What a label's code names: a product of ours, by its own code or a package's. */
interface NamedProduct {
  readonly product: Product;
  /** Its own, or the package's. */
  readonly gtin: string;
  readonly maIdentifier: string | undefined;
}

/**
 * @returns those of the organisation's products that the scan may mean: by GTIN one at most
 * @throws Failure `device/not-a-gtin` where the code is neither a GTIN nor an MA code
 */
async function productsOf(
  snapshot: Snapshot,
  organisation: string,
  udi: Pick<Udi, 'issuingAgency' | 'identifiers'>,
): Promise<NamedProduct[]> {
  const maIdentifier = maIdentifierOf(udi);
  if (maIdentifier !== undefined) {
    const identifier = { agency: 'nmpa-ma', id: maIdentifier } as const;
    const found = await productsIdentifiedBy(snapshot, organisation, identifier);
    return found.map((product) => ({ product, gtin: product.gtin, maIdentifier }));
  }
  const { gtin } = udi.identifiers;
  if (gtin === undefined) throw new Failure('device/not-a-gtin', { pointer: '/scan' });
  const product = (await resolveGtin(snapshot, gtin))?.product;
  return product?.organisation === organisation ? [{ product, gtin, maIdentifier }] : [];
}

function maIdentifierOf({
  issuingAgency,
  identifiers,
}: Pick<Udi, 'issuingAgency' | 'identifiers'>): string | undefined {
  return issuingAgency === 'nmpa-ma' ? identifiers.deviceIdentifier : undefined;
}

/** @returns where a Digital Link leads to: what stands before its first key. */
function linkOf(scan: string): string | undefined {
  const address = /^(https?:\/\/.*?)\/\d{2,4}\//i.exec(scan)?.[1];
  return address === undefined ? undefined : linkAddress(address);
}

function gtinOf({ gtin }: UdiIdentifiers) {
  return gtin === undefined ? {} : { gtin };
}

function named({ lot, serial }: UdiIdentifiers) {
  return { ...(lot === undefined ? {} : { lot }), ...(serial === undefined ? {} : { serial }) };
}

async function knownLabel(
  snapshot: Snapshot,
  identifiers: UdiIdentifiers,
  { product, gtin, maIdentifier }: NamedProduct,
): Promise<Omit<KnownLabel, 'registrant' | 'job' | 'link'>> {
  const { serial } = identifiers;
  const serialised = product.trackedBy === 'serial' && gtin === product.gtin;
  const key = { gtin: product.gtin, serial: serial ?? '' };
  const printed =
    serialised && serial !== undefined
      ? (await findPrinted(snapshot, product.gtin, [serial])).get(serial)
      : undefined;
  const [unit] =
    serialised && serial !== undefined ? (await snapshot.units([{ ...key, issuer: 'maker' }])).values() : [];
  const number = identifiers.lot ?? printed?.lot ?? unit?.lot;
  const id = number === undefined ? undefined : lotId({ gtin: product.gtin, lot: number });
  const lot = id === undefined ? undefined : (await readLots(snapshot, [id])).get(id);
  return {
    ...{ scanned: identifiers, product, gtin, maIdentifier, lot, serialised, printed },
    unitLot: unit?.lot,
    jobs: await jobsOf(snapshot, {
      product: product.gtin,
      gtin,
      maIdentifier,
      lot: number,
      serialised,
      printed,
    }),
  };
}

interface Sought {
  readonly product: string;
  readonly gtin: string;
  readonly maIdentifier: string | undefined;
  readonly lot: string | undefined;
  readonly serialised: boolean;
  readonly printed: PrintedSerial | undefined;
}

async function jobsOf(
  { db, session }: Snapshot,
  { product, gtin, maIdentifier, lot, serialised, printed }: Sought,
): Promise<LotJob[]> {
  if (serialised ? printed === undefined : lot === undefined) return [];
  // A label with the other code is another label, even of the same number.
  const code =
    maIdentifier === undefined ? { 'content.gtin': gtin } : { 'content.deviceIdentifier': maIdentifier };
  const filter: mongo.Filter<LabelJob> = serialised
    ? { _id: { $in: [...(printed?.printed ?? [])] }, ...code }
    : { product, 'content.lot': lot, ...code };
  return await labelJobs(db)
    .find<LotJob>(filter, { session })
    .sort({ printedAt: -1, _id: -1 })
    .limit(jobsTold)
    .toArray();
}

/**
 * Each serial number counts once; labels that are alike cannot be told apart, so each scan of one counts. Many scan the
 * labels of one job at once: each write is of one document, so that they do not overtake each other. If we crash
 * between the two, the mark of the serial number stands, and the job is one short until it is closed.
 */
async function note(db: mongo.Db, job: string, printed: PrintedSerial | undefined): Promise<void> {
  if (printed !== undefined) {
    const { modifiedCount } = await db
      .collection<PrintedSerial>(labelSerialsCollection)
      .updateOne({ _id: printed._id }, { $addToSet: { verified: job } });
    if (modifiedCount === 0) return;
  }
  // Never more than there are: of labels that are alike somebody may scan one twice.
  await labelJobs(db).updateOne(
    { _id: job, state: 'open', $expr: { $lt: ['$verified', '$labels'] } },
    { $inc: { verified: 1 } },
  );
}
