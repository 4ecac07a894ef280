/**
 * The statutory time limits of a recall in China, as data: each with its article, its calendar and whether it was
 * checked against the text. One that turns out otherwise is put right here or by the setting, and nowhere else.
 */
import type { Bilingual } from '../catalogue/bilingual.ts';
import { dayInChina } from '../catalogue/day.ts';
import { addCalendarDays, addWorkingDays, calendarIsPublished } from './cn-calendar.ts';
import type { RecallClass } from './recall.ts';

export type Calendar = 'calendar-days' | 'cn-working-days';

/** What sets a clock going, and what stops it. */
export type Milestone =
  | 'decided'
  | 'notices-reached'
  | 'report-filed'
  | 'completed'
  | 'summary-filed'
  | 'reviewed';

export interface Citation {
  readonly law: Bilingual;
  readonly article: Bilingual;
}

export interface StatutoryClock {
  readonly id: string;
  readonly duty: Bilingual;
  readonly citation: Citation;
  /** False (†): the article was not checked against its text. */
  readonly checked: boolean;
  readonly from: Milestone;
  readonly until: Milestone;
  readonly calendar: Calendar;
  /** Days by class of the recall; a class without an entry has no such limit. */
  readonly days: Readonly<Partial<Record<RecallClass, number>>>;
}

const recallMeasures: Bilingual = {
  zh: '《医疗器械召回管理办法》（原国家食品药品监督管理总局令第29号）',
  en: 'Measures for Medical Device Recall (Order 29 of 2017)',
};

const order29 = (article: number): Citation => ({
  law: recallMeasures,
  article: { zh: `第${article}条`, en: `Art. ${article}` },
});

export const statutoryClocks: readonly StatutoryClock[] = [
  {
    id: 'cn/notice-reached',
    duty: {
      zh: '召回通知送达有关经营企业、使用单位或告知使用者',
      en: 'Notices have reached the distributors, hospitals or users concerned',
    },
    citation: order29(15),
    checked: false,
    from: 'decided',
    until: 'notices-reached',
    calendar: 'calendar-days',
    days: { I: 1, II: 3, III: 7 },
  },
  {
    id: 'cn/evaluation-and-plan',
    duty: { zh: '提交调查评估报告和召回计划', en: 'Evaluation report and recall plan are filed' },
    citation: order29(16),
    checked: false,
    from: 'decided',
    until: 'report-filed',
    calendar: 'cn-working-days',
    days: { I: 5, II: 5, III: 5 },
  },
  {
    id: 'cn/summary',
    duty: { zh: '提交召回总结评估报告', en: 'Summary and evaluation of effectiveness are filed' },
    citation: order29(22),
    checked: false,
    from: 'completed',
    until: 'summary-filed',
    calendar: 'cn-working-days',
    days: { I: 10, II: 10, III: 10 },
  },
  {
    id: 'cn/review',
    duty: { zh: '药品监督管理部门审查召回总结评估报告', en: 'The authority reviews the summary' },
    citation: order29(23),
    checked: false,
    from: 'summary-filed',
    until: 'reviewed',
    calendar: 'cn-working-days',
    days: { I: 10, II: 10, III: 10 },
  },
];

/** When each milestone was reached, RFC 3339; what is not known is absent. */
export type Milestones = Readonly<Partial<Record<Milestone, string>>>;

export type DeadlineState =
  /** What sets the clock going has not happened, or is not recorded here. */
  'not-running' | 'running' | 'kept' | 'missed';

export interface Deadline {
  readonly clock: StatutoryClock;
  readonly days: number;
  /** The last day, `YYYY-MM-DD` in China; absent while the clock does not run. */
  readonly lastDay?: string;
  /** The State Council has not published the holidays of that year yet: weekends alone were left out. */
  readonly provisional: boolean;
  /** The day on which it was done. */
  readonly doneOn?: string;
  readonly state: DeadlineState;
}

/**
 * @param today `YYYY-MM-DD` in China
 * @returns the limits that a recall of this class has, in the order of the law
 */
export function deadlinesOf(
  clocks: readonly StatutoryClock[],
  recallClass: RecallClass,
  milestones: Milestones,
  today: string,
): Deadline[] {
  return clocks.flatMap((clock) => {
    const days = clock.days[recallClass];
    return days === undefined ? [] : [deadlineOf(clock, days, milestones, today)];
  });
}

function deadlineOf(clock: StatutoryClock, days: number, milestones: Milestones, today: string): Deadline {
  const from = milestones[clock.from];
  const done = milestones[clock.until];
  const doneOn = done === undefined ? {} : { doneOn: dayInChina(new Date(done)) };
  if (from === undefined) return { clock, days, provisional: false, ...doneOn, state: 'not-running' };
  const firstDay = dayInChina(new Date(from));
  const working = clock.calendar === 'cn-working-days';
  const lastDay = working ? addWorkingDays(firstDay, days) : addCalendarDays(firstDay, days);
  const provisional = working && !calendarIsPublished(lastDay);
  const judged = doneOn.doneOn ?? today;
  const kept = doneOn.doneOn === undefined ? 'running' : 'kept';
  return { clock, days, lastDay, provisional, ...doneOn, state: judged > lastDay ? 'missed' : kept };
}
