/** Signing in and out, and what concerns oneself. */

import { z } from 'zod';
import { pageOf, pageQuery } from '../http/fields.ts';
import { actorOf } from './actor.ts';
import type { Caller } from './caller.ts';
import { endedSessionCookie, sessionCookie } from './cookie.ts';
import { newPassword, typedPassword, typedUsername } from './fields.ts';
import { colleagueOf, listPeople, requirePerson } from './people.ts';
import { organisationKinds, permissions, roles } from './permissions.ts';
import { publicRoute, type Route, route } from './route.ts';
import { changeOwnPassword, type SignInParts, signIn, signOut } from './sign-in.ts';

export interface SessionRouteParts extends SignInParts {
  readonly publicUrl: URL;
}

const signedIn = z.strictObject({
  person: z.uuid(),
  organisation: z.uuid(),
  organisationKind: z.enum(organisationKinds),
  roles: z.array(z.enum(roles)),
  /** Nothing else is open until it is changed. */
  passwordMustChange: z.boolean(),
  endsAt: z.iso.datetime(),
});

const me = z.strictObject({
  person: z.uuid(),
  name: z.string(),
  username: z.string().optional(),
  staffNumber: z.string().optional(),
  organisation: z.uuid(),
  organisationKind: z.enum(organisationKinds),
  roles: z.array(z.enum(roles)),
  permissions: z.array(z.enum(permissions)),
  credential: z.enum(['session', 'token']),
  passwordMustChange: z.boolean(),
});

const colleague = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  staffNumber: z.string().optional(),
  active: z.boolean(),
});

export function sessionRoutes(parts: SessionRouteParts): Route[] {
  return [
    publicRoute(
      'POST',
      '/api/v1/sign-in',
      {
        summary: 'Sign in; the answer sets the session cookie',
        body: z.strictObject({ username: typedUsername(), password: typedPassword() }),
        bodyLimit: 4_096,
        answer: signedIn,
      },
      async ({ body, address, requestId }) => {
        const { person, organisation, secret, endsAt } = await signIn(parts, body, { address, requestId });
        return {
          status: 200,
          headers: { 'Set-Cookie': sessionCookie(parts.publicUrl, secret) },
          body: {
            person: person._id,
            organisation: organisation.id,
            organisationKind: organisation.kind,
            roles: person.roles,
            passwordMustChange: person.passwordMustChange,
            endsAt: endsAt.toISOString(),
          },
        };
      },
    ),
    route('POST', '/api/v1/sign-out', 'self', { summary: 'End this session' }, async (request) => {
      await signOut(parts, request.caller, actorOf(request));
      return { status: 204, headers: { 'Set-Cookie': endedSessionCookie(parts.publicUrl) } };
    }),
    route(
      'GET',
      '/api/v1/me',
      'self',
      { summary: 'Who the caller is, and what they may do', answer: me },
      async ({ caller }) => ({ status: 200, body: await describe(parts, caller) }),
    ),
    route(
      'POST',
      '/api/v1/me/password',
      'self',
      {
        summary: 'Change the own password; all other sessions end',
        body: z.strictObject({ currentPassword: typedPassword(), newPassword: newPassword() }),
        bodyLimit: 4_096,
      },
      async (request) => {
        const { secret } = await changeOwnPassword(parts, request.caller, request.body, actorOf(request));
        return { status: 204, headers: { 'Set-Cookie': sessionCookie(parts.publicUrl, secret) } };
      },
    ),
    route(
      'GET',
      '/api/v1/colleagues',
      'catalogue:read',
      {
        summary: 'Active people of the own organisation, to be named in a record',
        query: z.strictObject({ ...pageQuery }),
        answer: pageOf(colleague),
      },
      async ({ caller, query }) => {
        const { items, ...rest } = await listPeople(parts, caller.organisation, query, { active: true });
        return { status: 200, body: { items: items.map(colleagueOf), ...rest } };
      },
    ),
  ];
}

async function describe(parts: SessionRouteParts, caller: Caller): Promise<z.output<typeof me>> {
  const person = await requirePerson(parts, caller.organisation, caller.person);
  return {
    person: person._id,
    name: person.name,
    ...(person.username !== undefined && { username: person.username }),
    ...(person.staffNumber !== undefined && { staffNumber: person.staffNumber }),
    organisation: caller.organisation,
    organisationKind: caller.organisationKind,
    roles: [...caller.roles],
    permissions: [...caller.permissions],
    credential: caller.credential.kind,
    passwordMustChange: caller.passwordMustChange === true,
  };
}
