/** Lots to begin with, so that short histories reach far. */
import type { Intent } from './intents.ts';

const plain = {
  by: 'maker',
  to: 'maker',
  lot: 'L1',
  count: 6,
  serials: ['S0'],
  place: 0,
  condition: 'available',
  pick: 1,
  pickToo: 1,
  stray: 0,
  two: false,
} as const satisfies Partial<Intent>;

/** One lot of each product, whole and released. */
export const furnishing: readonly Intent[] = (['counted', 'unit', 'reusable'] as const).flatMap((product) =>
  (['produce', 'release'] as const).map((kind): Intent => ({ ...plain, kind, product })),
);
