/** Single commands over HTTP against what their documents cost with the bare driver, in turns. */
import type { Database } from '../../src/database/connection.ts';
import { Books } from './books.ts';
import { type Aim, type Figure, judge, median } from './figures.ts';
import { type Footprint, footprintOf, packFootprint } from './floor.ts';
import type { Generator } from './generator.ts';
import { LotHistory } from './history.ts';
import type { Outcome, Sender, Work } from './load.ts';
import { type Hospital, setUpWorld, type World } from './world.ts';

export interface CommandBench {
  readonly generator: Generator;
  /** Of the service. */
  readonly origin: string;
  readonly database: Database;
  /** Of the floor's database. */
  readonly floorUri: string;
  readonly lots: CommandLots;
  /** Of one turn, and how many turns of each a median is made of. */
  readonly seconds: number;
  readonly rounds: number;
}

export interface CommandLots {
  /** A lot each in a hospital each. */
  readonly spread: readonly Sender[];
  /** One lot in one hospital, for as many clients. */
  readonly hot: readonly Sender[];
}

const mostClients = 32;
const plenty = 1_000_000;

/** Writes lots of which a million lie in a theatre and another million are on their way. */
export async function setUpLots(database: Database, world: World): Promise<CommandLots> {
  const books = new Books(database.db);
  const from = new Date(Date.UTC(2026, 2, 1));
  const stock = (lot: string, number: number): Sender => {
    const hospital = world.hospitals[number];
    const gtin = world.byLot[number % world.byLot.length];
    if (hospital === undefined || gtin === undefined) throw new Error('more lots than hospitals');
    const history = new LotHistory(books, world, { gtin, lot }, from);
    history.make(2 * plenty);
    history.receive(hospital, history.ship(hospital, plenty), plenty);
    return senderOf(hospital, gtin, lot, history.ship(hospital, plenty));
  };
  const spread = Array.from({ length: mostClients }, (_, number) => stock(`SPREAD${number}`, number));
  const one = stock('HOT', 0);
  await books.flush();
  const tokens = world.hospitals[0]?.tokens ?? [];
  const hot = spread.map((_, number) => ({ ...one, token: tokens[number % tokens.length] ?? one.token }));
  return { spread, hot };
}

function senderOf(hospital: Hospital, gtin: string, lot: string, shipment: string): Sender {
  const { store, theatre, person, tokens } = hospital;
  const [token = ''] = tokens;
  return { token, gtin, lot, shipment, store, theatre, surgeon: person };
}

const works = ['receive', 'use'] as const satisfies readonly Work[];
const said = { receive: 'receive', use: 'record a use' } as const;
const aims: Readonly<Record<number, Aim>> = {
  1: { text: '≥ 0.6', ratioAtLeast: 0.6 },
  8: { text: '≥ 0.5', ratioAtLeast: 0.5 },
  32: { text: '≥ 0.8', ratioAtLeast: 0.8 },
};

/** @returns the figures of single commands at 1, 8 and 32 clients, in operations a second. */
export async function benchCommands(bench: CommandBench): Promise<Figure[]> {
  const footprints = await captureFootprints(bench);
  await warmUp(bench, footprints.use);
  const figures: Figure[] = [];
  for (const work of works) figures.push(await alone(bench, work, footprints[work]));
  for (const clients of [8, 32]) figures.push(...(await together(bench, clients, footprints.use)));
  return figures;
}

/** One of each work, before anything else has written; what it left behind is what the floor writes. */
async function captureFootprints(bench: CommandBench): Promise<Record<Work, Footprint>> {
  const { database } = bench;
  const capture = async (work: Work) => {
    const before = new Date();
    await commands(bench, work, bench.lots.spread.slice(0, 1), 0.001);
    const [command] = await database.db
      .collection<{ _id: string; outcome: { events: string[] } }>('commands')
      .find({ recordTime: { $gte: before.toISOString() } })
      .toArray();
    const [organisation, id] = command?._id.split('/') ?? [];
    const event = command?.outcome.events[0];
    if (organisation === undefined || id === undefined || event === undefined) throw new Error('no command');
    return footprintOf(database.db, { organisation, command: id, event });
  };
  return { use: await capture('use'), receive: await capture('receive') };
}

/** What is compiled and connected at first is not counted. */
async function warmUp(bench: CommandBench, footprint: Footprint): Promise<void> {
  const seconds = Math.min(3, bench.seconds);
  for (const work of works) await commands(bench, work, bench.lots.spread, seconds);
  await floor(bench, 'insert', footprint, mostClients, seconds / 2);
}

async function alone(bench: CommandBench, work: Work, footprint: Footprint): Promise<Figure> {
  const floors: number[] = [];
  const values: number[] = [];
  const latencies: number[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    floors.push(rate(await floor(bench, 'transaction', footprint, 1, bench.seconds)));
    const outcome = await commands(bench, work, bench.lots.spread.slice(0, 1), bench.seconds);
    values.push(rate(outcome));
    latencies.push(...outcome.latenciesMs);
  }
  const note = `a client alone: median ${median(latencies).toFixed(1)} ms to ${said[work]}`;
  return judged(`${said[work]}, 1 client`, 1, values, floors, note);
}

/** Every turn of a work stands between two of the floor. */
async function together(bench: CommandBench, clients: number, footprint: Footprint): Promise<Figure[]> {
  const cases = works.flatMap((work) =>
    (['spread', 'hot'] as const).map((lots) => ({ work, lots, values: [] as number[], refused: 0 })),
  );
  const floors = [rate(await floor(bench, 'insert', footprint, clients, bench.seconds))];
  for (let round = 0; round < bench.rounds; round += 1) {
    for (const one of cases) {
      const senders = bench.lots[one.lots].slice(0, clients);
      const outcome = await commands(bench, one.work, senders, bench.seconds);
      one.values.push(rate(outcome));
      one.refused += outcome.refused;
      floors.push(rate(await floor(bench, 'insert', footprint, clients, bench.seconds)));
    }
  }
  return cases.map(({ work, lots, values, refused }) => {
    const where = lots === 'spread' ? 'spread over lots' : 'all on one lot';
    const note = refused === 0 ? undefined : `${refused} requests were turned away with 429 or 503`;
    return judged(`${said[work]}, ${clients} clients, ${where}`, clients, values, floors, note);
  });
}

function judged(
  name: string,
  clients: number,
  values: readonly number[],
  floors: readonly number[],
  note?: string,
): Figure {
  const aim = aims[clients];
  if (aim === undefined) throw new Error(`no aim for ${clients} clients`);
  return judge({ name, unit: '/s', value: median(values), floor: median(floors), note }, aim);
}

export function commands(
  { generator, origin }: Pick<CommandBench, 'generator' | 'origin'>,
  work: Work,
  senders: readonly Sender[],
  seconds: number,
): Promise<Outcome> {
  return generator.run({ kind: 'commands', origin, work, senders, seconds });
}

function floor(
  { generator, floorUri }: CommandBench,
  kind: 'transaction' | 'insert',
  footprint: Footprint,
  clients: number,
  seconds: number,
): Promise<Outcome> {
  const packed = packFootprint(footprint);
  return generator.run({ kind, uri: floorUri, footprint: packed, clients, seconds });
}

function rate({ done, seconds }: Outcome): number {
  return done / seconds;
}

/** @returns the world and the lots of a database of its own. */
export async function setUpCommands(database: Database): Promise<{ world: World; lots: CommandLots }> {
  const world = await setUpWorld(database);
  return { world, lots: await setUpLots(database, world) };
}
