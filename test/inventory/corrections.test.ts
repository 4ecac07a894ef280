import { expect } from 'chai';
import { at, listAt, textAt } from '../support/http.ts';
import { createWorld, done, places, refusal, type World } from '../support/world.ts';
import { books, expectBalanced, unitAt } from '../support/world-books.ts';
import { dilator, implant, stapler } from '../support/world-facts.ts';
import {
  accept,
  check,
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
  useBody,
  useInB,
} from '../support/world-play.ts';

const without = ({ commandId: _id, happenedAt: _at, ...body }: Record<string, unknown>, type: string) => ({
  ...body,
  type,
});

describe('corrections over HTTP', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());
  afterEach(() => expectBalanced(world.database.db));

  it('takes a use back that nothing was wrong with: the device lies where it lay', async () => {
    const lot = newLot();
    const device = { gtin: stapler, lot, quantity: 1 };
    await stocked(world, { ...device, quantity: 3 });
    const [checked] = await check(world, [device]);
    const used = await use(world, [{ device, implanted: false, check: checked?.check }]);
    expect(at(used, '/uses/0/deviations')).to.deep.equal([]);
    const corrected = await correct(world, 'nurseA', textAt(used, '/events/0'));
    expect(at(corrected, '/shortfall')).to.equal(0);
    expect(await books(world.database.db, 'hospitalA', device)).to.deep.equal({ 'theatreA/available': 3 });
  });

  it('marks the incident of a use that did not happen', async () => {
    const device = { gtin: stapler, lot: newLot(), quantity: 1 };
    const used = await use(world, [device]);
    const pseudonym = textAt(used, '/uses/0/pseudonym');
    const corrected = await correct(world, 'nurseA', textAt(used, '/events/0'));
    const incidents = listAt(await done(world.as('nurseA').get('/api/v1/incidents')), '/items');
    const incident = incidents.find((one) => at(one, '/id') === pseudonym);
    expect(textAt(incident, '/correctedBy')).to.equal(textAt(corrected, '/events/0'));
  });

  it('another patient, the same serial number: it has not been used before', async () => {
    const device = { gtin: implant, lot: newLot(), serials: ['C1'] };
    await stocked(world, device);
    const [checked] = await check(world, [device]);
    const named = { device, implanted: true, check: checked?.check };
    const used = await use(world, [named]);
    const right = without(useBody(world, [named], { patient: { inpatientNumber: 'ZY-2' } }), 'used');
    const corrected = await correct(world, 'nurseA', textAt(used, '/events/0'), right);
    expect(at(corrected, '/right/uses/0/deviations')).to.deep.equal([]);
    expect(await unitAt(world.database.db, implant, 'C1')).to.equal('hospitalA consumed');
    const life = await done(world.as('nurseA').get(`/api/v1/units/${implant}/C1`));
    expect(at(life, '/uses')).to.equal(1);
  });

  it('two hospitals scanned one unknown serial number, and the first takes its use back', async () => {
    const device = { gtin: implant, lot: newLot(), serials: ['T1'] };
    const first = await use(world, [device]);
    await useInB(world, [device]);
    await correct(world, 'nurseA', textAt(first, '/events/0'));
    expect(await books(world.database.db, 'hospitalA', device)).to.deep.equal({});
    expect((await check(world, [device]))[0]?.codes).to.include('already-used');
  });

  it('a serial number typed wrong in one hospital, and put right, costs the other its device for no longer', async () => {
    const device = { gtin: implant, lot: newLot(), serials: ['P1'] };
    await stocked(world, device);
    const mistaken = await useInB(world, [device]);
    expect((await check(world, [device]))[0]?.codes).to.deep.equal(['already-used']);
    await correct(world, 'nurseB', textAt(mistaken, '/events/0'));
    expect((await check(world, [device]))[0]?.verdict).to.equal('may-be-used');
    const back = moveBody(places.theatreA, places.storeA, [device]);
    await done(world.as('keeperA').post('/api/v1/moves', back));
    expect(await unitAt(world.database.db, implant, 'P1')).to.equal('hospitalA storeA/available');
    expect(await books(world.database.db, 'hospitalB', device)).to.deep.equal({});
  });

  it('a use of an unknown reusable unit is taken back after the unit has moved on', async () => {
    const device = { gtin: dilator, lot: newLot(), serials: ['Q1'] };
    const used = await use(world, [device]);
    const on = moveBody(places.theatreA, places.cssdA, [device], { condition: 'contaminated' });
    await done(world.as('nurseA').post('/api/v1/moves', on));
    const corrected = await correct(world, 'nurseA', textAt(used, '/events/0'));
    expect(at(corrected, '/shortfall')).to.equal(1);
    const life = await done(world.as('nurseA').get(`/api/v1/units/${dilator}/Q1`));
    expect([at(life, '/uses'), at(life, '/at/place')]).to.deep.equal([0, places.cssdA]);
  });

  it('a receipt whose goods have moved on: the shortfall comes from unexplained, and is flagged', async () => {
    const lot = newLot();
    const line = (quantity: number) => ({ gtin: stapler, lot, quantity });
    await make(world, line(10));
    const shipment = await ship(world, fromFactory, [line(10)]);
    const wrong = textAt(await receive(world, 'keeperA', shipment, places.storeA, [line(10)]), '/events/0');
    await accept(world, 'keeperA', shipment, places.storeA, [line(8)]);
    const right = without(receiveBody(shipment, places.storeA, [line(7)]), 'received');
    const corrected = await correct(world, 'keeperA', wrong, right);
    expect(at(corrected, '/shortfall')).to.equal(1);
    expect(await books(world.database.db, 'maker', line(1))).to.include({ transit: 3 });
    expect(await books(world.database.db, 'hospitalA', line(1))).to.deep.equal({
      'storeA/available': 8,
      unexplained: -1,
    });
    const shown = await done(world.as('keeperA').get(`/api/v1/shipments/${shipment}`));
    expect(at(shown, '/state')).to.equal('open');
  });

  it('a receipt that was all that had been sent closes its shipment, once it is put right', async () => {
    const lot = newLot();
    const line = (quantity: number) => ({ gtin: stapler, lot, quantity });
    await make(world, line(10));
    const shipment = await ship(world, fromFactory, [line(10)]);
    const wrong = textAt(await receive(world, 'keeperA', shipment, places.storeA, [line(8)]), '/events/0');
    const right = without(receiveBody(shipment, places.storeA, [line(10)]), 'received');
    await correct(world, 'keeperA', wrong, right);
    const shown = await done(world.as('keeperA').get(`/api/v1/shipments/${shipment}`));
    expect([at(shown, '/state'), at(shown, '/missing')]).to.deep.equal(['closed', 0]);
    expect(await books(world.database.db, 'hospitalA', line(1))).to.deep.equal({
      'storeA/awaiting-acceptance': 10,
    });
  });

  it('the right facts happened when the wrong ones were said to happen', async () => {
    const line = { gtin: stapler, lot: newLot(), quantity: 1 };
    await stocked(world, line, { expiresOn: '2026-11-30' });
    const body = useBody(world, [line]);
    const used = textAt(await done(world.as('nurseA').post('/api/v1/uses', body)), '/events/0');
    const before = world.now();
    world.at('2026-12-05T02:00:00Z');
    const corrected = await correct(world, 'nurseA', used, without({ ...body, procedure: '其他' }, 'used'));
    world.at(before);
    expect(at(corrected, '/right/uses/0/deviations')).to.deep.equal(['not-checked']);
  });

  it('is made once, by the writer, and can itself be corrected', async () => {
    const lot = newLot();
    const line = (quantity: number) => ({ gtin: stapler, lot, quantity });
    await make(world, line(5));
    const shipment = await ship(world, fromFactory, [line(5)]);
    await receive(world, 'keeperA', shipment, places.storeA, [line(5)]);
    await accept(world, 'keeperA', shipment, places.storeA, [line(5)]);
    const body = moveBody(places.storeA, places.theatreA, [line(4)]);
    const wrong = textAt(await done(world.as('keeperA').post('/api/v1/moves', body)), '/events/0');
    const path = `/api/v1/events/${wrong}/correction`;
    expect(await refusal(world.as('keeperB').post(path, correction()))).to.equal('404 correction/not-yours');
    const { from: place, lines } = body;
    const otherKind = correction({ type: 'quarantined', place, lines, reason: 'x' });
    expect(await refusal(world.as('keeperA').post(path, otherKind))).to.equal('422 correction/other-kind');
    const right = without({ ...body, lines: [line(2)] }, 'moved');
    const first = textAt(await correct(world, 'keeperA', wrong, right), '/events/0');
    expect(await books(world.database.db, 'hospitalA', line(1))).to.deep.equal({
      'storeA/available': 3,
      'theatreA/available': 2,
    });
    expect(await refusal(world.as('keeperA').post(path, correction()))).to.equal('409 correction/already');
    await correct(world, 'keeperA', first, without({ ...body, lines: [line(4)] }, 'moved'));
    expect(await books(world.database.db, 'hospitalA', line(1))).to.deep.equal({
      'storeA/available': 1,
      'theatreA/available': 4,
    });
  });

  it('asks for the permission of what is undone', async () => {
    const lot = newLot();
    const line = { gtin: stapler, lot, quantity: 2 };
    await stocked(world, line);
    const body = {
      commandId: crypto.randomUUID(),
      place: places.theatreA,
      lines: [line],
      reason: '外观可疑',
    };
    const event = textAt(await done(world.as('nurseA').post('/api/v1/quarantines', body)), '/events/0');
    const path = `/api/v1/events/${event}/correction`;
    // Out of quarantine is for those who accept; a correction is no way around them.
    expect(await refusal(world.as('nurseA').post(path, correction()))).to.equal('403 access/forbidden');
    const used = textAt(await use(world, [{ gtin: stapler, lot, quantity: 1 }]), '/events/0');
    expect(
      await refusal(world.as('keeperA').post(`/api/v1/events/${used}/correction`, correction())),
    ).to.equal('403 access/forbidden');
    await correct(world, 'keeperA', event);
    await correct(world, 'nurseA', used);
  });

  it('a check is of one use; a correction that undoes the use gives it back', async () => {
    const lot = { gtin: stapler, lot: newLot(), quantity: 9 };
    await stocked(world, lot);
    const device = { ...lot, quantity: 1 };
    const [checked] = await check(world, [device]);
    const devices = [{ device, implanted: false, check: checked?.check }];
    const first = await use(world, devices);
    expect(listAt(first, '/uses/0/deviations')).to.deep.equal([]);
    const racing = await Promise.all([use(world, devices), use(world, devices)]);
    for (const used of racing) expect(listAt(used, '/uses/0/deviations')).to.deep.equal(['not-checked']);

    const right = without(useBody(world, devices), 'used');
    const corrected = await correct(world, 'nurseA', textAt(first, '/events/0'), right);
    expect(listAt(corrected, '/right/uses/0/deviations')).to.deep.equal([]);
    expect(listAt(await use(world, devices), '/uses/0/deviations')).to.deep.equal(['not-checked']);
    await correct(world, 'nurseA', textAt(corrected, '/events/0'));
    expect(listAt(await use(world, devices), '/uses/0/deviations')).to.deep.equal([]);
  });
});
