/**
 * Signals of counterfeits, for the quality staff of the registrant. They tell which label, on which day and how often:
 * not which hospital came across it, nor when in the day, for a maker does not see where its devices are handled and
 * by whom. The lot or serial number is what it can act on: put it on hold, or ask the authority.
 */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { pageOf, pageQuery, text, uuid } from '../http/fields.ts';
import { origins, signalKinds } from './counterfeit-signal.ts';
import { acknowledgeSignal, readSignals, type StoredSignal } from './counterfeit-storage.ts';
import { required } from './inputs.ts';
import type { UseParts } from './use-routes.ts';

const signal = z.strictObject({
  id: z.string(),
  kind: z.enum(signalKinds),
  gtin: z.string(),
  lot: z.string().exactOptional(),
  serial: z.string().exactOptional(),
  label: z.strictObject({
    expiresOn: z.string().exactOptional(),
    manufacturedOn: z.string().exactOptional(),
  }),
  day: z.string(),
  origin: z.enum(origins),
  scans: z.int().min(0),
  checks: z.int().min(0),
  withinHours: z.int().min(1).exactOptional(),
  acknowledged: z.strictObject({ at: z.string(), by: z.string(), reason: z.string() }).exactOptional(),
});

export function counterfeitRoutes({ connection, clock }: Pick<UseParts, 'connection' | 'clock'>): Route[] {
  return [
    route(
      'GET',
      '/api/v1/counterfeit-signals',
      'counterfeit:read',
      {
        summary: 'Labels of our products that may be false 疑似假冒线索',
        query: z.strictObject(pageQuery),
        answer: pageOf(signal),
      },
      async ({ caller, query: { cursor, limit } }) => {
        const position = z.strictObject({ day: z.string(), id: z.string() });
        const after = cursor === undefined ? undefined : decodeCursor(cursor, position);
        const db = required(connection.db);
        const found = await readSignals(db, caller.organisation, { after, limit: limit + 1 });
        const items = found.slice(0, limit).map(shown);
        const last = items.at(-1);
        const more = found.length > limit && last !== undefined;
        const next = more ? { next: encodeCursor({ day: last.day, id: last.id }) } : {};
        return { status: 200, body: { items, ...next } };
      },
    ),
    route(
      'POST',
      '/api/v1/counterfeit-signals/:signal/acknowledgement',
      'counterfeit:acknowledge',
      {
        summary: 'Say what was done about a signal 确认线索',
        params: z.strictObject({ signal: uuid() }),
        body: z.strictObject({ reason: text({ max: 1_000, lines: true }) }),
        answer: signal,
      },
      async ({ caller, params, body: { reason } }) => {
        const at = clock.now().toISOString();
        const made = { at, by: caller.person, reason };
        const db = required(connection.db);
        return {
          status: 200,
          body: shown(await acknowledgeSignal(db, caller.organisation, params.signal, made)),
        };
      },
    ),
  ];
}

/** A list of fields by name, so that a new one stays inside. */
function shown(stored: StoredSignal): z.output<typeof signal> {
  const { _id, kind, gtin, lot, serial, label, day, origin, scans, checks, withinHours, acknowledged } =
    stored;
  return {
    id: _id,
    kind,
    gtin,
    ...(lot === undefined ? {} : { lot }),
    ...(serial === undefined ? {} : { serial }),
    label,
    day,
    origin,
    scans,
    checks,
    ...(withinHours === undefined ? {} : { withinHours }),
    ...(acknowledged === undefined ? {} : { acknowledged }),
  };
}
