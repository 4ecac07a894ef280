/** Problem details (RFC 9457): the one shape in which this service says no. */

import { STATUS_CODES } from 'node:http';
import { describeFailure, type Failure, type FailureInfo, type InputFault } from '../errors.ts';

export const problemMediaType = 'application/problem+json';

export interface Problem {
  /** `urn:pps-trace:problem:` and the code; `about:blank` for the unexpected. */
  readonly type: string;
  /** The HTTP status in words; people read `detail`. */
  readonly title: string;
  readonly status: number;
  /** For programs; of the closed set in failures/, or `unexpected`. */
  readonly code: string;
  readonly detail: string;
  readonly detailZh: string;
  readonly faults?: readonly InputFault[];
  readonly info?: FailureInfo;
  readonly requestId: string;
}

/** @returns what a client reads of an expected failure. */
export function problemOf(failure: Failure, requestId: string): Problem {
  const { status, zh, en } = describeFailure(failure.code);
  return {
    type: `urn:pps-trace:problem:${failure.code.replaceAll('/', ':')}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: failure.code,
    detail: en,
    detailZh: zh,
    ...(failure.faults.length > 0 && { faults: failure.faults }),
    ...(Object.keys(failure.info).length > 0 && { info: failure.info }),
    requestId,
  };
}

/** What a client reads of a fault of ours: nothing but the id under which the log tells the rest. */
export function unexpectedProblem(requestId: string): Problem {
  return {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    code: 'unexpected',
    detail: 'Something went wrong on our side. Report the request id.',
    detailZh: '系统内部错误，请将请求编号告知管理员。',
    requestId,
  };
}

/**
 * The headers that go with a status: `Retry-After` from `info.retryAfterSeconds`, `Allow` from `info.allow`,
 * and the challenge that RFC 9110 15.5.2 requires of every 401.
 */
export function problemHeaders(failure: Failure): Record<string, string> {
  const headers: Record<string, string> = {};
  const { status } = describeFailure(failure.code);
  const { retryAfterSeconds, allow } = failure.info;
  if (typeof retryAfterSeconds === 'number') headers['Retry-After'] = String(Math.ceil(retryAfterSeconds));
  else if (status === 503) headers['Retry-After'] = '2';
  if (Array.isArray(allow)) headers.Allow = allow.join(', ');
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer realm="pps-trace"';
  return headers;
}
