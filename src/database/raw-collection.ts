import type { Connection, mongo } from 'mongoose';

/**
 * A collection through the raw driver, for the reads that every request makes: asking through mongoose costs half as
 * much again. Nothing sanitises a filter here, so it holds only what we wrote ourselves and texts.
 * @throws Error before the connection is open
 */
export function rawCollection<T extends { readonly _id: string }>(
  { db }: Connection,
  name: string,
): mongo.Collection<T> {
  if (db === undefined) throw new Error('not connected');
  return db.collection<T>(name);
}
