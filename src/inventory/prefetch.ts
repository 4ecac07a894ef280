/** Reads at once what many commands on goods are going to ask of one snapshot. Nothing depends on it but time. */
import { lotId } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { knownGtins, knownLots, knownProducts, knownRestrictions, knownShipments } from './known.ts';
import type { ReadLine } from './lines.ts';

/** What a command names. */
export interface Named {
  readonly lines: readonly ReadLine[];
  readonly shipment?: string | undefined;
}

/** @param organisation whose goods they are, or become */
export async function prefetch(
  snapshot: Snapshot,
  organisation: string,
  commands: readonly Named[],
): Promise<void> {
  const lines = commands.flatMap((command) => command.lines);
  const shipments = await knownShipments(
    snapshot,
    commands.flatMap(({ shipment }) => shipment ?? []),
  );
  const gtins = await knownGtins(
    snapshot,
    lines.map(({ gtin }) => gtin),
  );
  const units = await snapshot.units(
    lines.flatMap(({ gtin, serials }) => serials.map((serial) => ({ gtin, issuer: 'maker', serial }))),
  );
  const named = lines.flatMap(({ gtin, lot }) =>
    lot === undefined ? [] : [{ gtin: gtins.get(gtin)?.product.gtin ?? gtin, lot, organisation }],
  );
  const onRecord = [...units.values()].map(({ gtin, lot }) => ({ gtin, lot, organisation }));
  const announced = [...shipments.values()].flatMap(({ from, lines }) =>
    lines.flatMap(({ gtin, lot }) => [from, organisation].map((of) => ({ gtin, lot, organisation: of }))),
  );
  const holdings = [...named, ...onRecord, ...announced];
  await snapshot.holdings(holdings);
  await knownLots(snapshot, holdings.map(lotId));
  const unread = new Set(holdings.map(({ gtin }) => gtin).filter((gtin) => !gtins.has(gtin)));
  const products = await knownProducts(snapshot, unread);
  await knownRestrictions(
    snapshot,
    [...unread].filter((gtin) => !products.has(gtin)),
  );
}
