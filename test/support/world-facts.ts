/** Who and what is there in the small world of world.ts before anything happens. */
import type { mongo } from 'mongoose';
import { checkDigit } from '../../src/identifiers/check-digit.ts';

/** Ids by number, in the form of UUIDs, so that a failing test names the same ones each time. */
const id = (number: number) => `00000000-0000-4000-9000-${number.toString().padStart(12, '0')}`;

const licence = (kind: string, number: string) => ({
  kind,
  number,
  validFrom: '2020-01-01',
  validTo: '2035-12-31',
});

export const members = {
  maker: {
    id: id(1),
    kind: 'manufacturer',
    name: { zh: '澄明医疗器械有限公司', en: 'Chengming Medical' },
    area: '440300',
    licences: [licence('production-licence', '粤药监械生产许20200001号')],
  },
  otherMaker: {
    id: id(2),
    kind: 'manufacturer',
    name: { zh: '另一器械公司', en: 'Another Maker' },
    area: '330100',
    licences: [],
  },
  distributor: {
    id: id(3),
    kind: 'distributor',
    name: { zh: '健达医药有限公司', en: 'Jianda' },
    area: '440100',
    licences: [licence('operating-licence', '粤穗药监械经营许20200001号')],
  },
  hospitalA: {
    id: id(4),
    kind: 'hospital',
    name: { zh: '示例医院甲', en: 'Hospital A' },
    area: '440100',
    licences: [],
  },
  hospitalB: {
    id: id(5),
    kind: 'hospital',
    name: { zh: '示例医院乙', en: 'Hospital B' },
    area: '110100',
    licences: [],
  },
  foundation: {
    id: id(6),
    kind: 'foundation',
    name: { zh: '示例基金会', en: 'Foundation' },
    area: '110100',
    licences: [],
  },
} as const;
export type OrganisationName = keyof typeof members;

export const places = {
  factory: id(11),
  otherFactory: id(12),
  warehouse: id(13),
  storeA: id(14),
  cssdA: id(15),
  theatreA: id(16),
  storeB: id(17),
  theatreB: id(18),
} as const;

const placeOwners: Readonly<Record<keyof typeof places, readonly [OrganisationName, string]>> = {
  factory: ['maker', 'production'],
  otherFactory: ['otherMaker', 'production'],
  warehouse: ['distributor', 'warehouse'],
  storeA: ['hospitalA', 'store'],
  cssdA: ['hospitalA', 'cssd'],
  theatreA: ['hospitalA', 'theatre'],
  storeB: ['hospitalB', 'store'],
  theatreB: ['hospitalB', 'theatre'],
};

export const programme = id(21);

function gtin(first13: string): string {
  return `${first13}${checkDigit(first13)}`;
}

/** Tracked by lot; a box holds 5, a case 4 boxes; one more box holds a single one. */
export const stapler = gtin('0690123450001');
export const staplerBox = gtin('1690123450001');
export const staplerCase = gtin('2690123450001');
export const staplerSingleBox = gtin('3690123450001');
/** Tracked by serial number, single use. */
export const implant = gtin('0690123450002');
export const implantBox = gtin('1690123450002');
/** Tracked by serial number, may be used twice. */
export const dilator = gtin('0690123450003');
/** Of the other maker, tracked by lot. */
export const foreign = gtin('0690123450004');
/** Nobody has registered it. */
export const unknown = gtin('0690123450009');

interface Changes {
  readonly organisation?: string;
  readonly trackedBy?: 'lot' | 'serial';
  readonly use?: object;
  readonly packaging?: readonly { gtin: string; contains: string; quantity: number }[];
}

function product(number: string, { organisation = members.maker.id, ...changes }: Changes = {}) {
  return {
    _id: number,
    organisation,
    names: { zh: '一次性使用管型吻合器', en: 'Circular stapler, single use' },
    model: 'PPS-3.0-CS',
    specification: '29 mm',
    generation: 'PPS 3.0',
    riskClass: 'III',
    registrations: [
      { number: '国械注准20163020001', validFrom: '2016-01-01', validTo: '2020-12-31' },
      { number: '国械注准20213020001', validFrom: '2021-01-01', validTo: '2031-01-01' },
    ],
    use: { kind: 'single-use' },
    sterile: { kind: 'sterile', method: 'ethylene-oxide' },
    trackedBy: 'lot',
    implantable: false,
    unitsOfUse: 1,
    packaging: [],
    labelCarries: { lot: true, serial: false, manufactured: true, expires: true },
    otherIdentifiers: [],
    isKit: false,
    components: [],
    revision: 1,
    createdAt: '2026-01-01T00:00:00Z',
    ...changes,
  };
}

const products = [
  product(stapler, {
    packaging: [
      { gtin: staplerBox, contains: stapler, quantity: 5 },
      { gtin: staplerCase, contains: staplerBox, quantity: 4 },
      { gtin: staplerSingleBox, contains: stapler, quantity: 1 },
    ],
  }),
  product(implant, {
    trackedBy: 'serial',
    packaging: [{ gtin: implantBox, contains: implant, quantity: 2 }],
  }),
  product(dilator, { trackedBy: 'serial', use: { kind: 'reusable', limit: 2 } }),
  product(foreign, { organisation: members.otherMaker.id }),
];

/** Writes organisations, places, products and a programme as their rooms would. */
export async function insertFacts(db: mongo.Db): Promise<void> {
  const insert = (name: string, documents: readonly { _id: string }[]) =>
    db.collection<{ _id: string }>(name).insertMany([...documents]);
  const createdAt = '2026-01-01T00:00:00Z';
  await insert(
    'organisations',
    Object.values(members).map(({ id: _id, ...facts }) => ({
      _id,
      ...facts,
      country: 'CN',
      active: true,
      createdAt,
      structureVersion: 0,
    })),
  );
  await insert(
    'places',
    Object.entries(placeOwners).map(([name, [owner, kind]]) => ({
      _id: places[name as keyof typeof places],
      organisation: members[owner].id,
      name: { zh: name, en: name },
      kind,
      active: true,
    })),
  );
  await insert('products', products);
  await insert(
    'gtins',
    products.flatMap(({ _id, packaging = [] }) => [
      { _id, product: _id },
      ...packaging.map((level) => ({ _id: level.gtin, product: _id })),
    ]),
  );
  await insert('programmes', [
    {
      _id: programme,
      foundation: members.foundation.id,
      name: { zh: '公益项目', en: 'Programme' },
      from: '2026-01-01',
      donors: [],
      createdAt,
    } as { _id: string },
  ]);
}
