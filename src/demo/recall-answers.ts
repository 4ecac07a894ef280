/** Those concerned by the recall: they fetch their notices, quarantine what they have, answer, and send back. */
import { z } from 'zod';
import { type Member, placeOf, required, seatOf } from './company.ts';
import { linesOfItems } from './goods.ts';
import { inLanes } from './lanes.ts';
import { serialsAtMaker } from './making.ts';
import { badLot, lotNamed } from './plan.ts';
import type { Seat } from './seat.ts';
import { hospitalLanes } from './supply.ts';
import type { Item, Shelves, World } from './world.ts';

const ignored = z.unknown();

/** Drawing is one core's work. */
const noticesAtOnce = 2;
const detail = z.object({
  progress: z.array(z.object({ organisation: z.string(), had: z.boolean(), used: z.boolean() })),
});
const ownUses = z.object({ counts: z.object({ uses: z.number() }) });
const shipped = z.object({ shipment: z.string() });

export interface Concerned {
  readonly member: Member;
  /** Who acts for it. */
  readonly seat: Seat;
  /** Of a hospital. */
  readonly shelves: Shelves | undefined;
  /** The last of them has not fetched its notice; it and the last but one have not answered. */
  readonly fetches: boolean;
  readonly answers: boolean;
}

export interface Notice {
  readonly member: Member;
  /** As the organisation itself fetched it; else as the registrant printed it to be sent. */
  readonly fetched: boolean;
  readonly bytes: Buffer;
}

/** @returns everybody beside the registrant, in the order of their keys. */
export async function concernedBy(world: World, recall: string): Promise<Concerned[]> {
  const { calendar, company, hospitals } = world;
  const quality = seatOf(company.manufacturer, 'quality');
  const at = calendar.at(0, 9, 40);
  const { progress } = await quality.ask(at, detail, 'GET', `/api/v1/recalls/${recall}`);
  const ids = new Set(progress.map(({ organisation }) => organisation));
  const found = [
    ...company.distributors.map((member) => ({ member, shelves: undefined })),
    ...hospitals.map((shelves) => ({ member: shelves.member, shelves })),
  ].filter(({ member }) => ids.has(member.id));
  if (found.length !== ids.size) throw new Error('the recall concerns somebody whom the story does not know');
  return found.map(({ member, shelves }, nth) => ({
    member,
    shelves,
    seat: seatOf(member, shelves === undefined ? 'distributor' : 'materials'),
    fetches: nth < found.length - 1,
    answers: nth < found.length - 2,
  }));
}

/** A notice that the organisation fetches itself has reached it; that is recorded. */
export async function fetchNotices(
  { calendar, company }: World,
  recall: string,
  concerned: readonly Concerned[],
): Promise<Notice[]> {
  const notices = new Map<string, Notice>();
  const quality = seatOf(company.manufacturer, 'quality');
  await inLanes(noticesAtOnce, concerned.entries(), async ([nth, { member, seat, fetches }]) => {
    const reader = fetches ? seat : quality.apart(`notice-to-${member.facts.key}`);
    const path = `/api/v1/recalls/${recall}/notices/${member.id}.pdf`;
    const bytes = await reader.document(calendar.at(0, 11, nth), 'GET', path);
    notices.set(member.id, { member, fetched: fetches, bytes });
  });
  return concerned.map(({ member }) => required(notices.get(member.id)));
}

/** What is known of the bad lot outside hospitals' shelves. */
interface Elsewhere {
  /** By distributor. */
  readonly spares: ReadonlyMap<number, readonly Item[]>;
  /** Units that went into quarantine when they were received, by organisation id. */
  readonly received: ReadonlyMap<string, number>;
}

/** @returns how many have answered. */
export async function answerRecall(
  world: World,
  recall: string,
  concerned: readonly Concerned[],
  elsewhere: Elsewhere,
): Promise<number> {
  await quarantineAtMaker(world, recall);
  const answering = concerned.filter(({ answers }) => answers);
  await inLanes(hospitalLanes, answering, (one) => answerOf(world, recall, one, elsewhere));
  await sendBack(world, recall);
  return answering.length;
}

async function quarantineAtMaker({ calendar, company, plan }: World, recall: string): Promise<void> {
  const { manufacturer } = company;
  const lot = lotNamed(badLot);
  const items = serialsAtMaker(plan, lot).map((serial) => ({ lot, serial, donated: false }));
  const seat = seatOf(manufacturer, 'quality');
  const place = placeOf(manufacturer, 'store');
  await quarantine(seat, calendar.at(0, 9, 45), place, items, recall);
}

async function quarantine(seat: Seat, at: Date, place: string, items: readonly Item[], recall: string) {
  if (items.length === 0) return;
  const lines = linesOfItems(items);
  const reason = '召回产品，隔离待退回。';
  await seat.command(at, ignored, '/api/v1/quarantines', { place, lines, reason, recall });
}

async function answerOf(
  world: World,
  recall: string,
  { member, seat, shelves }: Concerned,
  { spares, received }: Elsewhere,
): Promise<void> {
  const { calendar, company } = world;
  const isBad = ({ lot }: Item) => lot.lot === badLot;
  const inStore = shelves?.store.filter(isBad) ?? spares.get(company.distributors.indexOf(member)) ?? [];
  const inTheatre = shelves?.theatre.filter(isBad) ?? [];
  await quarantine(seat, calendar.at(0, 15), placeOf(member, 'store'), inStore, recall);
  if (inTheatre.length > 0) {
    await quarantine(seat, calendar.at(0, 15, 10), placeOf(member, 'theatre'), inTheatre, recall);
  }
  const path = `/api/v1/recalls/${recall}`;
  const { counts } = await seat.ask(calendar.at(0, 15, 40), ownUses, 'GET', `${path}/uses`);
  const found = inStore.length + inTheatre.length + (received.get(member.id) ?? 0);
  await seat.command(calendar.at(0, 16), ignored, `${path}/responses`, {
    found,
    quarantined: found,
    used: counts.uses,
    note: '已停用并隔离；已使用患者由主刀医师随访。',
  });
}

/** The PPS centre sends what lay in its store to the address that the recall names. */
async function sendBack({ calendar, company, counts, hospitals }: World, recall: string): Promise<void> {
  const { manufacturer } = company;
  const { member, store } = required(hospitals[0]);
  const lines = linesOfItems(store.filter(({ lot }) => lot.lot === badLot));
  const { shipment } = await seatOf(member, 'materials').command(
    calendar.at(0, 16, 30),
    shipped,
    '/api/v1/shipments',
    {
      from: placeOf(member, 'store'),
      to: manufacturer.id,
      purpose: 'recall-return',
      condition: 'quarantined',
      recall,
      lines,
      papers: 'TH-recall',
    },
  );
  await seatOf(manufacturer, 'quality').command(calendar.at(0, 18), ignored, '/api/v1/receipts', {
    shipment,
    place: placeOf(manufacturer, 'returns'),
    lines,
  });
  counts.shipments += 1;
  counts.receipts += 1;
}
