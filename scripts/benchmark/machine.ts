/** The mongod of a run and the service as a process of its own, in a directory that goes with the run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readConfig } from '../../src/config.ts';
import { connectDatabase, type Database } from '../../src/database/connection.ts';
import { type EmbeddedMongod, startEmbeddedMongod } from '../../src/database/embedded-mongod.ts';
import { findMongod } from '../../src/database/mongod-binary.ts';
import { mongodSources } from '../../src/database/mongod-sources.ts';
import { allocator, young } from './as-started.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const startLimitMs = 120_000;
const stopLimitMs = 40_000;

export interface Machine {
  /** For whatever the run keeps on disk; removed with it. */
  readonly directory: string;
  readonly mongod: EmbeddedMongod;
  /** Of every database of the run: a service started twice must open what it sealed. */
  readonly masterKey: string;
  /** @returns the URI of a database on the run's mongod. */
  uriOf(name: string): string;
  /** @returns a database, connected as the product connects. */
  open(name: string): Promise<Database>;
  remove(): Promise<void>;
}

/** @param say told what takes time */
export async function setUpMachine(say: (sentence: string) => void): Promise<Machine> {
  const { searchPath, cache, explicit } = readConfig([]).mongod;
  const sources = mongodSources({ cache, searchPath });
  const binary = await findMongod({ explicit, searchPath, cache, sources, progress: say });
  const directory = await mkdtemp(join(tmpdir(), 'pps-trace-bench-'));
  const mongod = await startEmbeddedMongod({ directory, binary });
  const uriOf = (name: string) => mongod.uri.replace('/?', `/${name}?`);
  return {
    directory,
    mongod,
    masterKey: randomBytes(32).toString('base64'),
    uriOf,
    open: (name) => connectDatabase({ uri: uriOf(name) }),
    remove: async () => {
      await mongod.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface Service {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the line that says it serves, in milliseconds. */
  readonly startMs: number;
  /** Resident memory of the service's process now and at its highest, in MB; undefined where there is no /proc. */
  memory(): Promise<{ readonly nowMb: number; readonly peakMb: number } | undefined>;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** For node itself, as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
}

/** Starts `src/main.ts` as `scripts/start` would, its log going nowhere but being written. */
export async function startService({
  args,
  environment = {},
  nodeArgs = [],
}: ServiceOptions): Promise<Service> {
  const startedMs = performance.now();
  const { MONGODB_URI, DATA_DIR, PORT, HOST, MASTER_KEY, ...inherited } = process.env;
  const child = spawn(process.execPath, [young, ...nodeArgs, main, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...inherited, ...allocator, ...environment },
  });
  const { pid = 0 } = child;
  running.add(child);
  child.once('exit', () => running.delete(child));
  const url = await readyAt(child);
  const startMs = performance.now() - startedMs;
  return {
    url,
    pid,
    startMs,
    memory: () => memoryOf(pid),
    stop: () => stop(child),
  };
}

/** @returns a service on a database of the run's mongod. */
export function serviceOn(
  machine: Machine,
  name: string,
  nodeArgs: readonly string[] = [],
): Promise<Service> {
  const environment = { MONGODB_URI: machine.uriOf(name), MASTER_KEY: machine.masterKey };
  const args = ['--data-dir', join(machine.directory, `service-${name}`)];
  return startService({ args, environment, nodeArgs });
}

/** Services of this run, for one that is broken off. */
const running = new Set<ChildProcess>();

/** Ends every service of the run at once. */
export function endServices(): void {
  for (const child of running) child.kill('SIGKILL');
}

async function readyAt(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the service has no output');
  const late = setTimeout(() => child.kill('SIGKILL'), startLimitMs);
  try {
    for await (const line of createInterface({ input: stdout })) {
      const url = /^pps-trace ready at (\S+)$/.exec(line)?.[1];
      if (url === undefined) continue;
      // What it says later is of no interest; but a full pipe would stop it.
      stdout.resume();
      return url;
    }
  } finally {
    clearTimeout(late);
  }
  throw new Error(`the service did not start (exit code ${child.exitCode})`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await ended;
  clearTimeout(late);
}

async function memoryOf(pid: number): Promise<{ nowMb: number; peakMb: number } | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  const [now, peak] = [kilobytes('VmRSS'), kilobytes('VmHWM')];
  return Number.isNaN(now) || Number.isNaN(peak) ? undefined : { nowMb: now / 1024, peakMb: peak / 1024 };
}
