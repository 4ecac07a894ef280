/** Places in the database. */
import type mongoose from 'mongoose';
import type { Connection } from 'mongoose';
import type { IdSource } from '../clock.ts';
import type { Documents } from '../database/documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { placeModel, type StoredPlace } from './models.ts';
import { afterId, setAndUnset } from './organisations.ts';
import { type Place, treeFault } from './place.ts';
import { takeTurn } from './turns.ts';

/** How many places an organisation may have, and one read may give (law 9). */
export const placesPerOrganisation = 5_000;

type Session = mongoose.mongo.ClientSession;

/** @returns those that exist, active or not, by id; of any organisation: the caller checks whose they are. */
export async function readPlaces(documents: Documents, ids: readonly string[]): Promise<Map<string, Place>> {
  if (ids.length > placesPerOrganisation) {
    throw new Error(`${ids.length} places in one read; the bound is ${placesPerOrganisation}`);
  }
  const found = await documents.where<StoredPlace>('places', '_id', ids);
  return byId(found);
}

/** @returns every place of an organisation, active or not, by id. */
export async function readPlacesOfOrganisation(
  connection: Connection,
  organisation: string,
  session?: Session,
): Promise<Map<string, Place>> {
  const found = await placeModel(connection)
    .find({ organisation })
    .session(session ?? null)
    .sort({ _id: 1 })
    .limit(placesPerOrganisation)
    .lean<StoredPlace[]>();
  return byId(found);
}

/** @returns a page of an organisation's places in the order of their ids. */
export async function listPlaces(
  connection: Connection,
  organisation: string,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<Place[]> {
  const query = placeModel(connection).find({ organisation, ...afterId(page.after) });
  const found = await query.sort({ _id: 1 }).limit(page.limit).lean<StoredPlace[]>();
  return found.map(placeOf);
}

export type NewPlace = Omit<Place, 'id' | 'organisation' | 'active'>;

/** @throws Failure `catalogue/place-tree`, `catalogue/place-limit`, `catalogue/organisation-inactive` */
export async function createPlace(
  { connection, ids }: { readonly connection: Connection; readonly ids: IdSource },
  organisation: string,
  facts: NewPlace,
): Promise<Place> {
  const place: Place = { id: ids.uuid(), organisation, ...facts, active: true };
  const { id, ...rest } = place;
  await inTransaction(connection, async (session) => {
    await takeTurn(connection, session, organisation);
    const places = await readPlacesOfOrganisation(connection, organisation, session);
    if (places.size >= placesPerOrganisation) {
      throw new Failure('catalogue/place-limit', { limit: placesPerOrganisation });
    }
    refuseWrongParent(places, id, facts.parent);
    await placeModel(connection).create([{ _id: id, ...rest }], { session });
  });
  return place;
}

/** `null` takes a fact away; without `parent` a place is at the top. */
export interface PlaceChange {
  readonly name?: Place['name'] | undefined;
  readonly kind?: Place['kind'] | undefined;
  readonly parent?: string | null | undefined;
  readonly gln?: string | null | undefined;
  readonly active?: boolean | undefined;
}

/** Whether the ledger shows stock at a place, in any condition; satisfied by the composition root. */
export type PlaceHoldsStock = (place: Pick<Place, 'id' | 'organisation'>) => Promise<boolean>;

/**
 * Changes a place of the organisation. Stock that arrives while its place is being deactivated is not lost: the
 * ledger still shows it there, and activating the place again makes it usable.
 * @throws Failure `not-found`, `catalogue/place-tree`, `catalogue/place-holds-stock`, `catalogue/place-has-places`
 */
export async function changePlace(
  { connection, holdsStock }: { readonly connection: Connection; readonly holdsStock: PlaceHoldsStock },
  organisation: string,
  id: string,
  change: PlaceChange,
): Promise<Place> {
  // Asked before the transaction, which does no work but its own.
  if (change.active === false && (await holdsStock({ id, organisation }))) {
    throw new Failure('catalogue/place-holds-stock', { place: id });
  }
  return inTransaction(connection, async (session) => {
    await takeTurn(connection, session, organisation);
    const places = await readPlacesOfOrganisation(connection, organisation, session);
    const before = places.get(id);
    if (before === undefined) throw new Failure('not-found', { place: id });
    const parent = change.parent === undefined ? before.parent : (change.parent ?? undefined);
    const active = change.active ?? before.active;
    if (change.parent !== undefined || (active && !before.active)) refuseWrongParent(places, id, parent);
    if (!active && hasActiveChild(places, id)) throw new Failure('catalogue/place-has-places', { place: id });
    const stored = await placeModel(connection)
      .findOneAndUpdate({ _id: id, organisation }, setAndUnset(change), { returnDocument: 'after', session })
      .lean<StoredPlace>();
    if (stored === null) throw new Failure('not-found', { place: id });
    return placeOf(stored);
  });
}

function refuseWrongParent(places: ReadonlyMap<string, Place>, id: string, parent: string | undefined): void {
  const inactive = parent !== undefined && places.get(parent)?.active === false;
  const fault = treeFault(places, id, parent) ?? (inactive ? 'inactive-parent' : undefined);
  if (fault !== undefined) throw new Failure('catalogue/place-tree', { place: id, parent, fault });
}

function hasActiveChild(places: ReadonlyMap<string, Place>, id: string): boolean {
  return [...places.values()].some((place) => place.parent === id && place.active);
}

function byId(stored: readonly StoredPlace[]): Map<string, Place> {
  return new Map(stored.map((place) => [place._id, placeOf(place)]));
}

/** @returns the place of a stored document. */
export function placeOf({ _id, ...rest }: StoredPlace): Place {
  return { id: _id, ...rest };
}
