/** An application around a test's routes: the caller is whoever the header `authorization` names. */

import type { Express } from 'express';
import { Failure } from '../../src/errors.ts';
import { type ApplicationOptions, createApplication } from '../../src/http/application.ts';
import type { Route } from '../../src/http/route.ts';
import { createLogger } from '../../src/logging.ts';
import { ordinary } from '../support/application.ts';
import { serve, type TestServer } from '../support/http.ts';

export interface TestCaller {
  readonly name: string;
}
export type TestPermission = 'read' | 'write';

export interface LoggedServer extends TestServer {
  /** Every line of the log so far. */
  readonly lines: string[];
}

type Options = Partial<ApplicationOptions<TestCaller, TestPermission>>;

/** `Bearer reader` may read, `Bearer writer` may read and write. @param lines to which the log is added */
export function applicationOf(
  routes: readonly Route<TestCaller, TestPermission>[],
  lines: string[],
  options: Options = {},
): Express {
  return createApplication<TestCaller, TestPermission>({
    routes,
    authenticate: async ({ headers }) => {
      const name = headers.authorization?.replace('Bearer ', '');
      return name === undefined ? undefined : { name };
    },
    authorise: ({ name }, permission) => {
      if (name !== 'writer' && permission === 'write') throw new Failure('access/forbidden');
    },
    log: createLogger('info', { write: (line: string) => void lines.push(line) }),
    ...ordinary(),
    ...options,
  });
}

export async function serveRoutes(
  routes: readonly Route<TestCaller, TestPermission>[],
  options: Options = {},
): Promise<LoggedServer> {
  const lines: string[] = [];
  const server = await serve(applicationOf(routes, lines, options));
  return { ...server, lines };
}
