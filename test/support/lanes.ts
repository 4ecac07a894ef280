/** Which test files run beside which, and what their runs come to. */

/**
 * `waiting`: for servers that start, that were killed, that fall silent. It goes on beside `computing`, which takes about
 * one processor. `measuring` is held against what the machine can do, and has it for itself.
 */
export type Lane = 'computing' | 'waiting' | 'measuring';

/** Files, and folders with a slash at the end; whatever is not named here computes. */
const lanes: Readonly<Record<Exclude<Lane, 'computing'>, readonly string[]>> = {
  waiting: [
    ...['test/crash/', 'test/database/', 'test/scripts/', 'test/main.test.ts'],
    ...['test/histories/processes.test.ts', 'test/ledger/batch-faults.test.ts'],
    ...['test/ledger/commit.test.ts', 'test/ledger/killed-writer.test.ts'],
  ],
  measuring: ['test/abuse/overload.test.ts'],
};

/** @param files from the root of the repository @returns each of them once, in the order in which they were given */
export function inLanes(files: readonly string[]): Readonly<Record<Lane, string[]>> {
  const sorted: Record<Lane, string[]> = { computing: [], waiting: [], measuring: [] };
  for (const file of files) sorted[laneOf(file)].push(file);
  return sorted;
}

function laneOf(file: string): Lane {
  const named = (lane: keyof typeof lanes) =>
    lanes[lane].some((one) => (one.endsWith('/') ? file.startsWith(one) : file === one));
  if (named('waiting')) return 'waiting';
  return named('measuring') ? 'measuring' : 'computing';
}

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** @returns the count in a run's last line (see reporter.ts); a run that broke off before it said one has failed */
export function countIn(output: string): Count {
  const [, passed, failed] = /(?:^|\n)(\d+) passed, (\d+) failed\n$/.exec(output) ?? [];
  if (passed === undefined || failed === undefined) return { passed: 0, failed: 1 };
  return { passed: Number(passed), failed: Number(failed) };
}

export function describeCount(counts: readonly Count[]): string {
  const sum = (of: keyof Count) => counts.reduce((total, count) => total + count[of], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed`;
}
