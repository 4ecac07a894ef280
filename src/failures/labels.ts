import type { FailureTable } from './failure-kind.ts';

/** Of labels, of their jobs, and of the printers that print them. */
export const labelFailures = {
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
  'label/chinese-missing': {
    status: 422,
    zh: '在中国注册或备案的产品，其标签应当使用中文，可以附加其他文种；请加选中文。',
    en: 'The label of a product registered in China is in Chinese, with other languages beside it; add Chinese.',
  },
  'label/not-registered': {
    status: 422,
    zh: '生产日期不在注册证（备案）有效期内，不得打印标签。',
    en: 'On the date of manufacture the product’s registration or filing is not valid; no labels are printed.',
  },
  'label/no-glyph': {
    status: 422,
    zh: '标签字体无法印出所列字符，请更换用字后再打印。',
    en: 'The typeface of labels has no glyph for the characters named; write it without them.',
  },
  'label/other-dates': {
    status: 409,
    zh: '该批已有打印的标签载有其他生产日期或失效日期；同一批号的日期应一致，请核对，或先将原标签作废。',
    en: 'Labels of the lot that were printed before bear other dates. A lot has one date of manufacture and one use-by date: look at them again, or report the labels as spoiled first.',
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
  'label/not-reusable': {
    status: 422,
    zh: '该产品不是按序列号管理的可重复使用器械，不能打印灭菌包标签。',
    en: 'The product is no reusable device with serial numbers; no label of a sterile pack is printed for it.',
  },
  'label/not-in-stock': {
    status: 409,
    zh: '以下序列号不在本机构可供处理的库存中，不能打印灭菌包标签；请先核对所在地点与状态。',
    en: 'Units with these serial numbers do not lie in a place of yours from which they are packed; find out where they are, and in what condition.',
  },
  'label/reuse-limit': {
    status: 409,
    zh: '以下序列号已达到规定的使用次数，不得再次包装灭菌。',
    en: 'Units with these serial numbers have been used as often as they may be; they are not packed again.',
  },
  'label/sterility-ended': {
    status: 409,
    zh: '标签上的灭菌有效期已过，不得打印；请重新处理后打印新标签。',
    en: 'The sterility that the label states has ended; process the device again, and print a new label.',
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
} as const satisfies FailureTable;
