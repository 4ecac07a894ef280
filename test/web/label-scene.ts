/** A small world and somebody with a phone: labels of it, and what they lead to. */
import { type Client, type Reply, serve, type TestServer } from '../support/http.ts';
import { createWorld, done, uuid, type World } from '../support/world.ts';
import { implant, stapler } from '../support/world-facts.ts';
import { make, newLot, stocked } from '../support/world-play.ts';

export interface LabelScene {
  readonly world: World;
  /** Nobody in particular. */
  readonly phone: Client;
  readonly lots: Readonly<
    Record<'good' | 'expired' | 'unreleased' | 'recalled' | 'held' | 'partly' | 'units', string>
  >;
  readonly recallNumber: string;
  close(): Promise<void>;
}

/** A lot number that means something to addresses and to HTML. */
export const slashed = 'A/B%1"<';

/** Lots in every state that a page can tell of; or, where it is not `whole`, only such that may be used. */
export async function createLabelScene({ whole = true } = {}): Promise<LabelScene> {
  const world = await createWorld();
  const server: TestServer = await serve(world.app.express);
  const lots = {
    good: newLot(),
    expired: newLot(),
    unreleased: newLot(),
    recalled: newLot(),
    held: newLot(),
    partly: newLot(),
    units: newLot(),
  };
  // Units of this product bear their serial number on every label.
  const products = world.database.db.collection<{ _id: string }>('products');
  await products.updateOne({ _id: implant }, { $set: { 'labelCarries.serial': true } });
  const line = (lot: string) => ({ gtin: stapler, lot, quantity: 10 });
  await stocked(world, line(lots.good));
  await make(world, line(slashed));
  await stocked(world, { gtin: implant, lot: lots.units, serials: ['U1', 'U2', 'U3'] });
  if (whole) await makeBad(world, lots);
  return {
    world,
    phone: server.client(),
    lots,
    recallNumber: 'R-1',
    close: async () => {
      await server.close();
      await world.close();
    },
  };
}

async function makeBad(world: World, lots: LabelScene['lots']): Promise<void> {
  const line = (lot: string) => ({ gtin: stapler, lot, quantity: 10 });
  await make(world, line(lots.expired), { manufacturedOn: '2023-01-01', expiresOn: '2026-10-31' });
  await make(world, line(lots.unreleased), { released: false });
  await make(world, line(lots.recalled));
  await make(world, line(lots.held));
  await make(world, { gtin: implant, lot: lots.partly, serials: ['P1', 'P2', 'P3'] });
  await decide(world, 'R-1', 'I', { gtin: stapler, lot: lots.recalled });
  await decide(world, 'R-2', 'II', { gtin: implant, lot: lots.partly, serials: ['P1'] });
  const hold = { commandId: uuid(), reason: '待查' };
  await done(world.as('quality').post(`/api/v1/lots/${stapler}/${lots.held}/holds`, hold));
}

export async function decide(world: World, number: string, kind: string, item: object): Promise<void> {
  const wording = { zh: '吻合钉成形不良，详见内部报告', en: 'Staples form badly; see the internal report' };
  const facts = { class: kind, basis: 'voluntary', measures: ['taking-back'], scope: [item], number };
  const body = { commandId: uuid(), ...facts, reason: wording, instructions: wording };
  await done(world.as('quality').post('/api/v1/recalls', body));
}

/** @returns what stands in a page, without its tags. */
export function textOf(reply: Reply): string {
  return reply.bytes
    .toString('utf8')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');
}
