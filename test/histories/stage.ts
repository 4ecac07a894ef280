/**
 * The whole service on a real mongod, over loopback: as many services as wanted on one database, each with its own
 * ledger, so that what they do to each other only the database can put in order. They are in this process, or, where
 * that is wanted, processes of their own behind a round robin.
 */
import { createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createPerson } from '../../src/access/new-person.ts';
import { type App, type AppParts, createApp, migrations } from '../../src/app.ts';
import { dayInChina } from '../../src/catalogue/day.ts';
import { type Clock, systemClock, systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { checkLedger, describeReport } from '../../src/ledger/check/check-ledger.ts';
import { createLogger } from '../../src/logging.ts';
import { type Client, clientOf, serve, type TestServer } from '../support/http.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { insertFacts, members, places } from '../support/world-facts.ts';
import { type CallerName, callers, makePeople, type People } from '../support/world-people.ts';
import type { Organisation, Place } from './command.ts';
import { serviceProcesses } from './processes.ts';
import { processes as wantedProcesses } from './replay.ts';

/** A day of work, on which nothing but time passes; processes of their own have the machine's clock. */
const beginning = Date.parse('2026-11-02T02:00:00Z');
const standing: Clock = { now: () => new Date(beginning + performance.now()) };

export interface Stage {
  readonly database: TestDatabase;
  readonly people: People['ids'];
  /** Somebody else of the distributor: it has one caller, who may not be the witness of what it does. */
  readonly witnessTrader: string;
  /** The day on which everything happens, `YYYY-MM-DD`. */
  readonly day: string;
  now(): string;
  /** Numbers a history: its goods and its commands are not those of another one in this database. */
  begin(): number;
  /** @param service which of the services; they are all the same, and a round robin chooses for itself */
  as(name: CallerName, service?: number): Client;
  /** Sends a command and hangs up after so many milliseconds, whatever has become of it. */
  abandon(name: CallerName, service: number, path: string, body: object, afterMs: number): Promise<void>;
  /** Ends it, and throws where the ledger that is left behind does not follow from its events. */
  close(): Promise<void>;
}

/** What stands behind the ports that requests go to. */
export interface Services {
  readonly ports: readonly number[];
  /** @throws Error where one of them failed on the way */
  close(): Promise<void>;
}

/**
 * @param services how many in this process
 * @param processes how many processes instead; 0 for none
 */
export async function openStage(services = 1, processes = wantedProcesses): Promise<Stage> {
  const database = await testDatabase();
  const clock = processes === 0 ? standing : systemClock;
  const parts = { database, clock, ids: systemIds };
  await runMigrations(database.db, migrations, parts);
  await insertFacts(database.db);
  await insertPlaces(database);
  const access = { connection: database.connection, clock, ids: systemIds };
  const people = await makePeople(access);
  const { id: organisation, kind: organisationKind } = members.distributor;
  const witness = { organisation, organisationKind, name: 'witness', roles: [] };
  const { person: witnessTrader } = await createPerson(access, {
    ...witness,
    username: undefined,
    password: undefined,
  });
  const tokens = new Map<CallerName, string>();
  for (const name of Object.keys(callers) as CallerName[]) tokens.set(name, await people.token(name));
  const running =
    processes === 0 ? await inThisProcess(services, parts) : await serviceProcesses(processes, database);
  const agent = new Agent({ keepAlive: true });
  const port = (service: number): number => {
    const found = running.ports[service % running.ports.length];
    if (found === undefined) throw new Error('no service');
    return found;
  };
  let begun = 0;
  return {
    database,
    people: people.ids,
    witnessTrader,
    day: dayInChina(clock.now()),
    now: () => clock.now().toISOString(),
    begin: () => {
      begun += 1;
      return begun;
    },
    as: (name, service = 0) => clientOf(port(service), agent, { token: tokens.get(name) ?? '' }),
    abandon: (name, service, path, body, afterMs) =>
      abandon(port(service), tokens.get(name) ?? '', path, JSON.stringify(body), afterMs),
    close: async () => {
      agent.destroy();
      await running.close();
      const report = await checkLedger(database.db);
      await database.drop();
      if (report.differences > 0) throw new Error(describeReport(report));
    },
  };
}

async function inThisProcess(
  services: number,
  parts: Pick<AppParts, 'database' | 'clock' | 'ids'>,
): Promise<Services> {
  const apps: App[] = [];
  const servers: TestServer[] = [];
  for (let count = 0; count < services; count += 1) {
    const app = await createApp({
      ...parts,
      logger: createLogger('error'),
      publicUrl: 'http://127.0.0.1:8080',
      masterKey: createSecretKey(new Uint8Array(32).fill(7)),
      validateAnswers: true,
    });
    apps.push(app);
    servers.push(await serve(app.express));
  }
  return {
    ports: servers.map((server) => server.port),
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
      await Promise.all(apps.map((app) => app.close()));
    },
  };
}

async function abandon(port: number, token: string, path: string, text: string, afterMs: number) {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
  };
  const sent = request({ host: '127.0.0.1', port, method: 'POST', path, headers, agent: false });
  const over = Promise.race([once(sent, 'close'), once(sent, 'response')]).catch(() => undefined);
  sent.on('error', () => undefined);
  sent.end(text);
  const timer = setTimeout(() => sent.destroy(), afterMs);
  await over;
  clearTimeout(timer);
  sent.destroy();
}

const second = { maker: id(91), distributor: id(92) };

function id(number: number): string {
  return `00000000-0000-4000-9000-${number.toString().padStart(12, '0')}`;
}

/** Maker and distributor have a second place here, so that they can move things. */
async function insertPlaces({ db }: TestDatabase): Promise<void> {
  const place = (organisation: 'maker' | 'distributor', kind: string) => ({
    _id: second[organisation],
    organisation: members[organisation].id,
    name: { zh: '二库', en: 'Second' },
    kind,
    active: true,
  });
  await db
    .collection<{ _id: string }>('places')
    .insertMany([place('maker', 'production'), place('distributor', 'warehouse')]);
}

const placeIds: Readonly<Record<Organisation, readonly [string, string]>> = {
  maker: [places.factory, second.maker],
  distributor: [places.warehouse, second.distributor],
  hospitalA: [places.storeA, places.theatreA],
  hospitalB: [places.storeB, places.theatreB],
};

export function placeId(organisation: Organisation, place: Place): string {
  return placeIds[organisation][place];
}

/** @returns which of the organisation's places this is. */
export function placeOf(organisation: Organisation, wanted: string): Place {
  const place = placeIds[organisation].indexOf(wanted);
  if (place !== 0 && place !== 1) throw new Error(`${organisation} has no place ${wanted}`);
  return place;
}

export function organisationOf(wanted: string): Organisation {
  const [name] = Object.entries(members).find(([, member]) => member.id === wanted) ?? [];
  if (name === 'maker' || name === 'distributor' || name === 'hospitalA' || name === 'hospitalB') return name;
  throw new Error(`no organisation ${wanted}`);
}
