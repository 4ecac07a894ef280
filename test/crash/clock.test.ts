import { expect } from 'chai';
import { carryOver, projectors } from '../../src/app.ts';
import { systemIds } from '../../src/clock.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import { at, textAt } from '../support/http.ts';
import { createWorld, done, places, uuid, type World } from '../support/world.ts';
import { implant, stapler } from '../support/world-facts.ts';
import * as playing from '../support/world-play.ts';

/** A machine whose clock was wrong, and is put right: by hand, or by a time server that steps it. */
describe('a clock that steps', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld('2026-11-02T02:00:00Z');
  });

  const hours = (count: number) =>
    world.at(new Date(Date.parse(world.now()) + count * 3_600_000).toISOString());

  it('back and forward between commands on the same goods leaves a ledger that follows from its events', async () => {
    const serials = ['C1', 'C2', 'C3'];
    const line = { gtin: implant, lot: playing.newLot(), serials };
    await playing.make(world, line);
    const shipment = await playing.ship(world, playing.fromFactory, [line]);
    hours(-1);
    await playing.receive(world, 'keeperA', shipment, places.storeA, [line]);
    hours(-2);
    await playing.accept(world, 'keeperA', shipment, places.storeA, [line]);
    hours(48);
    await done(
      world.as('keeperA').post('/api/v1/moves', playing.moveBody(places.storeA, places.theatreA, [line])),
    );
    hours(-3);
    const [first] = serials;
    const used = await playing.use(world, [{ ...line, serials: [first] }]);
    expect(at(used, '/uses/0/deviations/0')).to.not.equal('already-used');
    hours(-1);
    await playing.correct(world, 'nurseA', textAt(used, '/events/0'));
    const balance = await world.as('quality').get(playing.lotPath(line, 'balance'));
    expect(at(balance.body, '/sum')).to.equal(0);
    const { holdings, units } = await rebuild({
      db: world.database.db,
      ids: systemIds,
      projectors,
      carryOver,
    });
    expect([holdings.restored, units.restored]).to.deep.equal([0, 0]);
    await world.close();
  });

  it('does not open a gap in a recall: no check passes after it, whatever the clock says', async () => {
    const line = { gtin: stapler, lot: playing.newLot(), quantity: 3 };
    await playing.stocked(world, line);
    const one = [{ ...line, quantity: 1 }];
    const body = {
      commandId: uuid(),
      class: 'I',
      basis: 'voluntary',
      reason: { zh: '成钉高度超出规定范围。', en: 'Staples outside the specified height.' },
      instructions: { zh: '请勿使用。', en: 'Do not use.' },
      measures: ['taking-back'],
      scope: [{ gtin: line.gtin, lot: line.lot }],
    };
    await playing.use(world, one);
    const { body: answer } = await world.as('quality').post('/api/v1/recalls', body);
    hours(-26);
    const [verdict] = await playing.check(world, one);
    expect(verdict?.codes).to.include('recalled');
    expect(at(await playing.use(world, one), '/uses/0/deviations')).to.include('recalled');
    hours(52);
    const uses = await world.as('quality').get(`/api/v1/recalls/${textAt(answer, '/recall')}/uses`);
    expect(at(uses.body, '/items')).to.have.length(2);
    await world.close();
  });
});
