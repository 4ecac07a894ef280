/** Routes of traces: a lot's balance and history, a unit's life, an event of one's own. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { gtin } from '../catalogue/fields.ts';
import { Failure } from '../errors.ts';
import { uuid } from '../http/fields.ts';
import { conditions } from '../ledger/account.ts';
import { deviations } from '../ledger/event.ts';
import { correctionsOf, readEvent } from '../ledger/read.ts';
import { readTexts } from '../ledger/texts.ts';
import { titleBases } from '../ledger/title.ts';
import { viewerOf } from './caller-routes.ts';
import type { InventoryParts } from './command.ts';
import { commitmentsIn } from './commitments.ts';
import { required } from './inputs.ts';
import { serialNumber } from './lines.ts';
import { lotParams } from './lot-routes.ts';
import { lotBalance, lotHistory, unitLife } from './trace.ts';

const account = z.strictObject({
  organisation: z.string(),
  kind: z.enum([
    'production',
    'place',
    'transit',
    'inside',
    'consumed',
    'destroyed',
    'reported',
    'missing',
    'unexplained',
  ]),
  condition: z.enum(conditions).optional(),
  place: z.string().optional(),
});

const title = z.strictObject({
  owner: z.string(),
  basis: z.enum(titleBases),
  programme: z.string().optional(),
});

const entry = z.strictObject({
  gtin: z.string(),
  lot: z.string(),
  type: z.string(),
  organisation: z.string(),
  eventTime: z.string(),
  recordTime: z.string(),
  transfers: z.array(
    z.strictObject({
      quantity: z.int(),
      serials: z.array(z.string()).optional(),
      from: account.optional(),
      to: account.optional(),
      title: title.optional(),
    }),
  ),
  event: z.string().optional(),
  actor: z.string().optional(),
  place: z.string().optional(),
  corrects: z.string().optional(),
  correctedBy: z.string().optional(),
  uses: z
    .array(
      z.strictObject({
        pseudonym: z.string(),
        serial: z.string().optional(),
        implanted: z.boolean(),
        deviations: z.array(z.enum(deviations)),
        programme: z.string().optional(),
      }),
    )
    .optional(),
});

export function traceRoutes(parts: InventoryParts): Route[] {
  const traced = () => ({ db: required(parts.connection.db), connection: parts.connection });
  return [
    route(
      'GET',
      '/api/v1/lots/:gtin/:lot/balance',
      'trace:read',
      {
        summary: 'Where every unit of a lot is 批号去向平衡',
        params: lotParams,
        answer: z.strictObject({
          gtin: z.string(),
          lot: z.string(),
          rows: z.array(z.strictObject({ ...account.shape, quantity: z.int() })),
          narrowed: z.boolean(),
          sum: z.int().optional(),
        }),
      },
      async ({ caller, params }) => ({
        status: 200,
        body: await lotBalance(traced(), viewerOf(caller), params),
      }),
    ),
    route(
      'GET',
      '/api/v1/lots/:gtin/:lot/history',
      'trace:read',
      {
        summary: 'What happened to a lot 批号履历',
        params: lotParams,
        answer: z.strictObject({ entries: z.array(entry), narrowed: z.boolean() }),
      },
      async ({ caller, params }) => ({
        status: 200,
        body: await lotHistory(traced(), viewerOf(caller), params),
      }),
    ),
    route(
      'GET',
      '/api/v1/units/:gtin/:serial',
      'trace:read',
      {
        summary: 'The life of a unit 单件履历',
        params: z.strictObject({ gtin: gtin(), serial: serialNumber() }),
        answer: z.strictObject({
          gtin: z.string(),
          serial: z.string(),
          lot: z.string(),
          at: account.optional(),
          uses: z.int().optional(),
          entries: z.array(entry),
          narrowed: z.boolean(),
        }),
      },
      async ({ caller, params }) => ({
        status: 200,
        body: await unitLife(traced(), viewerOf(caller), { ...params, issuer: 'maker' }),
      }),
    ),
    eventRoute(parts),
  ];
}

/** An event is read by the organisation that wrote it, with the texts that it commits to. */
function eventRoute({ connection }: InventoryParts): Route {
  return route(
    'GET',
    '/api/v1/events/:event',
    'trace:read',
    {
      summary: 'One event that we wrote 事件',
      params: z.strictObject({ event: uuid() }),
      answer: z.strictObject({
        event: z.looseObject({ id: z.string(), type: z.string(), contentHash: z.string() }),
        texts: z.record(z.string(), z.string()),
        correctedBy: z.string().optional(),
      }),
    },
    async ({ caller, params }) => {
      const db = required(connection.db);
      const event = await readEvent(db, params.event);
      if (event === undefined || event.organisation !== caller.organisation) throw new Failure('not-found');
      const texts = await readTexts(db, caller.organisation, commitmentsIn(event));
      const correctedBy = (await correctionsOf(db, [event.id])).get(event.id);
      return {
        status: 200,
        body: {
          event: { ...event },
          texts: Object.fromEntries(texts),
          ...(correctedBy === undefined ? {} : { correctedBy }),
        },
      };
    },
  );
}
