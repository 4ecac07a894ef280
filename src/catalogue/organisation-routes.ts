/** Organisations over HTTP. */
import type { Connection } from 'mongoose';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { username } from '../access/fields.ts';
import { type Route, route } from '../access/route.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { saying } from '../http/faults.ts';
import { email, isoDateTime, pageOf, pageQuery, text, uuid } from '../http/fields.ts';
import { area, bilingual, companyPrefix, creditCode, gln, idParams, licence } from './fields.ts';
import { type Organisation, organisationKinds, publicFacts } from './organisation.ts';
import {
  changeOrganisation,
  listOrganisations,
  type RegisterParts,
  readOrganisation,
  registerOrganisation,
  setOrganisationActive,
} from './organisations.ts';

const contact = z.strictObject({
  person: text({ max: 60 }),
  telephone: text({ max: 40 }),
  email: email().exactOptional(),
});

const authority = z.strictObject({
  kind: z.enum(['drug', 'health']),
  level: z.enum(['national', 'provincial', 'municipal']),
});

const facts = {
  kind: z.enum(organisationKinds),
  name: bilingual({ max: 200 }),
  creditCode: creditCode().exactOptional(),
  country: z.string().regex(/^[A-Z]{2}$/),
  area: area().exactOptional(),
  licences: z.array(licence()).max(50),
  authority: authority.exactOptional(),
};

const privateFacts = {
  address: text({ max: 300 }).exactOptional(),
  contact: contact.exactOptional(),
  gln: gln().exactOptional(),
  gs1Prefix: companyPrefix().exactOptional(),
};

const newOrganisation = z
  .strictObject({
    ...facts,
    country: facts.country.default('CN'),
    licences: facts.licences.default([]),
    ...privateFacts,
  })
  .superRefine((organisation, context) => {
    const fault = (at: string, zh: string, en: string) =>
      context.addIssue({ code: 'custom', path: [at], message: en, params: { zh, en } });
    const inChina = organisation.country === 'CN';
    if (inChina && organisation.area === undefined) {
      fault('area', '境内机构须填写行政区划代码。', 'An organisation in China has an area.');
    }
    if (inChina && organisation.creditCode === undefined && organisation.kind !== 'operator') {
      fault('creditCode', '境内机构须填写统一社会信用代码。', 'An organisation in China has a credit code.');
    }
    if ((organisation.kind === 'regulator') !== (organisation.authority !== undefined)) {
      fault(
        'authority',
        '监管部门须填写类别与级别，其他机构不填。',
        'Regulators, and only they, have an authority.',
      );
    }
  });

const registerBody = z.strictObject({
  organisation: newOrganisation,
  administrator: z.strictObject({ username: username(), name: text({ max: 60 }) }),
});

const organisationAnswer = z
  .strictObject({
    id: uuid(),
    ...facts,
    ...privateFacts,
    active: z.boolean(),
    createdAt: isoDateTime().exactOptional(),
  })
  .meta({ id: 'Organisation' });

const registeredAnswer = z.strictObject({
  organisation: organisationAnswer,
  administrator: z.strictObject({ person: uuid(), username: z.string(), oneTimeSecret: z.string() }),
});

const listQuery = z.strictObject({
  ...pageQuery,
  kind: z.enum(organisationKinds).optional(),
  search: text({ max: 100 }).optional(),
});

const changeBody = z
  .strictObject({
    name: facts.name.exactOptional(),
    address: text({ max: 300 }).nullable().exactOptional(),
    contact: contact.nullable().exactOptional(),
    licences: facts.licences.exactOptional(),
    gln: gln().nullable().exactOptional(),
    gs1Prefix: companyPrefix().nullable().exactOptional(),
  })
  .refine((change) => Object.keys(change).length > 0, saying('没有要修改的内容。', 'Nothing to change.'));

/** Its own people and the operator see all of an organisation; everybody else what is public. */
function shownTo(caller: Caller, organisation: Organisation) {
  const whole = caller.organisation === organisation.id || caller.organisationKind === 'operator';
  return whole ? organisation : publicFacts(organisation);
}

/** @returns the routes of organisations. */
export function organisationRoutes(parts: RegisterParts): Route[] {
  const { connection } = parts;
  return [
    route(
      'POST',
      '/api/v1/organisations',
      'organisation:register',
      {
        summary: 'Register an organisation and its first administrator; the one-time secret is answered once',
        body: registerBody,
        answer: registeredAnswer,
      },
      async ({ body }) => {
        const made = await registerOrganisation(parts, body.organisation, body.administrator);
        const { organisation, person, oneTimeSecret } = made;
        const administrator = { person, username: body.administrator.username, oneTimeSecret };
        return { status: 201, body: { organisation, administrator } };
      },
    ),
    route(
      'GET',
      '/api/v1/organisations',
      'catalogue:read',
      {
        summary: 'List organisations by their public facts',
        query: listQuery,
        answer: pageOf(organisationAnswer),
      },
      async ({ caller, query }) => {
        const { kind, search, limit } = query;
        const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, uuid());
        const found = await listOrganisations(connection, { kind, search, after, limit: limit + 1 });
        const items = found.slice(0, limit).map((organisation) => shownTo(caller, organisation));
        const last = found.length > limit ? items.at(-1) : undefined;
        return { status: 200, body: { items, ...(last && { next: encodeCursor(last.id) }) } };
      },
    ),
    route(
      'GET',
      '/api/v1/organisations/:id',
      'catalogue:read',
      { summary: 'Read an organisation', params: idParams, answer: organisationAnswer },
      async ({ caller, params }) => {
        const organisation = await readOrganisation(askedTogether(connection), params.id);
        if (organisation === undefined) throw new Failure('not-found', { organisation: params.id });
        return { status: 200, body: shownTo(caller, organisation) };
      },
    ),
    ...administrationRoutes(connection),
  ];
}

function administrationRoutes(connection: Connection): Route[] {
  return [
    route(
      'PATCH',
      '/api/v1/organisations/:id',
      'organisation:administer',
      {
        summary: 'Change facts of the own organisation',
        params: idParams,
        body: changeBody,
        answer: organisationAnswer,
      },
      async ({ caller, params, body }) => {
        if (params.id !== caller.organisation)
          throw new Failure('access/forbidden', { organisation: params.id });
        return { status: 200, body: await changeOrganisation(connection, params.id, body) };
      },
    ),
    route(
      'PUT',
      '/api/v1/organisations/:id/active',
      'organisation:register',
      {
        summary: 'Deactivate an organisation, or activate it again; its records stay',
        params: idParams,
        body: z.strictObject({ active: z.boolean() }),
        answer: organisationAnswer,
      },
      async ({ caller, params, body }) => {
        if (params.id === caller.organisation) throw new Failure('catalogue/own-organisation');
        return { status: 200, body: await setOrganisationActive(connection, params.id, body.active) };
      },
    ),
  ];
}
