/**
 * What speaks against a label being a true one: the ledger does not know its lot or serial number, or knows them
 * otherwise. The page behind a label says so, and the registrant's quality staff are told. Pure.
 */
import type { Lot } from '../catalogue/lot.ts';
import type { Product } from '../catalogue/product.ts';
import type { Unit } from '../ledger/unit.ts';

export const doubtKinds = ['lot-unknown', 'serial-unknown', 'serial-of-another-lot', 'dates-differ'] as const;
export type DoubtKind = (typeof doubtKinds)[number];

/** Dates as printed, or as recorded, `YYYY-MM-DD`. */
export interface Dates {
  readonly expiresOn?: string;
  readonly manufacturedOn?: string;
}

/** What the label says beside the GTIN. */
export interface Stated {
  /** Absent where the label carries only a serial number. */
  readonly lot?: string;
  readonly serial?: string;
  readonly label: Dates;
}

/** What the ledger says of it. */
export interface Known {
  readonly product: Pick<Product, 'trackedBy'>;
  /** Of the lot that is stated or, without one, of the unit's. */
  readonly lot: Lot | undefined;
  readonly unit: Unit | undefined;
  /** Whether the unit was made, and not only scanned somewhere. */
  readonly made: boolean;
}

/** @returns what is doubtful, gravest first; a serial number on a product that is tracked by lot says nothing. */
export function doubtsOf({ lot: number, serial, label }: Stated, known: Known): DoubtKind[] {
  const { product, lot, unit, made } = known;
  const doubts: DoubtKind[] = [];
  const named = number !== undefined || unit !== undefined;
  if (named && (lot === undefined || lot.standing === 'unverified')) doubts.push('lot-unknown');
  if (product.trackedBy === 'serial' && serial !== undefined) {
    // Taken back by a correction, it stands where it came from.
    const gone = unit?.at.account === 'production';
    if (unit === undefined || gone || !made) doubts.push('serial-unknown');
    else if (number !== undefined && unit.lot !== number) doubts.push('serial-of-another-lot');
  }
  if (lot !== undefined && Object.keys(differing(label, lot)).length > 0) doubts.push('dates-differ');
  return doubts;
}

/** @returns the dates on the label that are not those of the lot; a date that either leaves out agrees with all. */
export function differing(label: Dates, lot: Dates): Dates {
  const differs = (printed: string | undefined, recorded: string | undefined) =>
    printed !== undefined && recorded !== undefined && printed !== recorded;
  const { expiresOn, manufacturedOn } = label;
  return {
    ...(expiresOn !== undefined && differs(expiresOn, lot.expiresOn) ? { expiresOn } : {}),
    ...(manufacturedOn !== undefined && differs(manufacturedOn, lot.manufacturedOn)
      ? { manufacturedOn }
      : {}),
  };
}
