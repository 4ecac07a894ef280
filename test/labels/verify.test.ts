import { expect } from 'chai';
import { lotId } from '../../src/ledger/event.ts';
import { at, listAt, textAt } from '../support/http.ts';
import { createWorld, done, refusal, type World } from '../support/world.ts';
import { foreign, implant, stapler, staplerBox, unknown } from '../support/world-facts.ts';
import { make, newLot, use } from '../support/world-play.ts';
import { change, figuresOf, print } from './job-world.ts';
import { scanLabels } from './label-reading.ts';

/** Of the world's service. */
const publicUrl = 'http://127.0.0.1:8080';
const dates = { manufacturedOn: '2026-10-20', expiresOn: '2029-10-19' };

describe('verification of a printed label', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  async function printed(quantity = 2, template = 'unit-30x20') {
    const lot = { gtin: implant, lot: newLot() };
    const numbering = { kind: 'sequential', prefix: `${lot.lot}-`, digits: 4 };
    const { job } = await print(world, lot, { quantity, numbering, template });
    const serials = Array.from(
      { length: quantity },
      (_, n) => `${lot.lot}-${String(n + 1).padStart(4, '0')}`,
    );
    return { ...lot, job, serials };
  }

  const verify = (scan: string, job?: string) =>
    done(world.as('quality').post('/api/v1/labels/verify', { scan, ...(job === undefined ? {} : { job }) }));

  interface Scanned {
    readonly gtin: string;
    readonly lot?: string;
    readonly serial?: string | undefined;
    readonly made?: string;
    readonly expires?: string;
  }
  const scanOf = ({ gtin, lot, serial, made = '261020', expires = '291019' }: Scanned) =>
    `(01)${gtin}(17)${expires}(11)${made}${lot === undefined ? '' : `(10)${lot}`}${serial === undefined ? '' : `(21)${serial}`}`;

  /** @returns the names of elements that do not agree */
  const wrong = (answer: unknown) =>
    (listAt(answer, '/elements') as readonly { element: string; agrees: boolean }[])
      .filter(({ agrees }) => !agrees)
      .map(({ element }) => element);
  const element = (answer: unknown, name: string) =>
    listAt(answer, '/elements').find((one) => textAt(one, '/element') === name);

  it('reads both symbols of a label as they were printed, and says by which job and when', async () => {
    const { job, lot, serials } = await printed(2, 'unit-60x40');
    const { bytes } = await world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`);
    const pages = await scanLabels(bytes, 203);
    for (const [page, symbols] of pages.entries()) {
      expect(symbols).to.have.length(2);
      for (const { text } of symbols) {
        const answer = await verify(text);
        expect(answer).to.include({ verdict: 'agrees', gtin: implant, lot, serial: serials[page] });
        expect(textAt(answer, '/zh')).to.match(/一致/);
        expect(at(answer, '/jobs/0/job')).to.equal(job);
        expect(textAt(answer, '/jobs/0/printedAt')).to.match(/^2026-11-02T/);
      }
    }
    // Nothing was asked to be counted.
    expect(await figuresOf(world, job)).to.include({ verified: 0 });
  });

  it('compares what was scanned, printed and recorded, element by element', async () => {
    const { lot, serials } = await printed();
    const scan = scanOf({ gtin: implant, lot, serial: serials[0] });
    const before = await verify(scan);
    expect(before).to.include({ verdict: 'agrees' });
    // Labels come before production: then there is nothing recorded to disagree with.
    expect(element(before, 'expiresOn')).to.deep.equal({
      ...{ element: 'expiresOn', name: { zh: '失效日期', en: 'Expiry date' } },
      ...{ scanned: '2029-10-19', printed: '2029-10-19', agrees: true },
    });
    await make(world, { gtin: implant, lot, serials }, dates);
    const after = await verify(scan);
    expect(after).to.include({ verdict: 'agrees' });
    expect(element(after, 'expiresOn')).to.include({ recorded: '2029-10-19', agrees: true });
    expect(element(after, 'serial')).to.include({
      scanned: serials[0],
      printed: serials[0],
      recorded: serials[0],
    });
    expect(element(after, 'registrationNumber')).to.include({
      printed: '国械注准20213020001',
      recorded: '国械注准20213020001',
    });
  });

  it('finds each element of the symbol that says something else', async () => {
    const { lot, serials } = await printed();
    const right = { gtin: implant, lot, serial: serials[0] };
    const cases: readonly (readonly [Scanned, readonly string[]])[] = [
      [{ ...right, lot: 'OTHER' }, ['lot']],
      [{ ...right, made: '261021' }, ['manufacturedOn']],
      [{ ...right, expires: '301019' }, ['expiresOn']],
      [{ ...right, made: '261021', expires: '301019' }, ['manufacturedOn', 'expiresOn']],
    ];
    for (const [scanned, names] of cases) {
      const answer = await verify(scanOf(scanned));
      expect(answer).to.include({ verdict: 'disagrees' });
      expect(wrong(answer)).to.deep.equal(names);
    }
    expect(textAt(await verify(scanOf({ ...right, lot: 'OTHER' })), '/en')).to.match(/does not agree/);
  });

  it('finds what was printed and recorded otherwise afterwards: lot, dates, registration', async () => {
    const one = await printed();
    await make(world, { gtin: implant, lot: one.lot, serials: one.serials }, dates);
    const lots = world.database.db.collection<{ _id: string }>('lots');
    const record = (days: object) =>
      lots.updateOne({ _id: lotId({ gtin: implant, lot: one.lot }) }, { $set: days });
    await record({ manufacturedOn: '2026-10-21', expiresOn: '2029-10-20' });
    const label = await verify(scanOf({ ...one, gtin: implant, serial: one.serials[0] }));
    await record(dates);
    expect(label).to.include({ verdict: 'disagrees' });
    expect(wrong(label)).to.deep.equal(['manufacturedOn', 'expiresOn']);
    expect(element(label, 'expiresOn')).to.include({ printed: '2029-10-19', recorded: '2029-10-20' });

    // Somebody has used a device that bore this number and another lot: one of the two labels is false.
    const elsewhere = await printed();
    await use(world, [{ gtin: implant, lot: newLot(), serials: [elsewhere.serials[0]] }]);
    const moved = await verify(scanOf({ ...elsewhere, gtin: implant, serial: elsewhere.serials[0] }));
    expect(wrong(moved)).to.deep.equal(['lot']);

    const renumbered = await printed();
    await make(world, { gtin: implant, lot: renumbered.lot, serials: renumbered.serials }, dates);
    const products = world.database.db.collection<{ _id: string }>('products');
    const change = (number: string) =>
      products.updateOne({ _id: implant }, { $set: { 'registrations.1.number': number } });
    await change('国械注准20263029999');
    const old = await verify(scanOf({ ...renumbered, gtin: implant, serial: renumbered.serials[0] }));
    await change('国械注准20213020001');
    expect(wrong(old)).to.deep.equal(['registrationNumber']);
  });

  it('says clearly that a serial number was never printed, or lacks', async () => {
    const { lot, serials } = await printed();
    const never = await verify(scanOf({ gtin: implant, lot, serial: 'FALSE-1' }));
    expect(never).to.include({ verdict: 'never-printed' });
    expect(textAt(never, '/zh')).to.match(/从未打印/);
    const none = await verify(scanOf({ gtin: implant, lot }));
    expect(none).to.include({ verdict: 'never-printed' });
    expect(wrong(none)).to.deep.equal(['serial']);
    // One with a serial number that was made, and labelled elsewhere.
    await make(world, { gtin: implant, lot, serials: [...serials, 'ELSEWHERE-1'] }, dates);
    const elsewhere = await verify(scanOf({ gtin: implant, lot, serial: 'ELSEWHERE-1' }));
    expect(elsewhere).to.include({ verdict: 'never-printed' });
    expect(wrong(elsewhere)).to.deep.equal([]);
  });

  it('says clearly that a label is spoiled, or its job was given up; a reprint counts anew', async () => {
    const { job, lot, serials } = await printed();
    const scan = scanOf({ gtin: implant, lot, serial: serials[0] });
    await done(change(world, job, 'spoilage', { serials: [serials[0]] }));
    const spoiled = await verify(scan, job);
    expect(spoiled).to.include({ verdict: 'spoiled' });
    expect(at(spoiled, '/jobs/0')).to.include({ job, spoiled: true });
    expect(await verify(scanOf({ gtin: implant, lot, serial: serials[1] }))).to.include({
      verdict: 'agrees',
    });
    const reprint = await done(change(world, job, 'reprints', { serials: [serials[0]], reason: '作废补打' }));
    const again = await verify(scan, textAt(reprint, '/job'));
    expect(again).to.include({ verdict: 'agrees' });
    expect(listAt(again, '/jobs').map((one) => [at(one, '/job'), at(one, '/reprintOf')])).to.deep.equal([
      [textAt(reprint, '/job'), job],
      [job, undefined],
    ]);
    const other = await printed();
    await done(change(world, other.job, 'cancellation'));
    const cancelled = await verify(scanOf({ ...other, gtin: implant, serial: other.serials[0] }));
    expect(cancelled).to.include({ verdict: 'cancelled' });
  });

  it('counts for a job what agrees and is of it, each number once', async () => {
    const one = await printed(5);
    const two = await printed(5);
    const [first, second] = one.serials
      .slice(0, 2)
      .map((serial) => scanOf({ ...one, gtin: implant, serial }));
    const foreignScan = scanOf({ ...two, gtin: implant, serial: two.serials[0] });
    expect(await verify(foreignScan, one.job)).to.include({ verdict: 'of-another-job' });
    expect(await figuresOf(world, one.job)).to.include({ verified: 0 });
    for (const scan of [first, first, second, second]) await verify(scan ?? '', one.job);
    expect(await figuresOf(world, one.job)).to.include({ verified: 2 });
    expect(await figuresOf(world, two.job)).to.include({ verified: 0 });
    await Promise.all(
      two.serials
        .slice(0, 2)
        .flatMap((serial) => [1, 2, 3].map(() => verify(scanOf({ ...two, gtin: implant, serial }), two.job))),
    );
    expect(await figuresOf(world, two.job)).to.include({ verified: 2 });
  });

  it('knows labels that are all alike by lot, of the product and of its cases', async () => {
    const lot = newLot();
    const { job } = await print(world, { gtin: stapler, lot }, { quantity: 2 });
    const units = await verify(scanOf({ gtin: stapler, lot }), job);
    expect(units).to.include({ verdict: 'agrees' });
    for (let more = 0; more < 3; more += 1) await verify(scanOf({ gtin: stapler, lot }), job);
    expect(await figuresOf(world, job)).to.include({ verified: 2 });
    expect(await verify(scanOf({ gtin: staplerBox, lot }))).to.include({ verdict: 'never-printed' });
    await print(world, { gtin: staplerBox, lot }, { quantity: 1, template: 'case-150x100' });
    expect(await verify(scanOf({ gtin: staplerBox, lot }))).to.include({ verdict: 'agrees' });
    expect(await verify(scanOf({ gtin: stapler, lot: 'NEVER' }))).to.include({ verdict: 'never-printed' });
  });

  it('does not take a label for ours that leads elsewhere, or leaves out what all of ours say', async () => {
    const { lot, serials } = await printed(2, 'unit-60x40');
    const link = (host: string) => `${host}/01/${implant}/10/${lot}/21/${serials[0]}?17=291019&11=261020`;
    expect(await verify(link(publicUrl))).to.include({ verdict: 'agrees' });
    expect(await verify(link(publicUrl.replace('http', 'HTTP')))).to.include({ verdict: 'agrees' });
    const elsewhere = await verify(link('https://evil.example'));
    expect(elsewhere).to.include({ verdict: 'disagrees' });
    expect(wrong(elsewhere)).to.deep.equal(['link']);
    const without = await verify(scanOf({ gtin: implant, serial: serials[0] }));
    expect(without).to.include({ verdict: 'disagrees' });
    expect(wrong(without)).to.deep.equal(['lot']);
  });

  it('knows that of labels that are all alike none is left that is good', async () => {
    const lot = newLot();
    const { job } = await print(world, { gtin: stapler, lot }, { quantity: 2 });
    await done(change(world, job, 'spoilage', { quantity: 1 }));
    expect(await verify(scanOf({ gtin: stapler, lot }))).to.include({ verdict: 'agrees' });
    await done(change(world, job, 'spoilage', { quantity: 1 }));
    expect(await verify(scanOf({ gtin: stapler, lot }))).to.include({ verdict: 'spoiled' });
  });

  it('counts nothing for a job that was closed, whose file is to be had no more but by a reprint', async () => {
    const { job, lot, serials } = await printed(3);
    const scan = (nth: number) => scanOf({ gtin: implant, lot, serial: serials[nth] });
    await verify(scan(0), job);
    // As after a crash between the mark of a number and the count of its job.
    const jobs = world.database.db.collection<{ _id: string }>('labelJobs');
    await jobs.updateOne({ _id: job }, { $set: { verified: 0 } });
    expect(await done(change(world, job, 'closing'))).to.include({ verified: 1 });
    const quality = world.as('quality');
    const more = quality.post('/api/v1/labels/verify', { scan: scan(1), job });
    expect(await refusal(more)).to.equal('409 label/job-closed');
    expect(await verify(scan(1))).to.include({ verdict: 'agrees' });
    expect(await figuresOf(world, job)).to.include({ verified: 1 });
    for (const file of ['labels.pdf', 'labels.zpl', 'label.png']) {
      expect(await refusal(quality.get(`/api/v1/label-jobs/${job}/${file}`))).to.equal(
        '409 label/job-closed',
      );
    }
    const again = await done(change(world, job, 'reprints', { serials: [serials[0]], reason: '破损补打' }));
    expect((await quality.get(`/api/v1/label-jobs/${textAt(again, '/job')}/labels.pdf`)).status).to.equal(
      200,
    );
  });

  it('counts what many scanners read at once', async () => {
    const { job, lot, serials } = await printed(20);
    const answers = await Promise.all(
      serials.map((serial) => verify(scanOf({ gtin: implant, lot, serial }), job)),
    );
    expect(answers.map((answer) => textAt(answer, '/verdict'))).to.deep.equal(Array(20).fill('agrees'));
    expect(await figuresOf(world, job)).to.include({ verified: 20 });
  });

  it('tells nobody of what is not theirs, and is bounded', async () => {
    const { job, lot, serials } = await printed();
    const scan = scanOf({ gtin: implant, lot, serial: serials[0] });
    const other = world.as('otherQuality');
    const foreignView = await done(other.post('/api/v1/labels/verify', { scan }));
    expect(foreignView).to.deep.include({ verdict: 'not-ours', jobs: [], elements: [] });
    const nobodys = await done(other.post('/api/v1/labels/verify', { scan: scanOf({ gtin: unknown, lot }) }));
    expect(nobodys).to.deep.include({ verdict: 'not-ours', zh: at(foreignView, '/zh') });
    expect(await verify(scanOf({ gtin: foreign, lot }))).to.include({ verdict: 'not-ours' });
    expect(await refusal(other.post('/api/v1/labels/verify', { scan, job }))).to.equal('404 not-found');
    expect(await refusal(world.as('nurseA').post('/api/v1/labels/verify', { scan }))).to.equal(
      '403 access/forbidden',
    );
    const send = (text: string) => refusal(world.as('quality').post('/api/v1/labels/verify', { scan: text }));
    expect(await send('(01)06901234500012')).to.equal('422 udi/check-digit');
    expect(await send('x'.repeat(501))).to.equal('422 request/invalid');
    expect(await send('(00)106901234500000014')).to.match(/^422 (device\/not-a-gtin|udi\/)/);
  });
});
