import { expect } from 'chai';
import { at, listAt, textAt } from '../support/http.ts';
import { createWorld, done, members, places, uuid, type World } from '../support/world.ts';
import { books, expectBalanced, unitAt } from '../support/world-books.ts';
import { implant, stapler } from '../support/world-facts.ts';
import {
  accept,
  check,
  fromFactory,
  lotPath,
  make,
  moveBody,
  newLot,
  receive,
  ship,
  use,
} from '../support/world-play.ts';

describe('the main job, from the factory to the patient', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  it('follows staplers by lot and implants by serial number, and every unit stays accounted for', async () => {
    const lot = newLot();
    const staplers = (quantity: number) => ({ gtin: stapler, lot, quantity });
    const units = (...serials: string[]) => ({ gtin: implant, lot, serials });
    const { db } = world.database;
    await make(world, staplers(100));
    await make(world, units('S1', 'S2', 'S3', 'S4', 'S5'));

    const toDistributor = await ship(world, { ...fromFactory, to: 'distributor' }, [
      staplers(60),
      units('S1', 'S2', 'S3', 'S4'),
    ]);
    const arrived = await receive(world, 'trader', toDistributor, places.warehouse, [
      staplers(60),
      units('S1', 'S2', 'S3', 'S4'),
    ]);
    expect(at(arrived, '/outstanding')).to.equal(0);
    await accept(world, 'trader', toDistributor, places.warehouse, [staplers(60)]);
    await accept(world, 'trader', toDistributor, places.warehouse, [units('S1', 'S2', 'S3', 'S4')]);

    const leg = { by: 'trader', from: places.warehouse, to: 'hospitalA' } as const;
    const toHospital = await ship(world, leg, [staplers(20), units('S1', 'S2', 'S3')]);
    const partly = await receive(
      world,
      'keeperA',
      toHospital,
      places.storeA,
      [staplers(12), units('S1', 'S2')],
      {
        damaged: [staplers(3)],
      },
    );
    expect(listAt(partly, '/lines').map((line) => [at(line, '/intact'), at(line, '/damaged')])).to.deep.equal(
      [
        [12, 3],
        [2, 0],
      ],
    );
    expect(at(partly, '/outstanding')).to.equal(6);
    await accept(world, 'keeperA', toHospital, places.storeA, [staplers(12)]);
    await accept(world, 'keeperA', toHospital, places.storeA, [units('S1', 'S2')]);
    const issue = moveBody(places.storeA, places.theatreA, [staplers(5), units('S1', 'S2')]);
    await done(world.as('keeperA').post('/api/v1/moves', issue));

    const [first, second] = await check(world, [staplers(1), units('S1')]);
    expect([first?.verdict, second?.verdict]).to.deep.equal(['may-be-used', 'may-be-used']);
    const used = await use(world, [
      { device: staplers(1), implanted: false, check: first?.check },
      { device: units('S1'), implanted: true, check: second?.check },
    ]);
    expect(listAt(used, '/uses').map((one) => at(one, '/deviations'))).to.deep.equal([[], []]);

    const patient = await done(
      world.as('nurseA').post('/api/v1/patient-devices', { inpatientNumber: 'ZY-1' }),
    );
    expect(listAt(patient, '/devices').map((device) => at(device, '/serial'))).to.have.members([
      undefined,
      'S1',
    ]);
    expect(textAt(patient, '/identity/name')).to.equal('测试');

    const balance = await done(world.as('quality').get(lotPath(staplers(1), 'balance')));
    expect(at(balance, '/sum')).to.equal(0);
    expect(await books(db, 'hospitalA', staplers(1))).to.deep.equal({
      consumed: 1,
      'storeA/available': 7,
      'storeA/quarantined': 3,
      'theatreA/available': 4,
    });
    expect(await books(db, 'distributor', staplers(1))).to.deep.equal({
      transit: 5,
      'warehouse/available': 40,
    });
    expect(await unitAt(db, implant, 'S1')).to.equal('hospitalA consumed');
    expect(await unitAt(db, implant, 'S3')).to.equal('distributor transit');

    const closed = await done(
      world
        .as('trader')
        .post(`/api/v1/shipments/${toHospital}/closing`, { commandId: uuid(), reason: '短少' }),
    );
    expect(at(closed, '/missing')).to.equal(6);
    expect(await unitAt(db, implant, 'S3')).to.equal('distributor missing');
    const life = await done(world.as('nurseA').get(`/api/v1/units/${implant}/S1`));
    expect(listAt(life, '/entries').map((entry) => textAt(entry, '/type'))).to.deep.equal([
      'received',
      'accepted',
      'moved',
      'used',
    ]);
    expect(at(life, '/at/organisation')).to.equal(members.hospitalA.id);
    const incidents = await done(world.as('nurseA').get('/api/v1/incidents'));
    expect(listAt(incidents, '/items')).to.deep.equal([]);
    await expectBalanced(db);
  });
});
