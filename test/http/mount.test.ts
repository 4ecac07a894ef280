import { Readable } from 'node:stream';
import { expect } from 'chai';
import { z } from 'zod';
import { Failure } from '../../src/errors.ts';
import { pageDefault, pageQuery, quantity, text } from '../../src/http/fields.ts';
import { publicRoute, rawBytes, routeMaker } from '../../src/http/route.ts';
import { at, listAt, textAt } from '../support/http.ts';
import { type LoggedServer, serveRoutes, type TestCaller, type TestPermission } from './application-of.ts';

const route = routeMaker<TestCaller, TestPermission>();

const received: unknown[] = [];

const things = [
  route(
    'POST',
    '/api/v1/things/:id',
    'write',
    {
      summary: 'Make a thing',
      params: z.strictObject({ id: text({ max: 20 }) }),
      query: z.strictObject({ ...pageQuery }),
      body: z.strictObject({ name: text({ max: 20 }), lines: z.array(quantity()).max(3).optional() }),
      bodyLimit: 2_000,
      answer: z.strictObject({ name: z.string() }),
    },
    async ({ body, params, query, caller }) => {
      received.push({ body, params, query, caller });
      return { status: 201, body: { name: body.name }, headers: { Location: `/api/v1/things/${params.id}` } };
    },
  ),
  route('DELETE', '/api/v1/things/:id', 'write', { summary: 'x', params: z.object({}) }, async () => ({
    status: 204,
  })),
  route(
    'GET',
    '/api/v1/wrong',
    'read',
    { summary: 'x', answer: z.strictObject({ a: z.string() }) },
    async () =>
      // A handler's fault that only the wire shows: JSON has no Infinity.
      ({ status: 200, body: JSON.parse('{"a": 1}') }),
  ),
  route('GET', '/api/v1/crash', 'read', { summary: 'x' }, async () => {
    throw new Error('the inside story');
  }),
  route('GET', '/api/v1/busy', 'read', { summary: 'x' }, async () => {
    throw Object.assign(new Error('pool'), { name: 'MongoWaitQueueTimeoutError' });
  }),
  route('POST', '/api/v1/lost', 'write', { summary: 'x' }, async () => {
    throw Object.assign(new Error('reset'), { name: 'MongoNetworkError' });
  }),
  route('GET', '/api/v1/full', 'read', { summary: 'x' }, async () => {
    throw new Failure('conflict', { lot: 'A1' });
  }),
  route(
    'GET',
    '/api/v1/paper',
    'read',
    { summary: 'x', produces: { 'application/pdf': rawBytes } },
    async () => ({
      status: 200,
      contentType: 'application/pdf',
      filename: '召回通知 "1"\r\nX-Evil: 1.pdf',
      bytes: new Uint8Array([1, 2, 3]),
    }),
  ),
  route(
    'GET',
    '/api/v1/stream',
    'read',
    { summary: 'x', produces: { 'text/plain': z.string() } },
    async () => ({
      status: 200,
      contentType: 'text/plain',
      bytes: Readable.from(['a', 'b']),
    }),
  ),
  ...['text/plain', 'application/linkset+json'].map((contentType) =>
    route(
      'GET',
      `/api/v1/undeclared-${contentType.length}`,
      'read',
      {
        summary: 'x',
        produces: { 'text/html; charset=utf-8': z.string(), 'application/linkset+json': z.null() },
      },
      async () => ({ status: 200, contentType, bytes: Buffer.from('{}') }),
    ),
  ),
  publicRoute('GET', '/anywhere', { summary: 'x', crossOrigin: true }, async () => ({ status: 204 })),
  publicRoute(
    'GET',
    '/open',
    { summary: 'x', answer: z.strictObject({ caller: z.string() }) },
    async ({ caller }) => ({
      status: 200,
      body: { caller: typeof caller },
    }),
  ),
];

