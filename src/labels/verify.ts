/**
 * What a scanned label is, and whether every element agrees with the ledger. Pure: from what the scan says, what was
 * printed and what is recorded, to a verdict and the elements one by one.
 */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Lot } from '../catalogue/lot.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import { type Product, registrationOn } from '../catalogue/product.ts';
import type { UdiIdentifiers } from '../identifiers/udi-contents.ts';
import type { ShipmentLine } from '../inventory/shipment.ts';
import type { Unit } from '../ledger/unit.ts';
import type { LabelJob, LotJob, ShipmentJob } from './job.ts';
import type { PrintedSerial } from './serial-store.ts';

export const labelVerdicts = [
  'agrees',
  'disagrees',
  'spoiled',
  'cancelled',
  'of-another-job',
  'never-printed',
  'not-ours',
  'identifier-not-registered',
] as const;
export type LabelVerdict = (typeof labelVerdicts)[number];

export const labelElements = [
  'sscc',
  'contentGtin',
  'quantity',
  'gtin',
  'maIdentifier',
  'lot',
  'serial',
  'manufacturedOn',
  'expiresOn',
  'registrationNumber',
  'productName',
  'model',
  'specification',
  'registrant',
  'link',
] as const;
export type LabelElementName = (typeof labelElements)[number];

/** One element, as the scan says it, as the job printed it, and as the ledger and the catalogue have it. */
export interface VerifiedElement {
  readonly element: LabelElementName;
  readonly name: Bilingual;
  readonly scanned?: string;
  readonly printed?: string;
  /** Absent while nothing is recorded: labels come before production. */
  readonly recorded?: string;
  readonly agrees: boolean;
}

/** What is known of the label of a logistic unit that was scanned. */
export interface KnownUnit {
  readonly scanned: Readonly<UdiIdentifiers>;
  readonly printed: PrintedSerial | undefined;
  /** Jobs that printed it, the newest first. */
  readonly jobs: readonly ShipmentJob[];
  /** What was shipped, of the lot that the label names. */
  readonly line: ShipmentLine | undefined;
  readonly lot: Lot | undefined;
  readonly job: string | undefined;
}

/** What is known of a label that was scanned. */
export interface KnownLabel {
  readonly scanned: Readonly<UdiIdentifiers>;
  /** Where a Digital Link leads to, without the device and without a slash at the end. */
  readonly link: string | undefined;
  /** The product, and the GTIN that the scan names: its own or a package's. */
  readonly product: Product;
  readonly gtin: string;
  /** The MA identifier by which the scan names the product, instead of a GTIN. */
  readonly maIdentifier: string | undefined;
  readonly registrant: Organisation | undefined;
  readonly lot: Lot | undefined;
  /** Where the product is tracked by serial number: the number as it was printed, and the unit's lot where it was made. */
  readonly serialised: boolean;
  readonly printed: PrintedSerial | undefined;
  readonly unitLot: string | undefined;
  /** Jobs that printed it, the newest first. */
  readonly jobs: readonly LotJob[];
  /** The job that is being verified. */
  readonly job: string | undefined;
}

const names: Readonly<Record<LabelElementName, Bilingual>> = {
  sscc: { zh: '物流单元代码', en: 'Logistic unit (SSCC)' },
  contentGtin: { zh: '箱内产品标识', en: 'GTIN of the contents' },
  quantity: { zh: '箱内数量', en: 'Quantity inside' },
  gtin: { zh: '产品标识', en: 'UDI-DI (GTIN)' },
  maIdentifier: { zh: '产品标识（MA）', en: 'UDI-DI (MA)' },
  lot: { zh: '批号', en: 'Lot' },
  serial: { zh: '序列号', en: 'Serial number' },
  manufacturedOn: { zh: '生产日期', en: 'Date of manufacture' },
  expiresOn: { zh: '失效日期', en: 'Expiry date' },
  registrationNumber: { zh: '注册证编号', en: 'Registration number' },
  productName: { zh: '产品名称', en: 'Product name' },
  model: { zh: '型号', en: 'Model' },
  specification: { zh: '规格', en: 'Specification' },
  registrant: { zh: '注册人', en: 'Registrant' },
  link: { zh: '二维码网址', en: 'Address in the QR code' },
};

