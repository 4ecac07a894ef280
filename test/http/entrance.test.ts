import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { z } from 'zod';
import { text } from '../../src/http/fields.ts';
import { routeMaker } from '../../src/http/route.ts';
import { at } from '../support/http.ts';
import { type LoggedServer, serveRoutes, type TestCaller, type TestPermission } from './application-of.ts';

const route = routeMaker<TestCaller, TestPermission>();

const things = [
  route(
    'GET',
    '/api/v1/patients/:number',
    'read',
    {
      summary: 'x',
      params: z.strictObject({ number: text({ max: 20 }) }),
      query: z.strictObject({ name: text({ max: 20 }).optional() }),
    },
    async () => ({ status: 204 }),
  ),
  route(
    'POST',
    '/api/v1/change',
    'write',
    { summary: 'x', body: z.strictObject({ name: text({ max: 20 }) }) },
    async () => ({ status: 204 }),
  ),
];

describe('http: the entrance', () => {
  let server: LoggedServer;
  before(async () => {
    server = await serveRoutes(things, {
      checks: [
        { name: 'database', check: async () => undefined },
        { name: 'lifetime', check: async () => 'transactionLifetimeLimitSeconds is 60' },
      ],
      describeCaller: ({ name }) => ({ person: name }),
    });
  });
  after(() => server.close());

  it('logs the route and never the address, the query, the body or a credential', async () => {
    await server.client({ token: 'reader' }).get('/api/v1/patients/ZY0012345?name=%E5%BC%A0%E4%B8%89');
    await server.client({ token: 'writer' }).post('/api/v1/change', { name: '李四' });
    await server.client({ token: 'writer' }).get('/api/v1/unknown/ZY0012345');
    const lines = server.lines.join('');
    expect(lines).to.include('"route":"/api/v1/patients/:number"').and.to.include('"person":"reader"');
    expect(lines).not.to.match(/ZY0012345|张三|%E5|李四|Bearer/);
  });

  it('sets the headers of a careful answer, also on refusals', async () => {
    for (const path of ['/health/live', '/nothing', '/api/v1/change']) {
      const { headers } = await server.client().get(path);
      expect(headers['cache-control'], path).to.equal('no-store');
      expect(headers['x-content-type-options'], path).to.equal('nosniff');
      expect(headers['referrer-policy'], path).to.equal('no-referrer');
      expect(headers['permissions-policy'], path).to.match(/^camera=\(self\)/);
      expect(headers['content-security-policy'], path).to.equal(
        "default-src 'none';script-src 'self' 'wasm-unsafe-eval';style-src 'self';img-src 'self';" +
          "connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
      );
      expect(headers, path).not.to.have.any.keys('x-powered-by', 'etag', 'strict-transport-security');
    }
  });

  it('does not take a request id from outside', async () => {
    const { headers } = await server.client().get('/health/live', { 'x-request-id': 'mine' });
    expect(headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
  });

  it('refuses what another site makes a browser send', async () => {
    const change = (headers: Record<string, string>) =>
      server.client({ token: 'writer' }).post('/api/v1/change', { name: 'x' }, headers);
    const host = `127.0.0.1:${server.port}`;
    const refused: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: `http://${host}` },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://${host}.evil.example` },
      { cookie: 'a=b; session=abc' },
    ];
    for (const headers of refused) {
      const reply = await change(headers);
      expect(at(reply.body, '/code'), JSON.stringify(headers)).to.equal('request/forged');
    }
    const accepted: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'same-origin', cookie: 'session=abc' },
      { 'sec-fetch-site': 'none' },
      { origin: `http://${host}`, cookie: 'session=abc' },
      { origin: 'http://127.0.0.1:8080', cookie: 'session=abc' },
      { cookie: 'other=abc' },
    ];
    for (const headers of accepted)
      expect((await change(headers)).status, JSON.stringify(headers)).to.equal(204);
    const read = await server
      .client({ token: 'reader' })
      .get('/api/v1/patients/1', { 'sec-fetch-site': 'cross-site' });
    expect(read.status).to.equal(204);
  });

  it('is alive, and says what it needs to be ready', async () => {
    expect((await server.client().get('/health/live')).status).to.equal(200);
    const ready = await server.client().get('/health/ready');
    expect(ready.status).to.equal(200);
    expect(at(ready.body, '/checks/1/warning')).to.match(/60/);
    const broken = await serveRoutes([], {
      checks: [{ name: 'database', check: () => Promise.reject(new Error('secret-host:27017 refused')) }],
    });
    try {
      const reply = await broken.client().get('/health/ready');
      expect(reply.status).to.equal(503);
      expect(at(reply.body, '/checks/0/status')).to.equal('failed');
      expect(reply.bytes.toString()).not.to.include('secret-host');
    } finally {
      await broken.close();
    }
  });

  it('gives metrics to this machine alone, by route as it is written', async () => {
    const metrics = await server.client().get('/metrics');
    expect(metrics.bytes.toString()).to.match(
      /http_request_duration_seconds_count\{.*patients\/:number.*\} \d/,
    );
    expect((await server.client().get('/metrics', { 'x-forwarded-for': '127.0.0.1' })).status).to.equal(404);
  });

  it('believes an address that a proxy names only where it was told to, and only an address', async () => {
    const asked = async (trustProxy: string | undefined, forwarded: string) => {
      const whoami = route(
        'GET',
        '/address',
        'read',
        { summary: 'x', answer: z.string() },
        async ({ address }) => ({
          status: 200,
          body: address,
        }),
      );
      const behind = await serveRoutes([whoami], trustProxy === undefined ? {} : { trustProxy });
      try {
        const reply = await behind
          .client({ token: 'reader' })
          .get('/address', { 'x-forwarded-for': forwarded });
        return reply.body;
      } finally {
        await behind.close();
      }
    };
    expect(await asked(undefined, '203.0.113.9')).to.match(/127\.0\.0\.1$/);
    expect(await asked('loopback', '203.0.113.9')).to.equal('203.0.113.9');
    expect(await asked('loopback', '198.51.100.1, 203.0.113.9')).to.equal('203.0.113.9');
    expect(await asked('loopback', '<script>')).to.equal('unknown');
  });

  it('answers what is not HTTP in the same shape', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end('GET / HTTP/1.1\r\nBad Header\r\n\r\n');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    const answer = Buffer.concat(chunks).toString();
    expect(answer)
      .to.match(/^HTTP\/1\.1 400 /)
      .and.to.include('application/problem+json');
    expect(answer).to.include('request/malformed');
  });
});
