import type { FailureTable } from './failure-kind.ts';

/** Of recalls. */
export const recallFailures = {
  'recall/product-not-own': {
    status: 422,
    zh: '召回范围只能包含本单位注册或备案的产品。',
    en: 'A recall covers products of its own registrant only.',
  },
  'recall/scope-repeated': {
    status: 422,
    zh: '召回范围中有重复的项目。',
    en: 'Something stands twice in the scope of the recall.',
  },
  'recall/scope-too-large': {
    status: 422,
    zh: '召回范围列出的批号或序列号过多，请分为几次召回，或召回整个产品。',
    en: 'The scope names too many lots or serial numbers; divide it into several recalls, or recall the product as a whole.',
  },
  'recall/return-place': {
    status: 422,
    zh: '退回地址须为本单位正在使用的地点。',
    en: 'Devices go back to a place of the registrant that is in use.',
  },
  'recall/number-taken': {
    status: 409,
    zh: '该召回编号已使用。',
    en: 'The number is that of another recall.',
  },
  'recall/not-effective': {
    status: 409,
    zh: '召回尚在生效过程中，请稍后重试。',
    en: 'The recall is still taking effect; try again shortly.',
  },
  'recall/already-completed': {
    status: 409,
    zh: '该召回已经完成。',
    en: 'The recall is completed already.',
  },
  'recall/not-completed': {
    status: 409,
    zh: '召回完成后方可关闭；完成后又扩大范围的，须重新声明完成。',
    en: 'A recall is closed only after it was completed; one that was widened since has to be completed again.',
  },
  'recall/closed': { status: 409, zh: '该召回已关闭。', en: 'The recall is closed.' },
  'recall/inadequate': {
    status: 422,
    zh: '召回效果不充分时，不得解除对产品的限制。',
    en: 'Restrictions are not lifted while the recall is found inadequate.',
  },
} as const satisfies FailureTable;
