/** What stands against labels of lots, whenever one would come out of a printer. Pure. */
import { expiryState } from '../catalogue/expiry.ts';
import type { Lot } from '../catalogue/lot.ts';
import { type Restriction, restrictionsOn } from '../catalogue/restriction.ts';
import type { Stock } from '../inventory/stock.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import { lotId } from '../ledger/event.ts';
import { type JobMark, jobMarks, type LabelledLot } from './job.ts';
import type { JobContent } from './job-content.ts';
import { isRecorded, sameDates } from './label-dates.ts';

interface PrintedLot {
  readonly label: LabelledLot;
  /** Undefined where nobody has recorded it yet. */
  readonly lot: Lot | undefined;
  /** On the lot, and on its product as a whole. */
  readonly restrictions: readonly Restriction[];
  /** As the label says, or as it is recorded, whichever comes first. */
  readonly expired: boolean;
  /** As the label of a sterile pack says. */
  readonly sterilityEnded: boolean;
}

/** What is known of the lots: of a command's own stock, or read afresh. */
export type Standing = Pick<Stock, 'lots' | 'productRestrictions'>;

/**
 * A label says of a device that it may be used until its expiry, or the end of its sterility; so none is printed for a
 * lot that is being recalled, in part or as a whole, or that has expired, nor with other dates than its maker has
 * recorded since. Labels come before release, and what is on hold is not decided: both are marked instead. The label
 * of a logistic unit says where a box goes, recalled goods on their way back among them:
 * there all is marked. Whether goods may leave was asked when they were shipped.
 * @param today `YYYY-MM-DD`
 */
export function refuseUnprintable(
  kind: JobContent['kind'],
  lots: readonly LabelledLot[],
  standing: Standing,
  today: string,
): Refusal | undefined {
  if (kind === 'logistic') return undefined;
  for (const { label, lot, restrictions, expired, sterilityEnded } of printedLots(lots, standing, today)) {
    const recalls = restrictions.filter((one) => one.kind === 'recall');
    if (recalls.length > 0) {
      return refuse('label/lot-recalled', {
        recalls: [...new Set(recalls.map(({ reference }) => reference))],
      });
    }
    if (expired) {
      return refuse('label/lot-expired', { expiresOn: isRecorded(lot) ? lot.expiresOn : label.expiresOn });
    }
    if (sterilityEnded) return refuse('label/sterility-ended', { sterileUntil: label.sterileUntil });
    // A pack says nothing of the dates of its device.
    if (kind !== 'pack' && isRecorded(lot) && !sameDates(label, lot)) {
      return refuse('lot/contradicts', { gtin: label.gtin, lot: label.lot });
    }
  }
  return undefined;
}

/** @returns what stands on any of the lots, each once. */
export function marksOf(lots: readonly LabelledLot[], standing: Standing, today: string): JobMark[] {
  const marks = new Set(printedLots(lots, standing, today).flatMap(marksOfLot));
  return jobMarks.filter((mark) => marks.has(mark));
}

function marksOfLot({ lot, restrictions, expired }: PrintedLot): JobMark[] {
  const stands = (kind: Restriction['kind']) => restrictions.some((one) => one.kind === kind);
  const recorded = isRecorded(lot);
  const marks: readonly (JobMark | false)[] = [
    !recorded && 'lot-not-recorded',
    recorded && lot.standing !== 'released' && 'lot-not-released',
    stands('hold') && 'lot-on-hold',
    stands('recall') && 'lot-recalled',
    expired && 'lot-expired',
  ];
  return marks.filter((mark) => mark !== false);
}

function isExpired({ expiresOn }: { readonly expiresOn?: string | undefined }, today: string): boolean {
  return expiresOn !== undefined && expiryState({ expiresOn }, today).kind === 'expired';
}

function printedLots(
  labelled: readonly LabelledLot[],
  { lots, productRestrictions }: Standing,
  today: string,
): PrintedLot[] {
  return labelled.map((one) => {
    const lot = lots.get(lotId(one));
    const product = { restrictions: productRestrictions.get(one.gtin) ?? [] };
    // Of units that are named, what stands on others of their lot does not count.
    const restrictions =
      one.serials === undefined
        ? restrictionsOn(lot, product)
        : one.serials.flatMap((serial) => restrictionsOn(lot, product, { serial }));
    // A label says another date than is recorded where it was printed before: what is past in either is past.
    const expired = isExpired(one, today) || (isRecorded(lot) && isExpired(lot, today));
    const sterilityEnded = isExpired({ expiresOn: one.sterileUntil }, today);
    return { label: one, lot, restrictions, expired, sterilityEnded };
  });
}
