/** What may be asked of recalls, by whom. */
import type { Caller } from '../access/caller.ts';
import { type Route, route } from '../access/route.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { rawBytes } from '../http/route.ts';
import type { Reader } from '../patients/interface.ts';
import { lotReport, noticeFor } from './papers.ts';
import { listRecalls, readBalance, readDetail, readUses } from './readings.ts';
import {
  answerRecall,
  closeRecall,
  completeRecall,
  initiateRecall,
  type RecallParts,
  type Sender,
  widenRecall,
} from './recalls.ts';
import * as shapes from './schemas.ts';
import type { Reading } from './viewer.ts';

const pdf = 'application/pdf';

/** @returns every route of the room. */
export function recallRoutes(parts: RecallParts): Route[] {
  return [...commandRoutes(parts), ...readingRoutes(parts), ...paperRoutes(parts)];
}

function commandRoutes(parts: RecallParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/recalls',
      'recall:write',
      { summary: 'Decide a recall 作出召回决定', body: shapes.initiateBody, answer: shapes.decidedRecall },
      async ({ caller, body: { commandId, ...input } }) => ({
        status: 201,
        body: await initiateRecall(parts, senderOf(caller, commandId), withoutUndefined(input)),
      }),
    ),
    route(
      'POST',
      '/api/v1/recalls/:id/widening',
      'recall:write',
      {
        summary: 'Widen the scope of a recall 扩大召回范围',
        params: shapes.recallParams,
        body: shapes.wideningBody,
        answer: shapes.decidedRecall,
      },
      async ({ caller, params, body: { commandId, ...input } }) => ({
        status: 201,
        body: await widenRecall(parts, senderOf(caller, commandId), params.id, withoutUndefined(input)),
      }),
    ),
    route(
      'POST',
      '/api/v1/recalls/:id/responses',
      'recall:answer',
      {
        summary: 'Answer a recall 召回回执',
        params: shapes.recallParams,
        body: shapes.responseBody,
        answer: shapes.responseAnswer,
      },
      async ({ caller, params, body: { commandId, ...input } }) => ({
        status: 201,
        body: await answerRecall(parts, senderOf(caller, commandId), params.id, withoutUndefined(input)),
      }),
    ),
    route(
      'POST',
      '/api/v1/recalls/:id/completion',
      'recall:write',
      {
        summary: 'State that a recall is completed 召回完成',
        params: shapes.recallParams,
        body: shapes.completionBody,
        answer: shapes.recallAnswer,
      },
      async ({ caller, params, body: { commandId, ...input } }) => ({
        status: 201,
        body: await completeRecall(parts, senderOf(caller, commandId), params.id, input),
      }),
    ),
    route(
      'POST',
      '/api/v1/recalls/:id/closing',
      'recall:write',
      {
        summary: 'Close a recall 召回关闭',
        params: shapes.recallParams,
        body: shapes.closingBody,
        answer: shapes.recallAnswer,
      },
      async ({ caller, params, body: { commandId, ...input } }) => ({
        status: 201,
        body: await closeRecall(parts, senderOf(caller, commandId), params.id, input),
      }),
    ),
  ];
}

function readingRoutes(parts: RecallParts): Route[] {
  return [
    route(
      'GET',
      '/api/v1/recalls',
      'recall:read',
      { summary: 'Recalls that concern you 召回列表', query: shapes.listQuery, answer: shapes.recallPage },
      async ({ caller, query: { cursor, limit } }) => {
        const from = cursor === undefined ? { passed: 0 } : decodeCursor(cursor, shapes.listPosition);
        const { items, next } = await listRecalls(parts, readingOf(caller), { ...from, limit });
        return { status: 200, body: { items, ...(next === undefined ? {} : { next: encodeCursor(next) }) } };
      },
    ),
    route(
      'GET',
      '/api/v1/recalls/:id',
      'recall:read',
      { summary: 'A recall and its progress 召回', params: shapes.recallParams, answer: shapes.recallDetail },
      async ({ caller, params }) => ({
        status: 200,
        body: await readDetail(parts, readingOf(caller), params.id),
      }),
    ),
    route(
      'GET',
      '/api/v1/recalls/:id/uses',
      'recall:read',
      {
        summary: 'Every use in the scope of a recall 召回涉及的使用记录',
        params: shapes.recallParams,
        answer: shapes.recallUses,
      },
      async ({ caller, params, requestId }) => ({
        status: 200,
        body: await readUses(parts, readingOf(caller), params.id, identityReader(caller, requestId)),
      }),
    ),
    route(
      'GET',
      '/api/v1/recalls/:id/balance',
      'recall:read',
      {
        summary: 'Where every unit of the recalled lots is 召回批次物料平衡',
        params: shapes.recallParams,
        query: shapes.balanceQuery,
        answer: shapes.recallBalance,
      },
      async ({ caller, params, query: { cursor, limit } }) => {
        const from = cursor === undefined ? {} : decodeCursor(cursor, shapes.balancePosition);
        const page = { ...from, limit };
        const { balance, next } = await readBalance(parts, readingOf(caller), params.id, page);
        const more = next === undefined ? {} : { next: encodeCursor(next) };
        return { status: 200, body: { ...balance, ...more } };
      },
    ),
  ];
}

function paperRoutes(parts: RecallParts): Route[] {
  return [
    route(
      'GET',
      '/api/v1/recalls/:id/notices/:organisation.pdf',
      'recall:read',
      {
        summary: 'The notice to one organisation 召回通知',
        params: shapes.noticeParams,
        produces: { [pdf]: rawBytes },
      },
      async ({ caller, params }) => {
        const reader = { ...readingOf(caller), person: caller.person };
        const { bytes, filename } = await noticeFor(parts, reader, params.id, params.organisation);
        return { status: 200, contentType: pdf, filename, bytes };
      },
    ),
    route(
      'GET',
      '/api/v1/recalls/:id/report.pdf',
      'recall:read',
      {
        summary: 'Report on the recalled lots 召回批次报告',
        params: shapes.recallParams,
        produces: { [pdf]: rawBytes },
      },
      async ({ caller, params }) => {
        const { bytes, filename } = await lotReport(parts, readingOf(caller), params.id);
        return { status: 200, contentType: pdf, filename, bytes };
      },
    ),
  ];
}

function readingOf({ organisation, organisationKind, authority }: Caller): Reading {
  return { organisation, organisationKind, ...(authority === undefined ? {} : { authority }) };
}

function senderOf(caller: Caller, commandId: string): Sender {
  return { ...readingOf(caller), person: caller.person, commandId };
}

/** Whoever may not name patients (a token of narrower scope) gets the same list without identities. */
function identityReader(caller: Caller, requestId: string): Reader | undefined {
  const { person, organisation, permissions } = caller;
  return permissions.has('patient:recall') ? { person, organisation, requestId } : undefined;
}

type Defined<T> = T extends readonly (infer Item)[]
  ? Defined<Item>[]
  : T extends object
    ? { [K in keyof T as undefined extends T[K] ? never : K]: Defined<T[K]> } & {
        [K in keyof T as undefined extends T[K] ? K : never]?: Defined<Exclude<T[K], undefined>>;
      }
    : T;

/** Takes keys without a value off, at every depth: what is absent is absent in history too. */
function withoutUndefined<T>(value: T): Defined<T> {
  if (Array.isArray(value)) return value.map(withoutUndefined) as Defined<T>;
  if (typeof value !== 'object' || value === null) return value as Defined<T>;
  const kept = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutUndefined(member)])) as Defined<T>;
}
