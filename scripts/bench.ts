/** The process behind scripts/bench: every figure of docs/benchmarks.md, in one run, on one mongod. */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchCommands, setUpCommands } from './benchmark/commands.ts';
import { type Figure, tableOf } from './benchmark/figures.ts';
import { type Generator, startGenerator } from './benchmark/generator.ts';
import { benchImports } from './benchmark/imports.ts';
import { benchLabels } from './benchmark/labels.ts';
import { endServices, type Machine, serviceOn, setUpMachine } from './benchmark/machine.ts';
import { benchFence, benchMemory, benchRebuild, benchStart, benchTruth, benchUdi } from './benchmark/once.ts';
import { benchLarger, benchSmallest, type Ledger, setUpLedger, unasked } from './benchmark/reads.ts';
import { benchResolver } from './benchmark/resolver.ts';
import { makeIndexes } from './benchmark/world.ts';

const usage = `usage: scripts/bench [--quick] [--upto 10000|100000|1000000] [--json FILE] [--profile DIR]
  --quick      a minute: short turns, ${(10_000).toLocaleString('en')} events, no demonstration
  --upto N     no ledger larger than N events
  --json FILE  writes the figures there, beside the table on standard output
  --profile DIR  writes a CPU profile of the service under single commands into it`;

const brokenOff = 130;

interface Plan {
  readonly sizes: readonly (readonly [events: number, shown: string])[];
  readonly demo: boolean;
  /** Of single commands: seconds of a turn, and turns. */
  readonly seconds: number;
  readonly rounds: number;
  /** Of reads. */
  readonly times: number;
  readonly profile: string | undefined;
  /** Why larger ledgers than those are left out. */
  readonly leftOut: string;
}

/** Told of every figure as soon as it is there. */
type Report = (figures: readonly Figure[]) => Promise<void>;

/** Beside the smallest, which every run has. */
const larger = [
  [100_000, '10⁵'],
  [1_000_000, '10⁶'],
] as const;

function planOf(quick: boolean, upTo: number, profile: string | undefined): Plan {
  if (quick) {
    const leftOut = 'left out by --quick';
    return { sizes: [], demo: false, seconds: 0.5, rounds: 1, times: 20, profile, leftOut };
  }
  const sizes = larger.filter(([events]) => events <= upTo);
  const leftOut = `left out by --upto ${upTo}`;
  return { sizes, demo: true, seconds: 3, rounds: 3, times: 30, profile, leftOut };
}

async function bench(machine: Machine, generator: Generator, plan: Plan, report: Report): Promise<void> {
  const step = async (what: string, work: () => Promise<Figure[]> | Figure[]) => {
    say(what);
    await report(await work());
  };
  await step('Single commands, imports, and the fence.', () => commandFigures(machine, generator, plan));
  await step('Parsing.', () => [benchUdi(plan.demo ? 3 : 1)]);
  await step('The page behind a label.', async () => [await benchResolver(machine, plan)]);
  await step('Labels.', () => benchLabels(plan.demo ? 10_000 : 1_000, plan.rounds));
  await step('Starting.', () => benchStart({ demo: plan.demo, starts: plan.demo ? 5 : 1 }));
  say('Questions, memory and the rebuild.');
  await ledgerFigures(machine, generator, plan, report);
}

async function commandFigures(machine: Machine, generator: Generator, plan: Plan): Promise<Figure[]> {
  const name = 'bench-commands';
  const database = await machine.open(name);
  const floor = await machine.open('bench-floor');
  try {
    const { lots, world } = await setUpCommands(database);
    await makeIndexes(floor);
    const { profile } = plan;
    const service = await serviceOn(
      machine,
      name,
      profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
    );
    try {
      const { seconds, rounds } = plan;
      const parts = { generator, origin: service.url, database };
      const floorUri = machine.uriOf('bench-floor');
      const figures = await benchCommands({ ...parts, floorUri, lots, seconds, rounds });
      figures.push(...(await benchImports({ ...parts, floorUri, world, seconds, rounds })));
      figures.push(await benchFence({ ...parts, world, seconds: Math.max(2, seconds) * 2 }));
      return [...figures, await benchTruth(database)];
    } finally {
      await service.stop();
    }
  } finally {
    await database.close();
    await floor.close();
  }
}

async function ledgerFigures(
  machine: Machine,
  generator: Generator,
  plan: Plan,
  report: Report,
): Promise<void> {
  const turns = { times: plan.times, rounds: plan.demo ? 5 : 2 };
  const small = await setUpLedger(machine, 'bench-small');
  try {
    await report(await benchSmallest(generator, small, turns));
    const leftOut = larger.filter((size) => !plan.sizes.includes(size));
    for (const [, shown] of leftOut) await report(unasked(small, shown, plan.leftOut));
    if (plan.sizes.length === 0) return await wholeFigures(generator, small, plan, '10⁴', report);
    const large = await setUpLedger(machine, 'bench-large');
    try {
      let size = '10⁴';
      for (const [events, shown] of plan.sizes) {
        say(`Writing ${events} events.`);
        await large.growTo(events);
        await report(await benchLarger(generator, small, large, shown, turns));
        size = shown;
      }
      await wholeFigures(generator, large, plan, size, report);
    } finally {
      await large.close();
    }
  } finally {
    await small.close();
  }
}

/** What is asked of the largest ledger only. The rebuild comes first: the load would write meanwhile. */
async function wholeFigures(
  generator: Generator,
  ledger: Ledger,
  plan: Plan,
  size: string,
  report: Report,
): Promise<void> {
  await report([await benchRebuild(ledger.database, size, plan.demo ? 2 : 1)]);
  const { service, lots } = ledger;
  const seconds = plan.demo ? 20 : 2;
  await report([await benchMemory({ generator, service, senders: lots.spread, seconds, size })]);
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

function load(): string {
  return loadavg()
    .map((one) => one.toFixed(1))
    .join(', ');
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean' },
        upto: { type: 'string' },
        json: { type: 'string' },
        profile: { type: 'string' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
}

const { quick = false, upto = '1000000', json, profile } = readOptions();
const startedMs = performance.now();
say(`${cpus().length} cores, load ${load()}.`);
const machine = await setUpMachine(say);
const generator = startGenerator();
const figures: Figure[] = [];
let breaking: Promise<void> | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    breaking ??= breakOff(signal);
  });
}
try {
  // Written after every step: of a run that is broken off, what it has measured is kept.
  await bench(machine, generator, planOf(quick, Number(upto), profile), async (more) => {
    figures.push(...more);
    if (json !== undefined) await writeFile(json, `${JSON.stringify(figures, undefined, 2)}\n`);
  });
  process.stdout.write(tableOf(figures));
} catch (error) {
  // What is going on when the run is broken off fails; that is not to be told.
  if (breaking === undefined) throw error;
} finally {
  if (breaking === undefined) {
    await generator.stop();
    await machine.remove();
  }
}
await breaking;
say(`${Math.round((performance.now() - startedMs) / 1000)} s, load ${load()} at the end.`);

/** Leaves no process and no directory behind. */
async function breakOff(signal: string): Promise<void> {
  say(`Broken off by ${signal}.`);
  process.stdout.write(tableOf(figures));
  endServices();
  await machine.remove().catch(() => undefined);
  process.exit(brokenOff);
}
