/** Questions whose answer stays as it is while the ledger around it grows, against the same at ten thousand events. */
import { Agent } from 'node:http';
import { systemIds } from '../../src/clock.ts';
import type { Database } from '../../src/database/connection.ts';
import { exchange } from '../../src/demo/exchange.ts';
import type { LotKey } from '../../src/ledger/event.ts';
import { Books } from './books.ts';
import { type CommandLots, setUpLots } from './commands.ts';
import { type Aim, type Figure, judge, percentile, unmeasured } from './figures.ts';
import type { Generator } from './generator.ts';
import { writeBackground, writeSubject } from './history.ts';
import type { ReadJob } from './load.ts';
import { type Machine, type Service, serviceOn } from './machine.ts';
import { setUpWorld, type World } from './world.ts';

/** A ledger of a size, and the service on it. */
export interface Ledger {
  readonly database: Database;
  readonly service: Service;
  readonly world: World;
  readonly lots: CommandLots;
  /** What is asked of it, by name. */
  readonly questions: readonly Question[];
  /** Events in it. @returns when so many are there */
  growTo(events: number): Promise<void>;
  close(): Promise<void>;
}

interface Question {
  readonly name: string;
  readonly aim: Aim;
  readonly ask: Omit<ReadJob, 'times'>;
}

/** The size that the others are compared with. */
export const smallest = 10_000;
const inpatientNumber = 'BENCH-1';

/** @returns a ledger of {@link smallest} events, of which a recalled lot has 1,102 with 1,000 uses. */
export async function setUpLedger(machine: Machine, name: string): Promise<Ledger> {
  const database = await machine.open(name);
  const world = await setUpWorld(database);
  const lots = await setUpLots(database, world);
  const books = new Books(database.db);
  const subject = await writeSubject(books, world);
  let next = await writeBackground(books, world, smallest);
  const service = await serviceOn(machine, name);
  const questions = await askable(service.url, world, subject);
  return {
    database,
    service,
    world,
    lots,
    questions,
    growTo: async (events) => {
      next = await writeBackground(books, world, events, next);
    },
    close: async () => {
      await service.stop();
      await database.close();
    },
  };
}

/** Recalls the lot, records an operation on a patient, and says what can be asked then. */
async function askable(origin: string, world: World, subject: LotKey): Promise<Question[]> {
  const [hospital] = world.hospitals;
  if (hospital === undefined) throw new Error('a world without hospitals');
  const token = hospital.tokens[0] ?? '';
  const ofMaker = world.maker.token;
  const recall = await post(origin, ofMaker, '/api/v1/recalls', recallBody(subject));
  const device = { gtin: subject.gtin, lot: 'B000000', quantity: 1 };
  await post(origin, token, '/api/v1/uses', {
    commandId: systemIds.uuid(),
    happenedAt: new Date().toISOString(),
    place: hospital.theatre,
    procedure: '直肠前切除术',
    surgeon: hospital.person,
    patient: { inpatientNumber, name: '测试' },
    devices: Array.from({ length: 6 }, () => ({ device, implanted: false })),
    preUseCheck: true,
  });
  const history = `/api/v1/lots/${subject.gtin}/${subject.lot}/history`;
  const uses = `/api/v1/recalls/${String(recall.recall)}/uses`;
  const get = (as: string, path: string) =>
    ({ kind: 'reads', origin, token: as, method: 'GET', path }) as const;
  const body = { inpatientNumber };
  const asked = {
    kind: 'reads',
    origin,
    token,
    method: 'POST',
    path: '/api/v1/patient-devices',
    body,
  } as const;
  return [
    { name: 'trace of a 1,000-use lot', aim: within(50), ask: get(ofMaker, history) },
    { name: 'recall list of a 1,000-use lot', aim: within(50), ask: get(ofMaker, uses) },
    { name: 'stock of a hospital', aim: within(30), ask: get(token, '/api/v1/stock') },
    { name: "a patient's devices", aim: within(30), ask: asked },
  ];
}

export function recallBody({ gtin, lot }: LotKey) {
  const wording = { zh: '吻合钉成形不良', en: 'Staples are formed badly' };
  const facts = { class: 'I', basis: 'voluntary', measures: ['taking-back'], scope: [{ gtin, lot }] };
  return { commandId: systemIds.uuid(), ...facts, reason: wording, instructions: wording };
}

/** @throws Error where it is not accepted */
export async function post(
  origin: string,
  token: string,
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const agent = new Agent();
  const reply = await exchange(agent, origin, { method: 'POST', path, body, token }, {});
  agent.destroy();
  if (reply.status >= 300)
    throw new Error(`${path} answered ${reply.status}: ${reply.bytes.toString('utf8')}`);
  return reply.body as Record<string, unknown>;
}

function within(milliseconds: number): Aim {
  return {
    text: `p95 < ${milliseconds} ms, ≤ 1.3×`,
    valueBelow: milliseconds,
    ratioAtMost: 1.3,
  };
}

export interface Turns {
  readonly times: number;
  readonly rounds: number;
}

/** @returns the figures of the smallest ledger, which are compared with nothing. */
export async function benchSmallest(generator: Generator, small: Ledger, turns: Turns): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, aim, ask } of small.questions) {
    await generator.run({ ...ask, times: turns.times });
    const latencies: number[] = [];
    for (let round = 0; round < turns.rounds; round += 1) {
      latencies.push(...(await generator.run({ ...ask, times: turns.times })).latenciesMs);
    }
    const { ratioAtMost, ...alone } = aim;
    figures.push(judge(p95(`${name}, 10⁴ events`, latencies), alone));
  }
  return figures;
}

/** @returns the figures of a larger ledger, asked in turns with the smallest. @param size as it is shown */
export async function benchLarger(
  generator: Generator,
  small: Ledger,
  large: Ledger,
  size: string,
  turns: Turns,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [index, { name, aim, ask }] of large.questions.entries()) {
    const floor = small.questions[index];
    if (floor === undefined) throw new Error('two ledgers are asked different questions');
    const [latencies, floors]: [number[], number[]] = [[], []];
    for (const asked of [floor.ask, ask]) await generator.run({ ...asked, times: turns.times });
    for (let round = 0; round < turns.rounds; round += 1) {
      floors.push(...(await generator.run({ ...floor.ask, times: turns.times })).latenciesMs);
      latencies.push(...(await generator.run({ ...ask, times: turns.times })).latenciesMs);
    }
    const measured = p95(`${name}, ${size} events`, latencies);
    figures.push(judge({ ...measured, floor: percentile(floors, 95) }, aim));
  }
  return figures;
}

/** @returns a figure for each question that is not asked at a size. */
export function unasked({ questions }: Ledger, size: string, why: string): Figure[] {
  return questions.map(({ name, aim }) => unmeasured(`${name}, ${size} events`, 'ms', aim, why));
}

function p95(name: string, latencies: readonly number[]) {
  const note = `median ${percentile(latencies, 50).toFixed(1)} ms`;
  return { name, unit: 'ms', value: percentile(latencies, 95), note };
}
