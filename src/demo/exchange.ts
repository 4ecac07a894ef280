/** One request over loopback, and what came back. */
import { type Agent, request } from 'node:http';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Sending {
  readonly method: Method;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly token?: string | undefined;
  /** `name=value`, as a page of ours would send it. */
  readonly cookie?: string | undefined;
}

export interface Reply {
  readonly status: number;
  /** `name=value` of the first cookie that the answer sets. */
  readonly cookie: string | undefined;
  readonly bytes: Buffer;
  /** Parsed where the answer is JSON. */
  readonly body: unknown;
}

/** @param headers beside those that the sending itself asks for */
export function exchange(
  agent: Agent,
  origin: string,
  { method, path, body, token, cookie }: Sending,
  headers: Readonly<Record<string, string>>,
): Promise<Reply> {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body), 'utf8');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, origin),
      {
        agent,
        method,
        headers: {
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(cookie === undefined ? {} : { cookie, 'sec-fetch-site': 'same-origin' }),
          ...(bytes === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const received = Buffer.concat(chunks);
          const isJson = /[/+]json/.test(incoming.headers['content-type'] ?? '');
          resolve({
            status: incoming.statusCode ?? 0,
            cookie: incoming.headers['set-cookie']?.[0]?.split(';')[0],
            bytes: received,
            body: isJson && received.length > 0 ? JSON.parse(received.toString('utf8')) : undefined,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
