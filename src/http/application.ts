/** The express application: entrance, what operators need, the rooms' routes, the one exit. */

import express, { type Express, type Request, type Response } from 'express';
import { type EntranceOptions, mountEntrance } from './entrance.ts';
import { mountExit } from './exit.ts';
import { type ReadyCheck, serveLive, serveReady } from './health.ts';
import { serveMetrics } from './metrics.ts';
import { type MountOptions, mountRoutes } from './mount.ts';
import { openApiDocument } from './openapi.ts';
import { contextOf } from './request-context.ts';
import type { Route } from './route.ts';

export interface ApplicationOptions<Caller, Permission extends string>
  extends EntranceOptions,
    MountOptions<Caller, Permission> {
  readonly routes: readonly Route<Caller, Permission>[];
  readonly checks: readonly ReadyCheck[];
  /** The product's version, for the OpenAPI document. */
  readonly version: string;
  /** Proxies whose `X-Forwarded-For` is believed, as express's `trust proxy`; none unless said. */
  readonly trustProxy?: string;
}

/** Served beside the routes, to anybody (metrics: from this machine alone). */
export const openPaths = ['/health/live', '/health/ready', '/metrics', '/api/v1/openapi.json'] as const;

export function createApplication<Caller, Permission extends string>(
  options: ApplicationOptions<Caller, Permission>,
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('trust proxy', options.trustProxy ?? false);
  mountEntrance(app, options);
  mountOperators(app, options);
  mountRoutes(app, options.routes, options);
  mountExit(app, options.log);
  return app;
}

function mountOperators<Caller, Permission extends string>(
  app: Express,
  options: ApplicationOptions<Caller, Permission>,
): void {
  const document = JSON.stringify(openApiDocument(options.routes, options));
  const [live, ready, metrics, openApi] = openPaths;
  for (const path of openPaths) {
    app.get(path, (request, _response, next) => {
      contextOf(request).route = path;
      next();
    });
  }
  app.get(live, serveLive);
  app.get(ready, serveReady(options.checks, options.log));
  app.get(metrics, serveMetrics(options.metrics));
  app.get(openApi, (_request: Request, response: Response) => {
    response.type('application/json').send(document);
  });
}
