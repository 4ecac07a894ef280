/** A mongod that can be told to fail (test commands and their failpoints), which the product's own never is. */
import { MongoMemoryReplSet } from 'mongodb-memory-server';
import type { mongo } from 'mongoose';
import { databaseOn, type TestDatabase, testBinary } from './mongod.ts';

export interface FaultMongod {
  database(): Promise<TestDatabase>;
  stop(): Promise<void>;
}

/** @returns a single-node replica set, with failpoints, in memory's own temporary directory. */
export async function startFaultMongod(): Promise<FaultMongod> {
  const { path, version } = await testBinary();
  const set = await MongoMemoryReplSet.create({
    binary: { systemBinary: path, version },
    replSet: {
      count: 1,
      storageEngine: 'wiredTiger',
      args: [
        '--setParameter',
        'enableTestCommands=1',
        // A commit that a failpoint kept from being carried out leaves its transaction open until this is over.
        '--setParameter',
        'transactionLifetimeLimitSeconds=2',
        '--wiredTigerCacheSizeGB',
        '0.25',
      ],
    },
  });
  return {
    database: () => databaseOn({ uri: set.getUri() }),
    stop: async () => {
      await set.stop();
    },
  };
}

/**
 * Makes the server fail the next commands of a name (see "failCommand" in the server's source).
 * @param mode `{ times: n }` or `alwaysOn`
 */
export async function failCommands(
  { client }: Pick<TestDatabase, 'client'>,
  mode: { readonly times: number } | 'alwaysOn' | 'off',
  data: mongo.Document = {},
): Promise<void> {
  await client.db('admin').command({ configureFailPoint: 'failCommand', mode, data });
}
