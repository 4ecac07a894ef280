/** Routes of goods on their way: ship, receive, close, and the lists of both sides. */
import type { mongo } from 'mongoose';
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { Failure } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { pageOf, pageQuery, uuid } from '../http/fields.ts';
import { conveyedBases, shipmentPurposes } from '../ledger/event-details.ts';
import { actorOf } from './caller-routes.ts';
import { closeShipment, closeShipmentBody } from './close-shipment.ts';
import { commandAnswer, commitTexts, type InventoryParts, runCommand } from './command.ts';
import { receiveInput, required, shipInput } from './inputs.ts';
import { receive, receiveBody } from './receive.ts';
import { ship, shipBody } from './ship.ts';
import {
  readShipment,
  type Shipment,
  type StoredShipment,
  shipmentOf,
  shipmentsCollection,
} from './shipment.ts';

const shipmentParams = z.strictObject({ shipment: uuid() });

/** What a shipment and a receipt answer, beside what every command does; an import answers the same of each. */
export const shippedAnswer = { shipment: z.string(), quantity: z.int() };
export const receivedAnswer = {
  shipment: z.string(),
  lines: z.array(
    z.strictObject({
      gtin: z.string(),
      lot: z.string(),
      intact: z.int(),
      damaged: z.int(),
      unshipped: z.int(),
      quarantined: z.int(),
    }),
  ),
  outstanding: z.int(),
};

const shipmentView = z.strictObject({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  purpose: z.enum(shipmentPurposes),
  conveys: z.strictObject({ basis: z.enum(conveyedBases), programme: z.string().optional() }),
  recall: z.string().optional(),
  state: z.enum(['open', 'closed']),
  lines: z.array(z.strictObject({ gtin: z.string(), lot: z.string(), quantity: z.int() })),
  sentAt: z.string(),
  lastReceivedAt: z.string().optional(),
  closedAt: z.string().optional(),
  missing: z.int().optional(),
  stated: z.literal(true).optional(),
});

const listQuery = z.strictObject({
  ...pageQuery,
  direction: z.enum(['incoming', 'outgoing']).default('incoming'),
  state: z.enum(['open', 'closed']).optional(),
});

export function shipmentRoutes(parts: InventoryParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/shipments',
      'shipment:send',
      {
        summary: 'Ship with papers 发货(随货同行单)',
        body: shipBody,
        answer: z.strictObject({ ...commandAnswer, ...shippedAnswer }),
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/shipments',
          actor,
          content: body,
          prepare: () => shipInput(parts, actor, body),
        };
        return { status: 201, body: await runCommand(parts, ship, call) };
      },
    ),
    route(
      'POST',
      '/api/v1/receipts',
      'shipment:receive',
      {
        summary: 'Receive a shipment, whole, in part, over or damaged 收货',
        body: receiveBody,
        answer: z.strictObject({
          ...commandAnswer,
          ...receivedAnswer,
        }),
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/receipts',
          actor,
          content: body,
          prepare: () => receiveInput(parts, actor, body),
        };
        return { status: 201, body: await runCommand(parts, receive, call) };
      },
    ),
    route(
      'POST',
      '/api/v1/shipments/:shipment/closing',
      'shipment:send',
      {
        summary: 'Close a shipment: what never arrived is missing 关闭发货单',
        params: shipmentParams,
        body: closeShipmentBody,
        answer: z.strictObject({ ...commandAnswer, shipment: z.string(), missing: z.int() }),
      },
      async ({ caller, params, body }) => {
        const { reason, ...rest } = body;
        const texts = commitTexts({ reason }, caller.organisation, parts.ids);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/shipments/:shipment/closing',
          actor: actorOf(caller),
          content: { ...body, ...params },
          prepare: async () => ({
            input: { ...rest, ...params, reasonText: required(texts.commitments.reason) },
            writes: texts.writes,
          }),
        };
        return { status: 201, body: await runCommand(parts, closeShipment, call) };
      },
    ),
    ...readRoutes(parts),
  ];
}

function readRoutes({ connection }: InventoryParts): Route[] {
  return [
    route(
      'GET',
      '/api/v1/shipments',
      'stock:read',
      { summary: 'Shipments to or from us 发货单', query: listQuery, answer: pageOf(shipmentView) },
      async ({ caller, query }) => ({
        status: 200,
        body: await listShipments(required(connection.db), caller.organisation, query),
      }),
    ),
    route(
      'GET',
      '/api/v1/shipments/:shipment',
      'stock:read',
      { summary: 'One shipment 发货单', params: shipmentParams, answer: shipmentView },
      async ({ caller, params }) => {
        const shipment = await readShipment(required(connection.db), params.shipment);
        const { organisation } = caller;
        if (shipment === undefined || !concerns(shipment, organisation)) {
          throw new Failure('not-found');
        }
        return { status: 200, body: viewOf(shipment) };
      },
    ),
  ];
}

const cursorShape = z.tuple([z.string(), z.string()]);

async function listShipments(db: mongo.Db, organisation: string, query: z.output<typeof listQuery>) {
  const { cursor, limit, direction, state } = query;
  const after = cursor === undefined ? undefined : decodeCursor(cursor, cursorShape);
  const found = await db
    .collection<StoredShipment>(shipmentsCollection)
    .find({
      ...(direction === 'incoming' ? { to: organisation } : { from: organisation, stated: { $ne: true } }),
      ...(state === undefined ? {} : { state }),
      ...(after === undefined
        ? {}
        : { $or: [{ sentAt: { $lt: after[0] } }, { sentAt: after[0], _id: { $lt: after[1] } }] }),
    })
    .sort({ sentAt: -1, _id: -1 })
    .limit(limit + 1)
    .toArray();
  const items = found.slice(0, limit).map(shipmentOf);
  const last = items.at(-1);
  return {
    items: items.map(viewOf),
    ...(found.length > limit && last !== undefined ? { next: encodeCursor([last.sentAt, last.id]) } : {}),
  };
}

/** What the receiver alone has stated is the receiver's alone. */
function concerns({ from, to, stated }: Shipment, organisation: string): boolean {
  return to === organisation || (from === organisation && stated !== true);
}

/** The counter that receipts contend for is nobody's business. */
function viewOf({ receipts: _receipts, ...shipment }: Shipment) {
  return shipment;
}
