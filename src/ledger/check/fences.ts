/**
 * Law 4's proof. A fence left its mark on every holding that was there; an event that wrote the holding behind the
 * mark was decided on a snapshot that showed the restriction, so each of its uses in scope must carry it. A holding
 * without the mark must have come after the recall, so all its uses must carry it. No clock is asked, but where
 * there is no mark to go by: holds are not fenced, and a restriction that was lifted leaves no mark either. There a
 * time counts only where a minute lies between, which is more than a command may take.
 */
import type { AnyEvent, Use } from '../event.ts';
import type { ScopeItem } from '../event-details.ts';
import type { FenceMark } from '../holding.ts';
import { isReadable, lotsIn } from './derive.ts';
import type { Findings } from './findings.ts';
import type { Source } from './source.ts';

const marginMs = 60_000;
const eventsAtOnce = 200;

/** One event that wrote a holding. */
export interface HoldingRow {
  readonly key: string;
  readonly version: number;
  readonly event: string;
  readonly recordTime: string;
  readonly used: boolean;
}

export interface Fenced {
  readonly key: string;
  readonly gtin: string;
  readonly lotId: string;
  readonly fences: readonly FenceMark[];
}

/** What one event put on lots or products. */
export interface Restriction {
  readonly kind: 'hold' | 'recall';
  readonly reference: string;
  /** 1 for the decision, more for each widening. */
  readonly step: number;
  readonly since: number;
  readonly scope: readonly ScopeItem[];
}

/** The restrictions of the whole history: few, so they are kept in memory. */
export class Restrictions {
  readonly all: Restriction[] = [];
  private readonly byLot = new Map<string, Restriction[]>();
  private readonly byProduct = new Map<string, Restriction[]>();
  private readonly lifted = new Map<string, number>();
  private readonly sterilisation = new Map<string, readonly { id: string; since: number }[]>();
  private readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  static async read(source: Source): Promise<Restrictions> {
    const restrictions = new Restrictions(source);
    const types = ['lotHeld', 'recallInitiated', 'recallWidened', 'holdLifted', 'recallClosed'];
    const steps = new Map<string, number>();
    for await (const { _id, ...event } of source.find(
      'events',
      { type: { $in: types } },
      { recordTime: 1, _id: 1 },
    )) {
      if (isReadable(event as AnyEvent)) restrictions.take(event as AnyEvent, steps);
    }
    return restrictions;
  }

  private take(event: AnyEvent, steps: Map<string, number>): void {
    const since = Date.parse(event.recordTime);
    const put = (
      kind: Restriction['kind'],
      reference: string,
      scope: readonly ScopeItem[],
      drill = false,
    ) => {
      const step = (steps.get(reference) ?? 0) + 1;
      steps.set(reference, step);
      if (drill) return;
      const restriction = { kind, reference, step, since, scope };
      this.all.push(restriction);
      for (const lot of new Set(
        scope.flatMap(({ gtin, lot }) => (lot === undefined ? [] : [`${gtin}/${lot}`])),
      )) {
        this.byLot.set(lot, [...(this.byLot.get(lot) ?? []), restriction]);
      }
      for (const gtin of new Set(scope.flatMap(({ gtin, lot }) => (lot === undefined ? [gtin] : [])))) {
        this.byProduct.set(gtin, [...(this.byProduct.get(gtin) ?? []), restriction]);
      }
    };
    const lift = (reference: string, products: readonly string[] = []) => {
      for (const gtin of products) this.lifted.set(`${reference} ${gtin}`, since);
      for (const { gtin, lot } of lotsIn(event)) {
        this.lifted.set(`${reference} ${gtin}/${lot}`, since);
        this.lifted.set(`${reference} ${gtin}`, since);
      }
    };
    if (event.type === 'lotHeld') put('hold', event.details.hold, event.details.scope);
    if (event.type === 'recallInitiated') {
      put('recall', event.details.recall, event.details.scope, event.details.drill);
    }
    if (event.type === 'recallWidened') put('recall', event.details.recall, event.details.scope);
    if (event.type === 'holdLifted') lift(event.details.hold);
    if (event.type === 'recallClosed' && event.details.liftsRestrictions) {
      lift(event.details.recall, event.details.gtins);
    }
  }

  /** @returns what events put on a lot itself, on its product not. */
  onLot(lotId: string): readonly Restriction[] {
    return this.byLot.get(lotId) ?? [];
  }

  onProduct(gtin: string): readonly Restriction[] {
    return this.byProduct.get(gtin) ?? [];
  }

  /** @returns when a restriction was taken off a lot (`{gtin}/{lot}`) or product, if it was. */
  liftedFrom({ reference, since }: Restriction, subject: string): number | undefined {
    const at = this.lifted.get(`${reference} ${subject}`);
    return at === undefined || at < since ? undefined : at;
  }

  /** @returns the sterilisation lots that a lot was known to have at a time. */
  async sterilisationLots(lotId: string, at: number): Promise<string[]> {
    const [gtin = ''] = lotId.split('/', 1);
    const lot = lotId.slice(gtin.length + 1);
    const known = this.sterilisation.get(lotId) ?? (await this.readSterilisationLots(gtin, lot));
    this.sterilisation.set(lotId, known);
    return known.filter(({ since }) => since <= at).map(({ id }) => id);
  }

