/** `scripts/import-catalogue`: imports a file of device records into the catalogue of this data directory or database. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type ImportFor, importGudid, importTable } from '../src/catalogue/import-gudid.ts';
import { catalogueMigrations } from '../src/catalogue/migrations.ts';
import { systemClock, systemIds } from '../src/clock.ts';
import { readConfig } from '../src/config.ts';
import { visitDatabase } from '../src/database/open.ts';
import { CannotStart, describeFailure, Failure } from '../src/errors.ts';

const usage =
  'usage: ./scripts/import-catalogue FILE (--organisation ID | --create-organisations) [--report FILE] [--data-dir DIR]';

interface Options {
  readonly file: string;
  readonly target: ImportFor;
  readonly report: string | undefined;
  readonly dataDirectory: string | undefined;
}

function readOptions(args: readonly string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        organisation: { type: 'string' },
        'create-organisations': { type: 'boolean' },
        report: { type: 'string' },
        'data-dir': { type: 'string' },
      },
    });
    const [file, ...others] = positionals;
    const { organisation } = values;
    const create = values['create-organisations'] === true;
    if (file === undefined || others.length > 0 || (organisation !== undefined) === create)
      throw new CannotStart(usage);
    const target: ImportFor =
      organisation === undefined ? { kind: 'companies', create } : { kind: 'organisation', organisation };
    return { file, target, report: values.report, dataDirectory: values['data-dir'] };
  } catch (error) {
    throw error instanceof CannotStart ? error : new CannotStart(usage);
  }
}

async function readInput(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(`${file} cannot be read as JSON (${reason}).`);
  }
}

async function main(): Promise<void> {
  const { file, target, report: reportFile, dataDirectory } = readOptions(process.argv.slice(2));
  const input = await readInput(file);
  const config = readConfig(dataDirectory === undefined ? [] : ['--data-dir', dataDirectory]);
  const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const database = await visitDatabase({ ...config, progress: say });
  try {
    const { connection, db } = database;
    // The indexes are every room's, and made when the service starts.
    const wanted = catalogueMigrations.map(({ id }) => id);
    const ready = await db.collection<{ _id: string }>('migrations').countDocuments({ _id: { $in: wanted } });
    if (ready < catalogueMigrations.length)
      throw new CannotStart('This database is not set up: start pps-trace on it once, then import.');
    const report = await importGudid({ connection, db, clock: systemClock, ids: systemIds }, input, target);
    if (reportFile !== undefined) await writeFile(reportFile, `${JSON.stringify(report, undefined, 2)}\n`);
    process.stdout.write(importTable(report));
  } finally {
    await database.close();
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  if (error instanceof CannotStart) process.stderr.write(`${error.message}\n`);
  else if (error instanceof Failure)
    process.stderr.write(`${describeFailure(error.code).en} ${JSON.stringify(error.info)}\n`);
  else throw error;
}
