/** The HTTP server: limits in time, and an answer in our shape to what is not HTTP at all. */

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { describeFailure, type FailureCode } from '../errors.ts';

export interface ServerLimits {
  /** A client that sends a byte a minute must not hold a connection (Slowloris): headers, then the whole request. */
  readonly headersMs: number;
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** Nothing comes and nothing goes: a client that asks and never reads. Longer than a thousand labels take. */
  readonly silenceMs: number;
  /** How often clients are looked at that are too slow. */
  readonly lookEveryMs: number;
  /** Each takes some kB of ours and a descriptor of the machine's; the usual limit there is 1,024 and more. */
  readonly connections: number;
}

export const defaultServerLimits: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 15_000,
  silenceMs: 60_000,
  lookEveryMs: 5_000,
  connections: 2_000,
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** @returns a server that does not listen yet */
export function createHttpServer(
  application: RequestListener,
  limits: ServerLimits = defaultServerLimits,
): Server {
  const unanswered = new WeakMap<Duplex, Set<Exchange>>();
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.lookEveryMs,
    },
    (request, response) => {
      const exchanges = unanswered.get(request.socket) ?? new Set();
      unanswered.set(request.socket, exchanges);
      const exchange = { request, response };
      exchanges.add(exchange);
      response.once('close', () => exchanges.delete(exchange));
      application(request, response);
    },
  );
  server.timeout = limits.silenceMs;
  server.maxConnections = limits.connections;
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket, unanswered.get(socket)));
  return server;
}

/** A second answer on a connection would be read as the answer, or as a part of it, to what was asked before. */
function isInMidAnswer(exchanges: Iterable<Exchange>): boolean {
  return [...exchanges].some(({ request, response }) => request.complete || response.headersSent);
}

function refuseUnreadable(
  error: Error & { code?: string },
  socket: Duplex,
  unanswered: Iterable<Exchange> = [],
): void {
  // ECONNRESET: gone already.
  if (error.code === 'ECONNRESET' || !socket.writable || isInMidAnswer(unanswered)) {
    socket.destroy();
    return;
  }
  const code: FailureCode =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'request/timeout'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? 'request/too-large'
        : 'request/malformed';
  const { status, zh, en } = describeFailure(code);
  const body = JSON.stringify({
    type: `urn:pps-trace:problem:${code.replaceAll('/', ':')}`,
    title: STATUS_CODES[status],
    status,
    code,
    detail: en,
    detailZh: zh,
  });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nCache-Control: no-store\r\n` +
      `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
