/** The statutory time limits of a recall, as a table of a paper. */
import type { Document, Row } from '../documents/document.ts';
import type { Deadline } from './deadlines.ts';
import { deadlineWords } from './words.ts';

/** † after an article: it was not checked against its text. */
export function drawDeadlines(paper: Document, deadlines: readonly Deadline[]): void {
  paper.heading({ zh: '七、法定期限', en: '7. Statutory time limits' });
  paper.table(
    [
      { title: { zh: '事项', en: 'Duty' }, weight: 6 },
      { title: { zh: '依据', en: 'By' }, weight: 2.2 },
      { title: { zh: '期限', en: 'Limit' }, weight: 3.4 },
      { title: { zh: '最后一日', en: 'Last day' }, weight: 2.8 },
      { title: { zh: '完成', en: 'Done' }, weight: 2.8 },
      { title: { zh: '状态', en: 'State' }, weight: 2.2 },
    ],
    deadlines.map(rowOf),
  );
  const laws = new Map(deadlines.map(({ clock }) => [clock.citation.law.en, clock.citation.law]));
  for (const { zh, en } of laws.values()) paper.paragraph({ zh: `依据：${zh}`, en: `By ${en}` });
  if (deadlines.some(({ clock }) => !clock.checked)) {
    paper.paragraph({
      zh: '† 条款尚未与法规原文核对，以原文为准。',
      en: '† Not checked against the text of the law, which prevails.',
    });
  }
  if (deadlines.some(({ provisional }) => provisional)) {
    paper.paragraph({
      zh: '* 该年度国务院节假日安排尚未公布，仅扣除周末。',
      en: '* The holidays of that year are not published yet: weekends alone were left out.',
    });
  }
}

function rowOf({ clock, days, lastDay, provisional, doneOn, state }: Deadline): Row {
  const { article } = clock.citation;
  const mark = clock.checked ? '' : ' †';
  const working = clock.calendar === 'cn-working-days';
  const limit = working
    ? { zh: `${days} 个工作日`, en: `${days} working days` }
    : { zh: `${days} 日（自然日）`, en: `${days} calendar days` };
  return {
    cells: [
      clock.duty,
      { zh: `${article.zh}${mark}`, en: `${article.en}${mark}` },
      limit,
      lastDay === undefined ? '—' : `${lastDay}${provisional ? ' *' : ''}`,
      doneOn ?? '—',
      deadlineWords[state],
    ],
    tone: state === 'missed' ? 'danger' : 'plain',
  };
}
