/** The HTTP server of the process: it takes its port before anything else starts, and finishes what it began. */

import type { Server as HttpServer, RequestListener } from 'node:http';
import { CannotStart } from './errors.ts';
import { type RefusalParts, refuseEarly } from './http/early-refusal.ts';
import { createHttpServer } from './http/server.ts';

/** Requests in flight get this long after we are asked to stop; service managers kill after 30 s and more. */
const drainLimitMs = 25_000;

export interface Address {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export class Server {
  readonly #http: HttpServer;
  readonly #host: string;
  #answer: RequestListener;
  #closing: Promise<void> | undefined;

  private constructor(host: string, parts: RefusalParts) {
    this.#host = host;
    this.#answer = (_request, response) => refuseEarly(response, 'service/busy', parts);
    this.#http = createHttpServer((request, response) => {
      // A client that keeps its connection alive would hold a server that is closing until it times out.
      response.once('close', () => {
        if (this.#closing !== undefined) setImmediate(() => this.#http.closeIdleConnections());
      });
      this.#answer(request, response);
    }, parts);
  }

  /**
   * Listens; until {@link answerWith} it answers 503.
   * @throws CannotStart when the address cannot be had.
   */
  static async listen({ host, port }: Address, parts: RefusalParts): Promise<Server> {
    const server = new Server(host, parts);
    await new Promise<void>((resolve, reject) => {
      server.#http.once('error', (error) => reject(notListening(host, port, error)));
      server.#http.listen(port, host, resolve);
    });
    return server;
  }

  /** `http://127.0.0.1:8080`, with the port that was really taken. */
  get url(): string {
    const address = this.#http.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    return `http://${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${port}`;
  }

  answerWith(listener: RequestListener): void {
    this.#answer = listener;
  }

  /** Takes no new connections, lets requests in flight finish within their limit, and cuts off what is left. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      const cutOff = setTimeout(() => this.#http.closeAllConnections(), drainLimitMs);
      // close() also ends the connections that wait between two requests.
      this.#http.close(() => {
        clearTimeout(cutOff);
        resolve();
      });
    });
    return this.#closing;
  }
}

function notListening(host: string, port: number, error: Error): CannotStart {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new CannotStart(
      `Port ${port} on ${host} is in use by another program: stop it, or choose another with --port.`,
    );
  }
  if (code === 'EACCES') {
    return new CannotStart(`Port ${port} needs more rights than we have: choose one above 1023 with --port.`);
  }
  return new CannotStart(
    `It is not possible to listen on ${host}, port ${port} (${error.message}): check HOST and PORT.`,
  );
}