  private async readSterilisationLots(gtin: string, lot: string) {
    const filter = { lotId: `${gtin}/${lot}`, type: 'lotProduced' };
    const ids: string[] = [];
    for await (const entry of this.source.find('entries', filter)) ids.push(String(entry.event));
    const found: { id: string; since: number }[] = [];
    for (const event of (await this.source.events(ids)).values()) {
      if (event.type !== 'lotProduced') continue;
      const since = Date.parse(event.recordTime);
      found.push(...event.details.sterilisationLots.map(({ id }) => ({ id, since })));
    }
    return found;
  }
}

/** @returns how many uses were looked at behind a fence. */
export async function checkFences(
  source: Source,
  holding: Fenced,
  rows: readonly HoldingRow[],
  restrictions: Restrictions,
  findings: Findings,
): Promise<number> {
  let proved = 0;
  const standing = [...restrictions.onLot(holding.lotId), ...restrictions.onProduct(holding.gtin)];
  for (const restriction of new Set(standing)) {
    const bound = obliged(holding, rows, restriction, restrictions, findings).filter(({ used }) => used);
    for (let start = 0; start < bound.length; start += eventsAtOnce) {
      const ids = bound.slice(start, start + eventsAtOnce).map(({ event }) => event);
      for (const event of (await source.events(ids)).values()) {
        proved += await checkUses(source, holding, event, restriction, restrictions, findings);
      }
    }
  }
  return proved;
}

/** @returns the rows whose events were decided when the restriction stood. */
function obliged(
  { key, gtin, lotId, fences }: Fenced,
  rows: readonly HoldingRow[],
  restriction: Restriction,
  restrictions: Restrictions,
  findings: Findings,
): HoldingRow[] {
  const { kind, reference, step, since } = restriction;
  const ends = [restrictions.liftedFrom(restriction, lotId), restrictions.liftedFrom(restriction, gtin)];
  const end = Math.min(...ends.map((at) => at ?? Number.POSITIVE_INFINITY)) - marginMs;
  const open = rows.filter((row) => Date.parse(row.recordTime) < end);
  const mark = fences.find((fence) => fence.reference === `${reference}/${step}`);
  if (mark !== undefined) return open.filter(({ version }) => version > mark.version);
  if (kind === 'hold') return open.filter((row) => Date.parse(row.recordTime) > since + marginMs);
  const older = rows.find((row) => Date.parse(row.recordTime) < since - marginMs);
  if (older === undefined) return open;
  findings.add('holding/unfenced', key, `recall ${reference}, step ${step}`);
  return open.filter((row) => Date.parse(row.recordTime) > since + marginMs);
}

async function checkUses(
  source: Source,
  { lotId }: Fenced,
  event: AnyEvent,
  restriction: Restriction,
  restrictions: Restrictions,
  findings: Findings,
): Promise<number> {
  let proved = 0;
  const deviation = restriction.kind === 'recall' ? 'recalled' : 'on-hold';
  for (const use of event.uses) {
    if (![use.lot, use.scannedLot].some((lot) => `${use.gtin}/${lot}` === lotId)) continue;
    if (!(await covers(source, restriction, restrictions, lotId, event, use))) continue;
    proved += 1;
    const carried = use.deviations.includes(deviation) && use.restrictions.includes(restriction.reference);
    if (carried) continue;
    findings.add(
      'use/unmarked',
      event.id,
      `use ${use.pseudonym} of ${lotId}: ${restriction.kind} ${restriction.reference}`,
    );
  }
  return proved;
}

/**
 * Whether the restriction counts for the device used: what is not known to lie outside a narrowed scope lies in it.
 * A hospital's item code is no serial number of the maker, and clears nothing.
 */
async function covers(
  source: Source,
  { scope, since }: Restriction,
  restrictions: Restrictions,
  lotId: string,
  event: AnyEvent,
  use: Use,
): Promise<boolean> {
  for (const { gtin, lot, serials, sterilisationLots } of scope) {
    if (gtin !== use.gtin || (lot !== undefined && `${gtin}/${lot}` !== lotId)) continue;
    if (serials === undefined && sterilisationLots === undefined) return true;
    const serial = (use.issuer ?? 'maker') === 'maker' ? use.serial : undefined;
    if (serials !== undefined && (serial === undefined || serials.includes(serial))) return true;
    if (sterilisationLots === undefined) continue;
    const own = await sterilisationLotOf(source, event, use);
    const possible = own === undefined ? await restrictions.sterilisationLots(lotId, since) : [own];
    if (possible.length === 0 || possible.some((id) => sterilisationLots.includes(id))) return true;
  }
  return false;
}

async function sterilisationLotOf(source: Source, event: AnyEvent, use: Use): Promise<string | undefined> {
  if (use.serial === undefined) return undefined;
  const { gtin, issuer = 'maker', serial } = use;
  const moved = event.transfers.find(
    (one) => one.gtin === gtin && (one.issuer ?? 'maker') === issuer && one.serials?.includes(serial),
  );
  if (moved?.sterilisationLot !== undefined) return moved.sterilisationLot;
  const unit = await source.find('units', { _id: `${gtin}/${issuer}/${serial}` }).next();
  return typeof unit?.sterilisationLot === 'string' ? unit.sterilisationLot : undefined;
}
