/** Reads what is known of a logistic unit whose label was scanned: whether its SSCC is ours, and of which shipment. */
import { readLots } from '../catalogue/lots.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import type { UdiIdentifiers } from '../identifiers/udi-contents.ts';
import { readShipment } from '../inventory/shipment.ts';
import { lotId } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs, type ShipmentJob } from './job.ts';
import { findPrinted, type PrintedSerial, ssccSpace } from './serial-store.ts';
import {
  elementsOfUnit,
  type KnownUnit,
  type LabelVerdict,
  type VerifiedElement,
  verdictOf,
} from './verify.ts';

export interface VerifiedUnit {
  readonly verdict: LabelVerdict;
  readonly jobs: readonly ShipmentJob[];
  readonly printed: PrintedSerial | undefined;
  readonly elements: readonly VerifiedElement[];
}

interface Asking {
  readonly organisation: string;
  readonly own: Organisation | undefined;
  /** The job that is being verified. */
  readonly job: string | undefined;
}

/** Of another's unit nothing is told but that it is not ours: neither whether it exists, nor whose it is. */
export async function verifyUnit(
  snapshot: Snapshot,
  scanned: UdiIdentifiers & { readonly sscc: string },
  { organisation, own, job }: Asking,
): Promise<VerifiedUnit> {
  const { sscc } = scanned;
  const printed = (await findPrinted(snapshot, ssccSpace, [sscc])).get(sscc);
  const found = await labelJobs(snapshot.db)
    .find<ShipmentJob>({ _id: { $in: [...(printed?.printed ?? [])] } }, { session: snapshot.session })
    .sort({ printedAt: -1, _id: -1 })
    .toArray();
  const jobs = found.filter((one) => one.organisation === organisation);
  if (jobs.length === 0) {
    const prefix = own?.gs1Prefix;
    const ours = found.length === 0 && prefix !== undefined && sscc.startsWith(prefix, 1);
    const verdict = ours ? 'never-printed' : 'not-ours';
    return { verdict, jobs: [], printed: undefined, elements: [] };
  }
  const known = { scanned, printed, jobs, job, ...(await recordedOf(snapshot, jobs, scanned)) };
  const elements = elementsOfUnit(known);
  return { verdict: verdictOf({ ...known, serialised: true }, elements), jobs, printed, elements };
}

/** What was shipped of the lot that the label names, and the lot. */
async function recordedOf(
  snapshot: Snapshot,
  [newest]: readonly ShipmentJob[],
  { contentGtin, lot }: UdiIdentifiers,
): Promise<Pick<KnownUnit, 'line' | 'lot'>> {
  const nothing = { line: undefined, lot: undefined };
  if (newest === undefined || contentGtin === undefined || lot === undefined) return nothing;
  const shipment = await readShipment(snapshot, newest.shipment);
  const id = lotId({ gtin: contentGtin, lot });
  const line = shipment?.lines.find((one) => lotId(one) === id);
  return line === undefined ? nothing : { line, lot: (await readLots(snapshot, [id])).get(id) };
}
