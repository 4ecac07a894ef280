/**
 * The log, one JSON object a line on standard error (standard output is for the person who started the service).
 * No patient's identity and no secret may reach it. What logs a request or an error leaves them out by itself; the
 * fields below are removed whoever logs them, for the day on which somebody forgets.
 */

import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';
import { safeError } from './http/log.ts';

const forbiddenFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'masterKey',
  'uri',
  'body',
  'patient',
  'identity',
  'inpatientNumber',
  'recordNumber',
  'patientId',
] as const;

/** @param stream where to write; standard error where nothing is said. */
export function createLogger(level: LogLevel, stream: DestinationStream = destination(2)): Logger {
  const serializeError = (error: unknown) => (error instanceof Error ? safeError(error) : error);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: serializeError },
      redact: { paths: forbiddenFields.flatMap(upToTwoLevelsDown), remove: true },
    },
    stream,
  );
}

function upToTwoLevelsDown(field: string): string[] {
  const key = `["${field}"]`;
  return [key, `*${key}`, `*.*${key}`];
}
