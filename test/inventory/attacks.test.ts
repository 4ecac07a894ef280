import { expect } from 'chai';
import { at, listAt, textAt } from '../support/http.ts';
import { createWorld, done, places, refusal, uuid, type World } from '../support/world.ts';
import { books, expectBalanced, unitAt } from '../support/world-books.ts';
import { implant, implantBox, stapler, staplerBox, unknown } from '../support/world-facts.ts';
import {
  accept,
  acceptBody,
  check,
  fromFactory,
  lotPath,
  make,
  moveBody,
  newLot,
  receive,
  receiveBody,
  ship,
  shipBody,
  stocked,
  use,
} from '../support/world-play.ts';

describe('attacks on the stock', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());
  afterEach(() => expectBalanced(world.database.db));

  const serials = (lot: string, ...named: string[]) => ({ gtin: implant, lot, serials: named });

  it('a use without the serial number takes no unit off the shelf', async () => {
    const lot = newLot();
    await stocked(world, serials(lot, 'A1', 'A2'));
    const used = await use(world, [{ gtin: implant, lot, quantity: 1 }]);
    expect(at(used, '/uses/0/deviations')).to.include.members(['not-in-stock', 'unverified']);
    const both = await use(world, [serials(lot, 'A1'), serials(lot, 'A2')]);
    expect(listAt(both, '/uses').map((one) => at(one, '/deviations'))).to.deep.equal([
      ['not-checked'],
      ['not-checked'],
    ]);
    const { db } = world.database;
    expect(await books(db, 'hospitalA', { gtin: implant, lot })).to.deep.equal({
      consumed: 3,
      unexplained: -1,
    });
  });

  it('moves by count and by serial number of a GTIN that nobody registered do not crash', async () => {
    const lot = newLot();
    await make(world, { gtin: stapler, lot, quantity: 1 });
    const shipment = await ship(world, fromFactory, [{ gtin: stapler, lot, quantity: 1 }]);
    const strange = { gtin: unknown, lot: newLot() };
    await receive(world, 'keeperA', shipment, places.storeA, [{ ...strange, serials: ['U1', 'U2'] }]);
    const awaiting = { condition: 'awaiting-acceptance' };
    const byCount = moveBody(places.storeA, places.cssdA, [{ ...strange, quantity: 2 }], awaiting);
    await done(world.as('keeperA').post('/api/v1/moves', byCount));
    const bySerial = moveBody(places.storeA, places.cssdA, [{ ...strange, serials: ['U1'] }], awaiting);
    expect(await refusal(world.as('keeperA').post('/api/v1/moves', bySerial))).to.equal(
      '409 stock/not-there',
    );
    await use(world, [{ ...strange, serials: ['U1'] }]);
  });

  it('a unit that arrived both intact and damaged did not arrive twice', async () => {
    const lot = newLot();
    await make(world, serials(lot, 'D1'));
    const shipment = await ship(world, fromFactory, [serials(lot, 'D1')]);
    const body = receiveBody(shipment, places.storeA, [serials(lot, 'D1')], {
      damaged: [serials(lot, 'D1')],
    });
    expect(await refusal(world.as('keeperA').post('/api/v1/receipts', body))).to.equal(
      '422 device/serial-repeated',
    );
  });

  it('a label with another lot than the record: received into quarantine, under its own lot', async () => {
    const [lot, label] = [newLot(), newLot()];
    await make(world, serials(lot, 'M1'));
    await make(world, serials(label, 'M2'));
    const shipment = await ship(world, fromFactory, [serials(lot, 'M1')]);
    const arrived = await receive(world, 'keeperA', shipment, places.storeA, [serials(label, 'M1')]);
    expect(at(arrived, '/outstanding')).to.equal(0);
    const { db } = world.database;
    expect(await unitAt(db, implant, 'M1')).to.equal('hospitalA storeA/quarantined');
    expect(await books(db, 'hospitalA', { gtin: implant, lot })).to.deep.equal({ 'storeA/quarantined': 1 });
    expect(await books(db, 'hospitalA', { gtin: implant, lot: label })).to.deep.equal({});
    const release = {
      commandId: uuid(),
      place: places.storeA,
      lines: [serials(label, 'M1')],
      reason: '复核',
    };
    expect(await refusal(world.as('keeperA').post('/api/v1/quarantine-releases', release))).to.equal(
      '409 stock/identity-mismatch',
    );
    expect((await check(world, [serials(label, 'M1')]))[0]?.codes).to.include('identity-mismatch');
    const used = await use(world, [serials(label, 'M1')]);
    expect(at(used, '/uses/0/deviations')).to.include.members(['identity-mismatch', 'not-available']);
    expect(at(used, '/uses/0/lot')).to.equal(lot);
  });

  it('a mislabelled unit goes to quarantine whatever its label says', async () => {
    const [lot, label] = [newLot(), newLot()];
    await stocked(world, serials(lot, 'Q1'));
    await make(world, serials(label, 'Q2'));
    const body = {
      commandId: uuid(),
      place: places.theatreA,
      lines: [serials(label, 'Q1')],
      reason: '标签不符',
    };
    await done(world.as('nurseA').post('/api/v1/quarantines', body));
    expect(await unitAt(world.database.db, implant, 'Q1')).to.equal('hospitalA theatreA/quarantined');
  });

  it('a check is of one device: not of a case, not of the first of several', async () => {
    const lot = newLot();
    await stocked(world, { gtin: stapler, lot, quantity: 5 });
    await stocked(world, serials(lot, 'K1', 'K2'));
    await use(world, [serials(lot, 'K2')]);
    const checking = (device: object) =>
      refusal(world.as('nurseA').post('/api/v1/checks', { place: places.theatreA, devices: [device] }));
    expect(await checking({ gtin: staplerBox, lot, quantity: 1 })).to.equal('422 device/package-scanned');
    expect(await checking({ gtin: implantBox, lot, quantity: 1 })).to.equal('422 device/package-scanned');
    expect(await checking(serials(lot, 'K1', 'K2'))).to.equal('422 use/quantity');
    expect(await checking({ gtin: stapler, lot, quantity: 2 })).to.equal('422 use/quantity');
  });

  it('two devices in hand and one in stock: the second may not be used', async () => {
    const lot = newLot();
    const one = { gtin: stapler, lot, quantity: 1 };
    await stocked(world, one);
    const [first, second] = await check(world, [one, one]);
    expect(first?.verdict).to.equal('may-be-used');
    expect(second?.codes).to.deep.equal(['not-in-stock']);
    const device = serials(newLot(), 'R1');
    await stocked(world, device);
    // The same serial number scanned twice is one device.
    expect((await check(world, [device, device])).map(({ verdict }) => verdict)).to.deep.equal([
      'may-be-used',
      'may-be-used',
    ]);
  });

  it('accepts what was scanned as a box', async () => {
    const lot = newLot();
    await make(world, { gtin: stapler, lot, quantity: 10 });
    const box = [{ gtin: staplerBox, lot, quantity: 2 }];
    const shipment = await ship(world, fromFactory, box);
    await receive(world, 'keeperA', shipment, places.storeA, box);
    const accepted = await accept(world, 'keeperA', shipment, places.storeA, box);
    expect(at(accepted, '/quantity')).to.equal(10);
  });

  it('a maker gets its own goods out of quarantine again', async () => {
    const lot = newLot();
    const line = { gtin: stapler, lot, quantity: 4 };
    await make(world, line);
    const body = { commandId: uuid(), place: places.factory, lines: [line], reason: '抽检' };
    await done(world.as('quality').post('/api/v1/quarantines', body));
    await done(world.as('quality').post('/api/v1/quarantine-releases', { ...body, commandId: uuid() }));
    const acceptance = {
      commandId: uuid(),
      place: places.factory,
      lines: [line],
      conclusion: 'qualified',
    };
    await done(world.as('quality').post('/api/v1/acceptances', acceptance));
    expect(await books(world.database.db, 'maker', line)).to.deep.equal({
      'factory/available': 4,
      production: -4,
    });
    const elsewhere = { ...acceptance, commandId: uuid(), place: places.storeA };
    expect(await refusal(world.as('keeperA').post('/api/v1/acceptances', elsewhere))).to.equal(
      '404 not-found',
    );
  });

  it('too much for one command is a clear refusal, never a fault', async () => {
    const lot = newLot();
    await make(world, { gtin: stapler, lot, quantity: 1 });
    const shipment = await ship(world, fromFactory, [{ gtin: stapler, lot, quantity: 1 }]);
    const many = Array.from({ length: 600 }, () => ({ gtin: stapler, lot: newLot(), quantity: 1 }));
    const receiving = (lines: readonly object[]) =>
      refusal(world.as('keeperA').post('/api/v1/receipts', receiveBody(shipment, places.storeA, lines)));
    expect(await receiving(many)).to.equal('422 command/too-large');
    const huge = { gtin: stapler, lot, quantity: 10_000_000 };
    expect(await receiving([huge, huge])).to.equal('422 command/too-large');
    expect(await receiving([{ ...huge, gtin: staplerBox }])).to.equal('422 command/too-large');
    const named = (from: number) => ({
      gtin: implant,
      lot,
      serials: Array.from({ length: 600 }, (_, index) => `N${from + index}`),
    });
    expect(await receiving([named(0), named(600)])).to.equal('422 command/too-many-serials');
    const shipping = shipBody(fromFactory, many);
    expect(await refusal(world.as('quality').post('/api/v1/shipments', shipping))).to.equal(
      '422 command/too-large',
    );
  });

  it('a scan before the maker recorded the serial number does not keep the maker from recording it', async () => {
    const lot = newLot();
    const early = serials(lot, 'E1');
    await use(world, [early]);
    await make(world, serials(lot, 'E1', 'E2'));
    expect(await unitAt(world.database.db, implant, 'E1')).to.equal('maker factory/available');
    expect((await check(world, [early]))[0]?.codes).to.include('already-used');
    const again = { commandId: uuid(), gtin: implant, lot: newLot(), place: places.factory };
    const dates = { manufacturedOn: '2026-03-01', expiresOn: '2029-02-28' };
    for (const named of ['E1', 'E2']) {
      const body = { ...again, ...dates, commandId: uuid(), parts: [{ serials: [named] }] };
      expect(await refusal(world.as('quality').post('/api/v1/lots', body))).to.equal('409 lot/serial-exists');
    }
  });

  it('a check after the use, or long before it, is none before it', async () => {
    const lot = newLot();
    const device = { gtin: stapler, lot, quantity: 1 };
    await stocked(world, { ...device, quantity: 3 });
    const [checked] = await check(world, [device]);
    const hours = (count: number) => new Date(Date.parse(world.now()) + count * 3_600_000).toISOString();
    const named = [{ device, implanted: false, check: checked?.check }];
    const after = await use(world, named, { happenedAt: hours(-3) });
    expect(at(after, '/uses/0/deviations')).to.deep.equal(['not-checked']);
    const timely = hours(23);
    world.at(hours(30));
    const late = await use(world, named, { happenedAt: hours(-1) });
    expect(at(late, '/uses/0/deviations')).to.deep.equal(['not-checked']);
    expect(at(await use(world, named, { happenedAt: timely }), '/uses/0/deviations')).to.deep.equal([]);
  });

  it('a hold of one sterilisation lot stops its units alone; where units are not told apart, the whole lot', async () => {
    const lot = newLot();
    const dates = { manufacturedOn: '2026-03-01', expiresOn: '2029-02-28', place: places.factory };
    const parts = (...two: object[]) =>
      two.map((part, index) => ({ ...part, sterilisationLot: `EO-${index}` }));
    const bySerial = { gtin: implant, lot, parts: parts({ serials: ['H0'] }, { serials: ['H1'] }) };
    const byLot = { gtin: stapler, lot, parts: parts({ quantity: 1 }, { quantity: 1 }) };
    for (const made of [bySerial, byLot]) {
      await done(world.as('quality').post('/api/v1/lots', { commandId: uuid(), ...dates, ...made }));
      await done(world.as('quality').post(lotPath(made, 'release'), { commandId: uuid() }));
    }
    const lines = [serials(lot, 'H0', 'H1'), { gtin: stapler, lot, quantity: 2 }];
    const shipment = await ship(world, fromFactory, lines);
    await receive(world, 'keeperA', shipment, places.theatreA, lines);
    for (const line of lines) await accept(world, 'keeperA', shipment, places.theatreA, [line]);
    for (const made of [bySerial, byLot]) {
      const hold = { commandId: uuid(), reason: '生物监测阳性', sterilisationLots: ['EO-1'] };
      await done(world.as('quality').post(lotPath(made, 'holds'), hold));
    }
    const devices = [serials(lot, 'H0'), serials(lot, 'H1'), { gtin: stapler, lot, quantity: 1 }];
    expect((await check(world, devices)).map(({ codes }) => codes)).to.deep.equal([
      [],
      ['on-hold'],
      ['on-hold'],
    ]);
  });

  it('one check serves one device', async () => {
    const lot = newLot();
    const device = { gtin: stapler, lot, quantity: 1 };
    await stocked(world, { ...device, quantity: 2 });
    const [checked] = await check(world, [device]);
    const named = { device, implanted: false, check: checked?.check };
    const used = await use(world, [named, named]);
    expect(listAt(used, '/uses').map((one) => at(one, '/deviations'))).to.deep.equal([[], ['not-checked']]);
  });

  it('answers a command again as it did, though its place is closed and its surgeon gone by then', async () => {
    const lot = newLot();
    await stocked(world, { gtin: stapler, lot, quantity: 2 });
    const body = acceptBody(uuid(), places.storeA, [{ gtin: stapler, lot, quantity: 1 }]);
    expect(await refusal(world.as('keeperA').post('/api/v1/acceptances', body))).to.equal('404 not-found');
    const move = moveBody(places.theatreA, places.cssdA, [{ gtin: stapler, lot, quantity: 1 }]);
    const first = await done(world.as('keeperA').post('/api/v1/moves', move));
    const closed = { _id: places.cssdA as string };
    await world.database.db
      .collection<{ _id: string }>('places')
      .updateOne(closed, { $set: { active: false } });
    const again = await done(world.as('keeperA').post('/api/v1/moves', move));
    await world.database.db
      .collection<{ _id: string }>('places')
      .updateOne(closed, { $set: { active: true } });
    expect(again).to.deep.equal(first);
    expect(textAt(again, '/commandId')).to.equal(move.commandId);
  });
});
