/** What may be read of recalls; who sees what is decided in viewer.ts. */
import { identifyAll } from '../patients/identify-all.ts';
import type { IdentityAnswer, Reader } from '../patients/interface.ts';
import { readConcerned } from './concern-reading.ts';
import type { Exposure } from './exposure.ts';
import type { RecallParts } from './recalls.ts';
import {
  organisationsById,
  readFacts,
  readOrganisationsShown,
  readViewer,
  type SightParts,
  seeRecall,
} from './sight.ts';
import { readExposures, readHolders } from './situation.ts';
import { type RecallPosition, readRecalls } from './storage.ts';
import type { Reading } from './viewer.ts';
import { balanceOf, detailOf, exposuresSeen, summaryOf, usesOf } from './views.ts';

/** How many recalls one page looks at to find those that concern the reader (law 9). */
const lookedAtPerPage = 500;

/**
 * Where a list goes on: behind the last recall that the reader saw, and so many behind it that did not concern it.
 * A position that named one of those would tell of it.
 */
export interface ListPosition {
  readonly after?: RecallPosition | undefined;
  readonly passed: number;
}

/**
 * Newest first. A page may hold fewer than `limit`, even none, and yet name a next one: of each recall it is asked
 * whether it concerns the reader.
 */
export async function listRecalls(
  parts: SightParts,
  caller: Reading,
  page: ListPosition & { readonly limit: number },
): Promise<{ items: ReturnType<typeof summaryOf>[]; next?: ListPosition }> {
  const items: ReturnType<typeof summaryOf>[] = [];
  const { limit } = page;
  let { after: seen, passed } = page;
  let from: RecallPosition | undefined = seen;
  let skip = passed;
  for (let looked = 0; looked < lookedAtPerPage; skip = 0) {
    const batch = await readRecalls(parts.db, {
      ...(from === undefined ? {} : { after: from }),
      skip,
      limit,
    });
    for (const recall of batch) {
      from = [recall.decidedAt, recall.id];
      looked += 1;
      passed += 1;
      // Nothing is read of the recall itself: one that is too large to be shown as a whole is in the list like others.
      if ((await readViewer(parts, caller, recall)) === undefined) continue;
      const organisations = await organisationsById(parts.connection, [recall.organisation]);
      items.push(summaryOf({ recall, organisations }));
      [seen, passed] = [from, 0];
      if (items.length === limit) return { items, next: { after: seen, passed } };
    }
    if (batch.length < limit) return { items };
  }
  return { items, next: { ...(seen === undefined ? {} : { after: seen }), passed } };
}

/** @throws Failure `not-found`, as all that follow. */
export async function readDetail(parts: SightParts, caller: Reading, id: string) {
  const sight = await seeRecall(parts, caller, id);
  const { recall } = sight;
  const [concerned, facts] = await Promise.all([readConcerned(parts.db, recall), readFacts(parts, recall)]);
  const organisations = await organisationsById(parts.connection, [recall.organisation, ...concerned.keys()]);
  return detailOf({ ...sight, concerned, organisations }, facts);
}

/**
 * @param reader who may name the patients of the caller's own hospital; undefined: without identities
 * @throws Failure `trace/too-large`: a list is never quietly short
 */
export async function readUses(parts: RecallParts, caller: Reading, id: string, reader: Reader | undefined) {
  const sight = await seeRecall(parts, caller, id);
  const concerned = sight.viewer.kind === 'concerned';
  // What others record, however much, keeps nobody from its own list.
  const all = await readExposures(parts.db, sight.recall, concerned ? caller.organisation : undefined);
  const organisations = await organisationsById(parts.connection, [
    sight.recall.organisation,
    ...all.map(({ organisation }) => organisation),
  ]);
  const exposures = exposuresSeen({ ...sight, organisations }, all);
  const own = concerned && caller.organisationKind === 'hospital';
  const identities = own && reader !== undefined ? await identify(parts, reader, exposures) : undefined;
  return usesOf({ ...sight, organisations }, exposures, parts.clock.now().toISOString(), identities);
}

/** The reading is in the audit trail before this returns (law 7). */
function identify(
  { patients }: Pick<RecallParts, 'patients'>,
  reader: Reader,
  exposures: readonly Exposure[],
): Promise<ReadonlyMap<string, IdentityAnswer>> {
  const pseudonyms = exposures.map(({ pseudonym }) => pseudonym);
  return identifyAll(patients, {
    organisation: reader.organisation,
    pseudonyms,
    reader,
    purpose: 'recall',
  });
}

/** Where a balance goes on: behind a lot that the reader saw. */
export interface BalancePosition {
  readonly after: string;
}

/** A page of lots: each with all of its rows that the reader sees, and which lots follow. */
export async function readBalance(
  parts: RecallParts,
  caller: Reading,
  id: string,
  page: Partial<BalancePosition> & { readonly limit: number },
) {
  const { db, connection } = parts;
  const sight = await seeRecall(parts, caller, id);
  const { recall } = sight;
  const shown = await readOrganisationsShown(parts, sight);
  const { next, ...holders } = await readHolders(db, recall, {
    after: page.after,
    lots: page.limit,
    ...(shown === undefined ? {} : { organisations: shown }),
  });
  const organisations = await organisationsById(connection, [
    recall.organisation,
    ...holders.holdings.map(({ organisation }) => organisation),
  ]);
  const balance = balanceOf({ ...sight, organisations }, holders, parts.clock.now().toISOString());
  return { balance, ...(next === undefined ? {} : { next: { after: next } }) };
}
