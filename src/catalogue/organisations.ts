/** Organisations in the database. */
import mongoose, { type Connection } from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';
import { type DocumentSource, documentsOf } from '../database/documents.ts';
import { duplicateKey, inTransaction } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { organisationModel, type StoredOrganisation } from './models.ts';
import type { Organisation, OrganisationKind } from './organisation.ts';

/** How many organisations one read may ask for (law 9). */
export const organisationsPerRead = 1_000;

/** @returns the organisation, active or not, or undefined. @param id UUID */
export async function readOrganisation(
  source: DocumentSource,
  id: string,
): Promise<Organisation | undefined> {
  return (await readOrganisations(source, [id])).get(id);
}

/**
 * @param ids at most {@link organisationsPerRead}
 * @returns those that exist, active or not, by id
 */
export async function readOrganisations(
  source: DocumentSource,
  ids: readonly string[],
): Promise<Map<string, Organisation>> {
  if (ids.length > organisationsPerRead) {
    throw new Error(`${ids.length} organisations in one read; the bound is ${organisationsPerRead}`);
  }
  const found = await documentsOf(source).where<StoredOrganisation>('organisations', '_id', ids);
  return new Map(found.map((stored) => [stored._id, organisationOf(stored)]));
}

export interface OrganisationFilter {
  readonly kind?: OrganisationKind | undefined;
  /** Part of a name in either language, or a whole credit code. */
  readonly search?: string | undefined;
  /** Id of the last one of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** @returns a page of organisations in the order of their ids. */
export async function listOrganisations(
  connection: Connection,
  { kind, search, after, limit }: OrganisationFilter,
): Promise<Organisation[]> {
  const query = organisationModel(connection).find({
    ...(kind === undefined ? {} : { kind }),
    ...afterId(after),
    ...(search === undefined ? {} : { $or: matching(search) }),
  });
  const found = await query.sort({ _id: 1 }).limit(limit).lean<StoredOrganisation[]>();
  return found.map(organisationOf);
}

function matching(search: string) {
  const part = containing(search);
  return [{ 'name.zh': part }, { 'name.en': part }, { creditCode: search }];
}

/** @returns the filter for what follows the last id of the page before; an operator of ours, not of a request. */
export function afterId(after: string | undefined): { _id?: string } {
  // The declared type is what mongoose's filter takes; the trusted operator is one of its values.
  return after === undefined ? {} : { _id: mongoose.trusted({ $gt: after }) as unknown as string };
}

/** A search is text, never a pattern of the client's making. */
export function containing(search: string): RegExp {
  return new RegExp(RegExp.escape(search), 'i');
}

/** Makes the organisation's first administrator, in the same transaction; satisfied by the access room. */
export type CreateFirstAdministrator = (
  administrator: {
    readonly organisation: string;
    readonly organisationKind: OrganisationKind;
    readonly username: string;
    readonly name: string;
  },
  session: mongoose.mongo.ClientSession,
) => Promise<{ readonly person: string; readonly oneTimeSecret: string }>;

export interface RegisterParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly createFirstAdministrator: CreateFirstAdministrator;
}

/** What the operator states of a new organisation. */
export type NewOrganisation = Omit<Organisation, 'id' | 'active' | 'createdAt'>;

/**
 * Makes an organisation and its first administrator, both or neither.
 * @returns the organisation, and the one-time secret, which is kept nowhere
 * @throws Failure `catalogue/credit-code-taken`, `catalogue/company-prefix-taken`, or what the access room refuses (a username taken)
 */
export async function registerOrganisation(
  { connection, clock, ids, createFirstAdministrator }: RegisterParts,
  facts: NewOrganisation,
  administrator: { readonly username: string; readonly name: string },
): Promise<{ organisation: Organisation; person: string; oneTimeSecret: string }> {
  const organisation = newOrganisation({ clock, ids }, facts);
  const made = await inTransaction(connection, async (session) => {
    await insertOrganisation(connection, organisation, session);
    const owner = { organisation: organisation.id, organisationKind: organisation.kind };
    return createFirstAdministrator({ ...owner, ...administrator }, session);
  });
  return { organisation, ...made };
}

/** @returns a new organisation, active from now. */
export function newOrganisation(
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
  facts: NewOrganisation,
): Organisation {
  return { id: ids.uuid(), ...facts, active: true, createdAt: clock.now().toISOString() };
}

/**
 * Stores an organisation as it is; the first start and the import use it without an administrator.
 * @throws Failure `catalogue/credit-code-taken`, `catalogue/company-prefix-taken`
 */
export async function insertOrganisation(
  connection: Connection,
  { id, ...facts }: Organisation,
  session?: mongoose.mongo.ClientSession,
): Promise<void> {
  const stored = { _id: id, ...facts, structureVersion: 0 };
  const options = session === undefined ? {} : { session };
  try {
    await organisationModel(connection).create([stored], options);
  } catch (error) {
    throw takenOr(error);
  }
}

/** @returns the failure where another organisation has stated the same of itself, else the error. */
function takenOr(error: unknown): unknown {
  const { creditCode, gs1Prefix } = duplicateKey(error) ?? {};
  if (creditCode !== undefined) return new Failure('catalogue/credit-code-taken', { creditCode });
  return gs1Prefix === undefined ? error : new Failure('catalogue/company-prefix-taken', { gs1Prefix });
}

/** Facts that an organisation keeps right itself; `null` takes one away. Who it is and where, the operator states. */
export interface OwnFactsChange {
  readonly name?: Organisation['name'] | undefined;
  readonly address?: string | null | undefined;
  readonly contact?: Organisation['contact'] | null | undefined;
  readonly licences?: Organisation['licences'] | undefined;
  readonly gln?: string | null | undefined;
  readonly gs1Prefix?: string | null | undefined;
}

/** @returns the organisation as it is now. @throws Failure `not-found`, `catalogue/company-prefix-taken` */
export async function changeOrganisation(
  connection: Connection,
  id: string,
  change: OwnFactsChange,
): Promise<Organisation> {
  try {
    return await updated(connection, id, setAndUnset(change));
  } catch (error) {
    throw takenOr(error);
  }
}

/** Closes or opens an organisation; its records stay. @throws Failure `not-found` */
export async function setOrganisationActive(
  connection: Connection,
  id: string,
  active: boolean,
): Promise<Organisation> {
  return updated(connection, id, { $set: { active } });
}

async function updated(connection: Connection, id: string, update: object): Promise<Organisation> {
  const stored = await organisationModel(connection)
    .findOneAndUpdate({ _id: id }, update, { returnDocument: 'after' })
    .lean<StoredOrganisation>();
  if (stored === null) throw new Failure('not-found', { organisation: id });
  return organisationOf(stored);
}

/** @returns an update that sets what is given, takes away what is null, and leaves the rest. */
export function setAndUnset(change: object): { $set?: object; $unset?: object } {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const set = given.filter(([, value]) => value !== null);
  const unset = given.filter(([, value]) => value === null).map(([key]) => [key, 1]);
  return {
    ...(set.length === 0 ? {} : { $set: Object.fromEntries(set) }),
    ...(unset.length === 0 ? {} : { $unset: Object.fromEntries(unset) }),
  };
}

/** @returns the organisation of a stored document. */
export function organisationOf(stored: StoredOrganisation): Organisation {
  const { _id, structureVersion: _version, ...rest } = stored;
  return { id: _id, ...rest };
}
