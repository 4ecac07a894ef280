/** What came of the story, asked of the service itself. */
import { z } from 'zod';
import { seatOf } from './company.ts';
import { plannedLots } from './plan.ts';
import { productBodies } from './products.ts';
import type { RecallDay } from './recall-day.ts';
import type { Counts, World } from './world.ts';

const balance = z.object({
  lots: z.array(
    z.object({
      gtin: z.string(),
      lot: z.string(),
      total: z.number(),
      rows: z.array(
        z.object({
          organisation: z.string(),
          kind: z.string(),
          condition: z.string().optional(),
          quantity: z.number(),
        }),
      ),
    }),
  ),
});

const uses = z.object({
  counts: z.object({ uses: z.number(), late: z.number(), corrected: z.number(), implanted: z.number() }),
  items: z.array(z.object({ pseudonym: z.string(), late: z.boolean() })),
});

export interface BalanceLine {
  /** Kind of account, and its condition where it is stock: `place available`. */
  readonly account: string;
  readonly quantity: number;
}

export interface Figures {
  readonly events: number;
  readonly requests: number;
  readonly organisations: number;
  readonly products: number;
  readonly lots: number;
  readonly lotsReleased: number;
  readonly units: number;
  readonly counts: Counts;
  readonly recall: {
    /** In the whole country, by kind of account. */
    readonly balance: readonly BalanceLine[];
    readonly total: number;
    readonly uses: z.output<typeof uses>['counts'];
    readonly lateIsListed: boolean;
  };
}

export async function figuresOf(
  world: World,
  day: RecallDay,
  tally: { readonly events: number; readonly requests: number },
): Promise<Figures> {
  const { calendar, company, counts, plan } = world;
  const quality = seatOf(company.manufacturer, 'quality');
  const path = `/api/v1/recalls/${day.recall}`;
  const { lots } = await quality.ask(calendar.at(0, 19, 10), balance, 'GET', `${path}/balance`);
  const listed = await quality.ask(calendar.at(0, 19, 11), uses, 'GET', `${path}/uses`);
  const late = new Set(day.late.use.uses.map(({ pseudonym }) => pseudonym));
  // That a notice was fetched is an event too, and the answer to the fetch is the notice.
  const notified = day.notices.filter(({ fetched }) => fetched).length;
  return {
    requests: tally.requests,
    events: tally.events + notified,
    organisations: 6 + company.hospitals.length,
    products: productBodies(calendar).length,
    lots: plannedLots.length,
    lotsReleased: plannedLots.filter(({ released }) => released).length,
    units: [...plan.made.values()].reduce((sum, quantity) => sum + quantity, 0),
    counts,
    recall: {
      balance: addedUp(lots.flatMap(({ rows }) => rows)),
      total: lots.reduce((sum, { total }) => sum + total, 0),
      uses: listed.counts,
      lateIsListed: listed.items.some((use) => use.late && late.has(use.pseudonym)),
    },
  };
}

/** As one reads it: where things came from, where they lie, where they went. */
const accountOrder = [
  ...['production', 'place available', 'place awaiting-acceptance', 'place quarantined', 'place rejected'],
  ...['transit', 'consumed', 'destroyed', 'missing', 'unexplained'],
];

function addedUp(
  rows: readonly {
    readonly kind: string;
    readonly condition?: string | undefined;
    readonly quantity: number;
  }[],
): BalanceLine[] {
  const byAccount = Map.groupBy(rows, ({ kind, condition }) =>
    condition === undefined ? kind : `${kind} ${condition}`,
  );
  const lines = [...byAccount].map(([account, of]) => ({
    account,
    quantity: of.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
  return lines.sort((a, b) => accountOrder.indexOf(a.account) - accountOrder.indexOf(b.account));
}
