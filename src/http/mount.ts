/** Mounts a list of routes: who calls, may they, what did they send, the handler, the answer. */

import type { IncomingMessage } from 'node:http';
import type { Express, NextFunction, Request, Response } from 'express';
import { Failure } from '../errors.ts';
import { type GateOptions, inTurn } from './gate.ts';
import { received } from './receive.ts';
import { contextOf } from './request-context.ts';
import type { Answer, Route, RouteLine } from './route.ts';
import { send, validateAnswer } from './send.ts';

export interface MountOptions<Caller, Permission extends string> extends GateOptions {
  /** Who calls; undefined when no credential was sent. Throws a Failure for a credential that is not good. */
  authenticate(request: IncomingMessage): Promise<Caller | undefined>;
  /** Throws a Failure when the caller may not. */
  authorise(caller: Caller, permission: Permission): void;
  /** Random ids for the log, never names. */
  describeCaller?(caller: Caller): Readonly<Record<string, string>>;
  /** In tests: an answer that its own schema does not accept is a fault of ours. */
  readonly validateAnswers?: boolean;
}

/** Adds the routes, and 405 with `Allow` for other methods at their addresses. */
export function mountRoutes<Caller, Permission extends string>(
  app: Express,
  routes: readonly Route<Caller, Permission>[],
  options: MountOptions<Caller, Permission>,
): void {
  refuseDoubles(routes);
  for (const route of routes) {
    const name = (request: Request, response: Response, next: NextFunction) => {
      contextOf(request).route = route.path;
      if (route.schemas.crossOrigin === true) response.set(openToAnySite);
      next();
    };
    const address = addressOf(route);
    app[expressMethod[route.method]](address, name, serve(route, options));
    if (route.schemas.crossOrigin === true) app.options(address, name, answerPreflight);
  }
  for (const { path, address, allow } of methodsByPath(routes)) {
    app.all(address, (request: Request) => {
      contextOf(request).route = path;
      throw new Failure('route/method-not-allowed', { allow });
    });
  }
}

/** Set before anything else is done, so that a refusal can be read too. No credentials: the answer needs none. */
const openToAnySite = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Link, Location, Retry-After',
} as const;

/** Of routes that only read. */
function answerPreflight(_request: Request, response: Response): void {
  const methods = 'GET, HEAD, OPTIONS';
  response
    .status(204)
    .set({ Allow: methods, 'Access-Control-Allow-Methods': methods, 'Access-Control-Max-Age': '86400' })
    .end();
}

const expressMethod = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

/** Of two handlers for one line, the second would never run, and its permission never be asked. */
function refuseDoubles(routes: readonly { method: string; path: string }[]): void {
  const seen = new Set<string>();
  for (const { method, path } of routes) {
    const line = `${method} ${path.replaceAll(/:\w+/g, ':')}`;
    if (seen.has(line)) throw new Error(`two routes answer ${method} ${path}`);
    seen.add(line);
  }
}

/**
 * A route that reads its address as it was sent takes all that begins so: express would decode the rest, and answer
 * what cannot be decoded by itself.
 */
function addressOf({ path, schemas }: RouteLine): string | RegExp {
  const [begin = '', rest] = path.split('/*');
  if (schemas.verbatim !== true || rest === undefined) return path;
  return new RegExp(`^${RegExp.escape(begin)}(?:/|$)`);
}

interface Address {
  readonly path: string;
  readonly address: string | RegExp;
  readonly allow: readonly string[];
}

function methodsByPath(routes: readonly RouteLine[]): Address[] {
  const addresses = new Map<string, Address>();
  for (const route of routes) {
    const { method, path, schemas } = route;
    const allowed = method === 'GET' ? ['GET', 'HEAD'] : [method];
    const asked = schemas.crossOrigin === true ? ['OPTIONS'] : [];
    const allow = [...(addresses.get(path)?.allow ?? []), ...allowed, ...asked];
    addresses.set(path, { path, address: addressOf(route), allow });
  }
  return [...addresses.values()];
}

function serve<Caller, Permission extends string>(
  route: Route<Caller, Permission>,
  options: MountOptions<Caller, Permission>,
) {
  return async (request: Request, response: Response): Promise<void> => {
    const answer = route.open
      ? await servedToAnybody(route, request, response, options)
      : await servedToCaller(route, request, response, options);
    if (options.validateAnswers === true) validateAnswer(route, answer);
    await send(answer, response);
  };
}

/** While a client sends its body, or reads its answer, it takes nobody's turn. */
async function servedToAnybody<Caller, Permission extends string>(
  route: Extract<Route<Caller, Permission>, { open: true }>,
  request: Request,
  response: Response,
  options: MountOptions<Caller, Permission>,
): Promise<Answer<unknown>> {
  const input = await received(request, undefined, route.schemas);
  const turn = { begun: false, schemas: route.schemas };
  return inTurn(request, response, turn, options, () => route.handle(input));
}

/** Nothing is read for somebody who may not. Where the body is here by then, the turn goes on to the end. */
async function servedToCaller<Caller, Permission extends string>(
  route: Extract<Route<Caller, Permission>, { open: false }>,
  request: Request,
  response: Response,
  options: MountOptions<Caller, Permission>,
): Promise<Answer<unknown>> {
  const { schemas } = route;
  const reading = (caller: Caller) => received(request, caller, schemas);
  const first = await inTurn(request, response, { begun: false, schemas }, options, async () => {
    const caller = await admitted(request, route.permission, options);
    return request.complete ? { answer: await route.handle(await reading(caller)) } : { caller };
  });
  if (first.answer !== undefined) return first.answer;
  const input = await reading(first.caller);
  return inTurn(request, response, { begun: true, schemas }, options, () => route.handle(input));
}

async function admitted<Caller, Permission extends string>(
  request: Request,
  permission: Permission,
  options: MountOptions<Caller, Permission>,
): Promise<Caller> {
  const caller = await options.authenticate(request);
  if (caller === undefined) throw new Failure('access/sign-in-required');
  contextOf(request).caller = options.describeCaller?.(caller) ?? {};
  options.authorise(caller, permission);
  return caller;
}
