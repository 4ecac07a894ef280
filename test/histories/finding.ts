/** What an intent can be about: things that lie somewhere, or are on their way, as the model says; or anything. */
import {
  type Condition,
  type Line,
  type Lot,
  type Organisation,
  type Place,
  type Product,
  serials,
  tracksSerials,
} from './command.ts';
import { type Intent, nth } from './intents.ts';
import type { Model } from './model/model.ts';

/** `S0` of lot L1 is another unit than `T0` of lot L2. */
export function serialOf(lot: Lot, serial: string, other = false): string {
  const letter = { L1: 'S', L2: 'T', OLD: 'X' }[other ? 'L1' : lot];
  return `${letter}${serial.slice(1)}`;
}

/** @returns the serial numbers that a lot is made with */
export function serialsOf(lot: Lot): string[] {
  return serials.map((serial) => serialOf(lot, serial));
}

export function narrowed({ product, lot, serials: some, pick }: Intent): { serials?: readonly string[] } {
  const narrow = tracksSerials(product) && pick % 3 === 0;
  return narrow ? { serials: some.map((serial) => serialOf(lot, serial)) } : {};
}

/** Where something lies. */
export interface Find {
  readonly org: Organisation;
  readonly place: Place;
  readonly condition: Condition;
  readonly line: Line;
}

/** @returns something that lies on a shelf in this condition, or undefined */
export function find(
  model: Model,
  { count, serials: some }: Intent,
  pick: number,
  condition?: Condition,
  org?: Organisation,
): Find | undefined {
  const spots: {
    org: Organisation;
    place: Place;
    condition: Condition;
    product: Product;
    lot: Lot;
    there: number;
  }[] = [];
  for (const [key, there] of model.balances()) {
    const match = /^([a-z]+)\/([A-Z0-9]+)@([a-zA-Z]+) ([01])\/([a-z-]+)$/.exec(key);
    if (match === null || there < 1) continue;
    const [, product, lot, owner, place, lying] = match as unknown as [
      string,
      Product,
      Lot,
      Organisation,
      string,
      Condition,
    ];
    if (condition !== undefined && condition !== lying) continue;
    if (org !== undefined && org !== owner) continue;
    spots.push({ org: owner, place: place === '0' ? 0 : 1, condition: lying, product, lot, there });
  }
  const spot = nth(spots, pick);
  if (spot === undefined) return undefined;
  const { product, lot, there } = spot;
  const named = [...model.goods.units].flatMap(([key, unit]) => {
    const here = unit.at.org === spot.org && unit.at.account === `${spot.place}/${spot.condition}`;
    return here && unit.lot === lot && key.startsWith(`${product}/`) ? [key.slice(product.length + 1)] : [];
  });
  const line: Line =
    named.length > 0
      ? { product, lot, serials: named.slice(0, some.length) }
      : { product, lot, count: Math.min(there, count) };
  return { org: spot.org, place: spot.place, condition: spot.condition, line };
}

/** A line about whatever the intent says; a label names another lot now and then. */
export function statedLine({ product, lot, count, serials: some, pick, pickToo }: Intent): Line {
  const byName = tracksSerials(product) || (product === 'unknown' && pick % 2 === 0);
  if (!byName) return { product, lot, count };
  return { product, lot, serials: some.map((serial) => serialOf(lot, serial, pickToo % 4 === 0)) };
}

export function mislabelled(line: Line, { pickToo }: Intent): Line {
  if (line.serials === undefined || pickToo % 12 !== 0) return line;
  return { ...line, lot: line.lot === 'L1' ? 'L2' : 'L1' };
}

/** One line or two, of things that lie in the same place and condition. */
export function linesFrom(model: Model, chosen: Intent, first: Find): Line[] {
  const line = mislabelled(first.line, chosen);
  if (!chosen.two) return [line];
  const second = find(model, chosen, chosen.pickToo, first.condition, first.org);
  const beside = second?.place === first.place && second.line.lot !== first.line.lot;
  return beside ? [line, second.line] : [line];
}

export function partOf(line: Line, { count, serials: some }: Intent): Line {
  if (line.serials !== undefined) return { ...line, serials: line.serials.slice(0, some.length) };
  return { ...line, count };
}

export function onTheWay(model: Model, shipment: string, from: Organisation): Line[] {
  const lines: Line[] = [];
  for (const [key, there] of model.balances()) {
    const match = /^([a-z]+)\/([A-Z0-9]+)@([a-zA-Z]+) transit:(.+)$/.exec(key);
    if (match === null || match[4] !== shipment || match[3] !== from) continue;
    const [, product, lot] = match as unknown as [string, Product, Lot];
    const named = [...model.goods.units].flatMap(([of, unit]) =>
      unit.at.account === `transit:${shipment}` && unit.lot === lot && of.startsWith(`${product}/`)
        ? [of.slice(product.length + 1)]
        : [],
    );
    lines.push(named.length > 0 ? { product, lot, serials: named } : { product, lot, count: there });
  }
  return lines;
}
