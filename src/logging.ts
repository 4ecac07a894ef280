/**
 * The log, one JSON object a line on standard error (standard output is for the person who started the service).
 * No patient's identity and no secret may reach it: known fields are removed here, and an error is reduced to what
 * helps to find its cause, since a driver's errors carry whole documents.
 */

import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

export type { Logger } from 'pino';

/** Fields that are removed at the top of an entry and one and two levels below it, whoever logs them. */
const secretFields = [
  'authorization',
  'cookie',
  '"set-cookie"',
  'password',
  'secret',
  'token',
  'masterKey',
  'uri',
  'body',
  'patient',
  'identity',
  'name',
  'inpatientNumber',
  'recordNumber',
  'patientId',
] as const;

/** @param stream where to write; standard error where nothing is said. */
export function createLogger(level: LogLevel, stream: DestinationStream = destination(2)): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError, error: describeError },
      redact: {
        paths: secretFields.flatMap((field) => {
          const nested = field.startsWith('"') ? `[${field}]` : `.${field}`;
          return [field.startsWith('"') ? `[${field}]` : field, `*${nested}`, `*.*${nested}`];
        }),
        remove: true,
      },
    },
    stream,
  );
}

interface ErrorFacts {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack: readonly string[];
  readonly cause?: ErrorFacts;
}

/** The kind, the message without the values that MongoDB quotes in it, the code, where it happened, and its cause. */
function describeError(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error', stack: [] };
  const code: unknown = 'code' in error ? error.code : undefined;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: error.constructor.name,
    message: withoutQuotedValues(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: frames.map((frame) => frame.trim()),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** `E11000 duplicate key error … dup key: { password: "…" }`, and credentials in a connection string. */
function withoutQuotedValues(message: string): string {
  return message
    .replace(/dup key: \{.*\}/s, 'dup key: {…}')
    .replace(/(mongodb(?:\+srv)?:\/\/)[^@\s]*@/g, '$1…@');
}
