/** What chance says: a handful of small things. What comes of it where things are as they are, aim.ts says. */
import fc from 'fast-check';
import {
  type Condition,
  conditionsOfStock,
  type Kind,
  type Lot,
  lots,
  type Organisation,
  organisations,
  type Place,
  type Product,
  products,
  serials,
} from './command.ts';

const weights: Readonly<Record<Kind, number>> = {
  produce: 3,
  release: 3,
  ship: 5,
  receive: 6,
  accept: 6,
  move: 4,
  use: 8,
  check: 2,
  quarantine: 2,
  unquarantine: 2,
  destroy: 1,
  close: 1,
  hold: 1,
  lift: 1,
  recall: 1,
  widen: 1,
  correct: 6,
};

const kinds = (Object.keys(weights) as Kind[]).flatMap((kind) => Array<Kind>(weights[kind]).fill(kind));

export interface Intent {
  readonly kind: Kind;
  readonly by: Organisation;
  readonly to: Organisation;
  readonly product: Product;
  readonly lot: Lot;
  readonly count: number;
  readonly serials: readonly string[];
  readonly place: Place;
  readonly condition: Condition;
  readonly pick: number;
  readonly pickToo: number;
  /** One in five names what it pleases, be it there or not. */
  readonly stray: number;
  /** Whether it has a second line or device. */
  readonly two: boolean;
}

export const intent: fc.Arbitrary<Intent> = fc.record({
  kind: fc.constantFrom(...kinds),
  by: fc.constantFrom(...organisations),
  to: fc.constantFrom(...organisations),
  product: fc.constantFrom(...products, 'counted', 'unit'),
  lot: fc.constantFrom(...lots, 'L1', 'L2', 'L1'),
  count: fc.integer({ min: 1, max: 6 }),
  serials: fc.subarray([...serials], { minLength: 1, maxLength: 3 }),
  place: fc.constantFrom<Place>(0, 1),
  condition: fc.constantFrom(...conditionsOfStock, 'available', 'available'),
  pick: fc.nat(63),
  pickToo: fc.nat(63),
  stray: fc.nat(4),
  two: fc.nat(3).map((chance) => chance === 0),
});

/** Of any length up to this, so that a failing one shrinks to what it takes. */
export function history(most: number): fc.Arbitrary<Intent[]> {
  return fc.array(intent, { maxLength: most, size: 'max' });
}

export function strays({ stray }: Intent): boolean {
  return stray === 4;
}

export function nth<T>(list: readonly T[], pick: number): T | undefined {
  return list.length === 0 ? undefined : list[pick % list.length];
}
