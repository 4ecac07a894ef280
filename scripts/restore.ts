/** `scripts/restore`: a backup into an empty database, erasures carried out again, the ledger's hash compared. */

import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { migrations } from '../src/app.ts';
import { systemClock, systemIds } from '../src/clock.ts';
import { readConfig } from '../src/config.ts';
import { readManifest } from '../src/database/backup.ts';
import type { Database } from '../src/database/connection.ts';
import { visitDatabase } from '../src/database/open.ts';
import { restoreBackup } from '../src/database/restore.ts';
import { CannotStart } from '../src/errors.ts';
import { ledgerHash } from '../src/ledger/ledger-hash.ts';
import type { Erasure } from '../src/patients/interface.ts';
import { loadMasterKey } from '../src/patients/master-key.ts';
import { createPatients } from '../src/patients/patients.ts';

const usage =
  'usage: ./scripts/restore DIRECTORY [--data-dir DIR] [--erasures FILE]; MONGODB_URI and MASTER_KEY as for scripts/start. FILE: lines of the journal of erasures (JSON) that are younger than the backup.';

interface Options {
  readonly directory: string;
  readonly dataDirectory: string | undefined;
  readonly erasures: string | undefined;
}

function readOptions(args: readonly string[]): Options {
  try {
    const text = { type: 'string' } as const;
    const options = { 'data-dir': text, erasures: text };
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [directory, ...others] = positionals;
    if (directory === undefined || others.length > 0) throw new CannotStart(usage);
    return { directory: resolve(directory), dataDirectory: values['data-dir'], erasures: values.erasures };
  } catch {
    throw new CannotStart(usage);
  }
}

async function main(): Promise<void> {
  const { directory, dataDirectory, erasures } = readOptions(process.argv.slice(2));
  const config = readConfig(dataDirectory === undefined ? [] : ['--data-dir', dataDirectory]);
  const manifest = await readManifest(directory);
  const keyFile = join(config.dataDirectory, 'master.key');
  if (config.masterKey === undefined && !existsSync(keyFile)) {
    throw new CannotStart(
      `The master key that was in force when the backup was taken is needed: put it in ${keyFile}, or in MASTER_KEY.`,
    );
  }
  const kept = erasures === undefined ? [] : await readErasures(erasures);
  const progress = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const database = await visitDatabase({ ...config, progress });
  try {
    const { db } = database;
    const options = { clock: systemClock, ids: systemIds, progress };
    await restoreBackup(db, { ...options, directory, manifest, migrations });
    const hash = await ledgerHash(db);
    if (hash !== manifest.marks.ledger) {
      throw new CannotStart(`The restored ledger is ${hash}, and the backup's was ${manifest.marks.ledger}.`);
    }
    const masterKey = await loadMasterKey({ env: config.masterKey, file: keyFile });
    const again = await eraseAgain(database, masterKey, kept);
    process.stdout.write(
      `Restored as of ${manifest.takenAt}; ledger ${hash}, as in the backup. ` +
        `${again.erased} erasures and ${again.restricted} restrictions were carried out again.\n` +
        'Everybody has to sign in again. Tokens and people whose access was ended since have it back: see docs/operations.md.\n',
    );
  } finally {
    await database.close();
  }
}

/** What a backup brings back to life must not stay so for a moment longer than the restore. */
async function eraseAgain({ db }: Database, masterKey: KeyObject, kept: readonly Erasure[]) {
  const patients = createPatients({ db, masterKey, clock: systemClock, ids: systemIds });
  await patients.ready();
  return await patients.applyErasures(kept);
}

/** Each line is checked where it is applied. */
async function readErasures(file: string): Promise<Erasure[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CannotStart(`${file} cannot be read.`);
  });
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line): Erasure => JSON.parse(line));
  } catch {
    throw new CannotStart(`${file} is not one JSON object a line.`);
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  if (!(error instanceof CannotStart)) throw error;
  process.stderr.write(`${error.message}\n`);
}
