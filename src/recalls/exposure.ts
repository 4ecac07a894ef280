/** The list of uses of a recall: all of them whatever their time, corrected and late ones marked (law 4). Pure. */
import type { Entry } from '../ledger/entry.ts';
import type { Deviation, LotKey, SerialIssuer, Use } from '../ledger/event.ts';
import { type Holding, holdingId } from '../ledger/holding.ts';
import { fenceReference, type Recall } from './recall.ts';
import { stepOfUse } from './scope.ts';
import type { Situation } from './situation.ts';

/** One device in scope on one patient. */
export interface Exposure extends LotKey {
  readonly event: string;
  readonly pseudonym: string;
  /** The hospital that recorded it. */
  readonly organisation: string;
  /** The lot on the label, where the unit's own record says another. */
  readonly scannedLot?: string;
  readonly issuer: SerialIssuer;
  readonly serial?: string;
  /** RFC 3339 with offset, as the theatre stated it. */
  readonly usedAt: string;
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
  readonly implanted: boolean;
  readonly deviations: readonly Deviation[];
  /** The step of the recall that covers it. */
  readonly step: number;
  /** Recorded when the recall was already effective: it happened late, or was written down late. */
  readonly late: boolean;
  /** Event id of the correction, where the record was wrong; it stays in the list. */
  readonly correctedBy?: string;
}

/** What it takes to make a list of uses: all entries with one, in any order, and the holdings that they wrote. */
type UseSituation = Pick<Situation, 'recall' | 'facts' | 'entries' | 'holdings' | 'corrections'>;

/** @returns every use in scope, in order of use, then of pseudonym. */
export function exposuresOf({ recall, facts, entries, holdings, corrections }: UseSituation): Exposure[] {
  const isLate = lateness(recall, holdings);
  const found = new Map<string, Exposure>();
  for (const entry of entries) {
    for (const use of entry.uses) {
      const step = stepOfUse(recall.scope, facts, use, sterilisationLotOf(entry, use));
      // A use whose label names another lot than its record has an entry in each.
      const key = `${entry.event}/${use.pseudonym}`;
      if (step === undefined || found.get(key)?.late === true) continue;
      const correctedBy = corrections.get(entry.event);
      found.set(key, {
        event: entry.event,
        pseudonym: use.pseudonym,
        organisation: entry.organisation,
        gtin: use.gtin,
        lot: use.lot,
        ...(use.scannedLot === undefined ? {} : { scannedLot: use.scannedLot }),
        issuer: use.issuer ?? 'maker',
        ...(use.serial === undefined ? {} : { serial: use.serial }),
        usedAt: entry.eventTime,
        recordedAt: entry.recordTime,
        implanted: use.implanted,
        deviations: use.deviations,
        step,
        late: isLate(entry, step),
        ...(correctedBy === undefined ? {} : { correctedBy }),
      });
    }
  }
  return [...found.values()]
    .map((exposure) => ({ exposure, usedMs: Date.parse(exposure.usedAt) }))
    .sort((a, b) => a.usedMs - b.usedMs || (a.exposure.pseudonym < b.exposure.pseudonym ? -1 : 1))
    .map(({ exposure }) => exposure);
}

/** @returns the sterilisation lot of the unit used, where the entry's transfer of it says it. */
export function sterilisationLotOf(entry: Entry, use: Use): string | undefined {
  return entry.transfers.find(
    ({ serials, issuer = 'maker' }) =>
      use.serial !== undefined && issuer === (use.issuer ?? 'maker') && serials?.includes(use.serial),
  )?.sterilisationLot;
}

/**
 * By the fence where there is one: a higher holding version than the fence's mark is later, whatever the clocks
 * say; a holding without the mark began after the fence. An entry that moved nothing goes by the server's clock.
 */
function lateness(
  { id, scope, steps }: Recall,
  holdings: readonly Holding[],
): (entry: Entry, step: number) => boolean {
  const marks = new Map(
    holdings.flatMap((holding) =>
      holding.fences.map(({ reference, version }) => {
        const key = `${holdingId(holding.organisation, holding)} ${reference}`;
        return [key, version];
      }),
    ),
  );
  return (entry, step) => {
    const effectiveAt = steps.find((known) => known.step === step)?.effectiveAt;
    if (effectiveAt === undefined) return false;
    // A use whose label names another lot than its record has two entries; that of a lot which this step did not fence
    // knows of no mark, and says nothing.
    const fenced = scope.some(
      (item) =>
        item.step === step && item.gtin === entry.gtin && (item.lot === undefined || item.lot === entry.lot),
    );
    if (!fenced) return false;
    const written = entry.holdings.find(({ organisation }) => organisation === entry.organisation);
    if (written === undefined) return entry.recordTime > effectiveAt;
    const mark = marks.get(`${holdingId(entry.organisation, entry)} ${fenceReference(id, step)}`);
    return mark === undefined || written.version > mark;
  };
}
