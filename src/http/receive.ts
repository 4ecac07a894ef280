/** Reading a request: path, query and body, before any schema sees them. */

import { isIP } from 'node:net';
import express, { type Request, type Response } from 'express';
import { Failure } from '../errors.ts';
import { readJson, refuseUnsafe } from './json.ts';
import { contextOf } from './request-context.ts';
import { defaultBodyLimit, type RouteRequest } from './route.ts';

/**
 * @param bodyLimit bytes
 * @throws Failure for what cannot be read, or what no schema may see
 */
export async function received<Caller>(
  request: Request,
  response: Response,
  caller: Caller,
  bodyLimit = defaultBodyLimit,
): Promise<RouteRequest<Caller, unknown, unknown, unknown>> {
  refuseUnsafe(request.params, [], '/params');
  return {
    caller,
    params: request.params,
    query: queryOf(request.url),
    body: await bodyOf(request, response, bodyLimit),
    requestId: contextOf(request).requestId,
    address: addressOf(request.ip),
  };
}

/** A proxy that is believed may pass on what a client made up; only an address is taken for one. */
function addressOf(ip: string | undefined): string {
  return ip !== undefined && isIP(ip) !== 0 ? ip : 'unknown';
}

/** A parameter given twice is refused: two readers would take different ones. */
function queryOf(url: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(url.split('?', 2)[1] ?? '')) {
    refuseUnsafe({ [key]: value }, [], '/query');
    if (Object.hasOwn(query, key)) {
      throw new Failure('request/invalid', {}, [
        { pointer: '/query', zh: '同一参数出现了两次。', en: 'A parameter is given twice.' },
      ]);
    }
    query[key] = value;
  }
  return query;
}

async function bodyOf(request: Request, response: Response, limit: number): Promise<unknown> {
  // No inflating: a few kB of zip may be a GB of JSON.
  const read = express.raw({ type: () => true, limit, inflate: false });
  await new Promise<void>((resolve, reject) => {
    read(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  const bytes: unknown = request.body;
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return undefined;
  if (!isJson(request.headers['content-type'])) throw new Failure('request/unsupported-media-type');
  return readJson(bytes);
}

/** A form that another site's page posts cannot have this type. */
function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType ?? '');
}
