/** What every request passes first: an id, a line in the log when it is over, the headers of a careful answer. */

import type { Express, NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { IdSource } from '../clock.ts';
import { type ForgeryContext, refuseForgery } from './forgery.ts';
import type { Metrics } from './metrics.ts';
import { contextOf, openContext } from './request-context.ts';

export interface EntranceOptions extends ForgeryContext {
  readonly ids: IdSource;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Mounts the entrance; it comes before everything else. */
export function mountEntrance(app: Express, options: EntranceOptions): void {
  app.use((request: Request, response: Response, next: NextFunction) => {
    // An id of the client's own would let it write into our log.
    const context = { requestId: options.ids.uuid(), startedMs: performance.now() };
    openContext(request, context);
    response.setHeader('X-Request-Id', context.requestId);
    // Answers hold stock, uses and people: nothing on the way keeps them, unless a route says otherwise.
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Permissions-Policy', 'camera=(self), microphone=(), geolocation=(), payment=()');
    response.once('close', () => note(request, response, options));
    next();
  });
  app.use(securityHeaders(options.publicUrl));
  app.use((request: Request, _response: Response, next: NextFunction) => {
    refuseForgery(request.method, request.headers, options);
    next();
  });
}

/**
 * The line says the route as it is written, never the address: that may hold an inpatient number. No body, no
 * query, no header, no name.
 */
function note(request: Request, response: Response, { log, metrics }: EntranceOptions): void {
  const context = contextOf(request);
  const ms = performance.now() - context.startedMs;
  const route = context.route ?? 'none';
  metrics.observe(request.method, route, response.statusCode, ms / 1000);
  const line = {
    requestId: context.requestId,
    method: request.method,
    route,
    status: response.statusCode,
    ms: Math.round(ms),
    ...(context.code !== undefined && { code: context.code }),
    ...context.caller,
    ...(!response.writableFinished && { aborted: true }),
  };
  if (context.turnedAway === true) log.debug(line, 'request');
  else if (response.statusCode >= 500) log.error(line, 'request');
  else log.info(line, 'request');
}

/**
 * No inline script or style anywhere; wasm for the scanner. `upgrade-insecure-requests` is left out, since it
 * breaks hosts on a hospital's LAN that speak plain http.
 */
function securityHeaders(publicUrl: URL) {
  const self = ["'self'"];
  const none = ["'none'"];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: none,
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: self,
        imgSrc: self,
        connectSrc: self,
        formAction: self,
        baseUri: none,
        frameAncestors: none,
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // Browsers ignore it over plain http, and it must not be learnt for a host that has no certificate.
    strictTransportSecurity: publicUrl.protocol === 'https:' && { maxAge: 31_536_000 },
  });
}
