import { once } from 'node:events';
import type { Server } from 'node:http';
import { expect } from 'chai';
import { z } from 'zod';
import { systemIds } from '../../src/clock.ts';
import { publicRoute, type Route, routeMaker } from '../../src/http/route.ts';
import { createHttpServer, type ServerLimits } from '../../src/http/server.ts';
import { createLogger } from '../../src/logging.ts';
import { applicationOf, type TestCaller, type TestPermission } from '../http/application-of.ts';
import { textAt } from '../support/http.ts';
import { dial, statusesIn } from './socket.ts';

const close = 'Connection: close\r\n\r\n';

const route = routeMaker<TestCaller, TestPermission>();

/** The service's own, but shorter, so that a test need not wait for them. */
const limits: ServerLimits = {
  headersMs: 400,
  requestMs: 800,
  keepAliveMs: 1_000,
  silenceMs: 1_000,
  lookEveryMs: 50,
  connections: 200,
  pipelined: 16,
};
const large = Buffer.alloc(4 * 1024 * 1024, 'x');

const routes: Route<TestCaller, TestPermission>[] = [
  publicRoute('GET', '/quick', { summary: 'x', answer: z.strictObject({}) }, async () => ({
    status: 200,
    body: {},
  })),
  publicRoute('GET', '/large', { summary: 'x', produces: { 'text/plain': z.string() } }, async () => ({
    status: 200,
    contentType: 'text/plain',
    bytes: large,
  })),
  publicRoute('POST', '/open', { summary: 'x', body: z.strictObject({}) }, async () => ({ status: 204 })),
  route('POST', '/guarded', 'read', { summary: 'x', body: z.strictObject({}) }, async () => ({
    status: 204,
  })),
];

