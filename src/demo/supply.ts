/** Goods on their way: from the maker to distributors, to hospitals, through acceptance, to the theatre. */
import { z } from 'zod';
import { type Member, placeOf, seatOf } from './company.ts';
import { itemsOf, linesFor, linesOfItems } from './goods.ts';
import { inLanes } from './lanes.ts';
import { type Mishap, mishapOf } from './mishaps.ts';
import type { Delivery, Intake, Round, Supplier } from './plan.ts';
import type { Seat } from './seat.ts';
import type { Item, Shelves, World } from './world.ts';

const ignored = z.unknown();
const shipped = z.object({ shipment: z.string() });

/** Hospitals at work at once. Each works on its own books, so that they do not get into each other's way. */
export const hospitalLanes = 8;

/** @returns the member that supplies, and the seat that ships for it. */
export function supplierSeat({ company }: World, supplier: Supplier): { member: Member; seat: Seat } {
  if (supplier === 'manufacturer') {
    return { member: company.manufacturer, seat: seatOf(company.manufacturer, 'quality') };
  }
  const member = company.distributors[supplier];
  if (member === undefined) throw new Error(`there is no distributor ${supplier}`);
  return { member, seat: seatOf(member, 'distributor') };
}

/** One round: the maker supplies distributors and its own customers, distributors theirs; all is received. */
export async function supplyRound(world: World, round: Round): Promise<void> {
  const intakes = world.plan.intakes.filter((intake) => intake.round === round);
  for (const intake of intakes) await takeIn(world, intake);
  const deliveries = world.plan.deliveries.filter((delivery) => delivery.round === round);
  const arrived = new Map<Delivery, Arrived>();
  // A lane a supplier: its shipments and what is received of them are written in its books, one after the other.
  const bySupplier = Map.groupBy(deliveries, ({ supplier }) => supplier);
  await inLanes(bySupplier.size, bySupplier.values(), async (own) => {
    for (const delivery of own) arrived.set(delivery, await deliver(world, delivery));
  });
  await inLanes(hospitalLanes, arrived, async ([delivery, goods]) => {
    await acceptAndIssue(world, delivery, goods);
  });
}

/** The distributor receives and accepts what the maker sends it. */
async function takeIn(world: World, { distributor, round, sent, lines }: Intake): Promise<void> {
  const { calendar, company, counts } = world;
  const maker = supplierSeat(world, 'manufacturer');
  const receiver = supplierSeat(world, distributor);
  const place = placeOf(receiver.member, 'store');
  const { shipment } = await maker.seat.command(
    calendar.at(sent, 10, distributor),
    shipped,
    '/api/v1/shipments',
    {
      from: placeOf(company.manufacturer, 'store'),
      to: receiver.member.id,
      lines: lines.flatMap(linesFor),
      papers: `SX-${round}-${distributor + 1}`,
    },
  );
  const received = { shipment, place, lines: lines.flatMap(linesFor) };
  await receiver.seat.command(calendar.at(sent - 2, 9), ignored, '/api/v1/receipts', received);
  for (const [nth, line] of lines.entries()) {
    await receiver.seat.command(calendar.at(sent - 2, 14, nth), ignored, '/api/v1/acceptances', {
      ...accepting(place, shipment, line.lot.lot),
      lines: linesFor(line),
      conclusion: 'qualified',
    });
  }
  counts.shipments += 1;
  counts.receipts += 1;
  counts.acceptances += lines.length;
}

export function accepting(place: string, shipment: string, lot: string) {
  return { place, shipment, certificate: `HG-${lot}`, papers: `SX-${lot}` };
}

/** What a hospital has received and not yet accepted. */
interface Arrived {
  readonly shipment: string;
  readonly items: readonly Item[];
  readonly damaged: readonly Item[];
  readonly mishap: Mishap | undefined;
}

async function deliver(world: World, delivery: Delivery): Promise<Arrived> {
  const { calendar, counts, programme } = world;
  const { round, sent, lines, supplier } = delivery;
  const hospital = shelvesOf(world, delivery.hospital);
  const from = supplierSeat(world, supplier);
  const donated = round === 'donated';
  const minute = delivery.hospital;
  const { shipment } = await from.seat.command(calendar.at(sent, 10, minute), shipped, '/api/v1/shipments', {
    from: placeOf(from.member, 'store'),
    to: hospital.member.id,
    ...(donated ? { basis: 'donated', programme } : {}),
    lines: lines.flatMap(linesFor),
    papers: `SX-${round}-${hospital.member.facts.key}`,
  });
  const mishap = mishapOf(delivery);
  const all = lines.flatMap((line) => itemsOf(line, donated));
  const { missing, damaged, intact } = sortedOut(all, mishap);
  const materials = seatOf(hospital.member, 'materials');
  await materials.command(calendar.at(sent - 2, 9, minute), ignored, '/api/v1/receipts', {
    shipment,
    place: placeOf(hospital.member, 'store'),
    lines: linesOfItems(intact),
    damaged: linesOfItems(damaged),
    ...(mishap === undefined ? {} : { note: mishap.note }),
  });
  counts.shipments += 1;
  counts.receipts += 1;
  if (missing.length > 0 && mishap?.kind === 'short' && mishap.closed) {
    await from.seat.command(calendar.at(sent - 14, 16), ignored, `/api/v1/shipments/${shipment}/closing`, {
      reason: '物流公司确认遗失，按丢失处理。',
    });
  }
  return { shipment, items: intact, damaged, mishap };
}

