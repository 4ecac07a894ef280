/** A product as requests state it and answers show it. */
import { z } from 'zod';
import { saying } from '../http/faults.ts';
import { isoDateTime, quantity, text, uuid } from '../http/fields.ts';
import { bilingual, gtin, nhsaCode, registration } from './fields.ts';
import { packageQuantityLimit, packagingFault, packagingLevelLimit } from './packaging.ts';
import { type ProductFacts, riskClasses, sterilisationMethods } from './product.ts';
import { restrictionAnswer } from './restriction-fields.ts';

const storage = z
  .strictObject({
    minimumCelsius: z.int().min(-273).max(200).exactOptional(),
    maximumCelsius: z.int().min(-273).max(200).exactOptional(),
    maximumHumidityPercent: z.int().min(0).max(100).exactOptional(),
    note: bilingual({ max: 500 }).exactOptional(),
  })
  .refine(
    ({ minimumCelsius: low, maximumCelsius: high }) => low === undefined || high === undefined || low <= high,
    saying('最低温度高于最高温度。', 'The lowest temperature is above the highest.'),
  );

/** One shape a fact: bodies, answers and imports are made of the same. */
const facts = {
  gtin: gtin(),
  names: bilingual({ max: 200 }),
  model: text({ max: 100 }),
  specification: text({ max: 200 }),
  catalogueNumber: text({ max: 60 }).exactOptional(),
  generation: text({ max: 40 }).exactOptional(),
  riskClass: z.enum(riskClasses),
  registrations: z
    .array(registration())
    .min(1)
    .max(50)
    .refine(
      (all) =>
        all.every(({ validFrom }, index) => index === 0 || (all[index - 1]?.validFrom ?? '') <= validFrom),
      saying('注册证应按起始日期由早到晚排列。', 'Registrations go from the oldest to the newest.'),
    ),
  use: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('single-use') }),
    z.strictObject({ kind: z.literal('reusable'), limit: quantity({ max: 100_000 }).exactOptional() }),
  ]),
  sterile: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('sterile'), method: z.enum(sterilisationMethods) }),
    z.strictObject({ kind: z.literal('non-sterile') }),
  ]),
  shelfLifeMonths: quantity({ max: 600 }).exactOptional(),
  trackedBy: z.enum(['lot', 'serial']),
  implantable: z.boolean(),
  unitsOfUse: quantity({ max: 10_000 }),
  useUnitDi: gtin().exactOptional(),
  packaging: z
    .array(
      z.strictObject({ gtin: gtin(), contains: gtin(), quantity: quantity({ max: packageQuantityLimit }) }),
    )
    .max(packagingLevelLimit),
  labelCarries: z.strictObject({
    lot: z.boolean(),
    serial: z.boolean(),
    manufactured: z.boolean(),
    expires: z.boolean(),
  }),
  otherIdentifiers: z
    .array(z.strictObject({ agency: z.enum(['hibcc', 'nmpa-ma', 'ahm']), id: text({ max: 100 }) }))
    .max(20),
  supersedes: gtin().exactOptional(),
  nhsaCode: nhsaCode().exactOptional(),
  isKit: z.boolean(),
  components: z.array(z.strictObject({ gtin: gtin(), quantity: quantity({ max: 10_000 }) })).max(200),
  storage: storage.exactOptional(),
  intendedUse: bilingual({ max: 2_000 }).exactOptional(),
  productionAddress: text({ max: 300 }).exactOptional(),
  productionLicence: text({ max: 60 }).exactOptional(),
  contractManufacturer: z
    .strictObject({ name: text({ max: 200 }), address: text({ max: 300 }), licence: text({ max: 60 }) })
    .exactOptional(),
  warnings: bilingual({ max: 300 }).exactOptional(),
  agent: z
    .strictObject({ name: text({ max: 200 }), address: text({ max: 300 }), contact: text({ max: 200 }) })
    .exactOptional(),
};

