/** Places over HTTP: an organisation sees and keeps its own. */
import type { Connection } from 'mongoose';
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import type { IdSource } from '../clock.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { saying } from '../http/faults.ts';
import { pageOf, pageQuery, uuid } from '../http/fields.ts';
import { bilingual, gln, idParams } from './fields.ts';
import { placeKinds } from './place.ts';
import { changePlace, createPlace, listPlaces, type PlaceHoldsStock, readPlaces } from './places.ts';

const facts = {
  parent: uuid().exactOptional(),
  name: bilingual({ max: 100 }),
  kind: z.enum(placeKinds),
  gln: gln().exactOptional(),
};

const placeBody = z.strictObject(facts);

const placeAnswer = z
  .strictObject({ id: uuid(), organisation: uuid(), ...facts, active: z.boolean() })
  .meta({ id: 'Place' });

const changeBody = z
  .strictObject({
    name: facts.name.exactOptional(),
    kind: facts.kind.exactOptional(),
    parent: uuid().nullable().exactOptional(),
    gln: gln().nullable().exactOptional(),
    active: z.boolean().exactOptional(),
  })
  .refine((change) => Object.keys(change).length > 0, saying('没有要修改的内容。', 'Nothing to change.'));

export interface PlaceRouteParts {
  readonly connection: Connection;
  readonly ids: IdSource;
  readonly holdsStock: PlaceHoldsStock;
}

/** @returns the routes of places. */
export function placeRoutes(parts: PlaceRouteParts): Route[] {
  const { connection } = parts;
  return [
    route(
      'POST',
      '/api/v1/places',
      'organisation:administer',
      { summary: 'Make a place of the own organisation', body: placeBody, answer: placeAnswer },
      async ({ caller, body }) => ({
        status: 201,
        body: await createPlace(parts, caller.organisation, body),
      }),
    ),
    route(
      'GET',
      '/api/v1/places',
      'catalogue:read',
      {
        summary: 'List the places of the own organisation',
        query: z.strictObject(pageQuery),
        answer: pageOf(placeAnswer),
      },
      async ({ caller, query }) => {
        const { limit } = query;
        const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, uuid());
        const found = await listPlaces(connection, caller.organisation, { after, limit: limit + 1 });
        const items = found.slice(0, limit);
        const last = found.length > limit ? items.at(-1) : undefined;
        return { status: 200, body: { items, ...(last && { next: encodeCursor(last.id) }) } };
      },
    ),
    route(
      'GET',
      '/api/v1/places/:id',
      'catalogue:read',
      { summary: 'Read a place of the own organisation', params: idParams, answer: placeAnswer },
      async ({ caller, params }) => {
        const place = (await readPlaces(askedTogether(connection), [params.id])).get(params.id);
        if (place?.organisation !== caller.organisation) throw new Failure('not-found', { place: params.id });
        return { status: 200, body: place };
      },
    ),
    route(
      'PATCH',
      '/api/v1/places/:id',
      'organisation:administer',
      {
        summary: 'Change a place of the own organisation',
        params: idParams,
        body: changeBody,
        answer: placeAnswer,
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await changePlace(parts, caller.organisation, params.id, body),
      }),
    ),
  ];
}
