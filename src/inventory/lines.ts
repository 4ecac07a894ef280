/** How a request names devices: a scan as it came, or its parts typed; and what they turn out to be. */

import { z } from 'zod';
import { gtin, lotNumber } from '../catalogue/fields.ts';
import type { Product } from '../catalogue/product.ts';
import { allOf } from '../database/documents.ts';
import { Failure, type InputFault } from '../errors.ts';
import { saying } from '../http/faults.ts';
import { quantity, scanned } from '../http/fields.ts';
import { isDotSegment } from '../identifiers/dot-segment.ts';
import { parseSerial } from '../identifiers/serial.ts';
import { parseUdi } from '../identifiers/udi.ts';
import { bounds } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { knownGtins } from './known.ts';

export const linesPerRequest = 1_000;

/**
 * Lots of one command. Fewer than an event may hold ({@link bounds}), so that the event can be corrected in one event:
 * what is taken back and what is right instead both move.
 */
export const lotsPerCommand = 200;

/** A serial number as a label may carry it, AI (21). */
export function serialNumber() {
  return z
    .string()
    .refine(
      (value) => parseSerial(value) !== undefined,
      saying('序列号应为 1–20 个标签可用字符。', 'A serial number has 1 to 20 characters that labels allow.'),
    );
}

/** Of a unit that is made or labelled here: the link on its label must lead to it. */
export function ownSerialNumber() {
  return serialNumber().refine(
    (value) => !isDotSegment(value),
    saying('序列号不能仅为一个或两个圆点。', 'A serial number cannot be one dot or two.'),
  );
}

/** A device or a quantity of one lot: `{scan}` as the scanner sent it, or `{gtin, lot, serials?, quantity?}`. */
export function deviceLine() {
  return z.union([
    z.strictObject({ scan: scanned({ max: 500 }), quantity: quantity().optional() }),
    z.strictObject({
      gtin: gtin(),
      lot: lotNumber(),
      serials: z.array(serialNumber()).min(1).max(bounds.serialsPerEvent).optional(),
      quantity: quantity().optional(),
    }),
  ]);
}

/** The devices of one request. @param max how many lines it may have */
export function deviceLines({ max = linesPerRequest }: { max?: number } = {}) {
  return z.array(deviceLine()).min(1).max(max);
}

export type DeviceLine = z.output<ReturnType<typeof deviceLine>>;

/** A line as read, before anything was looked up. */
export interface ReadLine {
  /** RFC 6901, into the request's body. */
  readonly pointer: string;
  /** GTIN of a product or of one of its packages. */
  readonly gtin: string;
  /** Absent where the code carries only a serial number. */
  readonly lot?: string;
  readonly serials: readonly string[];
  /** As stated; 1 for a scan without one. */
  readonly quantity: number;
  /** What the label says, to be compared with what is known. */
  readonly label: { readonly expiresOn?: string; readonly manufacturedOn?: string };
}

/** A line whose product, lot and number of units are known. */
export interface ResolvedLine extends Omit<ReadLine, 'lot'> {
  readonly lot: string;
  /** As the line has it; absent where a unit's record alone says the lot. */
  readonly statedLot?: string;
  /** Units of "each": a case counts as what it holds. */
  readonly quantity: number;
  /** Whether the code is a package's and not the device's own. */
  readonly packaged: boolean;
  /** For serial numbers whose record names another lot than the label: that lot. */
  readonly lotsOnRecord: ReadonlyMap<string, string>;
  /** Absent where nobody has registered the GTIN. */
  readonly product?: Product;
}

/**
 * Reads scans and typed lines.
 * @param at pointer of the list in the body, e.g. `/devices`
 * @param today for the century of two-digit years, `YYYY-MM-DD`
 * @throws Failure `request/invalid` with what is wrong with each line, in a nurse's words
 */
