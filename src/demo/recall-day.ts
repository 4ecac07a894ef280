/** The last day: a bad lot of PPS 3.0 staplers is recalled. */
import { z } from 'zod';
import { type Member, placeOf, required, seatOf } from './company.ts';
import { linesOfItems } from './goods.ts';
import {
  type CheckResult,
  checkBeforeUse,
  newPatient,
  type RecordedUses,
  recordUse,
  takeFrom,
} from './operations.ts';
import { patientOf } from './patients.ts';
import { badLot, badSpares, lotNamed, type Plan } from './plan.ts';
import { gtinOf } from './products.ts';
import { answerRecall, type Concerned, concernedBy, fetchNotices, type Notice } from './recall-answers.ts';
import { shelvesOf, supplierSeat } from './supply.ts';
import type { Item, Shelves, World } from './world.ts';

const shipped = z.object({ shipment: z.string() });
const decided = z.object({ recall: z.string(), number: z.string() });
const receipt = z.object({ lines: z.array(z.object({ quarantined: z.number() })) });

/** Where an operation is going on when the recall is decided, and a shipment of the lot is on its way to. */
const latecomer = 1;

export interface Blocked {
  readonly where: Member;
  readonly item: Item;
  readonly result: CheckResult;
}

export interface RecallDay {
  readonly recall: string;
  readonly number: string;
  /** The check of the same lot before the decision, and those after it. */
  readonly before: CheckResult;
  readonly blocked: readonly Blocked[];
  /** Code of the refusal when a distributor tried to pass its stock on. */
  readonly dispatchRefused: string;
  readonly late: { readonly where: Member; readonly use: RecordedUses };
  /** Units of a shipment that was on its way. */
  readonly receivedIntoQuarantine: number;
  readonly concerned: readonly Concerned[];
  readonly notices: readonly Notice[];
  readonly answers: number;
}

export async function playRecallDay(world: World): Promise<RecallDay> {
  const { calendar, plan } = world;
  const late = shelvesOf(world, latecomer);
  const spares = new Map(([0, 1] as const).map((distributor) => [distributor, sparesOf(plan, distributor)]));
  const onItsWay = required(spares.get(0)).splice(0, badSpares - 1);
  const shipment = await shipTheDayBefore(world, late, onItsWay);
  const device = takeBad(late);
  const [before] = await checkBeforeUse(world, late, calendar.at(0, 8, 5), [device]);

  const { recall, number } = await decide(world);
  const concerned = await concernedBy(world, recall);
  const blocked = await checksAfter(world);
  const dispatchRefused = await tryToDispatch(world, required(spares.get(1)));
  const notices = await fetchNotices(world, recall, concerned);
  const use = await recordLate(world, late, device, required(before));
  const receivedIntoQuarantine = await receiveAfterwards(world, late, shipment, onItsWay);
  const received = new Map([[late.member.id, onItsWay.length]]);
  const answers = await answerRecall(world, recall, concerned, { spares, received });
  return {
    recall,
    number,
    before: required(before),
    blocked,
    dispatchRefused,
    late: { where: late.member, use },
    receivedIntoQuarantine,
    concerned,
    notices,
    answers,
  };
}

/** @returns staplers of the bad lot that a distributor was sent beyond what its customers were. */
function sparesOf({ intakes }: Plan, distributor: 0 | 1): Item[] {
  const lot = lotNamed(badLot);
  const lines = intakes
    .filter((intake) => intake.distributor === distributor)
    .flatMap((intake) => intake.lines);
  const serials = lines.find((line) => line.lot === lot)?.serials ?? [];
  return serials.slice(-badSpares).map((serial) => ({ lot, serial, donated: false }));
}

