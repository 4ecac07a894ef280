/** Contents that try a label: the least it may say, the usual, and the most. */
import type { UnitContent } from '../../src/labels/content.ts';

export const shortest: UnitContent = {
  kind: 'unit',
  gtin: '06901234567892',
  lot: '1',
  productName: { zh: '钳', en: 'Clip' },
  model: 'A',
  specification: '1',
  registrant: { name: '甲' },
  sterile: { kind: 'non-sterile' },
  singleUse: false,
  publicUrl: 'https://u.cn',
};

export const usual: UnitContent = {
  kind: 'unit',
  gtin: '06901234567892',
  lot: 'PPS3-2601A',
  serial: '000127',
  expiresOn: '2028-12-31',
  manufacturedOn: '2026-01-15',
  productName: { zh: '一次性使用管型吻合器', en: 'Circular stapler, single use' },
  model: 'PPS-3.0-CS',
  specification: '29 mm',
  registrationNumber: '国械注准20213020001',
  registrant: { name: { zh: '苏州澄明医疗器械有限公司', en: 'Suzhou Chengming Medical Devices Co., Ltd.' } },
  sterile: { kind: 'sterile', method: 'ethylene-oxide' },
  singleUse: true,
  publicUrl: 'https://trace.example.org',
};

/** Every identifier at its longest, of characters that a Digital Link must escape, and long names. */
export const longest: UnitContent = {
  kind: 'unit',
  gtin: '06901234567892',
  lot: 'A/%/%/%/%/%/%/%/%/%Z',
  serial: '%/9/%/%/%/%/%/%/%/0%',
  expiresOn: '2028-02-29',
  manufacturedOn: '2026-01-15',
  productName: {
    zh: '一次性使用透明螺纹扩肛器与管型吻合器组套',
    en: 'Single-use kit of transparent threaded dilator and stapler',
  },
  model: 'PPS-3.0-KIT-29/33-LONG',
  specification: '29 mm / 33 mm × 160 mm',
  registrationNumber: '国械注准20213020001',
  registrant: {
    name: { zh: '苏州工业园区澄明微创医疗器械股份有限公司', en: 'Suzhou Industrial Park Chengming Co.' },
  },
  sterile: { kind: 'sterile', method: 'irradiation' },
  singleUse: true,
  publicUrl: 'https://trace.hospital.example.org',
};