describe('http: mounted routes', () => {
  let server: LoggedServer;
  before(async () => {
    server = await serveRoutes(things);
  });
  after(() => server.close());
  const writer = () => server.client({ token: 'writer' });

  it('hands the handler what was parsed, and the answer what it says', async () => {
    const reply = await writer().post('/api/v1/things/7?limit=3', { name: ' 扩肛器 ', lines: [1, 2] });
    expect(reply.status).to.equal(201);
    expect(reply.body).to.deep.equal({ name: '扩肛器' });
    expect(reply.headers.location).to.equal('/api/v1/things/7');
    expect(received.at(-1)).to.deep.equal({
      body: { name: '扩肛器', lines: [1, 2] },
      params: { id: '7' },
      query: { limit: 3 },
      caller: { name: 'writer' },
    });
    await writer().post('/api/v1/things/7?cursor=a?b', { name: 'x' });
    expect(at(received.at(-1), '/query')).to.deep.equal({ cursor: 'a?b', limit: pageDefault });
  });

  it('asks who calls, then whether they may, before it reads a body', async () => {
    const nobody = await server.client().post('/api/v1/things/7', 'not even an object');
    expect(nobody.status).to.equal(401);
    expect(nobody.headers['www-authenticate']).to.match(/^Bearer/);
    const reader = await server.client({ token: 'reader' }).post('/api/v1/things/7', 'not even an object');
    expect(reader.status).to.equal(403);
    expect(at(reader.body, '/code')).to.equal('access/forbidden');
  });

  it('says each fault with its pointer, in both languages, and never the value', async () => {
    const body = { name: 5, lines: [1, 0, 2.5], 'a/b~c': 'x' };
    const reply = await writer().post('/api/v1/things/7', body);
    expect(reply.status).to.equal(422);
    expect(reply.headers['content-type']).to.match(/^application\/problem\+json/);
    expect(at(reply.body, '/code')).to.equal('request/invalid');
    const faults = listAt(reply.body, '/faults');
    expect(faults.map((fault) => at(fault, '/pointer'))).to.have.members([
      '/name',
      '/lines/1',
      '/lines/2',
      '/a~1b~0c',
    ]);
    for (const fault of faults) {
      expect(textAt(fault, '/zh')).to.match(/\p{Script=Han}.*。$/u);
      expect(textAt(fault, '/en')).to.match(/^[A-Z].*\.$/);
    }
    expect(textAt(reply.body, '/requestId')).to.equal(reply.headers['x-request-id']);
  });

  it('points into the query and the path too, and refuses what it does not know', async () => {
    for (const [query, pointer] of [
      ['limit=201', '/query/limit'],
      ['limit=-1', '/query/limit'],
      ['limit=1e2', '/query/limit'],
      ['limti=5', '/query/limti'],
      ['limit=5&limit=6', '/query'],
      ['limit[$gt]=5', '/query/limit[$gt]'],
      ['$where=1', '/query'],
      ['cursor=%00', '/query/cursor'],
    ] as const) {
      const reply = await writer().post(`/api/v1/things/7?${query}`, { name: 'x' });
      expect(reply.status, query).to.equal(422);
      expect(at(reply.body, '/faults/0/pointer'), query).to.equal(pointer);
    }
    const path = await writer().post('/api/v1/things/a%00b', { name: 'x' });
    expect(at(path.body, '/faults/0/pointer')).to.equal('/params/id');
    const full = await server.client({ token: 'reader' }).get('/api/v1/full?x=1');
    expect(full.status).to.equal(422);
  });

  it('refuses bodies that are not ours to read', async () => {
    const json = { 'content-type': 'application/json' };
    const post = (headers: Record<string, string>, bytes: string | Uint8Array) =>
      writer().send('POST', '/api/v1/things/7', headers, bytes);
    const good = '{"name":"x"}';
    expect((await post({ 'content-type': 'text/plain' }, good)).status).to.equal(415);
    expect((await post({}, good)).status).to.equal(415);
    expect((await post({ 'content-type': 'application/json; charset=gbk' }, good)).status).to.equal(415);
    expect((await post({ ...json, 'content-encoding': 'gzip' }, good)).status).to.equal(415);
    expect((await post(json, '{"name":')).status).to.equal(400);
    expect((await post(json, Buffer.from([0x22, 0xff, 0x22]))).status).to.equal(400);
    expect((await post(json, `{"name":"${'x'.repeat(2_000)}"}`)).status).to.equal(413);
    expect((await post(json, '')).status).to.equal(422);
    expect((await post(json, good)).status).to.equal(201);
    expect((await post({ 'content-type': 'application/json; charset=UTF-8' }, good)).status).to.equal(201);
  });

  it('refuses what would reach a prototype, an operator, the stack, or another program', async () => {
    const json = { 'content-type': 'application/json' };
    for (const body of [
      '{"name":"x","__proto__":{"admin":true}}',
      '{"name":"x","constructor":{}}',
      '{"name":{"$gt":""}}',
      '{"name":"a\\u0000b"}',
      '{"name":"\\ud800"}',
      `{"name":${'['.repeat(900)}${']'.repeat(900)}}`,
    ]) {
      const reply = await writer().send('POST', '/api/v1/things/7', json, body);
      expect(reply.status, body.slice(0, 40)).to.equal(422);
      expect(at(reply.body, '/code'), body.slice(0, 40)).to.equal('request/invalid');
    }
  });

  it('answers 404, 405 with Allow, and 400 for a path that cannot be decoded', async () => {
    const missing = await writer().get('/api/v1/nothing');
    expect(missing.status).to.equal(404);
    expect(at(missing.body, '/code')).to.equal('route/not-found');
    expect((await writer().get('/api/v1/things/7/')).status).to.equal(404);
    const wrong = await writer().get('/api/v1/things/7');
    expect(wrong.status).to.equal(405);
    expect(wrong.headers.allow).to.equal('POST, DELETE');
    expect((await writer().send('OPTIONS', '/open')).headers.allow).to.equal('GET, HEAD');
    expect((await writer().post('/anywhere')).headers.allow).to.equal('GET, HEAD, OPTIONS');
    expect((await writer().send('OPTIONS', '/anywhere')).headers.allow).to.equal('GET, HEAD, OPTIONS');
    expect((await writer().post('/api/v1/things/%E0%A4%A', { name: 'x' })).status).to.equal(400);
  });

  it('tells an expected failure, and nothing of an unexpected one but the request id', async () => {
    const reader = server.client({ token: 'reader' });
    const conflict = await reader.get('/api/v1/full');
    expect(conflict.status).to.equal(409);
    expect(at(conflict.body, '/info')).to.deep.equal({ lot: 'A1' });
    expect(textAt(conflict.body, '/detailZh')).to.match(/\p{Script=Han}/u);
    const crash = await reader.get('/api/v1/crash');
    expect(crash.status).to.equal(500);
    expect(crash.bytes.toString()).not.to.match(/inside story|at .*\.ts/);
    const line = server.lines.find((entry) => entry.includes('inside story'));
    expect(line).to.include(textAt(crash.body, '/requestId'));
  });

  it('says when the database is busy, and when the outcome is not known', async () => {
    const busy = await server.client({ token: 'reader' }).get('/api/v1/busy');
    expect(busy.status).to.equal(503);
    expect(at(busy.body, '/code')).to.equal('service/busy');
    expect(Number(busy.headers['retry-after'])).to.be.greaterThan(0);
    const lost = await writer().post('/api/v1/lost');
    expect(lost.status).to.equal(503);
    expect(at(lost.body, '/code')).to.equal('service/outcome-unknown');
  });

  it('turns an answer that its schema does not accept into a fault of ours, in tests', async () => {
    const reply = await server.client({ token: 'reader' }).get('/api/v1/wrong');
    expect(reply.status).to.equal(500);
    expect(server.lines.join('')).to.include('answers what it does not declare: /a: Must be text.');
    for (const [type, fault] of [
      ['text/plain', 'text/plain'],
      ['application/linkset+json', ': Must be null.'],
    ] as const) {
      const other = await server.client({ token: 'reader' }).get(`/api/v1/undeclared-${type.length}`);
      expect(other.status, type).to.equal(500);
      expect(server.lines.join('')).to.include(`-${type.length} answers what it does not declare: ${fault}`);
    }
  });

  it('sends documents, under a name that cannot break the header', async () => {
    const reader = server.client({ token: 'reader' });
    const paper = await reader.get('/api/v1/paper');
    expect([...paper.bytes]).to.deep.equal([1, 2, 3]);
    expect(paper.headers).not.to.have.property('x-evil');
    const disposition = paper.headers['content-disposition'] ?? '';
    expect(disposition).to.match(/^attachment; filename="[\w.-]+"; filename\*=UTF-8''[\w.%-]+$/);
    expect(decodeURIComponent(disposition.split("''")[1] ?? '')).to.equal('召回通知 "1"\r\nX-Evil: 1.pdf');
    expect((await reader.get('/api/v1/stream')).bytes.toString()).to.equal('ab');
    expect((await reader.send('HEAD', '/api/v1/paper')).bytes).to.have.length(0);
  });

  it('never tells a public route who calls', async () => {
    expect((await writer().get('/open')).body).to.deep.equal({ caller: 'undefined' });
  });

  it('refuses a list in which one route hides another', async () => {
    const twice = [
      route('GET', '/a/:x', 'read', { summary: 'x' }, async () => ({ status: 204 })),
      route('GET', '/a/:y', 'write', { summary: 'x' }, async () => ({ status: 204 })),
    ];
    const error: unknown = await serveRoutes(twice).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property('message').that.includes('two routes answer');
  });
});
