/** A recall and who looks at it: the reader's view is decided before anything of the recall is read for it. */
import type { Connection, mongo } from 'mongoose';
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import { organisationsPerRead, readOrganisations } from '../catalogue/organisations.ts';
import type { Product } from '../catalogue/product.ts';
import { readProducts } from '../catalogue/products.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import type { Commitment } from '../ledger/event.ts';
import { holdersInRange } from '../ledger/read.ts';
import { readTexts } from '../ledger/texts.ts';
import { isConcerned, readConcernedIds } from './concern-reading.ts';
import type { Recall } from './recall.ts';
import { rangeOf } from './scope.ts';
import { type Progress, readProgress, readRecall } from './storage.ts';
import { isNarrowed, type Reading, sees, type Viewer, viewerOf } from './viewer.ts';
import { readWordings } from './wording.ts';

export interface SightParts {
  readonly db: mongo.Db;
  readonly connection: Connection;
}

export interface Sight {
  readonly viewer: Viewer;
  readonly recall: Recall;
}

/** With the organisations that are named in what is shown, by id. */
export interface NamedSight extends Sight {
  readonly organisations: ReadonlyMap<string, Organisation>;
}

/** @throws Failure `not-found` where there is no such recall, and where the reader has no part in it. */
export async function seeRecall(parts: SightParts, caller: Reading, id: string): Promise<Sight> {
  const recall = await readRecall(parts.db, id);
  if (recall === undefined) throw new Failure('not-found');
  const viewer = await readViewer(parts, caller, recall);
  if (viewer === undefined) throw new Failure('not-found');
  return { viewer, recall };
}

/** @returns undefined where the reader has no part in the recall. */
export async function readViewer(
  { db, connection }: SightParts,
  caller: Reading,
  recall: Recall,
): Promise<Viewer | undefined> {
  const registrant = await organisationsById(connection, [recall.organisation]);
  // For its own, and in an authority's area, it is not asked whom a recall concerns.
  const atOnce = viewerOf(caller, recall, new Set(), registrant);
  if (atOnce !== undefined) return atOnce;
  if (caller.organisationKind === 'regulator') {
    const concerned = await readConcernedIds(db, recall);
    const organisations = await organisationsById(connection, [recall.organisation, ...concerned]);
    return viewerOf(caller, recall, concerned, organisations);
  }
  const concerned = await isConcerned(db, recall, caller.organisation);
  return viewerOf(caller, recall, new Set(concerned ? [caller.organisation] : []), registrant);
}

/** @returns whose holdings the viewer sees, a viewer from whom parts are withheld; undefined: everybody's. */
export async function readOrganisationsShown(
  { db, connection }: SightParts,
  { viewer, recall }: Sight,
): Promise<string[] | undefined> {
  if (viewer.kind === 'concerned') return [viewer.organisation];
  if (!isNarrowed(viewer)) return undefined;
  const holders = await holdersInRange(db, rangeOf(recall.scope));
  const organisations = await organisationsById(connection, [...holders]);
  return [...holders].filter((organisation) => sees(viewer, organisation, organisations));
}

/** @returns those that there are, however many are asked for. */
export async function organisationsById(
  connection: Connection,
  ids: readonly string[],
): Promise<Map<string, Organisation>> {
  const unique = [...new Set(ids)];
  const found = new Map<string, Organisation>();
  for (let from = 0; from < unique.length; from += organisationsPerRead) {
    const part = await readOrganisations(
      askedTogether(connection),
      unique.slice(from, from + organisationsPerRead),
    );
    for (const [id, organisation] of part) found.set(id, organisation);
  }
  return found;
}

/** The words and facts that go with a recall, and how far those concerned have got. */
export interface RecallFacts {
  readonly products: ReadonlyMap<string, Product>;
  readonly wordings: ReadonlyMap<Commitment, Bilingual>;
  readonly progress: ReadonlyMap<string, Progress>;
  /** Notes of answers, by commitment. */
  readonly notes: ReadonlyMap<Commitment, string>;
}

/** @returns texts that were erased are absent */
export async function readFacts({ db }: SightParts, recall: Recall): Promise<RecallFacts> {
  const progress = await readProgress(db, recall.id);
  const notes = new Map<Commitment, string>();
  for (const { organisation, answered } of progress.values()) {
    if (answered?.note === undefined) continue;
    for (const [made, text] of await readTexts(db, organisation, [answered.note])) notes.set(made, text);
  }
  const reasons = recall.steps.flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  const summary = recall.completed === undefined ? [] : [recall.completed.summary];
  return {
    products: await readProducts(db, [...new Set(recall.scope.map(({ gtin }) => gtin))]),
    wordings: await readWordings(db, recall.organisation, [
      recall.reason,
      recall.instructions,
      ...reasons,
      ...summary,
    ]),
    progress,
    notes,
  };
}