/** What holds between the facts. Each says which one is at fault. */
const rules: readonly {
  readonly at: keyof ProductFacts;
  readonly zh: string;
  readonly en: string;
  holds(product: ProductFacts): boolean;
}[] = [
  {
    at: 'trackedBy',
    zh: '可重复使用的器械须按序列号追溯。',
    en: 'A reusable device is tracked by serial number.',
    holds: ({ use, trackedBy }) => use.kind === 'single-use' || trackedBy === 'serial',
  },
  {
    at: 'labelCarries',
    zh: '标签须带有追溯所用的批号或序列号。',
    en: 'The label carries what the device is tracked by.',
    holds: ({ labelCarries, trackedBy }) => (trackedBy === 'lot' ? labelCarries.lot : labelCarries.serial),
  },
  {
    at: 'packaging',
    zh: '包装层级有误：GTIN 重复、内容不属于本产品、循环包含或数量过大。',
    en: 'The packaging repeats a GTIN, contains something else, goes in a circle or holds too many.',
    holds: ({ gtin: product, packaging }) => packagingFault(product, packaging) === undefined,
  },
  {
    at: 'gtin',
    zh: '产品自身的 GTIN 不能以 9 开头（变量度量商品）。',
    en: 'The GTIN of a device does not begin with 9 (variable measure trade items).',
    holds: ({ gtin: product, packaging }) =>
      [product, ...packaging.map((level) => level.gtin)].every((id) => id[0] !== '9'),
  },
  {
    at: 'useUnitDi',
    zh: '最小使用单元产品标识不能与产品或其包装的 GTIN 相同。',
    en: 'The unit-of-use DI differs from the GTINs of the product and its packages.',
    holds: ({ gtin: product, packaging, useUnitDi }) =>
      useUnitDi === undefined || ![product, ...packaging.map((level) => level.gtin)].includes(useUnitDi),
  },
  {
    at: 'components',
    zh: '只有组套才有部件，部件不能重复。',
    en: 'Only a kit has components, each named once.',
    holds: ({ isKit, components }) =>
      (isKit || components.length === 0) &&
      new Set(components.map((component) => component.gtin)).size === components.length,
  },
];

function checked<S extends z.ZodType<ProductFacts>>(schema: S) {
  return schema.superRefine((product, context) => {
    for (const { at, zh, en, holds } of rules) {
      if (!holds(product)) context.addIssue({ code: 'custom', path: [at], message: en, params: { zh, en } });
    }
  });
}

/** What a maker states of a new product. */
export const productBody = checked(z.strictObject(facts));

/** A register elsewhere knows no Chinese class and no Chinese registration. */
const foreign = {
  riskClass: z.enum([...riskClasses, 'not-stated']),
  registrations: z.array(registration()).max(50),
};

/** What an imported record may say, and a product after a change: those two may be missing; the rest is as strict. */
export const importedProduct = checked(z.strictObject({ ...facts, ...foreign }));

/** A change may name any fact, so that a refusal can name the rule; `null` takes an optional one away. */
export const productChangeBody = z.strictObject({
  revision: z.int().min(1),
  reason: text({ max: 500 }),
  changes: z
    .strictObject({
      ...z.strictObject(facts).partial().shape,
      catalogueNumber: facts.catalogueNumber.nullable(),
      generation: facts.generation.nullable(),
      shelfLifeMonths: facts.shelfLifeMonths.nullable(),
      useUnitDi: facts.useUnitDi.nullable(),
      supersedes: facts.supersedes.nullable(),
      nhsaCode: facts.nhsaCode.nullable(),
      storage: facts.storage.nullable(),
      intendedUse: facts.intendedUse.nullable(),
      productionAddress: facts.productionAddress.nullable(),
      productionLicence: facts.productionLicence.nullable(),
      contractManufacturer: facts.contractManufacturer.nullable(),
      warnings: facts.warnings.nullable(),
      agent: facts.agent.nullable(),
    })
    .refine((changes) => Object.keys(changes).length > 0, saying('没有要修改的内容。', 'Nothing to change.')),
});

export const productAnswer = z
  .strictObject({
    ...facts,
    ...foreign,
    organisation: uuid(),
    revision: z.int(),
    restrictions: z.array(restrictionAnswer),
    createdAt: isoDateTime(),
  })
  .meta({ id: 'Product' });
