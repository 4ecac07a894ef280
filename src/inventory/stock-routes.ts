/** Routes of stock inside an organisation: accept, move, quarantine, destroy, list, propose. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { dayInChina } from '../catalogue/day.ts';
import { gtin } from '../catalogue/fields.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { pageOf, pageQuery, quantity, uuid } from '../http/fields.ts';
import { conditions } from '../ledger/account.ts';
import { titleBases } from '../ledger/title.ts';
import { accept, acceptBody } from './accept.ts';
import { actorOf } from './caller-routes.ts';
import { commandAnswer, type InventoryParts, runCommand } from './command.ts';
import { acceptInput, destroyInput, moveInput, reasonedInput, required } from './inputs.ts';
import {
  destroy,
  destroyBody,
  move,
  moveBody,
  quarantine,
  quarantineBody,
  releaseQuarantine,
  releaseQuarantineBody,
} from './relocate.ts';
import { proposeFefo, stockRows } from './stock-list.ts';

const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const relocated = z.strictObject({ ...commandAnswer, quantity: z.int() });

const stockRow = z.strictObject({
  gtin: z.string(),
  lot: z.string(),
  place: z.string(),
  condition: z.enum(conditions),
  title: z.strictObject({ owner: z.string(), basis: z.enum(titleBases), programme: z.string().optional() }),
  quantity: z.int(),
  name: bilingual.optional(),
  model: z.string().optional(),
  specification: z.string().optional(),
  expiresOn: z.string().optional(),
  expiry: z.union([
    z.strictObject({ kind: z.enum(['none', 'expired', 'ok']) }),
    z.strictObject({ kind: z.literal('near'), months: z.int() }),
  ]),
  restricted: z.boolean(),
  released: z.boolean(),
});

export function stockRoutes(parts: InventoryParts): Route[] {
  return [...acceptanceRoutes(parts), ...relocationRoutes(parts), ...readRoutes(parts)];
}

function acceptanceRoutes(parts: InventoryParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/acceptances',
      'stock:accept',
      {
        summary: 'Accept or reject what was received 验收',
        body: acceptBody,
        answer: z.strictObject({
          ...commandAnswer,
          gtin: z.string(),
          lot: z.string(),
          quantity: z.int(),
          conclusion: z.enum(['qualified', 'unqualified']),
        }),
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/acceptances',
          actor,
          content: body,
          prepare: () => acceptInput(parts, actor, body),
        };
        return { status: 201, body: await runCommand(parts, accept, call) };
      },
    ),
    route(
      'POST',
      '/api/v1/quarantine-releases',
      'stock:accept',
      {
        summary: 'Out of quarantine, back to acceptance 解除隔离(转待验)',
        body: releaseQuarantineBody,
        answer: relocated,
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/quarantine-releases',
          actor,
          content: body,
          prepare: () => reasonedInput(parts, actor, body),
        };
        return { status: 201, body: await runCommand(parts, releaseQuarantine, call) };
      },
    ),
  ];
}

function relocationRoutes(parts: InventoryParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/moves',
      'stock:move',
      {
        summary: 'Move between places: issue, return to store 移库、发放、退库',
        body: moveBody,
        answer: relocated,
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/moves',
          actor,
          content: body,
          prepare: () => moveInput(parts, actor, body),
        };
        return { status: 201, body: await runCommand(parts, move, call) };
      },
    ),
    route(
      'POST',
      '/api/v1/quarantines',
      'stock:quarantine',
      { summary: 'Quarantine stock 隔离', body: quarantineBody, answer: relocated },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/quarantines',
          actor,
          content: body,
          prepare: () => reasonedInput(parts, actor, body),
        };
        return { status: 201, body: await runCommand(parts, quarantine, call) };
      },
    ),
    route(
      'POST',
      '/api/v1/destructions',
      'stock:destroy',
      { summary: 'Destroy with a witness 销毁', body: destroyBody, answer: relocated },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/destructions',
          actor,
          content: body,
          prepare: () => destroyInput(parts, actor, body),
        };
        return { status: 201, body: await runCommand(parts, destroy, call) };
      },
    ),
  ];
}

function readRoutes({ connection, clock }: InventoryParts): Route[] {
  return [
    route(
      'GET',
      '/api/v1/stock',
      'stock:read',
      {
        summary: 'Stock by expiry 库存(按失效日期)',
        query: z.strictObject({
          ...pageQuery,
          place: uuid().optional(),
          gtin: gtin().optional(),
          condition: z.enum(conditions).optional(),
        }),
        answer: pageOf(stockRow),
      },
      async ({ caller, query }) => {
        const { cursor, limit, ...filter } = query;
        const from = cursor === undefined ? 0 : decodeCursor(cursor, z.int().min(0));
        const today = dayInChina(clock.now());
        const rows = await stockRows(required(connection.db), caller.organisation, filter, today);
        const next = from + limit;
        return {
          status: 200,
          body: {
            items: rows.slice(from, next),
            ...(next < rows.length ? { next: encodeCursor(next) } : {}),
          },
        };
      },
    ),
    route(
      'GET',
      '/api/v1/stock/proposal',
      'stock:read',
      {
        summary: 'Which lots to take first 近效期先出',
        query: z.strictObject({
          place: uuid(),
          gtin: gtin(),
          quantity: z
            .string()
            .regex(/^[1-9]\d{0,6}$/)
            .transform(Number)
            .pipe(quantity()),
        }),
        answer: z.strictObject({
          gtin: z.string(),
          lots: z.array(
            z.strictObject({ lot: z.string(), expiresOn: z.string().optional(), quantity: z.int() }),
          ),
          short: z.int(),
        }),
      },
      async ({ caller, query }) => {
        const today = dayInChina(clock.now());
        const rows = await stockRows(
          required(connection.db),
          caller.organisation,
          { place: query.place, gtin: query.gtin, condition: 'available' },
          today,
        );
        return { status: 200, body: proposeFefo(query.gtin, rows, query.quantity) };
      },
    ),
  ];
}
