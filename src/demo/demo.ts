/**
 * `--demo`: plays the main job through the HTTP API in front of the user, into an empty data directory, and leaves
 * what it made to be looked at.
 */
import type { KeyObject } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createApp, firstAdministrator } from '../app.ts';
import type { Database } from '../database/connection.ts';
import { CannotStart } from '../errors.ts';
import { Calendar } from './calendar.ts';
import { type Account, gather } from './company.ts';
import { type Figures, figuresOf } from './figures.ts';
import { castOf } from './organisations.ts';
import { savePapers } from './papers.ts';
import type { RecallDay } from './recall-day.ts';
import { Stage, Stopped } from './stage.ts';
import { playStory } from './story.ts';
import { organisationLines, summaryOf } from './summary.ts';

/** The story that everybody sees. */
const defaultSeed = 'pps-trace';
export const defaultHospitals = 50;
/** Everything in the story happens somewhere among the first of them. */
export const fewestHospitals = 8;

export interface DemoOptions {
  readonly database: Database;
  readonly dataDirectory: string;
  readonly masterKey: KeyObject;
  readonly logger: Logger;
  /** What QR codes link to, without a slash at the end. */
  readonly publicUrl: string;
  /** Where the service will answer, without a slash at the end. */
  readonly url: string;
  /** The real time. */
  readonly now: Date;
  /** Tells the user, a line at a time. */
  readonly say: (line: string) => void;
  /** Ends the story early when it resolves. */
  readonly stopped?: Promise<unknown>;
  readonly seed?: string;
  /** At least {@link fewestHospitals}. */
  readonly hospitals?: number;
}

export interface Played {
  readonly figures: Figures;
  readonly day: RecallDay;
  readonly accounts: readonly Account[];
}

const unfinishedFile = (dataDirectory: string) => join(dataDirectory, 'demo', 'unfinished');

/** @throws CannotStart where the directory holds anything at all */
export async function requireEmptyDirectory(dataDirectory: string): Promise<void> {
  const found = await readdir(dataDirectory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new CannotStart(
      `The data directory ${dataDirectory} cannot be read: choose another with --data-dir.`,
    );
  });
  if (found.length === 0) return;
  throw new CannotStart(
    `The demonstration is played into an empty data directory only, and ${dataDirectory} is not empty: choose another with --data-dir, or start without --demo.`,
  );
}

/** @throws CannotStart where the database holds anything at all; to be asked before migrations */
export async function requireEmptyDatabase({ db }: Pick<Database, 'db'>): Promise<void> {
  const [found] = await db.listCollections({}, { nameOnly: true }).toArray();
  if (found === undefined) return;
  throw new CannotStart(
    `The demonstration is played into an empty database only, and ${db.databaseName} is not empty: name another in MONGODB_URI, or start without --demo.`,
  );
}

/** @throws CannotStart where a demonstration was begun in the directory and not played to its end */
export async function refuseUnfinishedDemo(dataDirectory: string): Promise<void> {
  const unfinished = await stat(unfinishedFile(dataDirectory)).catch(() => undefined);
  if (unfinished === undefined) return;
  throw new CannotStart(
    `The demonstration in ${dataDirectory} was not played to its end: delete that directory and start again with --demo.`,
  );
}

/**
 * Plays into a database that has been migrated and holds nothing else.
 * @throws CannotStart where it did not come to its end; what it left can then not be started
 */
export async function playDemo(options: DemoOptions): Promise<Played> {
  const { dataDirectory, logger } = options;
  const unfinished = unfinishedFile(dataDirectory);
  await mkdir(join(dataDirectory, 'demo'), { recursive: true, mode: 0o700 });
  await writeFile(unfinished, 'A demonstration was begun here and not played to its end.\n');
  const stage = await Stage.open(options.seed ?? defaultSeed, logger);
  options.stopped?.then(
    () => stage.stop(),
    () => stage.stop(),
  );
  try {
    const played = await playOn(stage, options);
    await rm(unfinished);
    return played;
  } catch (error) {
    if (!(error instanceof Stopped)) logger.error({ err: error }, 'demonstration');
    const why = error instanceof Error ? error.message : String(error);
    throw new CannotStart(
      `The demonstration was not played to its end (${why}): delete ${dataDirectory} and start again.`,
    );
  } finally {
    await stage.close();
  }
}

async function playOn(stage: Stage, options: DemoOptions): Promise<Played> {
  const { database, dataDirectory, publicUrl, masterKey, say } = options;
  const seed = options.seed ?? defaultSeed;
  const calendar = new Calendar(options.now);
  const begin = calendar.at(270, 9);
  const { clock, ids } = stage;
  // The log is of the service; what the story asks of it is told in the story's own words.
  const logger = options.logger.child({}, { level: 'warn' });
  const app = await stage.during({ at: begin, name: 'application' }, () =>
    createApp({ database, clock, ids, logger, publicUrl, masterKey }),
  );
  stage.answerWith(app.express);
  const first = await stage.during({ at: begin, name: 'first administrator' }, () =>
    firstAdministrator({ database, clock, ids }),
  );
  if (first === undefined) throw new Error('the database is not empty');

  const cast = castOf(calendar, options.hospitals ?? defaultHospitals);
  say(`Demonstration: ${cast.hospitals.length + 6} organisations 机构 and their people are registered …`);
  const tally = { events: 0, requests: 0 };
  const present = options.now;
  const company = await gather({ stage, seed, calendar, tally, present }, cast, first);
  const { world, day } = await playStory({ calendar, seed, company, say });
  say('Labels 标签, notices 召回通知 and the lot report 批次报告 are printed …');
  const papers = await savePapers(world, day, join(dataDirectory, 'demo'));
  const figures = await figuresOf(world, day, tally);
  const accountsFile = join(dataDirectory, 'demo-accounts.json');
  const { accounts } = company;
  await writeFile(accountsFile, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  const told = { world, day, figures, papers, dataDirectory, accountsFile, url: options.url };
  const summary = summaryOf(told);
  const story = [...summary, ...organisationLines(world)];
  await writeFile(join(dataDirectory, 'demo', 'story.txt'), `${story.join('\n')}\n`, { mode: 0o600 });
  for (const line of summary) say(line);
  return { figures, day, accounts };
}
