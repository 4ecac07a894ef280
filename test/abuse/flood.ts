/**
 * A process that floods a service: so many clients at once, each sending its next request as soon as the last one was
 * answered, or so many a second all together, whatever the answers ask for. Reads a {@link Flood} as JSON from its
 * first argument, writes a {@link Flooded} to standard output. In a process of its own, so that its work is not the
 * service's.
 */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

export interface Flood {
  readonly port: number;
  readonly path: string;
  readonly tokens: readonly string[];
  readonly clients: number;
  readonly seconds: number;
  /** Requests a second that all of them send together; without it, each as many as are answered. */
  readonly perSecond?: number;
  /** JSON of the body; `#id` and `#lot` stand for values that each request has for itself, `#n` for one of 16. */
  readonly body: string;
  /** Serial numbers of a request, in place of `"#serials"`. */
  readonly serials: number;
}

export interface Flooded {
  /** Milliseconds of each request that was accepted. */
  readonly acceptedMs: readonly number[];
  /** Ids of the events that were answered for. */
  readonly events: readonly string[];
  /** How many answers had each status, `0` for none. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Ids of the commands that were refused with the word that nothing was done. */
  readonly notDone: readonly string[];
  /** How many were told that the outcome is not known. */
  readonly unknown: number;
  readonly refusedWithoutRetryAfter: number;
  /** The longest that the service took to say that it lives. */
  readonly slowestLiveMs: number;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

async function flooded(flood: Flood): Promise<Flooded> {
  const agent = new Agent({ keepAlive: true, maxSockets: flood.clients });
  const acceptedMs: number[] = [];
  const events: string[] = [];
  const statuses: Record<string, number> = {};
  const notDone: string[] = [];
  let unknown = 0;
  let refusedWithoutRetryAfter = 0;
  let slowestLiveMs = 0;
  // Node takes in one new connection a turn of its loop; what is measured is requests, on connections that are there.
  const live = () => sent(agent, flood.port, '/health/live', undefined, undefined);
  await Promise.all(Array.from({ length: flood.clients }, live));
  const endMs = performance.now() + flood.seconds * 1_000;
  const periodMs = flood.perSecond === undefined ? 0 : (1_000 * flood.clients) / flood.perSecond;
  const client = async (index: number): Promise<void> => {
    const token = flood.tokens[index % flood.tokens.length] ?? '';
    await wait((periodMs / flood.clients) * index);
    while (performance.now() < endMs) {
      const startedMs = performance.now();
      const id = randomUUID();
      const answer = await sent(agent, flood.port, flood.path, token, bodyOf(flood, id));
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status === 201) {
        acceptedMs.push(performance.now() - startedMs);
        const { events: written }: { events: string[] } = JSON.parse(answer.text);
        events.push(...written);
      } else if (answer.text.includes('service/outcome-unknown')) unknown += 1;
      else notDone.push(id);
      if (answer.status !== 201 && answer.retryAfter === undefined) refusedWithoutRetryAfter += 1;
      await wait(Math.max(0, startedMs + periodMs - performance.now()));
    }
  };
  const watch = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const startedMs = performance.now();
      const { status } = await sent(new Agent(), flood.port, '/health/live', undefined, undefined);
      if (status !== 200) throw new Error(`not alive: ${status}`);
      slowestLiveMs = Math.max(slowestLiveMs, performance.now() - startedMs);
      await wait(100);
    }
  };
  await Promise.all([...Array.from({ length: flood.clients }, (_none, index) => client(index)), watch()]);
  agent.destroy();
  return { acceptedMs, events, statuses, notDone, unknown, refusedWithoutRetryAfter, slowestLiveMs };
}

function bodyOf({ body, serials }: Flood, own: string): string {
  const lot = own.slice(0, 13);
  const list = Array.from({ length: serials }, (_none, index) => `${own.slice(0, 8)}${index}`);
  const one = String(Number.parseInt(own.slice(0, 8), 16) % 16);
  return body
    .replaceAll('#n', one)
    .replaceAll('#id', own)
    .replaceAll('#lot', lot)
    .replace('"#serials"', JSON.stringify(list));
}

function sent(
  agent: Agent,
  port: number,
  path: string,
  token: string | undefined,
  body: string | undefined,
): Promise<Answer> {
  return new Promise((resolve) => {
    const lost = () => resolve({ status: 0, retryAfter: undefined, text: '' });
    const outgoing = request({
      host: '127.0.0.1',
      port,
      agent,
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      },
    });
    outgoing.on('error', lost);
    outgoing.on('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('error', lost);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, retryAfter: incoming.headers['retry-after'], text }),
      );
    });
    outgoing.end(body);
  });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const [argument] = process.argv.slice(2);
if (argument === undefined) throw new Error('what to flood?');
const flood: Flood = JSON.parse(argument);
process.stdout.write(JSON.stringify(await flooded(flood)));
