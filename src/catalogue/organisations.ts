/** Organisations in the database. */
import mongoose, { type Connection } from 'mongoose';
import { organisationModel, type StoredOrganisation } from './models.ts';
import type { Organisation } from './organisation.ts';

/** How many organisations one read may ask for (law 9). */
export const organisationsPerRead = 1_000;

/** @returns the organisation, active or not, or undefined. @param id UUID */
export async function readOrganisation(
  connection: Connection,
  id: string,
): Promise<Organisation | undefined> {
  return (await readOrganisations(connection, [id])).get(id);
}

/**
 * @param ids at most {@link organisationsPerRead}
 * @returns those that exist, active or not, by id
 */
export async function readOrganisations(
  connection: Connection,
  ids: readonly string[],
): Promise<Map<string, Organisation>> {
  if (ids.length > organisationsPerRead) {
    throw new Error(`${ids.length} organisations in one read; the bound is ${organisationsPerRead}`);
  }
  const found = await organisationModel(connection)
    .find({ _id: mongoose.trusted({ $in: [...ids] }) })
    .lean<StoredOrganisation[]>();
  return new Map(found.map((stored) => [stored._id, organisationOf(stored)]));
}

/** @returns the organisation of a stored document. */
export function organisationOf(stored: StoredOrganisation): Organisation {
  const { _id, structureVersion: _version, ...rest } = stored;
  return { id: _id, ...rest };
}
