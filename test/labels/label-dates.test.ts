/** The dates on labels are those of the lot: as recorded, as other labels of it say, and within the product's life. */
import { expect } from 'chai';
import { at } from '../support/http.ts';
import { createWorld, done, places, refusal, uuid, type World } from '../support/world.ts';
import { implant, stapler, staplerBox } from '../support/world-facts.ts';
import { newLot } from '../support/world-play.ts';
import { change, print, printBody, serialsOf } from './job-world.ts';

describe('the dates on labels', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const send = (lot: { gtin: string; lot: string }, options: object) =>
    world.as('quality').post('/api/v1/label-jobs', printBody(lot, { ...options }));
  const produce = (lot: { gtin: string; lot: string }, part: object, dates: object, more: object = {}) => {
    const body = { commandId: uuid(), ...lot, ...dates, place: places.factory, parts: [part], ...more };
    return world.as('quality').post('/api/v1/lots', body);
  };
  /** What each way to a label of the job answers. */
  const waysOut = async (job: string, body: object): Promise<string[]> => {
    const read = (file: string) => world.as('quality').get(`/api/v1/label-jobs/${job}/${file}`);
    const sends = world.as('quality').post(`/api/v1/label-jobs/${job}/sends`, { printer: uuid() });
    const reprint = change(world, job, 'reprints', { ...body, reason: '卡纸' });
    return await Promise.all(
      [read('labels.pdf'), read('labels.zpl'), read('label.svg'), read('label.png'), sends, reprint].map(
        refusal,
      ),
    );
  };
  const everywhere = (answer: string) => Array.from({ length: 6 }, () => answer);

  it('of a lot that is recorded as expired come out of no printer, whatever they say', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const { job } = await print(world, lot, {
      ...{ quantity: 2, manufacturedOn: '2022-11-20', expiresOn: '2030-11-20' },
    });
    // Numbers of labels from elsewhere: those of ours are refused, as the next test says.
    await done(produce(lot, { serials: ['X1'] }, { manufacturedOn: '2022-11-20', expiresOn: '2025-11-20' }));
    const [serial] = await serialsOf(world, job);
    expect(await waysOut(job, { serials: [serial] })).to.deep.equal(everywhere('409 label/lot-expired'));
  });

  it('are what the maker has recorded since, or the labels come out of no printer', async () => {
    const lot = { gtin: stapler, lot: newLot() };
    const { job } = await print(world, lot, { quantity: 2 });
    const box = await print(world, { ...lot, gtin: staplerBox }, { quantity: 1, template: 'case-150x100' });
    const recorded = { manufacturedOn: '2026-10-21', expiresOn: '2029-10-19' };
    expect(await refusal(produce(lot, { quantity: 5 }, recorded))).to.equal('409 lot/label-dates');
    await done(change(world, job, 'cancellation'));
    expect(await refusal(produce(lot, { quantity: 5 }, recorded))).to.equal('409 lot/label-dates');
    await done(change(world, box.job, 'spoilage', { quantity: 1 }));
    await done(produce(lot, { quantity: 5 }, recorded));
    expect(await waysOut(box.job, { quantity: 1 })).to.deep.equal(everywhere('409 lot/contradicts'));
  });

  it('are those of the devices that bear them: production refuses numbers whose labels say others', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const { job } = await print(world, lot, { quantity: 2 });
    const [first = '', second = ''] = await serialsOf(world, job);
    const part = { serials: [first] };
    const printed = { manufacturedOn: '2026-10-20', expiresOn: '2029-10-19' };
    for (const dates of [
      { ...printed, expiresOn: '2029-10-18' },
      { ...printed, manufacturedOn: '2026-10-21' },
      { manufacturedOn: printed.manufacturedOn },
    ]) {
      expect(await refusal(produce(lot, part, dates))).to.equal('409 lot/label-dates');
    }
    await done(produce(lot, part, printed, { declaredQuantity: 2 }));
    await done(produce(lot, { serials: [second] }, printed));
  });

  it('are within the product’s shelf life, in a job and in production; earlier ones are the maker’s choice', async () => {
    const products = world.database.db.collection<{ _id: string }>('products');
    const shelfLife = (update: object) => products.updateOne({ _id: stapler }, update);
    await shelfLife({ $set: { shelfLifeMonths: 36 } });
    const made = { manufacturedOn: '2026-10-20' };
    const job = (expiresOn: string) =>
      send({ gtin: stapler, lot: newLot() }, { quantity: 1, ...made, expiresOn });
    const lot = (expiresOn: string) =>
      produce({ gtin: stapler, lot: newLot() }, { quantity: 1 }, { ...made, expiresOn });
    for (const send of [job, lot]) {
      for (const day of ['2099-01-01', '2029-10-21']) {
        expect(await refusal(send(day))).to.equal('422 lot/beyond-shelf-life');
      }
      for (const day of ['2029-10-20', '2027-01-01']) await done(send(day));
    }
    // A lot that was begun is finished with the date that it has.
    const begun = { gtin: stapler, lot: newLot() };
    const dates = { ...made, expiresOn: '2029-10-20' };
    await done(produce(begun, { quantity: 1 }, dates, { declaredQuantity: 2 }));
    await shelfLife({ $set: { shelfLifeMonths: 24 } });
    await done(produce(begun, { quantity: 1 }, dates));
    await done(send(begun, { quantity: 1, ...dates }));
    await shelfLife({ $unset: { shelfLifeMonths: 1 } });
  });

  it('are of no lot or number that the link on them would lose', async () => {
    const dates = { manufacturedOn: '2026-10-20', expiresOn: '2029-10-19' };
    for (const dots of ['.', '..']) {
      expect(new URL(`http://x/01/1/10/${dots}`).pathname).not.to.include('10/.');
      const lot = { gtin: stapler, lot: dots };
      expect(await refusal(send(lot, { quantity: 1 }))).to.equal('422 request/invalid');
      expect(await refusal(produce(lot, { quantity: 1 }, dates))).to.equal('422 request/invalid');
      const unit = produce({ gtin: implant, lot: newLot() }, { serials: [dots] }, dates);
      expect(await refusal(unit)).to.equal('422 request/invalid');
    }
    // Three are a name like any other.
    await print(world, { gtin: stapler, lot: '...' }, { quantity: 1 });
  });

  it('of a lot that is not recorded are the same in every job, also of two that begin at once', async () => {
    const lot = { gtin: implant, lot: newLot() };
    const other = { quantity: 1, expiresOn: '2029-10-18' };
    const { job } = await print(world, lot, { quantity: 1 });
    await print(world, lot, { quantity: 1 });
    expect(await refusal(send(lot, other))).to.equal('409 label/other-dates');
    expect(await refusal(send(lot, { quantity: 1, expiresOn: undefined }))).to.equal('409 label/other-dates');
    await done(change(world, job, 'cancellation'));
    expect(await refusal(send(lot, other))).to.equal('409 label/other-dates');

    const mistaken = { gtin: implant, lot: newLot() };
    const wrong = await print(world, mistaken, { quantity: 1 });
    await done(change(world, wrong.job, 'cancellation'));
    await print(world, mistaken, other);

    const race = { gtin: stapler, lot: newLot() };
    const days = ['2029-10-16', '2029-10-17', '2029-10-18', '2029-10-19'];
    const answers = await Promise.all(days.map((expiresOn) => send(race, { quantity: 1, expiresOn })));
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([201, 409, 409, 409]);
    for (const { status, body } of answers) {
      if (status === 409) expect(at(body, '/code')).to.equal('label/other-dates');
    }
  });
});
