/** What can be wrong with a text that should be a UDI: a closed set, each with a sentence for people. */

/** The words for the few AIs that people in a hospital know by name. */
const namesOfAis: ReadonlyMap<string, { readonly zh: string; readonly en: string }> = new Map([
  ['00', { zh: '物流单元代码(00)', en: 'the logistic unit number (00)' }],
  ['01', { zh: '产品标识(01)', en: 'the product identifier (01)' }],
  ['02', { zh: '内含产品标识(02)', en: 'the identifier of the contents (02)' }],
  ['10', { zh: '批号(10)', en: 'the lot number (10)' }],
  ['11', { zh: '生产日期(11)', en: 'the manufacturing date (11)' }],
  ['17', { zh: '失效日期(17)', en: 'the expiry date (17)' }],
  ['21', { zh: '序列号(21)', en: 'the serial number (21)' }],
  ['30', { zh: '数量(30)', en: 'the quantity (30)' }],
  ['37', { zh: '数量(37)', en: 'the quantity (37)' }],
  ['240', { zh: '附加产品标识(240)', en: 'the additional product identifier (240)' }],
  ['414', { zh: '地点代码(414)', en: 'the location number (414)' }],
]);

/** `zh` and `en` name what is wrong; `{it}` is the field, as {@link namesOfAis} calls it. */
const sentences = {
  'udi/empty': { zh: '没有收到条码内容，请重新扫描。', en: 'Nothing was received; scan again.' },
  'udi/too-long': {
    zh: '内容过长，不是一个器械标识；请只扫描一个条码。',
    en: 'This is too long to be a device identifier; scan one barcode only.',
  },
  'udi/unrecognised': {
    zh: '这不是可识别的器械标识；请扫描标签上的 UDI 条码。',
    en: 'This is not a device identifier that we know; scan the UDI barcode on the label.',
  },
  'udi/unsupported': {
    zh: '本系统不能读取这种编码；请扫描标签上的另一个条码，或手工录入。',
    en: 'This kind of code cannot be read here; scan another barcode on the label, or type it in.',
  },
  'udi/unknown-ai': {
    zh: '此处不是已知的字段标识；条码可能读错，或缺少分隔符，请重新扫描。',
    en: 'There is no known field here; the barcode may have been misread or lost a separator. Scan again.',
  },
  'udi/separator-missing': {
    zh: '{it}与后面的内容连在了一起：扫描枪丢失了分隔符（FNC1/GS）。请将扫描枪设置为输出分隔符后重新扫描，不要手工拆分。',
    en: '{it} has run into what follows: the scanner lost the separator (FNC1/GS). Set the scanner to send separators and scan again; do not split it by hand.',
  },
  'udi/length': {
    zh: '{it}的长度不对，请重新扫描或核对标签。',
    en: '{it} has the wrong length; scan again or compare with the label.',
  },
  'udi/character': {
    zh: '{it}含有不允许的字符（例如空格、中文或全角符号），请关闭中文输入法后重新扫描。',
    en: '{it} holds a character that is not allowed (a space, say, or a full-width sign); switch the input method off and scan again.',
  },
  'udi/check-digit': {
    zh: '{it}的校验位不对，可能读错或输错，请重新扫描。',
    en: 'The check digit of {it} is wrong: it was misread or mistyped. Scan again.',
  },
  'udi/check-character': {
    zh: '{it}的校验字符不对，可能读错或输错，请重新扫描。',
    en: 'The check character of {it} is wrong: it was misread or mistyped. Scan again.',
  },
  'udi/date': {
    zh: '{it}不是有效的日期，请核对标签。',
    en: '{it} is not a date that exists; compare with the label.',
  },
  'udi/value': {
    zh: '{it}的内容不符合标准，请核对标签。',
    en: '{it} is not as the standard wants it; compare with the label.',
  },
  'udi/repeated-ai': {
    zh: '{it}出现了两次；请只扫描同一件器械的条码。',
    en: '{it} is there twice; scan the barcodes of one device only.',
  },
  'udi/missing-ai': {
    zh: '只有{it}，缺少它所属的产品标识等内容；请同时扫描标签上的另一个条码。',
    en: '{it} is there without what it belongs to, such as the product identifier; scan the other barcode on the label as well.',
  },
  'udi/conflicting-ai': {
    zh: '{it}不能与条码中的其他内容同时出现，请核对标签。',
    en: '{it} cannot stand beside something else in this barcode; compare with the label.',
  },
  'udi/bracket': {
    zh: '括号不完整或不是英文括号；请写成 (01)…(17)…(10)… 的形式。',
    en: 'The brackets are not complete; write it as (01)…(17)…(10)….',
  },
  'udi/digital-link': {
    zh: '这个网址不是有效的 GS1 数字链接；请扫描标签上的其他条码。',
    en: 'This web address is not a valid GS1 Digital Link; scan another barcode on the label.',
  },
} as const;

export type UdiFaultCode = keyof typeof sentences;

/** Why a text is no UDI, where (0-based UTF-16 offset in the text as sent), and what to tell people. */
export interface UdiFault {
  readonly code: UdiFaultCode;
  readonly position: number;
  readonly zh: string;
  readonly en: string;
}

/** A fault before it is put in words: the field is an AI, or the name of a part of another scheme. */
export interface Finding {
  readonly code: UdiFaultCode;
  readonly position: number;
  readonly ai?: string;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @returns the fault in both languages. */
export function faultOf(finding: Finding): UdiFault {
  const sentence = sentences[finding.code];
  const name = finding.ai === undefined ? undefined : namesOfAis.get(finding.ai);
  const zhName = name?.zh ?? (finding.ai === undefined ? '此内容' : `字段（${finding.ai}）`);
  const enName = name?.en ?? (finding.ai === undefined ? 'this text' : `field (${finding.ai})`);
  return {
    code: finding.code,
    position: finding.position,
    zh: sentence.zh.replace('{it}', zhName),
    en: capitalised(sentence.en.replace('{it}', enName)),
  };
}
