/** The express application: entrance, what operators need, the rooms' routes, the one exit. */

import express, { type Express, type Request, type Response } from 'express';
import { Admission, type AdmissionLimits } from './admission.ts';
import { type EntranceOptions, mountEntrance } from './entrance.ts';
import { mountExit } from './exit.ts';
import { mountGate } from './gate.ts';
import { type ReadyCheck, serveLive, serveReady } from './health.ts';
import { serveMetrics } from './metrics.ts';
import { type MountOptions, mountRoutes } from './mount.ts';
import { openApiDocument } from './openapi.ts';
import { contextOf } from './request-context.ts';
import type { Route } from './route.ts';

export interface ApplicationOptions<Caller, Permission extends string>
  extends EntranceOptions,
    Omit<MountOptions<Caller, Permission>, 'admission'> {
  readonly routes: readonly Route<Caller, Permission>[];
  readonly checks: readonly ReadyCheck[];
  /** The product's version, for the OpenAPI document. */
  readonly version: string;
  /** Proxies whose `X-Forwarded-For` is believed, as express's `trust proxy`; none unless said. */
  readonly trustProxy?: string;
  /** How much is worked for at once; {@link defaultAdmissionLimits} unless said. */
  readonly admissionLimits?: AdmissionLimits;
}

/** What the parts below are given. */
type Furnished<Caller, Permission extends string> = ApplicationOptions<Caller, Permission> &
  MountOptions<Caller, Permission>;

/** Served beside the routes, to anybody (metrics: from this machine alone). */
export const openPaths = ['/health/live', '/health/ready', '/metrics', '/api/v1/openapi.json'] as const;
const [live, ready, metrics, description] = openPaths;

export function createApplication<Caller, Permission extends string>(
  given: ApplicationOptions<Caller, Permission>,
): Express {
  const options = { ...given, admission: new Admission(given.admissionLimits) };
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('trust proxy', options.trustProxy ?? false);
  mountEntrance(app, options);
  mountOperators(app, options);
  mountGate(app, options);
  mountDescription(app, options);
  mountRoutes(app, options.routes, options);
  mountExit(app, options.log);
  return app;
}

/** Before the gate: who looks whether the service lives must not be told that it is busy. */
function mountOperators<Caller, Permission extends string>(
  app: Express,
  options: Furnished<Caller, Permission>,
): void {
  options.metrics.watch(() => options.admission.load);
  serveOpenly(app, live, serveLive);
  serveOpenly(app, ready, serveReady(options.checks, options.log));
  serveOpenly(app, metrics, serveMetrics(options.metrics));
}

function mountDescription<Caller, Permission extends string>(
  app: Express,
  options: Furnished<Caller, Permission>,
): void {
  // As bytes: many who read it slowly share one copy.
  const document = Buffer.from(JSON.stringify(openApiDocument(options.routes, options)));
  serveOpenly(app, description, (_request, response) => {
    response.type('application/json').send(document);
  });
}

function serveOpenly(
  app: Express,
  path: (typeof openPaths)[number],
  handler: (request: Request, response: Response) => void | Promise<void>,
): void {
  app.get(path, (request: Request, response: Response) => {
    contextOf(request).route = path;
    return handler(request, response);
  });
}
