/**
 * The closed set of expected failures: a code for programs, an HTTP status, and one sentence for people in
 * Chinese and English. Whatever is not in this set is a fault of ours: it crashes the request, is logged,
 * and tells the client nothing. The set lies in failures/, in a table for each theme.
 */

import { bookingFailures } from './failures/bookings.ts';
import { catalogueFailures } from './failures/catalogue.ts';
import { deviceFailures } from './failures/devices.ts';
import type { FailureKind } from './failures/failure-kind.ts';
import { labelFailures } from './failures/labels.ts';
import { recallFailures } from './failures/recalls.ts';
import { requestFailures } from './failures/requests.ts';

const failures = {
  ...requestFailures,
  ...deviceFailures,
  ...bookingFailures,
  ...labelFailures,
  ...catalogueFailures,
  ...recallFailures,
};

export type FailureCode = keyof typeof failures;

/** The whole set, for whoever asks whether an answer's code is of it. */
export const failureCodes: ReadonlySet<string> = new Set(Object.keys(failures));

/** Facts that go with a failure: identifiers and numbers, never secrets and never patient identity. */
export type FailureInfo = Readonly<Record<string, unknown>>;

/** Where in the input the fault is (RFC 6901 pointer) and what is wrong there, in both languages. */
export interface InputFault {
  readonly pointer: string;
  readonly zh: string;
  readonly en: string;
}

/** An expected failure. The message is for logs; people read {@link describeFailure}. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly info: FailureInfo;
  readonly faults: readonly InputFault[];

  constructor(code: FailureCode, info: FailureInfo = {}, faults: readonly InputFault[] = []) {
    super(code);
    this.name = 'Failure';
    this.code = code;
    this.info = info;
    this.faults = faults;
  }
}

/** @returns the HTTP status and the sentences of a failure code. */
export function describeFailure(code: FailureCode): FailureKind {
  return failures[code];
}

/** The arm that a switch over a closed union must not reach. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/**
 * The product cannot start (or an operator's script cannot run). The message is one sentence that names what
 * is missing or wrong and what to do about it; it is printed as it is, without a stack.
 */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
