/** The maker's labels: printed before the lot is made, scanned at the end of the run, and the job closed. */
import { z } from 'zod';
import { seatOf } from './company.ts';
import { datesOf, scanOf } from './goods.ts';
import { type PlannedLot, serialOf } from './plan.ts';
import { gtinOf, isSerialised } from './products.ts';
import type { World } from './world.ts';

/** Labels of a lot that is tracked by lot are all alike. */
const copies = 6;
/** Of a run so many are scanned. */
const sample = 3;

const printed = z.object({ job: z.string(), labels: z.number() });
const verified = z.object({ verdict: z.literal('agrees') });
const ended = z.object({ verified: z.number() });

/** Prints the labels of a lot in the morning of the day on which it is made, and keeps the file. */
export async function printLabels(
  { calendar, company, plan, labels }: World,
  lot: PlannedLot,
): Promise<void> {
  const quality = seatOf(company.manufacturer, 'quality');
  const serialised = isSerialised(lot.generation, lot.device);
  const first = serialOf(lot, 1);
  const made = plan.made.get(lot.lot) ?? 0;
  const { job } = await quality.command(calendar.at(lot.made, 9), printed, '/api/v1/label-jobs', {
    gtin: gtinOf(lot.generation, lot.device),
    lot: lot.lot,
    ...datesOf(lot, calendar),
    ...(serialised
      ? { quantity: made, numbering: { kind: 'sequential', prefix: first.slice(0, -4), digits: 4 } }
      : { quantity: copies }),
  });
  const path = `/api/v1/label-jobs/${job}`;
  labels.set(lot.lot, await quality.document(calendar.at(lot.made, 9, 5), 'GET', `${path}/labels.pdf`));
  for (let nth = 1; nth <= sample; nth += 1) {
    const item = { lot, donated: false, ...(serialised ? { serial: serialOf(lot, nth) } : {}) };
    const body = { ...scanOf(item, calendar), job };
    await quality.ask(calendar.at(lot.made, 9, 20 + nth), verified, 'POST', '/api/v1/labels/verify', body);
  }
  await quality.command(calendar.at(lot.made, 9, 30), ended, `${path}/closing`, {});
}
