/** What every answer must be, whatever was asked. */

import { failureCodes } from '../../src/errors.ts';
import { at, type Reply } from '../support/http.ts';

/** Longer is a hang. */
const patienceMs = 5_000;
const internals =
  /Mongo(Server|Network|Error|ose)|BSON|E11000|node:internal|node_modules|\n\s+at |\.ts:\d|\/src\/|\/work\/|\/home\/|\/tmp\//;

/** @returns what is wrong with an answer, in a few words; undefined where nothing is */
export function wrongWith({ status, headers, bytes, body }: Reply, tookMs: number): string | undefined {
  if (tookMs > patienceMs) return `took ${Math.round(tookMs)} ms`;
  if (status >= 500) return `status ${status} ${String(at(body, '/code'))}`;
  const kind = headers['content-type'] ?? '';
  const found = kind.includes('pdf') ? null : internals.exec(bytes.toString('utf8'));
  if (found !== null) return `tells of the inside: ${found[0]}`;
  if (headers['x-request-id'] === undefined) return 'has no request id';
  if (status < 400) return undefined;
  // The page behind a label says in its own words that it does not know the device.
  if (kind.startsWith('text/html')) return undefined;
  if (!kind.startsWith('application/problem+json')) return `refusal of type ${kind}`;
  const code = at(body, '/code');
  if (typeof code !== 'string' || !failureCodes.has(code)) return `unknown code ${String(code)}`;
  if (at(body, '/status') !== status) return 'two statuses';
  if (at(body, '/requestId') !== headers['x-request-id']) return 'two request ids';
  return undefined;
}
