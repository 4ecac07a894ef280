/** Places in the database. */
import mongoose, { type Connection } from 'mongoose';
import { placeModel, type StoredPlace } from './models.ts';
import type { Place } from './place.ts';

/** How many places an organisation may have, and one read may give (law 9). */
export const placesPerOrganisation = 5_000;

/** @returns those that exist, active or not, by id; of any organisation: the caller checks whose they are. */
export async function readPlaces(
  connection: Connection,
  ids: readonly string[],
): Promise<Map<string, Place>> {
  if (ids.length > placesPerOrganisation) {
    throw new Error(`${ids.length} places in one read; the bound is ${placesPerOrganisation}`);
  }
  const found = await placeModel(connection)
    .find({ _id: mongoose.trusted({ $in: [...ids] }) })
    .lean<StoredPlace[]>();
  return new Map(found.map((stored) => [stored._id, placeOf(stored)]));
}

/** @returns every place of an organisation, active or not, by id. */
export async function readPlacesOfOrganisation(
  connection: Connection,
  organisation: string,
): Promise<Map<string, Place>> {
  const found = await placeModel(connection)
    .find({ organisation })
    .sort({ _id: 1 })
    .limit(placesPerOrganisation)
    .lean<StoredPlace[]>();
  return new Map(found.map((stored) => [stored._id, placeOf(stored)]));
}

/** @returns the place of a stored document. */
export function placeOf({ _id, ...rest }: StoredPlace): Place {
  return { id: _id, ...rest };
}
