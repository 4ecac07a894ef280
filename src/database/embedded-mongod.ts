/**
 * The embedded database: one mongod, a child of this process, with a directory that stays. It is a replica set of
 * one member (transactions need a set), reachable on loopback only, and it has no password: whoever has an account
 * on this machine can reach it, as they can reach a password file that this user forgot to close. A shared machine
 * wants MONGODB_URI.
 */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoInstance } from 'mongodb-memory-server';
import mongoose from 'mongoose';
import { z } from 'zod';
import { CannotStart } from '../errors.ts';
import { type ClaimHolder, claimDirectory, type DirectoryClaim, processExists } from './directory-claim.ts';
import { type MongodBinary, majorOf } from './mongod-binary.ts';
import { becomePrimary } from './replica-set.ts';

const replicaSet = 'pps-trace';
const loopback = '127.0.0.1';
const launchLimitMs = 60_000;
const shutdownLimitMs = 60_000;
/** For one that our killed predecessor left, which we ask to end: it writes a checkpoint first. */
const orphanLimitMs = 30_000;
/** For one of which we know nothing: a watcher that looks every 2 s may just be ending it. */
const strangerLimitMs = 10_000;
const pollMs = 50;
const portAttempts = 3;

const memorySchema = z.object({
  port: z.int().min(1).max(65_535),
  featureCompatibilityVersion: z.string(),
});

export interface EmbeddedMongodOptions {
  /** The data directory of the product; the database lies in `mongod/` below it. */
  readonly directory: string;
  readonly binary: MongodBinary;
  /** WiredTiger's cache; without it the server takes half of the machine's memory. */
  readonly cacheGigabytes?: number;
}

export interface EmbeddedMongod {
  readonly uri: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when mongod has ended, whether asked to or not. */
  readonly ended: Promise<void>;
  /** Ends it with a checkpoint, so that the next start has nothing to recover, and gives the directory back. */
  stop(): Promise<void>;
}

/**
 * Claims the directory, ends or waits for a mongod that a killed process left on it, and starts one.
 * @throws CannotStart when the directory is in use, or mongod does not start on it.
 */
