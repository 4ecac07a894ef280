/** A plain reverse proxy in front of several processes, as an operator would put one: each request to the next. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface RoundRobin {
  readonly port: number;
  /** Requests that no process took. */
  refused(): number;
  close(): Promise<void>;
}

export async function roundRobin(ports: readonly number[]): Promise<RoundRobin> {
  let turn = 0;
  let refused = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      turn += 1;
      const order = ports.map((_, index) => ports[(turn + index) % ports.length] ?? 0);
      pass(incoming, outgoing, Buffer.concat(chunks), order, () => {
        refused += 1;
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    refused: () => refused,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** To the first that takes it. One that broke off may have acted: the client is told, and sends it again itself. */
function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  body: Buffer,
  [port, ...others]: readonly number[],
  nobody: () => void,
): void {
  const { method, url, headers } = incoming;
  const onward = request(
    {
      host: '127.0.0.1',
      port,
      method,
      path: url,
      headers: { ...headers, connection: 'close' },
      agent: false,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => outgoing.destroy());
      answer.pipe(outgoing);
    },
  );
  // Whoever hangs up on us hangs up on the process.
  outgoing.once('close', () => onward.destroy());
  onward.on('error', (error) => {
    if (outgoing.headersSent) {
      outgoing.destroy();
    } else if ('code' in error && error.code === 'ECONNREFUSED' && others.length > 0) {
      pass(incoming, outgoing, body, others, nobody);
    } else {
      nobody();
      outgoing.writeHead(502).end();
    }
  });
  onward.end(body);
}
