/** A unit: one thing with a serial number, as its last event left it. Pure. */
import type { AccountRef } from './account.ts';
import { type AnyEvent, type LotKey, type SerialIssuer, type Transfer, unitId } from './event.ts';
import type { Title } from './title.ts';

/** What the last reprocessing said of a reusable unit. */
export interface SterileState {
  readonly load: string;
  readonly sterileUntil: string;
  readonly released: boolean;
}

export interface Unit extends LotKey {
  readonly issuer: SerialIssuer;
  readonly serial: string;
  /** Where the unit's last event put it. */
  readonly at: AccountRef;
  readonly title: Title;
  /** Uses recorded and not corrected away; a reusable unit has a limit. */
  readonly uses: number;
  readonly sterilisationLot?: string;
  readonly sterile?: SterileState;
  /** Grows by one with every event that names the unit. */
  readonly version: number;
}

/** Which unit, without its state. */
export interface UnitKey {
  readonly gtin: string;
  readonly issuer: SerialIssuer;
  readonly serial: string;
}

/** @returns every unit that an event names in transfers or uses, each once. */
export function unitsOf(event: Pick<AnyEvent, 'transfers' | 'uses'>): UnitKey[] {
  const units = new Map<string, UnitKey>();
  const see = (gtin: string, issuer: SerialIssuer, serial: string) => {
    const id = unitId(gtin, issuer, serial);
    if (!units.has(id)) units.set(id, { gtin, issuer, serial });
  };
  for (const { gtin, issuer = 'maker', serials = [] } of event.transfers) {
    for (const serial of serials) see(gtin, issuer, serial);
  }
  for (const { gtin, issuer = 'maker', serial } of event.uses) {
    if (serial !== undefined) see(gtin, issuer, serial);
  }
  return [...units.values()];
}

/**
 * Folds one event into the units that it names.
 * @param before the units as they are; those not there are new.
 * @returns the changed units by unit id.
 */
export function applyToUnits(before: ReadonlyMap<string, Unit>, event: AnyEvent): Map<string, Unit> {
  const after = new Map<string, Unit>();
  for (const transfer of event.transfers) {
    for (const serial of transfer.serials ?? []) {
      const id = unitId(transfer.gtin, transfer.issuer ?? 'maker', serial);
      after.set(id, afterTransfer(after.get(id) ?? before.get(id), transfer, serial));
    }
  }
  const countUses = (uses: readonly Partial<UnitKey>[], step: 1 | -1) => {
    for (const { gtin, issuer = 'maker', serial } of uses) {
      if (gtin === undefined || serial === undefined) continue;
      const id = unitId(gtin, issuer, serial);
      const unit = after.get(id) ?? before.get(id);
      if (unit !== undefined) after.set(id, { ...unit, uses: unit.uses + step });
    }
  };
  if (event.type === 'corrected') countUses(event.details.voidedUses, -1);
  countUses(event.uses, 1);
  for (const [id, unit] of after) {
    after.set(id, { ...withSterileState(unit, event), version: (before.get(id)?.version ?? 0) + 1 });
  }
  return after;
}

/**
 * @returns the unit where a transfer has put it; one that nobody knew begins with the transfer. Its lot is what was
 *   first said of it, until its maker makes it: somebody may have mistyped another before.
 */
export function afterTransfer(unit: Unit | undefined, transfer: Transfer, serial: string): Unit {
  const { gtin, lot, issuer = 'maker', from, to, title, becomes, sterilisationLot } = transfer;
  const base: Unit = unit ?? { gtin, lot, issuer, serial, at: to, title, uses: 0, version: 0 };
  return {
    ...base,
    ...(from.account === 'production' ? { lot } : {}),
    at: to,
    title: becomes ?? title,
    ...(sterilisationLot === undefined ? {} : { sterilisationLot }),
  };
}

function withSterileState(unit: Unit, event: AnyEvent): Unit {
  if (event.type !== 'reprocessed') return unit;
  const { load, sterileUntil, released } = event.details;
  return { ...unit, sterile: { load, sterileUntil, released } };
}
