/** Lots 批号: what the catalogue knows of one, projected from the ledger's events. */
import type { LotKey } from '../ledger/event.ts';
import type { Restriction } from './restriction.ts';

/**
 * `unverified`: somebody scanned it, no maker here has said that it made it; `produced`: made, not released;
 * `released` 放行.
 */
export type LotStanding = 'unverified' | 'produced' | 'released';

/** A sterilisation lot 灭菌批号 of a lot, and how many of the lot it holds where that is known. */
export interface SterilisationLot {
  readonly id: string;
  readonly quantity?: number;
}

export interface Lot extends LotKey {
  readonly standing: LotStanding;
  /** `YYYY-MM-DD`. */
  readonly manufacturedOn?: string;
  /** `YYYY-MM-DD`; the device may be used through this day. */
  readonly expiresOn?: string;
  readonly sterilisationLots: readonly SterilisationLot[];
  /** Organisation id of the maker; absent while the lot is unverified. */
  readonly producedBy?: string;
  /** What the lot will hold when it is closed. */
  readonly declaredQuantity?: number;
  /** RFC 3339: when its release was recorded. */
  readonly releasedAt?: string;
  /** No more of it will be made. */
  readonly closed: boolean;
  readonly restrictions: readonly Restriction[];
  /** How often a first sight at an organisation touched it: the document that a recall and a first sight contend for. */
  readonly touched: number;
}

/** What decides the order of issue (近效期先出, FEFO). */
type Ordered = Pick<Lot, 'lot' | 'expiresOn' | 'manufacturedOn'>;

/**
 * Orders lots for issue: earliest expiry first, lots without an expiry last, then the older, then by lot number so
 * that the order is one and the same everywhere.
 * @returns a new array
 */
export function fefo<T extends Ordered>(lots: readonly T[]): T[] {
  return [...lots].sort(
    (a, b) =>
      compareDays(a.expiresOn, b.expiresOn) ||
      compareDays(a.manufacturedOn, b.manufacturedOn) ||
      (a.lot < b.lot ? -1 : a.lot > b.lot ? 1 : 0),
  );
}

function compareDays(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}
