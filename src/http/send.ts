/** Writing an answer. */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { faultsOf } from './faults.ts';
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
  if (bytes instanceof Readable) {
    await pipeline(bytes, response);
    return;
  }
  response.set('Content-Length', String(bytes.byteLength)).end(bytes);
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
