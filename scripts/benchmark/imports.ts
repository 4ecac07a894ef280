/** The import of deliveries against a bare insertMany of the events and entries that it writes, in turns. */
import mongoose from 'mongoose';
import type { Database } from '../../src/database/connection.ts';
import type { LotKey } from '../../src/ledger/event.ts';
import { type Aim, type Figure, judge, median } from './figures.ts';
import type { Plain } from './floor.ts';
import type { Generator } from './generator.ts';
import type { ImportJob, Written } from './import-load.ts';
import type { Outcome } from './load.ts';
import type { World } from './world.ts';

export interface ImportBench {
  readonly generator: Generator;
  /** Of the service. */
  readonly origin: string;
  readonly database: Database;
  /** Of the floor's database. */
  readonly floorUri: string;
  readonly world: World;
  /** Of one turn, and how many turns of each a median is made of. */
  readonly seconds: number;
  readonly rounds: number;
}

const deliveriesPerRequest = 500;
const lotsPerRequest = 50;
const aim: Aim = { text: '≥ 0.4', ratioAtLeast: 0.4 };

/** @returns events a second, one of each delivery: of two lots, as the demonstration's are in the mean, and of one. */
export async function benchImports(bench: ImportBench): Promise<Figure[]> {
  const name = `import of deliveries, ${deliveriesPerRequest} events a request`;
  return [await figure(bench, 2, name), await figure(bench, 1, `${name}, all of one lot each`)];
}

async function figure(bench: ImportBench, lotsPerDelivery: number, name: string): Promise<Figure> {
  const { generator, floorUri: uri, seconds, rounds } = bench;
  const job = jobOf(bench, lotsPerDelivery);
  // The first meets lots that nobody has seen, and compiles.
  await generator.run(job);
  const written = await footprint(bench, job);
  const floor = () => generator.run({ kind: 'import-floor', uri, written, seconds });
  await generator.run({ kind: 'import-floor', uri, written, seconds: Math.min(1, seconds) });
  const floors = [rate(await floor())];
  const values: number[] = [];
  const latenciesMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const outcome = await generator.run(job);
    values.push(rate(outcome));
    latenciesMs.push(...outcome.latenciesMs);
    floors.push(rate(await floor()));
  }
  const note = `one client; each delivery a command of its own, with ${lotsPerDelivery} of ${lotsPerRequest} lots; a request takes ${median(latenciesMs).toFixed(0)} ms`;
  return judge({ name, unit: '/s', value: median(values), floor: median(floors), note }, aim);
}

function jobOf({ origin, world, seconds }: ImportBench, lotsPerDelivery: number): ImportJob {
  const [hospital] = world.hospitals;
  const gtins = world.byLot;
  const lots = Array.from({ length: lotsPerRequest }, (_, number): LotKey => {
    return { gtin: gtins[number % gtins.length] ?? '', lot: `IMPORT${number}` };
  });
  return {
    kind: 'import',
    origin,
    token: hospital?.tokens[0] ?? '',
    place: hospital?.store ?? '',
    supplier: world.maker.id,
    lots,
    deliveries: deliveriesPerRequest,
    lotsPerDelivery,
    seconds,
  };
}

/** What one more request wrote. */
async function footprint({ generator, database: { db } }: ImportBench, job: ImportJob): Promise<string> {
  const before = new Date().toISOString();
  await generator.run({ ...job, seconds: 0 });
  const events = await db
    .collection<Plain>('events')
    .find({ recordTime: { $gte: before } })
    .toArray();
  const entries = await db
    .collection<Plain>('entries')
    .find({ event: { $in: events.map(({ _id }) => _id) } })
    .toArray();
  if (events.length !== job.deliveries) throw new Error(`${events.length} events`);
  const written: Written = { events, entries };
  return mongoose.mongo.BSON.EJSON.stringify(written, { relaxed: false });
}

function rate({ done, seconds }: Outcome): number {
  return done / seconds;
}
