/** Refusals of the server itself: of what no application has seen, and of what comes before there is one. */

import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { IdSource } from '../clock.ts';
import { Failure, type FailureCode } from '../errors.ts';
import { problemHeaders, problemMediaType, problemOf } from './problem.ts';

export interface RefusalParts {
  readonly ids: IdSource;
  readonly log: Logger;
}

/**
 * The problem of every other answer. Its id is in the log: of what was unreadable nothing else is known. The connection
 * ends with it.
 */
export function earlyRefusal(code: FailureCode, { ids, log }: RefusalParts) {
  const requestId = ids.uuid();
  const failure = new Failure(code);
  const problem = problemOf(failure, requestId);
  const { status } = problem;
  const line = { requestId, status, code };
  // What there was no room for has no line each, as in gate.ts.
  if (status >= 500) log.debug(line, 'refused unread');
  else log.info(line, 'refused unread');
  const body = JSON.stringify(problem);
  const headers: Readonly<Record<string, string>> = {
    Connection: 'close',
    'Cache-Control': 'no-store',
    'Content-Type': problemMediaType,
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': requestId,
    ...problemHeaders(failure),
  };
  return { status, headers, body };
}

/** Answers with {@link earlyRefusal}. */
export function refuseEarly(response: ServerResponse, code: FailureCode, parts: RefusalParts): void {
  const { status, headers, body } = earlyRefusal(code, parts);
  response.writeHead(status, headers).end(body);
}
