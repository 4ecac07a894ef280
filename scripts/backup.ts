/** `scripts/backup`: the database as of one moment, beside a running service or by itself. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock.ts';
import { readConfig } from '../src/config.ts';
import { writeBackup } from '../src/database/backup.ts';
import type { Database } from '../src/database/connection.ts';
import { isMomentGone, Moment } from '../src/database/moment.ts';
import { visitDatabase } from '../src/database/open.ts';
import { CannotStart } from '../src/errors.ts';
import { ledgerHash } from '../src/ledger/ledger-hash.ts';
import { listErasures } from '../src/patients/erasure.ts';

const usage =
  'usage: ./scripts/backup DIRECTORY [--data-dir DIR]; MONGODB_URI names the database as for scripts/start.';

function readOptions(args: readonly string[]): { directory: string; dataDirectory: string | undefined } {
  try {
    const options = { 'data-dir': { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [directory, ...others] = positionals;
    if (directory === undefined || others.length > 0) throw new CannotStart(usage);
    return { directory: resolve(directory), dataDirectory: values['data-dir'] };
  } catch {
    throw new CannotStart(usage);
  }
}

/** The journal of erasures, a line each: a restore of an older backup must carry it out again. */
async function erasuresIn(db: Database['db']): Promise<string> {
  const lines: string[] = [];
  for (let page = await listErasures(db); ; page = await listErasures(db, page.next)) {
    lines.push(...page.items.map((erasure) => `${JSON.stringify(erasure)}\n`));
    if (page.next === undefined) return lines.join('');
  }
}

async function main(): Promise<void> {
  const { directory, dataDirectory } = readOptions(process.argv.slice(2));
  const config = readConfig(dataDirectory === undefined ? [] : ['--data-dir', dataDirectory]);
  if (config.mongodbUri === undefined && !existsSync(join(config.dataDirectory, 'mongod'))) {
    throw new CannotStart(
      `There is no database in ${config.dataDirectory}: name the data directory with --data-dir.`,
    );
  }
  const progress = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const database = await visitDatabase({ ...config, progress });
  try {
    const { collections, marks } = await Moment.during(database, (moment) =>
      writeBackup(database.db, moment, {
        directory,
        takenAt: systemClock.now(),
        marks: async (db, same) => ({ ledger: await ledgerHash(db, same) }),
      }),
    );
    await writeFile(join(directory, 'erasures.jsonl'), await erasuresIn(database.db), { mode: 0o600 });
    const documents = collections.reduce((sum, collection) => sum + collection.documents, 0);
    process.stdout.write(
      `Backup in ${directory}: ${documents} documents of ${collections.length} collections; ledger ${marks.ledger}.\n` +
        'The master key is not in it: keep that apart, for without it no patient can be identified.\n',
    );
  } catch (error) {
    if (!isMomentGone(error)) throw error;
    throw new CannotStart(
      'The backup took longer than the database keeps one moment readable: raise its ' +
        'minSnapshotHistoryWindowInSeconds. What was written has no manifest, and is no backup.',
    );
  } finally {
    await database.close();
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  if (!(error instanceof CannotStart)) throw error;
  process.stderr.write(`${error.message}\n`);
}
