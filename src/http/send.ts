/** Writing an answer. */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { faultsOf } from './faults.ts';
import type { MaybeSchema } from './parse.ts';
import { contextOf } from './request-context.ts';
import type { Answer, Binary, RouteLine, RouteSchemas } from './route.ts';

/** @throws Error, a fault of ours, when an answer is not what its route declares */
export function validateAnswer({ method, path, schemas }: RouteLine, answer: Answer<unknown>): void {
  const undeclared = undeclaredIn(schemas, answer);
  if (undeclared !== undefined) {
    throw new Error(`${method} ${path} answers what it does not declare: ${undeclared}`);
  }
}

function undeclaredIn(schemas: RouteSchemas, answer: Answer<unknown>): string | undefined {
  if ('bytes' in answer) return undeclaredBytes(schemas, answer);
  return 'body' in answer ? undeclaredJson(schemas.answer, answer.body) : undefined;
}

function undeclaredJson(schema: MaybeSchema, body: unknown): string | undefined {
  if (schema === undefined) return body === undefined ? undefined : 'a body';
  const wire: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
  const result = schema.safeParse(wire);
  if (result.success) return undefined;
  const faults = faultsOf(result.error, '').map(({ pointer, en }) => `${pointer}: ${en}`);
  return faults.join(' ');
}

/** Of bytes that are no JSON, and of those that are made while they are sent, the type is all that can be looked at. */
function undeclaredBytes(
  { produces = {} }: RouteSchemas,
  { contentType, bytes }: Binary,
): string | undefined {
  const type = essenceOf(contentType);
  const declared = Object.entries(produces).find(([one]) => essenceOf(one) === type);
  if (declared === undefined) return type;
  if (bytes instanceof Readable || !/[/+]json$/.test(type)) return undefined;
  return undeclaredJson(declared[1], JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** A media type without its parameters. */
function essenceOf(type: string): string {
  return type.replace(/;.*$/, '').trim();
}

export async function send(answer: Answer<unknown>, response: Response): Promise<void> {
  response.status(answer.status).set({ ...answer.headers });
  if ('bytes' in answer) await sendBinary(answer, response);
  else if (answer.status === 204 || answer.status === 307) response.end();
  else response.type('application/json').send(JSON.stringify(answer.body));
}

async function sendBinary({ contentType, filename, bytes }: Binary, response: Response): Promise<void> {
  response.set('Content-Type', contentType);
  if (filename !== undefined) response.set('Content-Disposition', disposition(filename));
  const { fresh, method } = response.req;
  if (fresh) response.status(304);
  if (bytes instanceof Readable) {
    // What is made while it is sent is not begun for somebody who has it already, or wants only the headers.
    if (!fresh && method !== 'HEAD') return await piped(bytes, response);
    bytes.destroy();
    response.end();
    return;
  }
  if (fresh) {
    response.end();
    return;
  }
  response.set('Content-Length', String(bytes.byteLength)).end(bytes);
}

/** A client that goes away in the midst of it is nobody's fault; the log says that the answer was not finished. */
async function piped(bytes: Readable, response: Response): Promise<void> {
  // The pipeline listens for the end in several ways of its own, beside those who count and log.
  response.setMaxListeners(30);
  try {
    await pipeline(bytes, (pieces: AsyncIterable<Uint8Array>) => livingOn(pieces, response), response);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!gone) throw error;
  }
}

/** The next piece is asked for when the client has taken what came before. */
async function* livingOn(pieces: AsyncIterable<Uint8Array>, response: Response): AsyncGenerator<Uint8Array> {
  const context = contextOf(response.req);
  for await (const piece of pieces) {
    yield piece;
    context.goOn?.();
  }
}

/** RFC 6266: a plain name for old clients and the real one encoded, so that no name can break the header. */
function disposition(filename: string): string {
  const plain = filename.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  const encoded = encodeURIComponent(filename).replaceAll(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
