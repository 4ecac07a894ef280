import { expect } from 'chai';
import {
  fullYear,
  isoDateOfYymmdd,
  parseIsoDate,
  yymmddOfIsoDate,
} from '../../src/identifiers/calendar-date.ts';

describe('calendar-date', () => {
  it('takes the century from the window of General Specifications 7.12', () => {
    // 2026: 51 to 99 ahead is the last century, 50 to 99 behind the next.
    expect([76, 77, 99, 0, 25, 26].map((year) => fullYear(year, 2026))).to.deep.equal([
      2076, 1977, 1999, 2000, 2025, 2026,
    ]);
    // 1999: year 00 to 49 are 50 and more behind.
    expect([0, 49, 50, 99].map((year) => fullYear(year, 1999))).to.deep.equal([2000, 2049, 1950, 1999]);
  });

  it('takes day 00 for the last day of the month', () => {
    expect(isoDateOfYymmdd('280200', 2026)).to.equal('2028-02-29');
    expect(isoDateOfYymmdd('270200', 2026)).to.equal('2027-02-28');
    expect(isoDateOfYymmdd('261100', 2026)).to.equal('2026-11-30');
  });

  it('refuses days that do not exist', () => {
    for (const text of ['260229', '261301', '260001', '260431', '26010', '2601011', '26O101', '']) {
      expect(isoDateOfYymmdd(text, 2026), text).to.equal(undefined);
    }
    for (const text of ['2026-02-29', '2026-2-01', '0000-01-01', '2026-01-01T00:00', '']) {
      expect(parseIsoDate(text), text).to.equal(undefined);
    }
  });

  it('writes a date as an element string has it', () => {
    const date = parseIsoDate('2028-02-29');
    expect(date === undefined ? '' : yymmddOfIsoDate(date)).to.equal('280229');
  });
});
