/** Who calls: a person of an organisation, known by a session or a token. */

import type { OrganisationKind, Permission, Role } from './permissions.ts';

/** What an authority may see: its branch of government, level and area (GB/T 2260, 6 digits). */
export interface Authority {
  readonly kind: 'drug' | 'health';
  readonly level: 'national' | 'provincial' | 'municipal';
  readonly area: string;
}

export interface Caller {
  /** Random id of the person; the name stays in this room. */
  readonly person: string;
  readonly organisation: string;
  readonly organisationKind: OrganisationKind;
  readonly roles: readonly Role[];
  /** What this call may do: the roles' permissions, and with a token only those within its scope. */
  readonly permissions: ReadonlySet<Permission>;
  readonly credential: { readonly kind: 'session' | 'token'; readonly id: string };
  readonly authority?: Authority;
  /** Signed in with a one-time secret: nothing but `self` until the password is changed. */
  readonly passwordMustChange?: true;
}

/** What this room asks of an organisation; the catalogue keeps the rest. */
export interface OrganisationFacts {
  readonly id: string;
  readonly kind: OrganisationKind;
  /** An organisation that is not active has no callers. */
  readonly active: boolean;
  readonly authority?: Authority;
}

/** Satisfied by the catalogue, in the composition root. Asked on every request, so that closing takes effect at once. */
export interface OrganisationLookup {
  find(id: string): Promise<OrganisationFacts | undefined>;
}
