/** The words of recalls' papers, Chinese as a hospital writes it, and English. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Condition } from '../ledger/account.ts';
import type { Deviation } from '../ledger/event.ts';
import type { AccountKind, BalanceRow } from './balance.ts';
import type { DeadlineState } from './deadlines.ts';
import type { RecallBasis, RecallClass, RecallMeasure, RecallState } from './recall.ts';

/** Order 29 Art. 13. */
export const classWords: Readonly<Record<RecallClass, Bilingual>> = {
  I: { zh: '一级召回', en: 'Class I recall' },
  II: { zh: '二级召回', en: 'Class II recall' },
  III: { zh: '三级召回', en: 'Class III recall' },
};

export const classMeanings: Readonly<Record<RecallClass, Bilingual>> = {
  I: {
    zh: '使用该产品可能或者已经引起严重健康危害',
    en: 'use may cause or has caused serious harm to health',
  },
  II: {
    zh: '使用该产品可能或者已经引起暂时的或者可逆的健康危害',
    en: 'use may cause or has caused temporary or reversible harm to health',
  },
  III: {
    zh: '使用该产品引起危害的可能性较小但仍需要召回',
    en: 'harm is unlikely, and the recall is needed nevertheless',
  },
};

export const basisWords: Readonly<Record<RecallBasis, Bilingual>> = {
  voluntary: { zh: '主动召回', en: 'Voluntary' },
  ordered: { zh: '责令召回', en: 'Ordered by the authority' },
};

export const stateWords: Readonly<Record<RecallState, Bilingual>> = {
  deciding: { zh: '生效中', en: 'Taking effect' },
  effective: { zh: '实施中', en: 'In effect' },
  completed: { zh: '已完成', en: 'Completed' },
  closed: { zh: '已关闭', en: 'Closed' },
};

/** Order 29 Art. 3. */
export const measureWords: Readonly<Record<RecallMeasure, Bilingual>> = {
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

const conditionWords: Readonly<Record<Condition, Bilingual>> = {
  'awaiting-acceptance': { zh: '待验', en: 'awaiting acceptance' },
  available: { zh: '合格', en: 'available' },
  rejected: { zh: '不合格', en: 'rejected' },
  quarantined: { zh: '隔离', en: 'quarantined' },
  contaminated: { zh: '污染', en: 'contaminated' },
  processing: { zh: '处理中', en: 'processing' },
};

/** Kinds of account, where the sign is shown another way. */
export const kindWords: Readonly<Record<AccountKind, Bilingual>> = {
  production: { zh: '生产', en: 'made' },
  place: { zh: '在库', en: 'in stock' },
  inside: { zh: '装入组套', en: 'built into kits' },
  transit: { zh: '在途', en: 'on its way' },
  consumed: { zh: '已使用', en: 'used' },
  destroyed: { zh: '已销毁', en: 'destroyed' },
  reported: { zh: '据报已交付', en: 'delivered as reported' },
  missing: { zh: '缺失', en: 'missing' },
  unexplained: { zh: '来源不明', en: 'without a history' },
};

const accountWords: Readonly<Record<AccountKind, Bilingual>> = {
  production: { zh: '生产（以负数计）', en: 'made (counted negative)' },
  place: { zh: '在库', en: 'in stock' },
  inside: { zh: '装入组套', en: 'built into a kit' },
  transit: { zh: '已发出、在途', en: 'sent, on its way' },
  consumed: { zh: '已使用', en: 'used' },
  destroyed: { zh: '已销毁', en: 'destroyed' },
  reported: { zh: '据报已交付（未经扫码）', en: 'delivered as reported (not scanned)' },
  missing: { zh: '缺失', en: 'missing' },
  unexplained: { zh: '来源不明（以负数计）', en: 'without a history (counted negative)' },
};

/** @returns what an account is: of stock its condition, for stock is what lies in a place. */
export function accountOf({ kind, condition }: Pick<BalanceRow, 'kind' | 'condition'>): Bilingual {
  return condition === undefined ? accountWords[kind] : conditionWords[condition];
}

/** What was wrong with a use that nevertheless happened (law 3), as a reader outside the theatre understands it. */
export const deviationWords: Readonly<Record<Deviation, Bilingual>> = {
  recalled: { zh: '使用时产品已被召回', en: 'the device was recalled when its use was recorded' },
  expired: { zh: '超过失效日期使用', en: 'used after its expiry date' },
  'on-hold': { zh: '使用时产品处于暂停使用状态', en: 'the device was on hold' },
  'not-released': { zh: '该批尚未放行', en: 'the lot was not released' },
  'already-used': {
    zh: '该件一次性产品此前已有使用记录',
    en: 'this single-use device was recorded as used before',
  },
  'identity-mismatch': {
    zh: '标签批号与该件登记的批号不一致',
    en: 'the lot on the label is not the one recorded for the device',
  },
  'not-in-stock': { zh: '账面无此库存', en: 'stock did not know the device' },
  elsewhere: { zh: '账面上该件位于其他地点', en: 'by the books the device was in another place' },
  'not-available': { zh: '账面上该件不是合格状态', en: 'by the books the device was not available' },
  'not-sterile': { zh: '无有效灭菌记录', en: 'no valid record of sterilisation' },
  'reuse-limit': { zh: '超过规定的使用次数', en: 'used more often than the maker allows' },
  unverified: { zh: '批号未经注册人确认', en: 'the lot is not known to the registrant' },
  'not-registered': { zh: '生产时无有效注册证', en: 'not registered when it was made' },
  'not-checked': { zh: '使用前未在系统核对', en: 'not checked in the system before use' },
};

export const deadlineWords: Readonly<Record<DeadlineState, Bilingual>> = {
  'not-running': { zh: '未起算', en: 'not running' },
  running: { zh: '期限内', en: 'running' },
  kept: { zh: '按期', en: 'kept' },
  missed: { zh: '逾期', en: 'missed' },
};

export const yes: Bilingual = { zh: '是', en: 'Yes' };
export const no: Bilingual = { zh: '否', en: 'No' };

/** @returns texts of a list in one text, each language with its own comma. */
export function joined(texts: readonly Bilingual[]): Bilingual {
  return { zh: texts.map(({ zh }) => zh).join('、'), en: texts.map(({ en }) => en).join(', ') };
}
