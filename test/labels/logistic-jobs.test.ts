import { expect } from 'chai';
import { checkDigit } from '../../src/identifiers/check-digit.ts';
import { textOfPages } from '../documents/pdf-reading.ts';
import { at, textAt } from '../support/http.ts';
import {
  type CallerName,
  createWorld,
  done,
  members,
  places,
  refusal,
  uuid,
  type World,
} from '../support/world.ts';
import { implant, stapler } from '../support/world-facts.ts';
import { accept, fromFactory, type Line, make, newLot, receive, ship } from '../support/world-play.ts';
import { eventsOf, serialsOf } from './job-world.ts';
import { scanLabels } from './label-reading.ts';

/** Those of the maker, and of the distributor, which begins with the maker's digits: GS1 would not do so. */
const prefixes = { maker: '6901234', distributor: '69012345' } as const;
const prefixOfDistributor = prefixes.distributor;

describe('labels of the logistic units of a shipment', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
    for (const name of ['maker', 'distributor'] as const) await state(name, prefixes[name]);
  });
  after(() => world.close());

  const state = (name: keyof typeof prefixes, gs1Prefix: string | undefined) =>
    world.database.db
      .collection<{ _id: string }>('organisations')
      .updateOne(
        { _id: members[name].id },
        gs1Prefix === undefined ? { $unset: { gs1Prefix: '' } } : { $set: { gs1Prefix } },
      );

  /** The maker sends the distributor these, made for it; stapler 7, unless told otherwise. */
  async function shipped(lines: readonly Line[] = [{ gtin: stapler, lot: newLot(), quantity: 7 }]) {
    for (const line of lines) await make(world, line);
    return await ship(world, { ...fromFactory, to: 'distributor' }, lines, { papers: 'SX-2026-0417' });
  }

  const send = (shipment: string, body: object, by: CallerName = 'quality') =>
    world.as(by).post(`/api/v1/shipments/${shipment}/label-jobs`, { commandId: uuid(), ...body });
  async function print(shipment: string, body: object, by: CallerName = 'quality') {
    const answer = await done(send(shipment, body, by));
    return { answer, job: textAt(answer, '/job'), first: textAt(answer, '/firstSerial') };
  }
  const pdf = async (job: string, by: CallerName = 'quality') =>
    (await world.as(by).get(`/api/v1/label-jobs/${job}/labels.pdf`)).bytes;
  const change = (job: string, what: string, body: object = {}) =>
    world.as('quality').post(`/api/v1/label-jobs/${job}/${what}`, { commandId: uuid(), ...body });
  const verify = (scan: string, by: CallerName = 'quality', job?: string) =>
    done(world.as(by).post('/api/v1/labels/verify', { scan, ...(job === undefined ? {} : { job }) }));

  it('number each with an SSCC, say what was shipped as the whole shipment’s, and are an event', async () => {
    const lines = [
      { gtin: stapler, lot: newLot(), quantity: 7 },
      { gtin: implant, lot: newLot(), serials: ['S1', 'S2'] },
    ];
    const shipment = await shipped(lines);
    const deliverTo = { address: '广州市示例路 8 号 3 号月台' };
    const { job, answer } = await print(shipment, { quantity: 3, extensionDigit: 1, deliverTo });
    const sscc = (n: number) => {
      const digits = `16901234${String(n).padStart(9, '0')}`;
      return `${digits}${checkDigit(digits)}`;
    };
    const numbers = [sscc(1), sscc(2), sscc(3)];
    expect(answer).to.include({ labels: 3, firstSerial: numbers[0], lastSerial: numbers[2] });
    expect(at(answer, '/marks')).to.deep.equal([]);
    expect(await serialsOf(world, job)).to.deep.equal(numbers);
    const view = await done(world.as('quality').get(`/api/v1/label-jobs/${job}`));
    expect(view).to.include({ shipment });
    expect(view).not.to.have.any.keys('product', 'lot', 'gtin');
    const listed = await done(world.as('quality').get(`/api/v1/label-jobs?shipment=${shipment}`));
    expect(at(listed, '/items/0/job')).to.equal(job);
    const [event, more] = await eventsOf(world, job);
    expect(more).to.equal(undefined);
    expect(event).to.include({ _id: job, type: 'labelsPrinted', actor: world.people.quality });
    expect(event?.about).to.have.deep.members(lines.map(({ gtin, lot }) => ({ gtin, lot })));
    expect(event?.transfers).to.deep.equal([]);
    expect(event?.details).to.deep.equal({
      ...{ job, shipment, template: 'logistic-a6', templateVersion: at(view, '/template/version') },
      ...{ quantity: 3, firstSerial: numbers[0], lastSerial: numbers[2] },
    });
    const bytes = await pdf(job);
    const texts = await textOfPages(bytes);
    expect(texts).to.have.length(3);
    for (const [index, text] of texts.entries()) {
      for (const said of ['健达医药有限公司', deliverTo.address, 'SX-2026-0417', `${index + 1} / 3`]) {
        expect(text).to.include(said);
      }
      for (const { lot } of lines) expect(text).to.include(lot);
      expect(text).to.include('整单 ×7');
      expect(text).to.include('整单 ×2');
    }
    const symbols = await scanLabels(bytes, 203);
    expect(symbols.map((page) => page.map(({ text }) => text))).to.deep.equal(
      numbers.map((number) => [`00${number}`, `00${number}`]),
    );
  });

  it('say in the symbol what the one unit of a shipment of one lot holds, also of a distributor', async () => {
    const line = { gtin: stapler, lot: newLot(), quantity: 4 };
    const arrived = await shipped([line]);
    await receive(world, 'trader', arrived, places.warehouse, [line]);
    await accept(world, 'trader', arrived, places.warehouse, [line]);
    const leg = { by: 'trader', from: places.warehouse, to: 'hospitalA' } as const;
    const shipment = await ship(world, leg, [line]);
    expect(await refusal(send(shipment, { quantity: 1 }))).to.equal('404 not-found');
    expect(await refusal(send(shipment, { quantity: 1 }, 'keeperA'))).to.equal('403 access/forbidden');
    const { job, first } = await print(shipment, { quantity: 1 }, 'trader');
    expect(first.slice(0, 9)).to.equal(`0${prefixOfDistributor}`);
    const [symbols] = await scanLabels(await pdf(job, 'trader'), 203);
    expect(symbols?.map(({ text }) => text)).to.have.members([
      `00${first}`,
      `00${first}02${stapler}17290228374\u001d10${line.lot}`,
    ]);
    expect((await world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`)).status).to.equal(404);
    const scanned = symbols?.find(({ text }) => text.length > 20)?.text ?? '';
    expect(await verify(scanned, 'trader')).to.include({ verdict: 'agrees', sscc: first });
    const other = await verify(scanned.replace('374\u001d', '375\u001d'), 'trader');
    expect(other).to.include({ verdict: 'disagrees' });
    expect(await verify(`00${first}`)).to.deep.include({ verdict: 'not-ours', jobs: [], elements: [] });
  });

  it('are verified by their number: ours, spoiled, given up, never printed, of another', async () => {
    const shipment = await shipped();
    const { job, first } = await print(shipment, { quantity: 2 });
    const [, second = ''] = await serialsOf(world, job);
    expect(await verify(`00${first}`, 'quality', job)).to.include({ verdict: 'agrees', sscc: first });
    await done(change(job, 'spoilage', { serials: [second] }));
    expect(await verify(`00${second}`)).to.include({ verdict: 'spoiled' });
    const digits = `0${prefixes.maker}999999999`;
    expect(await verify(`00${digits}${checkDigit(digits)}`)).to.include({ verdict: 'never-printed' });
    expect(await verify('00376104250021234569')).to.include({ verdict: 'not-ours' });
    const figures = at(await done(world.as('quality').get(`/api/v1/label-jobs/${job}`)), '/figures');
    expect(figures).to.deep.equal({ printed: 2, spoiled: 1, reprinted: 0, verified: 1 });
    const { job: gone, first: third } = await print(await shipped(), { quantity: 1 });
    await done(change(gone, 'cancellation'));
    expect(await verify(`00${third}`)).to.include({ verdict: 'cancelled' });
  });

  it('are printed again for a reason, with the number and the place that they had', async () => {
    const { job } = await print(await shipped(), { quantity: 2, firstPackage: 4, packages: 9 });
    const [, second = ''] = await serialsOf(world, job);
    const reprint = await done(change(job, 'reprints', { serials: [second], reason: '标签破损' }));
    const [page, more] = await textOfPages(await pdf(textAt(reprint, '/job')));
    expect(more).to.equal(undefined);
    expect(page).to.include('5 / 9');
    expect(page?.replaceAll(' ', '')).to.include(second);
    const [event] = await eventsOf(world, textAt(reprint, '/job'));
    expect(event?.details).to.include({ reprintOf: job, quantity: 1 });
    expect(event?.details.serials).to.deep.equal([second]);
  });

  it('are one for each package: more go on where the last ended, and none comes twice', async () => {
    const shipment = await shipped();
    const { job } = await print(shipment, { quantity: 2, packages: 3 });
    expect(await refusal(send(shipment, { quantity: 1, packages: 3 }))).to.equal(
      '409 label/packages-printed',
    );
    expect(await refusal(send(shipment, { quantity: 2, firstPackage: 2 }))).to.equal(
      '409 label/packages-printed',
    );
    await print(shipment, { quantity: 1, firstPackage: 3, packages: 3 });
    await done(change(job, 'cancellation'));
    const before = await world.database.db.collection('labelSerials').distinct('serial', { job });
    const { job: again } = await print(shipment, { quantity: 2, packages: 3 });
    expect(before).to.have.length(2);
    const after = await serialsOf(world, again);
    expect(after.filter((sscc) => before.includes(sscc))).to.deep.equal([]);
  });

  it('cannot be given up once something has arrived, nor made once the shipment is closed', async () => {
    const line = { gtin: stapler, lot: newLot(), quantity: 3 };
    const shipment = await shipped([line]);
    const { job } = await print(shipment, { quantity: 1 });
    await receive(world, 'trader', shipment, places.warehouse, [{ ...line, quantity: 1 }]);
    expect(await refusal(change(job, 'cancellation'))).to.equal('409 label/job-in-use');
    const closing = { commandId: uuid(), reason: '遗失' };
    await done(world.as('quality').post(`/api/v1/shipments/${shipment}/closing`, closing));
    expect(await refusal(send(shipment, { quantity: 1, firstPackage: 2 }))).to.equal(
      '409 label/shipment-closed',
    );
  });

  it('are marked where a lot is recalled: what goes back needs a label too', async () => {
    const line = { gtin: stapler, lot: newLot(), quantity: 2 };
    const shipment = await shipped([line]);
    const wording = { zh: '文字', en: 'words' };
    const scope = [{ gtin: stapler, lot: line.lot }];
    const recall = { class: 'II', basis: 'voluntary', reason: wording, instructions: wording, scope };
    await done(
      world.as('quality').post('/api/v1/recalls', { commandId: uuid(), ...recall, measures: ['warning'] }),
    );
    const { job, answer } = await print(shipment, { quantity: 1 });
    expect(at(answer, '/marks')).to.deep.equal(['lot-recalled']);
    expect((await scanLabels(await pdf(job), 203))[0]).to.have.length(2);
  });

  it('list too many lots as a total, and refuse to cut', async () => {
    const lines = Array.from({ length: 30 }, () => ({ gtin: stapler, lot: newLot(), quantity: 2 }));
    for (const line of lines) {
      await world.database.db
        .collection<{ _id: string }>('lots')
        .insertOne({ _id: `${stapler}/${line.lot}`, ...line, restrictions: [] } as { _id: string });
    }
    const shipment = uuid();
    const facts = { from: members.maker.id, to: members.distributor.id, state: 'open', lines, receipts: 0 };
    await world.database.db
      .collection<{ _id: string }>('shipments')
      .insertOne({ _id: shipment, ...facts } as { _id: string });
    expect(await refusal(send(shipment, { quantity: 1 }))).to.equal('422 label/does-not-fit');
    const { job } = await print(shipment, { quantity: 1, contents: 'total' });
    expect((await textOfPages(await pdf(job)))[0]).to.include('30 个批号');
  });

  it('need a company prefix with numbers left, and are bounded', async () => {
    const shipment = await shipped();
    expect(await refusal(send(shipment, { quantity: 1_001 }))).to.equal('422 label/too-many');
    expect(await refusal(send(shipment, { quantity: 3, packages: 2 }))).to.equal('422 request/invalid');
    expect(await refusal(send(shipment, { quantity: 1, template: 'unit-60x40' }))).to.equal(
      '422 label/wrong-content',
    );
    expect(await refusal(send(uuid(), { quantity: 1 }))).to.equal('404 not-found');
    await state('maker', '690123456789');
    await world.database.db
      .collection<{ _id: string; next: number }>('labelCounters')
      .insertOne({ _id: 'sscc/0690123456789', next: 9_998 });
    expect(await refusal(send(shipment, { quantity: 3 }))).to.equal('409 label/numbers-used-up');
    expect((await print(shipment, { quantity: 2 })).first.slice(13, 17)).to.equal('9998');
    await state('maker', undefined);
    expect(await refusal(send(shipment, { quantity: 1, firstPackage: 3 }))).to.equal(
      '409 label/no-company-prefix',
    );
    await state('maker', prefixes.maker);
  });
});
