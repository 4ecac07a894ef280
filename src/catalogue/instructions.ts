/**
 * What a restriction tells the person who scanned. The maker's own wording lies in an erasable collection and is
 * printed on the notice; these sentences follow from the event alone, so that a rebuild writes the same.
 */
import type { EventDetails, recallMeasures } from '../ledger/event-details.ts';
import type { Bilingual } from './bilingual.ts';

type Measure = (typeof recallMeasures)[number];

export const holdInstruction: Bilingual = {
  zh: '暂停使用：请勿使用，移至隔离区，等待通知。',
  en: 'On hold: do not use; move it to quarantine and wait for word.',
};

export const widenedRecallInstruction: Bilingual = {
  zh: '召回（范围已扩大）：立即停止使用并隔离，按召回通知处理。',
  en: 'Recalled (the scope was widened): do not use, quarantine at once, and follow the recall notice.',
};

const classes = { I: '一级', II: '二级', III: '三级' } as const;

/** In the order of Order 29 Art. 3. */
const measures: Readonly<Record<Measure, Bilingual>> = {
  warning: { zh: '警示', en: 'warning' },
  inspection: { zh: '检查', en: 'inspection' },
  repair: { zh: '修理', en: 'repair' },
  relabelling: { zh: '重新标签', en: 'relabelling' },
  'changed-instructions': { zh: '修改并完善说明书', en: 'changed instructions' },
  'software-update': { zh: '软件更新', en: 'software update' },
  replacement: { zh: '替换', en: 'replacement' },
  'taking-back': { zh: '收回', en: 'taking back' },
  destruction: { zh: '销毁', en: 'destruction' },
};

/** @returns what to do with a recalled device, with number, class and measures of the recall. */
export function recallInstruction(
  recall: Pick<EventDetails['recallInitiated'], 'number' | 'class' | 'measures'>,
): Bilingual {
  const zh = recall.measures.map((measure) => measures[measure].zh).join('、');
  const en = recall.measures.map((measure) => measures[measure].en).join(', ');
  return {
    zh: `${classes[recall.class]}召回（${recall.number}）：立即停止使用并隔离，按召回通知处理${zh === '' ? '' : `（${zh}）`}。`,
    en: `Class ${recall.class} recall (${recall.number}): do not use, quarantine at once, and follow the recall notice${en === '' ? '' : ` (${en})`}.`,
  };
}
