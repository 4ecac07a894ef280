/**
 * Records of the FDA's Global Unique Device Identification Database in the form of test/data/gudid-sample.json, read
 * strictly and turned into what a maker states of a product. Pure.
 *
 * Two kinds of refusal are told apart: `record`, where the record contradicts itself or a standard, and `limit`,
 * where it is right and we cannot follow such a device.
 */
import { z } from 'zod';
import { faultsOf } from '../http/faults.ts';
import { parseGtin } from '../identifiers/gtin.ts';
import { mod43 } from '../identifiers/mod43.ts';
import type { Bilingual } from './bilingual.ts';
import type { OtherIdentifier, PackagingLevel, ProductFacts } from './product.ts';
import { importedProduct } from './product-fields.ts';

/** Free text of the register holds line breaks and runs of blanks; a label has neither. */
const words = (max: number, min = 0) =>
  z
    .string()
    .transform((value) => value.replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(min).max(max));

const identifier = z.strictObject({
  id: z.string().min(1).max(40),
  agency: z.enum(['GS1', 'HIBCC', 'ICCBBA']),
  type: z.enum(['Primary', 'Secondary', 'Package', 'Unit of Use', 'Direct Marking']),
  containsDI: z.string().max(40).exactOptional(),
  qty: z.int().min(1).exactOptional(),
});
type Identifier = z.output<typeof identifier>;

export const gudidRecord = z.strictObject({
  di: z.string().min(1).max(40),
  brand: words(200, 1),
  model: words(100, 1),
  catalog: words(60),
  company: words(200, 1),
  description: words(2_000),
  lot: z.boolean(),
  serial: z.boolean(),
  mfgDate: z.boolean(),
  expiry: z.boolean(),
  singleUse: z.boolean(),
  sterile: z.boolean(),
  kit: z.boolean(),
  count: z.int().min(1),
  ids: z.array(identifier).min(1).max(50),
});
export type GudidRecord = z.output<typeof gudidRecord>;

export type ReasonCode =
  | 'form'
  | 'primary-identifier'
  | 'agency-contradicts-identifier'
  | 'identifier-kind'
  | 'hibc-form'
  | 'package-incomplete'
  | 'unit-of-use'
  | 'no-production-identifier'
  | 'reusable-without-serial'
  | 'product-rule'
  | 'repeated'
  | 'gtin-taken'
  | 'different-from-recorded'
  | 'company';

export interface Reason extends Bilingual {
  readonly code: ReasonCode;
  readonly kind: 'record' | 'limit';
  /** JSON pointer into the record, or into the product that it would make. */
  readonly at?: string;
}

export type ReadRecord =
  | { readonly ok: true; readonly company: string; readonly facts: ProductFacts }
  | { readonly ok: false; readonly reasons: readonly Reason[] };

/** @param value one element of the file's list */
export function readGudidRecord(value: unknown): ReadRecord {
  const parsed = gudidRecord.safeParse(value);
  if (!parsed.success) {
    const reasons = faultsOf(parsed.error, '').map(
      ({ pointer, zh, en }): Reason => ({
        code: 'form',
        kind: 'record',
        at: pointer,
        zh,
        en,
      }),
    );
    return { ok: false, reasons };
  }
  const record = parsed.data;
  const reasons = [...faultsOfIdentifiers(record), ...faultsOfTracking(record)];
  if (reasons.length > 0) return { ok: false, reasons };
  const product = importedProduct.safeParse(factsOf(record));
  if (product.success) return { ok: true, company: record.company, facts: product.data };
  const broken = faultsOf(product.error, '').map(
    ({ pointer, zh, en }): Reason => ({
      code: 'product-rule',
      kind: 'record',
      at: pointer,
      zh,
      en,
    }),
  );
  return { ok: false, reasons: broken };
}

function faultsOfIdentifiers({ di, ids, count }: GudidRecord): Reason[] {
  const reasons: Reason[] = [];
  const primaries = ids.filter(({ type }) => type === 'Primary');
  if (primaries.length !== 1 || primaries[0]?.id !== di) {
    reasons.push({
      code: 'primary-identifier',
      kind: 'record',
      zh: '主产品标识应有且只有一个，并与记录一致。',
      en: 'There is not exactly one primary identifier equal to the DI of the record.',
    });
  }
  ids.forEach((id, index) => {
    const fault = faultOfIdentifier(id);
    if (fault !== undefined) reasons.push({ ...fault, at: `/ids/${index}` });
  });
  const units = ids.filter(({ type }) => type === 'Unit of Use');
  if (units.length > 1 || (units.length === 1 && count === 1)) {
    reasons.push({
      code: 'unit-of-use',
      kind: 'record',
      zh: '最小使用单元标识与数量不符。',
      en: 'The unit-of-use identifier does not fit the number of units.',
    });
  }
  return reasons;
}

