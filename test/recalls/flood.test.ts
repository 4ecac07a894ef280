import { expect } from 'chai';
import type { mongo } from 'mongoose';
import type { z } from 'zod';
import { type LotKey, lotId } from '../../src/ledger/event.ts';
import { holdingId } from '../../src/ledger/holding.ts';
import { makeEffective } from '../../src/recalls/effect.ts';
import { stateOf } from '../../src/recalls/recall.ts';
import {
  decidedRecall,
  recallBalance,
  recallDetail,
  recallPage,
  recallUses,
} from '../../src/recalls/schemas.ts';
import { textOfPages, withoutSpace } from '../documents/pdf-reading.ts';
import { nextId } from '../support/ledger-play.ts';
import { produced, recallBody, received, shipped } from './goods.ts';
import { members, type Name, stapler } from './members.ts';
import { createWorld, type World } from './world.ts';

const invented = 5_200;
const real = { gtin: stapler, lot: 'REAL' };

/** Anybody can name lots of a product that never were, and each is in every open scope of it. */
describe('a recall of a product of which one hospital has invented thousands of lots', () => {
  let world: World;
  let id: string;
  let pseudonym: string;

  before(async function () {
    this.timeout(60_000);
    world = await createWorld();
    const shipment = nextId();
    await world.append('maker', produced(real, 9), shipped(shipment, 'maker', 'guangzhou', real, 4));
    await world.append('guangzhou', received(shipment, 'maker', 'guangzhou', real, 4));
    ({ pseudonym } = await world.use('guangzhou', real));
    await invent();
    const reply = await world.as('maker').post('/api/v1/recalls', recallBody({ scope: [{ gtin: stapler }] }));
    expect(reply.status, JSON.stringify(reply.body)).to.equal(201);
    id = decidedRecall.parse(reply.body).recall;
  });
  after(() => world.close());

  /** What the imports of stated deliveries would leave of lots that nobody made, without waiting for them. */
  const invent = async () => {
    const { db } = world.parts;
    const { id: organisation, store } = members.wuhan;
    const title = { owner: organisation, basis: 'bought' };
    const lots = Array.from(
      { length: invented },
      (_, index): LotKey => ({ gtin: stapler, lot: `FAKE${index}` }),
    );
    const balance = (account: string, quantity: number) => ({ account, title, quantity });
    const balances = [balance(`place/${store}/available`, 1), balance('unexplained', -1)];
    const stored = (documents: object[]) => documents as mongo.OptionalId<mongo.Document>[];
    const unverified = { standing: 'unverified', restrictions: [], touched: 1 };
    const written = { organisation, version: 1, fences: [], balances };
    const place = { organisation, account: `place/${store}/available` };
    const source = { organisation, account: 'unexplained' };
    const entry = { type: 'received', organisation, parties: [organisation], uses: [], units: [] };
    await Promise.all([
      db.collection('entries').insertMany(
        stored(
          lots.map((lot, index) => ({
            ...{ _id: `entry-${index}`, id: `entry-${index}`, event: `event-${index}`, ...entry, ...lot },
            lotId: lotId(lot),
            transfers: [{ ...lot, quantity: 1, from: source, to: place, title }],
          })),
        ),
      ),
      db
        .collection('lots')
        .insertMany(stored(lots.map((lot) => ({ _id: lotId(lot), ...lot, ...unverified })))),
      db
        .collection('holdings')
        .insertMany(
          stored(
            lots.map((lot) => ({ _id: holdingId(organisation, lot), ...lot, lotId: lotId(lot), ...written })),
          ),
        ),
    ]);
  };

  const get = async <S extends z.ZodType>(name: Name, path: string, schema: S): Promise<z.output<S>> => {
    const reply = await world.as(name).get(`/api/v1/recalls${path}`);
    expect(reply.status, `${name} ${path} ${JSON.stringify(reply.body)}`).to.equal(200);
    return schema.parse(reply.body);
  };

  it('takes effect, and is read by its maker and by other hospitals', async () => {
    const detail = await get('maker', `/${id}`, recallDetail);
    expect(detail.state).to.equal('effective');
    const concerned = detail.progress.map(({ organisation }) => organisation);
    expect(concerned).to.have.members([members.guangzhou.id, members.wuhan.id]);
    for (const name of ['maker', 'guangzhou'] as const) {
      const { items } = await get(name, `/${id}/uses`, recallUses);
      expect(items.map((use) => use.pseudonym)).to.deep.equal([pseudonym]);
      expect((await get(name, '', recallPage)).items.map((item) => item.id)).to.deep.equal([id]);
    }
    expect((await get('wuhan', '', recallPage)).items.map((item) => item.id)).to.deep.equal([id]);
    expect((await get('beijing', '', recallPage)).items).to.deep.equal([]);
  });

  it('has a balance of every lot, a page at a time', async () => {
    const seen: string[] = [];
    let next: string | undefined = '';
    let pages = 0;
    for (; next !== undefined; pages += 1) {
      const query = next === '' ? '' : `?cursor=${next}`;
      const page: z.output<typeof recallBalance> = await get(
        'maker',
        `/${id}/balance${query}`,
        recallBalance,
      );
      expect(page.lots.every(({ total }) => total === 0)).to.equal(true);
      seen.push(...page.lots.map(({ lot }) => lot));
      next = page.next;
    }
    expect(pages).to.equal(6);
    expect(seen).to.have.length(invented + 1);
    expect(new Set(seen).size).to.equal(invented + 1);
  });

  it('shows another hospital its own lot, and none of those', async () => {
    const { lots, next } = await get('guangzhou', `/${id}/balance`, recallBalance);
    expect(lots.map(({ lot }) => lot)).to.deep.equal([real.lot]);
    expect(next).to.equal(undefined);
  });

  it('is finished where its process died', async () => {
    const recalls = world.parts.db.collection<{ _id: string }>('recalls');
    await recalls.updateOne({ _id: id }, { $unset: { 'steps.0.effectiveAt': 1 } });
    const recall = await makeEffective(world.parts, id);
    expect(stateOf(recall)).to.equal('effective');
    expect(recall.steps.map(({ usesListed }) => usesListed)).to.deep.equal([1]);
  });

  it('has a report in which all stand, those of which nobody says that it made them as sums', async () => {
    const reply = await world.as('maker').get(`/api/v1/recalls/${id}/report.pdf`);
    expect(reply.status).to.equal(200);
    const pages = await textOfPages(reply.bytes);
    const text = withoutSpace(pages.join('\n'));
    expect(text)
      .to.include(real.lot)
      .and.to.include(withoutSpace(`另有 ${invented} 个批号无生产记录`));
    expect(pages.length).to.be.below(10);
  });

  it('is answered, and completed, and speaks of lots that were made', async () => {
    const answer = { commandId: nextId(), found: 3, quarantined: 3, used: 1 };
    const summary = { zh: '全部收回', en: 'All taken back' };
    const answered = await world.as('guangzhou').post(`/api/v1/recalls/${id}/responses`, answer);
    const completed = await world
      .as('maker')
      .post(`/api/v1/recalls/${id}/completion`, { commandId: nextId(), summary });
    expect([answered.status, completed.status]).to.deep.equal([201, 201]);
    const entries = await world.parts.db.collection('entries').find({ lot: real.lot }).toArray();
    expect(entries.map(({ type }) => type)).to.include.members([
      'recallInitiated',
      'recallResponded',
      'recallCompleted',
    ]);
  });
});
