import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connectDatabase } from '../../src/database/connection.ts';
import { holderOf, processExists } from '../../src/database/directory-claim.ts';
import { startEmbeddedMongod } from '../../src/database/embedded-mongod.ts';
import { CannotStart } from '../../src/errors.ts';
import { testBinary } from '../support/mongod.ts';

const cacheGigabytes = 0.25;

describe('the embedded mongod', function () {
  this.timeout(60_000);
  let directory: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pps-trace-test-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    const left = await mongodOf(directory);
    if (left !== undefined) await gone(left);
    await rm(directory, { recursive: true, force: true });
  });

  const start = async () => startEmbeddedMongod({ directory, binary: await testBinary(), cacheGigabytes });

  /** Starts one in a process of its own. @returns the process, once the database serves. */
  async function startElsewhere(): Promise<ChildProcess> {
    const { path, version } = await testBinary();
    const script = fileURLToPath(new URL('../support/hold-mongod.ts', import.meta.url));
    const child = spawn(process.execPath, [script, directory, path, version], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  async function write(uri: string, fact: string): Promise<void> {
    const { db, close } = await connectDatabase({ uri });
    await db.collection('facts').insertOne({ fact });
    await close();
  }

  async function facts(uri: string): Promise<unknown[]> {
    const { db, close } = await connectDatabase({ uri });
    const found = await db.collection('facts').find().toArray();
    await close();
    return found.map((one) => one.fact);
  }

  it('finds its data again, on the port that it had', async () => {
    const first = await start();
    await write(first.uri, 'kept');
    await first.stop();
    const second = await start();
    expect(second.uri).to.equal(first.uri);
    expect(await facts(second.uri)).to.deep.equal(['kept']);
    await second.stop();
  });

  it('finds its data again when another program has taken the port', async () => {
    const first = await start();
    await write(first.uri, 'kept');
    await first.stop();
    const thief = createServer((socket) => socket.destroy()).listen(
      Number(new URL(first.uri).port),
      '127.0.0.1',
    );
    try {
      await once(thief, 'listening');
      const second = await start();
      expect(second.uri).to.not.equal(first.uri);
      expect(await facts(second.uri)).to.deep.equal(['kept']);
      await second.stop();
    } finally {
      thief.close();
    }
  });

  it('stops with a checkpoint: there is nothing to recover, and nothing is left running', async () => {
    const mongod = await start();
    await write(mongod.uri, 'kept');
    await mongod.stop();
    expect(processExists(mongod.pid)).to.equal(false);
    expect(await readFile(join(directory, 'mongod', 'mongod.lock'), 'utf8')).to.equal('');
    expect(await holderOf(directory)).to.equal(undefined);
  });

  it('refuses a directory that another process uses, in one sentence', async () => {
    const child = await startElsewhere();
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(String(refusal)).to.match(new RegExp(`in use by process ${child.pid}: stop that one first`));
  });

  it('is found by a script while another process runs it', async () => {
    const child = await startElsewhere();
    const holder = await holderOf(directory);
    expect(holder?.pid).to.equal(child.pid);
    expect(await facts(holder?.uri ?? '')).to.deep.equal([]);
  });

  it('takes over at once from a process that was killed, without losing what was acknowledged', async () => {
    const child = await startElsewhere();
    const holder = await holderOf(directory);
    await write(holder?.uri ?? '', 'acknowledged');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const next = await start();
    expect(await facts(next.uri)).to.deep.equal(['acknowledged']);
    await next.stop();
  });

  it('does not outlive a process that was killed', async () => {
    const child = await startElsewhere();
    const orphan = await mongodOf(directory);
    child.kill('SIGKILL');
    expect(orphan).to.be.a('number');
    await gone(orphan ?? 0);
  });

  it('survives its own kill -9 with what was acknowledged', async () => {
    const first = await start();
    await write(first.uri, 'acknowledged');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    await first.stop();
    const second = await start();
    expect(await facts(second.uri)).to.deep.equal(['acknowledged']);
    await second.stop();
  });

  it('is not ended by the Ctrl+C that the whole foreground group gets', async () => {
    const { path, version } = await testBinary();
    const script = fileURLToPath(new URL('../support/hold-mongod.ts', import.meta.url));
    const child = spawn(process.execPath, [script, directory, path, version], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    children.push(child);
    await once(child.stdout, 'data');
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await once(child.stdout, 'data');
    const holder = await holderOf(directory);
    expect(await facts(holder?.uri ?? '')).to.deep.equal([]);
  });

  it('is refused by its own lock where the claim of another process is lost', async () => {
    await startElsewhere();
    await rm(join(directory, 'in-use.json'));
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(String(refusal)).to.match(/in use by .*MongoDB server/);
  });

  it('takes a claim whose number now belongs to another process for what it is', async () => {
    const stale = { pid: process.ppid, started: 'another boot/1' };
    await writeFile(join(directory, 'in-use.json'), JSON.stringify(stale));
    const mongod = await start();
    await mongod.stop();
  });

  it('refuses data of a version that this mongod cannot open, before mongod does', async () => {
    const memory = { port: 4_711, featureCompatibilityVersion: '4.4' };
    await writeFile(join(directory, 'mongod.json'), JSON.stringify(memory));
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(String(refusal)).to.match(/written by MongoDB 4\.4/);
  });

  it('says why mongod did not start, in one line, and gives the directory back', async () => {
    const first = await start();
    await first.stop();
    await writeFile(join(directory, 'mongod', 'WiredTiger.turtle'), 'nonsense');
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(String(refusal))
      .to.match(/did not start on .*: \S+/)
      .and.not.include('\n');
    expect(await holderOf(directory)).to.equal(undefined);
  });
});

async function mongodOf(directory: string): Promise<number | undefined> {
  const text = await readFile(join(directory, 'mongod', 'mongod.lock'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) || !processExists(pid) ? undefined : pid;
}

/** Polls, since nobody is told of the end of a process that is not its child. */
async function gone(pid: number): Promise<void> {
  for (let waitedMs = 0; processExists(pid); waitedMs += 50) {
    if (waitedMs > 20_000) throw new Error(`process ${pid} still runs`);
    await sleep(50);
  }
}
