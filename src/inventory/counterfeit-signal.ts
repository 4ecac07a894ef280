/**
 * Signals that a label may be a false one, for the quality staff of the registrant. What is noticed is put together
 * by device and day before it is stored, and there is a limit to both: anybody may ask for the page behind a label, so
 * anybody could fill the database otherwise. Pure, but for the tally's own memory.
 */
import { createHash } from 'node:crypto';
import { type DoubtKind, doubtKinds, type Stated } from './doubts.ts';

export const signalKinds = [
  ...doubtKinds,
  /** A label of it was printed here and stands, but no such unit is recorded: early, or stolen. */
  'printed-not-made',
  /** Every label of it that was printed was given up as spoiled, and yet one is about. */
  'spoiled-label',
  /** The same serial number in two hospitals, sooner than goods can be handed on; or in the books of two at once. */
  'two-places',
  /** More devices of the product than are listed one by one. */
  'more-devices',
] as const;
export type SignalKind = (typeof signalKinds)[number];

/**
 * Who came across it: whoever opened the page, or an organisation that checked a device or booked it. They are counted apart, and each
 * has its own share of a day's list, as each kind has: no flood of lots that somebody made up hides what a hospital found,
 * or a copied label.
 */
export const origins = ['public', 'check'] as const;
export type Origin = (typeof origins)[number];

/** One device, once. It says nothing of who scanned it or from where. */
export interface Sighting extends Stated {
  readonly kind: DoubtKind | 'two-places';
  /** The product's own GTIN. */
  readonly gtin: string;
  readonly by: Origin;
  /** Of `two-places`, where both were seen: how far apart, rounded up. */
  readonly withinHours?: number;
}

/** What was noticed of one device on one day. */
export interface Tallied extends Stated {
  readonly id: string;
  readonly kind: SignalKind;
  readonly gtin: string;
  /** In China, `YYYY-MM-DD`. */
  readonly day: string;
  /** Who came across it first. */
  readonly origin: Origin;
  /** How often the page was opened. */
  readonly scans: number;
  /** How many checks in hospitals came across it. */
  readonly checks: number;
  readonly withinHours?: number;
}

/** Devices that a product's list holds of one day, origin and kind; the rest is one line with a count. */
export const devicesPerDay = 50;
/** Lines held in memory between two writes, of all products. */
export const linesInMemory = 2_000;

/** Adds sightings up until they are taken. */
export class SightingTally {
  #lines = new Map<string, Tallied>();
  /** How many devices there are among the lines of each share. */
  #devices = new Map<string, number>();

  /** Costs a hash and a look-up, whatever is sent. */
  add(sighting: Sighting, day: string): void {
    this.put(lineOf(sighting, day));
  }

  /** @returns everything since the last time, and forgets it. */
  take(): Tallied[] {
    const lines = [...this.#lines.values()];
    this.#lines = new Map();
    this.#devices = new Map();
    return lines;
  }

  /** Puts a line where it belongs: with what is there of the same device, else by itself, else to the rest. */
  put(line: Tallied): void {
    const known = this.#lines.get(line.id);
    if (known !== undefined) {
      this.#lines.set(line.id, added(known, line));
      return;
    }
    const share = shareOf(line);
    const devices = this.#devices.get(share) ?? 0;
    const whole = devices < devicesPerDay || line.kind === 'more-devices';
    const kept = whole ? line : restOf(line);
    const before = this.#lines.get(kept.id);
    if (before === undefined && this.#lines.size >= linesInMemory) return;
    if (whole) this.#devices.set(share, devices + 1);
    this.#lines.set(kept.id, before === undefined ? kept : added(before, kept));
  }
}

function added(known: Tallied, more: Tallied): Tallied {
  const hours = Math.min(known.withinHours ?? Infinity, more.withinHours ?? Infinity);
  return {
    ...known,
    scans: known.scans + more.scans,
    checks: known.checks + more.checks,
    ...(Number.isFinite(hours) ? { withinHours: hours } : {}),
  };
}

function lineOf({ by, ...sighting }: Sighting, day: string): Tallied {
  const { kind, gtin, lot, serial, label } = sighting;
  const printed = kind === 'dates-differ' ? [label.expiresOn ?? '', label.manufacturedOn ?? ''] : [];
  return {
    ...sighting,
    id: hashedId([day, kind, gtin, lot ?? '', serial ?? '', ...printed]),
    day,
    origin: by,
    scans: by === 'public' ? 1 : 0,
    checks: by === 'check' ? 1 : 0,
  };
}

/** @returns the name of the share that a line belongs to. */
export function shareOf({ gtin, day, origin, kind }: Tallied): string {
  return `${gtin}/${day}/${origin}/${kind}`;
}

/** @returns the line of a product's devices that have no line of their own that day. */
export function restOf({ gtin, day, origin, scans, checks }: Tallied): Tallied {
  const id = hashedId([day, 'more-devices', gtin, origin]);
  return { id, kind: 'more-devices', gtin, day, origin, scans, checks, label: {} };
}

/** The same parts give the same id in every process: a UUID made of a hash (RFC 9562, 5.8). */
export function hashedId(parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const [a, b, c, d, e] = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(12, 15),
    hash.slice(15, 18),
    hash.slice(18, 30),
  ];
  return `${a}-${b}-8${c}-8${d}-${e}`;
}
