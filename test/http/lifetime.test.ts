import { Readable } from 'node:stream';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { z } from 'zod';
import { publicRoute } from '../../src/http/route.ts';
import { type LoggedServer, serveRoutes } from './application-of.ts';

const minuteMs = 60_000;

describe('http: the lifetime of a request', () => {
  let server: LoggedServer;

  /** Pieces of a file that each take so long to make. */
  async function* slowly(minutes: readonly number[]): AsyncGenerator<Buffer> {
    for (const minute of minutes) {
      mock.timers.tick(minute * minuteMs);
      await nextTurn();
      yield Buffer.from(`${minute} `);
      // Until the client has taken it.
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
  }

  const file = (path: string, minutes: readonly number[]) =>
    publicRoute('GET', path, { summary: 'A file', produces: { 'text/plain': z.string() } }, async () => ({
      status: 200,
      contentType: 'text/plain',
      bytes: Readable.from(slowly(minutes), { objectMode: false }),
    }));

  before(async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    server = await serveRoutes([file('/moving', [1, 1, 1, 1, 1]), file('/stuck', [1, 3, 1])]);
  });
  after(async () => {
    mock.timers.reset();
    await server.close();
  });

  it('goes on as long as pieces of an answer are taken', async () => {
    const reply = await server.client().get('/moving');
    expect(reply.bytes.toString()).to.equal('1 1 1 1 1 ');
  });

  it('ends where nothing moves', async () => {
    const outcome = await server
      .client()
      .get('/stuck')
      .then(
        () => 'whole',
        () => 'cut off',
      );
    expect(outcome).to.equal('cut off');
  });
});