export function readLines(lines: readonly DeviceLine[], at: string, today: string): ReadLine[] {
  const faults: InputFault[] = [];
  const read: ReadLine[] = [];
  for (const [index, line] of lines.entries()) {
    const pointer = `${at}/${index}`;
    const outcome = 'scan' in line ? readScan(line, pointer, today) : readTyped(line, pointer);
    if ('en' in outcome) faults.push(outcome);
    else read.push(outcome);
  }
  if (faults.length > 0) throw new Failure('request/invalid', {}, faults);
  return read;
}

function readScan(
  line: { readonly scan: string; readonly quantity?: number | undefined },
  pointer: string,
  today: string,
): ReadLine | InputFault {
  const parsed = parseUdi(line.scan, { today, shortGtinsInLinks: true });
  if (!parsed.ok) return { pointer: `${pointer}/scan`, zh: parsed.fault.zh, en: parsed.fault.en };
  const { gtin: scannedGtin, lot, serial, expiresOn, manufacturedOn } = parsed.udi.identifiers;
  if (scannedGtin === undefined) throw new Failure('device/not-a-gtin', { pointer });
  return {
    pointer,
    gtin: scannedGtin,
    ...(lot === undefined ? {} : { lot }),
    serials: serial === undefined ? [] : [serial],
    quantity: line.quantity ?? 1,
    label: {
      ...(expiresOn === undefined ? {} : { expiresOn }),
      ...(manufacturedOn === undefined ? {} : { manufacturedOn }),
    },
  };
}

function readTyped(line: Exclude<DeviceLine, { scan: string }>, pointer: string): ReadLine | InputFault {
  const serials = line.serials ?? [];
  if (new Set(serials).size !== serials.length) throw new Failure('device/serial-repeated', { pointer });
  if (serials.length > 0 && line.quantity !== undefined && line.quantity !== serials.length) {
    return {
      pointer: `${pointer}/quantity`,
      zh: '数量与序列号个数不一致。',
      en: 'The quantity is not the number of serial numbers.',
    };
  }
  if (serials.length === 0 && line.quantity === undefined) {
    return {
      pointer: `${pointer}/quantity`,
      zh: '请填写数量或序列号。',
      en: 'State a quantity or serial numbers.',
    };
  }
  return {
    pointer,
    gtin: line.gtin,
    lot: line.lot,
    serials,
    quantity: line.quantity ?? serials.length,
    label: {},
  };
}

/**
 * Looks lines up: packages become units, a unit's own record gives a lot that the code did not carry.
 * @throws Failure `device/lot-missing`, `device/case-serial`, `command/too-large`, `command/too-many-serials`
 */
export async function resolveLines(snapshot: Snapshot, lines: readonly ReadLine[]): Promise<ResolvedLine[]> {
  assertBounded(lines);
  const [gtins, units] = await allOf([
    knownGtins(
      snapshot,
      lines.map((line) => line.gtin),
    ),
    snapshot.units(
      lines.flatMap(({ gtin, serials }) => serials.map((serial) => ({ gtin, issuer: 'maker', serial }))),
    ),
  ]);
  return lines.map((line) => {
    const resolved = gtins.get(line.gtin);
    const packaged = resolved !== undefined && resolved.product.gtin !== line.gtin;
    if (packaged && line.serials.length > 0) {
      throw new Failure('device/case-serial', { pointer: line.pointer, gtin: line.gtin });
    }
    const [serial] = line.serials;
    const lotOf = (named: string | undefined) => units.get(`${line.gtin}/maker/${named}`)?.lot;
    const lot = line.lot ?? lotOf(serial);
    if (lot === undefined) throw new Failure('device/lot-missing', { pointer: line.pointer });
    const others = line.serials.flatMap((named): [string, string][] => {
      const onRecord = lotOf(named);
      return onRecord === undefined || onRecord === lot ? [] : [[named, onRecord]];
    });
    return {
      ...line,
      lot,
      ...(line.lot === undefined ? {} : { statedLot: line.lot }),
      packaged,
      lotsOnRecord: new Map(others),
      gtin: resolved?.product.gtin ?? line.gtin,
      quantity: line.quantity * (resolved?.quantity ?? 1),
      ...(resolved === undefined ? {} : { product: resolved.product }),
    };
  });
}

