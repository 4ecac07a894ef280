/** The maker's work: products, lots, release, a hold that is lifted, and the foundation's programme. */
import { z } from 'zod';
import { inChina } from './calendar.ts';
import { placeOf, required, seatOf } from './company.ts';
import { datesOf } from './goods.ts';
import { programmeName } from './invented-names.ts';
import { printLabels } from './labelling.ts';
import { badLot, heldLot, lotNamed, type Plan, type PlannedLot, plannedLots, serialOf } from './plan.ts';
import { gtinOf, isSerialised, productBodies } from './products.ts';
import type { World } from './world.ts';

/** Days before the end on which the catalogue was filled, and lots made until then were entered. */
const catalogueDay = 265;
const releaseDaysLater = 14;

/** Whose labels are printed here; the others come with labels of before this service. */
const labelledLots: readonly string[] = [badLot, heldLot];

const ignored = z.unknown();

/** Registers products, the older before the newer. */
export async function registerProducts({ calendar, company }: Pick<World, 'calendar' | 'company'>) {
  const quality = seatOf(company.manufacturer, 'quality');
  for (const [nth, body] of productBodies(calendar).entries()) {
    await quality.ask(calendar.at(catalogueDay, 9, nth), ignored, 'POST', '/api/v1/products', body);
  }
}

const withId = z.object({ id: z.string() });

/** @returns the id of the welfare programme. */
export async function registerProgramme({
  calendar,
  company,
}: Pick<World, 'calendar' | 'company'>): Promise<string> {
  const administrator = seatOf(company.foundation, 'administrator');
  const body = {
    name: programmeName,
    from: calendar.day(catalogueDay),
    donors: [{ name: company.manufacturer.facts.name, organisation: company.manufacturer.id }],
  };
  const at = calendar.at(catalogueDay, 10);
  return (await administrator.ask(at, withId, 'POST', '/api/v1/programmes', body)).id;
}

/** Makes and releases the lots that were made in a span of days before the end; earlier ones are entered late. */
export async function makeLots(world: World, span: { readonly from: number; readonly to: number }) {
  const due = plannedLots.filter(({ made }) => made <= span.from && made > span.to);
  for (const lot of due) await makeLot(world, lot);
}

async function makeLot(world: World, lot: PlannedLot): Promise<void> {
  if (labelledLots.includes(lot.lot)) await printLabels(world, lot);
  const { calendar, company, plan } = world;
  const { manufacturer } = company;
  const quality = seatOf(manufacturer, 'quality');
  const gtin = gtinOf(lot.generation, lot.device);
  const when = (daysBefore: number, hour: number) => ({
    at: calendar.at(Math.min(daysBefore, catalogueDay), hour),
    happenedAt: inChina(calendar.at(daysBefore, hour)),
  });
  const made = when(lot.made, 16);
  await quality.command(made.at, ignored, '/api/v1/lots', {
    happenedAt: made.happenedAt,
    gtin,
    lot: lot.lot,
    ...datesOf(lot, calendar),
    place: placeOf(manufacturer, 'store'),
    parts: partsOf(lot, required(plan.made.get(lot.lot))),
  });
  if (!lot.released) return;
  const released = when(lot.made - releaseDaysLater, 17);
  await quality.command(released.at, ignored, `/api/v1/lots/${gtin}/${lot.lot}/release`, {
    happenedAt: released.happenedAt,
    certificate: `FX-${lot.lot}`,
  });
}

/** Two sterilisation lots to each lot. */
function partsOf(lot: PlannedLot, quantity: number): object[] {
  const half = Math.ceil(quantity / 2);
  const loads = [
    { name: 'A', from: 1, to: half },
    { name: 'B', from: half + 1, to: quantity },
  ];
  return loads.map(({ name, from, to }) => ({
    sterilisationLot: `${lot.device === 'dilator' ? 'FZ' : 'EO'}-${lot.lot}${name}`,
    ...(isSerialised(lot.generation, lot.device)
      ? { serials: serialsOf(lot, from, to) }
      : { quantity: to - from + 1 }),
  }));
}

/** @returns serial numbers of a lot, both ends included. */
export function serialsOf(lot: PlannedLot, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, nth) => serialOf(lot, from + nth));
}

const held = z.object({ hold: z.string() });

/** A logger in the maker's warehouse showed 31 °C: the lot is on hold until somebody has looked. */
export async function holdAndLift({ calendar, company }: World): Promise<void> {
  const quality = seatOf(company.manufacturer, 'quality');
  const { generation, device } = lotNamed(heldLot);
  const lot = `/api/v1/lots/${gtinOf(generation, device)}/${heldLot}`;
  const { hold } = await quality.command(calendar.at(92, 9), held, `${lot}/holds`, {
    reason: '成品库温度记录仪报警（31 ℃），待评估。',
  });
  await quality.command(calendar.at(89, 15), ignored, `${lot}/holds/${hold}/lifting`, {
    reason: '评估结论：短时超温不影响性能与无菌，解除暂停。',
  });
}

/** @returns what the maker still has of a lot, by serial number where it bears them. */
export function serialsAtMaker({ deliveries, intakes, made }: Plan, lot: PlannedLot): string[] {
  const sent = [...deliveries.filter(({ supplier }) => supplier === 'manufacturer'), ...intakes]
    .flatMap(({ lines }) => lines)
    .filter((line) => line.lot === lot)
    .flatMap(({ serials }) => serials);
  const gone = new Set(sent);
  return serialsOf(lot, 1, required(made.get(lot.lot))).filter((serial) => !gone.has(serial));
}
