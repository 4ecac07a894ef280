/** Finding the commitments in an event, so that its writer can read the texts behind them. */
import type { AnyEvent, Commitment } from '../ledger/event.ts';

const commitmentPattern = /^sha-256:[0-9a-f]{64}$/;

/** @returns every commitment in an event's details and documents. */
export function commitmentsIn({ details, why }: Pick<AnyEvent, 'details' | 'why'>): Commitment[] {
  const found = new Set<Commitment>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (commitmentPattern.test(value)) found.add(value as Commitment);
    } else if (typeof value === 'object' && value !== null) {
      for (const inner of Object.values(value)) visit(inner);
    }
  };
  visit(details);
  visit(why);
  return [...found];
}