/** Takes what is missing or damaged from the end of the list of the device that it concerns. */
function sortedOut(all: readonly Item[], mishap: Mishap | undefined) {
  if (mishap === undefined || mishap.kind === 'unqualified') return { intact: all, missing: [], damaged: [] };
  const one = all.findLast(({ lot }) => lot.device === mishap.device);
  const intact = all.filter((item) => item !== one);
  const concerned = one === undefined ? [] : [one];
  return mishap.kind === 'short'
    ? { intact, missing: concerned, damaged: [] }
    : { intact, missing: [], damaged: concerned };
}

/** Acceptance of each lot, then issue to the theatre. */
async function acceptAndIssue(world: World, delivery: Delivery, arrived: Arrived): Promise<void> {
  const { calendar, counts } = world;
  const { sent, kept } = delivery;
  const shelves = shelvesOf(world, delivery.hospital);
  const { member } = shelves;
  const materials = seatOf(member, 'materials');
  const store = placeOf(member, 'store');
  const unqualified =
    arrived.mishap?.kind === 'unqualified'
      ? arrived.items.findLast(({ lot }) => lot.device === arrived.mishap?.device)
      : undefined;
  const accepted = arrived.items.filter((item) => item !== unqualified);
  const at = (hour: number, minute: number) => calendar.at(sent - 2, hour, minute);
  let minute = 0;
  for (const [lot, items] of Map.groupBy(accepted, (item) => item.lot)) {
    const body = { ...accepting(store, arrived.shipment, lot.lot), lines: linesOfItems(items) };
    minute += 5;
    await materials.command(at(14, minute), ignored, '/api/v1/acceptances', {
      ...body,
      conclusion: 'qualified',
    });
    counts.acceptances += 1;
  }
  if (unqualified !== undefined) await reject(world, delivery, arrived, unqualified);
  const issued = issuedOf(accepted, kept);
  shelves.store.push(...accepted.filter((item) => !issued.includes(item)));
  shelves.theatre.push(...issued);
  await materials.command(calendar.at(sent - 3, 9), ignored, '/api/v1/moves', {
    from: store,
    to: placeOf(member, 'theatre'),
    lines: linesOfItems(issued),
    requisition: `SL-${delivery.round}-${member.facts.key}`,
  });
  counts.moves += 1;
}

/** The lot of which too many came stays in the store. */
function issuedOf(accepted: readonly Item[], kept: number): Item[] {
  const useful = accepted.filter(({ lot }) => lot.lot !== 'S10-00');
  return [...Map.groupBy(useful, ({ lot }) => lot).values()].flatMap((of) =>
    of.slice(0, Math.max(1, of.length - kept)),
  );
}

const returned = z.object({ shipment: z.string() });

/** Not qualified: it is rejected, goes back to whom it came from, and is rejected there as well. */
async function reject(world: World, delivery: Delivery, arrived: Arrived, item: Item): Promise<void> {
  const { calendar, counts } = world;
  const { sent, supplier } = delivery;
  const { member } = shelvesOf(world, delivery.hospital);
  const materials = seatOf(member, 'materials');
  const from = placeOf(member, 'store');
  const lines = linesOfItems([item]);
  const reason = arrived.mishap?.note ?? '';
  await materials.command(calendar.at(sent - 2, 15), ignored, '/api/v1/acceptances', {
    ...accepting(from, arrived.shipment, item.lot.lot),
    lines,
    conclusion: 'unqualified',
    reason,
  });
  const back = supplierSeat(world, supplier);
  const { shipment } = await materials.command(calendar.at(sent - 5, 10), returned, '/api/v1/shipments', {
    from,
    to: back.member.id,
    purpose: 'return',
    condition: 'rejected',
    lines,
    papers: `TH-${member.facts.key}`,
  });
  const desk = back.seat.apart(`return-of-${member.facts.key}`);
  const place = placeOf(back.member, 'store');
  await desk.command(calendar.at(sent - 7, 10), ignored, '/api/v1/receipts', { shipment, place, lines });
  await desk.command(calendar.at(sent - 7, 11), ignored, '/api/v1/acceptances', {
    ...accepting(place, shipment, item.lot.lot),
    lines,
    conclusion: 'unqualified',
    reason,
  });
  counts.rejections += 2;
  counts.shipments += 1;
  counts.receipts += 1;
}

export function shelvesOf({ hospitals }: World, index: number): Shelves {
  const found = hospitals[index];
  if (found === undefined) throw new Error(`there is no hospital ${index}`);
  return found;
}
