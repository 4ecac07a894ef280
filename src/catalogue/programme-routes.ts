/** Welfare programmes over HTTP. */
import type { Connection } from 'mongoose';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { type Route, route } from '../access/route.ts';
import type { Clock, IdSource } from '../clock.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { isoDate, isoDateTime, pageOf, pageQuery, uuid } from '../http/fields.ts';
import { bilingual, idParams, notBackwards } from './fields.ts';
import type { Programme } from './programme.ts';
import { createProgramme, listProgrammes, readProgramme } from './programmes.ts';

const facts = { name: bilingual({ max: 200 }), from: isoDate(), to: isoDate().exactOptional() };
const donors = z
  .array(z.strictObject({ name: bilingual({ max: 200 }), organisation: uuid().exactOptional() }))
  .max(200);

const programmeBody = z
  .strictObject({ ...facts, donors: donors.default([]) })
  .refine(({ from, to }) => to === undefined || from <= to, notBackwards);

const programmeAnswer = z
  .strictObject({
    id: uuid(),
    foundation: uuid(),
    ...facts,
    donors: donors.exactOptional(),
    createdAt: isoDateTime().exactOptional(),
  })
  .meta({ id: 'Programme' });

const listQuery = z.strictObject({ ...pageQuery, foundation: uuid().optional() });

/** Hospitals choose a programme when they record a use; who gave to it is the foundation's own. */
function shownTo(caller: Caller, programme: Programme) {
  const { id, foundation, name, from, to } = programme;
  if (foundation === caller.organisation) return programme;
  return { id, foundation, name, from, ...(to === undefined ? {} : { to }) };
}

export interface ProgrammeRouteParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** @returns the routes of welfare programmes. */
export function programmeRoutes(parts: ProgrammeRouteParts): Route[] {
  const { connection } = parts;
  return [
    route(
      'POST',
      '/api/v1/programmes',
      'programme:write',
      {
        summary: 'Register a welfare programme of the own foundation',
        body: programmeBody,
        answer: programmeAnswer,
      },
      async ({ caller, body }) => ({
        status: 201,
        body: await createProgramme(parts, { foundation: caller.organisation, ...body }),
      }),
    ),
    route(
      'GET',
      '/api/v1/programmes',
      'catalogue:read',
      { summary: 'List welfare programmes', query: listQuery, answer: pageOf(programmeAnswer) },
      async ({ caller, query }) => {
        const { limit, foundation } = query;
        const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, uuid());
        const found = await listProgrammes(connection, { foundation, after, limit: limit + 1 });
        const items = found.slice(0, limit).map((programme) => shownTo(caller, programme));
        const last = found.length > limit ? items.at(-1) : undefined;
        return { status: 200, body: { items, ...(last && { next: encodeCursor(last.id) }) } };
      },
    ),
    route(
      'GET',
      '/api/v1/programmes/:id',
      'catalogue:read',
      { summary: 'Read a welfare programme', params: idParams, answer: programmeAnswer },
      async ({ caller, params }) => {
        const programme = await readProgramme(askedTogether(connection), params.id);
        if (programme === undefined) throw new Failure('not-found', { programme: params.id });
        return { status: 200, body: shownTo(caller, programme) };
      },
    ),
  ];
}
