/** The figures that stand by themselves: the fence, the start, memory, parsing, the rebuild. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/database/connection.ts';
import { parseUdi } from '../../src/identifiers/udi.ts';
import { checkLedger } from '../../src/ledger/check/check-ledger.ts';
import { ledgerCollections } from '../../src/ledger/collections.ts';
import { type LotKey, lotId } from '../../src/ledger/event.ts';
import { raiseFence } from '../../src/ledger/fence.ts';
import { rebuildHoldings } from '../../src/ledger/rebuild-books.ts';
import { Books } from './books.ts';
import { type Aim, type Figure, judge, median, unmeasured } from './figures.ts';
import type { Generator } from './generator.ts';
import { LotHistory } from './history.ts';
import type { Sender } from './load.ts';
import { type Service, startService } from './machine.ts';
import { post, recallBody } from './reads.ts';
import { hospitalCount, type World } from './world.ts';

const fenceAim: Aim = { text: '< 100 ms', valueBelow: 100 };
const fencePauseMs = 200;

export interface FenceBench {
  readonly generator: Generator;
  readonly origin: string;
  readonly database: Database;
  readonly world: World;
  /** How long the holdings are kept busy; half of it without a recall. */
  readonly seconds: number;
}

/** Uses of one lot are recorded in 60 hospitals at once; meanwhile fences are raised over it, and then it is recalled. */
export async function benchFence({
  generator,
  origin,
  database,
  world,
  seconds,
}: FenceBench): Promise<Figure> {
  const lot = { gtin: world.byLot[0] ?? '', lot: 'FENCED' };
  const senders = await busyLot(database, world, lot);
  const load = generator.run({ kind: 'commands', origin, work: 'use', senders, seconds });
  const fences: number[] = [];
  const until = performance.now() + (seconds * 1000) / 2;
  // Uses of every hospital have to be under way, not only those that came first.
  await pause(seconds * 250);
  while (performance.now() < until || fences.length === 0) {
    fences.push(await fence(database, lot, fences.length));
    await pause(fencePauseMs);
  }
  const startedMs = performance.now();
  await post(origin, world.maker.token, '/api/v1/recalls', recallBody(lot));
  const recallMs = performance.now() - startedMs;
  const { done } = await load;
  const rate = Math.round(done / seconds);
  const note = `${fences.length} fences while ${rate} uses a second were recorded; a whole recall (decision, fence, list) took ${Math.round(recallMs)} ms`;
  const name = `fence over ${hospitalCount} busy holdings`;
  return judge({ name, unit: 'ms', value: median(fences), note }, fenceAim);
}

async function busyLot(database: Database, world: World, lot: LotKey): Promise<Sender[]> {
  const books = new Books(database.db);
  const history = new LotHistory(books, world, lot, new Date(Date.UTC(2026, 2, 1)));
  const each = 1_000;
  history.make(each * hospitalCount);
  const senders = world.hospitals.map((hospital) => {
    const { store, theatre, person: surgeon, tokens } = hospital;
    const shipment = history.ship(hospital, each);
    history.receive(hospital, shipment, each);
    return { ...lot, shipment, store, theatre, surgeon, token: tokens[0] ?? '' };
  });
  await books.flush();
  return senders;
}

