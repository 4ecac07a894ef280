import { expect } from 'chai';
import fc from 'fast-check';
import { ProgrammeTally, quarterBefore, quarterOf } from '../../src/inventory/programme-uses.ts';
import { at, listAt } from '../support/http.ts';
import { type Country, createCountry, personOf } from './country.ts';
import { lots, products, register, Teller } from './story.ts';

describe('disclosure: what a foundation reads of its programme', () => {
  describe('counts', () => {
    const told = (counts: readonly number[]) => {
      const tally = new ProgrammeTally();
      for (const [product, count] of counts.entries()) {
        for (let use = 0; use < count; use += 1)
          tally.add({ gtin: `p${product}`, usedAt: '2025-05-06T12:00:00Z' });
      }
      return tally.told('2025-Q2');
    };

    it('are the same whatever is under five in them: nothing that is told depends on it', () => {
      const fives = fc.array(fc.nat(6), { minLength: 1, maxLength: 6 });
      const rests = fc.array(fc.nat(4), { minLength: 6, maxLength: 6 });
      fc.assert(
        fc.property(fives, rests, rests, (whole, some, others) => {
          const counts = (rest: readonly number[]) => whole.map((five, cell) => five * 5 + (rest[cell] ?? 0));
          expect(told(counts(some))).to.deep.equal(told(counts(others)));
        }),
      );
    });

    it('are never under five, and differ by fives', () => {
      expect(told([0, 4, 5, 9, 10]).map(({ gtin, atLeast }) => [gtin, atLeast])).to.deep.equal([
        ['p2', 5],
        ['p3', 5],
        ['p4', 10],
      ]);
    });

    it('are of quarters in China that are over', () => {
      expect(quarterOf('2025-12-31')).to.equal('2025-Q4');
      expect(quarterBefore('2026-01-01')).to.equal('2025-Q4');
      expect(quarterBefore('2026-06-30')).to.equal('2026-Q1');
      const tally = new ProgrammeTally();
      // Seven hours before midnight in London is the next day, and the next quarter, in China.
      for (let use = 0; use < 5; use += 1) tally.add({ gtin: 'p', usedAt: '2025-06-30T17:00:00Z' });
      expect(tally.told('2025-Q2')).to.deep.equal([]);
      expect(tally.told('2025-Q3')).to.deep.equal([{ gtin: 'p', quarter: '2025-Q3', atLeast: 5 }]);
    });
  });

  describe('over HTTP', () => {
    let country: Country;
    let teller: Teller;
    let programme: string;

    before(async function () {
      this.timeout(120_000);
      country = await createCountry();
      teller = new Teller(country);
      programme = await register(teller);
    });
    after(() => country.close());

    const read = (name: 'foundation' | 'otherFoundation') =>
      personOf(country.members[name], 'foundation').client.get(`/api/v1/programmes/${programme}/uses`);

    async function uses(count: number, { gtin, lot }: { gtin: string; lot: string }, month: string) {
      const events: string[] = [];
      for (let use = 0; use < count; use += 1) {
        const happenedAt = `${month}-1${use}T10:00:00+08:00`;
        events.push(await teller.use('shenzhen', { gtin, lot, quantity: 1 }, { happenedAt, programme }));
      }
      return events;
    }

    it('holds no count under five, no running quarter, no corrected use, and no total', async () => {
      await uses(7, lots.good, '2025-11');
      await uses(4, lots.foreign, '2025-11');
      const [wrong = ''] = await uses(5, lots.bad, '2025-08');
      expect(listAt((await read('foundation')).body, '/items')).to.have.length(2);
      await teller.correct('shenzhen', 'theatre', wrong);
      await uses(6, lots.good, '2026-01');
      const { status, body } = await read('foundation');
      expect(status).to.equal(200);
      expect(body).to.deep.equal({
        programme,
        roundedDownTo: 5,
        through: '2025-Q4',
        narrowed: true,
        items: [
          {
            gtin: products.stapler,
            name: { zh: '一次性使用管型吻合器', en: 'Single-use circular stapler' },
            quarter: '2025-Q4',
            atLeast: 5,
          },
        ],
      });
    }).timeout(60_000);

    it('is its own foundation’s alone', async () => {
      const other = await read('otherFoundation');
      expect([other.status, at(other.body, '/code')]).to.deep.equal([404, 'not-found']);
      const nurse = personOf(country.members.shenzhen, 'theatre').client;
      expect((await nurse.get(`/api/v1/programmes/${programme}/uses`)).status).to.equal(403);
    });
  });
});
