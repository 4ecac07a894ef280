/** Synthetic patients: numbers and names that are nobody's. */
import type { Chance } from './chance.ts';
import { personName } from './invented-names.ts';

/** Where the names of patients begin in the list, so that few are those of staff. */
const firstName = 700;

/** @param n of the whole story, from 0 */
export function patientOf(n: number, chance: Chance) {
  const number = String(n + 1).padStart(6, '0');
  const year = 1944 + chance.below(42);
  const month = String(1 + chance.below(12)).padStart(2, '0');
  const day = String(1 + chance.below(28)).padStart(2, '0');
  return {
    inpatientNumber: `ZY00${number}`,
    recordNumber: `BA00${number}`,
    name: personName(firstName + n),
    birthDate: `${year}-${month}-${day}`,
    sex: chance.pick(['female', 'male'] as const),
    phone: `000-5551-${number.slice(2)}`,
  };
}
