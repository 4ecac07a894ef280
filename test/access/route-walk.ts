/**
 * Knocks at every route as everybody: who is let in must be who the permission table says. No handler runs: each
 * request carries a query parameter that no route knows, which is refused after the question of who may.
 */

import type { OrganisationKind, Permission, Role } from '../../src/access/permissions.ts';
import { permissionsOf } from '../../src/access/permissions.ts';
import { at, type Client, type Reply } from '../support/http.ts';

export interface WalkedRoute {
  readonly method: string;
  readonly path: string;
  readonly permission: Permission | 'public';
}

/** Somebody with one role, or with none. */
export interface Walker {
  readonly kind: OrganisationKind;
  readonly roles: readonly Role[];
  readonly client: Client;
}

/** @returns what is wrong, a sentence each: nothing, when every route is as open as its line says. */
export async function walk(
  routes: readonly WalkedRoute[],
  walkers: readonly Walker[],
  nobody: Client,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const route of routes) {
    const stranger = await knock(nobody, route);
    if (isUnknown(stranger) !== (route.permission !== 'public'))
      wrong.push(sentence(route, 'nobody', stranger));
    for (const { kind, roles, client } of walkers) {
      const reply = await knock(client, route);
      const may = route.permission === 'public' || permissionsOf(kind, roles).has(route.permission);
      const letIn = !isUnknown(reply) && !isForbidden(reply);
      if (letIn !== may || reply.status < 400 || reply.status >= 500) {
        wrong.push(sentence(route, `${kind} ${roles.join() || 'without a role'}`, reply));
      }
    }
  }
  return wrong;
}

/** Every route line that is open to anybody. */
export function publicLines(routes: readonly WalkedRoute[]): string[] {
  return routes
    .filter(({ permission }) => permission === 'public')
    .map(({ method, path }) => `${method} ${path}`);
}

/** A path of the route's form. */
export function concrete(path: string): string {
  return path
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\*\w+/g, 'x')
    .replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
}

/** Asks for a route in a way that no handler gets to see. */
export function knock(
  client: Client,
  { method, path }: Pick<WalkedRoute, 'method' | 'path'>,
): Promise<Reply> {
  return client.send(method, `${concrete(path)}?nobodyKnowsThis=1`);
}

const isUnknown = (reply: Reply) =>
  reply.status === 401 && at(reply.body, '/code') === 'access/sign-in-required';
const isForbidden = (reply: Reply) => reply.status === 403 && at(reply.body, '/code') === 'access/forbidden';

function sentence({ method, path, permission }: WalkedRoute, who: string, { status }: Reply): string {
  return `${method} ${path} (${permission}) answers ${status} to ${who}`;
}
