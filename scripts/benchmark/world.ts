/** Who and what is there before the bench begins: a maker, hospitals, products, and people with tokens. */
import type { mongo } from 'mongoose';
import { createPerson } from '../../src/access/new-person.ts';
import { type OrganisationKind, permissionsOf, type Role } from '../../src/access/permissions.ts';
import { issueToken } from '../../src/access/tokens.ts';
import { migrations } from '../../src/app.ts';
import { systemClock, systemIds } from '../../src/clock.ts';
import type { Database } from '../../src/database/connection.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { checkDigit } from '../../src/identifiers/check-digit.ts';

export const hospitalCount = 60;
/** All clients on one lot are of one hospital; a token may be used so often a second and not more. */
const tokensOfFirst = 16;

export interface Hospital {
  readonly id: string;
  readonly store: string;
  readonly theatre: string;
  /** Who keeps the store and records uses; also named as surgeon. */
  readonly person: string;
  /** One, but of the first hospital several. */
  readonly tokens: readonly string[];
}

export interface World {
  readonly maker: {
    readonly id: string;
    readonly factory: string;
    readonly person: string;
    readonly token: string;
  };
  readonly hospitals: readonly Hospital[];
  /** GTINs of products that are tracked by lot, and by serial number. */
  readonly byLot: readonly string[];
  readonly bySerial: readonly string[];
}

const gtinOf = (number: number) => {
  const first13 = `069012345${String(number).padStart(4, '0')}`;
  return `${first13}${checkDigit(first13)}`;
};

/** Makes the product's collections and indexes. */
export async function makeIndexes({ db }: Database): Promise<void> {
  await runMigrations(db, migrations, { clock: systemClock, ids: systemIds, progress: () => undefined });
}

/** Makes the indexes, and writes organisations, places, products and people as their rooms would. */
export async function setUpWorld(database: Database): Promise<World> {
  const { db } = database;
  await makeIndexes(database);
  const uuid = () => systemIds.uuid();
  const maker = { id: uuid(), factory: uuid() };
  const places = Array.from({ length: hospitalCount }, () => ({
    id: uuid(),
    store: uuid(),
    theatre: uuid(),
  }));
  const byLot = [1, 2, 3, 4].map(gtinOf);
  const bySerial = [5, 6].map(gtinOf);
  await insert(db, 'organisations', [
    organisation(maker.id, 'manufacturer', 'Bench Maker'),
    ...places.map(({ id }, index) => organisation(id, 'hospital', `Bench Hospital ${index}`)),
  ]);
  await insert(db, 'places', [
    place(maker.factory, maker.id, 'production'),
    ...places.flatMap(({ id, store, theatre }) => [place(store, id, 'store'), place(theatre, id, 'theatre')]),
  ]);
  const products = [
    ...byLot.map((gtin) => product(gtin, maker.id, 'lot')),
    ...bySerial.map((gtin) => product(gtin, maker.id, 'serial')),
  ];
  await insert(db, 'products', products);
  await insert(
    db,
    'gtins',
    products.map(({ _id }) => ({ _id, product: _id })),
  );
  await insert(
    db,
    'productStandings',
    products.map(({ _id }) => ({ _id, restrictions: [], touched: 1 })),
  );
  const quality = await signedUp(database, maker.id, 'manufacturer', ['quality'], 'quality', 1);
  const hospitals: Hospital[] = [];
  for (const [index, found] of places.entries()) {
    const roles = ['materials', 'theatre'] as const;
    const tokens = index === 0 ? tokensOfFirst : 1;
    hospitals.push({
      ...found,
      ...(await signedUp(database, found.id, 'hospital', roles, `h${index}`, tokens)),
    });
  }
  const [token = ''] = quality.tokens;
  return { maker: { ...maker, person: quality.person, token }, hospitals, byLot, bySerial };
}

async function insert(
  db: mongo.Db,
  name: string,
  documents: readonly { readonly _id: string }[],
): Promise<void> {
  await db.collection<{ _id: string }>(name).insertMany(documents.map((document) => ({ ...document })));
}

/** A person without a password, who has tokens of all that the roles allow. */
async function signedUp(
  { connection }: Database,
  of: string,
  kind: OrganisationKind,
  roles: readonly Role[],
  username: string,
  count: number,
): Promise<{ person: string; tokens: string[] }> {
  const parts = { connection, clock: systemClock, ids: systemIds };
  const password = systemIds.uuid();
  const facts = { organisation: of, organisationKind: kind, name: username, username, roles, password };
  const { person } = await createPerson(parts, facts);
  const permissions = permissionsOf(kind, roles);
  const credential = { kind: 'session', id: 'bench' } as const;
  const caller = { person, organisation: of, organisationKind: kind, roles, permissions, credential };
  const by = { person, credential, address: '127.0.0.1', requestId: 'bench' };
  const tokens: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const wish = { name: `bench ${made}`, permissions: [...permissions] };
    tokens.push((await issueToken(parts, caller, wish, by)).token);
  }
  return { person, tokens };
}

function organisation(_id: string, kind: string, en: string) {
  const name = { zh: `测试机构 ${en}`, en };
  const createdAt = '2026-01-01T00:00:00Z';
  return {
    _id,
    kind,
    name,
    country: 'CN',
    area: '440100',
    licences: [],
    active: true,
    createdAt,
    structureVersion: 0,
  };
}

function place(_id: string, owner: string, kind: string) {
  return { _id, organisation: owner, name: { zh: kind, en: kind }, kind, active: true };
}

function product(_id: string, owner: string, trackedBy: 'lot' | 'serial') {
  return {
    _id,
    organisation: owner,
    names: { zh: '一次性使用管型吻合器', en: 'Circular stapler, single use' },
    model: 'PPS-3.0-CS',
    specification: '29 mm',
    generation: 'PPS 3.0',
    riskClass: 'III',
    registrations: [{ number: '国械注准20213020001', validFrom: '2021-01-01', validTo: '2031-01-01' }],
    use: { kind: 'single-use' },
    sterile: { kind: 'sterile', method: 'ethylene-oxide' },
    trackedBy,
    implantable: false,
    unitsOfUse: 1,
    packaging: [],
    labelCarries: { lot: true, serial: trackedBy === 'serial', manufactured: true, expires: true },
    otherIdentifiers: [],
    isKit: false,
    components: [],
    revision: 1,
    createdAt: '2026-01-01T00:00:00Z',
  };
}
