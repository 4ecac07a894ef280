import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { testBinary } from './support/mongod.ts';
import { environmentOf } from './support/programs.ts';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

describe('the process', function () {
  this.timeout(60_000);
  let directory: string;
  const running: ChildProcessByStdio<null, Readable, Readable>[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pps-trace-test-'));
  });
  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true, maxRetries: 50, retryDelay: 200 });
  });

  async function start(...args: string[]) {
    const { path } = await testBinary();
    const child = spawn(
      process.execPath,
      [program, '--data-dir', join(directory, 'data'), '--port', '0', ...args],
      {
        env: environmentOf({ HOME: directory, MONGOD_BINARY: path }),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    running.push(child);
    return child;
  }

  /** @returns the address, from the line that people and programs wait for. */
  async function readyAt(child: { stdout: Readable }): Promise<string> {
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /^pps-trace ready at (http:\/\/\S+)$/.exec(line)?.[1];
      if (url !== undefined) return url;
    }
    throw new Error('it ended before it was ready');
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`serves, and ends in good order on ${signal}`, async () => {
      const child = await start();
      const url = await readyAt(child);
      expect((await fetch(`${url}/health/live`)).status).to.equal(200);
      child.kill(signal);
      expect(await once(child, 'exit')).to.deep.equal([0, null]);
      expect(await readFile(join(directory, 'data', 'mongod', 'mongod.lock'), 'utf8')).to.equal('');
    });
  }

  it('starts again after a kill -9', async () => {
    const first = await start();
    await readyAt(first);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = await start();
    await readyAt(second);
    second.kill('SIGTERM');
    expect(await once(second, 'exit')).to.deep.equal([0, null]);
  });

  it('does not wait for anything at the second signal', async () => {
    const child = await start();
    await readyAt(child);
    child.kill('SIGTERM');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).to.deep.equal([130, null]);
  });

  it('says in one sentence why it does not start, and fails', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    try {
      const child = await start('--port', String(port));
      const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      expect(code).to.equal(1);
      expect(said).to.match(/^Port \d+ on 127\.0\.0\.1 is in use by another program: .*\.\n$/);
    } finally {
      taken.close();
    }
  });
});
