/**
 * A small world for recalls: a maker, another maker, a distributor, hospitals, authorities; goods that moved on a
 * real ledger; the room's routes on a real server, each caller known by the token of its name.
 */
import { createSecretKey } from 'node:crypto';
import type { Caller } from '../../src/access/caller.ts';
import { type Permission, permissionsOf, type Role } from '../../src/access/permissions.ts';
import { catalogueMigrations } from '../../src/catalogue/migrations.ts';
import type { OrganisationKind } from '../../src/catalogue/organisation.ts';
import { projectCatalogue } from '../../src/catalogue/projector.ts';
import { systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { Failure } from '../../src/errors.ts';
import { createApplication } from '../../src/http/application.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { type Account, placeAccount } from '../../src/ledger/account.ts';
import type { AnyDraft, LotKey, Transfer, Use } from '../../src/ledger/event.ts';
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
import { type Client, serve } from '../support/http.ts';
import { draft, nextId } from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

export const stapler = '06901234500011';
export const foreignProduct = '06901234500028';
export const bad: LotKey = { gtin: stapler, lot: 'A2603-17' };
export const good: LotKey = { gtin: stapler, lot: 'A2603-18' };

interface Member {
  readonly id: string;
  readonly store: string;
  readonly kind: OrganisationKind;
  readonly role: Role;
  readonly name: { readonly zh: string; readonly en: string };
  readonly area?: string;
  readonly authority?: { readonly kind: 'drug'; readonly level: 'national' | 'provincial' };
}

let membersMade = 0xc0ffee00;

/** Ids that differ in their first eight digits too: those are in a notice's number. */
function memberId(): string {
  membersMade += 1;
  return nextId().replace(/^0{8}/, membersMade.toString(16));
}

function member(
  kind: OrganisationKind,
  role: Role,
  zh: string,
  en: string,
  area?: string,
  level?: 'national' | 'provincial',
): Member {
  return {
    id: memberId(),
    store: memberId(),
    kind,
    role,
    name: { zh, en },
    ...(area === undefined ? {} : { area }),
    ...(level === undefined ? {} : { authority: { kind: 'drug', level } as const }),
  };
}

/** Everyone that a test names. */
export const members = {
  maker: member(
    'manufacturer',
    'quality',
    '深圳澄明医疗器械有限公司',
    'Chengming Medical, Shenzhen',
    '440300',
  ),
  otherMaker: member('manufacturer', 'quality', '另一器械公司', 'Another Maker', '330100'),
  distributor: member('distributor', 'distributor', '广州健达医药有限公司', 'Jianda, Guangzhou', '440100'),
  guangzhou: member('hospital', 'materials', '广州示例医院', 'Sample Hospital, Guangzhou', '440100'),
  beijing: member('hospital', 'theatre', '北京示例医院', 'Sample Hospital, Beijing', '110100'),
  chengdu: member('hospital', 'materials', '成都示例医院', 'Sample Hospital, Chengdu', '510100'),
  wuhan: member('hospital', 'materials', '武汉示例医院', 'Sample Hospital, Wuhan', '420100'),
  guangdongAuthority: member(
    'regulator',
    'regulator',
    '广东省药监局',
    'Guangdong MPA',
    '440000',
    'provincial',
  ),
  beijingAuthority: member('regulator', 'regulator', '北京市药监局', 'Beijing MPA', '110000', 'provincial'),
  hubeiAuthority: member('regulator', 'regulator', '湖北省药监局', 'Hubei MPA', '420000', 'provincial'),
  nationalAuthority: member('regulator', 'regulator', '国家药监局', 'NMPA', '000000', 'national'),
} as const;
export type Name = keyof typeof members;
const names = Object.keys(members) as Name[];

export interface World {
  readonly database: TestDatabase;
  readonly parts: RecallParts;
  readonly ledger: Ledger;
  /** Sets the clock, RFC 3339. */
  at(time: string): void;
  as(name: Name, lacking?: Permission): Client;
  append(name: Name, ...events: AnyDraft[]): Promise<string>;
  use(name: Name, lot: LotKey, options?: UseOptions): Promise<{ event: string; pseudonym: string }>;
  close(): Promise<void>;
}

export interface UseOptions {
  readonly identity?: Identity;
  readonly deviations?: Use['deviations'];
  readonly from?: Account;
  readonly eventTime?: string;
  readonly serial?: string;
  readonly scannedLot?: string;
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
  const ledger = new Ledger({ client, db, clock, projectors, commandKey, deadlineMs: 20_000 });
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
      load: async ({ session }) =>
        identity === undefined
          ? []
          : (
              await patients.prepareUse({
                organisation: id,
                identity,
                pseudonyms,
                retainUntil: 'permanent',
                session,
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
    authenticate: async ({ headers }) => callerOf(headers.authorization?.replace('Bearer ', '') ?? ''),
    authorise: ({ permissions }, permission) => {
      if (!permissions.has(permission)) throw new Failure('access/forbidden');
    },
    sessionCookie: 'session',
    publicUrl: new URL('http://127.0.0.1:8080'),
    ids: systemIds,
    log: createLogger('error'),
    metrics: createMetrics({ process: false }),
    checks: [],
    version: '0.0.0',
    validateAnswers: true,
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

const bought = (name: Name) => ({ owner: members[name].id, basis: 'bought' as const });

export function account(name: Name, at: Account) {
  return { organisation: members[name].id, account: at };
}

export function stock(name: Name, condition: Parameters<typeof placeAccount>[1] = 'available') {
  return account(name, placeAccount(members[name].store, condition));
}

export function produced(lot: LotKey, quantity: number, serials?: readonly string[]): AnyDraft {
  return draft(
    'lotProduced',
    {
      manufacturedOn: '2026-03-01',
      expiresOn: '2029-02-28',
      sterilisationLots: [{ id: 'EO-0301' }],
      declaredQuantity: quantity,
      closed: true,
    },
    {
      transfers: [
        {
          ...lot,
          quantity,
          from: account('maker', 'production'),
          to: stock('maker'),
          title: bought('maker'),
          ...(serials === undefined ? {} : { issuer: 'maker', serials }),
        },
      ],
    },
  );
}

export function shipped(shipment: string, from: Name, to: Name, lot: LotKey, quantity: number): AnyDraft {
  const transit: Account = `transit/${shipment}`;
  return draft(
    'shipped',
    {
      shipment,
      to: members[to].id,
      purpose: 'supply',
      conveys: { basis: 'bought' },
      complete: true,
    },
    {
      transfers: [{ ...lot, quantity, from: stock(from), to: account(from, transit), title: bought(from) }],
    },
  );
}

export function received(
  shipment: string,
  from: Name,
  to: Name,
  lot: LotKey,
  quantity: number,
  condition: Parameters<typeof placeAccount>[1] = 'available',
): AnyDraft {
  return draft(
    'received',
    { shipment, from: members[from].id, lines: [] },
    {
      transfers: [
        {
          ...lot,
          quantity,
          from: account(from, `transit/${shipment}`),
          to: stock(to, condition),
          title: bought(from),
          becomes: bought(to),
        },
      ],
    },
  );
}

export function moved(name: Name, lot: LotKey, quantity: number, to: Transfer['to']): AnyDraft {
  return draft(
    'moved',
    {},
    { transfers: [{ ...lot, quantity, from: stock(name), to, title: bought(name) }] },
  );
}

/** A use that stock knows, or (from `unexplained`) one that it does not. */
export function useOf(name: Name, lot: LotKey, options: UseOptions = {}): AnyDraft {
  const { deviations = [], from, serial, scannedLot, eventTime = '2026-11-10T09:30:00+08:00' } = options;
  const { id } = members[name];
  const unit = serial === undefined ? {} : ({ issuer: 'maker', serials: [serial] } as const);
  return draft(
    'used',
    { procedure: 'PPS', surgeon: nextId(), preUseCheck: true },
    {
      eventTime,
      transfers: [
        {
          ...lot,
          quantity: 1,
          from: from === undefined ? stock(name) : { organisation: id, account: from },
          to: account(name, 'consumed'),
          title: from === undefined ? bought(name) : { owner: id, basis: 'unknown' },
          ...unit,
        },
      ],
      uses: [
        {
          ...lot,
          pseudonym: nextId(),
          implanted: true,
          deviations,
          restrictions: [],
          ...(serial === undefined ? {} : { issuer: 'maker', serial }),
          ...(scannedLot === undefined ? {} : { scannedLot }),
        },
      ],
    },
  );
}

/** The body of a recall of the bad lot; a test changes what it is about. */
export function recallBody(change: Readonly<Record<string, unknown>> = {}) {
  return {
    commandId: nextId(),
    class: 'I',
    basis: 'voluntary',
    reason: {
      zh: '留样检验发现部分吻合器成钉高度超出规定范围,可能导致吻合口闭合不全。',
      en: 'Retained samples formed staples outside the specified height; the anastomosis may not close.',
    },
    instructions: {
      zh: '请勿使用。已植入的吻合钉不取出,按随访方案复查。',
      en: 'Do not use. Staples in place are not removed; follow the patients up as the plan says.',
    },
    measures: ['warning', 'taking-back'],
    scope: [bad],
    returnTo: { organisation: members.maker.id, place: members.maker.store },
    ...change,
  };
}
