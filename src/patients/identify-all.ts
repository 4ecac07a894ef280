/** Who was behind uses of which there may be more than one reading takes. */
import { type IdentityAnswer, type Patients, patientBounds } from './interface.ts';

/**
 * As `Patients.identify`, of any number of uses: so many readings, and lines in the audit trail, as its bound asks for.
 * @returns an answer for every pseudonym, each of whose readings is in the audit trail
 */
export async function identifyAll(
  patients: Pick<Patients, 'identify'>,
  request: Parameters<Patients['identify']>[0],
): Promise<ReadonlyMap<string, IdentityAnswer>> {
  const pseudonyms = [...new Set(request.pseudonyms)];
  const found = new Map<string, IdentityAnswer>();
  for (let from = 0; from < pseudonyms.length; from += patientBounds.pseudonyms) {
    const some = pseudonyms.slice(from, from + patientBounds.pseudonyms);
    const answers = await patients.identify({ ...request, pseudonyms: some });
    for (const [pseudonym, answer] of answers) found.set(pseudonym, answer);
  }
  return found;
}
