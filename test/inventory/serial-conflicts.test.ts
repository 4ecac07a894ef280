import { expect } from 'chai';
import { at, listAt, textAt } from '../support/http.ts';
import { type CallerName, createWorld, done, members, places, uuid, type World } from '../support/world.ts';
import { implant } from '../support/world-facts.ts';
import {
  acceptBody,
  check,
  correct,
  fromFactory,
  make,
  moveBody,
  newLot,
  receive,
  ship,
  shipBody,
  stocked,
  useInB,
} from '../support/world-play.ts';

describe('serial numbers that two organisations state to have', () => {
  let world: World;
  before(async function () {
    this.timeout(30_000);
    world = await createWorld();
  });
  after(() => world.close());

  /** Hospital B books a delivery that nobody shipped here. @returns the event */
  const state = async (line: object) => {
    const lines = [{ gtin: implant, ...line }];
    const supplier = members.otherMaker.id;
    const delivery = { commandId: uuid(), supplier, papers: 'DN-1', place: places.storeB, lines };
    const answer = await done(
      world.as('keeperB').post('/api/v1/imports/deliveries', { deliveries: [delivery] }),
    );
    return textAt(answer, '/deliveries/0/events/0');
  };
  const told = async (who: CallerName, lot: string) => {
    const items = listAt(await done(world.as(who).get('/api/v1/serial-conflicts')), '/items');
    return items
      .filter((item) => at(item, '/lot') === lot)
      .map((item) => [at(item, '/side'), at(item, '/serials'), at(item, '/takenBack')]);
  };

  it('stay where they lie for those whose books they are: used there with a warning, and both are told', async () => {
    const line = { gtin: implant, lot: newLot(), serials: ['HELD1'] };
    await stocked(world, line);
    const event = await state(line);
    expect((await check(world, [line]))[0]).to.deep.include({
      verdict: 'may-be-used',
      warnings: ['in-two-places'],
    });
    expect(await told('keeperA', line.lot)).to.deep.equal([['held', ['HELD1'], false]]);
    expect(await told('keeperB', line.lot)).to.deep.equal([['stated', ['HELD1'], false]]);
    expect(await told('quality', line.lot)).to.deep.equal([]);
    await world.app.tend();
    await world.app.tend();
    const signals = listAt(await done(world.as('quality').get('/api/v1/counterfeit-signals')), '/items');
    const ours = signals.filter((signal) => at(signal, '/lot') === line.lot);
    expect(
      ours.map((signal) => [at(signal, '/kind'), at(signal, '/serial'), at(signal, '/checks')]),
    ).to.deep.equal([['two-places', 'HELD1', 1]]);

    await correct(world, 'keeperB', event);
    expect((await check(world, [line]))[0]).to.deep.include({ verdict: 'may-be-used', warnings: [] });
    expect(await told('keeperA', line.lot)).to.deep.equal([['held', ['HELD1'], true]]);
  });

  it('can be shipped by their maker, and are received as what was shipped', async () => {
    const line = { gtin: implant, lot: newLot(), serials: ['MADE1', 'MADE2'] };
    await make(world, line);
    await state({ lot: line.lot, serials: ['MADE1'] });
    const shipment = await ship(world, fromFactory, [line]);
    const received = await receive(world, 'keeperA', shipment, places.storeA, [line]);
    expect(listAt(received, '/lines').map((one) => at(one, '/unshipped'))).to.deep.equal([0]);
    expect(await told('quality', line.lot)).to.deep.equal([['held', ['MADE1'], false]]);
  });

  it('are blocked where another has recorded their use, until that is taken back', async () => {
    const line = { gtin: implant, lot: newLot(), serials: ['USED1'] };
    await stocked(world, line);
    const used = await useInB(world, [line]);
    expect((await check(world, [line]))[0]?.codes).to.deep.equal(['already-used']);
    expect(await told('keeperA', line.lot)).to.deep.equal([['held', ['USED1'], false]]);
    await correct(world, 'nurseB', textAt(used, '/events/0'));
    expect((await check(world, [line]))[0]?.verdict).to.equal('may-be-used');
  });

  it('do not keep their maker from making them in the right lot, once a wrong statement is taken back', async () => {
    const lot = newLot();
    const event = await state({ lot: 'TYPO', serials: ['TOMAKE1'] });
    const body = { gtin: implant, lot, serials: ['TOMAKE1'] };
    expect(await make(world, body).catch(String)).to.include('lot/serial-exists');
    await correct(world, 'keeperB', event);
    await stocked(world, body);
    expect((await check(world, [body]))[0]).to.deep.include({ verdict: 'may-be-used', warnings: [] });
  });

  it('are told nobody who never had their lot: a refusal says what was stated, as of those that do not exist', async () => {
    const line = { gtin: implant, lot: newLot(), serials: ['SECRET1', 'SECRET2'] };
    await make(world, line);
    const shipment = await state({ lot: newLot(), serials: ['ELSE1'] });
    const refusalsOf = async (serials: string[]) => {
      const lines = [{ gtin: implant, lot: 'GUESS', serials }];
      const move = moveBody(places.storeB, places.theatreB, lines);
      const leg = { by: 'keeperB', from: places.storeB, to: 'hospitalA' } as const;
      const replies = [
        await world.as('keeperB').post('/api/v1/moves', move),
        await world.as('keeperB').post('/api/v1/shipments', shipBody(leg, lines)),
        await world.as('keeperB').post('/api/v1/acceptances', acceptBody(shipment, places.storeB, lines)),
      ];
      return replies.map(({ body }) => [at(body, '/code'), at(body, '/info')]);
    };
    const refusals = await refusalsOf(['SECRET1', 'SECRET2']);
    const nothing = JSON.stringify(await refusalsOf(['NOBODY1', 'NOBODY2'])).replaceAll('NOBODY', 'SECRET');
    expect(refusals).to.deep.equal(JSON.parse(nothing));
    expect(JSON.stringify(refusals)).to.include('GUESS').and.not.include(line.lot);

    const device = { gtin: implant, lot: 'GUESS', serials: ['SECRET1'] };
    const checked = await world
      .as('nurseB')
      .post('/api/v1/checks', { place: places.theatreB, devices: [device] });
    expect(checked.status).to.equal(200);
    expect(JSON.stringify(checked.body)).to.not.include(line.lot).and.not.include('2029-02-28');
  });
});
