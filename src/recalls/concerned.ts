/** Whom a recall concerns: those that have, had or used what it covers, and those to whom it is on its way. Pure. */

import { sterilisationLotOf } from './exposure.ts';
import { coversTransfer, stepOfUse } from './scope.ts';
import type { Situation } from './situation.ts';

export interface Concern {
  readonly organisation: string;
  /** Things in scope are or were in its books, or were sent to it. */
  readonly had: boolean;
  readonly used: boolean;
}

/**
 * @param before what earlier portions of the entries came to
 * @returns those concerned beside the registrant, who has the duty, by organisation id
 */
export function concernedBy(
  { recall, facts, entries, addressees }: Pick<Situation, 'recall' | 'facts' | 'entries' | 'addressees'>,
  before: ReadonlyMap<string, Concern> = new Map(),
): Map<string, Concern> {
  const found = new Map(before);
  // Of a thousand uses in one hospital the first says it.
  const isSeen = (organisation: string | undefined, what: 'had' | 'used') =>
    organisation === undefined ||
    organisation === recall.organisation ||
    found.get(organisation)?.[what] === true;
  const see = (organisation: string | undefined, what: 'had' | 'used') => {
    if (organisation === undefined || isSeen(organisation, what)) return;
    const known = found.get(organisation) ?? { organisation, had: false, used: false };
    found.set(organisation, { ...known, [what]: true });
  };
  for (const entry of entries) {
    for (const transfer of entry.transfers) {
      const parties = [transfer.from.organisation, transfer.to.organisation, addressees.get(entry.event)];
      if (parties.every((party) => isSeen(party, 'had'))) continue;
      if (!coversTransfer(recall.scope, facts, transfer)) continue;
      for (const party of parties) see(party, 'had');
    }
    for (const use of entry.uses) {
      if (isSeen(entry.organisation, 'used')) continue;
      const covered = stepOfUse(recall.scope, facts, use, sterilisationLotOf(entry, use)) !== undefined;
      if (covered) see(entry.organisation, 'used');
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
