import { request } from 'node:http';
import { expect } from 'chai';
import { rasterise } from '../documents/pdf-reading.ts';
import { at, listAt, textAt } from '../support/http.ts';
import { createWorld, done, refusal, uuid, type World } from '../support/world.ts';
import { implant } from '../support/world-facts.ts';
import { newLot } from '../support/world-play.ts';
import { change, jobOf, print, printBody, serialsOf } from './job-world.ts';

describe('the file of a print job', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const printed = async (quantity: number) =>
    (await print(world, { gtin: implant, lot: newLot() }, { quantity })).job;
  const path = (job: string) => `/api/v1/label-jobs/${job}/labels.pdf`;
  const fetched = (job: string, headers = {}) => world.as('quality').get(path(job), headers);
  const drawn = async (job: string) => at(await jobOf(world, job), '/progress/drawn');

  /** Asks for the file, and lets go once so many bytes have come. @returns how many did */
  async function broken(job: string, bytes: number): Promise<number> {
    const { hostname, port } = new URL(world.url);
    const headers = { authorization: `Bearer ${await world.token('quality')}` };
    return await new Promise((resolve, reject) => {
      let length = 0;
      const outgoing = request({ hostname, port, path: path(job), headers }, (incoming) => {
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length >= bytes) outgoing.destroy();
        });
        incoming.on('close', () => resolve(length));
      });
      outgoing.on('error', (error) => (length >= bytes ? resolve(length) : reject(error)));
      outgoing.end();
    });
  }

  it('is the same to the last byte however often it is fetched, also after a download that broke off', async () => {
    const job = await printed(110);
    const length = await broken(job, 20_000);
    const first = await fetched(job);
    expect(first.status).to.equal(200);
    expect(first.bytes.length).to.be.greaterThan(length);
    const second = await fetched(job);
    expect(second.bytes.equals(first.bytes)).to.equal(true);
    expect(second.headers.etag).to.equal(first.headers.etag);
    const jobs = await done(world.as('quality').get(`/api/v1/label-jobs?gtin=${implant}`));
    expect(listAt(jobs, '/items').filter((one) => textAt(one, '/job') === job)).to.have.length(1);
    const events = world.database.db.collection('events');
    expect(await events.countDocuments({ 'details.job': job })).to.equal(1);
  });

  it('is drawn no further than it is read, and not at all for who has it or wants its headers', async () => {
    const job = await printed(110);
    const { headers } = await fetched(job);
    await world.database.db
      .collection<{ _id: string }>('labelJobProgress')
      .updateOne({ _id: job }, { $set: { drawn: 0 } });
    const etag = headers.etag ?? '';
    const again = await fetched(job, { 'if-none-match': etag });
    expect(again.status).to.equal(304);
    expect(again.bytes).to.have.length(0);
    const { authorization } = { authorization: `Bearer ${await world.token('quality')}` };
    const head = await world.as('quality').send('HEAD', path(job), { authorization });
    expect(head.status).to.equal(200);
    expect(head.headers.etag).to.equal(etag);
    expect(await drawn(job)).to.equal(0);
    await broken(job, 1);
    expect(await drawn(job)).to.be.lessThan(110);
  });

  it('tells how far it is while it is fetched', async () => {
    const job = await printed(220);
    const seen = new Set<unknown>();
    let over = false;
    const fetching = fetched(job).finally(() => {
      over = true;
    });
    while (!over) seen.add(await drawn(job));
    await fetching;
    expect(seen.size, [...seen].join()).to.be.greaterThan(2);
    const { progress } = (await jobOf(world, job)) as { progress: object };
    expect(progress).to.include({ drawn: 220, of: 220 });
    expect(progress).to.have.property('finishedAt');
  });

  it('breaks off, not to be taken for whole, when its job is given up or its lot recalled meanwhile', async () => {
    const recalled = (lot: string) =>
      world.as('quality').post('/api/v1/recalls', {
        ...{ commandId: uuid(), class: 'II', basis: 'voluntary', measures: ['warning'] },
        ...{ reason: { zh: '缺陷', en: 'defect' }, instructions: { zh: '停用', en: 'stop' } },
        scope: [{ gtin: implant, lot }],
      });
    const cases = [
      [(job: string) => change(world, job, 'cancellation'), '409 label/job-cancelled'],
      [async (job: string) => recalled(textAt(await jobOf(world, job), '/lot')), '409 label/lot-recalled'],
    ] as const;
    for (const [end, refused] of cases) {
      const job = await printed(1_500);
      const outcome = fetched(job).then(
        () => 'whole',
        () => 'broken off',
      );
      for (let begun: unknown = 0; begun === 0; ) begun = await drawn(job);
      await done(end(job));
      expect(await outcome).to.equal('broken off');
      expect(await refusal(fetched(job))).to.equal(refused);
    }
  });

  it('is drawn for an organisation twice at once, and what is more comes back later', async () => {
    const jobs = [await printed(40), await printed(40), await printed(40)];
    const replies = await Promise.all(jobs.map((job) => fetched(job)));
    expect(replies.map(({ status }) => status).sort()).to.deep.equal([200, 200, 503]);
    const late = replies.find(({ status }) => status === 503);
    expect(textAt(late?.body, '/code')).to.equal('service/busy');
    const [again] = jobs.filter((_job, index) => replies[index]?.status === 503);
    expect((await fetched(again ?? '')).status).to.equal(200);
  });

  it('leaves other requests their turn', async () => {
    const job = await printed(110);
    let over = false;
    const fetching = fetched(job).finally(() => {
      over = true;
    });
    let longestMs = 0;
    while (!over) {
      const beganMs = performance.now();
      await world.as('quality').post('/api/v1/udi/parse', { text: implant });
      longestMs = Math.max(longestMs, performance.now() - beganMs);
    }
    await fetching;
    // Drawn in one go, it would be as long as the whole file takes; a machine kept busy by others is given plenty.
    expect(longestMs).to.be.lessThan(500);
  });

  it('is moved on the sheet for a printer that draws aside, also when it is printed again', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const sheet = { quantity: 1, template: 'sheet-3x8' };
    const shiftMm = { x: 1.5, y: -0.5 };
    const { job } = await print(world, lot, { ...sheet, shiftMm });
    const { job: straight } = await print(world, lot, sheet);
    const serials = await serialsOf(world, job);
    const again = await done(change(world, job, 'reprints', { serials, reason: '卡纸' }));
    /** Upper left end of the ink, in dots. */
    const corner = async (of: string) => {
      const [page] = await rasterise((await fetched(of)).bytes, 203.2, 0);
      if (page === undefined) throw new Error('no page');
      const { grey, width } = page;
      let x = width;
      for (let at = 0; at < grey.length; at += 1) {
        if ((grey[at] ?? 255) < 128) x = Math.min(x, at % width);
      }
      return { x, y: Math.floor(grey.findIndex((one) => one < 128) / width) };
    };
    const [from, to] = [await corner(straight), await corner(job)];
    expect(to).to.deep.equal({ x: from.x + 12, y: from.y - 4 });
    expect(await corner(textAt(again, '/job'))).to.deep.equal(to);
    // A roll is moved at its printer, and what is so far aside is another sheet.
    for (const wrong of [
      { ...sheet, shiftMm: { x: 11, y: 0 } },
      { quantity: 1, shiftMm },
    ]) {
      const sent = world.as('quality').post('/api/v1/label-jobs', printBody(lot, wrong));
      expect(await refusal(sent)).to.equal('422 request/invalid');
    }
  });

  it('starts on a sheet where the last one ended', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const sheet = { quantity: 2, template: 'sheet-3x8', startPosition: 24 };
    const { job } = await print(world, lot, sheet);
    const { bytes } = await fetched(job);
    expect(bytes.toString('latin1').match(/\/Type \/Page\b/g)).to.have.length(2);
    const body = printBody(lot, { ...sheet, startPosition: 25 });
    expect(await refusal(world.as('quality').post('/api/v1/label-jobs', body))).to.equal(
      '422 request/invalid',
    );
  });
});
