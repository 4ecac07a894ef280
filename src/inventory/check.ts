/**
 * The check before use: may this device be used, here and now, by the server's clock. It is not a command: the same
 * question asked again is answered anew, for an answer given before a recall must not be given after it. What was
 * answered is kept, so that a use can name its check.
 */
import { z } from 'zod';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { expiryState } from '../catalogue/expiry.ts';
import type { Product } from '../catalogue/product.ts';
import type { Restriction } from '../catalogue/restriction.ts';
import type { Documents } from '../database/documents.ts';
import type { Write } from '../database/write.ts';
import { Failure } from '../errors.ts';
import { uuid } from '../http/fields.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import { bounds, type Deviation, lotId } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { type Assessment, assess, type DeviceInHand } from './assess.ts';
import { Bench } from './bench.ts';
import type { Actor } from './command.ts';
import { deviceLine, type ReadLine, type ResolvedLine, resolveLines } from './lines.ts';
import { hasHeld, loadStock, type Stock } from './stock.ts';
import { findingWords, nearExpiryWords, twoPlacesWords } from './wording.ts';

export const checkBody = z.strictObject({
  /** Where it is to be used. */
  place: uuid(),
  devices: z.array(deviceLine()).min(1).max(bounds.usesPerEvent),
});

export interface CheckReason extends Bilingual {
  readonly code: Deviation | 'near-expiry' | 'in-two-places';
  /** What the hold or recall tells to do. */
  readonly instruction?: Bilingual;
  readonly reference?: string;
}

export interface CheckResult {
  /** To be named by the record of the use. */
  readonly check: string;
  readonly verdict: 'may-be-used' | 'blocked';
  readonly reasons: readonly CheckReason[];
  readonly warnings: readonly CheckReason[];
  readonly device: {
    readonly gtin: string;
    readonly lot: string;
    readonly serial?: string;
    readonly name?: Bilingual;
    readonly model?: string;
    readonly specification?: string;
    readonly expiresOn?: string;
  };
}

export const checksCollection = 'checks';

/** A check as it is kept. */
export interface StoredCheck {
  readonly _id: string;
  readonly organisation: string;
  readonly actor: string;
  readonly place: string;
  readonly gtin: string;
  readonly lot: string;
  readonly serial?: string;
  readonly verdict: CheckResult['verdict'];
  readonly findings: readonly Deviation[];
  readonly restrictions: readonly string[];
  /** RFC 3339 UTC, by the server's clock. */
  readonly checkedAt: string;
  /** The event of the use that it was made for: a check is of one device, and of one use of it. */
  readonly usedBy?: string;
}

/** @returns the write that spends a check on a use: two uses that race for it lose to each other. */
export function spendCheck(id: string, event: string): Write {
  return { collection: checksCollection, filter: { _id: id }, update: { $set: { usedBy: event } } };
}

/** @returns the writes that give the checks of a use back which did not happen: the devices may be in hand yet. */
export function giveChecksBack(checks: Iterable<StoredCheck>, event: string): Write[] {
  return [...checks]
    .filter(({ usedBy }) => usedBy === event)
    .map(({ _id }) => ({
      collection: checksCollection,
      filter: { _id },
      update: { $unset: { usedBy: '' } },
    }));
}

/** Answered by the check alone: the rest of it blocks. */
const onlyWarn: readonly Deviation[] = ['elsewhere'];

/**
 * One device's answer, from what is known. Pure.
 * @param held whether it is of a lot that the organisation has or had: else it is described as its label does
 */
export function answerCheck(
  check: string,
  device: DeviceInHand,
  assessment: Assessment,
  stock: Stock,
  { day, held }: { readonly day: string; readonly held: boolean },
): CheckResult {
  const { findings, restrictions } = assessment;
  const reasons = findings.filter((finding) => !onlyWarn.includes(finding));
  const warnings = findings.filter((finding) => onlyWarn.includes(finding)).map((code) => reasonOf(code, []));
  if (assessment.disputed) warnings.push({ code: 'in-two-places', ...twoPlacesWords });
  const lot = held ? stock.lots.get(lotId(assessment.lot)) : undefined;
  const expiry = lot === undefined ? undefined : expiryState(lot, day);
  if (expiry?.kind === 'near' && lot?.expiresOn !== undefined) {
    warnings.push({ code: 'near-expiry', ...nearExpiryWords(lot.expiresOn, expiry.months) });
  }
  return {
    check,
    verdict: reasons.length === 0 ? 'may-be-used' : 'blocked',
    reasons: reasons.flatMap((code) => reasonsOf(code, restrictions)),
    warnings,
    device: describe(device, stock.products.get(device.gtin), lot?.expiresOn ?? device.label.expiresOn),
  };
}

