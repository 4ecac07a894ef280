/** Opens the database that the settings name: a replica set of the operator's, or the embedded one. */

import type { MongodSettings } from '../config.ts';
import { connectDatabase, type Database } from './connection.ts';
import { holderOf } from './directory-claim.ts';
import { keepMongod } from './kept-mongod.ts';
import { findMongod } from './mongod-binary.ts';
import { mongodSources } from './mongod-sources.ts';

export interface OpenOptions {
  readonly mongodbUri: string | undefined;
  /** Of the embedded database. */
  readonly dataDirectory: string;
  readonly mongod: MongodSettings;
  /** Told what is being done, in a sentence, when it takes time. */
  readonly progress: (sentence: string) => void;
}

/**
 * Opens the database for the service, which owns it: the embedded server is kept running until `close()`, which ends
 * it with a checkpoint.
 * @throws CannotStart
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  if (options.mongodbUri !== undefined) return connectDatabase({ uri: options.mongodbUri });
  const { dataDirectory, progress } = options;
  const { explicit, searchPath, cache } = options.mongod;
  const binary = await findMongod({
    explicit,
    searchPath,
    cache,
    sources: mongodSources({ cache, searchPath }),
    progress,
  });
  const mongod = await keepMongod({ directory: dataDirectory, binary, progress });
  try {
    const database = await connectDatabase({ uri: mongod.uri });
    const close = async () => {
      await database.close();
      await mongod.stop();
    };
    return { ...database, close };
  } catch (error) {
    await mongod.stop();
    throw error;
  }
}

/**
 * Opens the database for an operator's script: the service may be running on it, and keeps running when the script
 * is done; where it is not, the script starts the embedded server for itself.
 * @throws CannotStart
 */
export async function visitDatabase(options: OpenOptions): Promise<Database> {
  const holder = options.mongodbUri === undefined ? await holderOf(options.dataDirectory) : undefined;
  if (holder?.uri === undefined) return openDatabase(options);
  return connectDatabase({ uri: holder.uri });
}
