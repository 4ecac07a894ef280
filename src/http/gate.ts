/** Where {@link Admission} meets express: who is counted, what a request weighs, and who is turned away. */

import type { Express, NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { Failure } from '../errors.ts';
import type { Admission } from './admission.ts';
import { cookieOf } from './forgery.ts';
import { contextOf } from './request-context.ts';
import type { RouteSchemas } from './route.ts';

/**
 * A request is over after this, done or not: no client keeps one open for ever by reading a byte a minute. An answer that
 * is made while it is sent has as long again with every piece that the client has taken (send.ts).
 */
const lifetimeMs = 120_000;
const tellEveryMs = 10_000;
/** Units: two such at once, unless told otherwise. */
const heaviest = 16;

export interface GateOptions {
  readonly admission: Admission;
  readonly sessionCookie: string;
  readonly log: Logger;
}

/** Counts everybody that comes after it, and turns away whoever there is no room for. */
export function mountGate(app: Express, { admission, sessionCookie, log }: GateOptions): void {
  const tell = teller(log);
  app.use((request: Request, response: Response, next: NextFunction) => {
    const context = contextOf(request);
    context.key = keyOf(request, sessionCookie);
    response.once('close', () => {
      if (context.turnedAway === true) tell(admission);
    });
    const leave = admission.enter(context.key);
    const lifetime = () => setTimeout(() => request.socket.destroy(), lifetimeMs);
    let cutOff = lifetime();
    context.goOn = () => {
      clearTimeout(cutOff);
      if (!response.closed) cutOff = lifetime();
    };
    response.once('close', () => {
      clearTimeout(cutOff);
      leave();
    });
    next();
  });
}

/**
 * Works for a request when it is its turn.
 * @throws TurnedAway; Failure `request/malformed` where the client has gone meanwhile, so that nothing is begun for it
 */
export function inTurn<T>(
  request: Request,
  response: Response,
  { begun, schemas }: { readonly begun: boolean; readonly schemas: RouteSchemas },
  { admission }: Pick<GateOptions, 'admission'>,
  work: () => Promise<T>,
): Promise<T> {
  const key = contextOf(request).key;
  if (key === undefined) throw new Error('a request reached a handler without passing the gate');
  return admission.work({ key, weight: weightOf(request, schemas), begun }, async () => {
    if (response.closed) throw new Failure('request/malformed');
    return work();
  });
}

/**
 * A unit for each kB of JSON; what comes in chunks may be of any size. A PDF keeps the only thread busy for up to a second
 * or two.
 */
function weightOf(request: Request, { produces }: RouteSchemas): number {
  if (produces?.['application/pdf'] !== undefined) return heaviest;
  const { 'transfer-encoding': coding, 'content-length': declared = '0' } = request.headers;
  if (coding !== undefined) return heaviest;
  return Math.min(heaviest, 1 + Math.floor(Number(declared) / 1024));
}

/** Operators read that the service turns requests away, but not a line for each. */
function teller(log: Logger): (admission: Admission) => void {
  let nextMs = 0;
  return ({ load }) => {
    const nowMs = performance.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + tellEveryMs;
    log.warn(load, 'overloaded: requests are turned away');
  };
}

/** A credential as it was sent, good or not: to look it up is work already. */
function keyOf({ headers, socket, ip }: Request, sessionCookie: string): string {
  const token = headers.authorization?.replace(/^\s*bearer\s+/i, '');
  const credential = token ?? cookieOf(headers.cookie, sessionCookie);
  return credential === undefined ? `address ${ip ?? socket.remoteAddress}` : `credential ${credential}`;
}
