import { expect } from 'chai';
import { at, type Reply, textAt } from '../support/http.ts';
import { createWorld, done, places, refusal, uuid, type World } from '../support/world.ts';
import { books, expectBalanced } from '../support/world-books.ts';
import { implant, stapler, unknown } from '../support/world-facts.ts';
import {
  acceptBody,
  correct,
  correction,
  fromFactory,
  make,
  moveBody,
  newLot,
  receive,
  receiveBody,
  ship,
  stocked,
  use,
} from '../support/world-play.ts';

describe('bounds and races of the stock', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());
  afterEach(() => expectBalanced(world.database.db));

  const line = (lot: string, quantity: number) => ({ gtin: stapler, lot, quantity });

  /** @returns how many were accepted, and the codes of the others */
  async function outcomes(sent: readonly Promise<Reply>[]) {
    const replies = await Promise.all(sent);
    const refused = replies.filter(({ status }) => status >= 400).map(({ body }) => textAt(body, '/code'));
    return { accepted: replies.length - refused.length, refused };
  }

  it('a thousand serial numbers in one command, and back; what needs two thousand is refused in words', async () => {
    const lot = newLot();
    const serials = Array.from({ length: 1_000 }, (_, index) => `T${index}`);
    const all = { gtin: implant, lot, serials };
    await make(world, all);
    const shipment = await ship(world, fromFactory, [all]);
    const received = textAt(await receive(world, 'keeperA', shipment, places.storeA, [all]), '/events/0');
    const { commandId: _id, ...elsewhere } = receiveBody(shipment, places.cssdA, [all]);
    const path = `/api/v1/events/${received}/correction`;
    const moving = correction({ ...elsewhere, type: 'received' });
    expect(await refusal(world.as('keeperA').post(path, moving))).to.equal('422 command/too-many-serials');
    await correct(world, 'keeperA', received);
    await receive(world, 'keeperA', shipment, places.cssdA, [all]);
    expect(await books(world.database.db, 'hospitalA', all)).to.deep.equal({
      'cssdA/awaiting-acceptance': 1_000,
    });
  });

  it('two hundred lots in one command, each under its own title, can be taken back in one', async () => {
    const lot = newLot();
    await make(world, line(lot, 1));
    const shipment = await ship(world, fromFactory, [line(lot, 1)]);
    const many = Array.from({ length: 200 }, () => ({ gtin: unknown, lot: newLot(), quantity: 2 }));
    const receipt = textAt(await receive(world, 'keeperA', shipment, places.storeA, many), '/events/0');
    const moved = moveBody(places.storeA, places.cssdA, many, { condition: 'awaiting-acceptance' });
    await done(world.as('keeperA').post('/api/v1/moves', moved));
    const corrected = await correct(world, 'keeperA', receipt);
    // All of them have moved on, and had come from nowhere: they are as unexplained as before.
    expect(at(corrected, '/shortfall')).to.equal(400);
  });

  it('two who receive the same goods at once receive them once', async () => {
    const lot = newLot();
    await make(world, line(lot, 5));
    const shipment = await ship(world, fromFactory, [line(lot, 5)]);
    const send = () =>
      world.as('keeperA').post('/api/v1/receipts', receiveBody(shipment, places.storeA, [line(lot, 5)]));
    expect(await outcomes([send(), send()])).to.deep.equal({ accepted: 1, refused: ['shipment/closed'] });
    expect(await books(world.database.db, 'hospitalA', line(lot, 1))).to.deep.equal({
      'storeA/awaiting-acceptance': 5,
    });
  });

  it('a receipt and a closing at once: what was received is not missing', async () => {
    const lot = newLot();
    await make(world, line(lot, 5));
    const shipment = await ship(world, fromFactory, [line(lot, 5)]);
    const closing = { commandId: uuid(), reason: '短少' };
    await outcomes([
      world.as('keeperA').post('/api/v1/receipts', receiveBody(shipment, places.storeA, [line(lot, 5)])),
      world.as('quality').post(`/api/v1/shipments/${shipment}/closing`, closing),
    ]);
    const maker = await books(world.database.db, 'maker', line(lot, 1));
    const hospital = await books(world.database.db, 'hospitalA', line(lot, 1));
    expect([maker.missing ?? 0, hospital['storeA/awaiting-acceptance'] ?? 0].toSorted()).to.deep.equal([
      0, 5,
    ]);
    expect(maker.transit).to.equal(undefined);
  });

  it('many who take the last ones at once take no more than there are', async () => {
    const lot = newLot();
    await stocked(world, line(lot, 3));
    const sent = Array.from({ length: 6 }, () =>
      world.as('keeperA').post('/api/v1/moves', moveBody(places.theatreA, places.storeA, [line(lot, 1)])),
    );
    const { accepted, refused } = await outcomes(sent);
    expect([accepted, [...new Set(refused)]]).to.deep.equal([3, ['stock/not-there']]);
  });

  it('two corrections of one event at once: one is accepted', async () => {
    const lot = newLot();
    await stocked(world, line(lot, 2));
    const used = textAt(await use(world, [line(lot, 1)]), '/events/0');
    const send = () => world.as('nurseA').post(`/api/v1/events/${used}/correction`, correction());
    expect(await outcomes([send(), send(), send()])).to.deep.equal({
      accepted: 1,
      refused: ['correction/already', 'correction/already'],
    });
    expect(await books(world.database.db, 'hospitalA', line(lot, 1))).to.deep.equal({
      'theatreA/available': 2,
    });
  });

  it('one lot made twice at once is made once', async () => {
    const lot = newLot();
    const body = () => ({
      commandId: uuid(),
      gtin: stapler,
      lot,
      place: places.factory,
      manufacturedOn: '2026-03-01',
      expiresOn: '2029-02-28',
      parts: [{ quantity: 7 }],
    });
    const send = () => world.as('quality').post('/api/v1/lots', body());
    expect(await outcomes([send(), send()])).to.deep.equal({ accepted: 1, refused: ['lot/closed'] });
  });

  it('a refused command is refused again under its id, though it could be carried out by now', async () => {
    const lot = newLot();
    await make(world, line(lot, 2));
    const shipment = await ship(world, fromFactory, [line(lot, 2)]);
    const early = acceptBody(shipment, places.storeA, [line(lot, 2)]);
    const send = (body: object) => world.as('keeperA').post('/api/v1/acceptances', body);
    expect(await refusal(send(early))).to.equal('409 acceptance/not-received');
    await receive(world, 'keeperA', shipment, places.storeA, [line(lot, 2)]);
    expect(await refusal(send(early))).to.equal('409 acceptance/not-received');
    await done(send({ ...early, commandId: uuid() }));
  });
});
