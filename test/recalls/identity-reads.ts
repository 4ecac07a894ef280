/** The audit trail of a hospital's patients, as stored beside what is sealed. */
import type { World } from './world.ts';

/** @returns what was read, by whom and what for; the fields that a test asserts. */
export async function listReads({ parts }: World, organisation: string) {
  const found = await parts.db.collection('identityReads').find({ organisation }).toArray();
  return found.map(({ action, purpose, uses, person }) => ({ action, purpose, uses, person }));
}
