/** The process behind scripts/bench: every figure of docs/benchmarks.md, in one run, on one mongod. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchCommands, setUpCommands } from './bench/commands.ts';
import { type Figure, tableOf } from './bench/figures.ts';
import { startGenerator } from './bench/generator.ts';
import { type Machine, serviceOn, setUpMachine } from './bench/machine.ts';
import { setUpWorld } from './bench/world.ts';

const say = (sentence: string) => process.stderr.write(`${sentence}\n`);

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string' }, 'cpu-prof': { type: 'string' } },
});
const machine = await setUpMachine(say);
const generator = startGenerator();
try {
  const figures = await bench(machine);
  process.stdout.write(tableOf(figures));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
} finally {
  await generator.stop();
  await machine.remove();
}

async function bench(machine: Machine): Promise<Figure[]> {
  const database = await machine.open('bench-commands');
  const floor = await machine.open('bench-floor');
  const { lots } = await setUpCommands(database);
  await setUpWorld(floor);
  const prof = values['cpu-prof'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values['cpu-prof']}`];
  const service = await serviceOn(machine, 'bench-commands', prof);
  say(`service started in ${service.startMs}`);
  try {
    return await benchCommands({
      generator,
      origin: service.url,
      database,
      floorUri: machine.uriOf('bench-floor'),
      lots,
      seconds: 1,
      rounds: 2,
    });
  } finally {
    await service.stop();
    await database.close();
    await floor.close();
  }
}
