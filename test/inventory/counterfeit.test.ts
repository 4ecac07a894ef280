import { expect } from 'chai';
import { devicesPerDay, linesInMemory, SightingTally } from '../../src/inventory/counterfeit-signal.ts';
import { signalsCollection } from '../../src/inventory/counterfeit-storage.ts';
import { handedOnInHours } from '../../src/inventory/counterfeit-watch.ts';
import { at, type Client, listAt, type Reply, serve, type TestServer, textAt } from '../support/http.ts';
import { createWorld, done, places, refusal, type World } from '../support/world.ts';
import { foreign, implant, stapler, unknown } from '../support/world-facts.ts';
import { check, make, newLot, stocked } from '../support/world-play.ts';

describe('signals of counterfeits', () => {
  let world: World;
  let server: TestServer;
  let phone: Client;
  const lot = newLot();
  const units = newLot();
  const path = '/api/v1/counterfeit-signals';

  before(async function () {
    this.timeout(30_000);
    world = await createWorld();
    server = await serve(world.app.express);
    phone = server.client();
    await make(world, { gtin: stapler, lot, quantity: 10 });
    await stocked(world, { gtin: implant, lot: units, serials: ['U1', 'U2', 'U3'] });
    await world.app.tend();
    await world.database.db.collection(signalsCollection).deleteMany({});
  });
  after(async () => {
    await server.close();
    await world.close();
  });
  afterEach(() => world.database.db.collection(signalsCollection).deleteMany({}));

  const open = (address: string): Promise<Reply> => phone.get(`/01/${address}`);
  const listed = async (as: 'quality' | 'otherQuality' = 'quality', query = '') => {
    await world.app.tend();
    return listAt(await done(world.as(as).get(`${path}${query}`)), '/items') as Record<string, unknown>[];
  };
  const checkIn = (place: string, by: 'nurseA' | 'nurseB', device: object) =>
    done(world.as(by).post('/api/v1/checks', { place, devices: [device] }));

  it('come from labels whose lot, serial number or dates the ledger does not know, counted by device and day', async () => {
    await open(`${stapler}/10/FORGED`);
    await open(`${stapler}/10/FORGED`);
    await open(`${stapler}/10/${lot}?17=300101`);
    await open(`${implant}/10/${units}/21/FORGED`);
    await open(`${implant}/10/${units}X/21/U1`);
    await open(`${implant}/21/U1`);
    await open(`${stapler}/10/${lot}?17=290228`);
    await open(`${stapler}`);
    await open(`${unknown}/10/X`);
    const found = await listed();
    const facts = found.map(({ kind, gtin, lot: number, serial, label, scans, checks, origin }) => ({
      ...{ kind, gtin, number, serial, label, scans, checks, origin },
    }));
    const none = { serial: undefined, label: {}, checks: 0, scans: 1, origin: 'public' };
    expect(facts).to.have.deep.members([
      { ...none, kind: 'lot-unknown', gtin: stapler, number: 'FORGED', scans: 2 },
      { ...none, kind: 'dates-differ', gtin: stapler, number: lot, label: { expiresOn: '2030-01-01' } },
      { ...none, kind: 'serial-unknown', gtin: implant, number: units, serial: 'FORGED' },
      { ...none, kind: 'lot-unknown', gtin: implant, number: `${units}X`, serial: 'U1' },
    ]);
    expect(found[0]?.day).to.equal('2026-11-02');
    await open(`${stapler}/10/FORGED`);
    expect((await listed()).find(({ lot: number }) => number === 'FORGED')?.scans).to.equal(3);
  });

  it('come from checks: the same serial number in two hospitals sooner than it can be handed on', async () => {
    const device = { gtin: implant, lot: units, serials: ['U2'] };
    world.at('2026-11-05T02:00:00Z');
    await checkIn(places.theatreA, 'nurseA', device);
    world.at('2026-11-05T02:00:30Z');
    await checkIn(places.theatreA, 'nurseA', device);
    expect(await listed()).to.deep.equal([]);
    world.at('2026-11-05T03:10:00Z');
    await checkIn(places.theatreB, 'nurseB', device);
    const [signal] = await listed();
    expect(signal).to.include({
      kind: 'two-places',
      serial: 'U2',
      lot: units,
      withinHours: 2,
      checks: 1,
      scans: 0,
    });
    // Nothing of where, by whom, or when in the day.
    expect(Object.keys(signal ?? {})).to.have.members([
      'id',
      'kind',
      'gtin',
      'lot',
      'serial',
      'label',
      'day',
      'origin',
      'scans',
      'checks',
      'withinHours',
    ]);
    world.at(`2026-11-06T0${2 + handedOnInHours}:00:00Z`);
    await checkIn(places.theatreA, 'nurseA', { ...device, serials: ['U3'] });
    world.at(`2026-11-06T0${3 + 2 * handedOnInHours}:00:00Z`);
    await checkIn(places.theatreB, 'nurseB', { ...device, serials: ['U3'] });
    expect((await listed()).filter(({ serial }) => serial === 'U3')).to.deep.equal([]);
  });

  it('come from checks of labels that the ledger does not know', async () => {
    await check(world, [{ scan: `(01)${stapler}(17)300101(10)${lot}` }]);
    await check(world, [{ gtin: implant, lot: units, serials: ['NEVER'] }]);
    await check(world, [{ gtin: stapler, lot, quantity: 1 }]);
    const found = await listed();
    expect(found.map(({ kind, checks, origin }) => [kind, checks, origin])).to.have.deep.members([
      ['dates-differ', 1, 'check'],
      ['serial-unknown', 1, 'check'],
    ]);
  });

  it('tell labels that were printed here, or given up, from those that never were', async () => {
    const printed = (serial: string, nth: number, spoiled: readonly string[]) => ({
      _id: `${implant}/${serial}`,
      ...{
        gtin: implant,
        serial,
        lot: units,
        job: 'j1',
        nth,
        printed: ['j1', 'j2'],
        spoiled,
        verified: [],
      },
    });
    const serials = world.database.db.collection<{ _id: string }>('labelSerials');
    await serials.insertMany([printed('EARLY', 0, ['j1']), printed('GIVENUP', 1, ['j1', 'j2'])]);
    for (const serial of ['EARLY', 'GIVENUP', 'NEVER']) {
      expect((await open(`${implant}/10/${units}/21/${serial}`)).status).to.equal(404);
    }
    await open(`${implant}/10/${units}/21/EARLY`);
    // Labels come before the lot is recorded; then it is the lot that nobody knows.
    expect((await open(`${implant}/10/UNRECORDED/21/GIVENUP`)).status).to.equal(404);
    const found = await listed();
    expect(found.map(({ kind, serial, scans }) => [kind, serial, scans])).to.have.deep.members([
      ['printed-not-made', 'EARLY', 2],
      ['spoiled-label', 'GIVENUP', 1],
      ['spoiled-label', 'GIVENUP', 1],
      ['serial-unknown', 'NEVER', 1],
    ]);
    await serials.deleteMany({});
  });

  it('are told to the registrant alone, page by page, and acknowledged once, with who, when and why', async () => {
    for (const number of ['F1', 'F2', 'F3']) await open(`${stapler}/10/${number}`);
    await open(`${foreign}/10/F4`);
    expect((await listed()).map(({ lot: number }) => number)).to.have.members(['F1', 'F2', 'F3']);
    expect((await listed('otherQuality')).map(({ lot: number }) => number)).to.deep.equal(['F4']);
    const first = await done(world.as('quality').get(`${path}?limit=2`));
    const rest = await done(world.as('quality').get(`${path}?limit=2&cursor=${textAt(first, '/next')}`));
    const ids = [...listAt(first, '/items'), ...listAt(rest, '/items')].map((item) => textAt(item, '/id'));
    expect([ids.length, new Set(ids).size, at(rest, '/next')]).to.deep.equal([3, 3, undefined]);

    const acknowledge = (as: 'quality' | 'otherQuality' | 'nurseA', reason = '已核实：经销商打印错误') =>
      world.as(as).post(`${path}/${ids[0]}/acknowledgement`, { reason });
    expect(await refusal(acknowledge('otherQuality'))).to.equal('404 not-found');
    expect(await refusal(acknowledge('nurseA'))).to.equal('403 access/forbidden');
    expect(await refusal(world.as('nurseA').get(path))).to.equal('403 access/forbidden');
    expect(await refusal(acknowledge('quality', ''))).to.equal('422 request/invalid');
    const acknowledged = await done(acknowledge('quality'));
    expect(textAt(acknowledged, '/acknowledged/by')).to.equal(world.people.quality);
    expect(textAt(acknowledged, '/acknowledged/reason')).to.include('已核实');
    expect(await refusal(acknowledge('quality'))).to.equal('409 signal/acknowledged');
    const [again] = (await listed()).filter(({ id }) => id === ids[0]);
    expect(at(again, '/acknowledged/by')).to.equal(world.people.quality);
  });

  it('fill no database, and neither a hospital’s nor another kind’s are pushed out by what is made up outside', async () => {
    const flood = devicesPerDay + 30;
    for (let number = 0; number < flood; number += 1) await open(`${stapler}/10/FLOOD${number}`);
    await world.app.tend();
    for (let number = 0; number < flood; number += 1) await open(`${stapler}/10/MORE${number}`);
    await check(world, [{ scan: `(01)${stapler}(17)300101(10)${lot}` }]);
    await open(`${stapler}/10/${lot}?17=300131`);
    const found = await listed('quality', '?limit=200');
    const ofKind = (kind: string) => found.filter((signal) => signal.kind === kind);
    expect(ofKind('lot-unknown')).to.have.length(devicesPerDay);
    expect(ofKind('dates-differ').map(({ origin }) => origin)).to.have.members(['check', 'public']);
    const [more] = ofKind('more-devices');
    expect(more?.scans).to.equal(2 * flood - devicesPerDay);
    expect(await world.database.db.collection(signalsCollection).countDocuments()).to.equal(
      devicesPerDay + 3,
    );
  }).timeout(20_000);

  it('make no page fail that could not be stored; they are stored with the next', async () => {
    const { db } = world.database;
    const strict = { validator: { nobody: { $exists: true } }, validationLevel: 'strict' };
    await db.command({ collMod: signalsCollection, ...strict });
    expect((await open(`${stapler}/10/LATER`)).status).to.equal(404);
    const failed = await world.app.tend().then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
    expect((await open(`${stapler}/10/LATER`)).status).to.equal(404);
    await db.command({ collMod: signalsCollection, validator: {}, validationLevel: 'off' });
    expect((await listed()).map(({ lot: number, scans }) => [number, scans])).to.deep.equal([['LATER', 2]]);
  });
});

describe('the tally of sightings', () => {
  const sighting = (gtin: string, number: number) =>
    ({ kind: 'lot-unknown', gtin, lot: `L${number}`, label: {}, by: 'public' }) as const;

  it('holds so many lines and no more, whatever is sent', () => {
    const tally = new SightingTally();
    for (let product = 0; product < 100; product += 1) {
      for (let number = 0; number < 100; number += 1) {
        tally.add(sighting(`0000000000${1000 + product}`, number), '2026-11-02');
      }
    }
    const lines = tally.take();
    expect(lines.length).to.equal(linesInMemory);
    expect(tally.take()).to.deep.equal([]);
  });

  it('loses no count of a product that it has a line for', () => {
    const tally = new SightingTally();
    for (let number = 0; number < 1_000; number += 1)
      tally.add(sighting(stapler, number % 400), '2026-11-02');
    const lines = tally.take();
    expect(lines.length).to.equal(devicesPerDay + 1);
    expect(lines.reduce((sum, { scans }) => sum + scans, 0)).to.equal(1_000);
  });
});
