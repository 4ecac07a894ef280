/** Opens the database that the settings name: a replica set of the operator's, or the embedded one. */

import type { MongodSettings } from '../config.ts';
import { connectDatabase, type Database } from './connection.ts';
import { holderOf } from './directory-claim.ts';
import { startEmbeddedMongod } from './embedded-mongod.ts';
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

export interface OpenDatabase extends Database {
  /** Resolves when the embedded server has ended, asked to or not; never where it is not ours. */
  readonly lost: Promise<void>;
}

/**
 * Opens the database for the service, which owns it: `close()` also ends the embedded server, with a checkpoint.
 * @throws CannotStart
 */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  if (options.mongodbUri !== undefined) return lasting(await connectDatabase({ uri: options.mongodbUri }));
  const { explicit, searchPath, cache } = options.mongod;
  const binary = await findMongod({
    explicit,
    searchPath,
    cache,
    sources: mongodSources({ cache, searchPath }),
    progress: options.progress,
  });
  const mongod = await startEmbeddedMongod({ directory: options.dataDirectory, binary });
  try {
    const database = await connectDatabase({ uri: mongod.uri });
    const close = async () => {
      await database.close();
      await mongod.stop();
    };
    return { ...database, close, lost: mongod.ended };
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
export async function visitDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const holder = options.mongodbUri === undefined ? await holderOf(options.dataDirectory) : undefined;
  if (holder?.uri === undefined) return openDatabase(options);
  return lasting(await connectDatabase({ uri: holder.uri }));
}

function lasting(database: Database): OpenDatabase {
  return { ...database, lost: new Promise(() => undefined) };
}
