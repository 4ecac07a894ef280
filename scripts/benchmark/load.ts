/**
 * The load generator: a process of its own, so that what a client costs is not counted as the service's. It is told
 * one job after the other and says how it went.
 */
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { systemIds } from '../../src/clock.ts';
import { FloorClient, type FloorJob } from './floor.ts';
import { type ImportFloorJob, type ImportJob, importFloor, imports, type Timed } from './import-load.ts';

/** What one client sends, again and again: its lot, in its hospital. */
export interface Sender {
  readonly token: string;
  readonly gtin: string;
  readonly lot: string;
  /** For a receipt. */
  readonly shipment: string;
  readonly store: string;
  /** For a use. */
  readonly theatre: string;
  readonly surgeon: string;
}

export type Work = 'receive' | 'use';

export interface CommandJob {
  readonly kind: 'commands';
  readonly origin: string;
  readonly work: Work;
  /** A client each. */
  readonly senders: readonly Sender[];
  readonly seconds: number;
}

export interface ReadJob {
  readonly kind: 'reads';
  readonly origin: string;
  readonly token: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  /** One after the other. */
  readonly times: number;
}

export type Job = CommandJob | ReadJob | FloorJob | ImportJob | ImportFloorJob;

export interface Outcome {
  /** Done, each acknowledged. */
  readonly done: number;
  readonly seconds: number;
  /** Of each, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Turned away with 429 or 503: not done, and tried no second time. */
  readonly refused: number;
}

interface Tally {
  done: number;
  refused: number;
  readonly latenciesMs: number[];
}

async function run(job: Job): Promise<Outcome> {
  if (job.kind === 'import') return counting(await importing(job));
  if (job.kind === 'import-floor') return counting(await importFloor(job));
  const tally: Tally = { done: 0, refused: 0, latenciesMs: [] };
  const startedMs = performance.now();
  if (job.kind === 'commands') await commands(job, tally);
  else if (job.kind === 'reads') await reads(job, tally);
  else await floor(job, tally);
  return { ...tally, seconds: (performance.now() - startedMs) / 1000 };
}

function counting(timed: Timed): Outcome {
  return { ...timed, refused: 0 };
}

async function importing(job: ImportJob): Promise<Timed> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    return await imports(job, agent, send);
  } finally {
    agent.destroy();
  }
}

async function commands({ origin, work, senders, seconds }: CommandJob, tally: Tally): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: senders.length });
  const until = performance.now() + seconds * 1000;
  const client = async (sender: Sender) => {
    while (performance.now() < until) {
      const [path, body] = work === 'receive' ? receipt(sender) : use(sender);
      const { token } = sender;
      await counted(tally, () => send(agent, origin, { method: 'POST', path, token, body }));
    }
  };
  await Promise.all(senders.map(client));
  agent.destroy();
}

async function reads({ times, origin, ...sending }: ReadJob, tally: Tally): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let sent = 0; sent < times; sent += 1) await counted(tally, () => send(agent, origin, sending));
  agent.destroy();
}

async function floor(job: FloorJob, tally: Tally): Promise<void> {
  const floors = await FloorClient.connect(job);
  const until = performance.now() + job.seconds * 1000;
  const client = async (number: number) => {
    while (performance.now() < until) {
      const startedMs = performance.now();
      await floors.once(number);
      tally.latenciesMs.push(performance.now() - startedMs);
      tally.done += 1;
    }
  };
  await Promise.all(Array.from({ length: job.clients }, (_, number) => client(number)));
}

/** @throws Error for an answer that is neither success nor "come again" */
async function counted(tally: Tally, sending: () => Promise<Reply>): Promise<void> {
  const startedMs = performance.now();
  const { status, bytes, retryAfterSeconds } = await sending();
  if (status < 300) {
    tally.done += 1;
    tally.latenciesMs.push(performance.now() - startedMs);
    return;
  }
  if (status !== 429 && status !== 503) throw new Error(`answered ${status}: ${bytes.toString('utf8')}`);
  tally.refused += 1;
  await wait(Math.min(1, retryAfterSeconds) * 1000);
}

function receipt({ gtin, lot, shipment, store }: Sender): [string, object] {
  const lines = [{ gtin, lot, quantity: 1 }];
  return ['/api/v1/receipts', { commandId: systemIds.uuid(), shipment, place: store, lines }];
}

function use({ gtin, lot, theatre, surgeon }: Sender): [string, object] {
  const body = {
    commandId: systemIds.uuid(),
    happenedAt: new Date().toISOString(),
    place: theatre,
    procedure: '直肠前切除术',
    surgeon,
    patient: { inpatientNumber: systemIds.uuid().slice(0, 18), name: '测试' },
    devices: [{ device: { gtin, lot, quantity: 1 }, implanted: false }],
    preUseCheck: true,
  };
  return ['/api/v1/uses', body];
}

interface Sending {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string;
  readonly body?: object;
}

interface Reply {
  readonly status: number;
  readonly bytes: Buffer;
  readonly retryAfterSeconds: number;
}

/** The answer is read to its end and not parsed. */
function send(agent: Agent, origin: string, { method, path, token, body }: Sending): Promise<Reply> {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body), 'utf8');
  const type =
    bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': bytes.length };
  const headers = { authorization: `Bearer ${token}`, ...type };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, origin), { agent, method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const retryAfterSeconds = Number(incoming.headers['retry-after'] ?? 1);
        resolve({ status: incoming.statusCode ?? 0, bytes: Buffer.concat(chunks), retryAfterSeconds });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

export type Told = { readonly outcome: Outcome } | { readonly failed: string };

process.on('message', (job: Job) => {
  const tell = (told: Told) => process.send?.(told);
  run(job).then(
    (outcome) => tell({ outcome }),
    (error: unknown) => tell({ failed: error instanceof Error ? String(error.stack) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
