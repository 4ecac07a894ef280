/** API tokens: one's own, and for an administrator those of the own organisation's people. */

import { z } from 'zod';
import { isoDateTime, text, uuid } from '../http/fields.ts';
import { actorOf } from './actor.ts';
import { byId, permissionList } from './fields.ts';
import type { StoredToken } from './models.ts';
import type { AccessParts } from './parts.ts';
import { requirePerson } from './people.ts';
import { permissions } from './permissions.ts';
import { type Route, route } from './route.ts';
import { revokeToken } from './token-revocation.ts';
import { issueToken, listTokens } from './tokens.ts';

const token = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  permissions: z.array(z.enum(permissions)),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().optional(),
  lastUsedAt: z.iso.datetime().optional(),
});

/** The newest 200 of one person: of those at most 20 are alive. */
const tokenList = z.strictObject({ items: z.array(token) });

export function tokenRoutes(parts: AccessParts): Route[] {
  return [
    route(
      'GET',
      '/api/v1/tokens',
      'self',
      { summary: 'Own tokens', answer: tokenList },
      async ({ caller }) => ({
        status: 200,
        body: { items: (await listTokens(parts, caller)).map(answerOf) },
      }),
    ),
    route(
      'POST',
      '/api/v1/tokens',
      'self',
      {
        summary: 'Make a token with some of the own permissions; it is shown this once',
        body: z.strictObject({
          name: text({ max: 100 }),
          permissions: permissionList(),
          expiresAt: isoDateTime().optional(),
        }),
        answer: z.strictObject({ id: z.uuid(), token: z.string(), expiresAt: z.iso.datetime() }),
      },
      async (request) => {
        const { name, permissions: scope, expiresAt } = request.body;
        const wish = {
          name,
          permissions: scope,
          ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
        };
        const issued = await issueToken(parts, request.caller, wish, actorOf(request));
        return { status: 201, body: { ...issued, expiresAt: issued.expiresAt.toISOString() } };
      },
    ),
    route(
      'DELETE',
      '/api/v1/tokens/:id',
      'self',
      { summary: 'Revoke an own token, and those made with it', params: byId },
      async (request) => {
        await revokeToken(parts, request.caller, request.params.id, actorOf(request));
        return { status: 204 };
      },
    ),
    route(
      'GET',
      '/api/v1/people/:id/tokens',
      'organisation:administer',
      { summary: 'Tokens of a person of the own organisation', params: byId, answer: tokenList },
      async ({ caller, params }) => {
        const owner = await ownerOf(parts, caller.organisation, params.id);
        return { status: 200, body: { items: (await listTokens(parts, owner)).map(answerOf) } };
      },
    ),
    route(
      'DELETE',
      '/api/v1/people/:id/tokens/:token',
      'organisation:administer',
      {
        summary: 'Revoke a token of a person of the own organisation',
        params: z.strictObject({ id: uuid(), token: uuid() }),
      },
      async (request) => {
        const owner = await ownerOf(parts, request.caller.organisation, request.params.id);
        await revokeToken(parts, owner, request.params.token, actorOf(request));
        return { status: 204 };
      },
    ),
  ];
}

async function ownerOf(parts: AccessParts, organisation: string, id: string) {
  const { _id } = await requirePerson(parts, organisation, id);
  return { organisation, person: _id };
}

/** Fields by name: never the hash. */
function answerOf(stored: StoredToken): z.output<typeof token> {
  return {
    id: stored._id,
    name: stored.name,
    permissions: stored.permissions,
    createdAt: stored.createdAt.toISOString(),
    expiresAt: stored.expiresAt.toISOString(),
    ...(stored.revokedAt !== undefined && { revokedAt: stored.revokedAt.toISOString() }),
    ...(stored.lastUsedAt !== undefined && { lastUsedAt: stored.lastUsedAt.toISOString() }),
  };
}
