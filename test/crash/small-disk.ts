/** A disk of a few hundred megabytes that can be filled and emptied, where the machine lets us make one. */
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const block = Buffer.alloc(1 << 20);

export interface SmallDisk {
  readonly directory: string;
  /** Takes every block that is left. */
  fill(): Promise<void>;
  /** Gives back what was taken. */
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** @returns undefined where we may not mount, with the reason told */
export async function smallDisk(
  megabytes: number,
  say: (sentence: string) => void,
): Promise<SmallDisk | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'pps-trace-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', directory]);
  } catch (error) {
    await rm(directory, { recursive: true });
    const why = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    say(`not possible here: a disk of our own to fill (${why})`);
    return undefined;
  }
  const ballast = join(directory, 'ballast');
  return {
    directory,
    fill: async () => {
      for (let piece = block; piece.length > 0; ) {
        await appendFile(ballast, piece).catch((error: unknown) => {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
          piece = piece.subarray(0, piece.length >> 1);
        });
      }
    },
    empty: () => truncate(ballast, 0),
    remove: async () => {
      await run('umount', ['-l', directory]);
      await rm(directory, { recursive: true });
    },
  };
}
