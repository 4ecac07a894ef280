/** What a decision comes to: what is to be written of it, and how its command ends once that is committed. */
import type { Write } from '../database/write.ts';
import { Failure } from '../errors.ts';
import { type Projector, writesOf } from './append.ts';
import { type CommandOutcome, commandsCollection, type StoredCommand } from './collections.ts';
import { complete } from './complete.ts';
import type { Accepted, Command, Decision, DecisionContext } from './decision.ts';
import type { Snapshot } from './snapshot.ts';

export interface Decided<Answer> {
  readonly writes: readonly Write[];
  /** In characters of its events. */
  readonly size: number;
  readonly ending:
    | { readonly kind: 'accepted'; readonly accepted: Accepted<Answer> }
    | { readonly kind: 'refused'; readonly refusal: Failure };
}

export interface DecidedCommand {
  readonly command: Command;
  readonly context: DecisionContext;
  readonly record: Omit<StoredCommand, 'outcome'>;
}

/**
 * A refusal is written too: it was decided behind those before it, and without them it might not have been one.
 * @param snapshot the one that was decided on
 * @throws InvalidEvent or Overdrawn on a decision's fault
 */
export async function decided<Answer>(
  { command, context, record }: DecidedCommand,
  decision: Decision<Answer>,
  snapshot: Snapshot,
  projectors: readonly Projector[],
): Promise<Decided<Answer>> {
  const stored = (outcome: CommandOutcome): Write => ({
    collection: commandsCollection,
    insert: { ...record, outcome },
  });
  if (decision.kind === 'refused') {
    const { code, info, faults } = decision;
    const refusal = new Failure(code, info, faults);
    return {
      writes: [stored({ kind: 'refused', code, info, faults })],
      size: 0,
      ending: { kind: 'refused', refusal },
    };
  }
  const { events, size } = complete(decision.events, command, context);
  const accepted = { events: events.map(({ id }) => id), answer: decision.answer };
  const writes = [
    stored({ kind: 'accepted', ...accepted }),
    ...(events.length === 0 ? [] : await writesOf(snapshot, events, projectors)),
    ...(decision.writes ?? []),
  ];
  return { writes, size, ending: { kind: 'accepted', accepted } };
}
