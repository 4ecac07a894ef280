/**
 * The whole suite, lane by lane (lanes.ts): each a run of mocha of its own, with its own mongod, that must end by itself.
 * The last line of all is `N passed, N failed`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Count, countIn, describeCount, inLanes } from './lanes.ts';
import { testBinary } from './mongod.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mocha = fileURLToPath(new URL('../../node_modules/mocha/bin/mocha.js', import.meta.url));

const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  });
}

/** @param show gets what the run prints, as it comes */
async function run(files: readonly string[], show: (text: string) => void): Promise<Count> {
  // Told no file, mocha runs all there are.
  if (files.length === 0) return { passed: 0, failed: 0 };
  const args = [mocha, '--reporter', 'test/support/reporter.ts', ...files];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    show(text);
  });
  const [code, signal] = await once(child, 'close');
  running.delete(child);
  const count = countIn(output);
  if (code === 0 || count.failed > 0) return count;
  process.stderr.write(`A run of tests of which none failed ended with ${signal ?? code}.\n`);
  return { ...count, failed: 1 };
}

// Where there is no mongod it is fetched once, and not by each lane.
await testBinary();
const print = (text: string) => process.stdout.write(text);
const { computing, waiting, measuring } = inLanes(globSync('test/**/*.test.ts', { cwd: root }).sort());
let besides = '';
const counts = await Promise.all([
  run(computing, print),
  run(waiting, (text) => {
    besides += text;
  }),
]);
print(besides);
counts.push(await run(measuring, print));
process.exitCode = counts.some(({ failed }) => failed > 0) ? 1 : 0;
print(`${describeCount(counts)}\n`);
