/** What may be read of recalls; who sees what is decided in viewer.ts. */
import { readOrganisations } from '../catalogue/organisations.ts';
import { askedTogether } from '../database/asking-together.ts';
import { type IdentityAnswer, patientBounds, type Reader } from '../patients/interface.ts';
import type { Exposure } from './exposure.ts';
import type { Recall } from './recall.ts';
import type { RecallParts } from './recalls.ts';
import { lookAt, readFacts, type Sight, type SightParts, seeRecall } from './sight.ts';
import { mayBeConcerned } from './situation.ts';
import { type RecallPosition, readRecalls } from './storage.ts';
import { type Reading, viewerOf } from './viewer.ts';
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
      const sight = await sightInList(parts, caller, recall);
      if (sight === undefined) continue;
      items.push(summaryOf(sight));
      [seen, passed] = [from, 0];
      if (items.length === limit) return { items, next: { after: seen, passed } };
    }
    if (batch.length < limit) return { items };
  }
  return { items, next: { ...(seen === undefined ? {} : { after: seen }), passed } };
}

/** For its own, and in an authority's area, a recall need not be looked at as a whole. */
async function sightInList(
  parts: SightParts,
  caller: Reading,
  recall: Recall,
): Promise<Pick<Sight, 'recall' | 'organisations'> | undefined> {
  const organisations = await readOrganisations(askedTogether(parts.connection), [recall.organisation]);
  if (viewerOf(caller, recall, new Map(), organisations) !== undefined) return { recall, organisations };
  const regulator = caller.organisationKind === 'regulator';
  if (!regulator && !(await mayBeConcerned(parts.db, recall, caller.organisation))) return undefined;
  return lookAt(parts, caller, recall);
}

/** @throws Failure `not-found`, as all that follow. */
export async function readDetail(parts: SightParts, caller: Reading, id: string) {
  const sight = await seeRecall(parts, caller, id);
  return detailOf(sight, await readFacts(parts, sight.recall));
}

/** @param reader who may name the patients of the caller's own hospital; undefined: without identities */
export async function readUses(parts: RecallParts, caller: Reading, id: string, reader: Reader | undefined) {
  const sight = await seeRecall(parts, caller, id);
  const exposures = exposuresSeen(sight);
  const own = sight.viewer.kind === 'concerned' && caller.organisationKind === 'hospital';
  const identities = own && reader !== undefined ? await identify(parts, reader, exposures) : undefined;
  return usesOf(sight, exposures, parts.clock.now().toISOString(), identities);
}

/** The reading is in the audit trail before this returns (law 7). */
async function identify(
  { patients }: Pick<RecallParts, 'patients'>,
  reader: Reader,
  exposures: readonly Exposure[],
): Promise<Map<string, IdentityAnswer>> {
  const pseudonyms = [...new Set(exposures.map(({ pseudonym }) => pseudonym))];
  const found = new Map<string, IdentityAnswer>();
  for (let from = 0; from < pseudonyms.length; from += patientBounds.pseudonyms) {
    const answers = await patients.identify({
      organisation: reader.organisation,
      pseudonyms: pseudonyms.slice(from, from + patientBounds.pseudonyms),
      reader,
      purpose: 'recall',
    });
    for (const [pseudonym, answer] of answers) found.set(pseudonym, answer);
  }
  return found;
}

export async function readBalance(parts: RecallParts, caller: Reading, id: string) {
  return balanceOf(await seeRecall(parts, caller, id), parts.clock.now().toISOString());
}
