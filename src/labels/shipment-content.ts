/** What the labels of a shipment's logistic units say, from what was shipped and what the catalogue knows of it. Pure. */
import type { Lot } from '../catalogue/lot.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import type { Product, StorageConditions } from '../catalogue/product.ts';
import type { ShipmentLine } from '../inventory/shipment.ts';
import { lotId } from '../ledger/event.ts';
import type { LogisticContent } from './content.ts';
import type { LabelledLot } from './job.ts';
import { partyOf } from './job-content.ts';

/** Without the SSCC and the package's number, which are each label's own. */
export interface ShipmentContent extends Omit<LogisticContent, 'sscc' | 'package'> {
  /** The first label is of this package of how many. */
  readonly packages: { readonly first: number; readonly of: number };
  /** What was shipped, whether or not the label lists it. */
  readonly lots: readonly LabelledLot[];
}

export interface ShipmentFacts {
  readonly sender: Organisation;
  readonly receiver: Organisation;
  /** As the sender states them: what the receiver has recorded of itself here is its own. */
  readonly deliverTo: { readonly address?: string; readonly contact?: string };
  /** Of the papers, where the text was not erased. */
  readonly papers: string | undefined;
  readonly lines: readonly ShipmentLine[];
  readonly lots: ReadonlyMap<string, Lot>;
  readonly products: ReadonlyMap<string, Product>;
  readonly packages: ShipmentContent['packages'];
  /** Each lot, or their total where they are too many for the label. */
  readonly listed: 'lots' | 'total';
}

/** @returns the content, but for the number of each label. */
export function shipmentContent(facts: ShipmentFacts): ShipmentContent {
  const { sender, receiver, deliverTo, papers, lines, lots, products, packages, listed } = facts;
  const storage = commonStorage([...new Set(lines.map(({ gtin }) => products.get(gtin)?.storage))]);
  const contents = lines.map(({ gtin, lot, quantity }) => {
    const expiresOn = lots.get(lotId({ gtin, lot }))?.expiresOn;
    const name = products.get(gtin)?.names ?? { zh: gtin, en: gtin };
    return { gtin, name, lot, ...(expiresOn === undefined ? {} : { expiresOn }), quantity };
  });
  const total = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    kind: 'logistic',
    from: partyOf(sender),
    to: { name: receiver.name, ...deliverTo },
    ...(papers === undefined ? {} : { shipment: papers }),
    ...(storage === undefined ? {} : { storage }),
    ...(packages.of > 1 ? { ofWholeShipment: true } : {}),
    ...(listed === 'lots' ? { contents } : { contents: [], total: { lots: lines.length, quantity: total } }),
    packages,
    lots: contents.map(({ gtin, lot, expiresOn }) => ({
      gtin,
      lot,
      ...(expiresOn === undefined ? {} : { expiresOn }),
    })),
  };
}

/**
 * @param stated of the products in the shipment, undefined for one of which nothing is stated
 * @returns conditions that suit them all; undefined where there are none, or no temperature suits them all: such goods
 *   do not belong into one package, and the label promises nothing
 */
export function commonStorage(
  stated: readonly (StorageConditions | undefined)[],
): StorageConditions | undefined {
  const some = stated.filter((one) => one !== undefined);
  const [first] = some;
  if (first === undefined) return undefined;
  if (stated.length === 1) return first;
  const lows = some.flatMap(({ minimumCelsius }) => minimumCelsius ?? []);
  const highs = some.flatMap(({ maximumCelsius }) => maximumCelsius ?? []);
  const humidities = some.flatMap(({ maximumHumidityPercent }) => maximumHumidityPercent ?? []);
  if (lows.length > 0 && highs.length > 0 && Math.max(...lows) > Math.min(...highs)) return undefined;
  const common = {
    ...(lows.length === 0 ? {} : { minimumCelsius: Math.max(...lows) }),
    ...(highs.length === 0 ? {} : { maximumCelsius: Math.min(...highs) }),
    ...(humidities.length === 0 ? {} : { maximumHumidityPercent: Math.min(...humidities) }),
  };
  return Object.keys(common).length === 0 ? undefined : common;
}
