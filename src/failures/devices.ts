import type { FailureTable } from './failure-kind.ts';

/** Of what is scanned or typed in: a device's identifier, the link behind a label, signs that a label is false. */
export const deviceFailures = {
  'device/lot-missing': {
    status: 422,
    zh: '该条码不含批号，系统也没有该序列号的记录；请扫描含批号的条码，或手工录入批号。',
    en: 'The code carries no lot, and no unit with this serial number is known; scan the code that carries the lot, or type it in.',
  },
  'device/not-a-gtin': {
    status: 422,
    zh: '该条码不含产品标识（GTIN），请扫描标签上的 GS1 条码。',
    en: 'The code carries no product identifier (GTIN); scan the GS1 code on the label.',
  },
  'device/serial-missing': {
    status: 422,
    zh: '该产品按序列号追溯，请逐件扫描序列号。',
    en: 'This product is tracked by serial number; scan each unit.',
  },
  'device/serial-needless': {
    status: 422,
    zh: '该产品按批号追溯，请填写数量，不填序列号。',
    en: 'This product is tracked by lot: state a quantity and no serial numbers.',
  },
  'device/serial-repeated': {
    status: 422,
    zh: '同一序列号出现了两次。',
    en: 'The same serial number is named twice.',
  },
  'device/case-serial': {
    status: 422,
    zh: '该外包装带序列号，但系统没有其装箱内容；请开箱逐件扫描。',
    en: 'This case has a serial number of its own, but its contents are not known here; open it and scan the units.',
  },
  'device/package-scanned': {
    status: 422,
    zh: '扫描的是外包装；请扫描单件上的条码。',
    en: 'This is the code of a package; scan the code on the unit itself.',
  },
  'udi/empty': { status: 422, zh: '没有收到条码内容，请重新扫描。', en: 'Nothing was received; scan again.' },
  'udi/too-long': {
    status: 422,
    zh: '内容过长，不是一个器械标识；请只扫描一个条码。',
    en: 'This is too long to be a device identifier; scan one barcode only.',
  },
  'udi/unrecognised': {
    status: 422,
    zh: '这不是可识别的器械标识；请扫描标签上的 UDI 条码。',
    en: 'This is not a device identifier that we know; scan the UDI barcode on the label.',
  },
  'udi/unsupported': {
    status: 422,
    zh: '本系统不能读取这种编码；请扫描标签上的另一个条码，或手工录入。',
    en: 'This kind of code cannot be read here; scan another barcode on the label, or type it in.',
  },
  'udi/unknown-ai': {
    status: 422,
    zh: '此处不是已知的字段标识；条码可能读错，或缺少分隔符，请重新扫描。',
    en: 'There is no known field here; the barcode may have been misread or lost a separator. Scan again.',
  },
  'udi/separator-missing': {
    status: 422,
    zh: '条码中的一个字段与后面的内容连在了一起：扫描枪丢失了分隔符（FNC1/GS）。请将扫描枪设置为输出分隔符后重新扫描，不要手工拆分。',
    en: 'A field has run into what follows: the scanner lost the separator (FNC1/GS). Set the scanner to send separators and scan again; do not split it by hand.',
  },
  'udi/length': {
    status: 422,
    zh: '条码中的一个字段的长度不对，请重新扫描或核对标签。',
    en: 'A field has the wrong length; scan again or compare with the label.',
  },
  'udi/character': {
    status: 422,
    zh: '条码中的一个字段含有不允许的字符（例如空格、中文或全角符号），请关闭中文输入法后重新扫描。',
    en: 'A field holds a character that is not allowed (a space, say, or a full-width sign); switch the input method off and scan again.',
  },
  'udi/check-digit': {
    status: 422,
    zh: '条码中的一个字段的校验位不对，可能读错或输错，请重新扫描。',
    en: 'The check digit of A field is wrong: it was misread or mistyped. Scan again.',
  },
  'udi/check-character': {
    status: 422,
    zh: '条码中的一个字段的校验字符不对，可能读错或输错，请重新扫描。',
    en: 'The check character of A field is wrong: it was misread or mistyped. Scan again.',
  },
  'udi/date': {
    status: 422,
    zh: '条码中的一个字段不是有效的日期，请核对标签。',
    en: 'A field is not a date that exists; compare with the label.',
  },
  'udi/value': {
    status: 422,
    zh: '条码中的一个字段的内容不符合标准，请核对标签。',
    en: 'A field is not as the standard wants it; compare with the label.',
  },
  'udi/repeated-ai': {
    status: 422,
    zh: '条码中的一个字段出现了两次；请只扫描同一件器械的条码。',
    en: 'A field is there twice; scan the barcodes of one device only.',
  },
  'udi/missing-ai': {
    status: 422,
    zh: '只有条码中的一个字段，缺少它所属的产品标识等内容；请同时扫描标签上的另一个条码。',
    en: 'A field is there without what it belongs to, such as the product identifier; scan the other barcode on the label as well.',
  },
  'udi/conflicting-ai': {
    status: 422,
    zh: '条码中的一个字段不能与条码中的其他内容同时出现，请核对标签。',
    en: 'A field cannot stand beside something else in this barcode; compare with the label.',
  },
  'udi/bracket': {
    status: 422,
    zh: '括号不完整或不是英文括号；请写成 (01)…(17)…(10)… 的形式。',
    en: 'The brackets are not complete; write it as (01)…(17)…(10)….',
  },
  'udi/digital-link': {
    status: 422,
    zh: '这个网址不是有效的 GS1 数字链接；请扫描标签上的其他条码。',
    en: 'This web address is not a valid GS1 Digital Link; scan another barcode on the label.',
  },
  'resolver/link-invalid': {
    status: 400,
    zh: '该网址不是有效的 GS1 数字链接；核实之前请勿使用该器械。',
    en: 'The address is not a valid GS1 Digital Link; do not use the device until it is clear what it is.',
  },
  'resolver/device-unknown': {
    status: 404,
    zh: '没有该产品、批号或序列号的生产记录，标签可能有误或为假冒；请勿使用。',
    en: 'No maker has registered this product, lot or serial number; the label may be wrong or false. Do not use the device.',
  },
  'resolver/link-type': {
    status: 404,
    zh: '没有这类链接。',
    en: 'There is no link of this type.',
  },
  'resolver/other-key': {
    status: 404,
    zh: '此处只查询产品标识（GTIN）。',
    en: 'Only product identifiers (GTIN) are looked up here.',
  },
  'signal/acknowledged': {
    status: 409,
    zh: '该线索已有人确认处理。',
    en: 'Somebody has acknowledged this signal already.',
  },
} as const satisfies FailureTable;
