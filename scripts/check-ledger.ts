/** The process behind scripts/check-ledger: opens the database as the service would, reads, reports. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../src/config.ts';
import type { Database } from '../src/database/connection.ts';
import { holderOf } from '../src/database/directory-claim.ts';
import { isMomentGone, Moment } from '../src/database/moment.ts';
import { visitDatabase } from '../src/database/open.ts';
import { CannotStart } from '../src/errors.ts';
import { type CheckReport, checkLedger, describeReport } from '../src/ledger/check/check-ledger.ts';

const usage =
  'usage: scripts/check-ledger [--data-dir DIR] [--json]; DATA_DIR and MONGODB_URI name the database as for scripts/start.';
const differencesFound = 1;
const couldNotRun = 2;

async function main(): Promise<void> {
  const { dataDirectory, json } = readOptions(process.argv.slice(2));
  const config = readConfig(dataDirectory === undefined ? [] : ['--data-dir', dataDirectory]);
  const database = await open(config);
  try {
    const report = await check(database, await isShared(config));
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : describeReport(report));
    if (report.differences > 0) process.exitCode = differencesFound;
  } finally {
    await database.close();
  }
}

function readOptions(args: readonly string[]): { dataDirectory: string | undefined; json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'data-dir': { type: 'string' }, json: { type: 'boolean' } },
    });
    return { dataDirectory: values['data-dir'], json: values.json ?? false };
  } catch (error) {
    const what = error instanceof Error ? (error.message.split(/[.;] /)[0] ?? '') : '';
    throw new CannotStart(`${what}; ${usage}`);
  }
}

/** A check must not make a database where there was none. */
async function open(config: Config): Promise<Database> {
  const { dataDirectory, mongodbUri } = config;
  if (mongodbUri === undefined && !existsSync(join(dataDirectory, 'mongod'))) {
    throw new CannotStart(
      `There is no database in ${dataDirectory}: name the data directory with --data-dir.`,
    );
  }
  return visitDatabase({ ...config, progress: (sentence) => process.stderr.write(`${sentence}\n`) });
}

/** Whether somebody else may be writing: then all must be read as of one moment. */
async function isShared({ mongodbUri, dataDirectory }: Config): Promise<boolean> {
  if (mongodbUri !== undefined) return true;
  const holder = await holderOf(dataDirectory);
  return holder !== undefined && holder.pid !== process.pid;
}

async function check(database: Database, shared: boolean): Promise<CheckReport> {
  if (!shared) return checkLedger(database.db);
  try {
    return await Moment.during(database, (moment) => checkLedger(database.db, moment));
  } catch (error) {
    if (!isMomentGone(error)) throw error;
    throw new CannotStart(
      'The check took longer than the database keeps one moment readable: raise its ' +
        'minSnapshotHistoryWindowInSeconds, or check when the service is stopped.',
    );
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = couldNotRun;
  process.stderr.write(
    error instanceof CannotStart
      ? `${error.message}\n`
      : `${error instanceof Error ? error.stack : String(error)}\n`,
  );
}
