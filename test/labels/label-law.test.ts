/** What the law asks of labels, over HTTP: refused, or marked, and never passed over in silence. */
import { expect } from 'chai';
import { at } from '../support/http.ts';
import { createWorld, refusal, type World } from '../support/world.ts';
import { stapler } from '../support/world-facts.ts';
import { newLot } from '../support/world-play.ts';
import { change, print, printBody } from './job-world.ts';

describe('labels by the law', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const send = (options: object) =>
    world
      .as('quality')
      .post('/api/v1/label-jobs', printBody({ gtin: stapler, lot: newLot() }, { ...options }));
  /** Prints while the product is stated otherwise. */
  const stated = async <T>(facts: object, work: () => Promise<T>): Promise<T> => {
    const products = world.database.db.collection<{ _id: string }>('products');
    const before = await products.findOne({ _id: stapler });
    if (before === null) throw new Error('no such product');
    await products.updateOne({ _id: stapler }, { $set: facts });
    try {
      return await work();
    } finally {
      await products.replaceOne({ _id: stapler }, before);
    }
  };

  it('are in Chinese where the product is registered in China, and name each language once', async () => {
    expect(await refusal(send({ quantity: 1, languages: ['en'] }))).to.equal('422 label/chinese-missing');
    expect(await refusal(send({ quantity: 1, languages: ['zh', 'zh'] }))).to.equal('422 request/invalid');
    for (const languages of [['zh'], ['en', 'zh']]) {
      await print(world, { gtin: stapler, lot: newLot() }, { quantity: 1, languages });
    }
    await stated({ registrations: [] }, async () => {
      await print(world, { gtin: stapler, lot: newLot() }, { quantity: 1, languages: ['en'] });
    });
  });

  it('bear the registration of the day of manufacture, or are marked, or refused', async () => {
    const lapsed = [{ number: '国械注准20163020001', validFrom: '2016-01-01', validTo: '2026-10-19' }];
    await stated({ registrations: lapsed }, async () => {
      expect(await refusal(send({ quantity: 1 }))).to.equal('422 label/not-registered');
      await print(world, { gtin: stapler, lot: newLot() }, { quantity: 1, manufacturedOn: '2026-10-19' });
    });
    // Made for another country.
    await stated({ registrations: [] }, async () => {
      const { job, answer } = await print(world, { gtin: stapler, lot: newLot() }, { quantity: 1 });
      expect(at(answer, '/marks')).to.deep.equal(['lot-not-recorded', 'not-registered']);
      const again = await change(world, job, 'reprints', { quantity: 1, reason: '卡纸' });
      expect(at(again.body, '/marks')).to.deep.equal(['lot-not-recorded', 'not-registered']);
    });
  });
});
