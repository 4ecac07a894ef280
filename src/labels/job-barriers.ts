/** What stands against labels of a lot, whenever one would come out of a printer. Pure. */
import { expiryState } from '../catalogue/expiry.ts';
import type { Lot } from '../catalogue/lot.ts';
import { type Restriction, restrictionsOn } from '../catalogue/restriction.ts';
import { type Refusal, refuse } from '../ledger/run.ts';
import type { JobMark } from './job.ts';

export interface PrintedLot {
  /** Undefined where nobody has recorded it yet. */
  readonly lot: Lot | undefined;
  /** Those of the product as a whole. */
  readonly restrictions: readonly Restriction[];
  /** As the label says. */
  readonly expiresOn: string | undefined;
}

/**
 * A label says of a device that it may be used until its expiry; so none is printed for a lot that is being recalled,
 * in part or as a whole, or that has expired. Labels come before release, and what is on hold is not decided: both
 * are marked instead.
 * @param today `YYYY-MM-DD`
 */
export function refuseUnprintable(
  { lot, restrictions, expiresOn }: PrintedLot,
  today: string,
): Refusal | undefined {
  const recalls = standing(lot, restrictions).filter(({ kind }) => kind === 'recall');
  if (recalls.length > 0) {
    return refuse('label/lot-recalled', { recalls: recalls.map(({ reference }) => reference) });
  }
  if (expiresOn !== undefined && expiryState({ expiresOn }, today).kind === 'expired') {
    return refuse('label/lot-expired', { expiresOn });
  }
  return undefined;
}

export function marksOf({ lot, restrictions }: Omit<PrintedLot, 'expiresOn'>): JobMark[] {
  const held = standing(lot, restrictions).some(({ kind }) => kind === 'hold');
  const recorded = lot !== undefined && lot.standing !== 'unverified';
  return [
    ...(recorded ? [] : (['lot-not-recorded'] as const)),
    ...(recorded && lot.standing !== 'released' ? (['lot-not-released'] as const) : []),
    ...(held ? (['lot-on-hold'] as const) : []),
  ];
}

function standing(lot: Lot | undefined, restrictions: readonly Restriction[]): Restriction[] {
  return restrictionsOn(lot, { restrictions });
}
