/** What does not go as planned: a destruction, a return, a use that stock did not know, a correction. */
import { z } from 'zod';
import { inChina } from './calendar.ts';
import { placeOf, required, seatOf } from './company.ts';
import { linesOfItems } from './goods.ts';
import { mishapOf } from './mishaps.ts';
import { borrower, checkBeforeUse, newPatient, recordUse, takeFrom, useBody } from './operations.ts';
import { patientOf } from './patients.ts';
import { lotNamed } from './plan.ts';
import { accepting, shelvesOf, supplierSeat } from './supply.ts';
import type { World } from './world.ts';

const ignored = z.unknown();
const shipped = z.object({ shipment: z.string() });

/** What arrived damaged is destroyed in front of a witness. */
export async function destroyDamaged({ calendar, hospitals, plan }: World): Promise<void> {
  for (const delivery of plan.deliveries) {
    const mishap = mishapOf(delivery);
    if (mishap?.kind !== 'damaged') continue;
    const line = required(delivery.lines.find(({ lot }) => lot.device === mishap.device));
    const { member } = required(hospitals[delivery.hospital]);
    await seatOf(member, 'materials').command(
      calendar.at(delivery.sent - 9, 15),
      ignored,
      '/api/v1/destructions',
      {
        place: placeOf(member, 'store'),
        lines: linesOfItems([{ lot: line.lot, donated: false }]),
        method: '毁形后按医疗废物处置',
        witness: required(member.scrubNurse),
        reason: mishap.note,
      },
    );
  }
}

/** A hospital that sends back what it will not need before it expires. */
const returner = 6;
const returnDay = 172;

export async function returnNearExpiry(world: World): Promise<void> {
  const { calendar, counts, plan } = world;
  const { member, store } = shelvesOf(world, returner);
  const delivery = required(plan.deliveries.find(({ hospital }) => hospital === returner));
  const back = supplierSeat(world, delivery.supplier);
  const items = store.splice(0);
  const lines = linesOfItems(items);
  const { shipment } = await seatOf(member, 'materials').command(
    calendar.at(returnDay, 10),
    shipped,
    '/api/v1/shipments',
    {
      from: placeOf(member, 'store'),
      to: back.member.id,
      purpose: 'return',
      lines,
      papers: 'TH-near-expiry',
    },
  );
  const place = placeOf(back.member, 'store');
  await back.seat.command(calendar.at(returnDay - 3, 10), ignored, '/api/v1/receipts', {
    shipment,
    place,
    lines,
  });
  for (const item of items) {
    await back.seat.command(calendar.at(returnDay - 3, 14), ignored, '/api/v1/acceptances', {
      ...accepting(place, shipment, item.lot.lot),
      lines: linesOfItems([item]),
      conclusion: 'qualified',
    });
  }
  counts.shipments += 1;
  counts.receipts += 1;
  counts.acceptances += items.length;
}

/** The dilator that somebody brought from elsewhere is recorded all the same, and an incident is opened. */
export async function useWhatStockDoesNotKnow(world: World): Promise<readonly string[]> {
  const { calendar, chance, counts } = world;
  const shelves = shelvesOf(world, borrower);
  const stapler = required(takeFrom(shelves.theatre, 'stapler', false));
  const day = 205;
  const [result] = await checkBeforeUse(world, shelves, calendar.at(day, 9), [stapler]);
  const patient = newPatient(counts);
  const { uses } = await recordUse(world, shelves, {
    happened: calendar.at(day, 10),
    recorded: calendar.at(day, 13),
    patient: patientOf(patient, chance(`patient/${patient}`)),
    devices: [{ item: { lot: lotNamed('D10-02'), donated: false } }, { item: stapler, check: result?.check }],
    note: '扩肛器由外院专家随身带来，本院无入库记录。',
  });
  return uses.flatMap(({ deviations }) => deviations);
}

/** A nurse scanned the empty pack of another patient; the next day she puts it right. */
const corrector = 7;

export async function correctAUse(world: World): Promise<void> {
  const { calendar, chance, counts } = world;
  const shelves = shelvesOf(world, corrector);
  const day = 96;
  const stapler = required(takeFrom(shelves.theatre, 'stapler', false));
  const dilator = required(takeFrom(shelves.theatre, 'dilator', false));
  const results = await checkBeforeUse(world, shelves, calendar.at(day, 9), [dilator, stapler]);
  const patient = newPatient(counts);
  const facts = { patient: patientOf(patient, chance(`patient/${patient}`)) };
  const checkedStapler = { item: stapler, check: results[1]?.check };
  const wrong = { item: { lot: lotNamed('D10-02'), donated: false } };
  const happened = calendar.at(day, 10);
  const { events } = await recordUse(world, shelves, {
    ...facts,
    happened,
    recorded: calendar.at(day, 13),
    devices: [wrong, checkedStapler],
  });
  const right = useBody(world, shelves, {
    ...facts,
    devices: [{ item: dilator, check: results[0]?.check }, checkedStapler],
  });
  await seatOf(shelves.member, 'theatre').command(
    calendar.at(day - 1, 8, 30),
    ignored,
    `/api/v1/events/${required(events[0])}/correction`,
    {
      happenedAt: inChina(happened),
      reason: '误扫前一台手术的扩肛器空包装，现按实物更正。',
      right: { type: 'used', ...right },
    },
  );
}
