/** Routes of imports: a day's dispatches, and the deliveries of a file. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { askedTogether } from '../database/asking-together.ts';
import { actorOf } from './caller-routes.ts';
import { commandAnswer, type InventoryParts } from './command.ts';
import { deliveriesPerImport, importAll } from './import.ts';
import { deliveryInput, shipInput } from './inputs.ts';
import { lookupsAtOnce } from './lookups.ts';
import { deliveryBody, receive } from './receive.ts';
import { ship, shipBody } from './ship.ts';
import { receivedAnswer, shippedAnswer } from './shipment-routes.ts';

/** Bytes: as many lines and serial numbers as one import may have, typed, and room for some scans. */
const bodyLimit = 2 * 1024 * 1024;

function importBody<Delivery extends z.ZodType>(delivery: Delivery) {
  return z.strictObject({
    /** Done in this order: a later one may depend on an earlier one. */
    deliveries: z.array(delivery).min(1).max(deliveriesPerImport),
    /** Tells what would become of them, and writes nothing. */
    dryRun: z.boolean().default(false),
  });
}

const refusedDelivery = z.strictObject({
  outcome: z.literal('refused'),
  commandId: z.string(),
  code: z.string(),
  detail: z.string(),
  detailZh: z.string(),
  /** Pointers are into the body of the import. */
  faults: z.array(z.strictObject({ pointer: z.string(), zh: z.string(), en: z.string() })).optional(),
  info: z.looseObject({}).optional(),
});

function importAnswer<Answer extends z.ZodRawShape>(answer: Answer) {
  const accepted = z.strictObject({ outcome: z.literal('accepted'), ...commandAnswer, ...answer });
  return z.strictObject({
    dryRun: z.boolean(),
    accepted: z.int(),
    refused: z.int(),
    /** One for each that was sent, in the same order. */
    deliveries: z.array(z.discriminatedUnion('outcome', [accepted, refusedDelivery])),
  });
}

const shipmentsBody = importBody(shipBody);
const deliveriesBody = importBody(deliveryBody);
type Delivery = z.output<typeof deliveryBody>;

export function importRoutes(parts: InventoryParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/imports/shipments',
      'shipment:send',
      {
        summary: 'Import shipments that we send: up to 500, each a command of its own 批量导入发货',
        body: shipmentsBody,
        answer: importAnswer(shippedAnswer),
        bodyLimit,
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const lookups = await lookupsAtOnce(askedTogether(parts.connection), {
          places: body.deliveries.map(({ from }) => from),
          organisations: body.deliveries.map(({ to }) => to),
        });
        const importing = {
          command: ship,
          routeOf: () => 'POST /api/v1/shipments',
          prepare: (one: z.output<typeof shipBody>) => shipInput(parts, actor, one, lookups),
        };
        return { status: 200, body: await importAll(parts, actor, importing, body) };
      },
    ),
    route(
      'POST',
      '/api/v1/imports/deliveries',
      'shipment:receive',
      {
        summary:
          'Import deliveries that came in, of shipments made here or of a supplier that makes none: up to 500, each a command of its own 批量导入收货',
        body: deliveriesBody,
        answer: importAnswer(receivedAnswer),
        bodyLimit,
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const lookups = await lookupsAtOnce(askedTogether(parts.connection), {
          places: body.deliveries.map(({ place }) => place),
          organisations: body.deliveries.flatMap(({ supplier }) => supplier ?? []),
        });
        const importing = {
          command: receive,
          routeOf: ({ supplier }: Delivery) =>
            supplier === undefined ? 'POST /api/v1/receipts' : 'POST /api/v1/imports/deliveries',
          prepare: (one: Delivery) => deliveryInput(parts, actor, one, lookups),
        };
        return { status: 200, body: await importAll(parts, actor, importing, body) };
      },
    ),
  ];
}
