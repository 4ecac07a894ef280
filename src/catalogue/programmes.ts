/** Welfare programmes in the database. */
import type { Connection } from 'mongoose';
import { programmeModel, type StoredProgramme } from './models.ts';
import type { Programme } from './programme.ts';

/** @returns the programme, or undefined. @param id UUID */
export async function readProgramme(connection: Connection, id: string): Promise<Programme | undefined> {
  const stored = await programmeModel(connection).findOne({ _id: id }).lean<StoredProgramme>();
  return stored === null ? undefined : programmeOf(stored);
}

/** @returns the programme of a stored document. */
export function programmeOf({ _id, ...rest }: StoredProgramme): Programme {
  return { id: _id, ...rest };
}
