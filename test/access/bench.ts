/** The access room on a real database and a real port, with two hospitals and a clock that a test can turn. */

import { authorise, createAuthenticator, describeCaller } from '../../src/access/authenticate.ts';
import type { Caller, OrganisationFacts } from '../../src/access/caller.ts';
import { sessionCookieName } from '../../src/access/cookie.ts';
import { accessMigrations } from '../../src/access/migrations.ts';
import { createPerson } from '../../src/access/new-person.ts';
import type { OrganisationKind, Permission, Role } from '../../src/access/permissions.ts';
import { RequestRate } from '../../src/access/request-rate.ts';
import { type Route, route } from '../../src/access/route.ts';
import { accessRoutes } from '../../src/access/routes.ts';
import type { SessionRouteParts } from '../../src/access/session-routes.ts';
import { systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { createApplication } from '../../src/http/application.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { createLogger } from '../../src/logging.ts';
import { type Client, cookieFrom, serve, textAt } from '../support/http.ts';
import { testDatabase } from '../support/mongod.ts';

export interface Bench {
  readonly parts: SessionRouteParts;
  readonly db: Awaited<ReturnType<typeof testDatabase>>['db'];
  readonly logLines: string[];
  /** Turns the service's clock forward. */
  pass(ms: number): void;
  now(): Date;
  organisation(kind: OrganisationKind): string;
  setOrganisationActive(id: string, active: boolean): void;
  client(credentials?: { token?: string; cookie?: string }): Client;
  /** A person who has a password of their own already. */
  person(organisation: string, ...roles: Role[]): Promise<Account>;
  close(): Promise<void>;
}

export interface Account {
  readonly id: string;
  readonly organisation: string;
  readonly username: string;
  readonly password: string;
  /** Signs in. */
  signIn(): Promise<Client>;
  /** Signs in and makes a token. */
  token(permissions: readonly Permission[]): Promise<string>;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** One address a permission each, to be knocked at: `/probe/use-record`. */
const probes: Route[] = (['self', 'patient:read', 'use:record', 'organisation:administer'] as const).map(
  (permission) =>
    route('GET', `/probe/${permission.replace(':', '-')}`, permission, { summary: 'x' }, async () => ({
      status: 204,
    })),
);

export async function accessBench({
  rate = new RequestRate(),
  publicUrl = new URL('http://127.0.0.1:8080'),
}: {
  rate?: RequestRate;
  publicUrl?: URL;
} = {}): Promise<Bench> {
  const database = await testDatabase();
  // Ahead of the real clock, so that the database's own sweeper of expired records stays out of the tests.
  let nowMs = Date.UTC(2090, 0, 1, 8);
  const clock = { now: () => new Date(nowMs) };
  const organisations = new Map<string, OrganisationFacts>();
  await runMigrations(database.db, accessMigrations, { clock, ids: systemIds });
  const parts: SessionRouteParts = {
    connection: database.connection,
    clock,
    ids: systemIds,
    publicUrl,
    organisations: { find: async (id) => organisations.get(id) },
  };
  const logLines: string[] = [];
  const application = createApplication<Caller, Permission>({
    routes: [...accessRoutes(parts), ...probes],
    authenticate: createAuthenticator({ ...parts, rate }),
    authorise,
    describeCaller,
    sessionCookie: sessionCookieName(publicUrl),
    publicUrl,
    ids: systemIds,
    log: createLogger('info', { write: (line: string) => void logLines.push(line) }),
    metrics: createMetrics({ process: false }),
    checks: [],
    version: '0',
    validateAnswers: true,
  });
  const server = await serve(application);
  let people = 0;
  return {
    parts,
    db: database.db,
    logLines,
    now: clock.now,
    pass: (ms) => {
      nowMs += ms;
    },
    organisation: (kind) => {
      const id = systemIds.uuid();
      organisations.set(id, { id, kind, active: true });
      return id;
    },
    setOrganisationActive: (id, active) => {
      const facts = organisations.get(id);
      if (facts !== undefined) organisations.set(id, { ...facts, active });
    },
    client: (credentials) => server.client(credentials),
    person: async (organisation, ...roles) => {
      people += 1;
      const username = `person-${people}`;
      const password = `correct horse ${systemIds.uuid()}`;
      const organisationKind = organisations.get(organisation)?.kind ?? 'hospital';
      const wanted = { organisation, organisationKind, name: `人员 ${people}`, username, password, roles };
      const { person: id } = await createPerson(parts, wanted);
      const signIn = async () => {
        const reply = await server.client().post('/api/v1/sign-in', { username, password });
        return server.client({ cookie: cookieFrom(reply) });
      };
      const token = async (permissions: readonly Permission[]) => {
        const reply = await (await signIn()).post('/api/v1/tokens', { name: 'test', permissions });
        return textAt(reply.body, '/token');
      };
      return { id, organisation, username, password, signIn, token };
    },
    close: async () => {
      await server.close();
      await database.drop();
    },
  };
}
