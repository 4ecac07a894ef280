/** `scripts/rotate-master-key`: seals every hospital's key under a new master key, all of them or none. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { visitDatabase } from '../src/database/open.ts';
import { CannotStart } from '../src/errors.ts';
import { rewrapHospitalKeys } from '../src/patients/hospital-keys.ts';
import { loadMasterKey } from '../src/patients/master-key.ts';

const usage =
  'usage: ./scripts/rotate-master-key NEW_KEY_FILE [--data-dir DIR]; MONGODB_URI and MASTER_KEY as for scripts/start.';

function readOptions(args: readonly string[]): { newFile: string; dataDirectory: string | undefined } {
  try {
    const options = { 'data-dir': { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [newFile, ...others] = positionals;
    if (newFile === undefined || others.length > 0) throw new CannotStart(usage);
    return { newFile: resolve(newFile), dataDirectory: values['data-dir'] };
  } catch {
    throw new CannotStart(usage);
  }
}

async function main(): Promise<void> {
  const { newFile, dataDirectory } = readOptions(process.argv.slice(2));
  const config = readConfig(dataDirectory === undefined ? [] : ['--data-dir', dataDirectory]);
  const oldFile = join(config.dataDirectory, 'master.key');
  if (config.masterKey === undefined && !existsSync(oldFile)) {
    throw new CannotStart(`There is no master key in MASTER_KEY or ${oldFile} to change.`);
  }
  const former = await loadMasterKey({ env: config.masterKey, file: oldFile });
  // On disk before anything is sealed under it: a crash in between leaves the old one in force.
  const next = await loadMasterKey({ file: newFile });
  const progress = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const database = await visitDatabase({ ...config, progress });
  try {
    const sealed = await rewrapHospitalKeys(database.db, former, next);
    process.stdout.write(
      `${sealed} hospital keys are sealed under the key in ${newFile}, which is in force now: restart every process with it ` +
        '(as MASTER_KEY, or as master.key in the data directory), and keep the old one with the backups that are older.\n',
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
