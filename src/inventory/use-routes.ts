/** Routes of the theatre: check before use, record a use; incidents; what was used on a patient. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { dayInChina } from '../catalogue/day.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { pageOf, pageQuery, text } from '../http/fields.ts';
import { deviations } from '../ledger/event.ts';
import { identifyAll } from '../patients/identify-all.ts';
import { identitySchema, type PatientQuery } from '../patients/identity.ts';
import type { Patients } from '../patients/interface.ts';
import { actorOf } from './caller-routes.ts';
import { type CheckResult, checkBody, checkDevices } from './check.ts';
import { commandAnswer, type InventoryParts, ownPlaces, runCommand } from './command.ts';
import type { CheckedDevice, CounterfeitWatch } from './counterfeit-watch.ts';
import { readIncidents } from './incident.ts';
import { recordUseInput, required } from './inputs.ts';
import { type ReadLine, readLines } from './lines.ts';
import { lookupsOf } from './lookups.ts';
import { lotParams } from './lot-routes.ts';
import { devicesOfPatient, usesOfLot } from './patient-trace.ts';
import { recordUse, recordUseBody } from './record-use.ts';

const bilingual = { zh: z.string(), en: z.string() };
const deviationList = z.array(z.enum(deviations));
const reason = z.strictObject({
  code: z.enum([...deviations, 'near-expiry', 'in-two-places']),
  ...bilingual,
  instruction: z.strictObject(bilingual).optional(),
  reference: z.string().optional(),
});

const checkAnswer = z.strictObject({
  checkedAt: z.string(),
  results: z.array(
    z.strictObject({
      check: z.string(),
      verdict: z.enum(['may-be-used', 'blocked']),
      reasons: z.array(reason),
      warnings: z.array(reason),
      device: z.strictObject({
        gtin: z.string(),
        lot: z.string(),
        serial: z.string().optional(),
        name: z.strictObject(bilingual).optional(),
        model: z.string().optional(),
        specification: z.string().optional(),
        expiresOn: z.string().optional(),
      }),
    }),
  ),
});

export interface UseParts extends InventoryParts {
  readonly patients: Patients;
  /** Told of every check that may have met a false label. */
  readonly watch: CounterfeitWatch;
}

export function useRoutes(parts: UseParts): Route[] {
  return [...theatreRoutes(parts), ...patientRoutes(parts)];
}

function theatreRoutes(parts: UseParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/checks',
      'use:check',
      { summary: 'May this device be used? 使用前核对', body: checkBody, answer: checkAnswer },
      async ({ caller, body }) => {
        await ownPlaces(lookupsOf(askedTogether(parts.connection)), caller.organisation, {
          '/place': body.place,
        });
        const now = parts.clock.now();
        const day = dayInChina(now);
        const checkedAt = now.toISOString();
        const lines = readLines(body.devices, '/devices', day);
        const request = {
          place: body.place,
          lines,
          ids: body.devices.map(() => parts.ids.uuid()),
          actor: actorOf(caller),
          checkedAt,
          day,
        };
        const results = await parts.ledger.inspect((snapshot) => checkDevices(snapshot, request));
        parts.watch.checked(
          results.flatMap((result, index) => watched(result, lines[index], caller.organisation, now)),
        );
        return { status: 200, body: { checkedAt, results } };
      },
    ),
    route(
      'POST',
      '/api/v1/uses',
      'use:record',
      {
        summary: 'Record a use that was performed 使用登记',
        body: recordUseBody,
        answer: z.strictObject({
          ...commandAnswer,
          uses: z.array(
            z.strictObject({
              pseudonym: z.string(),
              gtin: z.string(),
              lot: z.string(),
              serial: z.string().optional(),
              deviations: deviationList,
            }),
          ),
          identityConflict: z.boolean(),
        }),
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/uses',
          actor,
          content: body,
          prepare: () => recordUseInput(parts, actor, body),
        };
        return { status: 201, body: await runCommand(parts, recordUse(parts.patients), call) };
      },
    ),
    route(
      'GET',
      '/api/v1/incidents',
      'trace:read',
      {
        summary: 'Uses that deviated 使用异常',
        query: z.strictObject(pageQuery),
        answer: pageOf(
          z.strictObject({
            id: z.string(),
            event: z.string(),
            organisation: z.string(),
            gtin: z.string(),
            lot: z.string(),
            serial: z.string().optional(),
            deviations: deviationList,
            restrictions: z.array(z.string()),
            usedAt: z.string(),
            openedAt: z.string(),
            correctedBy: z.string().optional(),
          }),
        ),
      },
      async ({ caller, query }) => {
        const { cursor, limit } = query;
        const after =
          cursor === undefined
            ? undefined
            : decodeCursor(cursor, z.strictObject({ openedAt: z.string(), id: z.string() }));
        const db = required(parts.connection.db);
        const found = await readIncidents(db, caller.organisation, { after, limit: limit + 1 });
        const items = found.slice(0, limit);
        const last = items.at(-1);
        const more = found.length > limit && last !== undefined;
        return {
          status: 200,
          body: {
            items,
            ...(more ? { next: encodeCursor({ openedAt: last.openedAt, id: last.id }) } : {}),
          },
        };
      },
    ),
  ];
}

