/**
 * A data directory belongs to one process at a time. The claim is a file that names the process; it outlives a
 * kill -9, so the next start looks whether that process is still the same one.
 *
 * Two starts that find the same stale claim at the same moment may both take it. That is harmless: mongod holds
 * a lock of the kernel's on its own directory, and the second one ends there (see embedded-mongod.ts). This file
 * is what makes the usual refusal a sentence, and what names an orphaned mongod after a crash.
 */

import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { CannotStart } from '../errors.ts';

const farewellMs = 2_000;
const pollMs = 50;

const holderSchema = z.object({
  pid: z.int().positive(),
  /** Tells a process from a later one with the same number; absent where the system does not say. */
  started: z.string().optional(),
  mongodPid: z.int().positive().optional(),
  uri: z.string().optional(),
});
export type ClaimHolder = z.infer<typeof holderSchema>;

export interface DirectoryClaim {
  /** What the holder before us left when it died without releasing its claim. */
  readonly previous: ClaimHolder | undefined;
  /** Adds to the claim what others may need to know of us. */
  describe(facts: { mongodPid: number; uri?: string }): Promise<void>;
  release(): Promise<void>;
}

/**
 * Makes the directory (mode 0700) where it is missing, and claims it for this process.
 * @throws CannotStart when another process that is alive holds it.
 */
export async function claimDirectory(directory: string): Promise<DirectoryClaim> {
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new CannotStart(
      `The data directory ${directory} cannot be made (${error instanceof Error ? error.message : String(error)}): choose another with --data-dir.`,
    );
  });
  const file = join(directory, 'in-use.json');
  const self: ClaimHolder = { pid: process.pid, started: startOf(process.pid) };
  const previous = await readHolder(file);
  if (previous !== undefined && !(await goneSoon(previous))) throw inUse(directory, previous);
  if (previous !== undefined) await rm(file, { force: true });
  if (!(await writeNew(file, self))) throw inUse(directory, await readHolder(file));
  return {
    previous,
    describe: (facts) => replace(file, { ...self, ...facts }),
    release: () => rm(file, { force: true }),
  };
}

/** @returns the process that holds the directory now, where one does. */
export async function holderOf(directory: string): Promise<ClaimHolder | undefined> {
  const holder = await readHolder(join(directory, 'in-use.json'));
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

function inUse(directory: string, holder: ClaimHolder | undefined): CannotStart {
  return new CannotStart(
    `The data directory ${directory} is in use by process ${holder?.pid ?? 'of another start'}: stop that one first, or choose another with --data-dir.`,
  );
}

/** A file that cannot be read as a claim is treated as none: a crash may have left it empty. */
async function readHolder(file: string): Promise<ClaimHolder | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    await rm(file, { force: true });
    return undefined;
  }
}

/** `link` fails when the name exists, and the name never shows half a file. @returns whether it was new. */
async function writeNew(file: string, holder: ClaimHolder): Promise<boolean> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function replace(file: string, holder: ClaimHolder): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  await rename(draft, file);
}

/** A service that is restarted may still be ending, and the kernel takes a moment to bury one that was killed. */
async function goneSoon(holder: ClaimHolder): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < farewellMs; waitedMs += pollMs) {
    if (!isAlive(holder)) return true;
    await sleep(pollMs);
  }
  return !isAlive(holder);
}

function isAlive(holder: ClaimHolder): boolean {
  if (!processExists(holder.pid)) return false;
  const started = startOf(holder.pid);
  return holder.started === undefined || started === undefined || started === holder.started;
}

/** @returns whether a process has this number; one of another user counts, one that waits to be buried does not. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** In a container whose first process buries nobody, a killed process keeps its number for ever. */
function isZombie(pid: number): boolean {
  return statOf(pid)?.[0] === 'Z';
}

/**
 * When a process started, in the kernel's words (boot and clock ticks since): numbers of processes come round
 * again, above all after a restart of the machine. Field 22 of /proc/PID/stat; see proc(5).
 */
function startOf(pid: number): string | undefined {
  const ticks = statOf(pid)?.[19];
  return ticks === undefined ? undefined : `${bootId()}/${ticks}`;
}

/** Fields 3 and on of /proc/PID/stat. The name in field 2 may hold blanks and brackets: count from the last one. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
