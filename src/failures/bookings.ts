import type { FailureTable } from './failure-kind.ts';

/** Of commands and of what they book: lots, stock, shipments, uses, corrections, and the questions about them. */
export const bookingFailures = {
  'command/id-reused': {
    status: 409,
    zh: '该操作编号已用于另一项操作。',
    en: 'This command id was already used for another command.',
  },
  'command/too-many-serials': {
    status: 422,
    zh: '一次最多处理 1000 个序列号，请分批进行。',
    en: 'At most 1,000 serial numbers at once; do it in parts.',
  },
  'command/too-large': {
    status: 422,
    zh: '一次操作涉及的批号或数量过多，请分次提交。',
    en: 'Too many lots, or too large a quantity, for one command; send it in parts.',
  },
  'command/time': {
    status: 422,
    zh: '所填时间晚于当前时间，或过于久远。',
    en: 'The time stated lies in the future, or too far in the past.',
  },
  'lot/not-yours': {
    status: 404,
    zh: '未找到该产品，或它不属于贵企业。',
    en: 'No such product of your organisation.',
  },
  'lot/contradicts': {
    status: 409,
    zh: '该批号已登记，且生产日期、失效日期或申报数量不一致。',
    en: 'The lot is registered with other dates or another declared quantity.',
  },
  'lot/beyond-shelf-life': {
    status: 422,
    zh: '失效日期超出产品有效期（自生产日期起算）。',
    en: 'The use-by date lies beyond the product’s shelf life, counted from the date of manufacture.',
  },
  'lot/closed': {
    status: 409,
    zh: '该批已完成登记，不能再增加。',
    en: 'The lot is closed; nothing can be added to it.',
  },
  'lot/over-declared': {
    status: 422,
    zh: '数量超过该批申报总数。',
    en: 'More than the lot was declared to hold.',
  },
  'lot/open': {
    status: 409,
    zh: '该批尚未全部登记完成，不能放行。',
    en: 'The lot is not complete yet and cannot be released.',
  },
  'lot/released': { status: 409, zh: '该批已放行。', en: 'The lot has been released already.' },
  'lot/label-void': {
    status: 409,
    zh: '以下序列号的标签已作废，或是为其他批号打印的；请核对器械上的标签。',
    en: 'The labels of these serial numbers are void, or were printed for another lot; look at the labels on the devices.',
  },
  'lot/label-dates': {
    status: 409,
    zh: '已打印的标签上的生产日期或失效日期与此不同；请核对日期，或先将这些标签作废。',
    en: 'Labels that were printed bear other dates; look at the dates again, or report those labels as spoiled first.',
  },
  'lot/serial-exists': { status: 409, zh: '以下序列号已存在。', en: 'These serial numbers exist already.' },
  'lot/not-registered': {
    status: 422,
    zh: '生产日期不在注册证有效期内，不能放行。',
    en: 'It was not made while its registration was valid, and cannot be released.',
  },
  'lot/held-not': {
    status: 404,
    zh: '没有此项暂停使用，或已解除。',
    en: 'There is no such hold, or it has been lifted.',
  },
  'stock/not-there': {
    status: 409,
    zh: '库存中没有足够的合格数量，或序列号不在该地点。',
    en: 'The place does not hold that many, or not those serial numbers, in this condition.',
  },
  'stock/recalled': {
    status: 409,
    zh: '该批正在召回：不得发出、验收合格或转为合格；请隔离并按召回通知处理。',
    en: 'The lot is being recalled: it may not be dispatched, accepted or made available; quarantine it and follow the notice.',
  },
  'stock/on-hold': {
    status: 409,
    zh: '该批已暂停使用：不得发出、验收合格或转为合格。',
    en: 'The lot is on hold: it may not be dispatched, accepted or made available.',
  },
  'stock/identity-mismatch': {
    status: 409,
    zh: '标签上的批号与该序列号的记录不一致，请隔离并查明。',
    en: 'The lot on the label is not the one on record for this serial number; quarantine it and find out why.',
  },
  'stock/expired': { status: 409, zh: '该批已过失效日期。', en: 'The lot has expired.' },
  'stock/not-released': {
    status: 409,
    zh: '该批尚未由生产企业放行。',
    en: 'The maker has not released this lot.',
  },
  'stock/facts-missing': {
    status: 409,
    zh: '该产品或批号未经生产企业登记，无法完成验收记录；请拒收或隔离。',
    en: 'The maker has not registered this product or lot, so that no acceptance record can be made; reject or quarantine it.',
  },
  'acceptance/not-received': {
    status: 409,
    zh: '该发货单下没有收到过该批号，请核对后填写实际到货的发货单。',
    en: 'This lot was not received under that shipment: name the one that it came with.',
  },
  'shipment/receiver': {
    status: 422,
    zh: '收货方不存在、已停用或不能收货。',
    en: 'There is no such receiver, or it cannot receive devices.',
  },
  'delivery/supplier': {
    status: 422,
    zh: '供货方未登记，或不是可以供货的其他机构。',
    en: 'There is no such supplier, or it is not another organisation that supplies devices.',
  },
  'import/too-large': {
    status: 422,
    zh: '一次导入的明细行或序列号过多，请分次提交。',
    en: 'Too many lines or serial numbers for one import; send them in parts.',
  },
  'shipment/closed': { status: 409, zh: '该发货单已关闭。', en: 'The shipment is closed.' },
  'shipment/returns-to': {
    status: 409,
    zh: '召回中的器械只能退回召回通知指定的地址。',
    en: 'Recalled devices go back only to the address that the recall names.',
  },
  'receipt/already-here': {
    status: 409,
    zh: '以下序列号已在本机构库存中。',
    en: 'These serial numbers are already in your stock.',
  },
  'people/unknown': {
    status: 422,
    zh: '所填人员不存在或不属于本机构。',
    en: 'No such person in your organisation.',
  },
  'people/witness': { status: 422, zh: '见证人不能是操作人本人。', en: 'The witness must be somebody else.' },
  'programme/not-running': {
    status: 422,
    zh: '没有该公益项目，或使用当日项目未在执行。',
    en: 'There is no such welfare programme, or it was not running on that day.',
  },
  'use/quantity': {
    status: 422,
    zh: '每件器械请单独登记一行。',
    en: 'State each device on a line of its own.',
  },
  'correction/not-yours': {
    status: 404,
    zh: '未找到该记录，或不是贵机构所写。',
    en: 'No such record, or it was written by another organisation.',
  },
  'correction/already': {
    status: 409,
    zh: '该记录已更正；如需再改，请更正最新的一条。',
    en: 'This record has been corrected; to change it again, correct the latest one.',
  },
  'correction/impossible': {
    status: 422,
    zh: '此类记录不能以更正方式撤销。',
    en: 'Records of this kind cannot be undone by a correction.',
  },
  'correction/other-kind': {
    status: 422,
    zh: '更正内容与原记录种类不符。',
    en: 'The right facts are of another kind than the record.',
  },
  'patient/number-missing': {
    status: 422,
    zh: '请填写住院号、病案号或患者ID。',
    en: 'State the inpatient number, the record number or the patient id.',
  },
  'trace/too-large': {
    status: 422,
    zh: '结果过多，无法一次完整列出；请缩小范围。',
    en: 'The answer is too large to be listed whole; narrow the question.',
  },
  'patient/restricted': {
    status: 403,
    zh: '该患者的信息已限制处理，仅可用于召回、不良事件处理或履行法定职责。',
    en: 'The data of this patient are restricted: they can be read only for a recall, an adverse event or a legal duty.',
  },
} as const satisfies FailureTable;