/** Devices that can be in two places, and labels that do not agree with the ledger; of the rest there is nothing to say. */
function watched(
  { device, reasons }: CheckResult,
  line: ReadLine | undefined,
  organisation: string,
  checkedAt: Date,
): CheckedDevice[] {
  const doubtful = reasons.some(({ code }) => code === 'unverified' || code === 'identity-mismatch');
  if (line === undefined || !(doubtful || device.serial !== undefined)) return [];
  const { gtin, lot, serial } = device;
  const stated = { lot, ...(serial === undefined ? {} : { serial }), label: line.label };
  return [{ gtin, ...stated, organisation, checkedAt }];
}

const number = text({ max: 64 });
const patientQuery = z
  .strictObject({
    inpatientNumber: number.optional(),
    recordNumber: number.optional(),
    patientId: number.optional(),
  })
  .transform(({ inpatientNumber, recordNumber, patientId }): PatientQuery[] => [
    ...(inpatientNumber === undefined ? [] : [{ inpatientNumber }]),
    ...(recordNumber === undefined ? [] : [{ recordNumber }]),
    ...(patientId === undefined ? [] : [{ patientId }]),
  ]);

const usedDevice = z.strictObject({
  pseudonym: z.string(),
  event: z.string(),
  gtin: z.string(),
  lot: z.string(),
  scannedLot: z.string().optional(),
  serial: z.string().optional(),
  name: z.strictObject(bilingual).optional(),
  implanted: z.boolean(),
  deviations: deviationList,
  usedAt: z.string(),
  recordedAt: z.string(),
  place: z.string().optional(),
  restricted: z.boolean(),
  correctedBy: z.string().optional(),
});

function patientRoutes(parts: UseParts): Route[] {
  const db = () => required(parts.connection.db);
  return [
    // POST, so that no number of a patient stands in a URL or a log.
    route(
      'POST',
      '/api/v1/patient-devices',
      'patient:read',
      {
        summary: 'What was used on this patient, in this hospital 患者使用器械查询',
        body: patientQuery,
        answer: z.strictObject({
          identity: identitySchema,
          identityConflict: z.boolean(),
          devices: z.array(usedDevice),
        }),
      },
      async ({ caller, body, requestId }) => {
        const [query, second] = body;
        if (query === undefined || second !== undefined) throw new Failure('patient/number-missing');
        const { organisation, person } = caller;
        const found = await parts.patients.findUses({
          organisation,
          query,
          reader: { person, organisation, requestId },
          purpose: 'care',
        });
        if (found === undefined) throw new Failure('not-found');
        return {
          status: 200,
          body: {
            identity: found.identity,
            identityConflict: found.identityConflict,
            devices: await devicesOfPatient(db(), organisation, found.pseudonyms),
          },
        };
      },
    ),
    route(
      'GET',
      '/api/v1/lots/:gtin/:lot/patients',
      'patient:read',
      {
        summary: 'On whom this lot was used, in this hospital 批号使用患者查询',
        params: lotParams,
        answer: z.strictObject({
          uses: z.array(
            z.strictObject({
              ...usedDevice.shape,
              identity: z.union([
                z.strictObject({
                  kind: z.literal('identified'),
                  stated: identitySchema,
                  latest: identitySchema,
                }),
                z.strictObject({ kind: z.enum(['restricted', 'none']) }),
              ]),
            }),
          ),
        }),
      },
      async ({ caller, params, requestId }) => {
        const { organisation, person } = caller;
        const uses = await usesOfLot(db(), organisation, params);
        const identities = await identifyAll(parts.patients, {
          organisation,
          pseudonyms: uses.map(({ pseudonym }) => pseudonym),
          reader: { person, organisation, requestId },
          purpose: 'care',
        });
        return {
          status: 200,
          body: {
            uses: uses.map((use) => {
              const answer = identities.get(use.pseudonym);
              return {
                ...use,
                identity:
                  answer?.kind === 'identified'
                    ? { kind: 'identified' as const, stated: answer.stated, latest: answer.identity }
                    : { kind: answer?.kind ?? ('none' as const) },
              };
            }),
          },
        };
      },
    ),
  ];
}
