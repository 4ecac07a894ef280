/** For whoever keeps the process running: is it alive, and can it serve. */

import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { safeError } from './log.ts';

/** One thing without which the service cannot serve. */
export interface ReadyCheck {
  readonly name: string;
  /** Rejects when it is not so; may resolve to a warning, a sentence for operators. */
  check(): Promise<string | undefined>;
}

interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly warning?: string;
}

const checkTimeoutMs = 2_000;

export function serveLive(_request: Request, response: Response): void {
  response.json({ status: 'live' });
}

/**
 * 200 when every check passes, else 503; a failure's cause is in the log, not in the answer. Anybody may ask, as often
 * as they like: those who ask at the same time are told the same.
 */
export function serveReady(checks: readonly ReadyCheck[], log: Logger) {
  let looking: Promise<CheckResult[]> | undefined;
  return async (_request: Request, response: Response): Promise<void> => {
    looking ??= Promise.all(checks.map((check) => run(check, log))).finally(() => {
      looking = undefined;
    });
    const results = await looking;
    const ready = results.every((result) => result.status !== 'failed');
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not-ready', checks: results });
  };
}

async function run({ name, check }: ReadyCheck, log: Logger): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), checkTimeoutMs);
  });
  try {
    const warning = await Promise.race([check(), timeout]);
    return warning === undefined ? { name, status: 'ok' } : { name, status: 'warning', warning };
  } catch (error) {
    log.warn({ check: name, err: safeError(error) }, 'not ready');
    return { name, status: 'failed' };
  } finally {
    clearTimeout(timer);
  }
}
