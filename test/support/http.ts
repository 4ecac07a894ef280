/**
 * A real server on a real port, and a client that sends exactly what a test says.
 *
 *     const server = await serve(createApplication({ … }));
 *     const nurse = server.client({ token });
 *     const reply = await nurse.post('/api/v1/uses', { … });
 *     expect(reply.status).to.equal(201);
 *     expect(textAt(reply.body, '/id')).to.match(/…/);
 *     await server.close();
 */

import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type RequestListener, request } from 'node:http';
import { systemIds } from '../../src/clock.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/logging.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Parsed where the answer is JSON, else undefined. */
  readonly body: unknown;
}

export interface Credentials {
  readonly token?: string;
  /** As `Cookie` sends it: `name=value`. Sent with `Sec-Fetch-Site: same-origin`, as our own pages would. */
  readonly cookie?: string;
}

type Headers = Readonly<Record<string, string>>;

export interface Client {
  get(path: string, headers?: Headers): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  put(path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  patch(path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  delete(path: string, headers?: Headers): Promise<Reply>;
  /** As it stands: nothing is added but the credentials. */
  send(method: string, path: string, headers?: Headers, bytes?: string | Uint8Array): Promise<Reply>;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  client(credentials?: Credentials): Client;
  close(): Promise<void>;
}

/** @returns the application listening on a free port of loopback; what the server itself refuses is logged nowhere. */
export async function serve(application: RequestListener): Promise<TestServer> {
  const log = createLogger('error', { write: () => {} });
  const server = createHttpServer(application, { ids: systemIds, log });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const { port } = address;
  const agent = new Agent({ keepAlive: true });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    client: (credentials = {}) => clientOf(port, agent, credentials),
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** @returns a client of a server that listens on loopback already. */
export function clientOf(port: number, agent: Agent, credentials: Credentials): Client {
  const send: Client['send'] = (method, path, headers = {}, bytes) =>
    exchange(port, agent, method, path, { ...credentialHeaders(credentials), ...headers }, bytes);
  const json =
    (method: string) =>
    (path: string, body?: unknown, headers: Headers = {}) =>
      body === undefined
        ? send(method, path, headers)
        : send(method, path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));
  return {
    send,
    get: (path, headers) => send('GET', path, headers),
    post: json('POST'),
    put: json('PUT'),
    patch: json('PATCH'),
    delete: (path, headers) => send('DELETE', path, headers),
  };
}

function credentialHeaders({ token, cookie }: Credentials): Headers {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(cookie !== undefined && { cookie, 'sec-fetch-site': 'same-origin' }),
  };
}

function exchange(
  port: number,
  agent: Agent,
  method: string,
  path: string,
  headers: Headers,
  bytes: string | Uint8Array | undefined,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = bytes === undefined ? {} : { 'content-length': String(Buffer.byteLength(bytes)) };
    const options = { host: '127.0.0.1', port, agent, method, path, headers: { ...length, ...headers } };
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          bytes: body,
          body: bodyOf(incoming.headers['content-type'], body),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

function bodyOf(contentType: string | undefined, bytes: Buffer): unknown {
  if (contentType === undefined || !/[/+]json/.test(contentType) || bytes.length === 0) return undefined;
  return JSON.parse(bytes.toString('utf8'));
}

/** @returns the name and value of the first cookie that an answer sets, as `Cookie` sends it back. */
export function cookieFrom(reply: Reply): string {
  const [cookie] = reply.headers['set-cookie'] ?? [];
  const pair = cookie?.split(';')[0];
  if (pair === undefined) throw new Error(`no cookie in an answer of ${reply.status}`);
  return pair;
}

/** @returns what a JSON pointer (RFC 6901, without escapes) names, or undefined. */
export function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = new Map<string, unknown>(Object.entries(here)).get(step);
  }
  return here;
}

/** @returns the text that a pointer names; throws where there is none, with what there is. */
export function textAt(value: unknown, pointer: string): string {
  const found = at(value, pointer);
  if (typeof found !== 'string') throw new Error(`no text at ${pointer} of ${JSON.stringify(value)}`);
  return found;
}

/** @returns the list that a pointer names; throws where there is none, with what there is. */
export function listAt(value: unknown, pointer: string): readonly unknown[] {
  const found = at(value, pointer);
  if (!Array.isArray(found)) throw new Error(`no list at ${pointer} of ${JSON.stringify(value)}`);
  return found;
}