export const verdictWords: Readonly<Record<LabelVerdict, Bilingual>> = {
  agrees: {
    zh: '本机构打印的标签，各项内容与记录一致。',
    en: 'One of our labels; every element agrees with the records.',
  },
  disagrees: {
    zh: '标签内容与记录不一致，请勿使用该标签，并查明原因。',
    en: 'The label does not agree with the records: do not use it, and find out why.',
  },
  spoiled: {
    zh: '该标签已登记作废，不应再出现；请收回并查明原因。',
    en: 'This label was reported as spoiled and should not exist any more: take it back, and find out why.',
  },
  cancelled: {
    zh: '该标签所属打印任务已取消，标签作废；请收回销毁。',
    en: 'The job that printed this label was cancelled and its labels are void: take it back and destroy it.',
  },
  'of-another-job': {
    zh: '这是本机构的标签，但不属于所核对的打印任务。',
    en: 'One of our labels, but not of the job that is being verified.',
  },
  'never-printed': {
    zh: '从未打印过这样的标签，可能为假冒或由他处打印；请隔离并查明来源。',
    en: 'No such label was ever printed here: it may be false, or printed elsewhere. Set it apart, and find out where it is from.',
  },
  'not-ours': {
    zh: '该产品或物流单元不属于本机构。',
    en: 'The product or logistic unit is not one of yours.',
  },
  'identifier-not-registered': {
    zh: '本机构没有产品登记该 MA 标识。如确为本机构产品，请先在该产品资料的“其他标识”中登记，再核对标签。',
    en: 'None of your products bears this MA identifier in the catalogue. If it is yours, enter it among the other identifiers of the product, and verify the label again.',
  },
};

/**
 * @returns the elements of the label, in the order of {@link labelElements}: those that it says, and what it lacks of
 *   what every label of ours says: the lot, and the number that its product is tracked by
 */
export function elementsOf(known: KnownLabel): VerifiedElement[] {
  const content = known.jobs[0]?.content;
  const { scanned, product, lot, printed, unitLot, registrant, serialised } = known;
  const recorded = lot === undefined || lot.standing === 'unverified' ? undefined : lot;
  const registration =
    recorded?.manufacturedOn === undefined
      ? undefined
      : registrationOn(product, recorded.manufacturedOn)?.number;
  return agreeing(
    {
      gtin: [scanned.gtin, content !== undefined && 'gtin' in content ? content.gtin : undefined, known.gtin],
      maIdentifier: [
        known.maIdentifier,
        content?.kind === 'ma-unit' ? content.deviceIdentifier : undefined,
        known.maIdentifier,
      ],
      lot: [scanned.lot, printed?.lot ?? content?.lot, unitLot ?? recorded?.lot],
      serial: [scanned.serial, printed?.serial, unitLot === undefined ? undefined : scanned.serial],
      manufacturedOn: [scanned.manufacturedOn, content?.manufacturedOn, recorded?.manufacturedOn],
      expiresOn: [scanned.expiresOn, content?.expiresOn, recorded?.expiresOn],
      registrationNumber: [undefined, content?.registrationNumber, registration],
      productName: [undefined, content && wordsOf(content.productName), wordsOf(product.names)],
      model: [undefined, content?.model, product.model],
      specification: [undefined, content?.specification, product.specification],
      registrant: [
        undefined,
        content && wordsOf(content.registrant.name),
        registrant && wordsOf(registrant.name),
      ],
      // One that leads elsewhere takes a patient to another's page.
      link: [
        known.link,
        known.link === undefined || content === undefined || !('publicUrl' in content)
          ? undefined
          : linkAddress(content.publicUrl),
        undefined,
      ],
    },
    serialised ? ['lot', 'serial'] : ['lot'],
  );
}

