/** What went wrong with deliveries. */
import { badLot, type Delivery, type PlannedLot } from './plan.ts';

export type Mishap =
  /** One arrived damaged: it goes to quarantine, and is destroyed. */
  | { readonly kind: 'damaged'; readonly device: PlannedLot['device']; readonly note: string }
  /** One did not arrive; `closed`: the sender has written it off as missing, else it is still in transit. */
  | {
      readonly kind: 'short';
      readonly device: PlannedLot['device'];
      readonly note: string;
      readonly closed: boolean;
    }
  /** One was not qualified at acceptance. */
  | { readonly kind: 'unqualified'; readonly device: PlannedLot['device']; readonly note: string };

/** @returns what happened to a delivery; undefined for nearly all. */
export function mishapOf({ hospital, round, lines }: Delivery): Mishap | undefined {
  if (hospital === 2 && round === 'first') {
    return { kind: 'unqualified', device: 'dilator', note: '初包装封口不完整。' };
  }
  if (hospital === 3 && round === 'first') {
    return { kind: 'damaged', device: 'dilator', note: '外箱被压，一件初包装破损。' };
  }
  if (hospital === 4 && round === 'second') {
    return { kind: 'short', device: 'dilator', note: '少一件，已通知供货单位。', closed: true };
  }
  if (hospital === 5 && lines.some(({ lot }) => lot.lot === badLot)) {
    return { kind: 'short', device: 'stapler', note: '少一件，供货单位查找中。', closed: false };
  }
  return undefined;
}
