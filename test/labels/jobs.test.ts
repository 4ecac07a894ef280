import { expect } from 'chai';
import { at, textAt } from '../support/http.ts';
import { createWorld, done, refusal, uuid, type World } from '../support/world.ts';
import { foreign, implant, stapler, staplerBox, unknown } from '../support/world-facts.ts';
import { lotPath, make, newLot } from '../support/world-play.ts';
import { change, eventsOf, figuresOf, jobOf, print, printBody, serialsOf } from './job-world.ts';
import { scanLabels } from './label-reading.ts';

describe('print jobs', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const send = (lot: { gtin: string; lot: string }, options: object) =>
    world.as('quality').post('/api/v1/label-jobs', printBody(lot, { ...options }));

  it('allocate serial numbers before the lot is recorded, and are an event with range, template and person', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const numbering = { kind: 'sequential', prefix: 'A', digits: 6 };
    const { job, answer } = await print(world, lot, { quantity: 3, numbering, template: 'unit-60x40' });
    expect(answer).to.include({ labels: 3, firstSerial: 'A000001', lastSerial: 'A000003' });
    expect(at(answer, '/marks')).to.deep.equal(['lot-not-recorded']);
    expect(await serialsOf(world, job)).to.deep.equal(['A000001', 'A000002', 'A000003']);
    expect(await figuresOf(world, job)).to.deep.equal({ printed: 3, spoiled: 0, reprinted: 0, verified: 0 });
    const [event, more] = await eventsOf(world, job);
    expect(more).to.equal(undefined);
    expect(event).to.include({ _id: job, type: 'labelsPrinted', actor: world.people.quality });
    expect(event?.about).to.deep.equal([lot]);
    expect(event?.details).to.deep.equal({
      ...{ job, template: 'unit-60x40', templateVersion: at(await jobOf(world, job), '/template/version') },
      ...{ quantity: 3, firstSerial: 'A000001', lastSerial: 'A000003' },
    });
  });

  it('go on where the last one ended, each prefix by itself, and pass over what units bear already', async () => {
    const taken = 'B0003';
    await make(world, { gtin: implant, lot: newLot(), serials: [taken] });
    const lot = { gtin: implant, lot: newLot() };
    const numbering = { kind: 'sequential', prefix: 'B', digits: 4 };
    const { job } = await print(world, lot, { quantity: 4, numbering });
    expect(await serialsOf(world, job)).to.deep.equal(['B0001', 'B0002', 'B0004', 'B0005']);
    const [event] = await eventsOf(world, job);
    expect(event?.details.serials).to.deep.equal(['B0001', 'B0002', 'B0004', 'B0005']);
    const next = await print(world, lot, { quantity: 2, numbering });
    expect(await serialsOf(world, next.job)).to.deep.equal(['B0006', 'B0007']);
  });

  it('are made once for a command that is sent twice', async () => {
    const body = printBody({ gtin: implant, lot: newLot() }, { quantity: 2 });
    const [first, second] = [
      await done(world.as('quality').post('/api/v1/label-jobs', body)),
      await done(world.as('quality').post('/api/v1/label-jobs', body)),
    ];
    expect(second).to.deep.equal(first);
    const jobs = await done(
      world.as('quality').get(`/api/v1/label-jobs?lot=${encodeURIComponent(body.lot)}`),
    );
    expect(at(jobs, '/items')).to.have.length(1);
  });

  it('give numbers that nobody can guess, listed in as many events as they need', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const { job } = await print(world, lot, {
      quantity: 1_100,
      numbering: { kind: 'unguessable', length: 10 },
    });
    const serials = await serialsOf(world, job);
    expect(new Set(serials).size).to.equal(1_100);
    for (const serial of serials) expect(serial).to.match(/^[2-9ABCDEFGHJKMNPQRSTVWXYZ]{10}$/);
    const events = await eventsOf(world, job);
    expect(events.map(({ details }) => details.quantity)).to.have.members([1_000, 100]);
    expect(events.flatMap(({ details }) => details.serials as string[])).to.have.members(serials);
  });

  it('say of each label what it is, in a file that scans', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const numbering = { kind: 'sequential', prefix: 'F-', digits: 4 };
    const { job } = await print(world, lot, { quantity: 2, numbering, template: 'unit-60x40' });
    const { bytes, headers } = await world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`);
    expect(headers['content-type']).to.equal('application/pdf');
    const pages = await scanLabels(bytes, 203);
    const texts = pages.map((symbols) => symbols.map(({ text }) => text));
    const element = (serial: string) => `01${implant}17291019112610${'20'}10${lot.lot}\u001d21${serial}`;
    const link = (serial: string) => `http://127.0.0.1:8080/01/${implant}/10/${lot.lot}/21/${serial}`;
    expect(texts).to.deep.equal([
      [element('F-0001'), link('F-0001')],
      [element('F-0002'), link('F-0002')],
    ]);
  });

  it('print labels for units that were made before, once', async () => {
    const lot = { gtin: implant, lot: newLot(), serials: ['G1', 'G2'] };
    await make(world, lot, { released: false });
    const { serials, ...key } = lot;
    const dates = { manufacturedOn: undefined, expiresOn: undefined };
    const { job, answer } = await print(world, key, { ...dates, serials });
    expect(at(answer, '/marks')).to.deep.equal(['lot-not-released']);
    expect(at(await jobOf(world, job), '/expiresOn')).to.equal('2029-02-28');
    expect(await refusal(send(key, { ...dates, serials: ['G2'] }))).to.equal('409 label/printed-already');
    expect(await refusal(send(key, { ...dates, serials: ['G3'] }))).to.equal('422 label/serial-unknown');
    expect(await refusal(send(key, { ...dates, serials: ['G1', 'G1'] }))).to.equal(
      '422 device/serial-repeated',
    );
    expect(await refusal(send(key, { ...dates, quantity: 1 }))).to.equal('409 label/lot-closed');
  });

  it('print labels that are all alike where the product is tracked by lot, and of its cases', async () => {
    const lot = { gtin: stapler, lot: newLot() };
    const { job } = await print(world, lot, { quantity: 2 });
    expect(await serialsOf(world, job)).to.deep.equal([]);
    const boxes = await print(world, { ...lot, gtin: staplerBox }, { quantity: 1, template: 'case-150x100' });
    expect(await jobOf(world, boxes.job)).to.include({ gtin: staplerBox, product: stapler });
    const { bytes } = await world.as('quality').get(`/api/v1/label-jobs/${boxes.job}/labels.pdf`);
    const [symbols] = await scanLabels(bytes, 203);
    expect(symbols?.map(({ text }) => text).join(' ')).to.include(`01${staplerBox}`);
    expect(await refusal(send({ ...lot, gtin: staplerBox }, { quantity: 1 }))).to.equal(
      '422 label/wrong-content',
    );
    expect(await refusal(send(lot, { serials: ['X1'] }))).to.equal('422 request/invalid');
    expect(await refusal(send(lot, { quantity: 1, numbering: { kind: 'unguessable' } }))).to.equal(
      '422 request/invalid',
    );
  });

  it('refuse more than a job holds, and say what to do', async () => {
    const lot = { gtin: stapler, lot: newLot() };
    for (const [quantity, jobs] of [
      [10_001, 2],
      [10_000_000, 1_000],
      [10_000_001, 1_001],
    ] as const) {
      const { status, body } = await send(lot, { quantity });
      expect(`${status} ${textAt(body, '/code')}`).to.equal('422 label/too-many');
      expect(at(body, '/info')).to.deep.equal({ labels: quantity, labelsMax: 10_000 });
      expect(textAt(body, '/faults/0/en')).to.include(`make ${jobs} jobs`);
      expect(textAt(body, '/faults/0/zh')).to.include(`${jobs} 个任务`);
    }
    expect(await refusal(send(lot, {}))).to.equal('422 request/invalid');
    expect(await refusal(send(lot, { quantity: 1, serials: ['X'] }))).to.equal('422 request/invalid');
    expect(await refusal(send(lot, { quantity: 1, template: 'no-such' }))).to.equal(
      '404 label/template-unknown',
    );
    const counters = world.database.db.collection<{ _id: string }>('labelCounters');
    await counters.insertOne({ _id: `${implant}/E`, next: 9_990 } as { _id: string });
    const few = { quantity: 11, numbering: { kind: 'sequential', prefix: 'E', digits: 4 } };
    expect(await refusal(send({ gtin: implant, lot: newLot() }, few))).to.equal('409 label/numbers-used-up');
    await print(world, { gtin: implant, lot: newLot() }, { ...few, quantity: 10 });
  });

  it('refuse dates that contradict what is recorded, and a lot without any', async () => {
    const lot = { gtin: stapler, lot: newLot() };
    const nothing = { quantity: 1, manufacturedOn: undefined, expiresOn: undefined };
    expect(await refusal(send(lot, nothing))).to.equal('422 label/dates-missing');
    expect(await refusal(send(lot, { quantity: 1, manufacturedOn: '2027-06-01' }))).to.equal(
      '422 command/time',
    );
    expect(await refusal(send(lot, { quantity: 1, expiresOn: '2026-10-20' }))).to.equal(
      '409 lot/contradicts',
    );
    await make(world, { ...lot, quantity: 3 });
    expect(await refusal(send(lot, { quantity: 1 }))).to.equal('409 lot/contradicts');
    await print(world, lot, nothing);
  });

  it('refuse a lot that is recalled or expired, also the file of a job of before; mark one that is not released or on hold', async () => {
    const lot = { gtin: stapler, lot: newLot() };
    const stated = { quantity: 1, manufacturedOn: undefined, expiresOn: undefined };
    await make(world, { ...lot, quantity: 3 }, { released: false });
    const { job, answer } = await print(world, lot, stated);
    expect(at(answer, '/marks')).to.deep.equal(['lot-not-released']);
    await done(world.as('quality').post(lotPath(lot, 'holds'), { commandId: uuid(), reason: '待评估' }));
    const held = await print(world, lot, stated);
    expect(at(held.answer, '/marks')).to.deep.equal(['lot-not-released', 'lot-on-hold']);
    await done(
      world.as('quality').post('/api/v1/recalls', {
        commandId: uuid(),
        ...{ class: 'II', basis: 'voluntary', measures: ['warning'], scope: [lot] },
        ...{ reason: { zh: '缺陷', en: 'defect' }, instructions: { zh: '停用', en: 'stop' } },
      }),
    );
    expect(await refusal(send(lot, stated))).to.equal('409 label/lot-recalled');
    expect(await refusal(change(world, job, 'reprints', { quantity: 1, reason: '卡纸' }))).to.equal(
      '409 label/lot-recalled',
    );
    expect(await refusal(world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`))).to.equal(
      '409 label/lot-recalled',
    );
    const old = { gtin: stapler, lot: newLot() };
    const dates = { manufacturedOn: '2023-11-02', expiresOn: '2026-11-01' };
    expect(await refusal(send(old, { quantity: 1, ...dates }))).to.equal('409 label/lot-expired');
    // Its last day counts.
    await print(world, old, { quantity: 1, ...dates, expiresOn: '2026-11-02' });
  });

  it('are the maker’s own', async () => {
    const lot = newLot();
    for (const gtin of [foreign, unknown]) {
      expect(await refusal(send({ gtin, lot }, { quantity: 1 }))).to.equal('404 lot/not-yours');
    }
    const { job } = await print(world, { gtin: stapler, lot }, { quantity: 1 });
    const other = world.as('otherQuality');
    for (const path of ['', '/serials', '/labels.pdf']) {
      expect(await refusal(other.get(`/api/v1/label-jobs/${job}${path}`))).to.equal('404 not-found');
    }
    const commandId = uuid();
    for (const [what, body] of [
      ['reprints', { quantity: 1, reason: 'x' }],
      ['spoilage', { quantity: 1 }],
      ['cancellation', {}],
      ['closing', {}],
    ] as const) {
      const sent = other.post(`/api/v1/label-jobs/${job}/${what}`, { commandId, ...body });
      expect(await refusal(sent), what).to.equal('404 not-found');
    }
    expect(at(await done(other.get('/api/v1/label-jobs')), '/items')).to.deep.equal([]);
    expect(await refusal(world.as('keeperA').get('/api/v1/label-jobs'))).to.equal('403 access/forbidden');
  });
});
