/** Sample organisations and products, and a catalogue on a real database. */
import type { Caller } from '../../src/access/caller.ts';
import { permissionsOf, type Role } from '../../src/access/permissions.ts';
import { catalogueMigrations } from '../../src/catalogue/migrations.ts';
import type { Organisation, OrganisationKind } from '../../src/catalogue/organisation.ts';
import { insertOrganisation } from '../../src/catalogue/organisations.ts';
import type { ProductFacts } from '../../src/catalogue/product.ts';
import { type Clock, systemIds } from '../../src/clock.ts';
import { type Migration, runMigrations } from '../../src/database/migrations.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

/** 10:00 in China. */
export const noon: Clock = { now: () => new Date('2026-03-01T02:00:00.000Z') };

/** GTINs with right check digits: 0690123450001x and on. */
export function gtinOf(number: number, indicator = 0): string {
  const digits = `${indicator}69012345${String(number).padStart(4, '0')}`;
  const sum = [...digits].reduce(
    (total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1),
    0,
  );
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

export function stapler(number: number, facts: Partial<ProductFacts> = {}): ProductFacts {
  return {
    gtin: gtinOf(number),
    names: { zh: '一次性使用管型吻合器', en: 'Single-use circular stapler' },
    model: 'PPS3-S32',
    specification: '32 mm',
    generation: 'PPS 3.0',
    riskClass: 'II',
    registrations: [{ number: '国械注准20213020001', validFrom: '2021-01-15', validTo: '2026-01-14' }],
    use: { kind: 'single-use' },
    sterile: { kind: 'sterile', method: 'ethylene-oxide' },
    shelfLifeMonths: 36,
    trackedBy: 'lot',
    implantable: false,
    unitsOfUse: 1,
    packaging: [{ gtin: gtinOf(number, 1), contains: gtinOf(number), quantity: 10 }],
    labelCarries: { lot: true, serial: false, manufactured: true, expires: true },
    otherIdentifiers: [],
    isKit: false,
    components: [],
    ...facts,
  };
}

/** @param others migrations of rooms that the test needs too */
export async function catalogueDatabase(others: readonly Migration[] = []): Promise<TestDatabase> {
  const database = await testDatabase();
  await runMigrations(database.db, [...catalogueMigrations, ...others], { clock: noon, ids: systemIds });
  return database;
}

export async function organisationOf(database: TestDatabase, kind: OrganisationKind): Promise<Organisation> {
  const organisation: Organisation = {
    id: systemIds.uuid(),
    kind,
    name: { zh: '示例', en: 'Example' },
    country: 'CN',
    area: '440100',
    licences: [],
    ...(kind === 'regulator' ? { authority: { kind: 'drug', level: 'provincial' } } : {}),
    active: true,
    createdAt: noon.now().toISOString(),
  };
  await insertOrganisation(database.connection, organisation);
  return organisation;
}

/** A person with these roles, who may what the roles say. */
export function callerOf({ id, kind }: Organisation, roles: readonly Role[]): Caller {
  return {
    person: systemIds.uuid(),
    organisation: id,
    organisationKind: kind,
    roles,
    permissions: permissionsOf(kind, roles),
    credential: { kind: 'session', id: systemIds.uuid() },
  };
}