/** Before anything is looked up: a lookup for each of a thousand products would be work without a bound. */
function assertBounded(lines: readonly ReadLine[]): void {
  const lots = new Set(lines.map(({ gtin, lot }) => `${gtin}/${lot ?? ''}`)).size;
  if (lots > lotsPerCommand) throw new Failure('command/too-large', { lots, limit: lotsPerCommand });
  const serials = lines.reduce((sum, line) => sum + line.serials.length, 0);
  if (serials > bounds.serialsPerEvent) throw new Failure('command/too-many-serials', { serials });
}

/** Things of one lot, as many lines of a request add up to. */
export interface LotLoad {
  readonly gtin: string;
  readonly lot: string;
  readonly quantity: number;
  /** Empty where the product is not tracked by serial number. */
  readonly serials: readonly string[];
  /** Of the first line that named the lot. */
  readonly pointer: string;
  /** What that line has as the lot: it may be told to whoever sent it. Absent where it has none. */
  readonly statedLot?: string;
  /** Some of their labels name another lot: they may be mislabelled or false. */
  readonly mislabelled: boolean;
  readonly product?: Product;
}

/**
 * Adds lines of the same lot up. A unit counts for the lot of its record, whatever its label says.
 * @throws Failure `device/serial-missing` where a product is tracked by serial number and none was given,
 *   `device/serial-repeated`, `command/too-large`
 */
export function loadsOf(lines: readonly ResolvedLine[]): LotLoad[] {
  const loads = new Map<string, LotLoad>();
  for (const part of lines.flatMap(partsOf)) {
    const key = `${part.gtin}/${part.lot}`;
    const before = loads.get(key);
    loads.set(key, {
      ...part,
      ...(before === undefined ? {} : firstLineOf(before)),
      quantity: (before?.quantity ?? 0) + part.quantity,
      serials: [...(before?.serials ?? []), ...part.serials],
      mislabelled: before?.mislabelled === true || part.mislabelled,
    });
  }
  const all = [...loads.values()];
  for (const { gtin, lot, serials, quantity, pointer } of all) {
    if (serials.length > 0 && serials.length !== quantity) {
      throw new Failure('device/serial-missing', { pointer, gtin, lot });
    }
    if (new Set(serials).size !== serials.length) {
      throw new Failure('device/serial-repeated', { pointer, gtin, lot });
    }
    if (quantity > bounds.quantityPerTransfer) {
      throw new Failure('command/too-large', { pointer, quantity, limit: bounds.quantityPerTransfer });
    }
  }
  if (all.length > lotsPerCommand) {
    throw new Failure('command/too-large', { lots: all.length, limit: lotsPerCommand });
  }
  return all;
}

function firstLineOf({ pointer, statedLot }: LotLoad): Pick<LotLoad, 'pointer' | 'statedLot'> {
  return { pointer, ...(statedLot === undefined ? {} : { statedLot }) };
}

/** @returns the line as it is, or in parts where serial numbers on it are on record under other lots */
function partsOf(line: ResolvedLine): LotLoad[] {
  const { gtin, lot, pointer, product, quantity, statedLot, lotsOnRecord } = line;
  const serials = product?.trackedBy === 'lot' ? [] : line.serials;
  if (product?.trackedBy === 'serial' && serials.length === 0) {
    throw new Failure('device/serial-missing', { pointer, gtin, lot });
  }
  const facts = {
    gtin,
    pointer,
    ...(statedLot === undefined ? {} : { statedLot }),
    ...(product === undefined ? {} : { product }),
  };
  if (serials.length === 0 || lotsOnRecord.size === 0) {
    return [{ ...facts, lot, quantity, serials, mislabelled: false }];
  }
  const byLot = Map.groupBy(serials, (serial) => lotsOnRecord.get(serial) ?? lot);
  return [...byLot].map(([own, named]) => ({
    ...facts,
    lot: own,
    quantity: named.length,
    serials: named,
    mislabelled: own !== lot,
  }));
}
