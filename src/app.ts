/** The composition root: what exists, in one list. */

import express, { type Express } from 'express';
import type { Logger } from 'pino';
import type { Clock, IdSource } from './clock.ts';
import type { Database } from './database/connection.ts';
import type { Migration } from './database/migrations.ts';

/** What a process brings to the service. */
export interface AppParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Without a slash at the end. */
  readonly publicUrl: string;
}

/** Every room's steps, in the order in which the rooms build on each other. */
export const migrations: readonly Migration[] = [];

/** @returns the service as an express application, ready to be given requests. */
export async function createApp(_parts: AppParts): Promise<Express> {
  const app = express();
  app.disable('x-powered-by');
  app.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  return app;
}
