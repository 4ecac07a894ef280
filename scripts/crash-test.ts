/** The process behind scripts/crash-test: worlds of some kills each, a line a kill, figures at the end. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { systemIds } from '../src/clock.ts';
import { seededChance } from '../src/demo/chance.ts';
import { CannotStart } from '../src/errors.ts';
import { describeRound, type Played, play, type Round } from '../test/crash/rounds.ts';
import {
  embeddedKills,
  embeddedScene,
  type Kill,
  type Scene,
  setKills,
  setScene,
} from '../test/crash/scenes.ts';

const usage = 'usage: scripts/crash-test [--kills N] [--seed TEXT] [--only embedded|set]';
const somethingLost = 1;
const couldNotRun = 2;
/** Histories grow, and with them the check after each kill. */
const killsPerWorld = 10;

interface WorldKind {
  readonly name: string;
  readonly on: 'embedded' | 'set';
  readonly kills: readonly Kill[];
  open(): Promise<Scene>;
}

const worldKinds: readonly WorldKind[] = [
  {
    name: 'one process, embedded database',
    on: 'embedded',
    kills: embeddedKills,
    open: () => embeddedScene(),
  },
  { name: 'one process, replica set of three', on: 'set', kills: setKills, open: () => setScene(1) },
  { name: 'two processes, replica set of three', on: 'set', kills: setKills, open: () => setScene(2) },
  { name: 'four processes, replica set of three', on: 'set', kills: setKills, open: () => setScene(4) },
];

const optionsSchema = z.strictObject({
  kills: z.coerce.number().int().min(1).max(100_000).default(40),
  seed: z.string().optional(),
  only: z.enum(['embedded', 'set']).optional(),
});

function readOptions(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ args: [...args], options: { kills: text, seed: text, only: text } });
    return optionsSchema.parse({ ...values });
  } catch {
    throw new CannotStart(usage);
  }
}

async function main(): Promise<void> {
  const { kills, seed = systemIds.uuid().slice(0, 8), only } = readOptions(process.argv.slice(2));
  const kinds = worldKinds.filter(({ on }) => only === undefined || on === only);
  say(
    `Seed ${seed}: repeat with --kills ${kills} --seed ${seed}${only === undefined ? '' : ` --only ${only}`}`,
  );
  const rounds: Round[] = [];
  const breaches: string[] = [];
  for (let first = 0; first < kills; first += killsPerWorld) {
    const kind = kinds[(first / killsPerWorld) % kinds.length] ?? kinds[0];
    if (kind === undefined) break;
    const played = await playWorld(kind, seed, first, Math.min(killsPerWorld, kills - first));
    rounds.push(...played.rounds);
    breaches.push(...played.breaches);
    for (const breach of played.breaches) say(`  BROKEN: ${breach}`);
    const answers = [...played.answers].map(([answer, count]) => `${count} × ${answer}`).join(', ');
    say(`  ${played.commands} commands; answers: ${answers}`);
  }
  for (const line of figures(rounds)) say(line);
  say(breaches.length === 0 ? `All held in ${rounds.length} kills.` : `${breaches.length} broken.`);
  if (breaches.length > 0) process.exitCode = somethingLost;
}

async function playWorld(kind: WorldKind, seed: string, first: number, count: number): Promise<Played> {
  const chance = seededChance(seed, `plan/${first}`);
  const plan = Array.from({ length: count }, () => chance.pick(kind.kills));
  say(`${kind.name}: ${plan.join(', ')}`);
  const scene = await kind.open();
  try {
    return await play({
      scene,
      seed,
      kills: plan,
      first,
      onRound: (round) => say(`  ${describeRound(round)}`),
    });
  } finally {
    await scene.close();
  }
}

function figures(rounds: readonly Round[]): string[] {
  const rows = [...Map.groupBy(rounds, ({ kill }) => kill)].map(([kill, of]) => {
    const writable = of.flatMap(({ lots }) => lots.map(({ writableMs }) => writableMs)).sort((a, b) => a - b);
    const sum = (count: (round: Round) => number) => of.reduce((total, round) => total + count(round), 0);
    return (
      `| ${kill} | ${of.length} | ${sum(({ inDoubt }) => inDoubt)} | ${sum(({ there }) => there)} ` +
      `| ${writable.length} | ${seconds(writable[Math.floor(writable.length / 2)])} | ${seconds(writable.at(-1))} |`
    );
  });
  return [
    '',
    '| killed | times | commands left in doubt | of which there | lots under way | written again, median s | longest s |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : (ms / 1000).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// Through exit, which ends the processes that were started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(couldNotRun));
try {
  await main();
} catch (error) {
  process.exitCode = couldNotRun;
  process.stderr.write(
    `${error instanceof CannotStart ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
}
