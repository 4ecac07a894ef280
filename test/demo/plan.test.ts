import { expect } from 'chai';
import fc from 'fast-check';
import { addMonths, dayInChina } from '../../src/catalogue/day.ts';
import { productBody } from '../../src/catalogue/product-fields.ts';
import { Calendar, inChina, monthsLater } from '../../src/demo/calendar.ts';
import { seededIds } from '../../src/demo/chance.ts';
import { inLanes } from '../../src/demo/lanes.ts';
import { castOf } from '../../src/demo/organisations.ts';
import { planFor, plannedLots } from '../../src/demo/plan.ts';
import { productBodies, shelfLifeMonths } from '../../src/demo/products.ts';
import { parseUnifiedSocialCreditCode } from '../../src/identifiers/unified-social-credit-code.ts';

const momentsOfYears = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2040-01-01T00:00:00Z'),
  noInvalidDate: true,
});

describe('the demonstration’s plan', () => {
  it('ends on the day before, whatever the hour, and its days are China’s', () => {
    fc.assert(
      fc.property(momentsOfYears, fc.nat(400), fc.integer({ min: 0, max: 23 }), (now, daysBefore, hour) => {
        const calendar = new Calendar(now);
        const at = calendar.at(daysBefore, hour, 59);
        expect(at.getTime()).to.be.below(now.getTime());
        expect(dayInChina(at)).to.equal(calendar.day(daysBefore));
        expect(calendar.day(0) < dayInChina(now)).to.equal(true);
        expect(new Date(inChina(at)).getTime()).to.equal(at.getTime());
      }),
    );
  });

  it('reckons months as the catalogue does', () => {
    fc.assert(
      fc.property(momentsOfYears, fc.nat(60), (moment, months) => {
        const day = dayInChina(moment);
        expect(monthsLater(day, months)).to.equal(addMonths(day, months));
      }),
    );
  });

  it('makes what it sends, and gives no serial number twice', () => {
    const { deliveries, intakes, made } = planFor(50);
    const sent = [...deliveries.filter(({ supplier }) => supplier === 'manufacturer'), ...intakes];
    for (const { lot } of plannedLots) {
      const lines = sent.flatMap((one) => one.lines).filter((line) => line.lot.lot === lot);
      const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
      expect(quantity, lot).to.be.below(made.get(lot) ?? 0);
      const serials = lines.flatMap((line) => line.serials);
      expect(new Set(serials).size, lot).to.equal(serials.length);
    }
  });

  it('has lots in every state of expiry that a reader may look for', () => {
    const calendar = new Calendar(new Date('2026-11-24T04:00:00Z'));
    const expiring = plannedLots.map(({ made }) => monthsLater(calendar.day(made), shelfLifeMonths));
    const within = (months: number) =>
      expiring.filter((day) => day >= calendar.day(-1) && day <= monthsLater(calendar.day(-1), months));
    expect(expiring.some((day) => day < calendar.day(0))).to.equal(true);
    expect(within(1).length).to.be.above(0);
    expect(within(3).length).to.be.above(within(1).length);
    expect(within(6).length).to.be.above(within(3).length);
  });

  it('has fifty hospitals in their cities, each with a credit code of its own that checks', () => {
    const cast = castOf(new Calendar(new Date('2026-11-24T04:00:00Z')), 50);
    const everybody = [
      ...[cast.manufacturer, cast.drugAuthority, cast.healthAuthority, cast.foundation],
      ...[...cast.distributors, ...cast.hospitals],
    ];
    expect(cast.hospitals).to.have.length(50);
    expect(new Set(everybody.map(({ creditCode }) => creditCode)).size).to.equal(56);
    expect(new Set(everybody.map(({ name }) => name.zh)).size).to.equal(56);
    for (const { creditCode, area } of everybody) {
      expect(parseUnifiedSocialCreditCode(creditCode)).to.equal(creditCode);
      expect(creditCode.slice(2, 8)).to.equal(area);
    }
  });

  it('has nine products that the catalogue takes, each newer one in place of an older', () => {
    fc.assert(
      fc.property(momentsOfYears, (now) => {
        const products = productBodies(new Calendar(now)).map((body) => productBody.parse(body));
        expect(new Set(products.map(({ gtin }) => gtin)).size).to.equal(9);
        expect(products.filter(({ supersedes }) => supersedes !== undefined)).to.have.length(6);
      }),
      { numRuns: 20 },
    );
  });

  it('draws the same under the same name, and another thing under another', () => {
    const draw = (seed: string, name: string) => seededIds(seed, name).uuid();
    expect(draw('a', 'x')).to.equal(draw('a', 'x'));
    expect(new Set([draw('a', 'x'), draw('a', 'y'), draw('b', 'x')]).size).to.equal(3);
    expect(draw('a', 'x')).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const source = seededIds('a', 'x');
    const parts = [...source.bytes(5), ...source.bytes(70)];
    expect(parts).to.deep.equal([...seededIds('a', 'x').bytes(75)]);
  });

  it('keeps to its lanes, and tells of the first failure when those at work are done', async () => {
    let working = 0;
    let most = 0;
    const done: number[] = [];
    const work = async (n: number) => {
      working += 1;
      most = Math.max(most, working);
      await new Promise((resolve) => setImmediate(resolve));
      working -= 1;
      if (n === 4) throw new Error('four');
      done.push(n);
    };
    const failure = await inLanes(3, [1, 2, 3, 4, 5, 6, 7, 8, 9], work).catch((error: unknown) => error);
    expect(String(failure)).to.equal('Error: four');
    expect(most).to.equal(3);
    expect(working).to.equal(0);
    expect(done).to.not.include(9);
  });
});
