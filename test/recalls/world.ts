/**
 * A small world for recalls: a maker, another maker, a distributor, hospitals, authorities; goods that moved on a
 * real ledger; the room's routes on a real server, each caller known by the token of its name.
 */
import { createSecretKey } from 'node:crypto';
import type { Caller } from '../../src/access/caller.ts';
import { type Permission, permissionsOf } from '../../src/access/permissions.ts';
import { catalogueMigrations } from '../../src/catalogue/migrations.ts';
import { projectCatalogue } from '../../src/catalogue/projector.ts';
import { systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { createApplication } from '../../src/http/application.ts';
import type { AnyDraft, LotKey } from '../../src/ledger/event.ts';
import { ledgerMigrations } from '../../src/ledger/migrations.ts';
import { Ledger } from '../../src/ledger/run.ts';
import { createLogger } from '../../src/logging.ts';
import type { Identity } from '../../src/patients/identity.ts';
import { patientsMigrations } from '../../src/patients/migrations.ts';
import { createPatients } from '../../src/patients/patients.ts';
import { projectRecalls } from '../../src/recalls/projector.ts';
import type { RecallParts } from '../../src/recalls/recalls.ts';
import { recallRoutes } from '../../src/recalls/routes.ts';
import { recallsMigrations } from '../../src/recalls/storage.ts';
import { bearers, ordinary } from '../support/application.ts';
import { type Client, serve } from '../support/http.ts';
import { nextId } from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { type UseOptions, useOf } from './goods.ts';
import { foreignProduct, members, type Name, names, stapler } from './members.ts';

export interface World {
  readonly database: TestDatabase;
  readonly parts: RecallParts;
  readonly ledger: Ledger;
  /** @returns the ledger of another process: within one, commands do not overtake each other. */
  process(): Ledger;
  /** Sets the clock, RFC 3339. */
  at(time: string): void;
  as(name: Name, lacking?: Permission): Client;
  append(name: Name, ...events: AnyDraft[]): Promise<string>;
  use(name: Name, lot: LotKey, options?: UseOptions): Promise<{ event: string; pseudonym: string }>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const database = await testDatabase();
  const { db, client, connection } = database;
  let now = Date.parse('2026-11-02T02:00:00Z');
  // Every look moves the clock, so that times of record tell events apart.
  const clock = {
    now() {
      now += 1_000;
      return new Date(now);
    },
  };
  const migrations = [
    ...ledgerMigrations,
    ...catalogueMigrations,
    ...patientsMigrations,
    ...recallsMigrations,
  ];
  await runMigrations(db, migrations, { clock, ids: systemIds });
  const projectors = [projectCatalogue, projectRecalls];
  const commandKey = new Uint8Array(32);
  const process = () => new Ledger({ client, db, clock, projectors, commandKey, deadlineMs: 20_000 });
  const ledger = process();
  const masterKey = createSecretKey(new Uint8Array(32).fill(7));
  const patients = createPatients({ db, masterKey, clock, ids: systemIds });
  await patients.ready();
  const parts: RecallParts = { ledger, client, db, connection, clock, ids: systemIds, patients };
  await furnish(database);
  const server = await serve(applicationOf(parts));
  const run = async (name: Name, events: readonly AnyDraft[], identity?: Identity) => {
    const { id } = members[name];
    const command = { id: nextId(), organisation: id, actor: nextId(), route: 'POST /play', content: 1 };
    const pseudonyms = events.flatMap(({ uses }) => uses.map(({ pseudonym }) => pseudonym));
    const { events: ids } = await ledger.run(command, {
      load: async (documents) =>
        identity === undefined
          ? []
          : (
              await patients.prepareUse({
                organisation: id,
                identity,
                pseudonyms,
                retainUntil: 'permanent',
                documents,
              })
            ).writes,
      decide: (writes) => ({ kind: 'accepted', events, answer: undefined, writes }),
    });
    return ids[0] ?? '';
  };
  return {
    database,
    parts,
    ledger,
    process,
    at: (time) => {
      now = Date.parse(time);
    },
    as: (name, lacking) => server.client({ token: lacking === undefined ? name : `${name}-${lacking}` }),
    append: (name, ...events) => run(name, events),
    use: async (name, lot, options = {}) => {
      const event = useOf(name, lot, options);
      const pseudonym = event.uses[0]?.pseudonym ?? '';
      return { event: await run(name, [event], options.identity), pseudonym };
    },
    close: async () => {
      await server.close();
      await database.drop();
    },
  };
}

function applicationOf(parts: RecallParts) {
  return createApplication<Caller, Permission>({
    routes: recallRoutes(parts),
    ...bearers(callerOf),
    log: createLogger('error'),
    ...ordinary(),
  });
}

/** `beijing` is a person of that hospital; `beijing-patient:recall` one by a token without that permission. */
function callerOf(token: string): Caller | undefined {
  const name = names.find((known) => token === known || token.startsWith(`${known}-`));
  if (name === undefined) return undefined;
  const { id, kind, role, authority, area } = members[name];
  const lacking = token.slice(name.length + 1);
  const permissions = new Set([...permissionsOf(kind, [role])].filter((held) => held !== lacking));
  return {
    person: `person-of-${name}`,
    organisation: id,
    organisationKind: kind,
    roles: [role],
    permissions,
    credential: { kind: 'token', id: token },
    ...(authority === undefined || area === undefined ? {} : { authority: { ...authority, area } }),
  };
}

async function furnish({ db }: TestDatabase): Promise<void> {
  const createdAt = '2026-01-01T00:00:00Z';
  await db.collection<{ _id: string }>('organisations').insertMany(
    Object.values(members).map(({ id, store: _store, role: _role, ...facts }) => ({
      _id: id,
      ...facts,
      country: 'CN',
      licences: [],
      active: true,
      createdAt,
      structureVersion: 0,
      address: `${facts.name.zh}地址 1 号`,
      contact: { person: '张晓明', telephone: '+86 755 0000 0000' },
    })),
  );
  await db.collection<{ _id: string }>('places').insertMany(
    Object.values(members).map(({ id, store, name }) => ({
      _id: store,
      organisation: id,
      name: { zh: `${name.zh}一号库`, en: `Store 1, ${name.en}` },
      kind: 'store',
      active: true,
    })),
  );
  const product = (gtin: string, organisation: string) => ({
    _id: gtin,
    organisation,
    names: { zh: '一次性使用管型吻合器', en: 'Circular stapler, single use' },
    model: 'PPS-3.0-CS',
    specification: '29 mm',
    generation: 'PPS 3.0',
    riskClass: 'III',
    registrations: [{ number: '国械注准20213020001', validFrom: '2021-01-01', validTo: '2031-01-01' }],
    use: { kind: 'single-use' },
    sterile: { kind: 'sterile', method: 'ethylene-oxide' },
    trackedBy: 'lot',
    implantable: true,
    unitsOfUse: 1,
    packaging: [],
    labelCarries: { lot: true, serial: false, manufactured: true, expires: true },
    otherIdentifiers: [],
    isKit: false,
    components: [],
    revision: 1,
    createdAt,
  });
  await db
    .collection<{ _id: string }>('products')
    .insertMany([product(stapler, members.maker.id), product(foreignProduct, members.otherMaker.id)]);
}
