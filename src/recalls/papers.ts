/** The papers of a recall: what each reader may print is decided here, before anything is drawn. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import { dayInChina } from '../catalogue/day.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import type { Place } from '../catalogue/place.ts';
import { placesPerOrganisation, readPlaces } from '../catalogue/places.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { balancesOf, movementsOf } from './balance.ts';
import { deadlinesOf, type Milestones, statutoryClocks } from './deadlines.ts';
import { exposuresOf } from './exposure.ts';
import { drawLotReport } from './lot-report.ts';
import { drawNotice, noticeNumber } from './notice.ts';
import type { RecallParts } from './recalls.ts';
import { recordNotified } from './recalls.ts';
import { type RecallFacts, readFacts, type Sight, seeRecall } from './sight.ts';
import { type Reading, sees, seesPlaces } from './viewer.ts';

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
  const sight = await seeRecall(parts, reader, id);
  const { recall, viewer, concerned, organisations, situation } = sight;
  const own = viewer.kind === 'concerned' && viewer.organisation === organisation;
  const addressee = organisations.get(organisation);
  if (!own && viewer.kind !== 'registrant') throw new Failure('not-found');
  if (!concerned.has(organisation) || addressee === undefined) throw new Failure('not-found');
  const number = noticeNumber(recall, organisation);
  const facts = await readFacts(parts, recall);
  const uses = exposuresOf(situation).filter((exposure) => exposure.organisation === organisation);
  const bytes = await drawNotice({
    recall,
    registrant: registrantOf(sight),
    addressee,
    products: facts.products,
    lots: situation.facts,
    reason: facts.wordings.get(recall.reason),
    instructions: facts.wordings.get(recall.instructions),
    returnPlace: await returnPlaceOf(parts, sight),
    movements: movementsOf(situation, organisation),
    balances: balancesOf(situation, () => false).map((balance) => ({
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
  const facts = await readFacts(parts, recall);
  const now = parts.clock.now();
  const deadlines = deadlinesOf(
    parts.clocks ?? statutoryClocks,
    recall.class,
    milestonesOf(sight, facts),
    dayInChina(now),
  );
  const places = await placesShown(parts, sight);
  const bytes = await drawLotReport({
    ...facts,
    sight,
    registrant: registrantOf(sight),
    places,
    deadlines,
    now,
  });
  return { bytes, filename: `${recall.number.replaceAll('/', '-')}-report.pdf` };
}

/** Notices have reached all when the last of those concerned, as far as the reader sees, has fetched its own. */
function milestonesOf(
  { recall, concerned, viewer, organisations }: Sight,
  { progress }: RecallFacts,
): Milestones {
  const reached = [...concerned.keys()]
    .filter((organisation) => sees(viewer, organisation, organisations))
    .map((organisation) => progress.get(organisation)?.notified?.at);
  const last = reached.every((at) => at !== undefined) ? [...reached].sort().at(-1) : undefined;
  return {
    decided: recall.decidedAt,
    ...(last === undefined ? {} : { 'notices-reached': last }),
    ...(recall.completed === undefined ? {} : { completed: recall.completed.at }),
    ...(recall.closed === undefined ? {} : { reviewed: recall.closed.at }),
  };
}

function registrantOf({ recall, organisations }: Sight): Organisation {
  const registrant = organisations.get(recall.organisation);
  if (registrant === undefined) throw new Error(`recall ${recall.id} has no registrant`);
  return registrant;
}

async function returnPlaceOf({ connection }: RecallParts, { recall }: Sight): Promise<Bilingual | undefined> {
  if (recall.returnTo === undefined) return undefined;
  return (await readPlaces(askedTogether(connection), [recall.returnTo.place])).get(recall.returnTo.place)
    ?.name;
}

/** The return address, and the places of stock that the reader sees. */
async function placesShown(
  { connection }: RecallParts,
  { recall, situation, viewer }: Sight,
): Promise<Map<string, Place>> {
  const ids = new Set<string>(recall.returnTo === undefined ? [] : [recall.returnTo.place]);
  for (const { rows } of balancesOf(situation, (organisation) => seesPlaces(viewer, organisation))) {
    for (const { place } of rows) if (place !== undefined) ids.add(place);
  }
  const all = [...ids];
  const found = new Map<string, Place>();
  for (let from = 0; from < all.length; from += placesPerOrganisation) {
    const part = await readPlaces(askedTogether(connection), all.slice(from, from + placesPerOrganisation));
    for (const [id, place] of part) found.set(id, place);
  }
  return found;
}
