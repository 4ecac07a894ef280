/** Routes of a lot's maker: produce, release, hold, lift. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { gtin, lotNumber } from '../catalogue/fields.ts';
import { askedTogether } from '../database/asking-together.ts';
import { uuid } from '../http/fields.ts';
import { lotId } from '../ledger/event.ts';
import { raiseFence } from '../ledger/fence.ts';
import { actorOf } from './caller-routes.ts';
import { commandAnswer, commitTexts, type InventoryParts, ownPlaces, runCommand } from './command.ts';
import { required } from './inputs.ts';
import { lookupsOf } from './lookups.ts';
import { holdLot, holdLotBody, liftHold, liftHoldBody, releaseLot, releaseLotBody } from './lot-standing.ts';
import { type FindLabelFaults, produceLabelled } from './produce-labelled.ts';
import { produceLotBody } from './produce-lot.ts';

export const lotParams = z.strictObject({ gtin: gtin(), lot: lotNumber() });
const lotAnswer = { ...commandAnswer, gtin: z.string(), lot: z.string() };

export interface LotParts extends InventoryParts {
  /** Asked of the labels' room, which builds on this one. */
  readonly labelFaults: FindLabelFaults;
}

export function lotRoutes(parts: LotParts): Route[] {
  const produce = produceLabelled(parts.labelFaults);
  return [
    route(
      'POST',
      '/api/v1/lots',
      'lot:produce',
      {
        summary: 'Produce a lot, or a part of it 生产登记',
        body: produceLotBody,
        answer: z.strictObject({
          ...lotAnswer,
          produced: z.int(),
          declaredQuantity: z.int(),
          closed: z.boolean(),
        }),
      },
      async ({ caller, body }) => {
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/lots',
          actor: actorOf(caller),
          content: body,
          prepare: async () => {
            await ownPlaces(lookupsOf(askedTogether(parts.connection)), caller.organisation, {
              '/place': body.place,
            });
            return { input: body, writes: [] };
          },
        };
        return { status: 201, body: await runCommand(parts, produce, call) };
      },
    ),
    route(
      'POST',
      '/api/v1/lots/:gtin/:lot/release',
      'lot:release',
      {
        summary: 'Release a lot 放行',
        params: lotParams,
        body: releaseLotBody,
        answer: z.strictObject(lotAnswer),
      },
      async ({ caller, params, body }) => {
        const { certificate, ...rest } = body;
        const texts = commitTexts({ certificate }, caller.organisation, parts.ids);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/lots/:gtin/:lot/release',
          actor: actorOf(caller),
          content: { ...body, ...params },
          prepare: async () => ({
            input: { ...rest, ...params, certificateNumber: texts.commitments.certificate },
            writes: texts.writes,
          }),
        };
        return { status: 201, body: await runCommand(parts, releaseLot, call) };
      },
    ),
    ...holdRoutes(parts),
  ];
}

function holdRoutes(parts: InventoryParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/lots/:gtin/:lot/holds',
      'lot:hold',
      {
        summary: 'Put a lot on hold 暂停使用',
        params: lotParams,
        body: holdLotBody,
        answer: z.strictObject({ ...lotAnswer, hold: z.string() }),
      },
      async ({ caller, params, body }) => {
        const { reason, ...rest } = body;
        const texts = commitTexts({ reason }, caller.organisation, parts.ids);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/lots/:gtin/:lot/holds',
          actor: actorOf(caller),
          content: { ...body, ...params },
          prepare: async () => ({
            input: { ...rest, ...params, reasonText: required(texts.commitments.reason) },
            writes: texts.writes,
          }),
        };
        const answer = await runCommand(parts, holdLot, call);
        await fenceHold(parts, answer.hold, lotId(params));
        return { status: 201, body: answer };
      },
    ),
    route(
      'POST',
      '/api/v1/lots/:gtin/:lot/holds/:hold/lifting',
      'lot:hold',
      {
        summary: 'Lift a hold 解除暂停',
        params: z.strictObject({ gtin: gtin(), lot: lotNumber(), hold: uuid() }),
        body: liftHoldBody,
        answer: z.strictObject({ ...lotAnswer, hold: z.string() }),
      },
      async ({ caller, params, body }) => {
        const { reason, ...rest } = body;
        const texts = commitTexts({ reason }, caller.organisation, parts.ids);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/lots/:gtin/:lot/holds/:hold/lifting',
          actor: actorOf(caller),
          content: { ...body, ...params },
          prepare: async () => ({
            input: { ...rest, ...params, reasonText: required(texts.commitments.reason) },
            writes: texts.writes,
          }),
        };
        return { status: 201, body: await runCommand(parts, liftHold, call) };
      },
    ),
  ];
}

/**
 * Waits for uses in flight and fails those decided on an older snapshot, as for a recall. The same command sent
 * again after a crash in between raises it then; a holding is fenced once a reference.
 */
async function fenceHold({ connection }: InventoryParts, hold: string, lot: string): Promise<void> {
  const db = required(connection.db);
  const session = await connection.startSession({ causalConsistency: true });
  try {
    await raiseFence(db, session, { lotIds: [lot], gtins: [] }, `${hold}/1`);
  } finally {
    await session.endSession();
  }
}
