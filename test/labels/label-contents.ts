/** Contents that try the label of a unit: the least it may say, the usual, and the most. */
import type { UnitContent } from '../../src/labels/content.ts';

export { longestUnit as longest, shortestUnit as shortest } from '../../scripts/gallery/contents.ts';

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
