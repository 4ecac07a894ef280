/** From what a decision says of events to the events as they are stored. Pure. */
import { InvalidEvent } from './append.ts';
import { contentHash } from './content-hash.ts';
import { type AnyDraft, type AnyEvent, bounds, schemaVersion } from './event.ts';
import type { Command, DecisionContext } from './run.ts';

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
    const text = JSON.stringify(event, refuseNull);
    if (text.length > bounds.charactersPerEvent) throw new InvalidEvent(`${text.length} characters`);
    size += text.length;
    const plain = JSON.parse(text) as Omit<AnyEvent, 'contentHash'>;
    return { ...plain, contentHash: contentHash(plain) } as AnyEvent;
  });
  return { events, size };
}

/** An absent field is left out. JSON would write a NaN, and an undefined inside a list, as null. */
function refuseNull(key: string, value: unknown): unknown {
  const lost = value === null || (typeof value === 'number' && !Number.isFinite(value));
  const hole = Array.isArray(value) && value.includes(undefined);
  if (lost || hole) throw new InvalidEvent(`null at ${key}`);
  return value;
}
