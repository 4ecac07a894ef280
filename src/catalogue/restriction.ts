/** Restrictions: holds 暂停使用 and recalls 召回 that stand on lots and products. */
import type { Bilingual } from './bilingual.ts';

export interface Restriction {
  readonly kind: 'hold' | 'recall';
  /** Id of the hold or recall. */
  readonly reference: string;
  /** What to do, in words for the person who scanned. */
  readonly instruction: Bilingual;
  /** Narrows it to these serial numbers … */
  readonly serials?: readonly string[];
  /** … or to these sterilisation lots. With both it covers what is in either. */
  readonly sterilisationLots?: readonly string[];
  /** Organisation to which devices go back, and its place. */
  readonly returnTo?: string;
  readonly returnPlace?: string;
  /** RFC 3339: when it was recorded; it counts from then. */
  readonly since: string;
}

/** What is known of the device in hand. */
export interface UnitInHand {
  readonly serial?: string;
  readonly sterilisationLot?: string;
}

/** What carries restrictions: a lot with its sterilisation lots … */
type Restricted = { readonly restrictions: readonly Restriction[] };
type RestrictedLot = Restricted & { readonly sterilisationLots: readonly { readonly id: string }[] };

/**
 * All restrictions that count for a unit, or, without a unit, for any part of the lot. Where it is not known
 * whether a unit is inside a narrowed restriction, the restriction counts: a device is cleared by knowledge only.
 * Where label and record disagree on the lot, the caller asks for both lots.
 * @param lot undefined for a lot that nobody has seen @param product undefined for an unknown GTIN
 */
export function restrictionsOn(
  lot: RestrictedLot | undefined,
  product: Restricted | undefined,
  unit?: UnitInHand,
): Restriction[] {
  const all = [...(lot?.restrictions ?? []), ...(product?.restrictions ?? [])];
  if (unit === undefined) return all;
  const candidates = sterilisationLotsOf(lot, unit);
  return all.filter((restriction) => covers(restriction, unit.serial, candidates));
}

/** @returns the sterilisation lots in which the unit may have been; empty where nothing is known. */
function sterilisationLotsOf(lot: RestrictedLot | undefined, unit: UnitInHand): readonly string[] {
  if (unit.sterilisationLot !== undefined) return [unit.sterilisationLot];
  return lot?.sterilisationLots.map(({ id }) => id) ?? [];
}

function covers(
  { serials, sterilisationLots }: Restriction,
  serial: string | undefined,
  candidates: readonly string[],
): boolean {
  if (serials === undefined && sterilisationLots === undefined) return true;
  const bySerial = serials !== undefined && (serial === undefined || serials.includes(serial));
  const bySterilisation =
    sterilisationLots !== undefined &&
    (candidates.length === 0 || candidates.some((id) => sterilisationLots.includes(id)));
  return bySerial || bySterilisation;
}
