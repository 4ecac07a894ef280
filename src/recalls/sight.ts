/** A recall as one reader may see it: loaded afresh, with the reader's view decided before anything is shown. */
import type { Connection, mongo } from 'mongoose';
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import { organisationsPerRead, readOrganisations } from '../catalogue/organisations.ts';
import type { Product } from '../catalogue/product.ts';
import { readProducts } from '../catalogue/products.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import type { Commitment } from '../ledger/event.ts';
import { readTexts } from '../ledger/texts.ts';
import { type Concern, concernedBy } from './concerned.ts';
import type { Recall } from './recall.ts';
import { readSituation, type Situation } from './situation.ts';
import { type Progress, readProgress, readRecall } from './storage.ts';
import { type Reading, type Viewer, viewerOf } from './viewer.ts';
import { readWordings } from './wording.ts';

export interface SightParts {
  readonly db: mongo.Db;
  readonly connection: Connection;
}

export interface Sight {
  readonly viewer: Viewer;
  readonly recall: Recall;
  readonly situation: Situation;
  readonly concerned: ReadonlyMap<string, Concern>;
  /** Everyone concerned, the registrant, and everyone in whose books the lots stand. */
  readonly organisations: ReadonlyMap<string, Organisation>;
}

/** @throws Failure `not-found` where there is no such recall, and where the reader has no part in it. */
export async function seeRecall(parts: SightParts, caller: Reading, id: string): Promise<Sight> {
  const recall = await readRecall(parts.db, id);
  if (recall === undefined) throw new Failure('not-found');
  const sight = await lookAt(parts, caller, recall);
  if (sight === undefined) throw new Failure('not-found');
  return sight;
}

/** @returns undefined where the reader has no part in the recall. */
export async function lookAt(parts: SightParts, caller: Reading, recall: Recall): Promise<Sight | undefined> {
  const situation = await readSituation(parts.db, recall);
  const concerned = concernedBy(situation);
  const holders = situation.holdings.map(({ organisation }) => organisation);
  const organisations = await organisationsById(parts.connection, [
    recall.organisation,
    ...concerned.keys(),
    ...holders,
  ]);
  const viewer = viewerOf(caller, recall, concerned, organisations);
  return viewer === undefined ? undefined : { viewer, recall, situation, concerned, organisations };
}

async function organisationsById(
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
