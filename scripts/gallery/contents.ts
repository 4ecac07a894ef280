/**
 * Contents that try every template: the least that a label may say, and the most that the template promises to hold.
 * Firms, numbers and people are invented.
 */
import type {
  CaseContent,
  ItemCodeContent,
  KitContent,
  LabelContent,
  LogisticContent,
  MaUnitContent,
  PackContent,
  PatientRecordContent,
  UnitContent,
} from '../../src/labels/content.ts';

type Device = Omit<UnitContent, 'kind'>;

const least: Device = {
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

/** Every identifier at its longest, of characters that a Digital Link must escape; names as long as real ones get. */
const most: Device = {
  gtin: '06901234567892',
  lot: 'A/%/%/%/%/%/%/%/%/%Z',
  serial: '%/9/%/%/%/%/%/%/%/0%',
  expiresOn: '2028-02-29',
  manufacturedOn: '2026-01-15',
  productName: {
    zh: '一次性使用透明螺纹扩肛器与管型吻合器组套',
    en: 'Single-use kit of transparent threaded dilator and circular stapler',
  },
  model: 'PPS-3.0-KIT-29/33-L',
  specification: '29 mm / 33 mm × 160 mm',
  catalogueNumber: 'CM-PPS30-2933-160',
  registrationNumber: '国械注准20213020001',
  registrant: {
    name: {
      zh: '苏州工业园区澄明微创医疗器械股份有限公司',
      en: 'Suzhou Chengming Minimally Invasive Devices Co., Ltd.',
    },
    address: '江苏省苏州工业园区星湖街 218 号生物纳米园 A4 楼 305 室',
    contact: '0512-6295 0000',
  },
  production: {
    address: '江苏省苏州市吴中区木渎镇珠江南路 888 号 3 幢',
    licence: '苏食药监械生产许20160088号',
  },
  contractManufacturer: {
    name: { zh: '常州澄瑞达医用材料有限公司', en: 'Changzhou Chengruida Medical Materials Co., Ltd.' },
    address: '江苏省常州市武进区西太湖大道 9 号',
    licence: '苏药监械生产许20190231号',
  },
  agent: {
    name: '上海远航医疗器械贸易有限公司',
    address: '中国（上海）自由贸易试验区富特北路 211 号',
    contact: '021-5866 0000',
  },
  sterile: { kind: 'sterile', method: 'irradiation' },
  singleUse: true,
  storage: {
    minimumCelsius: 2,
    maximumCelsius: 30,
    maximumHumidityPercent: 80,
    note: { zh: '避光，通风良好', en: 'dark, well ventilated' },
  },
  warnings: {
    zh: '包装破损禁止使用；仅供经培训的医师使用。',
    en: 'Do not use if the package is damaged; for trained surgeons only.',
  },
  publicUrl: 'https://trace.hospital.example.org',
};

/** Small labels hold no number of 20 characters beside its text: these are as long as they promise. */
const mostOnSmall: Device = {
  ...most,
  lot: 'PPS3-2601A',
  serial: '0001270',
  productName: { zh: '一次性使用管型吻合器（PPS 3.0）', en: 'Circular stapler (PPS 3.0)' },
  model: 'PPS-3.0-CS',
  specification: '29 mm',
};

const kit = (device: Device, components: KitContent['components']): KitContent => ({
  ...device,
  kind: 'kit',
  components,
});

const components: KitContent['components'] = [
  {
    name: { zh: '透明螺纹扩肛器', en: 'Transparent threaded dilator' },
    specification: '33 mm',
    lot: 'TD-260102',
    quantity: 1,
  },
  {
    name: { zh: '管型吻合器', en: 'Circular stapler' },
    specification: '29 mm',
    lot: 'CS-260115',
    quantity: 1,
  },
  {
    name: { zh: '荷包缝合线', en: 'Purse-string suture' },
    specification: '2-0',
    lot: 'SU-251220',
    quantity: 2,
  },
  {
    name: { zh: '肛门镜缝扎器', en: 'Anoscope for suturing' },
    specification: '33 mm',
    lot: 'AN-251103',
    quantity: 1,
  },
];

const logisticLeast: LogisticContent = {
  kind: 'logistic',
  sscc: '069012345678901238',
  from: { name: '甲' },
  to: { name: '乙' },
  contents: [{ gtin: '06901234567892', name: { zh: '钳', en: 'Clip' }, lot: '1', quantity: 1 }],
};

const logisticMost: LogisticContent = {
  kind: 'logistic',
  sscc: '369012345678901239',
  from: {
    name: most.registrant.name,
    ...{ address: most.registrant.address ?? '', contact: '0512-6295 0000' },
  },
  to: {
    name: {
      zh: '广州穗岚肛肠医院（PPS 精准功能保肛中心）',
      en: 'Suilan Colorectal Hospital (PPS Centre), Guangzhou',
    },
    address: '广东省广州市天河区穗岚路 26 号医用耗材库 2 号收货口',
    contact: '020-3825 0000',
  },
  shipment: 'CM-2026-11-24-000128',
  package: { number: 12, of: 240 },
  ...(most.storage === undefined ? {} : { storage: most.storage }),
  contents: [
    {
      ...{ gtin: '16901234567899', name: most.productName, lot: most.lot },
      ...{ expiresOn: '2028-02-29', quantity: 120 },
    },
  ],
};

const packLeast: PackContent = {
  ...{ kind: 'pack', gtin: '06901234567892', lot: '1', publicUrl: 'https://u.cn' },
  ...{ itemName: { zh: '钳', en: 'Clip' }, packer: '01', steriliser: '1', load: '1' },
  ...{ sterilisedOn: '2026-11-24', sterileUntil: '2027-05-23', hospital: '甲医院' },
};

const packMost: PackContent = {
  ...{ kind: 'pack', gtin: most.gtin, lot: most.lot, publicUrl: most.publicUrl },
  ...(most.serial === undefined ? {} : { serial: most.serial }),
  itemName: {
    zh: '经肛门全直肠系膜切除手术器械包（精密，大号）',
    en: 'Instrument set for transanal mesorectal excision, large',
  },
  ...{ packer: '欧阳晓雯（0312）', checker: '司徒建国（0457）' },
  ...{ steriliser: '3 号脉动真空压力蒸汽灭菌器', load: '20261124-03-02' },
  ...{ sterilisedOn: '2026-11-24', sterileUntil: '2027-05-23' },
  hospital: {
    zh: '广州穗岚肛肠医院消毒供应中心',
    en: 'CSSD, Suilan Colorectal Hospital (PPS Centre), Guangzhou',
  },
};

const itemLeast: ItemCodeContent = {
  ...{ kind: 'item-code', issuer: '2f7c0c5e-9a3b-4c2d-8e1f-6a5b4c3d2e1f', serial: '1', hospital: '甲医院' },
  ...{ productName: { zh: '钳', en: 'Clip' }, model: 'A', specification: '1', lot: '1' },
};

const itemMost: ItemCodeContent = {
  ...itemLeast,
  serial: 'SLGC-2026-1124-00128',
  hospital: { zh: '广州穗岚肛肠医院', en: 'Suilan Colorectal Hospital (PPS Centre), Guangzhou' },
  productName: { zh: '一次性使用管型吻合器', en: 'Circular stapler, single use' },
  specification: '29 mm',
  lot: 'PPS3-2601A',
  expiresOn: '2028-12-31',
};

function maUnit(device: Device, deviceIdentifier: string, lot: string, serial?: string): MaUnitContent {
  const { gtin: _gtin, publicUrl: _publicUrl, serial: _serial, ...facts } = device;
  return { ...facts, kind: 'ma-unit', deviceIdentifier, lot, ...(serial === undefined ? {} : { serial }) };
}

const unit = (device: Device): UnitContent => ({ ...device, kind: 'unit' });
export const shortestUnit = unit(least);
export const longestUnit = unit(most);
const record = (device: Device): PatientRecordContent => ({ ...device, kind: 'patient-record' });
const box = (device: Device, gtin: string, quantity: number): CaseContent => ({
  ...device,
  ...{ kind: 'case', gtin, quantity },
});

interface Extremes {
  readonly shortest: LabelContent;
  readonly longest: LabelContent;
}

/** By template. */
export const galleryContents: Readonly<Record<string, Extremes>> = {
  'unit-60x40': { shortest: shortestUnit, longest: longestUnit },
  'unit-30x20': { shortest: shortestUnit, longest: unit(mostOnSmall) },
  'sheet-2x7': { shortest: shortestUnit, longest: longestUnit },
  'sheet-3x8': { shortest: shortestUnit, longest: unit(mostOnSmall) },
  'sheet-5x13': { shortest: shortestUnit, longest: unit(mostOnSmall) },
  'kit-100x80': {
    shortest: kit(least, [{ name: { zh: '钳', en: 'Clip' }, quantity: 1 }]),
    longest: kit(most, components),
  },
  'case-150x100': { shortest: box(least, '16901234567899', 1), longest: box(most, '16901234567899', 240) },
  'logistic-a6': { shortest: logisticLeast, longest: logisticMost },
  'pack-70x50': { shortest: packLeast, longest: packMost },
  'patient-record-80x120': { shortest: record(least), longest: record(most) },
  'item-code-40x25': { shortest: itemLeast, longest: itemMost },
  'ma-unit-60x40': {
    shortest: maUnit(least, 'MA.156.M0.100204.13351764', '1'),
    longest: maUnit(most, 'MA.156.M0.100204.13351764', 'PPS3-2601A/29#0*(+)_', 'SN-2026-0112-0001270'),
  },
};
