/** The HTTP server: limits in time, and an answer in our shape to what is not HTTP at all. */

import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { describeFailure, type FailureCode } from '../errors.ts';

/** A client that sends a byte a minute must not hold a connection (Slowloris). */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const keepAliveTimeoutMs = 15_000;
/** Nothing comes and nothing goes: a client that asks and never reads. Longer than a thousand labels take. */
const silenceTimeoutMs = 60_000;
/** Each takes some kB of ours and a descriptor of the machine's; the usual limit there is 1,024 and more. */
const connectionsAtMost = 2_000;

/** @returns a server that does not listen yet */
export function createHttpServer(application: RequestListener): Server {
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: 5_000,
    },
    application,
  );
  server.timeout = silenceTimeoutMs;
  server.maxConnections = connectionsAtMost;
  server.on('clientError', refuseUnreadable);
  return server;
}

function refuseUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  // Gone already, or in the middle of an answer: a second one would be read as part of it.
  if (error.code === 'ECONNRESET' || !socket.writable) {
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
