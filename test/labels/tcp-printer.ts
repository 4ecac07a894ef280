/** A printer as the network sees it: a TCP server that takes bytes, or does not. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What it does with a connection. */
export type Manner =
  /** Takes everything and closes when the sender has. */
  | 'takes'
  /** Takes everything and leaves the connection open. */
  | 'lingers'
  /** Reads nothing: out of labels. */
  | 'stalls'
  /** Breaks the connection off at the first byte. */
  | 'resets'
  /** Closes at the first byte, in good order. */
  | 'closes';

export interface TcpPrinter {
  readonly port: number;
  manner: Manner;
  /** What came over each connection so far. */
  jobs(): Buffer[];
  connections: number;
  close(): Promise<void>;
}

export async function tcpPrinter(): Promise<TcpPrinter> {
  const sockets = new Set<Socket>();
  const jobs: Buffer[][] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const taken: Buffer[] = [];
    jobs.push(taken);
    printer.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    if (printer.manner === 'stalls') return;
    socket.on('data', (bytes) => {
      taken.push(bytes);
      if (printer.manner === 'resets') socket.resetAndDestroy();
      if (printer.manner === 'closes') socket.end();
    });
    socket.on('end', () => {
      if (printer.manner === 'takes') socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const printer: TcpPrinter = {
    port: address.port,
    manner: 'takes',
    jobs: () => jobs.map((taken) => Buffer.concat(taken)),
    connections: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return printer;
}
