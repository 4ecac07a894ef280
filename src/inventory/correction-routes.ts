/** The route of corrections: the right facts are the very body that the wrong event should have been written with. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { Failure } from '../errors.ts';
import { text, uuid } from '../http/fields.ts';
import type { CorrectableType } from '../ledger/event-details.ts';
import { readEvent } from '../ledger/read.ts';
import { accept, acceptBody } from './accept.ts';
import { actorOf } from './caller-routes.ts';
import {
  type Actor,
  assertHappened,
  commandAnswer,
  commandFields,
  commitTexts,
  type Prepared,
  runCommand,
} from './command.ts';
import { type CorrectInput, correct, type RightFacts, rightFacts } from './correct.ts';
import {
  acceptInput,
  destroyInput,
  moveInput,
  reasonedInput,
  receiveInput,
  recordUseInput,
  required,
} from './inputs.ts';
import { receive, receiveBody } from './receive.ts';
import { recordUse, recordUseBody } from './record-use.ts';
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
import type { UseParts } from './use-routes.ts';

const ownFields = { commandId: true, happenedAt: true } as const;

const right = z.discriminatedUnion('type', [
  receiveBody.omit(ownFields).extend({ type: z.literal('received') }),
  z.strictObject({ ...acceptBody.shape, type: z.literal('accepted') }).omit(ownFields),
  moveBody.omit(ownFields).extend({ type: z.literal('moved') }),
  quarantineBody.omit(ownFields).extend({ type: z.literal('quarantined') }),
  releaseQuarantineBody.omit(ownFields).extend({ type: z.literal('quarantineReleased') }),
  destroyBody.omit(ownFields).extend({ type: z.literal('destroyed') }),
  recordUseBody.omit({ commandId: true, happenedAt: true }).extend({ type: z.literal('used') }),
]);

const correctBody = z.strictObject({
  ...commandFields,
  reason: text({ max: 2000, lines: true }),
  /** When it really happened; without it, when the wrong event was said to happen (or now, where nothing did). */
  right: right.optional(),
});

export function correctionRoutes(parts: UseParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/events/:event/correction',
      'event:correct',
      {
        summary: 'Correct an event that we wrote 更正',
        params: z.strictObject({ event: uuid() }),
        body: correctBody,
        answer: z.strictObject({
          ...commandAnswer,
          corrects: z.string(),
          replaced: z.boolean(),
          shortfall: z.int(),
          right: z.looseObject({}).optional(),
        }),
      },
      async ({ caller, params, body }) => {
        const actor = actorOf(caller);
        if (body.right !== undefined) assertPermitted(body.right.type, caller.permissions);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/events/:event/correction',
          actor,
          content: { ...body, ...params },
          prepare: () => correctInput(parts, actor, caller.permissions, params.event, body),
        };
        return { status: 201, body: await runCommand(parts, correct, call) };
      },
    ),
  ];
}

async function correctInput(
  parts: UseParts,
  actor: Actor,
  permissions: ReadonlySet<string>,
  event: string,
  body: z.output<typeof correctBody>,
): Promise<Prepared<CorrectInput>> {
  const { commandId, reason } = body;
  const happenedAt = body.happenedAt ?? (await timeOf(parts, actor, event, body.right !== undefined));
  assertHappened(happenedAt, parts.clock);
  const right =
    body.right === undefined
      ? undefined
      : await prepareRight(parts, actor, { event, commandId, happenedAt }, body.right);
  const texts = commitTexts({ reason }, actor.organisation, parts.ids);
  return {
    input: {
      commandId,
      happenedAt,
      event,
      reasonText: required(texts.commitments.reason),
      right: right?.facts,
      mayUndo: (type) => permissions.has(permissionToUndo[type]),
    },
    writes: [...texts.writes, ...(right?.writes ?? [])],
    ...(right?.lookedUp === undefined ? {} : { lookedUp: right.lookedUp }),
  };
}

/** What is right happened when the wrong event was said to happen, unless told otherwise. */
async function timeOf(
  { connection, clock }: UseParts,
  { organisation }: Actor,
  event: string,
  replaced: boolean,
): Promise<string> {
  const wrong = replaced ? await readEvent(required(connection.db), event) : undefined;
  return wrong?.organisation === organisation ? wrong.eventTime : clock.now().toISOString();
}

/**
 * Taking back asks for what doing it asked for; but taking a quarantine back makes things available, which is for
 * those who accept.
 */
const permissionToUndo = {
  received: 'shipment:receive',
  accepted: 'stock:accept',
  rejected: 'stock:accept',
  moved: 'stock:move',
  quarantined: 'stock:accept',
  quarantineReleased: 'stock:quarantine',
  destroyed: 'stock:destroy',
  used: 'use:record',
} as const satisfies Record<CorrectableType, string>;

/** Writing the right facts asks for the permission that writing them at first would have asked for. */
const permissionFor = {
  received: 'shipment:receive',
  accepted: 'stock:accept',
  moved: 'stock:move',
  quarantined: 'stock:quarantine',
  quarantineReleased: 'stock:accept',
  destroyed: 'stock:destroy',
  used: 'use:record',
} as const;

function assertPermitted(type: keyof typeof permissionFor, permissions: ReadonlySet<string>): void {
  if (!permissions.has(permissionFor[type])) throw new Failure('access/forbidden');
}

interface Common {
  /** The wrong one. */
  readonly event: string;
  readonly commandId: string;
  readonly happenedAt: string;
}

type PreparedRight = { readonly facts: RightFacts } & Omit<Prepared<unknown>, 'input'>;

async function prepareRight(
  parts: UseParts,
  actor: Actor,
  common: Common,
  stated: z.output<typeof right>,
): Promise<PreparedRight> {
  switch (stated.type) {
    case 'received': {
      const { type, ...body } = stated;
      const { input, ...rest } = await receiveInput(parts, actor, { ...body, ...common });
      return { facts: rightFacts([type], receive, { ...input, correcting: true }), ...rest };
    }
    case 'accepted': {
      const { type, ...body } = stated;
      const { input, ...rest } = await acceptInput(parts, actor, { ...body, ...common });
      return { facts: rightFacts([type, 'rejected'], accept, input), ...rest };
    }
    case 'moved': {
      const { type, ...body } = stated;
      const { input, ...rest } = await moveInput(parts, actor, { ...body, ...common });
      return { facts: rightFacts([type], move, input), ...rest };
    }
    case 'quarantined': {
      const { type, ...body } = stated;
      const { input, ...rest } = await reasonedInput(parts, actor, { ...body, ...common });
      return { facts: rightFacts([type], quarantine, input), ...rest };
    }
    case 'quarantineReleased': {
      const { type, ...body } = stated;
      const { input, ...rest } = await reasonedInput(parts, actor, { ...body, ...common });
      return { facts: rightFacts([type], releaseQuarantine, input), ...rest };
    }
    case 'destroyed': {
      const { type, ...body } = stated;
      const { input, ...rest } = await destroyInput(parts, actor, { ...body, ...common });
      return { facts: rightFacts([type], destroy, input), ...rest };
    }
    case 'used': {
      const { type, ...body } = stated;
      const { input, ...rest } = await recordUseInput(parts, actor, { ...body, ...common });
      const instead = { ...input, correcting: common.event };
      return { facts: rightFacts([type], recordUse(parts.patients), instead), ...rest };
    }
    default: {
      const impossible: never = stated;
      throw new Error(`unreachable: ${JSON.stringify(impossible)}`);
    }
  }
}
