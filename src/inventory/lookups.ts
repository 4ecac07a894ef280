/**
 * What the preparation of commands looks up outside the ledger. One command asks as it goes; for many that are prepared
 * together, everybody named is read at once and nobody twice.
 */
import type { Organisation } from '../catalogue/organisation.ts';
import { readOrganisation, readOrganisations } from '../catalogue/organisations.ts';
import type { Place } from '../catalogue/place.ts';
import { readPlaces } from '../catalogue/places.ts';
import type { Programme } from '../catalogue/programme.ts';
import { readProgramme } from '../catalogue/programmes.ts';
import type { Documents } from '../database/documents.ts';

export interface Lookups {
  /** @returns those that exist, whoever's they are, by id */
  places(ids: readonly string[]): Promise<ReadonlyMap<string, Place>>;
  organisation(id: string): Promise<Organisation | undefined>;
  programme(id: string): Promise<Programme | undefined>;
}

/** @returns look-ups that read each thing when it is asked for. */
export function lookupsOf(documents: Documents): Lookups {
  return {
    places: (ids) => readPlaces(documents, ids),
    organisation: (id) => readOrganisation(documents, id),
    programme: (id) => readProgramme(documents, id),
  };
}

/** @param named ids of places and organisations that will be asked for, as many as one read may have of each */
export async function lookupsAtOnce(
  documents: Documents,
  named: { readonly places: Iterable<string>; readonly organisations: Iterable<string> },
): Promise<Lookups> {
  const places = await readPlaces(documents, [...new Set(named.places)]);
  const organisations = await readOrganisations(documents, [...new Set(named.organisations)]);
  const programmes = new Map<string, Promise<Programme | undefined>>();
  return {
    places: async () => places,
    organisation: async (id) => organisations.get(id),
    programme: (id) => {
      const asked = programmes.get(id) ?? readProgramme(documents, id);
      programmes.set(id, asked);
      return asked;
    },
  };
}
