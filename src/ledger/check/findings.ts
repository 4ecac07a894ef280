/** What a check found, counted by kind; examples are bounded, so that a ruined database does not fill the screen. */

/** Every way in which what is stored can differ from what follows from the events. */
export const findingKinds = {
  'event/hash': 'an event is not what its content hash says',
  'event/fields': 'an event has fields that its type does not have, or lacks some',
  'event/malformed': 'an event cannot be read',
  'event/id': "an event's id does not follow from its command",
  'event/without-command': 'an event belongs to no command',
  'event/twice': 'an event belongs to several commands',
  'command/event-missing': 'a command names an event that is not there',
  'command/differs': "an event's writer or time is not its command's",
  'correction/original-missing': 'a correction corrects an event that is not there',
  'correction/foreign': 'a correction was written by another organisation than its original',
  'correction/twice': 'an event was corrected more than once',
  'entry/missing': 'an entry is missing',
  'entry/extra': 'an entry follows from no event',
  'entry/differs': 'an entry differs from its event',
  'lot/not-zero': "a lot's accounts do not sum to zero",
  'balance/sign': 'events bring an account below zero (or production and unexplained above)',
  'holding/missing': 'a holding is missing',
  'holding/extra': 'a holding follows from no event',
  'holding/balances': "a holding's balances differ from its events",
  'holding/fields': 'a holding does not say whose and of what it is',
  'holding/versions': "a holding's versions have gaps, repeat, or lie behind",
  'holding/unfenced': 'a holding that was there when a recall was decided carries no mark of its fence',
  'use/unmarked': 'a use recorded behind the fence of a hold or recall does not carry it',
  'unit/missing': 'a unit is missing',
  'unit/extra': 'a unit follows from no event',
  'unit/differs': 'a unit differs from its events',
  'unit/versions': "a unit's versions have gaps, repeat, or lie behind",
  'lot/missing': "a lot's document is missing",
  'lot/extra': "a lot's document follows from no event",
  'lot/fields': "a lot's document does not say which lot it is",
  'lot/restrictions': 'what stands on a lot is not what events put there',
  'product/missing': "a product's standing is missing",
  'product/restrictions': 'what stands on a product is not what events put there',
} as const;
export type FindingKind = keyof typeof findingKinds;

export interface Example {
  /** Id of the document. */
  readonly subject: string;
  readonly detail: string;
}

export interface FoundKind {
  readonly kind: FindingKind;
  readonly meaning: string;
  readonly count: number;
  /** The first ones, at most {@link examplesAtMost}. */
  readonly examples: readonly Example[];
}

export const examplesAtMost = 20;
const detailLength = 400;

export class Findings {
  private readonly found = new Map<FindingKind, { count: number; examples: Example[] }>();

  add(kind: FindingKind, subject: string, detail = ''): void {
    const before = this.found.get(kind) ?? { count: 0, examples: [] };
    before.count += 1;
    if (before.examples.length < examplesAtMost) {
      before.examples.push({ subject, detail: detail.slice(0, detailLength) });
    }
    this.found.set(kind, before);
  }

  list(): FoundKind[] {
    return [...this.found].map(([kind, { count, examples }]) => ({
      kind,
      meaning: findingKinds[kind],
      count,
      examples,
    }));
  }
}