describe('abuse: connections', () => {
  let server: Server;
  let port: number;
  const lines: string[] = [];

  before(async () => {
    const log = createLogger('info', { write: (line) => void lines.push(line) });
    server = createHttpServer(applicationOf(routes, lines), { limits, ids: systemIds, log });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  async function expectServing(): Promise<void> {
    const startedMs = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}/quick`, { headers: { connection: 'close' } });
    expect(answer.status).to.equal(200);
    await answer.text();
    expect(performance.now() - startedMs, 'others are served meanwhile').to.be.lessThan(1_000);
  }

  /** Waits until no request is without an answer. */
  async function expectNobodyInside(): Promise<void> {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } });
      if ((await answer.text()).includes('http_requests_in_progress{stage="inside"} 0')) return;
    }
  }

  it('that send their headers a byte at a time are told so and ended', async () => {
    const slow = Array.from({ length: 50 }, () => dial(port, 'GET /quick HTTP/1.1\r\nHost: x\r\nX-Slow: '));
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('x');
    }, 50);
    await expectServing();
    const answers = await Promise.all(slow.map(({ ended }) => ended));
    clearInterval(dripping);
    for (const answer of answers) {
      expect(statusesIn(answer)).to.deep.equal([408]);
      expect(answer).to.include('request/timeout');
    }
    await expectServing();
  });

  it('that send their body a byte at a time are told so and ended, signed in or not', async () => {
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer reader\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{`;
    const slow = Array.from({ length: 50 }, (_none, index) =>
      dial(port, head(index % 2 ? '/open' : '/guarded')),
    );
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write(' ');
    }, 50);
    await expectServing();
    const answers = await Promise.all(slow.map(({ ended }) => ended));
    clearInterval(dripping);
    for (const answer of answers) expect(statusesIn(answer)).to.deep.equal([408]);
    await expectNobodyInside();
  });

  it('that say nothing at all are ended', async () => {
    const silent = Array.from({ length: 20 }, () => dial(port));
    for (const answer of await Promise.all(silent.map(({ ended }) => ended))) {
      expect(answer).to.satisfy((text: string) => text === '' || statusesIn(text)[0] === 408);
    }
  });

  it('that ask and never read are ended', async () => {
    const asking = Array.from({ length: 20 }, () =>
      dial(port, 'GET /large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10)),
    );
    for (const { socket } of asking) socket.pause();
    await expectServing();
    await expectNobodyInside();
    for (const { socket } of asking) socket.resume();
    for (const answer of await Promise.all(asking.map(({ ended }) => ended))) {
      expect(answer.length, 'not all of ten answers').to.be.lessThan(10 * large.length);
    }
    await expectServing();
  });

  it('that send requests before the last is answered get the answers in order, so many and no more', async () => {
    const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const paths = Array.from({ length: 300 }, (_none, index) => (index % 3 === 0 ? '/nothing' : '/quick'));
    const answer = await dial(port, paths.map(one).join('')).ended;
    const wanted = paths.slice(0, limits.pipelined).map((path) => (path === '/quick' ? 200 : 404));
    expect(statusesIn(answer)).to.deep.equal([...wanted, 503]);
    expect(answer.slice(answer.lastIndexOf('HTTP/1.1'))).to.include('Retry-After: ');
  });

  it('that stop in the midst of a second request get no second answer into the first', async () => {
    const { ended } = dial(port, 'GET /quick HTTP/1.1\r\nHost: x\r\n\r\nGET /quick HTTP/1.1\r\nX: ');
    expect(statusesIn(await ended)).to.deep.equal([200, 408]);
  });

  it('more than there may be are turned away, and those that are there go on', async () => {
    const held = Array.from({ length: limits.connections }, () => dial(port, 'GET /quick HTTP/1.1\r\n'));
    await Promise.all(held.map(({ socket }) => once(socket, 'connect')));
    const beyond = dial(port, 'GET /quick HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await beyond.ended).to.equal('');
    held[0]?.socket.write('Host: x\r\n\r\n');
    expect(statusesIn((await held[0]?.came(/200 OK/)) ?? '')).to.deep.equal([200]);
    for (const { socket } of held) socket.destroy();
    await Promise.all(held.map(({ ended }) => ended));
    // The service learns of each a moment later.
    while ((await dial(port, `GET /quick HTTP/1.1\r\nHost: x\r\n${close}`).ended) === '');
  });

  const strange: Readonly<Record<string, readonly [request: string, statuses: readonly number[]]>> = {
    'a header of 64 kB': [
      `GET /quick HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(65_536)}\r\n${close}`,
      [413, 431],
    ],
    'three thousand headers': [
      `GET /quick HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(3_000)}${close}`,
      [413, 431, 200],
    ],
    'an address of 64 kB': [`GET /${'a'.repeat(65_536)} HTTP/1.1\r\nHost: x\r\n${close}`, [413, 431, 414]],
    'an address of 10 kB': [`GET /${'a/'.repeat(5_000)} HTTP/1.1\r\nHost: x\r\n${close}`, [404]],
    'a query of 10 kB': [`GET /quick?${'a=1&'.repeat(2_500)} HTTP/1.1\r\nHost: x\r\n${close}`, [422]],
    'no host': [`GET /quick HTTP/1.1\r\n${close}`, [400]],
    'two lengths': [
      `POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n${close}{}`,
      [400],
    ],
    'a length and chunks': [
      `POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${close}0\r\n\r\n`,
      [400],
    ],
    'chunks of another coding': [
      `POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n${close}`,
      [400],
    ],
    'a chunk that is too long for words': [
      `POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n${close}fffffffffffffffffff\r\n`,
      [400, 413],
    ],
    'a length below nothing': [`POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n${close}`, [400]],
    'a body past its bound, in chunks without end': [
      `POST /open HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${`10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(5)}`,
      [413],
    ],
    'a length past all bounds': [
      `POST /open HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9007199254740993\r\n${close}{`,
      [413],
    ],
    'a space before the colon': [`GET /quick HTTP/1.1\r\nHost : x\r\n${close}`, [400]],
    'a bare line feed in a header': [`GET /quick HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n${close}`, [400]],
    'a NUL in a header': [`GET /quick HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n${close}`, [400]],
    'a method nobody knows': [`GETTT /quick HTTP/1.1\r\nHost: x\r\n${close}`, [400]],
    'a method that we do not offer': [`TRACE /quick HTTP/1.1\r\nHost: x\r\n${close}`, [405]],
    'another version': [`GET /quick HTTP/9.9\r\nHost: x\r\n${close}`, [400, 505]],
    'HTTP/2 without asking': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505]],
    'a TLS hello': ['\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', [400]],
    'an address of another host': [`GET http://evil.example/nothing HTTP/1.1\r\nHost: x\r\n${close}`, [404]],
    'an address that climbs': [`GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n${close}`, [404]],
    'an address that is half a code': [`GET /%E0%A4%A HTTP/1.1\r\nHost: x\r\n${close}`, [400, 404]],
    'an asterisk': [`OPTIONS * HTTP/1.1\r\nHost: x\r\n${close}`, [404, 405, 400]],
    'an expectation': [`GET /quick HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n${close}`, [200]],
    'a wish to speak otherwise': [
      `GET /quick HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n`,
      [200, 400],
    ],
    'a credential of 8 kB': [
      `POST /guarded HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(8_000)}\r\n${close}`,
      [200, 401, 422],
    ],
    'cookies of 8 kB': [
      `GET /quick HTTP/1.1\r\nHost: x\r\nCookie: ${'a=b; '.repeat(1_600)}\r\n${close}`,
      [200],
    ],
  };

  for (const [name, [request, statuses]] of Object.entries(strange)) {
    it(`with ${name} get one clear answer`, async () => {
      const answer = await dial(port, Buffer.from(request, 'latin1')).ended;
      const [status, ...more] = statusesIn(answer);
      expect(more).to.deep.equal([]);
      expect(status, answer.slice(0, 200)).to.be.oneOf([...statuses]);
      expect(answer).not.to.match(/node:|\.ts:|at .*\(/);
      if (status === undefined || status < 400) return;
      expect(answer).to.include('application/problem+json');
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      const id = textAt(JSON.parse(body), '/requestId');
      expect(head).to.match(new RegExp(`X-Request-Id: ${id}`, 'i'));
      expect(lines.filter((line) => line.includes(`"requestId":"${id}"`))).to.have.length(1);
    });
  }

  it('asking to be tunnelled are ended', async () => {
    expect(
      await dial(port, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n').ended,
    ).to.not.include('200');
  });

  it('leave nobody inside, and nothing unexpected in the log', async () => {
    await expectNobodyInside();
    expect(lines.filter((line) => line.includes('"unexpected"'))).to.deep.equal([]);
  });
});