export async function startEmbeddedMongod(options: EmbeddedMongodOptions): Promise<EmbeddedMongod> {
  const directory = resolve(options.directory);
  const claim = await claimDirectory(directory);
  try {
    const mongod = await startClaimed({ ...options, directory }, claim);
    const stop = async () => {
      await mongod.stop();
      await claim.release();
    };
    return { ...mongod, stop };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

export interface ClaimedOptions extends EmbeddedMongodOptions {
  /** This port or none: clients that are connected already know no other. */
  readonly keptPort?: number;
}

/**
 * Starts a mongod on a directory that the caller has claimed, and returns when it serves; `stop()` leaves the claim.
 * @throws CannotStart when mongod does not start on it.
 */
export async function startClaimed(options: ClaimedOptions, claim: DirectoryClaim): Promise<EmbeddedMongod> {
  const dbPath = join(options.directory, 'mongod');
  const memoryFile = join(options.directory, 'mongod.json');
  await mkdir(dbPath, { recursive: true, mode: 0o700 });
  await waitForOrphan(dbPath, claim.previous);
  const memory = await readMemory(memoryFile);
  if (memory !== undefined) checkCompatible(options.binary, memory.featureCompatibilityVersion);

  const { instance, port, pid } = await launch({ dbPath, ...options }, memory?.port);
  const ended = new Promise<void>((done) => {
    instance.mongodProcess?.once('exit', () => done());
  });
  const host = `${loopback}:${port}`;
  const uri = `mongodb://${host}/?replicaSet=${replicaSet}`;
  const stop = async () => {
    await shutDown(host, ended);
    await instance.stop();
  };
  try {
    await claim.describe({ mongodPid: pid });
    const featureCompatibilityVersion = await becomePrimary({ name: replicaSet, host });
    await writeMemory(memoryFile, { port, featureCompatibilityVersion });
    await claim.describe({ mongodPid: pid, uri });
    return { uri, port, pid, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * mongod.lock holds the number of the mongod that has the directory, and is empty after one that ended in good
 * order. One that our own killed predecessor started is asked to end; anybody else's is only waited for.
 */
async function waitForOrphan(dbPath: string, previous: ClaimHolder | undefined): Promise<void> {
  const pid = Number.parseInt(await readFile(join(dbPath, 'mongod.lock'), 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid) || !(await runsOn(pid, dbPath))) return;
  const ours = previous?.mongodPid === pid;
  if (ours) process.kill(pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < (ours ? orphanLimitMs : strangerLimitMs); waitedMs += pollMs) {
    if (!processExists(pid)) return;
    await sleep(pollMs);
  }
  throw new CannotStart(
    `The database in ${dbPath} is in use by the MongoDB server with process number ${pid}: stop that one first.`,
  );
}

/** Numbers of processes come round again: where the system shows command lines, this one must name the directory. */
async function runsOn(pid: number, dbPath: string): Promise<boolean> {
  if (!processExists(pid)) return false;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return commandLine === undefined || commandLine.split('\0').includes(dbPath);
}

/** A mongod opens data of its own major version and of the one before; otherwise it ends with a long stack. */
function checkCompatible(binary: MongodBinary, dataVersion: string): void {
  const ahead = majorOf(binary.version) - majorOf(dataVersion);
  if (ahead === 0 || ahead === 1) return;
  throw new CannotStart(
    `The data were written by MongoDB ${dataVersion} and ${binary.path} is ${binary.version}: ` +
      `set MONGOD_BINARY to a mongod ${dataVersion}, or upgrade one major version at a time.`,
  );
}

interface Launched {
  readonly instance: MongoInstance;
  readonly port: number;
  readonly pid: number;
}

/** The remembered port first: with it nothing has to be reconfigured, and what an operator wrote down stays true. */
async function launch(
  options: ClaimedOptions & { dbPath: string },
  remembered: number | undefined,
): Promise<Launched> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(options.keptPort ?? (attempt === 1 ? remembered : undefined));
    if (options.keptPort !== undefined && port !== options.keptPort) {
      throw new CannotStart(
        `Port ${options.keptPort} of the embedded MongoDB server was taken by another program.`,
      );
    }
    const instance = new EmbeddedInstance(instanceOptions(options, port));
    try {
      await instance.start();
      const pid = instance.mongodProcess?.pid;
      if (pid === undefined) throw new Error('mongod has no process number');
      return { instance, port, pid };
    } catch (error) {
      await instance.stop();
      const log = instance.log.join('\n');
      // Another process took the port between our look and mongod's.
      if (/address already in use/i.test(log) && attempt < portAttempts) continue;
      throw new CannotStart(whyNotStarted(options.directory, log, error));
    }
  }
}

function instanceOptions(
  { binary, dbPath, cacheGigabytes }: EmbeddedMongodOptions & { dbPath: string },
  port: number,
): ConstructorParameters<typeof MongoInstance>[0] {
  const args = [
    '--nounixsocket',
    '--quiet',
    // A killed writer's locks blocked its lots, and a recall's fence, for 89 s at the default of 60; 7 s at 5.
    '--setParameter',
    'transactionLifetimeLimitSeconds=5',
    // Nobody is there to take over, so a shutdown by signal need not wait 15 s for somebody who catches up.
    '--setParameter',
    'shutdownTimeoutMillisForSignaledShutdown=100',
    ...(cacheGigabytes === undefined ? [] : ['--wiredTigerCacheSizeGB', String(cacheGigabytes)]),
  ];
  return {
    instance: {
      port,
      dbPath,
      ip: loopback,
      replSet: replicaSet,
      storageEngine: 'wiredTiger',
      launchTimeout: launchLimitMs,
      args,
    },
    binary: { systemBinary: binary.path, version: binary.version },
    // A process group of its own: Ctrl+C in a terminal goes to the whole foreground group, and would end the
    // database under the requests that we still finish.
    spawn: { detached: true },
  };
}

/** mongodb-memory-server's handling of the process, quieter, and with the last lines that mongod printed. */
class EmbeddedInstance extends MongoInstance {
  readonly log: string[] = [];

  override stdoutHandler(message: string | Buffer): void {
    this.log.push(...message.toString().split('\n'));
    this.log.splice(0, this.log.length - 200);
    super.stdoutHandler(message);
  }

  /** We have sent the shutdown command already; the original would send it again, to a server that may be gone. */
  override stop(): Promise<boolean> {
    this.isReplSet = false;
    return super.stop();
  }

  /** The original parses a whole chunk as one line of JSON, and throws out of a stream's event when it is two. */
  protected override checkErrorInLine(chunk: string): void {
    for (const line of chunk.split('\n')) {
      try {
        super.checkErrorInLine(line);
      } catch {
        // Half a line: its other half comes in the next chunk, and the exit of mongod is noticed in any case.
      }
    }
  }
}

function whyNotStarted(directory: string, log: string, error: unknown): string {
  if (/DBPathInUse|Unable to lock the lock file/.test(log)) {
    return `The data directory ${directory} is in use by another MongoDB server: stop that one first, or choose another with --data-dir.`;
  }
  if (/No space left on device/i.test(log)) {
    return `The data directory ${directory} is on a full disk: make room, or choose another with --data-dir.`;
  }
  const fatal = /"s":"[FE]".*?"msg":"([^"]*)"(?:.*"error":"([^"]*)")?/.exec(log);
  const detail = fatal?.[2] ?? fatal?.[1] ?? (error instanceof Error ? error.message : String(error));
  return `The embedded MongoDB server did not start on ${directory}: ${detail}`;
}

/** The server answers a shutdown by closing the connection, which the driver reports as an error. */
async function shutDown(host: string, ended: Promise<void>): Promise<void> {
  const { MongoClient } = mongoose.mongo;
  const options = { directConnection: true, serverSelectionTimeoutMS: 2_000 };
  const client = new MongoClient(`mongodb://${host}/`, options);
  const asked = client
    .db('admin')
    .command({ shutdown: 1, force: true, timeoutSecs: 0 })
    .catch(() => undefined);
  await Promise.race([asked.then(() => ended), ended, sleep(shutdownLimitMs, undefined, { ref: false })]);
  await client.close();
}

/** @returns the wanted port where it is free, else any free one. */
async function freePort(wanted: number | undefined): Promise<number> {
  const tried = await listenOnce(wanted ?? 0).catch(() => undefined);
  return tried ?? listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(port, loopback, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') found(address.port);
        else failed(new Error('the system gave no port'));
      });
    });
  });
}

type Memory = z.infer<typeof memorySchema>;

/** What is remembered only saves work: a file that cannot be read is as good as none. */
async function readMemory(file: string): Promise<Memory | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function writeMemory(file: string, memory: Memory): Promise<void> {
  await writeFile(`${file}.draft`, `${JSON.stringify(memory)}\n`, { mode: 0o600 });
  await rename(`${file}.draft`, file);
}