/** The product's own, on the lot's holdings, under a reference of no recall. */
async function fence({ client, db }: Database, lot: LotKey, number: number): Promise<number> {
  const session = client.startSession({ causalConsistency: true });
  const startedMs = performance.now();
  try {
    const { fenced } = await raiseFence(db, session, { lotIds: [lotId(lot)], gtins: [] }, `bench/${number}`);
    if (fenced < hospitalCount) throw new Error(`${fenced} holdings were fenced`);
    return performance.now() - startedMs;
  } finally {
    await session.endSession();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

const startAim: Aim = { text: '< 3 s', valueBelow: 3 };
const demoMemoryAim: Aim = { text: '< 250 MB', valueBelow: 250 };

/** The service with its own database, as scripts/start has it: the second start and those after it. */
export async function benchStart({ demo, starts }: { demo: boolean; starts: number }): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'pps-trace-bench-start-'));
  const args = ['--data-dir', join(directory, 'data')];
  try {
    const first = await startService({ args: demo ? [...args, '--demo'] : args });
    const played = await first.memory();
    await first.stop();
    const times: number[] = [];
    let memory: Awaited<ReturnType<Service['memory']>>;
    for (let start = 0; start < starts; start += 1) {
      const service = await startService({ args });
      times.push(service.startMs / 1000);
      memory = await service.memory();
      await service.stop();
    }
    const on = demo ? 'on the data of the demonstration' : 'on an empty ledger';
    const value = median(times);
    const figures = [judge({ name: `start of the service, warm, ${on}`, unit: 's', value }, startAim)];
    const name = 'memory of the service at demo size';
    if (!demo) return [...figures, unmeasured(name, 'MB', demoMemoryAim, 'left out by --quick')];
    if (memory === undefined || played === undefined) {
      return [...figures, unmeasured(name, 'MB', demoMemoryAim, 'this system has no /proc')];
    }
    const note = `highest since its start; the process that played the demonstration itself came to ${Math.round(played.peakMb)} MB`;
    return [...figures, judge({ name, unit: 'MB', value: memory.peakMb, note }, demoMemoryAim)];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const memoryAim: Aim = { text: '< 400 MB', valueBelow: 400 };

export interface MemoryBench {
  readonly generator: Generator;
  readonly service: Service;
  readonly senders: readonly Sender[];
  readonly seconds: number;
  /** As it is shown. */
  readonly size: string;
}

/** @returns the highest that the service's process came to, commands of 32 clients at the end of it. */
export async function benchMemory({
  generator,
  service,
  senders,
  seconds,
  size,
}: MemoryBench): Promise<Figure> {
  for (const work of ['receive', 'use'] as const) {
    await generator.run({ kind: 'commands', origin: service.url, work, senders, seconds: seconds / 2 });
  }
  const memory = await service.memory();
  const name = `memory of the service at ${size} events under load`;
  if (memory === undefined) return unmeasured(name, 'MB', memoryAim, 'this system has no /proc');
  return judge({ name, unit: 'MB', value: memory.peakMb }, memoryAim);
}

const udiAim: Aim = { text: '≥ 200,000 /s', valueAtLeast: 200_000 };
const scans = [
  '(01)06979990000229(17)290706(10)S30-04(21)S30040008',
  '01069799900002291729070610S30-04',
  ']d201069799900002291729070610S30-04\u001d21S30040008',
  'https://id.example.org/01/06979990000229/10/S30-04/21/S30040008?17=290706',
] as const;

/** On one thread, on the codes that a scanner sends for one label. */
export function benchUdi(seconds: number): Figure {
  const options = { today: '2026-11-24', shortGtinsInLinks: true };
  const bad = scans.find((scan) => !parseUdi(scan, options).ok);
  if (bad !== undefined) throw new Error(`not a UDI: ${bad}`);
  const parse = (untilMs: number) => {
    let parsed = 0;
    while (performance.now() < untilMs) {
      for (let turn = 0; turn < 100; turn += 1) for (const scan of scans) parseUdi(scan, options);
      parsed += 100 * scans.length;
    }
    return parsed;
  };
  parse(performance.now() + 200);
  const startedMs = performance.now();
  const parsed = parse(startedMs + seconds * 1000);
  const value = parsed / ((performance.now() - startedMs) / 1000);
  const note = 'element strings in brackets, bare and with separators, and a Digital Link, in turn';
  return judge({ name: 'UDI parse, in process', unit: '/s', value, note }, udiAim);
}

const rebuildAim: Aim = { text: '≤ 2×', ratioAtMost: 2 };

/** All holdings derived again, against reading every event; in turns. */
export async function benchRebuild({ db }: Database, size: string, rounds: number): Promise<Figure> {
  const [values, floors]: [number[], number[]] = [[], []];
  let seen = 0;
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await secondsOf(() => readEvents(db)));
    values.push(
      await secondsOf(async () => {
        const rebuilt = await rebuildHoldings(db, async () => undefined);
        if (rebuilt.restored > 0) throw new Error(`${rebuilt.restored} holdings were wrong`);
        seen = rebuilt.seen;
      }),
    );
  }
  const note = `${seen} holdings`;
  const name = `rebuild of all holdings from ${size} events`;
  return judge({ name, unit: 's', value: median(values), floor: median(floors), note }, rebuildAim);
}

async function readEvents(db: Database['db']): Promise<void> {
  let read = 0;
  for await (const { _id } of ledgerCollections(db).events.find()) if (_id !== '') read += 1;
  if (read === 0) throw new Error('no events');
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}

/** The ledger that the load leaves behind. */
export async function benchTruth({ db }: Database): Promise<Figure> {
  const { differences, events } = await checkLedger(db);
  const note = `${events} events, written in bulk and by the load`;
  const aim = { text: '0', valueBelow: 1 };
  return judge(
    { name: 'differences that check-ledger finds afterwards', unit: '', value: differences, note },
    aim,
  );
}
