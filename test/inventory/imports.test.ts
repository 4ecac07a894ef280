import { expect } from 'chai';
import { type Client, listAt, textAt } from '../support/http.ts';
import { createWorld, done, members, places, refusal, uuid, type World } from '../support/world.ts';
import { books, expectBalanced, unitAt } from '../support/world-books.ts';
import { implant, stapler, staplerBox } from '../support/world-facts.ts';
import {
  accept,
  acceptBody,
  correct,
  fromFactory,
  type Line,
  make,
  newLot,
  receiveBody,
  ship,
  shipBody,
} from '../support/world-play.ts';

const shipments = '/api/v1/imports/shipments';
const deliveries = '/api/v1/imports/deliveries';

describe('imports', () => {
  let world: World;
  let keeper: Client;
  before(async () => {
    world = await createWorld();
    keeper = world.as('keeperA');
  });
  after(() => world.close());
  afterEach(() => expectBalanced(world.database.db));

  const line = (lot: string, quantity: number): Line => ({ gtin: stapler, lot, quantity });
  const booksOf = (of: 'maker' | 'hospitalA', lot: string, gtin = stapler) =>
    books(world.database.db, of, { gtin, lot });

  /** A delivery without a shipment, by a supplier that is known here and sends nothing through this service. */
  const stated = (lines: readonly object[], changes: object = {}) => ({
    commandId: uuid(),
    ...{ supplier: members.otherMaker.id, papers: 'DN-1', place: places.storeA, lines },
    ...changes,
  });
  const received = (shipment: string, lines: readonly object[], changes: object = {}) =>
    receiveBody(shipment, places.storeA, lines, changes);

  async function send(who: Client, path: string, list: readonly object[], more: object = {}) {
    return await done(who.post(path, { deliveries: list, ...more }));
  }

  /** In one word each: what was accepted, or the code of what was refused. */
  function words(answer: unknown): string[] {
    return listAt(answer, '/deliveries').map((one) =>
      textAt(one, '/outcome') === 'accepted' ? 'accepted' : textAt(one, '/code'),
    );
  }

  it('a day of dispatches: those that can be sent are, each with its shipment, and the others say why not', async () => {
    const [good, held] = [newLot(), newLot()];
    await make(world, line(good, 10));
    await make(world, line(held, 10), { released: false });
    const sent = [
      shipBody(fromFactory, [line(good, 4)]),
      shipBody(fromFactory, [line(held, 1)]),
      shipBody(fromFactory, [line(good, 4)], { to: uuid() }),
      shipBody(fromFactory, [line(good, 7)]),
      shipBody({ ...fromFactory, to: 'distributor' }, [{ gtin: staplerBox, lot: good, quantity: 1 }]),
    ];
    const answer = await send(world.as('quality'), shipments, sent);
    expect(words(answer)).to.deep.equal([
      ...['accepted', 'stock/not-released', 'shipment/receiver', 'stock/not-there', 'accepted'],
    ]);
    expect(answer).to.include({ dryRun: false, accepted: 2, refused: 3 });
    const [first, second, , fourth] = listAt(answer, '/deliveries');
    expect(first).to.deep.include({ commandId: sent[0]?.commandId, quantity: 4 });
    expect(listAt(first, '/events')).to.deep.equal([textAt(first, '/shipment')]);
    expect(second).to.deep.equal({
      ...{ outcome: 'refused', commandId: sent[1]?.commandId, code: 'stock/not-released' },
      detail: 'The maker has not released this lot.',
      detailZh: '该批尚未由生产企业放行。',
      info: { gtin: stapler, lot: held },
    });
    const info = { pointer: '/deliveries/3/lines/0', gtin: stapler, lot: good, short: 1 };
    expect(fourth).to.deep.include({ info });
    expect(await booksOf('maker', good)).to.deep.equal({
      production: -10,
      'factory/available': 1,
      transit: 9,
    });
  });

  it('receipts of shipments made here: the second of a shipment sees the first, and none comes after the last', async () => {
    const lot = newLot();
    await make(world, line(lot, 5));
    const shipment = await ship(world, fromFactory, [line(lot, 5)]);
    const answer = await send(keeper, deliveries, [
      received(shipment, [line(lot, 2)]),
      received(shipment, [], { damaged: [line(lot, 3)] }),
      received(shipment, [line(lot, 1)]),
      received(uuid(), [line(lot, 1)]),
    ]);
    expect(words(answer)).to.deep.equal(['accepted', 'accepted', 'shipment/closed', 'not-found']);
    const [first, last] = listAt(answer, '/deliveries');
    expect(first).to.include({ shipment, outstanding: 3 });
    expect(last).to.include({ outstanding: 0 });
    expect(listAt(last, '/events').length).to.equal(2);
    expect(await booksOf('hospitalA', lot)).to.deep.equal({
      'storeA/awaiting-acceptance': 2,
      'storeA/quarantined': 3,
    });
    const seen = await done(keeper.get(`/api/v1/shipments/${shipment}`));
    expect(seen).to.include({ state: 'closed', missing: 0 });
  });

  it('a delivery without a shipment is drawn from nowhere, awaits acceptance, and can be accepted', async () => {
    const [lot, lent] = [newLot(), newLot()];
    await make(world, line(lot, 5));
    const sent = [
      stated([line(lot, 5)], { supplier: members.distributor.id, note: '补录' }),
      stated([line(lent, 2)], { basis: 'consignment' }),
    ];
    const answer = await send(keeper, deliveries, sent);
    expect(words(answer)).to.deep.equal(['accepted', 'accepted']);
    const shipment = textAt(answer, '/deliveries/0/shipment');
    expect(listAt(answer, '/deliveries/0/events')).to.deep.equal([shipment]);
    expect(await booksOf('hospitalA', lot)).to.deep.equal({
      unexplained: -5,
      'storeA/awaiting-acceptance': 5,
    });
    const holding = await world.database.db.collection('holdings').findOne({ lot: lent });
    expect(holding?.balances[0]?.title).to.deep.equal({ owner: members.otherMaker.id, basis: 'consignment' });
    await accept(world, 'keeperA', shipment, places.storeA, [line(lot, 4)]);
    const accepted = await world.database.db.collection('events').findOne({ type: 'accepted' });
    expect(accepted?.details.record).to.include({ supplier: '健达医药有限公司', quantity: 4 });
    // Nobody has registered the other lot: what the law wants to know of it, nobody knows.
    const other = acceptBody(textAt(answer, '/deliveries/1/shipment'), places.storeA, [line(lent, 2)]);
    expect(await refusal(keeper.post('/api/v1/acceptances', other))).to.equal('409 stock/not-released');
    // The receiver alone has said so, and can take it back.
    await correct(world, 'keeperA', textAt(answer, '/deliveries/1/events/0'), {
      ...{ type: 'received', shipment: textAt(answer, '/deliveries/1/shipment'), place: places.storeA },
      lines: [line(lent, 1)],
    });
    expect(await booksOf('hospitalA', lent)).to.deep.equal({
      unexplained: -1,
      'storeA/awaiting-acceptance': 1,
    });
  });

  it('what the receiver states of a supplier is told to nobody else', async () => {
    const lot = newLot();
    const sent = [stated([line(lot, 5)], { supplier: members.distributor.id })];
    const shipment = textAt(await send(keeper, deliveries, sent), '/deliveries/0/shipment');
    const trader = world.as('trader');
    const outgoing = await done(trader.get('/api/v1/shipments?direction=outgoing&limit=200'));
    expect(JSON.stringify(outgoing)).not.to.include(shipment);
    expect(await refusal(trader.get(`/api/v1/shipments/${shipment}`))).to.equal('404 not-found');
    const closing = { commandId: uuid(), reason: '短少' };
    const path = `/api/v1/shipments/${shipment}/closing`;
    expect(await refusal(trader.post(path, closing))).to.equal('404 not-found');
    expect(await refusal(trader.get(`/api/v1/lots/${stapler}/${lot}/history`))).to.equal('404 not-found');
    const own = await done(keeper.get('/api/v1/shipments?limit=200'));
    expect(JSON.stringify(own)).to.include(shipment);
    expect(await done(keeper.get(`/api/v1/shipments/${shipment}`))).to.include({
      stated: true,
      state: 'closed',
    });
  });

  it('a unit that one delivery brings is there for the next, under the lot that was first said', async () => {
    const [lot, other] = [newLot(), newLot()];
    const [a, b, c] = [`A${lot}`, `B${lot}`, `C${lot}`];
    const answer = await send(keeper, deliveries, [
      stated([{ gtin: implant, lot, serials: [a, b] }]),
      stated([{ gtin: implant, lot, serials: [b, c] }]),
      stated([{ gtin: implant, lot: other, serials: [a] }]),
      stated([{ scan: `(01)${implant}(10)${lot}(21)${c}` }]),
      stated([{ scan: `(01)${implant}(10)${lot}(21)` }]),
    ]);
    expect(words(answer)).to.deep.equal([
      ...['accepted', 'receipt/already-here', 'receipt/already-here', 'accepted', 'request/invalid'],
    ]);
    const last = listAt(answer, '/deliveries')[4];
    expect(textAt(last, '/faults/0/pointer')).to.equal('/deliveries/4/lines/0/scan');
    expect(await unitAt(world.database.db, implant, c)).to.equal('hospitalA storeA/awaiting-acceptance');
  });

  it('what is recalled or on hold is not refused, but lands in quarantine', async () => {
    const lot = newLot();
    await make(world, line(lot, 5));
    const hold = { commandId: uuid(), reason: '待查' };
    await done(world.as('quality').post(`/api/v1/lots/${stapler}/${lot}/holds`, hold));
    const answer = await send(keeper, deliveries, [stated([line(lot, 2)])]);
    expect(words(answer)).to.deep.equal(['accepted']);
    expect(await booksOf('hospitalA', lot)).to.deep.equal({ unexplained: -2, 'storeA/quarantined': 2 });
  });

  it('sent again, alone or as a whole, each is answered as it was and acts once', async () => {
    const lot = newLot();
    await make(world, line(lot, 5));
    const shipment = await ship(world, fromFactory, [line(lot, 5)]);
    const alone = received(shipment, [line(lot, 1)]);
    const first = await done(keeper.post('/api/v1/receipts', alone));
    const list = [
      alone,
      received(shipment, [line(lot, 2)]),
      stated([line(lot, 3)]),
      received(uuid(), [line(lot, 1)]),
    ];
    const answer = await send(keeper, deliveries, list);
    expect(words(answer)).to.deep.equal(['accepted', 'accepted', 'accepted', 'not-found']);
    expect(listAt(answer, '/deliveries')[0]).to.deep.equal({ outcome: 'accepted', ...(first as object) });
    // A place that has been closed meanwhile changes nothing in what was answered.
    const storeA = { organisation: members.hospitalA.id, kind: 'store' };
    const { db } = world.database;
    await db.collection('places').updateOne(storeA, { $set: { active: false } });
    expect(await send(keeper, deliveries, list)).to.deep.equal(answer);
    await db.collection('places').updateOne(storeA, { $set: { active: true } });
    const { outcome, ...second } = listAt(answer, '/deliveries')[1] as Record<string, unknown>;
    expect(outcome).to.equal('accepted');
    expect(await done(keeper.post('/api/v1/receipts', list[1]))).to.deep.equal(second);
    expect(await booksOf('hospitalA', lot)).to.deep.equal({
      unexplained: -3,
      'storeA/awaiting-acceptance': 6,
    });
    const changed = { ...list[1], lines: [line(lot, 1)] };
    expect(words(await send(keeper, deliveries, [changed]))).to.deep.equal(['command/id-reused']);
  });

  it('a dry run writes nothing at all, and says what then happens', async () => {
    const lot = newLot();
    await make(world, line(lot, 5));
    const list = [3, 3, 2].map((quantity) => shipBody(fromFactory, [line(lot, quantity)]));
    const before = await counts();
    const tried = await send(world.as('quality'), shipments, list, { dryRun: true });
    expect(await counts()).to.deep.equal(before);
    expect(words(tried)).to.deep.equal(['accepted', 'stock/not-there', 'accepted']);
    const real = await send(world.as('quality'), shipments, list);
    expect({ ...(real as object), dryRun: true }).to.deep.equal(tried);
  });

  it('a dry run writes nothing either where a question has the database told of what was decided before', async () => {
    const [lot, wrong, right] = [newLot(), newLot(), newLot()];
    await make(world, line(lot, 5));
    const unit = { gtin: implant, serials: [`${wrong}U1`] };
    const [mistaken] = listAt(
      await send(keeper, deliveries, [stated([{ ...unit, lot: wrong }])]),
      '/deliveries',
    );
    await correct(world, 'keeperA', textAt(mistaken, '/events/0'));
    // The second is of a unit that was let go, which is asked of the entries, where the first then has one.
    const list = [stated([line(lot, 5)]), stated([{ ...unit, lot: right }])];
    const before = await counts();
    const tried = await send(keeper, deliveries, list, { dryRun: true });
    expect(await counts()).to.deep.equal(before);
    expect(words(tried)).to.deep.equal(['accepted', 'accepted']);
    const real = await send(keeper, deliveries, list);
    expect({ ...(real as object), dryRun: true }).to.deep.equal(tried);
  });

  async function counts() {
    const { db } = world.database;
    const names = (await db.listCollections().toArray()).map(({ name }) => name).sort();
    return await Promise.all(names.map(async (name) => [name, await db.collection(name).countDocuments()]));
  }

  it('asks for the permission that one of them asks for', async () => {
    const receives = await world.scoped('keeperA', ['shipment:receive']);
    const sends = await world.scoped('keeperA', ['shipment:send']);
    const lot = newLot();
    const [one, other] = [stated([line(lot, 1)]), shipBody(fromFactory, [line(lot, 1)])];
    expect(await refusal(receives.post(shipments, { deliveries: [other] }))).to.equal('403 access/forbidden');
    expect(await refusal(sends.post(deliveries, { deliveries: [one] }))).to.equal('403 access/forbidden');
    expect(words(await send(receives, deliveries, [one]))).to.deep.equal(['accepted']);
    // What is not there, and what is another's, is not told apart.
    expect(words(await send(sends, shipments, [other]))).to.deep.equal(['request/invalid']);
  });
});
