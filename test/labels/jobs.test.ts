import { expect } from 'chai';
import { commitment } from '../../src/ledger/content-hash.ts';
import { at, textAt } from '../support/http.ts';
import { createWorld, done, places, refusal, uuid, type World } from '../support/world.ts';
import { foreign, implant, stapler, staplerBox, unknown } from '../support/world-facts.ts';
import { lotPath, make, newLot } from '../support/world-play.ts';
import { change, figuresOf, jobOf, print, printBody, serialsOf } from './job-world.ts';
import { scanLabels } from './label-reading.ts';

describe('print jobs', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const send = (lot: { gtin: string; lot: string }, options: object) =>
    world.as('quality').post('/api/v1/label-jobs', printBody(lot, { ...options }));

  async function eventsOf(job: string) {
    const found = world.database.db.collection('events').find({ 'details.job': job }).sort({ recordTime: 1 });
    return await found.toArray();
  }

  it('allocate serial numbers before the lot is recorded, and are an event with range, template and person', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const numbering = { kind: 'sequential', prefix: 'A', digits: 6 };
    const { job, answer } = await print(world, lot, { quantity: 3, numbering });
    expect(answer).to.include({ labels: 3, firstSerial: 'A000001', lastSerial: 'A000003' });
    expect(at(answer, '/marks')).to.deep.equal(['lot-not-recorded']);
    expect(await serialsOf(world, job)).to.deep.equal(['A000001', 'A000002', 'A000003']);
    expect(await figuresOf(world, job)).to.deep.equal({ printed: 3, spoiled: 0, reprinted: 0, verified: 0 });
    const [event, more] = await eventsOf(job);
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
    const [event] = await eventsOf(job);
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
    const events = await eventsOf(job);
    expect(events.map(({ details }) => details.quantity)).to.have.members([1_000, 100]);
    expect(events.flatMap(({ details }) => details.serials as string[])).to.have.members(serials);
  });

  it('say of each label what it is, in a file that scans', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const numbering = { kind: 'sequential', prefix: 'F-', digits: 4 };
    const { job } = await print(world, lot, { quantity: 2, numbering });
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
    const few = { kind: 'sequential', prefix: 'E', digits: 4 };
    const much = { quantity: 9_000, numbering: few };
    await print(world, { gtin: implant, lot: newLot() }, much);
    expect(await refusal(send({ gtin: implant, lot: newLot() }, much))).to.equal('409 label/numbers-used-up');
  }).timeout(60_000);

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

  describe('once printed', () => {
    const lot = { gtin: implant, lot: '' };
    const serials = (numbers: readonly number[]) => numbers.map((number) => `${lot.lot}-000${number}`);
    let job: string;
    beforeEach(async () => {
      lot.lot = newLot();
      const numbering = { kind: 'sequential', prefix: `${lot.lot}-`, digits: 4 };
      job = (await print(world, lot, { quantity: 5, numbering })).job;
    });

    it('print labels again for a reason, which is in the record and not in the symbol', async () => {
      expect(await refusal(change(world, job, 'reprints', { serials: serials([2]) }))).to.equal(
        '422 request/invalid',
      );
      const reason = '第2张打印不清';
      const answer = await done(change(world, job, 'reprints', { serials: serials([2, 4]), reason }));
      expect(answer).to.include({ reprintOf: job, labels: 2 });
      const again = textAt(answer, '/job');
      expect(await jobOf(world, again)).to.include({ reprintOf: job, reason });
      expect(await figuresOf(world, job)).to.deep.equal({
        printed: 5,
        spoiled: 0,
        reprinted: 2,
        verified: 0,
      });
      expect(await serialsOf(world, again)).to.deep.equal(serials([2, 4]));
      const [event] = await eventsOf(again);
      expect(event?.details).to.include({ reprintOf: job, quantity: 2 });
      const text = await world.database.db.collection('texts').findOne({ _id: event?.details.reason });
      expect(event?.details.reason).to.equal(commitment(reason, Buffer.from(text?.salt, 'base64')));
      expect(JSON.stringify(event)).to.not.include(reason);
      const file = (of: string) => world.as('quality').get(`/api/v1/label-jobs/${of}/labels.pdf`);
      const [first, second] = [
        await scanLabels((await file(job)).bytes, 203),
        await scanLabels((await file(again)).bytes, 203),
      ];
      expect(second).to.deep.equal([first[1], first[3]]);
      expect(await refusal(change(world, again, 'reprints', { serials: serials([2]), reason }))).to.equal(
        '409 label/reprint-of-reprint',
      );
      expect(await refusal(change(world, job, 'reprints', { serials: ['NONE'], reason }))).to.equal(
        '422 label/not-of-job',
      );
    });

    it('account for spoiled labels, each once', async () => {
      const spoil = (numbers: readonly number[], of = job) =>
        change(world, of, 'spoilage', { serials: serials(numbers) });
      expect(await done(spoil([1, 3]))).to.include({ job, spoiled: 2 });
      expect(await refusal(spoil([2, 3]))).to.equal('409 label/spoiled-already');
      expect(await refusal(spoil([6]))).to.equal('422 label/not-of-job');
      expect(await refusal(change(world, job, 'spoilage', { quantity: 1 }))).to.equal('422 request/invalid');
      expect(await figuresOf(world, job)).to.deep.equal({
        printed: 5,
        spoiled: 2,
        reprinted: 0,
        verified: 0,
      });
      const spoiled = (await eventsOf(job)).find(({ type }) => type === 'labelsSpoiled');
      expect(spoiled?.details).to.deep.equal({ job, serials: serials([1, 3]), quantity: 2 });
      // A label that takes a spoiled one's place may spoil in its turn.
      const reprint = await done(
        change(world, job, 'reprints', { serials: serials([1]), reason: '原标签作废' }),
      );
      const again = textAt(reprint, '/job');
      const live = async () => {
        const page = await done(world.as('quality').get(`/api/v1/label-jobs/${job}/serials`));
        return (at(page, '/items') as readonly { live: boolean }[]).map((one) => one.live);
      };
      expect(await live()).to.deep.equal([true, true, false, true, true]);
      await done(spoil([1], again));
      expect(await live()).to.deep.equal([false, true, false, true, true]);
      expect(await figuresOf(world, again)).to.deep.equal({
        printed: 1,
        spoiled: 1,
        reprinted: 0,
        verified: 0,
      });
    });

    it('count spoiled labels that are all alike, and never more than were printed', async () => {
      const alike = (await print(world, { gtin: stapler, lot: newLot() }, { quantity: 4 })).job;
      await done(change(world, alike, 'spoilage', { quantity: 3 }));
      expect(await refusal(change(world, alike, 'spoilage', { quantity: 2 }))).to.equal(
        '422 label/not-of-job',
      );
      await done(change(world, alike, 'spoilage', { quantity: 1 }));
      await done(change(world, alike, 'reprints', { quantity: 4, reason: '全部重印' }));
      expect(await figuresOf(world, alike)).to.deep.equal({
        printed: 4,
        spoiled: 4,
        reprinted: 4,
        verified: 0,
      });
    });

    it('can be given up: all labels are void, and no number comes again', async () => {
      await done(change(world, job, 'spoilage', { serials: serials([1]) }));
      expect(await done(change(world, job, 'cancellation'))).to.include({ labels: 5, spoiled: 5 });
      const cancelled = (await eventsOf(job)).at(-1);
      expect(cancelled?.details).to.deep.equal({ job, serials: [], quantity: 4, cancelled: true });
      expect(await jobOf(world, job)).to.include({ state: 'cancelled' });
      const refused = '409 label/job-cancelled';
      expect(await refusal(world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`))).to.equal(
        refused,
      );
      expect(await refusal(change(world, job, 'reprints', { serials: serials([2]), reason: 'x' }))).to.equal(
        refused,
      );
      expect(await refusal(change(world, job, 'spoilage', { serials: serials([2]) }))).to.equal(refused);
      expect(await refusal(change(world, job, 'cancellation'))).to.equal(refused);
      const numbering = { kind: 'sequential', prefix: `${lot.lot}-`, digits: 4 };
      const next = await print(world, lot, { quantity: 1, numbering });
      expect(await serialsOf(world, next.job)).to.deep.equal(serials([6]));
    });

    it('cannot be given up once a label is on a device, reprinted or verified', async () => {
      await done(change(world, job, 'reprints', { serials: serials([1]), reason: 'x' }));
      expect(await refusal(change(world, job, 'cancellation'))).to.equal('409 label/job-in-use');
      const numbering = { kind: 'sequential', prefix: 'M', digits: 4 };
      const other = { gtin: implant, lot: newLot() };
      const used = (await print(world, other, { quantity: 2, numbering })).job;
      const dates = { manufacturedOn: '2026-10-20', expiresOn: '2029-10-19' };
      await make(world, { ...other, serials: ['M0002'] }, dates);
      expect(await refusal(change(world, used, 'cancellation'))).to.equal('409 label/job-in-use');
    });

    it('are what production is recorded with: printed for the lot, and not void', async () => {
      await done(change(world, job, 'spoilage', { serials: serials([1, 2]) }));
      await done(change(world, job, 'reprints', { serials: serials([2]), reason: '补打' }));
      const recorded = (numbers: readonly number[], of = lot.lot) =>
        world.as('quality').post('/api/v1/lots', {
          ...{ commandId: uuid(), gtin: implant, lot: of, place: places.factory },
          ...{ manufacturedOn: '2026-10-20', expiresOn: '2029-10-19', declaredQuantity: 4 },
          parts: [{ serials: serials(numbers) }],
        });
      const { status, body } = await recorded([1, 3]);
      expect([status, at(body, '/code'), at(body, '/info/serials')]).to.deep.equal([
        ...[409, 'lot/label-void', serials([1])],
      ]);
      expect(await refusal(recorded([3], newLot()))).to.equal('409 lot/label-void');
      await done(recorded([2, 3, 4, 5]));
      const page = await done(world.as('quality').get(`/api/v1/label-jobs/${job}/serials`));
      const items = at(page, '/items') as readonly { live: boolean; made: boolean }[];
      expect(items.map(({ live, made }) => [live, made])).to.deep.equal([
        [false, false],
        ...Array.from({ length: 4 }, () => [true, true]),
      ]);
      const other = { gtin: implant, lot: newLot() };
      const gone = (await print(world, other, { quantity: 1, numbering: { kind: 'unguessable' } })).job;
      const [serial] = await serialsOf(world, gone);
      await done(change(world, gone, 'cancellation'));
      const voided = {
        ...{ commandId: uuid(), ...other, place: places.factory, manufacturedOn: '2026-10-20' },
        parts: [{ serials: [serial] }],
      };
      expect(await refusal(world.as('quality').post('/api/v1/lots', voided))).to.equal('409 lot/label-void');
    });

    it('are closed as verified with the count of labels that were scanned, and not without any', async () => {
      expect(await refusal(change(world, job, 'closing'))).to.equal('409 label/none-verified');
      for (const number of [1, 2, 2]) {
        const scan = `(01)${implant}(17)291019(11)261020(10)${lot.lot}(21)${serials([number])[0]}`;
        const verified = await done(world.as('quality').post('/api/v1/labels/verify', { scan, job }));
        expect(textAt(verified, '/verdict')).to.equal('agrees');
      }
      expect(await done(change(world, job, 'closing'))).to.include({ labels: 5, spoiled: 0, verified: 2 });
      const closed = (await eventsOf(job)).at(-1);
      expect(closed).to.deep.include({ type: 'labelsVerified', details: { job, quantity: 5, verified: 2 } });
      expect(await jobOf(world, job)).to.include({ state: 'closed' });
      expect(await refusal(change(world, job, 'closing'))).to.equal('409 label/job-closed');
      expect(await refusal(change(world, job, 'cancellation'))).to.equal('409 label/job-closed');
      await done(change(world, job, 'spoilage', { serials: serials([5]) }));
    });
  });
});
