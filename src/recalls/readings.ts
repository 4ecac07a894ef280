/** What may be read of recalls; who sees what is decided in viewer.ts. */
import { readOrganisations } from '../catalogue/organisations.ts';
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
 * Newest first. A page may hold fewer than `limit`, even none, and yet name a next one: of each recall it is asked
 * whether it concerns the reader.
 */
export async function listRecalls(
  parts: SightParts,
  caller: Reading,
  page: { readonly after?: RecallPosition; readonly limit: number },
): Promise<{ items: ReturnType<typeof summaryOf>[]; next?: RecallPosition }> {
  const items: ReturnType<typeof summaryOf>[] = [];
  let after = page.after;
  for (let looked = 0; looked < lookedAtPerPage; ) {
    const batch = await readRecalls(parts.db, {
      ...(after === undefined ? {} : { after }),
      limit: page.limit,
    });
    for (const recall of batch) {
      after = [recall.decidedAt, recall.id];
      looked += 1;
      const sight = await sightInList(parts, caller, recall);
      if (sight !== undefined) items.push(summaryOf(sight));
      if (items.length === page.limit) return { items, next: after };
    }
    if (batch.length < page.limit) return { items };
  }
  return after === undefined ? { items } : { items, next: after };
}

/** For its own, and in an authority's area, a recall need not be looked at as a whole. */
async function sightInList(
  parts: SightParts,
  caller: Reading,
  recall: Recall,
): Promise<Pick<Sight, 'recall' | 'organisations'> | undefined> {
  const organisations = await readOrganisations(parts.connection, [recall.organisation]);
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
