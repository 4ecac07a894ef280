/** The page behind a label, against an express route that reads the same document, in turns. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setUpLots } from './commands.ts';
import { type Aim, type Figure, judge, median } from './figures.ts';
import { type Machine, startService } from './machine.ts';
import type { PageJob, PageOutcome } from './page-processes.ts';
import { setUpWorld } from './world.ts';

const aim: Aim = { text: '≥ 0.7', ratioAtLeast: 0.7 };
const clients = 32;
const warmUpSeconds = 3;

export interface PageTurns {
  /** Of one turn, and how many turns of each a median is made of. */
  readonly seconds: number;
  readonly rounds: number;
}

/** @returns the figure of the page, in pages a second at 32 clients. */
export async function benchResolver(machine: Machine, turns: PageTurns): Promise<Figure> {
  const name = 'bench-pages';
  const database = await machine.open(name);
  const lots = await setUpLots(database, await setUpWorld(database));
  await database.close();
  const uri = machine.uriOf(name);
  const service = await startService({
    args: ['--data-dir', join(machine.directory, `service-${name}`)],
    environment: { MONGODB_URI: uri, MASTER_KEY: machine.masterKey, TRUST_PROXY: 'loopback' },
  });
  const floor = start('floor', uri);
  const load = start('load');
  try {
    const [port] = await once(floor, 'message');
    const paths = lots.spread.map(({ gtin, lot }) => `/01/${gtin}/10/${lot}`);
    await mayBeUsed(service.url, paths);
    const ask = (origin: string, seconds: number) => run(load, { origin, paths, clients, seconds });
    const floorUrl = `http://127.0.0.1:${port}`;
    // Long enough for the compiler: a page takes a third less then than in its first second.
    for (const origin of [floorUrl, service.url]) await ask(origin, warmUpSeconds);
    const [floors, pages]: [number[], number[]] = [[], []];
    for (let round = 0; round < turns.rounds; round += 1) {
      floors.push(await ask(floorUrl, turns.seconds));
      pages.push(await ask(service.url, turns.seconds));
    }
    const measured = { value: median(pages), floor: median(floors) };
    return judge({ name: 'page behind a label, 32 clients', unit: '/s', ...measured }, aim);
  } finally {
    for (const child of [floor, load]) child.disconnect();
    await service.stop();
  }
}

function start(...args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, 'page-processes.ts'), args, { serialization: 'advanced' });
}

async function run(load: ChildProcess, job: PageJob): Promise<number> {
  const told = once(load, 'message');
  load.send(job);
  const [outcome] = (await told) as [PageOutcome];
  if ('failed' in outcome) throw new Error(outcome.failed);
  return outcome.perSecond;
}

/** What is measured must be the page that most people see. */
async function mayBeUsed(origin: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const text = await (await fetch(new URL(path, origin))).text();
    if (!text.includes('banner safe')) throw new Error(`${path} is no page of a device that may be used`);
  }
}
