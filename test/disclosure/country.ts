/**
 * A country with everybody that design.md names, made over HTTP on a real database: makers, distributors, hospitals
 * in two provinces, authorities of several levels and areas, a foundation. What they do is in story.ts.
 */
import { createSecretKey } from 'node:crypto';
import {
  type OrganisationKind,
  permissionsOf,
  type Role,
  rolesFitting,
} from '../../src/access/permissions.ts';
import { type App, createApp, firstAdministrator, migrations } from '../../src/app.ts';
import { systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { createLogger } from '../../src/logging.ts';
import { copyOf } from '../support/database-copy.ts';
import { at, type Client, cookieFrom, type Reply, serve, type TestServer, textAt } from '../support/http.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

interface Described {
  readonly kind: OrganisationKind;
  /** GB/T 2260: Guangzhou and Shenzhen lie in Guangdong, Beijing is a province of its own. */
  readonly area: string;
  readonly authority?: {
    readonly kind: 'drug' | 'health';
    readonly level: 'national' | 'provincial' | 'municipal';
  };
}

/** Everybody by name. */
export const described = {
  maker: { kind: 'manufacturer', area: '440300' },
  otherMaker: { kind: 'manufacturer', area: '330100' },
  distributor: { kind: 'distributor', area: '440100' },
  otherDistributor: { kind: 'distributor', area: '110100' },
  guangzhou: { kind: 'hospital', area: '440100' },
  shenzhen: { kind: 'hospital', area: '440300' },
  beijing: { kind: 'hospital', area: '110100' },
  national: { kind: 'regulator', area: '000000', authority: { kind: 'drug', level: 'national' } },
  guangdong: { kind: 'regulator', area: '440000', authority: { kind: 'drug', level: 'provincial' } },
  drugInBeijing: { kind: 'regulator', area: '110000', authority: { kind: 'drug', level: 'provincial' } },
  healthInShenzhen: { kind: 'regulator', area: '440300', authority: { kind: 'health', level: 'municipal' } },
  foundation: { kind: 'foundation', area: '110100' },
  otherFoundation: { kind: 'foundation', area: '310100' },
} as const satisfies Readonly<Record<string, Described>>;
export type Name = keyof typeof described;
export const names = Object.keys(described) as Name[];

/** Somebody who signs in. */
export interface Person {
  readonly id: string;
  readonly role: Role | 'nobody';
  readonly client: Client;
  readonly token: string;
}

export interface Place {
  readonly id: string;
  readonly kind: 'store' | 'theatre' | 'cssd' | 'warehouse' | 'production';
}

export interface Member extends Described {
  readonly name: Name;
  readonly id: string;
  /** One for every role of its kind, and one without a role. */
  readonly people: readonly Person[];
  readonly places: readonly Place[];
}

export interface Country {
  readonly app: App;
  readonly server: TestServer;
  readonly database: TestDatabase;
  readonly operator: { readonly id: string; readonly people: readonly Person[] };
  readonly members: Readonly<Record<Name, Member>>;
  /** Lines of the log, as they were written. */
  readonly log: string[];
  now(): Date;
  /** Lets time pass by an odd number of milliseconds, so that no two records share a moment. */
  pass(): void;
  /** A moment a little before now, as somebody states it; each is given once. */
  stated(): string;
  /** As it stands, on a database of its own, behind a service that was started anew: for somebody else. */
  copy(): Promise<Country>;
  close(): Promise<void>;
}

/** @returns the person of a member who has the role. */
export function personOf(member: Member, role: Role): Person {
  const found = member.people.find((person) => person.role === role);
  if (found === undefined) throw new Error(`${member.name} has no ${role}`);
  return found;
}

export function placeOf(member: Member, kind: Place['kind']): string {
  const found = member.places.find((place) => place.kind === kind);
  if (found === undefined) throw new Error(`${member.name} has no ${kind}`);
  return found.id;
}

/** @returns the answer's body; throws where the request was refused, for a story must not go on without it. */
export async function done(reply: Promise<Reply>): Promise<unknown> {
  const { status, body } = await reply;
  if (status >= 300) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
  return body;
}

const password = 'a password of nobody else';

let made: Promise<Country> | undefined;

/** @returns a copy of the country, which is made once in a run: everybody in it takes a password, and that takes seconds. */
export async function createCountry(): Promise<Country> {
  made ??= make();
  return (await made).copy();
}

async function make(): Promise<Country> {
  const time = timeFrom(Date.parse('2026-03-02T01:17:23.219Z'), 0);
  const ground = { database: await testDatabase(), time, log: [] };
  const parts = { database: ground.database, clock: time, ids: systemIds };
  await runMigrations(ground.database.db, migrations, parts);
  const { app, server } = await open(ground);
  const first = await firstAdministrator(parts);
  const builder: Builder = { server, pass: time.pass, serial: 0 };
  const operatorPerson = await settle(
    builder,
    first?.username ?? '',
    first?.oneTimeSecret ?? '',
    'operator',
    ['administrator'],
  );
  const operator = {
    id: textAt((await operatorPerson.client.get('/api/v1/me')).body, '/organisation'),
    people: [operatorPerson],
  };
  const members: Partial<Record<Name, Member>> = {};
  for (const name of names) members[name] = await register(builder, operatorPerson.client, name);
  // Its database stays for the copies, and goes with the run's mongod.
  await server.close();
  return countryOf(ground, { app, server }, { operator, members: members as Record<Name, Member> });
}

/** The country's time moves when it is told to, and for each copy by itself. */
function timeFrom(startMs: number, start: number) {
  let nowMs = startMs;
  let steps = start;
  const pass = () => {
    steps += 1;
    nowMs += 3_547_131 + steps * 1_013;
  };
  return {
    now: () => new Date(nowMs),
    pass,
    stated: () => {
      pass();
      const stated = new Date(nowMs - 1_871_377 - steps * 17 + 8 * 3_600_000);
      return stated.toISOString().replace('Z', '+08:00');
    },
    copy: () => timeFrom(nowMs, steps),
  };
}

/** What a country stands on. */
interface Ground {
  readonly database: TestDatabase;
  readonly time: ReturnType<typeof timeFrom>;
  readonly log: string[];
}

async function open({ database, time, log }: Ground): Promise<Pick<Country, 'app' | 'server'>> {
  const app = await createApp({
    ...{ database, clock: time, ids: systemIds },
    logger: createLogger('trace', { write: (line) => void log.push(line) }),
    publicUrl: 'http://127.0.0.1:8080',
    masterKey: createSecretKey(new Uint8Array(32).fill(11)),
    // Where nothing listens.
    printers: { networks: ['127.9.9.0/24'], ports: [] },
    validateAnswers: true,
  });
  return { app, server: await serve(app.express) };
}

function countryOf(
  ground: Ground,
  { app, server }: Pick<Country, 'app' | 'server'>,
  everybody: Pick<Country, 'operator' | 'members'>,
): Country {
  const { database, time, log } = ground;
  const { now, pass, stated } = time;
  return {
    ...{ app, server, database, log, now, pass, stated },
    ...everybody,
    copy: async () => {
      const own = { database: await copyOf(database), time: time.copy(), log: [...log] };
      const opened = await open(own);
      return countryOf(own, opened, callersOf(opened.server, everybody));
    },
    close: async () => {
      await server.close();
      await database.drop();
    },
  };
}

/** @returns the same people, who call another server */
function callersOf(
  server: TestServer,
  { operator, members }: Pick<Country, 'operator' | 'members'>,
): Pick<Country, 'operator' | 'members'> {
  const calling = <T extends { readonly people: readonly Person[] }>(of: T): T => ({
    ...of,
    people: of.people.map((person) => ({ ...person, client: server.client({ token: person.token }) })),
  });
  const entries = Object.entries(members).map(([name, member]) => [name, calling(member)]);
  return { operator: calling(operator), members: Object.fromEntries(entries) };
}

interface Builder {
  readonly server: TestServer;
  readonly pass: () => void;
  serial: number;
}

/** Signs in with a one-time secret, takes a password, and makes a token of all that the person may do. */
async function settle(
  { server }: Builder,
  username: string,
  oneTimeSecret: string,
  kind: OrganisationKind,
  roles: readonly Role[],
): Promise<Person> {
  const signedIn = await server.client().post('/api/v1/sign-in', { username, password: oneTimeSecret });
  const change = { currentPassword: oneTimeSecret, newPassword: password };
  const changed = await server.client({ cookie: cookieFrom(signedIn) }).post('/api/v1/me/password', change);
  const session = server.client({ cookie: cookieFrom(changed) });
  const wish = { name: `token of ${username}`, permissions: [...permissionsOf(kind, roles)] };
  const token = textAt(await done(session.post('/api/v1/tokens', wish)), '/token');
  const id = textAt(signedIn.body, '/person');
  return { id, role: roles[0] ?? 'nobody', token, client: server.client({ token }) };
}

async function register(builder: Builder, operator: Client, name: Name): Promise<Member> {
  const about: Described = described[name];
  const { kind, area, authority } = about;
  builder.serial += 1;
  builder.pass();
  const body = await done(
    operator.post('/api/v1/organisations', {
      organisation: {
        kind,
        area,
        name: { zh: `${name} 单位`, en: `Organisation ${name}` },
        creditCode: creditCode(builder.serial),
        ...(authority === undefined ? {} : { authority }),
        ...(kind === 'regulator' ? {} : { licences: licencesOf(kind, name) }),
        ...(kind === 'manufacturer' || kind === 'distributor'
          ? { gs1Prefix: `76104${25 + builder.serial}` }
          : {}),
        address: `Private address of ${name}`,
        contact: {
          person: `Contact of ${name}`,
          telephone: `0755-${83_000_000 + builder.serial * 7_919}`,
          email: `contact-${name.toLowerCase()}@example.org`,
        },
      },
      administrator: { username: `admin-${name}`, name: `Administrator of ${name}` },
    }),
  );
  const secret = textAt(body, '/administrator/oneTimeSecret');
  const administrator = await settle(builder, `admin-${name}`, secret, kind, ['administrator']);
  const people: Person[] = [administrator];
  for (const role of [...rolesFitting(kind).filter((fitting) => fitting !== 'administrator'), undefined]) {
    people.push(await hire(builder, administrator.client, kind, name, role));
  }
  const places: Place[] = [];
  for (const place of placesOf[kind]) {
    const facts = { kind: place, name: { zh: `${name} 的 ${place}`, en: `The ${place} of ${name}` } };
    const made = await done(administrator.client.post('/api/v1/places', facts));
    places.push({ id: textAt(made, '/id'), kind: place });
  }
  return { ...about, name, id: textAt(body, '/organisation/id'), people, places };
}

async function hire(
  builder: Builder,
  administrator: Client,
  kind: OrganisationKind,
  name: Name,
  role: Role | undefined,
): Promise<Person> {
  const username = `${role ?? 'nobody'}-${name}`.toLowerCase();
  const roles = role === undefined ? [] : [role];
  builder.pass();
  const wanted = {
    name: `Person ${role ?? 'without role'} of ${name}`,
    username,
    staffNumber: `staff-${name}-${role ?? 'none'}`,
    roles,
  };
  const made = await done(administrator.post('/api/v1/people', wanted));
  return settle(builder, username, textAt(made, '/oneTimePassword'), kind, roles);
}

const placesOf: Readonly<Record<OrganisationKind, readonly Place['kind'][]>> = {
  operator: [],
  manufacturer: ['production', 'warehouse'],
  distributor: ['warehouse'],
  hospital: ['store', 'cssd', 'theatre'],
  regulator: [],
  foundation: [],
};

function licencesOf(kind: OrganisationKind, name: Name) {
  const licence = { number: `粤食药监械${name}许20190001号`, validFrom: '2019-01-01' };
  if (kind === 'manufacturer') return [{ ...licence, kind: 'production-licence' }];
  if (kind === 'distributor') return [{ ...licence, kind: 'operating-licence' }];
  return [
    { ...licence, kind: kind === 'hospital' ? 'medical-institution-licence' : 'foundation-registration' },
  ];
}

/** A unified social credit code with the right check character (GB 32100-2015, section 6). */
function creditCode(serial: number): string {
  const characters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const body = `91440300${String(100_000_007 + serial * 104_729).padStart(9, '0')}`;
  const sum = [...body].reduce(
    (total, character, index) => total + characters.indexOf(character) * 3 ** index,
    0,
  );
  return body + characters.charAt((31 - (sum % 31)) % 31);
}

/** @returns the text at a pointer of an answer. */
export function idOf(body: unknown, pointer: string): string {
  const found = at(body, pointer);
  if (typeof found !== 'string') throw new Error(`nothing at ${pointer} of ${JSON.stringify(body)}`);
  return found;
}
