/** Welfare programmes in the database. */
import type { Connection } from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';
import { askedTogether } from '../database/asking-together.ts';
import type { Documents } from '../database/documents.ts';
import { Failure } from '../errors.ts';
import { programmeModel, type StoredProgramme } from './models.ts';
import { afterId, readOrganisation } from './organisations.ts';
import type { Programme } from './programme.ts';

/** @returns the programme, or undefined. @param id UUID */
export async function readProgramme(documents: Documents, id: string): Promise<Programme | undefined> {
  const [stored] = await documents.where<StoredProgramme>('programmes', '_id', [id]);
  return stored === undefined ? undefined : programmeOf(stored);
}

/** @returns a page of programmes, of one foundation or of all, in the order of their ids. */
export async function listProgrammes(
  connection: Connection,
  page: {
    readonly foundation?: string | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  },
): Promise<Programme[]> {
  const { foundation, after } = page;
  const query = programmeModel(connection).find({
    ...(foundation === undefined ? {} : { foundation }),
    ...afterId(after),
  });
  const found = await query.sort({ _id: 1 }).limit(page.limit).lean<StoredProgramme[]>();
  return found.map(programmeOf);
}

/** @throws Failure `catalogue/organisation-inactive` where the foundation is none, or not active */
export async function createProgramme(
  {
    connection,
    clock,
    ids,
  }: { readonly connection: Connection; readonly clock: Clock; readonly ids: IdSource },
  facts: Omit<Programme, 'id' | 'createdAt'>,
): Promise<Programme> {
  const foundation = await readOrganisation(askedTogether(connection), facts.foundation);
  if (foundation?.kind !== 'foundation' || !foundation.active) {
    throw new Failure('catalogue/organisation-inactive', { organisation: facts.foundation });
  }
  const programme: Programme = { id: ids.uuid(), ...facts, createdAt: clock.now().toISOString() };
  const { id, ...rest } = programme;
  await programmeModel(connection).create([{ _id: id, ...rest }]);
  return programme;
}

/** @returns the programme of a stored document. */
export function programmeOf({ _id, ...rest }: StoredProgramme): Programme {
  return { id: _id, ...rest };
}
