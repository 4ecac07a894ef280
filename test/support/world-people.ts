/** Who calls in the small world of world.ts, made as the service makes people and tokens. */

import { createPerson } from '../../src/access/new-person.ts';
import type { AccessParts } from '../../src/access/parts.ts';
import { type Permission, permissionsOf, type Role } from '../../src/access/permissions.ts';
import { issueToken } from '../../src/access/tokens.ts';
import { members, type OrganisationName } from './world-facts.ts';

/** Who calls: a person in a role of an organisation. */
export const callers = {
  quality: { of: 'maker', roles: ['quality'] },
  otherQuality: { of: 'otherMaker', roles: ['quality'] },
  trader: { of: 'distributor', roles: ['distributor'] },
  keeperA: { of: 'hospitalA', roles: ['materials'] },
  sterileA: { of: 'hospitalA', roles: ['sterile-supply'] },
  nurseA: { of: 'hospitalA', roles: ['theatre'] },
  adminA: { of: 'hospitalA', roles: ['administrator'] },
  keeperB: { of: 'hospitalB', roles: ['materials'] },
  nurseB: { of: 'hospitalB', roles: ['theatre'] },
  adminB: { of: 'hospitalB', roles: ['administrator'] },
} as const satisfies Record<string, { of: OrganisationName; roles: readonly Role[] }>;
export type CallerName = keyof typeof callers;

/** Named in records; they never sign in. */
const unsigned = {
  surgeonA: 'hospitalA',
  surgeonB: 'hospitalB',
  witnessA: 'hospitalA',
  witnessMaker: 'maker',
} as const;

export interface People {
  /** Person ids. */
  readonly ids: Readonly<Record<CallerName | keyof typeof unsigned, string>>;
  /** @returns a token with these permissions, or with all that the person has. */
  token(name: CallerName, permissions?: readonly Permission[]): Promise<string>;
}

/** Makes everybody in a database that holds the facts of world-facts.ts. */
export async function makePeople(access: AccessParts): Promise<People> {
  const person = async (of: OrganisationName, name: string, roles: readonly Role[]) => {
    const { id: organisation, kind: organisationKind } = members[of];
    const username = roles.length === 0 ? undefined : name.toLowerCase();
    const facts = { organisation, organisationKind, name, username, roles };
    const password = roles.length === 0 ? undefined : 'correct horse battery staple';
    const made = await createPerson(access, { ...facts, password });
    return made.person;
  };
  const everybody = [
    ...Object.entries(callers).map(([name, { of, roles }]) => ({ name, of, roles })),
    ...Object.entries(unsigned).map(([name, of]) => ({ name, of, roles: [] })),
  ];
  // At once: passwords are hashed beside this thread, and each waits for its own transaction.
  const made = everybody.map(async ({ name, of, roles }) => [name, await person(of, name, roles)]);
  const ids: People['ids'] = Object.fromEntries(await Promise.all(made));
  const token = async (name: CallerName, permissions?: readonly Permission[]) => {
    const { of, roles } = callers[name];
    const held = permissionsOf(members[of].kind, roles);
    const credential = { kind: 'session', id: 'test' } as const;
    const caller = {
      person: ids[name],
      organisation: members[of].id,
      organisationKind: members[of].kind,
      roles,
      permissions: held,
      credential,
    };
    const wish = { name, permissions: permissions ?? [...held] };
    const by = { person: ids[name], credential, address: '127.0.0.1', requestId: 'test' };
    return (await issueToken(access, caller, wish, by)).token;
  };
  return { ids, token };
}
