import { createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import { z } from 'zod';
import { createPerson } from '../../src/access/new-person.ts';
import {
  type OrganisationKind,
  organisationKinds,
  permissionsOf,
  type Role,
  rolesFitting,
} from '../../src/access/permissions.ts';
import { type App, createApp, migrations } from '../../src/app.ts';
import { insertOrganisation, newOrganisation } from '../../src/catalogue/organisations.ts';
import { systemClock, systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { openPaths } from '../../src/http/application.ts';
import { createLogger } from '../../src/logging.ts';
import { cookieFrom, serve, type TestServer, textAt } from '../support/http.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { concrete, knock, publicLines, type Walker, walk } from './route-walk.ts';

const parts = { clock: systemClock, ids: systemIds };
const password = 'a password for walkers';
const logLine = z.object({ requestId: z.string(), route: z.string() });

describe('access: all routes of the service, with every role and none', () => {
  let database: TestDatabase;
  let app: App;
  let server: TestServer;
  const walkers: Walker[] = [];
  /** Which route line answered, by request id: the log says. */
  const answeredBy = new Map<string, string>();

  before(async () => {
    database = await testDatabase();
    await runMigrations(database.db, migrations, parts);
    const write = (line: string) => {
      const said = logLine.safeParse(JSON.parse(line));
      if (said.success) answeredBy.set(said.data.requestId, said.data.route);
    };
    app = await createApp({
      ...parts,
      database,
      logger: createLogger('info', { write }),
      publicUrl: 'http://127.0.0.1:8080',
      masterKey: createSecretKey(new Uint8Array(32).fill(7)),
      validateAnswers: true,
    });
    server = await serve(app.express);
    for (const kind of organisationKinds) {
      for (const roles of [[], ...rolesFitting(kind).map((role) => [role])]) await addWalkers(kind, roles);
    }
  });
  after(async () => {
    await server.close();
    await database.drop();
  });

  /** One person, twice: with a session, and with a token that has all they may do. */
  async function addWalkers(kind: OrganisationKind, roles: readonly Role[]): Promise<void> {
    const names = { zh: `机构 ${kind}`, en: `Organisation ${kind}` };
    const organisation = newOrganisation(parts, { kind, name: names, country: 'CN', licences: [] });
    await insertOrganisation(database.connection, organisation);
    const username = `${kind}-${roles.join() || 'nobody'}`;
    const owner = { organisation: organisation.id, organisationKind: kind };
    await createPerson({ ...parts, ...database }, { ...owner, name: '人员', username, roles, password });
    const reply = await server.client().post('/api/v1/sign-in', { username, password });
    const session = server.client({ cookie: cookieFrom(reply) });
    const wish = { name: 'walk', permissions: [...permissionsOf(kind, roles)] };
    const token = textAt((await session.post('/api/v1/tokens', wish)).body, '/token');
    walkers.push({ kind, roles, client: session }, { kind, roles, client: server.client({ token }) });
  }

  it('let in who the permission table says, and nobody else', async () => {
    expect(app.routes.length * walkers.length).to.be.greaterThan(1_000);
    expect(await walk(app.routes, walkers, server.client())).to.deep.equal([]);
  }).timeout(120_000);

  it('would show a route that is open by accident', async () => {
    const mistaken = app.routes
      .filter(({ path }) => path === '/api/v1/sign-in')
      .map((route) => ({ ...route, permission: 'patient:read' as const }));
    const wrong = await walk(mistaken, walkers, server.client());
    expect(wrong.join('\n')).to.include('/api/v1/sign-in (patient:read) answers 422 to nobody');
  });

  it('have nothing public among them but what is listed here', async () => {
    expect(publicLines(app.routes)).to.have.members([
      'POST /api/v1/sign-in',
      // The page behind a label's QR code, for whoever scans it.
      'GET /01/*path',
      // Other GS1 keys: that they are not looked up.
      'GET /00/*path',
      'GET /8006/*path',
      'GET /8013/*path',
      'GET /.well-known/gs1resolver',
      'GET /assets/device.css',
    ]);
    expect(openPaths).to.deep.equal(['/health/live', '/health/ready', '/metrics', '/api/v1/openapi.json']);
    for (const path of openPaths) expect((await server.client().get(path)).status, path).to.equal(200);
  });

  it('answer for themselves: none is hidden by one that stands before it', async () => {
    const asked = new Map<string, string>();
    for (const route of app.routes) {
      const reply = await knock(server.client(), route);
      asked.set(String(reply.headers['x-request-id']), route.path);
    }
    // A line is written when its answer has gone out: the next answer comes after it.
    await server.client().get('/health/live');
    for (const [requestId, path] of asked) expect(answeredBy.get(requestId), path).to.equal(path);
  });

  it('have no second way to write their address', async () => {
    const nobody = server.client();
    for (const { method, path, open } of app.routes) {
      if (open) continue;
      const address = concrete(path);
      for (const other of [
        `${address}/`,
        `/${address}`,
        address.toUpperCase(),
        `${address}%00`,
        `/x/..${address}`,
      ]) {
        const { status } = await nobody.send(method, other);
        expect(status, `${method} ${other}`).to.be.oneOf([401, 404, 405]);
      }
    }
  }).timeout(60_000);
});
