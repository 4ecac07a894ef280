/** Reading a request: path, query and body, before any schema sees them. */

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Request } from 'express';
import { Failure } from '../errors.ts';
import { readJson, refuseUnsafe } from './json.ts';
import { contextOf } from './request-context.ts';
import { defaultBodyLimit, type RouteRequest, type RouteSchemas, type Wishes } from './route.ts';

/**
 * @throws Failure for what cannot be read, or what no schema may see
 */
export async function received<Caller>(
  request: Request,
  caller: Caller,
  { verbatim = false, bodyLimit = defaultBodyLimit }: RouteSchemas,
): Promise<RouteRequest<Caller, unknown, unknown, unknown>> {
  const params = verbatim ? {} : request.params;
  refuseUnsafe(params, [], '/params');
  return {
    caller,
    params,
    query: verbatim ? {} : queryOf(request.url),
    body: await bodyOf(request, bodyLimit),
    requestId: contextOf(request).requestId,
    address: addressOf(request.ip),
    target: request.url,
    wishes: wishesOf(request),
  };
}

function wishesOf({ headers }: IncomingMessage): Wishes {
  const { accept: media, 'accept-language': languages } = headers;
  return { ...(media !== undefined && { media }), ...(languages !== undefined && { languages }) };
}

/** A proxy that is believed may pass on what a client made up; only an address is taken for one. */
function addressOf(ip: string | undefined): string {
  return ip !== undefined && isIP(ip) !== 0 ? ip : 'unknown';
}

/**
 * All that stands behind the first `?`; a second one is text (RFC 3986, 3.4). A parameter given twice is refused: two
 * readers would take different ones.
 */
function queryOf(url: string): Record<string, string> {
  const query: Record<string, string> = {};
  const begin = url.indexOf('?');
  for (const [key, value] of new URLSearchParams(begin < 0 ? '' : url.slice(begin + 1))) {
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

async function bodyOf(request: IncomingMessage, limit: number): Promise<unknown> {
  const bytes = await bytesOf(request, limit);
  if (bytes.length === 0) return undefined;
  if (!isJson(request.headers['content-type'])) throw new Failure('request/unsupported-media-type');
  return readJson(bytes);
}

/**
 * Refuses as soon as it is known that a body is too large. (express's own reader takes in all of it first, and tells
 * then: for as long as a client likes to go on.)
 */
function bytesOf(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const { 'content-encoding': coding = 'identity', 'content-length': declared = '0' } = request.headers;
  return new Promise((resolve, reject) => {
    // The client has hung up while it was looked up who it is: nothing more would be heard of such a request, and it
    // would keep its turn for ever.
    if (request.destroyed) throw new Failure('request/malformed');
    // No inflating: a few kB of zip may be a GB of JSON.
    if (coding.toLowerCase() !== 'identity') throw new Failure('request/unsupported-media-type');
    if (Number(declared) > limit) throw new Failure('request/too-large');
    const chunks: Uint8Array[] = [];
    let length = 0;
    const take = (chunk: Uint8Array) => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take).pause();
      reject(new Failure('request/too-large'));
    };
    request.on('data', take);
    const broken = () => reject(new Failure('request/malformed'));
    request.once('error', broken).once('close', broken);
    request.once('end', () => {
      // Every request closes in the end: a refusal with its stack, made for nobody, would be a fortieth of a page's cost.
      request.off('close', broken);
      resolve(Buffer.concat(chunks));
    });
  });
}

/** A form that another site's page posts cannot have this type. */
function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType ?? '');
}