async function shipTheDayBefore(world: World, { member }: Shelves, items: readonly Item[]): Promise<string> {
  const distributor = supplierSeat(world, 0);
  world.counts.shipments += 1;
  const { shipment } = await distributor.seat.command(
    world.calendar.at(1, 15),
    shipped,
    '/api/v1/shipments',
    {
      from: placeOf(distributor.member, 'store'),
      to: member.id,
      lines: linesOfItems(items),
      papers: 'SX-last',
    },
  );
  return shipment;
}

function takeBad({ theatre }: Shelves): Item {
  const bad = theatre.filter(({ lot }) => lot.lot === badLot);
  const taken = required(takeFrom(bad, 'stapler', false));
  theatre.splice(theatre.indexOf(taken), 1);
  return taken;
}

/** Class I: it may cause serious harm (Order 29 Art. 13). */
function decide({ calendar, company }: World) {
  const { manufacturer } = company;
  const { generation, device } = lotNamed(badLot);
  return seatOf(manufacturer, 'quality').command(calendar.at(0, 9, 30), decided, '/api/v1/recalls', {
    class: 'I',
    basis: 'voluntary',
    measures: ['taking-back', 'destruction'],
    reason: {
      zh: '留样复测发现该批部分吻合器钉仓压缩不足，吻合钉成形不良，可能导致吻合口漏或出血。',
      en: 'Retained samples showed staples that do not close fully: the anastomosis may leak or bleed.',
    },
    instructions: {
      zh: '立即停止销售和使用，隔离库存，并通知下游单位；产品退回注册人。已使用患者请加强吻合口随访。',
      en: 'Stop sale and use at once, quarantine stock, pass this on; send devices back. Follow up patients.',
    },
    scope: [{ gtin: gtinOf(generation, device), lot: badLot }],
    returnTo: { organisation: manufacturer.id, place: placeOf(manufacturer, 'returns') },
  });
}

/** At the PPS centre in the theatre, and at a hospital that has one left in its store. */
async function checksAfter(world: World): Promise<Blocked[]> {
  const asked = [
    { shelves: shelvesOf(world, 0), minute: 5 },
    { shelves: shelvesOf(world, 5), minute: 20 },
  ];
  const blocked: Blocked[] = [];
  for (const { shelves, minute } of asked) {
    const bad = [...shelves.theatre, ...shelves.store].find(({ lot }) => lot.lot === badLot);
    const item = required(bad);
    const [result] = await checkBeforeUse(world, shelves, world.calendar.at(0, 10, minute), [item]);
    blocked.push({ where: shelves.member, item, result: required(result) });
  }
  return blocked;
}

async function tryToDispatch(world: World, items: readonly Item[]): Promise<string> {
  const distributor = supplierSeat(world, 1);
  return await distributor.seat.refused(world.calendar.at(0, 10, 30), '/api/v1/shipments', {
    from: placeOf(distributor.member, 'store'),
    to: shelvesOf(world, 0).member.id,
    lines: linesOfItems(items),
    papers: 'SX-refused',
  });
}

/** The operation began before anybody knew; its record comes in the afternoon. */
async function recordLate(
  world: World,
  shelves: Shelves,
  item: Item,
  { check }: CheckResult,
): Promise<RecordedUses> {
  const { calendar, chance, counts } = world;
  const patient = newPatient(counts);
  return await recordUse(world, shelves, {
    happened: calendar.at(0, 8, 40),
    recorded: calendar.at(0, 14, 20),
    patient: patientOf(patient, chance(`patient/${patient}`)),
    devices: [{ item, check }],
  });
}

/** A receipt is never refused: what is recalled lands in quarantine. */
async function receiveAfterwards(
  world: World,
  { member }: Shelves,
  shipment: string,
  items: readonly Item[],
): Promise<number> {
  world.counts.receipts += 1;
  const at = world.calendar.at(0, 14, 40);
  const { lines } = await seatOf(member, 'materials').command(at, receipt, '/api/v1/receipts', {
    shipment,
    place: placeOf(member, 'store'),
    lines: linesOfItems(items),
  });
  return lines.reduce((sum, { quarantined }) => sum + quarantined, 0);
}
