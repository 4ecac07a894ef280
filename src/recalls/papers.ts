/** The papers of a recall: what each reader may print is decided here, before anything is drawn. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import { dayInChina } from '../catalogue/day.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import type { Place } from '../catalogue/place.ts';
import { placesPerOrganisation, readPlaces } from '../catalogue/places.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { lotId } from '../ledger/event.ts';
import { entriesInRange } from '../ledger/read.ts';
import { balancesOf, type LotBalance, movementsOf } from './balance.ts';
import { isConcerned, readConcerned } from './concern-reading.ts';
import { deadlinesOf, type Milestones, statutoryClocks } from './deadlines.ts';
import { exposuresOf } from './exposure.ts';
import { drawLotReport } from './lot-report.ts';
import { drawNotice, noticeNumber } from './notice.ts';
import { completionOf, type Recall } from './recall.ts';
import type { RecallParts } from './recalls.ts';
import { recordNotified } from './recalls.ts';
import { namedLots, rangeOf } from './scope.ts';
import {
  type NamedSight,
  organisationsById,
  type RecallFacts,
  readFacts,
  readOrganisationsShown,
  seeRecall,
} from './sight.ts';
import { readAllHolders, readExposures, readFactsOfLots, readPart } from './situation.ts';
import { type Reading, sees, seesPlaces } from './viewer.ts';
import { type ConcernedSight, exposuresSeen } from './views.ts';

export interface Paper {
  readonly bytes: Buffer;
  readonly filename: string;
}

/**
 * The notice to one organisation, for the registrant and for that organisation. Fetched by the organisation, it has
 * reached it: that is recorded before it is handed out.
 * @throws Failure `not-found` for everybody else, and for an organisation that is not concerned.
 */
export async function noticeFor(
  parts: RecallParts,
  reader: Reading & { readonly person: string },
  id: string,
  organisation: string,
): Promise<Paper> {
  const { recall, viewer } = await seeRecall(parts, reader, id);
  const own = viewer.kind === 'concerned' && viewer.organisation === organisation;
  if (!own && viewer.kind !== 'registrant') throw new Failure('not-found');
  const organisations = await organisationsById(parts.connection, [recall.organisation, organisation]);
  const addressee = organisations.get(organisation);
  if (addressee === undefined || organisation === recall.organisation) throw new Failure('not-found');
  if (!own && !(await isConcerned(parts.db, recall, organisation))) throw new Failure('not-found');
  const number = noticeNumber(recall, organisation);
  const [facts, part] = await Promise.all([
    readFacts(parts, recall),
    readPart(parts.db, recall, organisation),
  ]);
  const uses = exposuresOf(part).filter((exposure) => exposure.organisation === organisation);
  const bytes = await drawNotice({
    recall,
    registrant: registrantOf(recall, organisations),
    addressee,
    products: facts.products,
    lots: part.facts,
    reason: facts.wordings.get(recall.reason),
    instructions: facts.wordings.get(recall.instructions),
    returnPlace: await returnPlaceOf(parts, recall),
    movements: movementsOf(part, organisation),
    balances: balancesOf(part, () => false).map((balance) => ({
      ...balance,
      rows: balance.rows.filter((row) => row.organisation === organisation),
    })),
    uses: { recorded: uses.length, late: uses.filter(({ late }) => late).length },
    now: parts.clock.now(),
  });
  if (own && facts.progress.get(organisation)?.notified === undefined) {
    await recordNotified(parts, reader, id, number);
  }
  return { bytes, filename: `${number.replaceAll('/', '-')}.pdf` };
}

/**
 * The report on the lots, for the registrant and for authorities.
 * @throws Failure `not-found` for everybody else.
 */
export async function lotReport(parts: RecallParts, reader: Reading, id: string): Promise<Paper> {
  const sight = await seeRecall(parts, reader, id);
  const { recall, viewer } = sight;
  if (viewer.kind === 'concerned') throw new Failure('not-found');
  const { db, connection } = parts;
  const shown = await readOrganisationsShown(parts, sight);
  const [facts, concerned, exposures, holders, corrections] = await Promise.all([
    readFacts(parts, recall),
    readConcerned(db, recall),
    readExposures(db, recall),
    readAllHolders(db, recall, shown),
    entriesInRange(db, rangeOf(recall.scope), { type: 'corrected' }),
  ]);
  const organisations = await organisationsById(connection, [
    recall.organisation,
    ...concerned.keys(),
    ...[...holders.holdings, ...exposures, ...corrections].map(({ organisation }) => organisation),
  ]);
  const seen = { ...sight, organisations, concerned };
  const now = parts.clock.now();
  const milestones = milestonesOf(seen, facts);
  const balances = balancesOf({ recall, ...holders }, (organisation) => seesPlaces(viewer, organisation));
  const bytes = await drawLotReport({
    ...facts,
    sight: seen,
    registrant: registrantOf(recall, organisations),
    lots: await readFactsOfLots(db, [...namedLots(recall.scope), ...holders.lots].map(lotId)),
    exposures: exposuresSeen(seen, exposures),
    balances,
    corrections: corrections.filter(({ organisation }) => sees(viewer, organisation, organisations)),
    places: await placesShown(parts, recall, balances),
    deadlines: deadlinesOf(parts.clocks ?? statutoryClocks, recall.class, milestones, dayInChina(now)),
    now,
  });
  return { bytes, filename: `${recall.number.replaceAll('/', '-')}-report.pdf` };
}

/** Notices have reached all when the last of those concerned, as far as the reader sees, has fetched its own. */
function milestonesOf(
  { recall, concerned, viewer, organisations }: ConcernedSight,
  { progress }: RecallFacts,
): Milestones {
  const reached = [...concerned.keys()]
    .filter((organisation) => sees(viewer, organisation, organisations))
    .map((organisation) => progress.get(organisation)?.notified?.at);
  const last = reached.every((at) => at !== undefined) ? [...reached].sort().at(-1) : undefined;
  const completed = completionOf(recall);
  return {
    decided: recall.decidedAt,
    ...(last === undefined ? {} : { 'notices-reached': last }),
    ...(completed === undefined ? {} : { completed: completed.at }),
    ...(recall.closed === undefined ? {} : { reviewed: recall.closed.at }),
  };
}

function registrantOf(recall: Recall, organisations: NamedSight['organisations']): Organisation {
  const registrant = organisations.get(recall.organisation);
  if (registrant === undefined) throw new Error(`recall ${recall.id} has no registrant`);
  return registrant;
}

async function returnPlaceOf(
  { connection }: RecallParts,
  { returnTo }: Recall,
): Promise<Bilingual | undefined> {
  if (returnTo === undefined) return undefined;
  return (await readPlaces(askedTogether(connection), [returnTo.place])).get(returnTo.place)?.name;
}

/** The return address, and the places of stock in the rows. */
async function placesShown(
  { connection }: RecallParts,
  { returnTo }: Recall,
  balances: readonly LotBalance[],
): Promise<Map<string, Place>> {
  const ids = new Set<string>(returnTo === undefined ? [] : [returnTo.place]);
  for (const { rows } of balances) for (const { place } of rows) if (place !== undefined) ids.add(place);
  const all = [...ids];
  const found = new Map<string, Place>();
  for (let from = 0; from < all.length; from += placesPerOrganisation) {
    const part = await readPlaces(askedTogether(connection), all.slice(from, from + placesPerOrganisation));
    for (const [id, place] of part) found.set(id, place);
  }
  return found;
}
