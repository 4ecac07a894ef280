/** Writing an answer. */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { faultsOf } from './faults.ts';
import { contextOf } from './request-context.ts';
import type { Answer, Binary, RouteSchemas } from './route.ts';

/** @throws Error, a fault of ours, when an answer is not what its route declares */
export function validateAnswer(
  route: { readonly method: string; readonly path: string; readonly schemas: RouteSchemas },
  body: unknown,
): void {
  const { answer } = route.schemas;
  if (answer === undefined) {
    if (body === undefined) return;
    throw new Error(`${route.method} ${route.path} answers more than it declares`);
  }
  const wire: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
  const result = answer.safeParse(wire);
  if (result.success) return;
  const faults = faultsOf(result.error, '').map(({ pointer, en }) => `${pointer}: ${en}`);
  throw new Error(`${route.method} ${route.path} answers what it does not declare: ${faults.join(' ')}`);
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
