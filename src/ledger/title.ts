/** Title: whose a thing is. Consignment, loaned and donated stock lie on the same shelf as bought stock. */

export const titleBases = ['bought', 'consignment', 'loan', 'donated', 'unknown'] as const;

export interface Title {
  /** Organisation id of the owner. */
  readonly owner: string;
  /** `unknown`: the thing is here without a history (drawn from `unexplained`). */
  readonly basis: (typeof titleBases)[number];
  /** Welfare programme id, for donated stock. */
  readonly programme?: string;
}

/** @returns a key that is equal for equal titles, for balances within one holding. */
export function titleKey(title: Title): string {
  return `${title.owner}|${title.basis}|${title.programme ?? ''}`;
}
