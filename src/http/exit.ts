/** The one way out for everything that went wrong. */

import type { Express, NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { describeFailure, Failure } from '../errors.ts';
import { TurnedAway } from './admission.ts';
import { databaseTrouble } from './database-trouble.ts';
import { safeError } from './log.ts';
import { type Problem, problemHeaders, problemMediaType, problemOf, unexpectedProblem } from './problem.ts';
import { RefusalPace } from './refusal-pace.ts';
import { contextOf } from './request-context.ts';

/** Mounts the exit; it comes after everything else. */
export function mountExit(app: Express, log: Logger): void {
  app.use(() => {
    throw new Failure('route/not-found');
  });
  const pace = new RefusalPace();
  app.use(async (error: unknown, request: Request, response: Response, _next: NextFunction) => {
    if (error instanceof TurnedAway) await pace.turn();
    if (response.headersSent) {
      // Half an answer is out: all that is left is to cut it off, so that nobody takes it for whole.
      cutOff(error, request, log);
      return;
    }
    answerWith(error, request, response, log);
  });
}

/** What was expected, and came too late to be told, is no fault of ours. */
function cutOff(error: unknown, request: Request, log: Logger): void {
  const failure = understood(error, request, log);
  const { requestId } = contextOf(request);
  if (failure !== undefined) log.info({ requestId, code: failure.code }, 'answer cut off');
  request.socket.destroy();
}

function answerWith(error: unknown, request: Request, response: Response, log: Logger): void {
  const failure = understood(error, request, log);
  const { requestId } = contextOf(request);
  if (failure === undefined) {
    send(response, unexpectedProblem(requestId));
    return;
  }
  response.set(problemHeaders(failure));
  // The rest of a body that we do not want is not read: the connection ends with the answer.
  if (failure.code === 'request/too-large' || failure.code === 'request/unsupported-media-type') {
    response.set('Connection', 'close');
  }
  send(response, problemOf(failure, requestId));
}

function send(response: Response, problem: Problem): void {
  response.status(problem.status).type(problemMediaType).send(JSON.stringify(problem));
}

/** @returns what is to be told; undefined for a fault of ours. The log has what is not told. */
function understood(error: unknown, request: Request, log: Logger): Failure | undefined {
  const context = contextOf(request);
  const { requestId } = context;
  const failure = expected(error, request.method);
  context.code = failure?.code ?? 'unexpected';
  context.turnedAway = failure instanceof TurnedAway;
  if (failure === undefined) {
    log.error({ requestId, err: safeError(error) }, 'unexpected');
  } else if (failure !== error && describeFailure(failure.code).status >= 500) {
    log.warn({ requestId, err: safeError(error) }, 'database trouble');
  }
  return failure;
}

function expected(error: unknown, method: string): Failure | undefined {
  if (error instanceof Failure) return error;
  const changes = method !== 'GET' && method !== 'HEAD';
  return ofPlumbing(error) ?? databaseTrouble(error, changes);
}

/** The router's, of a path parameter that is not percent-encoded UTF-8. */
function ofPlumbing(error: unknown): Failure | undefined {
  return error instanceof URIError ? new Failure('request/malformed') : undefined;
}
