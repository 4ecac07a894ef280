/**
 * Reads what is known of a sterile pack whose label was scanned at the end of a run. Its symbols are those of the unit
 * in it, as its maker gave them: only together with a job do they say which pack it is.
 */
import type { UdiIdentifiers } from '../identifiers/udi-contents.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs, type PackJob, spaceOf } from './job.ts';
import { findPrinted, type PrintedSerial } from './serial-store.ts';
import { elementsOfPack, type LabelVerdict, type VerifiedElement, verdictOf } from './verify.ts';

export interface VerifiedPack {
  readonly verdict: LabelVerdict;
  readonly jobs: readonly PackJob[];
  readonly printed: PrintedSerial | undefined;
  readonly elements: readonly VerifiedElement[];
}

/** @returns `of-another-job` for a unit of the hospital that this run did not pack, and `not-ours` for any other */
export async function verifyPack(
  snapshot: Snapshot,
  scanned: UdiIdentifiers,
  job: PackJob,
): Promise<VerifiedPack> {
  const { gtin = '', serial = '' } = scanned;
  const [unit] = (await snapshot.units([{ gtin, issuer: 'maker', serial }])).values();
  const printed =
    gtin === job.product ? (await findPrinted(snapshot, spaceOf(job), [serial])).get(serial) : undefined;
  if (printed === undefined) {
    const own = unit?.at.organisation === job.organisation;
    return { verdict: own ? 'of-another-job' : 'not-ours', jobs: [], printed, elements: [] };
  }
  const jobs = await labelJobs(snapshot.db)
    .find<PackJob>({ _id: { $in: [...printed.printed] } }, { session: snapshot.session })
    .sort({ printedAt: -1, _id: -1 })
    .toArray();
  const elements = elementsOfPack(scanned, printed, unit);
  return {
    verdict: verdictOf({ jobs, job: job._id, printed, serialised: true }, elements),
    jobs,
    printed,
    elements,
  };
}
