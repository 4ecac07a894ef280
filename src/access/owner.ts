/** Whose a credential is: asked on every request, beside what others ask. */

import type { Connection } from 'mongoose';
import { askedTogether } from '../database/asking-together.ts';
import { peopleCollection, type StoredPerson } from './models.ts';

/** What a caller is made of; the rest of the person stays here. */
export type Owner = Pick<StoredPerson, '_id' | 'organisation' | 'roles' | 'active' | 'passwordMustChange'>;

/** @returns undefined where there is no such person any more */
export async function findOwner(connection: Connection, person: string): Promise<Owner | undefined> {
  const [found] = await askedTogether(connection).where<StoredPerson>(peopleCollection, '_id', [person]);
  if (found === undefined) return undefined;
  const { _id, organisation, roles, active, passwordMustChange } = found;
  return { _id, organisation, roles, active, passwordMustChange };
}
