/** The process: read the settings, open the database, listen, and stop in good order. */

import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type App, createApp, firstAdministrator, migrations } from './app.ts';
import { systemClock, systemIds } from './clock.ts';
import { type Config, readConfig } from './config.ts';
import type { Database } from './database/connection.ts';
import { runMigrations } from './database/migrations.ts';
import { openDatabase } from './database/open.ts';
import { playDemo, refuseUnfinishedDemo, requireEmptyDatabase, requireEmptyDirectory } from './demo/demo.ts';
import { CannotStart } from './errors.ts';
import { safeError } from './http/log.ts';
import { createLogger } from './logging.ts';
import { loadMasterKey } from './patients/master-key.ts';
import { Server } from './server.ts';

/** A signal a second time means now: the database then recovers from its journal at the next start. */
const forcedExitCode = 130;

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2));
  const logger = createLogger(config.logLevel);
  const stopped = stopSignal();
  const server = await Server.listen(config, { ids: systemIds, log: logger });
  try {
    await serve(config, server, logger, stopped);
  } finally {
    await server.close();
  }
}

async function serve(
  config: Config,
  server: Server,
  logger: Logger,
  stopped: Promise<string>,
): Promise<void> {
  await refuseUnfinishedDemo(config.dataDirectory);
  if (config.demo) await requireEmptyDirectory(config.dataDirectory);
  const database = await openDatabase({ ...config, progress: say });
  try {
    await serveOn(database, config, server, logger, stopped);
  } finally {
    await database.close();
  }
}

async function serveOn(
  database: Database,
  config: Config,
  server: Server,
  logger: Logger,
  stopped: Promise<string>,
): Promise<void> {
  const clock = systemClock;
  const ids = systemIds;
  if (config.demo) await requireEmptyDatabase(database);
  await runMigrations(database.db, migrations, { clock, ids, progress: say });
  const publicUrl = config.publicUrl ?? server.url;
  const masterKey = await loadMasterKey({
    env: config.masterKey,
    file: join(config.dataDirectory, 'master.key'),
  });
  if (config.demo) {
    const { dataDirectory } = config;
    const { url } = server;
    const now = clock.now();
    await playDemo({ database, dataDirectory, masterKey, logger, publicUrl, url, now, say, stopped });
  }
  const app = await createApp({
    database,
    clock,
    ids,
    logger,
    publicUrl,
    masterKey,
    trustProxy: config.trustProxy,
    printers: config.printers,
  });
  welcome(await firstAdministrator({ database, clock, ids }));
  server.answerWith(app.express);
  const tending = tendRegularly(app, logger);
  say(`pps-trace ready at ${server.url}`);
  // Where scripts/start keeps it: a process that is killed has no other time to write it.
  flushCompileCache();

  const reason = await stopped;
  logger.info({ reason }, 'stopping');
  // Before the database is closed: the requests that are being answered still need it.
  await server.close();
  await app.close();
  await tending.stop();
}

const tendEveryMs = 30_000;

/** What is tended to is idempotent and meant for several processes; one that fails is tried again next time. */
function tendRegularly(app: App, logger: Logger): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const tend = () => {
    running = running
      .then(() => app.tend())
      .catch((error: unknown) => logger.error({ err: safeError(error) }, 'background work failed'));
    return running;
  };
  const timer = setInterval(() => void tend(), tendEveryMs);
  // At once, and nobody waits for it: a fence may wait for what our killed predecessor still holds, its restriction stands.
  void tend();
  return {
    stop: async () => {
      clearInterval(timer);
      // Once more: the last requests have left something to be tended to.
      await tend();
    },
  };
}

/** Printed once: it is stored nowhere but as a hash, and must be changed at the first sign-in. */
function welcome(first: { readonly username: string; readonly oneTimeSecret: string } | undefined): void {
  if (first === undefined) return;
  say(`First start. Sign in as "${first.username}" with the one-time secret ${first.oneTimeSecret}`);
  say('It is shown only now, and asks for a password of your own at the first sign-in.');
}

/** @returns the first signal that asks us to stop. The second one does not wait for anything. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (signal: string) => {
      if (asked) process.exit(forcedExitCode);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', ask);
    process.on('SIGINT', ask);
  });
}

/** To the person who started us. */
function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  if (!(error instanceof CannotStart)) throw error;
  process.stderr.write(`${error.message}\n`);
}
