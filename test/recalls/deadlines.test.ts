import { expect } from 'chai';
import fc from 'fast-check';
import { addCalendarDays, addWorkingDays, calendarIsPublished } from '../../src/recalls/cn-calendar.ts';
import { deadlinesOf, type Milestones, statutoryClocks } from '../../src/recalls/deadlines.ts';

describe('the calendar', () => {
  it('skips the National Day holiday, and counts the days worked in lieu of it', () => {
    // 2026: 1 to 7 October are holidays; Sunday 20 September and Saturday 10 October are worked.
    expect(addWorkingDays('2026-09-30', 1)).to.equal('2026-10-08');
    expect(addWorkingDays('2026-10-08', 2)).to.equal('2026-10-10');
    expect(addWorkingDays('2026-09-18', 1)).to.equal('2026-09-20');
  });

  it('skips weekends', () => {
    expect(addWorkingDays('2026-11-24', 5)).to.equal('2026-12-01');
    expect(addWorkingDays('2026-11-27', 1)).to.equal('2026-11-30');
  });

  it('crosses months, years and leap days', () => {
    expect(addCalendarDays('2028-02-28', 1)).to.equal('2028-02-29');
    expect(addCalendarDays('2026-12-31', 1)).to.equal('2027-01-01');
  });

  it('says when a year’s holidays are not published', () => {
    expect(calendarIsPublished('2026-11-24')).to.equal(true);
    expect(calendarIsPublished('2099-01-01')).to.equal(false);
  });

  it('never ends a count of working days before as many calendar days', () => {
    const date = fc.date({ min: new Date('2024-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.integer({ min: 1, max: 15 }), (from, days) => {
        const start = from.toISOString().slice(0, 10);
        expect(addWorkingDays(start, days) >= addCalendarDays(start, days)).to.equal(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the statutory time limits', () => {
  const decided = '2026-11-24T02:30:00Z';
  const first = (milestones: Milestones, today: string, recallClass: 'I' | 'II' | 'III' = 'I') =>
    deadlinesOf(statutoryClocks, recallClass, milestones, today)[0];

  it('give notices 1, 3 and 7 calendar days by class, to the end of the last day in China', () => {
    const lastDays = (['I', 'II', 'III'] as const).map(
      (level) => first({ decided }, '2026-11-24', level)?.lastDay,
    );
    expect(lastDays).to.deep.equal(['2026-11-25', '2026-11-27', '2026-12-01']);
    // 17:00 UTC is the next day in China.
    expect(first({ decided: '2026-11-24T17:00:00Z' }, '2026-11-25')?.lastDay).to.equal('2026-11-26');
  });

  it('are kept or missed by the day on which it was done, and run until then', () => {
    expect(first({ decided }, '2026-11-25')?.state).to.equal('running');
    expect(first({ decided }, '2026-11-26')?.state).to.equal('missed');
    const reached = { decided, 'notices-reached': '2026-11-25T15:59:00Z' };
    expect(first(reached, '2027-01-01')).to.include({ state: 'kept', doneOn: '2026-11-25' });
    const late = { decided, 'notices-reached': '2026-11-25T16:00:00Z' };
    expect(first(late, '2026-11-26')).to.include({ state: 'missed', doneOn: '2026-11-26' });
  });

  it('do not run before what sets them going', () => {
    const states = deadlinesOf(statutoryClocks, 'I', { decided }, '2026-11-24').map(({ state }) => state);
    expect(states).to.deep.equal(['running', 'running', 'not-running', 'not-running']);
  });

  it('all name article and calendar, and can be replaced', () => {
    for (const { citation, calendar, days } of statutoryClocks) {
      expect(citation.article.en).to.match(/^Art\. \d+$/);
      expect(calendar).to.be.oneOf(['calendar-days', 'cn-working-days']);
      expect(Object.keys(days)).to.have.length(3);
    }
    const [clock] = statutoryClocks;
    if (clock === undefined) throw new Error('no clock');
    const other = [{ ...clock, days: { I: 2 } }];
    expect(deadlinesOf(other, 'I', { decided }, '2026-11-24')[0]?.lastDay).to.equal('2026-11-26');
    expect(deadlinesOf(other, 'II', { decided }, '2026-11-24')).to.deep.equal([]);
  });
});
