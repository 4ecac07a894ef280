/** The service as it runs in earnest: `node src/main.ts`, started again when it dies, as an init system would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environmentOf } from '../support/programs.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const restartPauseMs = 100;
const startLimitMs = 60_000;
/** What the process may take to stop in good order. */
const stopLimitMs = 30_000;

export interface ServiceOptions {
  readonly dataDirectory: string;
  readonly mongodBinary: string;
  /** undefined: the embedded database. */
  readonly mongodbUri?: string;
  readonly masterKey?: string;
  /** What it logs is added to this file. */
  readonly logFile: string;
}

/** Children of this process: none of them may outlive it, however it ends. */
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a child that is killed with us. */
export function childOf(command: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv }) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export class Service {
  readonly port: number;
  readonly #options: ServiceOptions;
  #child: ReturnType<typeof childOf> | undefined;
  #ready: Promise<void> = Promise.resolve();
  #wanted = true;
  /** Exit codes of processes that ended by themselves, without a signal from us. */
  readonly surprises: string[] = [];

  private constructor(options: ServiceOptions, port: number) {
    this.#options = options;
    this.port = port;
  }

  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options, await freePort());
    service.#launch();
    try {
      await service.ready();
    } catch (error) {
      // Nobody has it yet who could end it, and it would be started again and again.
      await service.stop();
      throw error;
    }
    return service;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when the process that runs now has said that it serves. */
  async ready(): Promise<void> {
    await within(startLimitMs, this.#ready, 'the service did not start');
  }

  /** kill -9; it is started again by itself. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** As a rolling restart does: asks it to stop, waits, starts the next. @returns the exit code */
  async restart(): Promise<number | null> {
    this.#wanted = false;
    const code = await this.#stopped();
    this.#wanted = true;
    this.#launch();
    await this.ready();
    return code;
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#stopped();
  }

  async #stopped(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = await within(stopLimitMs, gone, 'the service did not stop');
    return typeof code === 'number' ? code : null;
  }

  #launch(): void {
    const { dataDirectory, mongodBinary, mongodbUri, masterKey, logFile } = this.#options;
    const env = environmentOf({
      HOME: dataDirectory,
      MONGOD_BINARY: mongodBinary,
      LOG_LEVEL: 'warn',
      ...(mongodbUri === undefined ? {} : { MONGODB_URI: mongodbUri }),
      ...(masterKey === undefined ? {} : { MASTER_KEY: masterKey }),
    });
    const args = [program, '--data-dir', dataDirectory, '--port', String(this.port)];
    const child = childOf(process.execPath, args, { env });
    this.#child = child;
    child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
    const lines = createInterface({ input: child.stdout });
    this.#ready = new Promise((resolve) => {
      lines.on('line', (line) => {
        if (line.startsWith('pps-trace ready at ')) resolve();
      });
    });
    child.once('exit', (code, signal) => {
      if (!this.#wanted) return;
      if (signal !== 'SIGKILL') this.surprises.push(`ended with ${code ?? signal}`);
      // Whoever waits for the one that died waits for its successor.
      const next = pause(restartPauseMs).then(() => {
        if (!this.#wanted) return;
        this.#launch();
        return this.#ready;
      });
      this.#ready = next;
    });
  }
}

/** @throws Error where it takes longer */
export async function within<T>(limitMs: number, work: Promise<T>, otherwise: string): Promise<T> {
  const given = new AbortController();
  const late = pause(limitMs, undefined, { signal: given.signal }).then(() => {
    throw new Error(`${otherwise} within ${limitMs / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    given.abort();
    late.catch(() => undefined);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  server.close();
  await once(server, 'close');
  return port;
}
