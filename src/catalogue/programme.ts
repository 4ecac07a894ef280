/** Welfare programmes 公益项目: devices free of charge or at a reduced fee for patients in need. */
import type { Bilingual } from './bilingual.ts';
import { isValidOn } from './day.ts';

/** Who gives to a programme. A donor is not a supplier: acceptance names the supplier, never the donor. */
export interface Donor {
  readonly name: Bilingual;
  /** Organisation id, where the donor is known here. */
  readonly organisation?: string;
}

export interface Programme {
  /** UUID. */
  readonly id: string;
  /** Organisation id of the foundation. */
  readonly foundation: string;
  readonly name: Bilingual;
  /** First day, `YYYY-MM-DD`. */
  readonly from: string;
  /** Last day, included; absent while there is no end. */
  readonly to?: string;
  readonly donors: readonly Donor[];
  /** RFC 3339. */
  readonly createdAt: string;
}

/** @returns whether the programme runs on that day (`YYYY-MM-DD`). */
export function runsOn(programme: Pick<Programme, 'from' | 'to'>, day: string): boolean {
  const { from, to } = programme;
  return isValidOn(to === undefined ? { validFrom: from } : { validFrom: from, validTo: to }, day);
}
