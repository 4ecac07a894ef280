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
import type { FailureCode } from '../errors.ts';
import { earlyRefusal, type RefusalParts, refuseEarly } from './early-refusal.ts';

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
  /** Requests on one connection that wait for their answers; no client of ours sends a second one before the first. */
  readonly pipelined: number;
}

export const defaultServerLimits: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 15_000,
  silenceMs: 60_000,
  lookEveryMs: 5_000,
  connections: 2_000,
  pipelined: 16,
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface ServerParts extends RefusalParts {
  /** {@link defaultServerLimits} unless said. */
  readonly limits?: ServerLimits;
}

/** @returns a server that does not listen yet */
export function createHttpServer(application: RequestListener, parts: ServerParts): Server {
  const { limits = defaultServerLimits } = parts;
  const unanswered = new WeakMap<Duplex, Set<Exchange>>();
  const serve: RequestListener = (request, response) => {
    const exchanges = unanswered.get(request.socket) ?? new Set();
    unanswered.set(request.socket, exchanges);
    const exchange = { request, response };
    exchanges.add(exchange);
    response.once('close', () => exchanges.delete(exchange));
    const code = codeOf(request, exchanges.size, limits);
    if (code === undefined) application(request, response);
    else refuseEarly(response, code, parts);
  };
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.lookEveryMs,
      // Node's own refusal is no problem document.
      requireHostHeader: false,
    },
    serve,
  );
  server.timeout = limits.silenceMs;
  server.maxConnections = limits.connections;
  // RFC 9110 10.1.1: an expectation that is not known may be ignored.
  server.on('checkExpectation', serve);
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket, parts, unanswered.get(socket)));
  return server;
}

/** A second answer on a connection would be read as the answer, or as a part of it, to what was asked before. */
function isInMidAnswer(exchanges: Iterable<Exchange>): boolean {
  return [...exchanges].some(({ request, response }) => request.complete || response.headersSent);
}

function refuseUnreadable(
  error: Error & { code?: string },
  socket: Duplex,
  parts: RefusalParts,
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
  const { status, headers, body } = earlyRefusal(code, parts);
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
}

/** What is wrong with a request whoever would answer it. */
function codeOf(
  { httpVersion, headers }: IncomingMessage,
  onConnection: number,
  { pipelined }: ServerLimits,
): FailureCode | undefined {
  // RFC 9112 3.2
  if (httpVersion === '1.1' && headers.host === undefined) return 'request/malformed';
  return onConnection > pipelined ? 'service/busy' : undefined;
}
