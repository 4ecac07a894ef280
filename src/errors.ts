/**
 * The closed set of expected failures: a code for programs, an HTTP status, and one sentence for people in
 * Chinese and English. Whatever is not in this set is a fault of ours: it crashes the request, is logged,
 * and tells the client nothing.
 */

interface FailureKind {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

const failures = {
  'request/malformed': { status: 400, zh: '请求格式不正确。', en: 'The request could not be read.' },
  'request/invalid': {
    status: 422,
    zh: '请求内容有误，请检查标出的字段。',
    en: 'Something in the request is wrong; see the fields named.',
  },
  'request/too-large': { status: 413, zh: '请求内容过大。', en: 'The request is too large.' },
  'request/unsupported-media-type': { status: 415, zh: '请以 JSON 格式发送。', en: 'Send the body as JSON.' },
  'request/not-acceptable': {
    status: 406,
    zh: '无法以所要求的格式作答。',
    en: 'The answer is not available in the format asked for.',
  },
  'route/not-found': { status: 404, zh: '没有这个地址。', en: 'There is nothing at this address.' },
  'route/method-not-allowed': {
    status: 405,
    zh: '此地址不支持该操作。',
    en: 'This address does not allow that method.',
  },
  'not-found': { status: 404, zh: '未找到，或您无权查看。', en: 'Not found, or not yours to see.' },
  conflict: {
    status: 409,
    zh: '已存在，或与现有记录冲突。',
    en: 'It exists already, or contradicts what is recorded.',
  },
  'command/id-reused': {
    status: 409,
    zh: '该操作编号已用于另一项操作。',
    en: 'This command id was already used for another command.',
  },
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
  'service/outcome-unknown': {
    status: 503,
    zh: '结果未知：请用同一编号重新发送，不会重复登记。',
    en: 'The outcome is not known: send it again with the same id; it will not be recorded twice.',
  },
  'document/too-long': {
    status: 422,
    zh: '文件页数超过上限，请缩小范围或改用数据导出。',
    en: 'The document would have too many pages; narrow it down, or export the data.',
  },
  'label/template-unknown': { status: 404, zh: '没有这个标签模板。', en: 'There is no such label template.' },
  'label/template-invalid': {
    status: 422,
    zh: '标签模板有误，请检查标出的字段。',
    en: 'Something in the label template is wrong; see the fields named.',
  },
  'label/wrong-content': {
    status: 422,
    zh: '该标签模板不用于这类内容，请换用其他模板。',
    en: 'The label template is for content of another kind; choose another template.',
  },
  'label/does-not-fit': {
    status: 422,
    zh: '标签放不下所列内容，请换用更大的模板或缩短内容。',
    en: 'The label cannot hold the content named; use a larger template, or shorten the content.',
  },
  'label/serial-unknown': {
    status: 422,
    zh: '该批没有以下序列号，不能打印标签。',
    en: 'The lot has no units with these serial numbers; no label can be printed for them.',
  },
  'label/too-many': {
    status: 422,
    zh: '一次打印的标签数量超过上限，请分批打印。',
    en: 'Too many labels at once; print them in parts.',
  },
  'label/lot-recalled': {
    status: 409,
    zh: '该批正在召回，不得打印标签。',
    en: 'The lot is being recalled; no labels are printed for it.',
  },
  'label/lot-expired': {
    status: 409,
    zh: '该批已过失效日期，不得打印标签。',
    en: 'The lot has expired; no labels are printed for it.',
  },
  'label/lot-closed': {
    status: 409,
    zh: '该批已完成登记，不再分配新序列号；请指定已登记的序列号，或补打原任务的标签。',
    en: 'The lot is complete and gets no new serial numbers; name serial numbers that it has, or reprint labels of the job that printed them.',
  },
  'label/dates-missing': {
    status: 422,
    zh: '该批尚未登记，请填写标签上的生产日期。',
    en: 'The lot is not recorded yet; state the date of manufacture that its labels bear.',
  },
  'label/printed-already': {
    status: 409,
    zh: '以下序列号的标签已经打印；如需补打，请在原任务中说明原因。',
    en: 'Labels with these serial numbers have been printed; reprint them from their job, with a reason.',
  },
  'label/numbers-used-up': {
    status: 409,
    zh: '该编号规则下已没有足够的新序列号，请增加位数或更换前缀。',
    en: 'These rules leave too few new serial numbers; take more digits, or another prefix.',
  },
  'label/no-company-prefix': {
    status: 409,
    zh: '本机构尚未登记 GS1 厂商识别代码，不能分配物流单元代码（SSCC）；请管理员先行登记。',
    en: 'Your organisation has stated no GS1 Company Prefix, without which no logistic unit is numbered (SSCC); an administrator states it.',
  },
  'label/shipment-closed': {
    status: 409,
    zh: '该发货单已关闭，不再打印物流标签。',
    en: 'The shipment is closed; no more labels of its logistic units are printed.',
  },
  'label/packages-printed': {
    status: 409,
    zh: '以下箱号的标签已经打印；如需补打，请在原任务中说明原因。',
    en: 'Labels of these packages have been printed; reprint them from their job, with a reason.',
  },
  'label/reprint-of-reprint': {
    status: 409,
    zh: '这是补打任务；请从最初的打印任务补打。',
    en: 'This job is a reprint; reprint from the job that printed them first.',
  },
  'label/reprinted-too-often': {
    status: 409,
    zh: '以下标签补打次数过多，请改用新的序列号。',
    en: 'These labels were reprinted too often; take new serial numbers.',
  },
  'label/not-of-job': {
    status: 422,
    zh: '以下标签不属于该打印任务，或数量超过该任务。',
    en: 'These labels are not of this job, or are more than it has.',
  },
  'label/spoiled-already': {
    status: 409,
    zh: '以下标签已登记作废。',
    en: 'These labels were reported as spoiled before.',
  },
  'label/job-cancelled': {
    status: 409,
    zh: '该打印任务已取消，其标签全部作废。',
    en: 'The job was cancelled; all its labels are void.',
  },
  'label/job-closed': {
    status: 409,
    zh: '该打印任务已核对完毕。',
    en: 'The job was closed as verified.',
  },
  'label/job-in-use': {
    status: 409,
    zh: '该任务的标签已有使用、补打或核对，不能取消；请逐件登记作废。',
    en: 'Labels of this job are in use, reprinted or verified; it cannot be cancelled. Report the spoiled ones one by one.',
  },
  'label/none-verified': {
    status: 409,
    zh: '该任务尚无标签经扫码核对一致，不能以已核对关闭。',
    en: 'No label of this job was scanned and found right; it cannot be closed as verified.',
  },
  'printer/not-allowed': {
    status: 422,
    zh: '本系统的运营方未允许连接该打印机地址或端口；请联系运营方将其网段加入允许范围。',
    en: 'The operator of this service has not allowed printers at this address or port; ask for its network to be added.',
  },
  'printer/name-unknown': {
    status: 422,
    zh: '找不到该打印机名称对应的地址，请核对或改填 IP 地址。',
    en: 'No address is known for this printer name; check it, or state the IP address.',
  },
  'printer/limit': {
    status: 409,
    zh: '本机构登记的打印机数量已达上限。',
    en: 'Your organisation has as many printers as are allowed.',
  },
  'printer/inactive': { status: 409, zh: '该打印机已停用。', en: 'The printer is out of use.' },
  'printer/busy': {
    status: 409,
    zh: '该打印机正在打印另一个任务，请稍后再发送。',
    en: 'The printer is printing another job; send it again later.',
  },
  'printer/sent-already': {
    status: 409,
    zh: '该任务已发送到打印机；如需再次打印，请补打并说明原因。',
    en: 'The job has been sent to a printer; to print labels again, reprint them with a reason.',
  },
  'printer/dots': {
    status: 409,
    zh: '该任务按另一种打印精度（dpi）排版，请选择相同精度的打印机。',
    en: 'The job was laid out for another resolution (dpi); choose a printer that has it.',
  },
  'printer/unreachable': {
    status: 502,
    zh: '连接不上打印机：请检查是否开机、联网，地址是否正确。',
    en: 'The printer does not answer: check that it is on and connected, and its address.',
  },
  'printer/stalled': {
    status: 504,
    zh: '打印机长时间没有继续接收：可能缺纸、缺碳带或处于暂停状态。已打印的标签请核对后补打其余部分。',
    en: 'The printer stopped taking data: it may be out of labels or ribbon, or paused. Check what was printed and reprint the rest.',
  },
  'printer/broken-off': {
    status: 502,
    zh: '打印机中途断开了连接。已打印的标签请核对后补打其余部分。',
    en: 'The printer broke the connection off. Check what was printed and reprint the rest.',
  },
  'printer/stopped': {
    status: 503,
    zh: '发送因系统停止或故障而中断。已打印的标签请核对后补打其余部分。',
    en: 'Sending was cut short by a stop or fault of the service. Check what was printed and reprint the rest.',
  },
  'printer/not-accepting': {
    status: 503,
    zh: '打印机暂不接收打印任务，请检查打印机后再发送。',
    en: 'The printer takes no jobs at present; look at it and send again.',
  },
  'printer/format': {
    status: 409,
    zh: '该打印机不能打印 PDF，请选择其他打印机，或按标签打印机登记。',
    en: 'The printer does not print PDF; choose another, or register it as a label printer.',
  },
  'printer/media': {
    status: 409,
    zh: '该打印机没有所选模板的纸张规格，请更换模板或打印机。',
    en: 'The printer does not have paper of the size of this template; choose another template or printer.',
  },
  'printer/refused': {
    status: 502,
    zh: '打印机拒绝了该任务：可能需要登录或限制了来源，请联系打印机管理人员。',
    en: 'The printer refused the job: it may ask for a sign-in, or not take jobs from here. Ask those who look after it.',
  },
  'printer/path-unknown': {
    status: 502,
    zh: '该地址没有所登记路径的打印机，请管理员核对路径。',
    en: 'There is no printer at the path that was registered; have an administrator check it.',
  },
  'printer/answer-unreadable': {
    status: 502,
    zh: '对方的应答不是打印机（IPP）的应答，请管理员核对地址、端口和路径。',
    en: 'What answered did not answer as a printer (IPP) does; have an administrator check address, port and path.',
  },
  'printer/certificate': {
    status: 502,
    zh: '打印机的证书不可信，或与登记的指纹不符，未发送任何内容。请管理员核对。',
    en: "The printer's certificate is not trusted, or is not the one registered; nothing was sent. Have an administrator check it.",
  },
  'printer/out-of-paper': {
    status: 503,
    zh: '打印机缺纸（标签），请补充后继续。',
    en: 'The printer is out of paper or labels; it goes on when it has some.',
  },
  'printer/jammed': {
    status: 503,
    zh: '打印机卡纸，请清除。',
    en: 'Paper is jammed in the printer; remove it.',
  },
  'printer/open': { status: 503, zh: '打印机盖板未关好。', en: 'A cover of the printer is open.' },
  'printer/out-of-ink': {
    status: 503,
    zh: '打印机缺墨粉、墨水或碳带，请更换。',
    en: 'The printer is out of toner, ink or ribbon; replace it.',
  },
  'printer/paused': {
    status: 503,
    zh: '打印机已暂停，请在打印机上恢复。',
    en: 'The printer is paused; resume it at the printer.',
  },
  'printer/needs-attention': {
    status: 503,
    zh: '打印机需要处理，请查看其显示屏。',
    en: 'The printer needs somebody to look at it; see its display.',
  },
  'printer/aborted': {
    status: 502,
    zh: '打印机中止了该任务。已打印的标签请核对后补打其余部分。',
    en: 'The printer gave the job up. Check what was printed and reprint the rest.',
  },
  'printer/cancelled': {
    status: 409,
    zh: '该任务已在打印机上取消。已打印的标签请核对后补打其余部分。',
    en: 'The job was cancelled at the printer. Check what was printed and reprint the rest.',
  },
  'printer/too-large': {
    status: 413,
    zh: '发送给打印机的内容过大，请分批打印。',
    en: 'This is too much for one send; print it in parts.',
  },
  'service/busy': {
    status: 503,
    zh: '系统繁忙，请稍后重试。',
    en: 'The service is busy; try again shortly.',
  },
  'request/timeout': { status: 408, zh: '请求发送超时。', en: 'The request took too long to arrive.' },
  'request/forged': {
    status: 403,
    zh: '该请求来自其他网站，已拒绝。',
    en: 'The request came from another site and was refused.',
  },
  'access/sign-in-required': { status: 401, zh: '请先登录。', en: 'Sign in first.' },
  'access/sign-in-failed': {
    status: 401,
    zh: '用户名或密码不正确。',
    en: 'The username or the password is wrong.',
  },
  'access/forbidden': { status: 403, zh: '您没有此项权限。', en: 'You may not do this.' },
  'access/too-many-attempts': {
    status: 429,
    zh: '登录失败次数过多，请稍后再试。',
    en: 'Too many failed sign-ins; try again later.',
  },
  'access/rate-limited': {
    status: 429,
    zh: '请求过于频繁，请稍后再试。',
    en: 'Too many requests; try again shortly.',
  },
  'access/password-must-change': {
    status: 403,
    zh: '请先修改一次性密码。',
    en: 'Change the one-time password first.',
  },
  'access/password-refused': {
    status: 422,
    zh: '密码不符合要求。',
    en: 'The password does not meet the rules.',
  },
  'access/password-wrong': { status: 403, zh: '当前密码不正确。', en: 'The current password is wrong.' },
  'access/session-required': {
    status: 403,
    zh: '此操作须由本人登录后进行，不能使用令牌。',
    en: 'A person has to sign in to do this; a token may not.',
  },
  'access/role-unfit': {
    status: 422,
    zh: '该角色不适用于此类机构。',
    en: 'The role does not exist in this kind of organisation.',
  },
  'access/own-roles': {
    status: 403,
    zh: '不能修改本人的角色、停用本人或重置本人密码，请由另一位管理员操作。',
    en: 'Your own roles, access and one-time password are for another administrator to change.',
  },
  'access/last-administrator': {
    status: 409,
    zh: '机构须保留至少一位管理员。',
    en: 'An organisation keeps at least one administrator.',
  },
  'access/username-taken': { status: 409, zh: '用户名已被使用。', en: 'The username is taken.' },
  'access/scope-exceeded': {
    status: 403,
    zh: '令牌的权限或有效期不能超过签发者。',
    en: 'A token cannot do more, or live longer, than what made it.',
  },
  'access/too-many-tokens': {
    status: 409,
    zh: '令牌数量已达上限，请先撤销不用的令牌。',
    en: 'No more tokens: revoke those that are not used.',
  },
  'catalogue/gtin-taken': {
    status: 409,
    zh: '此 GTIN 已属于另一产品或包装。',
    en: 'This GTIN already belongs to another product or package.',
  },
  'catalogue/new-udi-di-required': {
    status: 422,
    zh: '所列内容变更须使用新的产品标识（UDI-DI）：请登记新产品，并注明其替代的旧产品。',
    en: 'A change of the fields named requires a new UDI-DI: register a new product that supersedes this one.',
  },
  'catalogue/registration-kept': {
    status: 422,
    zh: '已登记的注册证不能删除或改号，只能延续或增加：它决定已生产器械能否使用。',
    en: 'A recorded registration is neither removed nor renumbered, only renewed or added to: devices made under it depend on it.',
  },
  'catalogue/supersedes-refused': {
    status: 422,
    zh: '被替代的产品须为本企业已登记的另一产品，且不能循环替代。',
    en: 'The product that is superseded must be another registered product of the same maker, and not in a circle.',
  },
  'catalogue/component-unknown': {
    status: 422,
    zh: '组套中的部件须先登记为产品。',
    en: 'The components of a kit must be registered as products first.',
  },
  'catalogue/revision-outdated': {
    status: 409,
    zh: '该产品资料已被他人修改，请重新读取后再改。',
    en: 'Somebody else has changed this product; read it again before changing it.',
  },
  'catalogue/organisation-inactive': {
    status: 409,
    zh: '该机构已停用。',
    en: 'This organisation is not active.',
  },
  'catalogue/own-organisation': {
    status: 409,
    zh: '不能停用自己所在的机构。',
    en: 'Your own organisation cannot be deactivated.',
  },
  'catalogue/credit-code-taken': {
    status: 409,
    zh: '此统一社会信用代码已登记。',
    en: 'An organisation with this unified social credit code is registered already.',
  },
  'catalogue/company-prefix-taken': {
    status: 409,
    zh: '此 GS1 厂商识别代码已由其他机构登记；请核对 GS1 证书，仍有疑问请联系运营方。',
    en: 'Another organisation has stated this GS1 Company Prefix; compare with your GS1 certificate, and ask the operator if it is yours.',
  },
  'catalogue/too-many-lots': {
    status: 422,
    zh: '该产品批次过多，无法逐一列出，请按批号查询。',
    en: 'This product has too many lots to list; ask for one by its number.',
  },
  'catalogue/place-tree': {
    status: 422,
    zh: '上级地点不存在、已停用、形成循环或层级过深。',
    en: 'The place above does not exist, is not active, lies below this one, or the tree would be too deep.',
  },
  'catalogue/place-holds-stock': {
    status: 409,
    zh: '该地点尚有库存，清空后方可停用。',
    en: 'This place still holds stock; empty it before it is deactivated.',
  },
  'catalogue/place-has-places': {
    status: 409,
    zh: '该地点下仍有在用地点，请先停用下级地点。',
    en: 'Places below this one are still active; deactivate them first.',
  },
  'catalogue/place-limit': {
    status: 409,
    zh: '该机构的地点数量已达上限。',
    en: 'This organisation has as many places as are allowed.',
  },
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
    zh: '召回范围涉及的批号过多，请分为几次召回。',
    en: 'The scope covers too many lots; divide it into several recalls.',
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
    zh: '召回完成后方可关闭。',
    en: 'A recall is closed only after it was completed.',
  },
  'recall/closed': { status: 409, zh: '该召回已关闭。', en: 'The recall is closed.' },
  'recall/inadequate': {
    status: 422,
    zh: '召回效果不充分时，不得解除对产品的限制。',
    en: 'Restrictions are not lifted while the recall is found inadequate.',
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
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failures;

/** The whole set, for whoever asks whether an answer's code is of it. */
export const failureCodes: ReadonlySet<string> = new Set(Object.keys(failures));

/** Facts that go with a failure: identifiers and numbers, never secrets and never patient identity. */
export type FailureInfo = Readonly<Record<string, unknown>>;

/** Where in the input the fault is (RFC 6901 pointer) and what is wrong there, in both languages. */
export interface InputFault {
  readonly pointer: string;
  readonly zh: string;
  readonly en: string;
}

/** An expected failure. The message is for logs; people read {@link describeFailure}. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly info: FailureInfo;
  readonly faults: readonly InputFault[];

  constructor(code: FailureCode, info: FailureInfo = {}, faults: readonly InputFault[] = []) {
    super(code);
    this.name = 'Failure';
    this.code = code;
    this.info = info;
    this.faults = faults;
  }
}

/** @returns the HTTP status and the sentences of a failure code. */
export function describeFailure(code: FailureCode): FailureKind {
  return failures[code];
}

/** The arm that a switch over a closed union must not reach. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/**
 * The product cannot start (or an operator's script cannot run). The message is one sentence that names what
 * is missing or wrong and what to do about it; it is printed as it is, without a stack.
 */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
