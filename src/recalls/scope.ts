/** What a recall covers. Pure. */
import type { Lot } from '../catalogue/lot.ts';
import { restrictionsOn, type UnitInHand } from '../catalogue/restriction.ts';
import { type LotKey, lotId, type SerialIssuer, type Transfer, type Use } from '../ledger/event.ts';
import type { ScopeItem } from '../ledger/event-details.ts';
import type { LotRange } from '../ledger/read.ts';
import type { ScopedItem } from './recall.ts';

type KnownLots = ReadonlyMap<string, Pick<Lot, 'sterilisationLots'>>;

/** @returns a key that is equal for items that cover the same. */
export function scopeKey({ gtin, lot, serials, sterilisationLots }: ScopeItem): string {
  const sorted = (list: readonly string[] | undefined) => (list === undefined ? null : [...list].sort());
  return JSON.stringify([gtin, lot ?? null, sorted(serials), sorted(sterilisationLots)]);
}

/** @returns the item without the step that brought it in. */
export function plainItem({ gtin, lot, serials, sterilisationLots }: ScopeItem): ScopeItem {
  return {
    gtin,
    ...(lot === undefined ? {} : { lot }),
    ...(serials === undefined ? {} : { serials }),
    ...(sterilisationLots === undefined ? {} : { sterilisationLots }),
  };
}

/** @returns the lots that the scope names, each once; those of an open scope are not named. */
export function namedLots(scope: readonly ScopeItem[]): LotKey[] {
  const lots = new Map<string, LotKey>();
  for (const { gtin, lot } of scope) if (lot !== undefined) lots.set(lotId({ gtin, lot }), { gtin, lot });
  return [...lots.values()];
}

/** @returns the products of which every lot is covered, those not yet made included. */
export function openProducts(scope: readonly ScopeItem[]): string[] {
  return [...new Set(scope.filter(({ lot }) => lot === undefined).map(({ gtin }) => gtin))];
}

/** @returns what the ledger is asked for: lots of a product in open scope by the product, the others by name. */
export function rangeOf(scope: readonly ScopeItem[]): LotRange {
  const gtins = openProducts(scope);
  return { gtins, lots: namedLots(scope).filter(({ gtin }) => !gtins.includes(gtin)) };
}

/** @returns whether it takes a lot's sterilisation lots to tell what lies in scope. */
export function narrowsBySterilisation(scope: readonly ScopeItem[]): boolean {
  return scope.some(({ sterilisationLots }) => sterilisationLots !== undefined);
}

/** @returns whether the whole of every lot in scope is covered, so that the ledger's quantities are the recall's. */
export function coversWholeLots(scope: readonly ScopeItem[]): boolean {
  return scope.every(
    ({ serials, sterilisationLots }) => serials === undefined && sterilisationLots === undefined,
  );
}

/**
 * The first step whose scope covers a thing. It is asked the question that a check before use asks
 * (`restrictionsOn`), so that the list holds whatever a check would block: what is not known to lie outside is in.
 */
function stepCovering(
  scope: readonly ScopedItem[],
  lots: KnownLots,
  thing: LotKey & UnitInHand,
): number | undefined {
  const steps = scope
    .filter((item) => item.gtin === thing.gtin && (item.lot === undefined || item.lot === thing.lot))
    .filter((item) => {
      const restriction = {
        ...plainItem(item),
        kind: 'recall' as const,
        reference: '',
        instruction: { zh: '', en: '' },
        since: '',
      };
      const lot = lots.get(lotId(thing));
      const restricted = { restrictions: [restriction], sterilisationLots: lot?.sterilisationLots ?? [] };
      return restrictionsOn(restricted, undefined, thing).length > 0;
    })
    .map(({ step }) => step);
  return steps.length === 0 ? undefined : Math.min(...steps);
}

/** A hospital's item code 院内码 is no serial number of the maker: it clears nothing. */
function inHand(serial: string | undefined, issuer: SerialIssuer, sterilisationLot?: string): UnitInHand {
  return {
    ...(serial === undefined || issuer !== 'maker' ? {} : { serial }),
    ...(sterilisationLot === undefined ? {} : { sterilisationLot }),
  };
}

/**
 * @param sterilisationLot of the unit, where its transfer says it
 * @returns the first step that covers the use, by the lot recorded or by the lot on its label
 */
export function stepOfUse(
  scope: readonly ScopedItem[],
  lots: KnownLots,
  use: Use,
  sterilisationLot?: string,
): number | undefined {
  const unit = inHand(use.serial, use.issuer ?? 'maker', sterilisationLot);
  const steps = [use.lot, ...(use.scannedLot === undefined ? [] : [use.scannedLot])]
    .map((lot) => stepCovering(scope, lots, { gtin: use.gtin, lot, ...unit }))
    .filter((step) => step !== undefined);
  return steps.length === 0 ? undefined : Math.min(...steps);
}

/** @returns whether any of the things that a transfer moves is covered. */
export function coversTransfer(scope: readonly ScopedItem[], lots: KnownLots, transfer: Transfer): boolean {
  const { gtin, lot, serials, issuer = 'maker', sterilisationLot } = transfer;
  const units = serials === undefined || serials.length === 0 ? [undefined] : serials;
  return units.some(
    (serial) =>
      stepCovering(scope, lots, { gtin, lot, ...inHand(serial, issuer, sterilisationLot) }) !== undefined,
  );
}
