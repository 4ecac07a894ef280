/**
 * Against requests that another site makes a signed-in browser send (CSRF). A browser says where a request came
 * from and a page cannot change what it says: `Sec-Fetch-Site`, or `Origin` where the former is missing (plain
 * http on a LAN). A program says neither, and has no cookie of ours.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from '../errors.ts';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface ForgeryContext {
  /** Name of the session cookie. */
  readonly sessionCookie: string;
  /** Where people reach the service; its origin is ours beside the one that the request names as Host. */
  readonly publicUrl: URL;
}

/** @throws Failure `request/forged` */
export function refuseForgery(method: string, headers: IncomingHttpHeaders, context: ForgeryContext): void {
  if (safeMethods.has(method)) return;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return;
    throw new Failure('request/forged');
  }
  if (headers.origin !== undefined) {
    if (isOurs(headers.origin, headers.host, context.publicUrl)) return;
    throw new Failure('request/forged');
  }
  if (cookieOf(headers.cookie, context.sessionCookie) !== undefined) throw new Failure('request/forged');
}

function isOurs(origin: string, host: string | undefined, publicUrl: URL): boolean {
  // `null` (a sandboxed frame, a file) is nobody's origin.
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  return from.origin === publicUrl.origin || from.host === host?.toLowerCase();
}

/**
 * @param header of `Cookie`
 * @returns the value of the first cookie of that name
 */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
