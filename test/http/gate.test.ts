import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { z } from 'zod';
import { publicRoute, routeMaker } from '../../src/http/route.ts';
import { at } from '../support/http.ts';
import { type LoggedServer, serveRoutes, type TestCaller, type TestPermission } from './application-of.ts';

const route = routeMaker<TestCaller, TestPermission>();

describe('http: the gate', () => {
  let server: LoggedServer;
  let begun = 0;
  let release = () => {};
  let held = new Promise<void>(() => {});
  const things = [
    route('GET', '/api/v1/slow', 'read', { summary: 'x' }, async () => {
      begun += 1;
      await held;
      return { status: 204 };
    }),
    route('POST', '/api/v1/quick', 'read', { summary: 'x', body: z.strictObject({}) }, async () => ({
      status: 204,
    })),
    publicRoute('POST', '/open', { summary: 'x', body: z.strictObject({}) }, async () => ({ status: 204 })),
  ];
  const limits = { inWork: 2, waiting: 2, patienceMs: 60_000, inside: 12, insidePerKey: 8 };

  beforeEach(async () => {
    begun = 0;
    held = new Promise((resolve) => {
      release = resolve;
    });
    server = await serveRoutes(things, { admissionLimits: limits });
  });
  afterEach(async () => {
    release();
    await server.close();
  });
  const as = (token: string) => server.client({ token });
  const arrived = async (least: number) => {
    while (begun < least) await new Promise((resolve) => setImmediate(resolve));
  };

  it('turns away what there is no room for, with the time to come back, and lets the rest finish', async () => {
    const working = [as('a').get('/api/v1/slow'), as('b').get('/api/v1/slow')];
    await arrived(2);
    const more = ['c', 'd', 'e'].map((token) => as(token).get('/api/v1/slow'));
    const refused = await Promise.race(more);
    expect(refused.status).to.equal(503);
    expect(at(refused.body, '/code')).to.equal('service/busy');
    expect(refused.headers['retry-after']).to.equal('1');
    expect(begun).to.equal(2);
    release();
    const statuses = (await Promise.all([...working, ...more])).map(({ status }) => status);
    expect(statuses.toSorted()).to.deep.equal([204, 204, 204, 204, 503]);
    const said = server.lines.filter((line) => line.includes('overloaded'));
    expect(said, 'operators are told, once for all of them').to.have.length(1);
    expect(server.lines.filter((line) => line.includes('"status":503'))).to.deep.equal([]);
  });

  it('says to operators that it lives, is ready and how busy it is, however busy it is', async () => {
    const all = Array.from({ length: 12 }, (_, index) => as(`t${index % 2}`).get('/api/v1/slow'));
    await arrived(2);
    const outside = await as('x').get('/api/v1/nothing');
    expect([outside.status, at(outside.body, '/code')]).to.deep.equal([404, 'route/not-found']);
    for (const path of ['/health/live', '/health/ready']) {
      expect((await server.client().get(path)).status).to.equal(200);
    }
    const metrics = (await server.client().get('/metrics')).bytes.toString();
    expect(metrics).to.include('http_requests_in_progress{stage="inWork"} 2');
    expect(metrics).to.include('http_requests_in_progress{stage="waiting"} 2');
    release();
    await Promise.all(all);
    const later = (await server.client().get('/metrics')).bytes.toString();
    expect(later).to.include('http_requests_in_progress{stage="inWork"} 0');
    expect(later).to.include('http_requests_in_progress{stage="inside"} 0');
  });

  it('lets clients that send slowly keep nobody from being served, and no more of them than may be inside', async () => {
    const agent = new Agent();
    const dripping = (headers: Record<string, string>, path: string) => {
      const options = { host: '127.0.0.1', port: server.port, agent, method: 'POST', path };
      const outgoing = request({
        ...options,
        headers: { 'content-type': 'application/json', 'content-length': '1000', ...headers },
      });
      outgoing.on('error', () => undefined);
      outgoing.write('{');
      return outgoing;
    };
    const slow = Array.from({ length: 8 }, () => dripping({ authorization: 'Bearer slow' }, '/api/v1/quick'));
    const one = await as('slow').post('/api/v1/quick', {});
    // All eight have come in by then, or this one has come before the last of them.
    expect(one.status).to.be.oneOf([204, 429]);
    const beyond = dripping({ authorization: 'Bearer slow' }, '/api/v1/quick');
    const [answer] = await once(beyond, 'response');
    expect([answer.statusCode, answer.headers['retry-after']]).to.deep.equal([429, '1']);
    expect((await as('quick').post('/api/v1/quick', {})).status).to.equal(204);
    expect((await server.client().post('/open', {})).status).to.equal(204);
    for (const outgoing of [...slow, beyond]) outgoing.destroy();
    agent.destroy();
    await inside(0);
    expect((await as('slow').post('/api/v1/quick', {})).status).to.equal(204);
  });

  it('begins nothing for a client that has gone while it waited', async () => {
    const working = [as('a').get('/api/v1/slow'), as('b').get('/api/v1/slow')];
    await arrived(2);
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /api/v1/slow HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer c\r\n\r\n'.repeat(2));
    await inside(4);
    socket.destroy();
    await inside(2);
    release();
    await Promise.all(working);
    await inside(0);
    expect(begun).to.equal(2);
  });

  it('keeps no turn for clients that have sent everything and hang up while it is looked up who they are', async () => {
    let asked = 0;
    const authenticate = async (incoming: IncomingMessage) => {
      if (incoming.headers.authorization === 'Bearer hasty') {
        asked += 1;
        await new Promise((resolve) => incoming.once('close', resolve));
      }
      return { name: 'reader' };
    };
    const other = await serveRoutes(things, { admissionLimits: limits, authenticate });
    const head =
      'Host: x\r\nAuthorization: Bearer hasty\r\nContent-Type: application/json\r\nContent-Length: 2';
    const hasty = Array.from({ length: limits.inWork }, () => {
      const socket = connect(other.port, '127.0.0.1');
      socket.write(`POST /api/v1/quick HTTP/1.1\r\n${head}\r\n\r\n{}`);
      return socket;
    });
    while (asked < limits.inWork) await new Promise((resolve) => setImmediate(resolve));
    for (const socket of hasty) socket.destroy();
    expect((await other.client({ token: 'patient' }).post('/api/v1/quick', {})).status).to.equal(204);
    await other.close();
  });

  /** Waits until so many have no answer yet. */
  async function inside(wanted: number): Promise<void> {
    for (;;) {
      const metrics = (await server.client().get('/metrics')).bytes.toString();
      if (metrics.includes(`http_requests_in_progress{stage="inside"} ${wanted}\n`)) return;
    }
  }
});
