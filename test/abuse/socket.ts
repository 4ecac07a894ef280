/** A connection that sends exactly what a test says, and reads what comes, or does not. */

import { connect, type Socket } from 'node:net';

export interface Line {
  readonly socket: Socket;
  /** What came, once the other side has ended the connection. */
  readonly ended: Promise<string>;
  /** Waits until this has come. */
  came(pattern: RegExp): Promise<string>;
}

export function dial(port: number, first: string | Uint8Array = ''): Line {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const waiting = new Set<() => void>();
  const told = () => {
    for (const look of waiting) look();
  };
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    told();
  });
  // A connection that is cut off is one of the answers.
  socket.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    socket.once('close', () => {
      told();
      resolve(text);
    });
  });
  const came = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(text) && !socket.closed) return;
        waiting.delete(look);
        if (pattern.test(text)) resolve(text);
        else reject(new Error(`the connection ended with ${JSON.stringify(text.slice(0, 300))}`));
      };
      waiting.add(look);
      look();
    });
  socket.write(first);
  return { socket, ended, came };
}

/** @returns the status of each answer in a stream of them. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((found) => Number(found[1]));
}