function faultOfIdentifier({ id, agency, type, containsDI, qty }: Identifier): Reason | undefined {
  if (agency !== 'GS1' && parseGtin(id) !== undefined) {
    return {
      code: 'agency-contradicts-identifier',
      kind: 'record',
      zh: `标识 ${id} 是 GTIN，发码机构却写作 ${agency}。`,
      en: `The identifier ${id} is a GTIN, but the agency is given as ${agency}.`,
    };
  }
  const keptAside = type === 'Secondary' && agency === 'HIBCC';
  if (!keptAside && (agency !== 'GS1' || type === 'Secondary' || type === 'Direct Marking')) {
    return {
      code: 'identifier-kind',
      kind: 'limit',
      zh: `本系统不登记这类标识（${agency} ${type}）。`,
      en: `Identifiers of this kind (${agency} ${type}) are not registered here.`,
    };
  }
  if (keptAside && !isHibcDi(id)) {
    return {
      code: 'hibc-form',
      kind: 'record',
      zh: `标识 ${id} 不符合 HIBC 格式。`,
      en: `The identifier ${id} has not the form of a HIBC.`,
    };
  }
  if ((type === 'Package') !== (containsDI !== undefined && qty !== undefined)) {
    return {
      code: 'package-incomplete',
      kind: 'record',
      zh: '包装须写明所含产品标识与数量，其他标识不写。',
      en: 'A package names what it contains and how many, and nothing else does.',
    };
  }
  return undefined;
}

/**
 * Labeler, product number and unit of measure (ANSI/HIBC 2.6, 2.1). The register holds them without the flag `+`, and
 * some with the check character, some without.
 */
function isHibcDi(id: string): boolean {
  const form = /^[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9]$/;
  return form.test(id) || (form.test(id.slice(0, -1)) && mod43(`+${id.slice(0, -1)}`) === id.slice(-1));
}

function faultsOfTracking({ lot, serial, singleUse }: GudidRecord): Reason[] {
  if (!lot && !serial) {
    return [
      {
        code: 'no-production-identifier',
        kind: 'limit',
        zh: '标签上既无批号也无序列号，无法追溯。',
        en: 'The label carries neither lot nor serial number, so the device cannot be followed.',
      },
    ];
  }
  if (!singleUse && !serial) {
    return [
      {
        code: 'reusable-without-serial',
        kind: 'limit',
        zh: '可重复使用的器械须按序列号追溯，而其标签无序列号。',
        en: 'A reusable device is followed by serial number, and the label of this one carries none.',
      },
    ];
  }
  return [];
}

/** `N/A` is how the register says that there is no brand name. */
function nameOf({ brand, description, model }: GudidRecord): string {
  const name = brand === 'N/A' ? description || model : brand;
  return name.slice(0, 200);
}

function factsOf(record: GudidRecord): ProductFacts {
  const {
    di,
    model,
    catalog,
    description,
    lot,
    serial,
    mfgDate,
    expiry,
    singleUse,
    sterile,
    kit,
    count,
    ids,
  } = record;
  const name = nameOf(record);
  const unit = ids.find(({ type }) => type === 'Unit of Use');
  return {
    gtin: di,
    names: { zh: name, en: name },
    model,
    specification: (description || model).slice(0, 200),
    ...(catalog === '' ? {} : { catalogueNumber: catalog }),
    riskClass: 'not-stated',
    registrations: [],
    use: singleUse ? { kind: 'single-use' } : { kind: 'reusable' },
    sterile: sterile ? { kind: 'sterile', method: 'not-stated' } : { kind: 'non-sterile' },
    trackedBy: serial ? 'serial' : 'lot',
    implantable: false,
    unitsOfUse: count,
    ...(unit === undefined ? {} : { useUnitDi: unit.id }),
    packaging: ids.flatMap(levelOf),
    labelCarries: { lot, serial, manufactured: mfgDate, expires: expiry },
    otherIdentifiers: ids.flatMap(asideOf),
    isKit: kit,
    components: [],
  };
}

function levelOf({ id, type, containsDI, qty }: Identifier): PackagingLevel[] {
  if (type !== 'Package' || containsDI === undefined || qty === undefined) return [];
  return [{ gtin: id, contains: containsDI, quantity: qty }];
}

function asideOf({ id, type }: Identifier): OtherIdentifier[] {
  return type === 'Secondary' ? [{ agency: 'hibcc', id }] : [];
}

/** What a product says that its record does not: told in every report, so that nobody takes it for a statement. */
export const assumptions: readonly Bilingual[] = [
  { zh: '无中文名称：以英文商品名代替。', en: 'No Chinese name: the English brand name stands in.' },
  {
    zh: '无风险类别与注册证：风险类别为“未说明”，未在中国注册。',
    en: 'No Chinese risk class or registration: the class is not stated, and nothing is registered in China.',
  },
  { zh: '无灭菌方式：为“未说明”。', en: 'No method of sterilisation: it is not stated.' },
  {
    zh: '未说明是否植入：按非植入登记。',
    en: 'Not said whether it is implanted: recorded as not implantable.',
  },
  { zh: '组套无部件清单。', en: 'A kit comes without the list of its components.' },
];
