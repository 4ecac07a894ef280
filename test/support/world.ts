/**
 * A small world on a real mongod, behind the whole service and over HTTP: a maker with products tracked by lot and by
 * serial number, another maker, a distributor, two hospitals with store, CSSD and theatre, and people who call.
 *
 *     const world = await createWorld();
 *     const lot = await world.stocked('theatre-a', { quantity: 5 });
 *     const reply = await world.as('nurseA').post('/api/v1/uses', world.useBody({ ... }));
 */
import { createSecretKey } from 'node:crypto';
import type { Permission } from '../../src/access/permissions.ts';
import { type App, type AppParts, createApp, migrations } from '../../src/app.ts';
import { systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { checkLedger, describeReport } from '../../src/ledger/check/check-ledger.ts';
import { createLogger } from '../../src/logging.ts';
import { type Client, type Reply, serve, textAt } from './http.ts';
import { type TestDatabase, testDatabase } from './mongod.ts';
import { insertFacts, members, places } from './world-facts.ts';
import { type CallerName, callers, makePeople, type People } from './world-people.ts';

export { type CallerName, callers };

export interface World {
  readonly database: TestDatabase;
  readonly app: App;
  /** Person ids of the callers; surgeons and witnesses among them. */
  readonly people: People['ids'];
  as(name: CallerName): Client;
  /** Where it listens, and a token of a caller: for a test that makes its own requests. */
  readonly url: string;
  token(name: CallerName): Promise<string>;
  /** A token of the caller with only these permissions. */
  scoped(name: CallerName, permissions: readonly Permission[]): Promise<Client>;
  /** Sets the clock; it moves on by a second at every look. */
  at(time: string): void;
  /** The time that it shows, RFC 3339. */
  now(): string;
  /** Ends it, and throws where the ledger that the test leaves behind does not follow from its events. */
  close(): Promise<void>;
}

/** @param more settings of the service, as its operator makes them */
export async function createWorld(
  start = '2026-11-02T02:00:00Z',
  more: Pick<AppParts, 'printers'> = {},
): Promise<World> {
  const database = await testDatabase();
  let now = Date.parse(start);
  const clock = {
    now() {
      now += 1_000;
      return new Date(now);
    },
  };
  await runMigrations(database.db, migrations, { clock, ids: systemIds });
  await insertFacts(database.db);
  const app = await createApp({
    database,
    clock,
    ids: systemIds,
    logger: createLogger('fatal'),
    publicUrl: 'http://127.0.0.1:8080',
    masterKey: createSecretKey(new Uint8Array(32).fill(7)),
    validateAnswers: true,
    ...more,
  });
  const people = await makePeople({ connection: database.connection, clock, ids: systemIds });
  const server = await serve(app.express);
  const clients = new Map<string, Client>();
  for (const name of Object.keys(callers) as CallerName[]) {
    clients.set(name, server.client({ token: await people.token(name) }));
  }
  return {
    database,
    app,
    people: people.ids,
    as: (name) => clients.get(name) ?? server.client(),
    url: server.url,
    token: (name) => people.token(name),
    scoped: async (name, permissions) => server.client({ token: await people.token(name, permissions) }),
    at: (time) => {
      now = Date.parse(time);
    },
    now: () => new Date(now).toISOString(),
    close: async () => {
      await server.close();
      await app.close();
      const report = await checkLedger(database.db);
      await database.drop();
      if (report.differences > 0) throw new Error(describeReport(report));
    },
  };
}

export const uuid = () => systemIds.uuid();

/** Sends a command and expects it to be accepted. @returns the answer */
export async function done(sent: Promise<Reply>): Promise<unknown> {
  const { status, body } = await sent;
  if (status !== 201 && status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** @returns the code of a refusal, with its status; throws where the request was not refused. */
export async function refusal(sent: Promise<Reply>): Promise<string> {
  const { status, body } = await sent;
  if (status < 400) throw new Error(`not refused: ${JSON.stringify(body)}`);
  return `${status} ${textAt(body, '/code')}`;
}

export { members, places };
