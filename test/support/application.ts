/** What applications around a test's own routes have in common: nothing that a test looks at. */
import type { Caller } from '../../src/access/caller.ts';
import type { Permission } from '../../src/access/permissions.ts';
import { systemIds } from '../../src/clock.ts';
import { Failure } from '../../src/errors.ts';
import type { ApplicationOptions } from '../../src/http/application.ts';
import { createMetrics } from '../../src/http/metrics.ts';

/** All but routes, callers and log. */
export function ordinary() {
  return {
    sessionCookie: 'session',
    publicUrl: new URL('http://127.0.0.1:8080'),
    ids: systemIds,
    metrics: createMetrics({ process: false }),
    checks: [],
    version: '0.0.0',
    validateAnswers: true,
  };
}

type Authority = Pick<ApplicationOptions<Caller, Permission>, 'authenticate' | 'authorise'>;

/** The caller is whom a bearer token names, and may do what it says of itself. */
export function bearers(callerOf: (token: string) => Caller | undefined): Authority {
  return {
    authenticate: async ({ headers }) => callerOf(headers.authorization?.replace('Bearer ', '') ?? ''),
    authorise: ({ permissions }, permission) => {
      if (!permissions.has(permission)) throw new Failure('access/forbidden');
    },
  };
}
