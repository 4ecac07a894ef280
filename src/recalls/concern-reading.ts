/**
 * Whom a recall concerns, asked of the database so that no number of lots or of events keeps it from an answer: of whole
 * lots as distinct parties and holders, of what narrows them by the entries, a portion at a time.
 */
import type { mongo } from 'mongoose';
import {
  addresseesOf,
  type EntryChoice,
  entriesInPortions,
  holdersInRange,
  lotsHeldInRange,
  organisationsInRange,
} from '../ledger/read.ts';
import { type Concern, concernedBy } from './concerned.ts';
import type { Recall } from './recall.ts';
import { coversWholeLots, rangeOf } from './scope.ts';
import { scopeFactsOf } from './situation.ts';

/** @returns those concerned beside the registrant, in the order of their ids, as {@link concernedBy} of all entries. */
export async function readConcerned(db: mongo.Db, recall: Recall): Promise<Map<string, Concern>> {
  if (!coversWholeLots(recall.scope)) return await concernedByPortions(db, recall, {});
  const [{ moved, used }, sentTo] = await Promise.all([
    organisationsInRange(db, rangeOf(recall.scope)),
    addressees(db, recall),
  ]);
  const ids = [...new Set([...moved, ...used, ...sentTo])].filter((id) => id !== recall.organisation).sort();
  return new Map(
    ids.map((organisation) => {
      const had = moved.has(organisation) || sentTo.has(organisation);
      return [organisation, { organisation, had, used: used.has(organisation) }];
    }),
  );
}

/** @returns the ids alone. Every event that moves or uses a lot writes a holding, so holdings know all but addressees. */
export async function readConcernedIds(db: mongo.Db, recall: Recall): Promise<Set<string>> {
  if (!coversWholeLots(recall.scope)) return new Set((await readConcerned(db, recall)).keys());
  const [holders, sentTo] = await Promise.all([
    holdersInRange(db, rangeOf(recall.scope)),
    addressees(db, recall),
  ]);
  return new Set([...holders, ...sentTo].filter((id) => id !== recall.organisation));
}

/** @returns whether an organisation other than the registrant is concerned. */
export async function isConcerned(db: mongo.Db, recall: Recall, organisation: string): Promise<boolean> {
  const range = rangeOf(recall.scope);
  const whole = coversWholeLots(recall.scope);
  const holds = (await lotsHeldInRange(db, range, organisation, 1)).length > 0;
  if (holds && whole) return true;
  if (
    holds &&
    (await concernedByPortions(db, recall, { party: organisation }, organisation)).has(organisation)
  ) {
    return true;
  }
  if (whole) return (await addressees(db, recall, organisation)).has(organisation);
  return (await concernedByPortions(db, recall, { type: 'shipped' }, organisation)).has(organisation);
}

/** @param until who, once found, ends the search */
async function concernedByPortions(
  db: mongo.Db,
  recall: Recall,
  choice: EntryChoice,
  until?: string,
): Promise<Map<string, Concern>> {
  let found = new Map<string, Concern>();
  for await (const entries of entriesInPortions(db, rangeOf(recall.scope), choice)) {
    const shipped = entries.filter(({ type }) => type === 'shipped').map(({ event }) => event);
    const [facts, sentTo] = await Promise.all([
      scopeFactsOf(db, recall, entries),
      addresseesOf(db, [...new Set(shipped)]),
    ]);
    found = concernedBy({ recall, facts, entries, addressees: sentTo }, found);
    if (until !== undefined && found.has(until)) return found;
  }
  return found;
}

/** To whom anything of the lots was ever sent, received or not. @param until who, once found, ends the search */
async function addressees(db: mongo.Db, recall: Recall, until?: string): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const entries of entriesInPortions(db, rangeOf(recall.scope), { type: 'shipped' })) {
    for (const to of (await addresseesOf(db, [...new Set(entries.map(({ event }) => event))])).values()) {
      found.add(to);
    }
    if (until !== undefined && found.has(until)) return found;
  }
  return found;
}
