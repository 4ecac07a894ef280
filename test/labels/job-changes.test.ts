import { expect } from 'chai';
import { commitment } from '../../src/ledger/content-hash.ts';
import { at, textAt } from '../support/http.ts';
import { createWorld, done, places, refusal, uuid, type World } from '../support/world.ts';
import { implant, stapler } from '../support/world-facts.ts';
import { make, newLot } from '../support/world-play.ts';
import { change, eventsOf, figuresOf, jobOf, print, serialsOf } from './job-world.ts';
import { scanLabels } from './label-reading.ts';

describe('the labels of a print job, once printed', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

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
    const [event] = await eventsOf(world, again);
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
    const spoiled = (await eventsOf(world, job)).find(({ type }) => type === 'labelsSpoiled');
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
    expect(await refusal(change(world, alike, 'spoilage', { quantity: 2 }))).to.equal('422 label/not-of-job');
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
    const cancelled = (await eventsOf(world, job)).at(-1);
    expect(cancelled?.details).to.deep.equal({ job, serials: [], quantity: 4, cancelled: true });
    expect(await jobOf(world, job)).to.include({ state: 'cancelled' });
    const refused = '409 label/job-cancelled';
    expect(await refusal(world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`))).to.equal(refused);
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
    const closed = (await eventsOf(world, job)).at(-1);
    expect(closed).to.deep.include({ type: 'labelsVerified', details: { job, quantity: 5, verified: 2 } });
    expect(await jobOf(world, job)).to.include({ state: 'closed' });
    expect(await refusal(change(world, job, 'closing'))).to.equal('409 label/job-closed');
    expect(await refusal(change(world, job, 'cancellation'))).to.equal('409 label/job-closed');
    await done(change(world, job, 'spoilage', { serials: serials([5]) }));
  });
});
