/** The catalogue's routes on a real server and a real database, with what other rooms give it played by the test. */
import type { Caller } from '../../src/access/caller.ts';
import type { Permission } from '../../src/access/permissions.ts';
import type { CreateFirstAdministrator } from '../../src/catalogue/organisations.ts';
import { catalogueRoutes } from '../../src/catalogue/routes.ts';
import { systemIds } from '../../src/clock.ts';
import { createApplication } from '../../src/http/application.ts';
import { createLogger } from '../../src/logging.ts';
import { bearers, ordinary } from '../support/application.ts';
import { type Client, serve, type TestServer } from '../support/http.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { noon } from './samples.ts';

export interface CatalogueServer extends TestServer {
  /** A client of this caller. */
  as(caller: Caller): Client;
  /** Lines of the log at level error: a 500 is told here only. */
  readonly lines: string[];
  /** Places with stock; the test fills it. */
  readonly stocked: Set<string>;
  /** `{organisation} {lotId}`: lots that organisations hold; the test fills it. */
  readonly held: Set<string>;
}

export async function serveCatalogue(
  { connection, db }: TestDatabase,
  createFirstAdministrator: CreateFirstAdministrator,
): Promise<CatalogueServer> {
  const callers = new Map<string, Caller>();
  const stocked = new Set<string>();
  const held = new Set<string>();
  const lines: string[] = [];
  const routes = catalogueRoutes({
    connection,
    db,
    clock: noon,
    ids: systemIds,
    createFirstAdministrator,
    holdsStock: async ({ id }) => stocked.has(id),
    visibleLots: async ({ organisation }, lots) =>
      new Set(lots.filter((lot) => held.has(`${organisation} ${lot}`))),
  });
  const server = await serve(
    createApplication<Caller, Permission>({
      routes,
      ...bearers((token) => callers.get(token)),
      log: createLogger('error', { write: (line: string) => void lines.push(line) }),
      ...ordinary(),
    }),
  );
  const as = (caller: Caller) => {
    callers.set(caller.person, caller);
    return server.client({ token: caller.person });
  };
  return { ...server, as, lines, stocked, held };
}

/** An access room that makes nobody, for tests that register no organisation. */
export const noAdministrators: CreateFirstAdministrator = () => {
  throw new Error('this test registers no organisation');
};
