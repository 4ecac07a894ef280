/** What the law asks of labels, over HTTP: refused, or marked, and never passed over in silence. */
import { expect } from 'chai';
import { at } from '../support/http.ts';
import { createWorld, members, refusal, type World } from '../support/world.ts';
import { stapler, staplerBox } from '../support/world-facts.ts';
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

  it('that are to say all say which facts nobody has stated; small ones refer to the instructions', async () => {
    const box = { gtin: staplerBox, lot: newLot() };
    const marksOf = async (template: string, lot = box) =>
      at((await print(world, lot, { quantity: 1, template })).answer, '/marks');
    const missing = [
      'registrant-address-missing',
      'registrant-contact-missing',
      'production-address-missing',
    ];
    expect(await marksOf('case-150x100')).to.deep.equal(['lot-not-recorded', ...missing]);
    expect(await marksOf('unit-60x40', { ...box, gtin: stapler })).to.deep.equal(['lot-not-recorded']);
    const imported = [{ number: '国械注进20213020001', validFrom: '2021-01-01', validTo: '2031-01-01' }];
    await stated({ registrations: imported }, async () => {
      expect(await marksOf('case-150x100')).to.deep.equal(['lot-not-recorded', ...missing, 'agent-missing']);
      const agent = { name: '代理', address: '上海', contact: '021' };
      await stated({ agent, productionAddress: '东京' }, async () => {
        expect(await marksOf('case-150x100')).to.deep.equal(['lot-not-recorded', ...missing.slice(0, 2)]);
      });
    });
    const maker = world.database.db.collection<{ _id: string }>('organisations');
    const licences = [{ kind: 'operating-licence', number: 'X', validFrom: '2020-01-01' }];
    const before = await maker.findOne({ _id: members.maker.id });
    await maker.updateOne({ _id: members.maker.id }, { $set: { licences } });
    expect(await marksOf('case-150x100')).to.include('production-licence-missing');
    if (before !== null) await maker.replaceOne({ _id: members.maker.id }, before);
  });

  it('are of no name that the typeface cannot print', async () => {
    await stated({ names: { zh: '\u{20bb7}氏吻合器', en: 'Stapler' } }, async () => {
      const { status, body } = await send({ quantity: 1 });
      expect(status).to.equal(422);
      expect(at(body, '/code')).to.equal('label/no-glyph');
      expect(at(body, '/info/characters')).to.deep.equal(['\u{20bb7} U+20BB7']);
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
