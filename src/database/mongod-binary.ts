/**
 * Finds the mongod that the embedded database runs: the one that the operator names, else one on PATH, else
 * the one in the user's cache, else one that is fetched into that cache once.
 */

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { CannotStart } from '../errors.ts';

const run = promisify(execFile);

/** Transactions and `$$NOW` in updates are older; 6.0 is the oldest release that we test. */
const oldestMajor = 6;
const versionTimeoutMs = 10_000;

export interface MongodBinary {
  readonly path: string;
  /** As `mongod --version` tells it: `6.0.5`. */
  readonly version: string;
}

/** A way to get a mongod that is not there yet. It resolves to a path, or says why it could not. */
export interface MongodSource {
  readonly name: string;
  fetch(): Promise<string>;
}

export interface MongodSearch {
  /** MONGOD_BINARY: an absolute path. When it is given nothing else is tried. */
  readonly explicit?: string | undefined;
  /** The directories of PATH, as the environment writes them. */
  readonly searchPath: string;
  /** The cache, `…/pps-trace/mongod`; it need not exist. Binaries lie at `VERSION/mongod` in it. */
  readonly cache: string;
  /** Tried in order when nothing is found. */
  readonly sources: readonly MongodSource[];
  /** Told what is being done, in a sentence, when it takes time. */
  readonly progress: (sentence: string) => void;
}

/**
 * @returns a mongod that was run once to prove that it runs here, 6.0 or newer.
 * @throws CannotStart when there is none and none can be had, saying what was tried.
 */
export async function findMongod(search: MongodSearch): Promise<MongodBinary> {
  if (search.explicit !== undefined) return proveExplicit(search.explicit);
  const refused: string[] = [];
  for (const path of [...onPath(search.searchPath), ...(await inCache(search.cache))]) {
    if (!(await isExecutable(path))) continue;
    try {
      return await proveMongod(path);
    } catch (error) {
      refused.push(reason(error));
    }
  }
  for (const source of search.sources) {
    try {
      search.progress(`Fetching a MongoDB server, once: ${source.name}.`);
      return await proveMongod(await source.fetch());
    } catch (error) {
      refused.push(`${source.name}: ${reason(error)}`);
    }
  }
  const tried = refused.length === 0 ? '' : ` (${refused.join('; ')})`;
  throw new CannotStart(
    `There is no MongoDB server (mongod ${oldestMajor}.0 or newer) on this machine and none could be fetched${tried}: ` +
      'install one, or set MONGOD_BINARY to its path, or set MONGODB_URI to a replica set.',
  );
}

/**
 * Runs `mongod --version`.
 * @throws Error with the reason when it does not run on this machine, or is too old.
 */
export async function proveMongod(path: string): Promise<MongodBinary> {
  const { stdout } = await run(path, ['--version'], { timeout: versionTimeoutMs }).catch((error: unknown) => {
    throw new Error(`${path} does not run on this machine (${reason(error)})`);
  });
  const version = /^\s*db version v(\d+\.\d+\.\d+)/m.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${path} is not a mongod`);
  if (majorOf(version) < oldestMajor) throw new Error(`${path} is version ${version}, which is too old`);
  return { path, version };
}

/** @returns the first number of a version: 6 for `6.0.5`. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

async function proveExplicit(path: string): Promise<MongodBinary> {
  try {
    return await proveMongod(path);
  } catch (error) {
    throw new CannotStart(
      `MONGOD_BINARY cannot be used: ${reason(error)}; set it to a mongod ${oldestMajor}.0 or newer, or unset it.`,
    );
  }
}

/** Relative entries of PATH are left out: what they name depends on where the product was started. */
function onPath(searchPath: string): string[] {
  return searchPath
    .split(delimiter)
    .filter((directory) => isAbsolute(directory))
    .map((directory) => join(directory, 'mongod'));
}

/** Newest first. Directories that a fetch has not finished yet begin with a dot and are passed over. */
async function inCache(cache: string): Promise<string[]> {
  const versions = await readdir(cache).catch(() => []);
  return versions
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((version) => join(cache, version, 'mongod'));
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The first line of an error that says something: of what a program printed, where it printed anything. */
function reason(error: unknown): string {
  const printed = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const text = printed || (error instanceof Error ? error.message : String(error));
  return text.split('\n')[0] ?? text;
}
