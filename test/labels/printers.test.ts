import { expect } from 'chai';
import type { Caller } from '../../src/access/caller.ts';
import {
  type OrganisationKind,
  type Permission,
  permissionsOf,
  type Role,
} from '../../src/access/permissions.ts';
import { catalogueMigrations } from '../../src/catalogue/migrations.ts';
import { insertOrganisation, newOrganisation } from '../../src/catalogue/organisations.ts';
import { systemClock, systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { createApplication } from '../../src/http/application.ts';
import { sendLimits } from '../../src/labels/printer-connection.ts';
import { printerMigrations } from '../../src/labels/printer-migrations.ts';
import { printerNetworks } from '../../src/labels/printer-networks.ts';
import { printerRoutes } from '../../src/labels/printer-routes.ts';
import { PrinterSends, printerSendsCollection } from '../../src/labels/printer-sends.ts';
import { createLogger } from '../../src/logging.ts';
import { bearers, ordinary } from '../support/application.ts';
import { at, type Client, listAt, type Reply, serve, type TestServer, textAt } from '../support/http.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { type TcpPrinter, tcpPrinter } from './tcp-printer.ts';

describe('printers of an organisation', () => {
  let database: TestDatabase;
  let printer: TcpPrinter;
  let server: TestServer;
  let sends: PrinterSends;
  const troubles: unknown[] = [];
  const callers = new Map<string, Caller>();

  before(async () => {
    database = await testDatabase();
    printer = await tcpPrinter();
    const parts = { connection: database.connection, clock: systemClock, ids: systemIds };
    await runMigrations(database.db, [...catalogueMigrations, ...printerMigrations], parts);
    const networks = printerNetworks({ networks: ['127.0.0.1'], ports: [printer.port] });
    const resolve = async (name: string) => (name === 'labels.ward3.example' ? ['127.0.0.1'] : []);
    const limits = { ...sendLimits, closeMs: 100, stallMs: 400 };
    const report = (trouble: unknown) => troubles.push(trouble);
    sends = new PrinterSends({ ...parts, networks, resolve, limits, report });
    server = await serve(
      createApplication<Caller, Permission>({
        routes: printerRoutes({ ...parts, networks, resolve, sends }),
        ...bearers((token) => callers.get(token)),
        log: createLogger('fatal'),
        ...ordinary(),
      }),
    );
  });
  after(async () => {
    await sends.close();
    await server.close();
    await printer.close();
    await database.drop();
  });
  async function organisation(kind: OrganisationKind): Promise<string> {
    const name = { zh: '机构', en: 'Organisation' };
    const made = newOrganisation(
      { clock: systemClock, ids: systemIds },
      { kind, name, country: 'CN', licences: [] },
    );
    await insertOrganisation(database.connection, made);
    return made.id;
  }

  function as(of: string, kind: OrganisationKind, role: Role): Client {
    const person = systemIds.uuid();
    callers.set(person, {
      person,
      organisation: of,
      organisationKind: kind,
      roles: [role],
      permissions: permissionsOf(kind, [role]),
      credential: { kind: 'token', id: person },
    });
    return server.client({ token: person });
  }

  let hospital: string;
  let administrator: Client;
  let nurse: Client;
  beforeEach(async () => {
    printer.manner = 'takes';
    troubles.length = 0;
    hospital = await organisation('hospital');
    administrator = as(hospital, 'hospital', 'administrator');
    nurse = as(hospital, 'hospital', 'sterile-supply');
  });

  const body = (change: Readonly<Record<string, unknown>> = {}) => ({
    name: '消毒供应中心 1 号',
    host: '127.0.0.1',
    port: printer.port,
    language: 'zpl',
    ...change,
  });

  async function registered(change: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const reply = await administrator.post('/api/v1/printers', body(change));
    expect(reply.status, JSON.stringify(reply.body)).to.equal(201);
    return textAt(reply.body, '/id');
  }

  const refused = (reply: Reply, status: number, code: string): void => {
    expect([reply.status, at(reply.body, '/code')]).to.deep.equal([status, code]);
  };

  async function ended(client: Client, begun: Reply): Promise<Reply> {
    expect(begun.status, JSON.stringify(begun.body)).to.equal(202);
    for (;;) {
      const reply = await client.get(`/api/v1/printer-sends/${textAt(begun.body, '/id')}`);
      if (at(reply.body, '/state') !== 'sending') return reply;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('are registered by an administrator, and chosen by their names by everybody else', async () => {
    const id = await registered();
    refused(await nurse.post('/api/v1/printers', body({ name: '2' })), 403, 'access/forbidden');
    refused(await nurse.patch(`/api/v1/printers/${id}`, { port: 9100 }), 403, 'access/forbidden');
    refused(await nurse.post(`/api/v1/printers/${id}/test`), 403, 'access/forbidden');
    const seen = {
      ...{ id, name: '消毒供应中心 1 号', protocol: 'raw', language: 'zpl' },
      ...{ dotsPerInch: 203, active: true },
    };
    const where = { host: '127.0.0.1', port: printer.port };
    expect(listAt((await nurse.get('/api/v1/printers')).body, '/items')).to.deep.equal([seen]);
    expect(listAt((await administrator.get('/api/v1/printers')).body, '/items')).to.deep.equal([
      { ...seen, ...where },
    ]);
  });

  it('may be nowhere but where the operator allows', async () => {
    const places = [
      ...['127.0.0.2', '10.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.1', '0.0.0.0'].map((host) => ({
        host,
      })),
      ...[27_017, 22, 80].map((port) => ({ port })),
    ];
    for (const place of places) {
      refused(await administrator.post('/api/v1/printers', body(place)), 422, 'printer/not-allowed');
    }
    refused(await administrator.post('/api/v1/printers', body({ host: 'db' })), 422, 'printer/name-unknown');
    for (const host of ['http://127.0.0.1', '127.0.0.1:22', 'a b', '../x', '', '-x', '名']) {
      refused(await administrator.post('/api/v1/printers', body({ host })), 422, 'request/invalid');
    }
    const id = await registered({ host: 'LABELS.ward3.example' });
    refused(
      await administrator.patch(`/api/v1/printers/${id}`, { host: '10.0.0.1' }),
      422,
      'printer/not-allowed',
    );
    refused(
      await administrator.patch(`/api/v1/printers/${id}`, { port: 27_017 }),
      422,
      'printer/not-allowed',
    );
    const [only] = listAt((await administrator.get('/api/v1/printers')).body, '/items');
    expect(at(only, '/host')).to.equal('labels.ward3.example');
  });

  it('have names of their own', async () => {
    await registered();
    refused(await administrator.post('/api/v1/printers', body()), 409, 'conflict');
    const id = await registered({ name: '2' });
    refused(
      await administrator.patch(`/api/v1/printers/${id}`, { name: '消毒供应中心 1 号' }),
      409,
      'conflict',
    );
  });

  it('are no business of another organisation', async () => {
    const id = await registered();
    const begun = await administrator.post(`/api/v1/printers/${id}/test`);
    const stranger = as(await organisation('hospital'), 'hospital', 'administrator');
    refused(await stranger.patch(`/api/v1/printers/${id}`, { active: false }), 404, 'not-found');
    refused(await stranger.post(`/api/v1/printers/${id}/test`), 404, 'not-found');
    refused(await stranger.get(`/api/v1/printer-sends/${textAt(begun.body, '/id')}`), 404, 'not-found');
    expect(listAt((await stranger.get('/api/v1/printers')).body, '/items')).to.deep.equal([]);
    await ended(administrator, begun);
  });

  for (const [language, beginning, end] of [
    ['zpl', /^\^XA\^PW240\^LL160/, /\^XZ\n$/],
    ['pdf', /^%PDF-1\.7/, /%%EOF\n$/],
  ] as const) {
    it(`print a test label in ${language}, and the record says when it was handed over`, async () => {
      const id = await registered({ language });
      const sent = await ended(administrator, await administrator.post(`/api/v1/printers/${id}/test`));
      const bytes = printer.jobs().at(-1)?.toString('latin1') ?? '';
      expect(bytes).to.match(beginning).and.match(end);
      expect(sent.body).to.include({ printer: id, state: 'sent', labels: 1, bytes: bytes.length });
      expect(textAt(sent.body, '/endedAt') >= textAt(sent.body, '/startedAt')).to.equal(true);
      expect(troubles).to.deep.equal([]);
    });
  }

  it('are told of in the words of those who print when they fail', async () => {
    const id = await registered();
    printer.manner = 'resets';
    const sent = await ended(administrator, await administrator.post(`/api/v1/printers/${id}/test`));
    expect(sent.body).to.include({ state: 'failed' });
    expect(at(sent.body, '/failure/code')).to.equal('printer/broken-off');
    expect(at(sent.body, '/failure/zh')).to.match(/断开了连接/);
    expect(at(sent.body, '/failure/en')).to.match(/broke the connection off/);
    expect(troubles).to.deep.equal([]);
  });

  it('take one job at a time, whoever asks', async () => {
    const id = await registered();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const order = { organisation: hospital, person: systemIds.uuid(), printer: id, labels: 1 } as const;
    const first = await sends.begin({
      ...order,
      subject: { kind: 'job', job: 'a job' },
      draw: async function* () {
        yield Buffer.from('^XA');
        await held;
        yield Buffer.from('^XZ');
      },
    });
    refused(await administrator.post(`/api/v1/printers/${id}/test`), 409, 'printer/busy');
    const underWay = await nurse.get(`/api/v1/printer-sends/${first.id}`);
    expect(underWay.body).to.include({ state: 'sending', job: 'a job' });
    release();
    await ended(nurse, { ...underWay, status: 202 });
    expect(
      at(
        (await ended(administrator, await administrator.post(`/api/v1/printers/${id}/test`))).body,
        '/state',
      ),
    ).to.equal('sent');
  });

  it('are free again after the process that sent to them has died', async () => {
    const id = await registered();
    const dead = systemIds.uuid();
    const stored = {
      organisation: hospital,
      printer: id,
      subject: { kind: 'test' },
      labels: 1,
      sentBy: dead,
    };
    const silent = { state: 'sending', bytes: 7, startedAt: '2026-11-24T00:00:00.000Z', until: new Date(0) };
    await database.db
      .collection<{ _id: string }>(printerSendsCollection)
      .insertOne({ _id: dead, ...stored, ...silent, holds: id } as { _id: string });
    const told = await nurse.get(`/api/v1/printer-sends/${dead}`);
    expect(told.body).to.include({ state: 'failed', bytes: 7 });
    expect(at(told.body, '/failure/code')).to.equal('printer/stopped');
    const sent = await ended(administrator, await administrator.post(`/api/v1/printers/${id}/test`));
    expect(at(sent.body, '/state')).to.equal('sent');
    expect((await nurse.get(`/api/v1/printer-sends/${dead}`)).body).to.include({ state: 'failed' });
  });

  it('get nothing while they are out of use', async () => {
    const id = await registered();
    await administrator.patch(`/api/v1/printers/${id}`, { active: false });
    refused(await administrator.post(`/api/v1/printers/${id}/test`), 409, 'printer/inactive');
  });

  it('are broken off, and say so, when the service stops', async () => {
    const parts = { connection: database.connection, clock: systemClock, ids: systemIds };
    const networks = printerNetworks({ networks: ['127.0.0.1'], ports: [printer.port] });
    const own = new PrinterSends({
      ...parts,
      networks,
      resolve: async () => [],
      report: (trouble) => troubles.push(trouble),
    });
    const id = await registered();
    printer.manner = 'stalls';
    const order = { organisation: hospital, person: systemIds.uuid(), printer: id, labels: 9 } as const;
    const send = await own.begin({
      ...order,
      subject: { kind: 'test' },
      draw: async function* () {
        for (;;) yield Buffer.alloc(1 << 20);
      },
    });
    await own.close();
    const reply = await nurse.get(`/api/v1/printer-sends/${send.id}`);
    expect(reply.body).to.include({ state: 'failed' });
    expect(at(reply.body, '/failure/code')).to.equal('printer/stopped');
    expect(troubles).to.deep.equal([]);
  });
});
