/** From what a decision says of events to the events as they are stored. Pure. */
import { InvalidEvent } from './append.ts';
import { contentHash } from './content-hash.ts';
import type { Command, DecisionContext } from './decision.ts';
import { type AnyDraft, type AnyEvent, bounds, schemaVersion } from './event.ts';

/**
 * Gives drafts their identity, their time of record and their hash; the order of fields does not matter.
 * @returns the events, and how many characters of JSON they are
 * @throws InvalidEvent
 */
export function complete(
  drafts: readonly AnyDraft[],
  command: Pick<Command, 'organisation' | 'actor'>,
  context: DecisionContext,
): { readonly events: readonly AnyEvent[]; readonly size: number } {
  if (drafts.length > bounds.eventsPerCommand) throw new InvalidEvent(`${drafts.length} in one command`);
  let size = 0;
  const events = drafts.map((draft, index) => {
    const event = {
      ...draft,
      schemaVersion,
      id: context.eventId(index),
      organisation: command.organisation,
      actor: command.actor,
      recordTime: context.recordTime,
    };
    // What is hashed is what is stored: the driver would keep an undefined field as null.
    const plain = withoutAbsent(event) as Omit<AnyEvent, 'contentHash'>;
    const { length } = JSON.stringify(plain);
    if (length > bounds.charactersPerEvent) throw new InvalidEvent(`${length} characters`);
    size += length;
    return { ...plain, contentHash: contentHash(plain) } as AnyEvent;
  });
  return { events, size };
}

/** An absent field is left out. JSON would write a NaN, and an undefined inside a list, as null. */
function withoutAbsent(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutAbsent(item, key));
  if (typeof value === 'object' && value !== null) {
    const present: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(value)) {
      if (field !== undefined) present[name] = withoutAbsent(field, name);
    }
    return present;
  }
  const lost =
    value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value));
  if (lost) throw new InvalidEvent(`null at ${key}`);
  return value;
}
