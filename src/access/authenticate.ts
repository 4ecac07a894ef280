/** From a request to a caller, and whether the caller may: what every guarded route passes. */

import type { IncomingMessage } from 'node:http';
import { Failure } from '../errors.ts';
import { cookieOf } from '../http/forgery.ts';
import type { Caller, OrganisationLookup } from './caller.ts';
import { sessionCookieName } from './cookie.ts';
import { type Hint, Hints } from './hints.ts';
import { findOwner } from './owner.ts';
import type { AccessParts } from './parts.ts';
import { type Permission, permissionsOf } from './permissions.ts';
import type { RequestRate } from './request-rate.ts';
import { sha256 } from './secrets.ts';
import { findSession } from './sessions.ts';
import { findToken } from './tokens.ts';

export interface AuthenticatorParts extends Pick<AccessParts, 'connection' | 'clock'> {
  readonly organisations: OrganisationLookup;
  readonly publicUrl: URL;
  readonly rate: RequestRate;
}

interface Proof {
  readonly person: string;
  readonly credential: Caller['credential'];
  /** A token's own; a session has all of its person's. */
  readonly scope?: readonly Permission[];
}

/**
 * The person and the organisation are read on every request: what ends their access ends it at once.
 * @returns a function that gives the caller, or undefined where no credential is good
 * @throws (the function) Failure `access/rate-limited`
 */
export function createAuthenticator(
  parts: AuthenticatorParts,
): (request: IncomingMessage) => Promise<Caller | undefined> {
  const cookieName = sessionCookieName(parts.publicUrl);
  const hints = new Hints();
  return async ({ headers }) => {
    const { authorization } = headers;
    const cookie = cookieOf(headers.cookie, cookieName);
    const key = sha256(authorization ?? cookie ?? '');
    const hint = hints.get(key);
    const asked = hint === undefined ? undefined : ask(parts, hint);
    const proof = await proofOf(parts, authorization, cookie);
    if (proof === undefined) return undefined;
    parts.rate.take(proof.credential.id);
    const same = hint?.person === proof.person ? asked : undefined;
    const person = await (same?.person ?? findOwner(parts.connection, proof.person));
    if (person === undefined || !person.active) return undefined;
    const own = hint?.organisation === person.organisation ? asked : undefined;
    const organisation = await (own?.organisation ?? parts.organisations.find(person.organisation));
    if (organisation === undefined || !organisation.active) return undefined;
    hints.keep(key, { person: person._id, organisation: organisation.id });
    const held = permissionsOf(organisation.kind, person.roles);
    return {
      person: person._id,
      organisation: organisation.id,
      organisationKind: organisation.kind,
      roles: person.roles,
      permissions: scoped(held, proof.scope, person.passwordMustChange),
      credential: proof.credential,
      ...(organisation.authority !== undefined && { authority: organisation.authority }),
      ...(person.passwordMustChange && { passwordMustChange: true as const }),
    };
  };
}

/** Asks while it is still asked for the credential, whose answer says whether it was the right question. */
function ask({ connection, organisations }: AuthenticatorParts, { person, organisation }: Hint) {
  const asked = { person: findOwner(connection, person), organisation: organisations.find(organisation) };
  // Whoever waits for it is told what went wrong; perhaps nobody does.
  for (const one of Object.values(asked)) one.catch(() => undefined);
  return asked;
}

/** A token that was sent is the whole proof: when it is not good, a cookie beside it does not help. */
async function proofOf(
  parts: AuthenticatorParts,
  authorization: string | undefined,
  cookie: string | undefined,
): Promise<Proof | undefined> {
  if (authorization !== undefined) {
    const secret = /^Bearer ([A-Za-z0-9_-]{1,100})$/i.exec(authorization)?.[1];
    const token = secret === undefined ? undefined : await findToken(parts, secret);
    if (token === undefined) return undefined;
    const { _id: id, person, permissions } = token;
    return { person, credential: { kind: 'token', id }, scope: permissions };
  }
  const session = cookie === undefined ? undefined : await findSession(parts, cookie);
  if (session === undefined) return undefined;
  return { person: session.person, credential: { kind: 'session', id: session._id } };
}

/** A token keeps no permission that its person has lost since. */
function scoped(
  held: ReadonlySet<Permission>,
  scope: readonly Permission[] | undefined,
  passwordMustChange: boolean,
): ReadonlySet<Permission> {
  const usable = scope === undefined ? [...held] : scope.filter((permission) => held.has(permission));
  return new Set(passwordMustChange ? usable.filter((permission) => permission === 'self') : usable);
}

/** @throws Failure `access/password-must-change`, `access/forbidden` naming what was missing */
export function authorise(caller: Caller, permission: Permission): void {
  if (caller.permissions.has(permission)) return;
  if (caller.passwordMustChange === true) throw new Failure('access/password-must-change');
  throw new Failure('access/forbidden', { permission });
}

/** For the request log: random ids, never a name, and of a session no part of its id. */
export function describeCaller(caller: Caller): Record<string, string> {
  return { person: caller.person, organisation: caller.organisation, credential: caller.credential.kind };
}
