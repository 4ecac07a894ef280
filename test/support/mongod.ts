/**
 * Databases for tests: real ones, on one mongod for a whole run of mocha, in a temporary directory.
 *
 *     describe('…', () => {
 *       let database: TestDatabase;
 *       before(async () => { database = await testDatabase(); });
 *       after(() => database.drop());
 *
 * The mongod starts with the first database that is asked for and ends with the run (mocha requires this file, see
 * .mocharc.json). `startTestMongod` gives a test one of its own that it may kill.
 */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, type Database } from '../../src/database/connection.ts';
import { type EmbeddedMongod, startEmbeddedMongod } from '../../src/database/embedded-mongod.ts';
import { findMongod, type MongodBinary } from '../../src/database/mongod-binary.ts';
import { mongodSources } from '../../src/database/mongod-sources.ts';

const prefix = 'test-';

export interface TestDatabase extends Database {
  /** With the database's name in it. */
  readonly uri: string;
  /** Removes the database and closes its connection. */
  drop(): Promise<void>;
}

export interface TestMongod extends EmbeddedMongod {
  readonly directory: string;
  /** Stops it and removes its directory. */
  remove(): Promise<void>;
}

let binary: Promise<MongodBinary> | undefined;
let shared: Promise<TestMongod> | undefined;
const open = new Set<TestDatabase>();

/** @returns an empty database with a random name on the shared mongod, connected as the product connects. */
export async function testDatabase(): Promise<TestDatabase> {
  shared ??= startShared();
  return databaseOn(await shared);
}

/** To drop a database takes until the journal is written next: every 100 ms, were it not told otherwise. */
async function startShared(): Promise<TestMongod> {
  const mongod = await startTestMongod();
  const { client, close } = await connectDatabase({ uri: mongod.uri });
  await client.db('admin').command({ setParameter: 1, journalCommitInterval: 10 });
  await close();
  return mongod;
}

/** @returns an empty database with a random name on a mongod that a test started itself. */
export async function databaseOn(mongod: { readonly uri: string }): Promise<TestDatabase> {
  const name = `${prefix}${randomBytes(8).toString('hex')}`;
  const database = await connectDatabase({ uri: mongod.uri, name });
  const test: TestDatabase = {
    ...database,
    uri: mongod.uri.replace('/?', `/${name}?`),
    drop: async () => {
      open.delete(test);
      await dropTestDatabase(database);
      await database.close();
    },
  };
  open.add(test);
  return test;
}

/** @returns a mongod in a directory of its own; the test must `remove()` it. */
export async function startTestMongod(): Promise<TestMongod> {
  const directory = await mkdtemp(join(tmpdir(), 'pps-trace-test-'));
  const mongod = await startEmbeddedMongod({ directory, binary: await testBinary(), cacheGigabytes: 0.25 });
  return {
    ...mongod,
    directory,
    remove: async () => {
      await mongod.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** @returns the mongod that the product itself would find, fetched once where there is none. */
export function testBinary(): Promise<MongodBinary> {
  const { PATH = '', XDG_CACHE_HOME, MONGOD_BINARY } = process.env;
  const cache = join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pps-trace', 'mongod');
  binary ??= findMongod({
    explicit: MONGOD_BINARY,
    searchPath: PATH,
    cache,
    sources: mongodSources({ cache, searchPath: PATH }),
    progress: (sentence) => process.stderr.write(`${sentence}\n`),
  });
  return binary;
}

/** The cleaner refuses any database that no test made: a URI in the environment must never cost somebody's data. */
export async function dropTestDatabase({ db }: Pick<Database, 'db'>): Promise<void> {
  if (!/^test-[0-9a-f]{16}$/.test(db.databaseName)) {
    throw new Error(`refusing to drop ${db.databaseName}: it is not a test's database`);
  }
  await db.dropDatabase();
}

/** Root hooks of mocha. A database that a failed test left open must not keep the process from ending. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await Promise.all([...open].map((database) => database.close()));
    const mongod = await shared?.catch(() => undefined);
    await mongod?.remove();
  },
};
