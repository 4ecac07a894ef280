/** Where crashes are played: one service with its embedded database, or several on a replica set of three. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock, systemIds } from '../../src/clock.ts';
import { connectDatabase } from '../../src/database/connection.ts';
import { holderOf } from '../../src/database/directory-claim.ts';
import type { Chance } from '../../src/demo/chance.ts';
import { testBinary } from '../support/mongod.ts';
import { insertFacts } from '../support/world-facts.ts';
import { type CallerName, makePeople, type People } from '../support/world-people.ts';
import { ReplicaSet } from './replica-set.ts';
import { type RoundRobin, roundRobin } from './round-robin.ts';
import { Service } from './service.ts';

export const embeddedKills = ['service', 'database', 'both', 'database-stopped'] as const;
export const setKills = ['primary-killed', 'primary-stopped', 'service-killed'] as const;
export type Kill = (typeof embeddedKills)[number] | (typeof setKills)[number];

export interface Scene {
  /** Where clients send what they want. */
  readonly port: number;
  readonly services: readonly Service[];
  /** Of the database, for those who look. */
  uri(): Promise<string>;
  /**
   * Carries out a kill; resolves when everything that was killed is being started again.
   * @returns the moment from which recovery counts, by performance.now(): the blow, or, where all that there is stood
   *   still, when it went on
   */
  strike(kill: Kill, chance: Chance): Promise<number>;
  /** What the services logged as faults of their own: each is the cause of a 500. */
  faults(): Promise<readonly string[]>;
  /** Resolves when the processes that were killed serve again. */
  recovered(): Promise<void>;
  close(): Promise<void>;
}

/** How long a server is stopped: from a hiccup to longer than an election. */
const shortestStopMs = 500;
const longestStopMs = 9_000;

/** @param onDisk where the data lie, where that matters */
export async function embeddedScene(onDisk?: string): Promise<Scene> {
  const home = await mkdtemp(join(tmpdir(), 'pps-trace-crash-'));
  const dataDirectory = onDisk ?? join(home, 'data');
  const { path: mongodBinary } = await testBinary();
  const logFile = join(home, 'service.log');
  const service = await Service.start({ dataDirectory, mongodBinary, logFile });
  const signalMongod = async (signal: NodeJS.Signals) => {
    const { mongodPid } = (await holderOf(dataDirectory)) ?? {};
    if (mongodPid !== undefined) send(mongodPid, signal);
  };
  return {
    port: service.port,
    services: [service],
    uri: async () => {
      for (;;) {
        const { uri } = (await holderOf(dataDirectory)) ?? {};
        if (uri !== undefined) return uri;
        await pause(20);
      }
    },
    strike: async (kill, chance) => {
      const now = performance.now();
      switch (kill) {
        case 'service':
          await service.kill();
          return now;
        case 'database':
          await signalMongod('SIGKILL');
          return now;
        case 'both':
          await signalMongod('SIGKILL');
          await service.kill();
          return now;
        case 'database-stopped':
          await signalMongod('SIGSTOP');
          await pause(stopMs(chance));
          await signalMongod('SIGCONT');
          return performance.now();
        default:
          throw new Error(`${kill} is for a replica set`);
      }
    },
    faults: () => faultsIn(logFile),
    recovered: () => service.ready(),
    close: async () => {
      await service.stop();
      await rm(home, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
    },
  };
}

/** @param processes how many services stand behind a round robin */
export async function setScene(processes: number): Promise<Scene> {
  const home = await mkdtemp(join(tmpdir(), 'pps-trace-crash-'));
  const { path: mongodBinary } = await testBinary();
  const set = await ReplicaSet.start(mongodBinary, home);
  const masterKey = randomBytes(32).toString('base64');
  const logFile = join(home, 'service.log');
  // All at once, on a database in which there is nothing yet.
  const starting = Array.from({ length: processes }, (_, nth) => {
    const dataDirectory = join(home, `service-${nth}`);
    return Service.start({ dataDirectory, mongodBinary, mongodbUri: set.uri, masterKey, logFile });
  });
  const services = await Promise.all(starting);
  const front: RoundRobin = await roundRobin(services.map(({ port }) => port));
  return {
    port: front.port,
    services,
    uri: () => Promise.resolve(set.uri),
    strike: async (kill, chance) => {
      const primary = await set.primary();
      const now = performance.now();
      switch (kill) {
        case 'primary-killed':
          await set.signal(primary, 'SIGKILL');
          await set.revive(primary);
          return now;
        case 'primary-stopped':
          await set.signal(primary, 'SIGSTOP');
          await pause(stopMs(chance));
          await set.signal(primary, 'SIGCONT');
          return now;
        case 'service-killed':
          await chance.pick(services).kill();
          return now;
        default:
          throw new Error(`${kill} is for an embedded database`);
      }
    },
    faults: () => faultsIn(logFile),
    recovered: async () => {
      await set.whole();
      for (const service of services) await service.ready();
    },
    close: async () => {
      await front.close();
      for (const service of services) await service.stop();
      await set.stop();
      await rm(home, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
    },
  };
}

export interface Cast {
  readonly people: People['ids'];
  readonly tokens: ReadonlyMap<CallerName, string>;
}

/** Puts the facts and the people of the small world into a database that the service has prepared. */
export async function furnish(scene: Scene): Promise<Cast> {
  const database = await connectDatabase({ uri: await scene.uri() });
  try {
    const { db, connection } = database;
    await insertFacts(db);
    const { ids, token } = await makePeople({ connection, clock: systemClock, ids: systemIds });
    const tokens = new Map<CallerName, string>();
    for (const name of ['quality', 'keeperA', 'nurseA'] as const) tokens.set(name, await token(name));
    return { people: ids, tokens };
  } finally {
    await database.close();
  }
}

/** @returns what the services logged as faults of their own */
export async function faultsIn(logFile: string): Promise<readonly string[]> {
  const lines = (await readFile(logFile, 'utf8')).split('\n');
  return lines.filter((line) => line.includes('"msg":"unexpected"'));
}

function stopMs(chance: Chance): number {
  return shortestStopMs + chance.below(longestStopMs - shortestStopMs);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It is down already, from the blow before.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
