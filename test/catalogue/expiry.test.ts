import { expect } from 'chai';
import fc from 'fast-check';
import { addMonths, dayInChina, isValidOn } from '../../src/catalogue/day.ts';
import { expiryState } from '../../src/catalogue/expiry.ts';
import { fefo } from '../../src/catalogue/lot.ts';

describe('days in China', () => {
  it('turns at midnight in Shanghai, which is 16:00 UTC of the day before', () => {
    expect(dayInChina(new Date('2026-03-31T15:59:59.999Z'))).to.equal('2026-03-31');
    expect(dayInChina(new Date('2026-03-31T16:00:00.000Z'))).to.equal('2026-04-01');
  });

  it('moves by months and stops at the end of a shorter one', () => {
    expect(addMonths('2026-05-31', -3)).to.equal('2026-02-28');
    expect(addMonths('2028-05-31', -3)).to.equal('2028-02-29');
    expect(addMonths('2026-01-15', -1)).to.equal('2025-12-15');
    expect(addMonths('2026-12-31', 1)).to.equal('2027-01-31');
    expect(addMonths('2026-06-30', 24)).to.equal('2028-06-30');
  });

  it('counts both ends of a span, and a span without an end goes on', () => {
    const span = { validFrom: '2021-01-01', validTo: '2025-12-31' };
    expect(isValidOn(span, '2020-12-31')).to.equal(false);
    expect(isValidOn(span, '2021-01-01')).to.equal(true);
    expect(isValidOn(span, '2025-12-31')).to.equal(true);
    expect(isValidOn(span, '2026-01-01')).to.equal(false);
    expect(isValidOn({ validFrom: '2021-01-01' }, '2199-01-01')).to.equal(true);
  });
});

describe('expiry', () => {
  const lot = { expiresOn: '2026-06-30' };

  it('lets a device be used through its expiry date, and not a day longer', () => {
    expect(expiryState(lot, '2026-06-30')).to.deep.equal({ kind: 'near', months: 1 });
    expect(expiryState(lot, '2026-07-01')).to.deep.equal({ kind: 'expired' });
  });

  it('warns from the day that lies 6, 3 and 1 months before', () => {
    expect(expiryState(lot, '2025-12-29')).to.deep.equal({ kind: 'ok' });
    expect(expiryState(lot, '2025-12-30')).to.deep.equal({ kind: 'near', months: 6 });
    expect(expiryState(lot, '2026-03-29')).to.deep.equal({ kind: 'near', months: 6 });
    expect(expiryState(lot, '2026-03-30')).to.deep.equal({ kind: 'near', months: 3 });
    expect(expiryState(lot, '2026-05-30')).to.deep.equal({ kind: 'near', months: 1 });
  });

  it('warns as it is set', () => {
    expect(expiryState(lot, '2025-12-30', [2])).to.deep.equal({ kind: 'ok' });
    expect(expiryState(lot, '2026-06-30', [])).to.deep.equal({ kind: 'ok' });
  });

  it('never expires what has no expiry', () => {
    expect(expiryState({}, '2199-01-01')).to.deep.equal({ kind: 'none' });
  });
});

describe('fefo', () => {
  it('orders by expiry, then age, then number; what has no expiry comes last', () => {
    const lots = [
      { lot: 'D' },
      { lot: 'C', expiresOn: '2027-01-31', manufacturedOn: '2025-02-01' },
      { lot: 'B', expiresOn: '2027-01-31', manufacturedOn: '2025-01-01' },
      { lot: 'A2', expiresOn: '2026-12-31' },
      { lot: 'A1', expiresOn: '2026-12-31' },
    ];
    expect(fefo(lots).map(({ lot }) => lot)).to.deep.equal(['A1', 'A2', 'B', 'C', 'D']);
    expect(lots[0]?.lot, 'the argument is left alone').to.equal('D');
  });

  it('gives one order, whatever the order it was given', () => {
    const day = fc.option(fc.constantFrom('2026-01-31', '2026-02-28', '2027-01-01'), { nil: undefined });
    const lot = fc.record({ lot: fc.string({ maxLength: 3 }), expiresOn: day, manufacturedOn: day });
    fc.assert(
      fc.property(
        fc.uniqueArray(lot, { selector: (one) => one.lot }),
        fc.infiniteStream(fc.nat()),
        (lots, random) => {
          const shuffled = lots
            .map((one) => ({ one, key: random.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
          const clean = (all: typeof lots) =>
            all.map(({ lot: number, expiresOn, manufacturedOn }) => ({
              lot: number,
              ...(expiresOn === undefined ? {} : { expiresOn }),
              ...(manufacturedOn === undefined ? {} : { manufacturedOn }),
            }));
          expect(fefo(clean(shuffled))).to.deep.equal(fefo(clean(lots)));
        },
      ),
      { numRuns: 200 },
    );
  });
});
