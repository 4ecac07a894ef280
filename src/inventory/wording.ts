/** Findings and warnings in the plain words of the person who holds the device. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Deviation } from '../ledger/event.ts';

export const findingWords: Readonly<Record<Deviation, Bilingual>> = {
  recalled: { zh: '该器械正在召回，禁止使用。', en: 'This device is being recalled: do not use it.' },
  expired: { zh: '已过失效日期，禁止使用。', en: 'It has expired: do not use it.' },
  'on-hold': { zh: '该批已暂停使用，禁止使用。', en: 'Its lot is on hold: do not use it.' },
  'not-released': {
    zh: '生产企业尚未放行该批，禁止使用。',
    en: 'The maker has not released this lot: do not use it.',
  },
  'already-used': {
    zh: '该序列号已登记使用过，禁止再次使用。',
    en: 'A use of this serial number is already recorded: do not use it again.',
  },
  'identity-mismatch': {
    zh: '标签内容与系统记录不一致，可能为错标或假冒，禁止使用。',
    en: 'The label does not agree with the record; it may be mislabelled or false: do not use it.',
  },
  'not-in-stock': {
    zh: '本院库存中没有该器械（未收货或未验收），请先完成收货和验收。',
    en: 'It is not in this hospital’s stock: receive and accept it first.',
  },
  elsewhere: {
    zh: '系统记录该器械在本院另一地点，请补登领用。',
    en: 'The record has it at another place of this hospital: record its issue.',
  },
  'not-available': {
    zh: '该器械处于待验、隔离、不合格或污染状态，禁止使用。',
    en: 'It awaits acceptance, or is quarantined, rejected or contaminated: do not use it.',
  },
  'not-sterile': {
    zh: '没有有效的灭菌记录，禁止使用。',
    en: 'It has no valid sterilisation record: do not use it.',
  },
  'reuse-limit': {
    zh: '已达到规定的重复使用次数，禁止使用。',
    en: 'It has been used as often as it may be: do not use it.',
  },
  unverified: {
    zh: '系统中没有该产品、批号或序列号的生产记录，请核对标签；无法核实时禁止使用。',
    en: 'No maker has registered this product, lot or serial number: compare the label; if that does not help, do not use it.',
  },
  'not-registered': {
    zh: '生产时注册证不在有效期内，禁止使用。',
    en: 'It was not made while its registration was valid: do not use it.',
  },
  'not-checked': { zh: '使用前未在系统中核对。', en: 'It was not checked here before use.' },
};

/** The warning of a unit that somebody else has stated to have. */
export const twoPlacesWords: Bilingual = {
  zh: '另有机构登记持有同一序列号，其中一件可能为假冒；请核对标签和包装，有疑问的不得使用。',
  en: 'Another organisation has stated to have the same serial number; one of the two may be false: compare label and packing, and do not use it in doubt.',
};

/** @returns the warning of an expiry that is near. */
export function nearExpiryWords(expiresOn: string, months: number): Bilingual {
  return {
    zh: `近效期：${expiresOn} 失效（不足 ${months} 个月）。`,
    en: `It expires soon: on ${expiresOn}, within ${months} ${months === 1 ? 'month' : 'months'}.`,
  };
}
