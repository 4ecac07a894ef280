/** An administrator's work: the own organisation's people, and what they did. */

import { z } from 'zod';
import { pageOf, pageQuery } from '../http/fields.ts';
import { accessKinds, readAccessLog } from './access-log.ts';
import { actorOf } from './actor.ts';
import { byId, permissionList, personName, roleList, staffNumber, username } from './fields.ts';
import type { StoredAccess, StoredPerson } from './models.ts';
import { createPerson } from './new-person.ts';
import type { AccessParts } from './parts.ts';
import { changePerson, listPeople, requirePerson, resetPassword } from './people.ts';
import { roles } from './permissions.ts';
import { type Route, route } from './route.ts';

const person = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  staffNumber: z.string().optional(),
  username: z.string().optional(),
  roles: z.array(z.enum(roles)),
  active: z.boolean(),
  passwordMustChange: z.boolean(),
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().optional(),
});

const access = z.strictObject({
  id: z.uuid(),
  at: z.iso.datetime(),
  kind: z.enum(accessKinds),
  actor: z.uuid().optional(),
  credential: z.strictObject({ kind: z.enum(['session', 'token']), id: z.string() }).optional(),
  person: z.uuid().optional(),
  address: z.string().optional(),
  requestId: z.string().optional(),
  details: z
    .strictObject({
      changed: z.array(z.string()).optional(),
      roles: z.strictObject({ from: z.array(z.enum(roles)), to: z.array(z.enum(roles)) }).optional(),
      active: z.boolean().optional(),
      token: z.uuid().optional(),
      permissions: permissionList().optional(),
    })
    .optional(),
});

export function peopleRoutes(parts: AccessParts): Route[] {
  return [
    route(
      'GET',
      '/api/v1/people',
      'organisation:administer',
      {
        summary: 'People of the own organisation',
        query: z.strictObject({ ...pageQuery }),
        answer: pageOf(person),
      },
      async ({ caller, query }) => {
        const { items, ...rest } = await listPeople(parts, caller.organisation, query);
        return { status: 200, body: { items: items.map(answerOf), ...rest } };
      },
    ),
    route(
      'POST',
      '/api/v1/people',
      'organisation:administer',
      {
        summary: 'Add a person; with a username, the answer holds a one-time password',
        body: z.strictObject({
          name: personName(),
          staffNumber: staffNumber().optional(),
          username: username().optional(),
          roles: roleList().default([]),
        }),
        answer: z.strictObject({ id: z.uuid(), oneTimePassword: z.string().optional() }),
      },
      async (request) => {
        const { organisation, organisationKind } = request.caller;
        const wanted = { ...request.body, organisation, organisationKind };
        const { person: id, ...rest } = await createPerson(parts, wanted, { by: actorOf(request) });
        return { status: 201, headers: { Location: `/api/v1/people/${id}` }, body: { id, ...rest } };
      },
    ),
    route(
      'GET',
      '/api/v1/people/:id',
      'organisation:administer',
      { summary: 'A person of the own organisation', params: byId, answer: person },
      async ({ caller, params }) => ({
        status: 200,
        body: answerOf(await requirePerson(parts, caller.organisation, params.id)),
      }),
    ),
    route(
      'PATCH',
      '/api/v1/people/:id',
      'organisation:administer',
      {
        summary: 'Change a person, their roles, or whether they have access',
        params: byId,
        body: z.strictObject({
          name: personName().optional(),
          staffNumber: staffNumber().nullable().optional(),
          username: username().optional(),
          roles: roleList().optional(),
          active: z.boolean().optional(),
        }),
        answer: person,
      },
      async (request) => {
        const { caller, params, body } = request;
        const administrator = { ...caller, by: actorOf(request) };
        return { status: 200, body: answerOf(await changePerson(parts, administrator, params.id, body)) };
      },
    ),
    route(
      'POST',
      '/api/v1/people/:id/one-time-password',
      'organisation:administer',
      {
        summary: 'Give a person a new one-time password; their sessions and tokens end',
        params: byId,
        answer: z.strictObject({ oneTimePassword: z.string() }),
      },
      async (request) => {
        const administrator = { ...request.caller, by: actorOf(request) };
        const oneTimePassword = await resetPassword(parts, administrator, request.params.id);
        return { status: 200, body: { oneTimePassword } };
      },
    ),
    route(
      'GET',
      '/api/v1/access-log',
      'organisation:administer',
      {
        summary: 'Sign-ins and changes of people, roles and tokens, newest first',
        query: z.strictObject({ ...pageQuery }),
        answer: pageOf(access),
      },
      async ({ caller, query }) => {
        // Sign-ins under a username that does not exist are nobody's; the operator looks after them.
        const whose =
          caller.organisationKind === 'operator' ? [caller.organisation, null] : [caller.organisation];
        const { items, ...rest } = await readAccessLog(parts, whose, query);
        return { status: 200, body: { items: items.map(entryOf), ...rest } };
      },
    ),
  ];
}

/** Fields by name, so that a new stored field stays in. */
function answerOf(stored: StoredPerson): z.output<typeof person> {
  return {
    id: stored._id,
    name: stored.name,
    ...(stored.staffNumber !== undefined && { staffNumber: stored.staffNumber }),
    ...(stored.username !== undefined && { username: stored.username }),
    roles: stored.roles,
    active: stored.active,
    passwordMustChange: stored.passwordMustChange,
    createdAt: stored.createdAt.toISOString(),
    ...(stored.lastSignInAt !== undefined && { lastSignInAt: stored.lastSignInAt.toISOString() }),
  };
}

function entryOf({ _id, at, organisation: _own, ...rest }: StoredAccess) {
  return { id: _id, at: at.toISOString(), ...rest };
}
