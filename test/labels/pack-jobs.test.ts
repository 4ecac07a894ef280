import { expect } from 'chai';
import { textOfPages, withoutSpace } from '../documents/pdf-reading.ts';
import { at, textAt } from '../support/http.ts';
import { type CallerName, createWorld, done, places, refusal, uuid, type World } from '../support/world.ts';
import { dilator, implant } from '../support/world-facts.ts';
import { fromFactory, lotPath, make, newLot, receive, ship, stocked, use } from '../support/world-play.ts';
import { eventsOf } from './job-world.ts';
import { scanLabels } from './label-reading.ts';

describe('labels of sterile packs', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
    await world.database.db
      .collection<{ _id: string }>('people')
      .updateOne({ _id: world.people.sterileA }, { $set: { name: '欧阳晓雯', staffNumber: '0312' } });
  });
  after(() => world.close());

  /** Dilators of a lot in the theatre of hospital A. */
  async function dilators(count: number, options: object = {}) {
    const lot = newLot();
    const serials = Array.from({ length: count }, (_, n) => `${lot}-${n + 1}`);
    await stocked(world, { gtin: dilator, lot, serials }, options);
    return { lot, serials };
  }

  const stated = (changes: object = {}) => ({
    ...{ gtin: dilator, packer: world.people.sterileA, checker: world.people.keeperA },
    ...{ steriliser: '3 号灭菌器', load: '20261102-03-02' },
    ...{ sterilisedOn: '2026-11-02', sterileUntil: '2027-05-01', ...changes },
  });
  const send = (changes: object, by: CallerName = 'sterileA') =>
    world.as(by).post('/api/v1/pack-label-jobs', { commandId: uuid(), ...stated(changes) });
  async function print(changes: object) {
    const answer = await done(send(changes));
    return { answer, job: textAt(answer, '/job') };
  }
  const get = (job: string, what: string, by: CallerName = 'sterileA') =>
    world.as(by).get(`/api/v1/label-jobs/${job}${what}`);
  const change = (job: string, what: string, body: object = {}) =>
    world.as('sterileA').post(`/api/v1/label-jobs/${job}/${what}`, { commandId: uuid(), ...body });
  const recall = (scope: object) =>
    done(
      world.as('quality').post('/api/v1/recalls', {
        commandId: uuid(),
        ...{ class: 'II', basis: 'voluntary', measures: ['warning'], scope: [{ gtin: dilator, ...scope }] },
        ...{ reason: { zh: '缺陷', en: 'defect' }, instructions: { zh: '停用', en: 'stop' } },
      }),
    );

  it('say what WS 310.3 asks for, as the packer states it; the event says by whom, and moves nothing', async () => {
    const [first, second] = [await dilators(2), await dilators(1)];
    const serials = [...first.serials, ...second.serials];
    const { job, answer } = await print({ serials });
    expect(answer).to.deep.include({ labels: 3, firstSerial: serials[0], marks: [] });
    const [event, more] = await eventsOf(world, job);
    expect(more).to.equal(undefined);
    expect(event).to.include({ type: 'labelsPrinted', actor: world.people.sterileA });
    expect(event?.transfers).to.deep.equal([]);
    expect(event?.about).to.have.deep.members([first, second].map(({ lot }) => ({ gtin: dilator, lot })));
    const { gtin: _gtin, ...said } = stated();
    expect(event?.details).to.deep.include({ quantity: 3, serials, stated: said });
    expect(JSON.stringify(event)).to.not.include('欧阳晓雯');
    const view = await done(get(job, ''));
    expect(view).to.deep.include({ product: dilator, pack: said });
    const { bytes } = await get(job, '/labels.pdf');
    const texts = await textOfPages(bytes);
    for (const [index, text] of texts.entries()) {
      const told = [
        '欧阳晓雯（0312）',
        '3 号灭菌器',
        '20261102-03-02',
        '2026-11-02',
        '2027-05-01',
        '示例医院甲',
      ];
      for (const one of [...told, serials[index] ?? '?'])
        expect(withoutSpace(text)).to.include(withoutSpace(one));
    }
    const symbols = await scanLabels(bytes, 203);
    const lots = [first.lot, first.lot, second.lot];
    expect(symbols.map((page) => page.map(({ text }) => text))).to.deep.equal(
      serials.map((serial, n) => [
        `01${dilator}10${lots[n]}\u001d21${serial}`,
        `http://127.0.0.1:8080/01/${dilator}/10/${lots[n]}/21/${serial}`,
      ]),
    );
  });

  it('are the hospital’s alone, made by its sterile supply', async () => {
    const { lot, serials } = await dilators(1);
    for (const name of ['keeperA', 'nurseA', 'quality', 'trader'] as const) {
      expect(await refusal(send({ serials }, name)), name).to.equal('403 access/forbidden');
    }
    const { job } = await print({ serials, load: 'LOAD-OF-A' });
    expect((await get(job, '/labels.pdf', 'quality')).status).to.equal(404);
    const history = await done(world.as('quality').get(lotPath({ gtin: dilator, lot }, 'history')));
    expect(JSON.stringify(history)).to.not.match(/labelsPrinted|LOAD-OF-A/);
    expect(await refusal(send({ serials, packer: world.people.nurseB }))).to.equal('422 people/unknown');
    expect(await refusal(send({ serials, checker: world.people.sterileA }))).to.equal('422 request/invalid');
  });

  it('are of reusable units that lie with the hospital, and are not set apart', async () => {
    const { lot, serials } = await dilators(2);
    const set = {
      place: places.theatreA,
      lines: [{ gtin: dilator, lot, serials: [serials[1]] }],
      reason: '包装破损',
    };
    await done(world.as('nurseA').post('/api/v1/quarantines', { commandId: uuid(), ...set }));
    expect(await refusal(send({ serials }))).to.equal('409 label/not-in-stock');
    expect(await refusal(send({ serials: ['NOWHERE'] }))).to.equal('409 label/not-in-stock');
    const line = { gtin: dilator, lot: newLot(), serials: [`${newLot()}-W`] };
    await make(world, line);
    expect(await refusal(send({ serials: line.serials }))).to.equal('409 label/not-in-stock');
    const shipment = await ship(world, fromFactory, [line]);
    await receive(world, 'keeperA', shipment, places.storeA, [line]);
    // It waits for acceptance.
    expect(await refusal(send({ serials: line.serials }))).to.equal('409 label/not-in-stock');
    const single = { gtin: implant, lot: newLot(), serials: [`${newLot()}-I`] };
    await stocked(world, single);
    expect(await refusal(send({ gtin: implant, serials: single.serials }))).to.equal(
      '422 label/not-reusable',
    );
    expect(await refusal(send({ serials: [serials[0], serials[0]] }))).to.equal('422 device/serial-repeated');
  });

  it('mark a unit whose processing nobody recorded, and refuse one that was used as often as it may be', async () => {
    const { lot, serials } = await dilators(1);
    const device = { gtin: dilator, lot, serials };
    await use(world, [device]);
    const { answer } = await print({ serials });
    expect(at(answer, '/marks')).to.deep.equal(['unit-contaminated']);
    await use(world, [device]);
    expect(await refusal(send({ serials }))).to.equal('409 label/reuse-limit');
  });

  it('refuse a recalled unit and not another of its lot, an expired one; mark what is on hold', async () => {
    const { lot, serials } = await dilators(3);
    const { job } = await print({ serials });
    await recall({ lot, serials: [serials[0]] });
    expect(await refusal(send({ serials }))).to.equal('409 label/lot-recalled');
    expect(await refusal(get(job, '/labels.pdf'))).to.equal('409 label/lot-recalled');
    expect(at((await print({ serials: [serials[1]] })).answer, '/marks')).to.deep.equal([]);
    const reprint = (serial: string | undefined) =>
      change(job, 'reprints', { serials: [serial], reason: '破损' });
    expect(await refusal(reprint(serials[0]))).to.equal('409 label/lot-recalled');
    const again = textAt(await done(reprint(serials[2])), '/job');
    const [page, more] = await scanLabels((await get(again, '/labels.pdf')).bytes, 203);
    expect(more).to.equal(undefined);
    expect(page?.[0]?.text).to.equal(`01${dilator}10${lot}\u001d21${serials[2]}`);
    const held = await dilators(1);
    const hold = { commandId: uuid(), reason: '待评估' };
    await done(world.as('quality').post(lotPath({ gtin: dilator, lot: held.lot }, 'holds'), hold));
    expect(at((await print({ serials: held.serials })).answer, '/marks')).to.deep.equal(['lot-on-hold']);
    const old = await dilators(1, { manufacturedOn: '2023-11-02', expiresOn: '2026-11-02' });
    const packed = (await print({ serials: old.serials, sterileUntil: '2026-11-03' })).job;
    world.at('2026-11-03T02:00:00Z');
    expect(await refusal(send({ serials: old.serials }))).to.equal('409 label/lot-expired');
    expect(await refusal(get(packed, '/labels.pdf'))).to.equal('409 label/lot-expired');
  });

  it('do not state a sterility that lies ahead or has ended', async () => {
    const { serials } = await dilators(1);
    expect(await refusal(send({ serials, sterilisedOn: '2026-11-09' }))).to.equal('422 command/time');
    const past = { sterilisedOn: '2026-04-01', sterileUntil: '2026-10-01' };
    expect(await refusal(send({ serials, ...past }))).to.equal('409 label/sterility-ended');
    const { job } = await print({ serials, sterileUntil: '2026-11-20' });
    world.at('2026-11-21T02:00:00Z');
    expect(await refusal(get(job, '/labels.pdf'))).to.equal('409 label/sterility-ended');
  });

  it('are verified with their job, spoiled and closed; each sterilisation has labels of its own', async () => {
    const { serials } = await dilators(2);
    const changes = { serials, sterilisedOn: '2026-11-20', sterileUntil: '2027-05-01' };
    const { job } = await print(changes);
    await print({ ...changes, load: '20261121-01' });
    await done(change(job, 'spoilage', { serials: [serials[1]] }));
    const verify = (serial: string | undefined) =>
      done(world.as('sterileA').post('/api/v1/labels/verify', { scan: `(01)${dilator}(21)${serial}`, job }));
    expect(await verify(serials[0])).to.include({ verdict: 'agrees' });
    expect(await verify(serials[1])).to.include({ verdict: 'spoiled' });
    const other = await dilators(1);
    expect(await verify(other.serials[0])).to.include({ verdict: 'of-another-job' });
    expect(await verify('ELSEWHERE')).to.include({ verdict: 'not-ours' });
    expect(await done(change(job, 'closing'))).to.include({ labels: 2, spoiled: 1, verified: 1 });
  });
});
