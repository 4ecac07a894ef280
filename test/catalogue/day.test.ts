import { expect } from 'chai';
import fc from 'fast-check';
import { dayInChina } from '../../src/catalogue/day.ts';

describe('the day in China', () => {
  const calendar = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Asia/Shanghai',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });

  it('is what the calendar says, also when summer time was kept', () => {
    const moments = fc.date({
      min: new Date('1950-01-01'),
      max: new Date('2150-01-01'),
      noInvalidDate: true,
    });
    fc.assert(fc.property(moments, (moment) => dayInChina(moment) === calendar.format(moment)));
  });

  it('begins at 16:00 UTC, and in the summer of 1988 began at 15:00', () => {
    expect(dayInChina(new Date('2026-11-24T15:59:59.999Z'))).to.equal('2026-11-24');
    expect(dayInChina(new Date('2026-11-24T16:00:00Z'))).to.equal('2026-11-25');
    expect(dayInChina(new Date('1988-07-01T15:00:00Z'))).to.equal('1988-07-02');
    expect(dayInChina(new Date('1991-12-31T16:00:00Z'))).to.equal('1992-01-01');
  });
});