/** @returns the elements of a logistic unit's label: its number, and what the symbol says of a single lot inside. */
export function elementsOfUnit({ scanned, printed, jobs, line, lot }: KnownUnit): VerifiedElement[] {
  const content = jobs[0]?.content;
  const [only] = content?.contents.length === 1 && content.ofWholeShipment !== true ? content.contents : [];
  const counted = (quantity: number | undefined) => (quantity === undefined ? undefined : String(quantity));
  return agreeing({
    sscc: [scanned.sscc, printed?.serial, undefined],
    contentGtin: [scanned.contentGtin, only?.gtin, line?.gtin],
    lot: [scanned.lot, only?.lot, line?.lot],
    expiresOn: [scanned.expiresOn, only?.expiresOn, lot?.expiresOn],
    quantity: [counted(scanned.quantity), counted(only?.quantity), counted(line?.quantity)],
  }).filter(({ element, scanned: said }) => element === 'sscc' || said !== undefined);
}

/** @returns the elements of a sterile pack's label: which unit lies in it. Its symbols say no more. */
export function elementsOfPack(
  scanned: Readonly<UdiIdentifiers>,
  printed: PrintedSerial | undefined,
  unit: Pick<Unit, 'gtin' | 'lot' | 'serial'> | undefined,
): VerifiedElement[] {
  return agreeing({
    gtin: [scanned.gtin, printed?.gtin, unit?.gtin],
    lot: [scanned.lot, printed?.lot, unit?.lot],
    serial: [scanned.serial, printed?.serial, unit?.serial],
  });
}

/** @returns an address as it is compared: scheme and host in small letters, no slash at the end. */
export function linkAddress(address: string): string {
  return new URL(address).href.replace(/\/$/, '');
}

/** @param necessary elements that the label lacks where it does not say them */
function agreeing(
  rows: Readonly<Partial<Record<LabelElementName, Row>>>,
  necessary: readonly LabelElementName[] = [],
): VerifiedElement[] {
  return labelElements.flatMap((element) => {
    const [onLabel, onPaper, onRecord] = rows[element] ?? [];
    const lacking = necessary.includes(element) && onLabel === undefined;
    const said = [onLabel, onPaper].filter((value) => value !== undefined);
    if (said.length === 0 && !lacking) return [];
    const all = [...said, ...(onRecord === undefined ? [] : [onRecord])];
    return [
      {
        element,
        name: names[element],
        ...(onLabel === undefined ? {} : { scanned: onLabel }),
        ...(onPaper === undefined ? {} : { printed: onPaper }),
        ...(onRecord === undefined ? {} : { recorded: onRecord }),
        agrees: !lacking && new Set(all).size === 1,
      },
    ];
  });
}

/** Scanned, printed, recorded. */
type Row = readonly [string | undefined, string | undefined, string | undefined];

function wordsOf(name: string | Bilingual): string {
  return typeof name === 'string' ? name : `${name.zh} ${name.en}`;
}

/** What a verdict is taken from. */
interface Judged {
  readonly jobs: readonly LabelJob[];
  readonly job: string | undefined;
  readonly printed: PrintedSerial | undefined;
  readonly serialised: boolean;
}

/** @returns what the label is, the gravest first. */
export function verdictOf(
  { jobs, job, printed, serialised }: Judged,
  elements: readonly VerifiedElement[],
): LabelVerdict {
  if (jobs.length === 0) return 'never-printed';
  const standing = jobs.filter((one) => one.state !== 'cancelled');
  if (standing.length === 0) return 'cancelled';
  const live = standing.filter(({ _id, labels, spoiled }) =>
    serialised ? printed?.spoiled.includes(_id) !== true : spoiled < labels,
  );
  if (live.length === 0) return 'spoiled';
  if (elements.some(({ agrees }) => !agrees)) return 'disagrees';
  return job === undefined || live.some(({ _id }) => _id === job) ? 'agrees' : 'of-another-job';
}
