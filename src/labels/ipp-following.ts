/** Asks a printer what becomes of a job until it says so. */
import { setTimeout as delay } from 'node:timers/promises';
import { Failure, type FailureCode, unreachable } from '../errors.ts';
import type { IppPrinter } from './ipp-exchange.ts';
import { type JobState, lookAtJob, lookAtPrinter, type PrinterLook } from './ipp-printing.ts';
import type { SendOptions } from './printer-connection.ts';

/** `unknown`: the printer has forgotten it, does not answer any more, or nobody asks any longer. */
export type JobEnd = 'printed' | 'printer/cancelled' | 'printer/aborted' | 'unknown';

export interface FollowOptions extends SendOptions {
  /** Told what the printer waits for, undefined for nothing, and how it looks, after each time that it was asked. */
  readonly told: (waitsFor: FailureCode | undefined, look: PrinterLook) => Promise<void>;
}

/** A printer that has not answered for so long is off, and its job with it. */
const silenceMs = 10 * 60_000;

/** @returns when the job has ended, or the signal or the limits have ended the asking. */
export async function followJob(
  printer: IppPrinter,
  job: number,
  known: JobState,
  options: FollowOptions,
): Promise<JobEnd> {
  const { limits, signal } = options;
  const began = performance.now();
  let answered = began;
  let every = limits.followEveryMs[0];
  let state: JobState | undefined = known;
  while (!signal.aborted && performance.now() - began < limits.followMs) {
    const end = state === undefined ? undefined : endOf(state);
    if (end !== undefined) return end;
    if (state !== undefined) answered = performance.now();
    else if (performance.now() - answered > silenceMs) return 'unknown';
    await delay(every, undefined, { signal }).catch(() => undefined);
    every = Math.min(every * 1.5, limits.followEveryMs[1]);
    state = await unlessSilent(() => look(printer, job, options));
  }
  return 'unknown';
}

async function look(printer: IppPrinter, job: number, options: FollowOptions): Promise<JobState> {
  const state = await lookAtJob(printer, job, options);
  if (state === 'waiting') {
    const seen = await lookAtPrinter(printer, options);
    await options.told(seen.problems[0], seen);
  }
  return state;
}

/** Printers sleep, restart, and are told to be busy; another time they answer. */
async function unlessSilent(ask: () => Promise<JobState>): Promise<JobState | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function endOf(state: JobState): JobEnd | undefined {
  switch (state) {
    case 'completed':
      return 'printed';
    case 'cancelled':
      return 'printer/cancelled';
    case 'aborted':
      return 'printer/aborted';
    case 'forgotten':
      return 'unknown';
    case 'waiting':
      return undefined;
    default:
      return unreachable(state);
  }
}
