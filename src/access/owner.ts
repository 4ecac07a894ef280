/** A credential and whose it is in one read: what every request begins with. */

import type { Connection, mongo } from 'mongoose';
import { rawCollection } from '../database/raw-collection.ts';
import { peopleCollection, type StoredPerson } from './models.ts';

/** What a caller is made of; the rest of the person is not read. */
export type Owner = Pick<StoredPerson, '_id' | 'organisation' | 'roles' | 'active' | 'passwordMustChange'>;

export interface Proven<T> {
  readonly credential: T;
  /** undefined where there is no such person any more. */
  readonly owner: Owner | undefined;
}

/** @param filter of ours, not of a request's JSON */
export async function findWithOwner<T extends { readonly _id: string; readonly person: string }>(
  connection: Connection,
  collection: string,
  filter: mongo.Filter<T>,
): Promise<Proven<T> | undefined> {
  const owners = { from: peopleCollection, localField: 'person', foreignField: '_id', as: 'owners' };
  const unread = ['passwordHash', 'name', 'staffNumber'].map((field) => `owners.${field}`);
  const [found] = await rawCollection<T>(connection, collection)
    .aggregate<T & { readonly owners: readonly Owner[] }>([
      { $match: filter },
      { $lookup: owners },
      { $unset: unread },
    ])
    .toArray();
  if (found === undefined) return undefined;
  const { owners: read, ...credential } = found;
  return { credential: credential as unknown as T, owner: read[0] };
}
