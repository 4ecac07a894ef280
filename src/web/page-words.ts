/** What the pages behind a label say, Chinese as a hospital would write it, and English. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { DeviceVerdict } from './device-facts.ts';

/** The first line, in both languages on every page: it must be understood by whoever holds the device. */
export const verdictWords: Readonly<Record<DeviceVerdict, Bilingual>> = {
  recalled: { zh: '正在召回，禁止使用', en: 'Recalled: do not use' },
  'on-hold': { zh: '已暂停使用，禁止使用', en: 'On hold: do not use' },
  'label-differs': { zh: '标签与登记不符，禁止使用', en: 'The label disagrees with the record: do not use' },
  expired: { zh: '已过失效日期，禁止使用', en: 'Expired: do not use' },
  'not-released': { zh: '尚未放行，禁止使用', en: 'Not released: do not use' },
  'not-registered': {
    zh: '生产时注册证无效，禁止使用',
    en: 'Not made under a valid registration: do not use',
  },
  'may-be-used': { zh: '可以使用', en: 'May be used' },
  'lot-needed': { zh: '需要批号才能判断', en: 'The lot is needed to tell' },
  'serial-needed': { zh: '需要序列号才能判断', en: 'The serial number is needed to tell' },
};

export const titles = {
  unknown: { zh: '未找到该器械，禁止使用', en: 'Not known: do not use' },
  unreadable: { zh: '条码内容有误', en: 'The code is wrong' },
  otherKey: { zh: '本页不能查询这种编码', en: 'This kind of code is not looked up here' },
  noSuchLink: { zh: '没有这类信息', en: 'There is no such information' },
  tooMany: { zh: '查询过于频繁', en: 'Too many requests' },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** What to do, by what the first line says; a paragraph each. */
export const adviceWords = {
  danger: [
    {
      zh: '医务人员：请勿使用，立即单独隔离存放，并通知本院医用耗材管理部门或消毒供应中心。',
      en: 'Hospital staff: do not use it. Set it apart at once, and tell your supplies department or CSSD.',
    },
    {
      zh: '患者：如您曾使用或体内植入了该器械，请联系为您治疗的医院，不要自行处理。',
      en: 'Patients: if this device was used on you or is in your body, ask the hospital that treated you; do nothing by yourself.',
    },
  ],
  safe: [
    {
      zh: '使用前请在本院系统中扫码核对库存与灭菌状态，并检查包装是否完好。',
      en: 'Before use, check it in your hospital’s own system as well, and look whether the package is intact.',
    },
  ],
  lot: [
    {
      zh: '请扫描标签上含批号的二维码；或在本页网址后加上 /10/ 和批号。',
      en: 'Scan the code on the label that carries the lot; or add /10/ and the lot number to this page’s address.',
    },
  ],
  serial: [
    {
      zh: '请扫描标签上含序列号的二维码。本产品的标签均印有序列号；标签上没有序列号的，可能有误或为假冒，请勿使用。',
      en: 'Scan the code on the label that carries the serial number. Every label of this product bears one: a label without it may be wrong or false, so do not use the device.',
    },
  ],
  false: [
    {
      zh: '系统中没有该产品、批号或序列号的生产记录，标签可能有误或为假冒。',
      en: 'No maker has registered this product, lot or serial number here: the label may be wrong or false.',
    },
    {
      zh: '请勿使用，单独隔离该器械并保留包装；请向供货单位和注册人核实，怀疑假冒时向当地药品监督管理部门报告（投诉举报电话 12315）。',
      en: 'Do not use the device. Set it apart and keep its package; ask the supplier and the registrant, and report a suspected counterfeit to the local drug authority (in China, telephone 12315).',
    },
  ],
  differs: [
    {
      zh: '标签上的日期与注册人登记的不一致，标签可能有误或为假冒。',
      en: 'A date on the label is not the one that the registrant recorded: the label may be wrong or false.',
    },
  ],
  unreadable: [
    {
      zh: '请重新扫描；仍不能识别时，请扫描标签上的其他条码，或核对标签上的文字。在核实之前请勿使用该器械。',
      en: 'Scan again; if that does not help, scan another code on the label, or compare with what is printed. Do not use the device until it is clear what it is.',
    },
  ],
  otherKey: [
    {
      zh: '本页只查询产品标识（GTIN，即以 /01/ 开头的网址）。请扫描器械本身标签上的二维码。',
      en: 'Only product identifiers (GTIN: addresses that begin with /01/) are looked up here. Scan the code on the device’s own label.',
    },
  ],
  tooMany: [
    {
      zh: '同一网络的查询次数过多，请稍候再试。在查到结果之前请勿使用该器械。',
      en: 'Too many have asked from this network: try again in a moment. Do not use the device before you have an answer.',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Bilingual[]>>;

export const labels = {
  service: { zh: '医疗器械查询', en: 'Device look-up' },
  recall: { zh: '召回', en: 'Recall' },
  recallNumber: { zh: '召回编号', en: 'Recall number' },
  decided: { zh: '召回决定日期', en: 'Decided on' },
  partly: {
    zh: '仅部分序列号或灭菌批次在召回范围内；请扫描带序列号的二维码，或向注册人核实。',
    en: 'Only some serial numbers or sterilisation lots are recalled: scan the code with the serial number, or ask the registrant.',
  },
  noRecall: {
    zh: '截至查询时，没有涉及本器械的召回。',
    en: 'No recall of this device stands at this moment.',
  },
  links: { zh: '可提供的信息', en: 'What there is' },
  part: { zh: '有误的部分', en: 'The part that is wrong' },
  asScanned: { zh: '扫码内容', en: 'As scanned' },
  product: { zh: '产品名称', en: 'Product' },
  model: { zh: '型号 / 规格', en: 'Model / specification' },
  gtin: { zh: '产品标识（UDI-DI）', en: 'UDI-DI' },
  lot: { zh: '批号', en: 'Lot' },
  serial: { zh: '序列号', en: 'Serial number' },
  package: { zh: '包装内数量', en: 'In this package' },
  manufactured: { zh: '生产日期', en: 'Manufactured' },
  expires: { zh: '失效日期', en: 'Expires' },
  recorded: { zh: '登记为', en: 'as recorded' },
  onLabel: { zh: '标签上为', en: 'on the label' },
  registration: { zh: '注册证编号 / 备案号', en: 'Registration' },
  registrant: { zh: '注册人 / 备案人', en: 'Registrant' },
  asOf: { zh: '查询时间', en: 'As of' },
  beijing: { zh: '（北京时间）', en: ' (Beijing time)' },
  again: {
    zh: '状态随时可能变化，请在每次使用前重新扫码。',
    en: 'This may change at any moment: scan again before each use.',
  },
} as const satisfies Readonly<Record<string, Bilingual>>;