/** A recall or hold is one reason each, with what it tells to do. */
function reasonsOf(code: Deviation, restrictions: readonly Restriction[]): CheckReason[] {
  const kind = code === 'recalled' ? 'recall' : code === 'on-hold' ? 'hold' : undefined;
  const standing = restrictions.filter((restriction) => restriction.kind === kind);
  return standing.length === 0
    ? [reasonOf(code, [])]
    : standing.map((restriction) => reasonOf(code, [restriction]));
}

function reasonOf(code: Deviation, [restriction]: readonly Restriction[]): CheckReason {
  return {
    code,
    ...findingWords[code],
    ...(restriction === undefined
      ? {}
      : { instruction: restriction.instruction, reference: restriction.reference }),
  };
}

function describe(
  { gtin, lot, serial }: DeviceInHand,
  product: Product | undefined,
  expiresOn: string | undefined,
): CheckResult['device'] {
  return {
    gtin,
    lot,
    ...(serial === undefined ? {} : { serial }),
    ...(product === undefined
      ? {}
      : { name: product.names, model: product.model, specification: product.specification }),
    ...(expiresOn === undefined ? {} : { expiresOn }),
  };
}

/** What a check is asked. */
export interface CheckRequest {
  readonly place: string;
  readonly lines: readonly ReadLine[];
  /** A fresh id for each line. */
  readonly ids: readonly string[];
  readonly actor: Actor;
  /** RFC 3339 UTC. */
  readonly checkedAt: string;
  readonly day: string;
}

/** Form only: one device a line, and the device itself, not its box: a verdict on the first of several is none. */
export function formRefusal({ packaged, quantity, pointer }: ResolvedLine): Refusal | undefined {
  if (packaged && quantity > 1) return refuse('device/package-scanned', { pointer });
  return quantity === 1 ? undefined : refuse('use/quantity', { pointer });
}

/** Answers on one snapshot and keeps what it answered, in the snapshot's own transaction. */
export async function checkDevices(snapshot: Snapshot, request: CheckRequest): Promise<CheckResult[]> {
  const { actor, place, day } = request;
  const lines = await resolveLines(snapshot, request.lines);
  for (const line of lines) {
    const refusal = formRefusal(line);
    if (refusal !== undefined) throw new Failure(refusal.code, refusal.info);
  }
  const stock = await loadStock(snapshot, [actor.organisation], lines);
  const bench = new Bench(stock);
  const results: CheckResult[] = [];
  const kept: StoredCheck[] = [];
  for (const [index, line] of lines.entries()) {
    const id = request.ids[index] ?? '';
    const device = inHand(line);
    const held = hasHeld(stock, actor.organisation, line);
    if (line.statedLot === undefined && !held) {
      throw new Failure('device/lot-missing', { pointer: line.pointer });
    }
    const assessment = assess(bench, device, { organisation: actor.organisation, place, day });
    const result = answerCheck(id, device, assessment, stock, { day, held });
    results.push(result);
    setAside(bench, device, assessment, actor);
    kept.push({
      _id: id,
      organisation: actor.organisation,
      actor: actor.person,
      place,
      gtin: device.gtin,
      lot: device.lot,
      ...(device.serial === undefined ? {} : { serial: device.serial }),
      verdict: result.verdict,
      findings: assessment.findings,
      restrictions: assessment.restrictions.map(({ reference }) => reference),
      checkedAt: request.checkedAt,
    });
  }
  const { db, session } = snapshot;
  await db.collection<StoredCheck>(checksCollection).insertMany(kept, { session });
  return results;
}

/** Two devices in hand of which stock knows one: the second is not in stock. A serial number scanned twice is one. */
function setAside(bench: Bench, { serial }: DeviceInHand, { lot, source }: Assessment, actor: Actor): void {
  if (serial !== undefined || source === undefined) return;
  bench.move({ ...lot, quantity: 1 }, source, { organisation: actor.organisation, account: 'consumed' });
}

/** @returns the device of a line; a serial number on a product that is tracked by lot says nothing. */
export function inHand(line: ResolvedLine): DeviceInHand {
  const [serial] = line.serials;
  const tracked = line.product?.trackedBy !== 'lot';
  return {
    gtin: line.gtin,
    lot: line.lot,
    label: line.label,
    ...(serial === undefined || !tracked ? {} : { serial }),
  };
}

/** @returns the organisation's checks with these ids. */
export async function readChecks(
  documents: Documents,
  organisation: string,
  ids: readonly string[],
): Promise<Map<string, StoredCheck>> {
  const found = await documents.where<StoredCheck>(checksCollection, '_id', ids);
  return new Map(
    found.filter((check) => check.organisation === organisation).map((check) => [check._id, check]),
  );
}
