/**
 * Watches for labels that may be false. Whoever notices something says so and goes on: nothing is read or written
 * until the process tends to it, so that no page and no check waits for a signal, or fails with it. What was noticed
 * since is lost with a process that is killed; a label that is false is scanned again.
 */
import type { mongo } from 'mongoose';
import { dayInChina } from '../catalogue/day.ts';
import { readLots } from '../catalogue/lots.ts';
import { readProduct, readProducts } from '../catalogue/products.ts';
import { lotId } from '../ledger/event.ts';
import { readUnit, wasMade } from '../ledger/read.ts';
import { checksCollection, type StoredCheck } from './check.ts';
import { type Sighting, SightingTally, type Tallied } from './counterfeit-signal.ts';
import { addSignals } from './counterfeit-storage.ts';
import { doubtsOf, type Stated } from './doubts.ts';
import { signalConflicts } from './serial-conflict.ts';

/** A device that a hospital has checked. */
export interface CheckedDevice extends Stated {
  readonly gtin: string;
  readonly organisation: string;
  readonly checkedAt: Date;
}

/** Between two hospitals goods are shipped, received and accepted: nobody does that in less. */
export const handedOnInHours = 2;
const hourMs = 3_600_000;
/** Checks that wait to be looked at; more in half a minute than all hospitals make. */
const waitingAtMost = 5_000;

/** What the print jobs, which this room does not know, say of serial numbers that nobody has made. */
export type PrintedStates = (
  gtin: string,
  serials: readonly string[],
) => Promise<ReadonlyMap<string, 'stands' | 'spoiled'>>;

export class CounterfeitWatch {
  readonly #db: mongo.Db;
  readonly #printed: PrintedStates;
  readonly #tally = new SightingTally();
  readonly #checked: CheckedDevice[] = [];

  constructor(db: mongo.Db, printed: PrintedStates) {
    this.#db = db;
    this.#printed = printed;
  }

  notice(sighting: Sighting, now: Date): void {
    this.#tally.add(sighting, dayInChina(now));
  }

  /** @param devices with a serial number, or of which the check said that the label cannot be right */
  checked(devices: readonly CheckedDevice[]): void {
    this.#checked.push(...devices.slice(0, waitingAtMost - this.#checked.length));
  }

  /** Looks at what was noticed and stores it. What could not be stored is kept for the next time. */
  async flush(): Promise<void> {
    for (let device = this.#checked.shift(); device !== undefined; device = this.#checked.shift()) {
      for (const sighting of await this.#judge(device)) this.notice(sighting, device.checkedAt);
    }
    await signalConflicts(this.#db, ({ gtin, lot, serials, day }) => {
      for (const serial of serials) {
        this.#tally.add({ kind: 'two-places', gtin, lot, serial, label: {}, by: 'check' }, day);
      }
    });
    const lines = this.#tally.take();
    if (lines.length === 0) return;
    try {
      const products = await readProducts(this.#db, [...new Set(lines.map(({ gtin }) => gtin))]);
      const registrants = new Map([...products].map(([gtin, { organisation }]) => [gtin, organisation]));
      await addSignals(this.#db, await this.#compared(lines), registrants);
    } catch (error) {
      for (const line of lines) this.#tally.put(line);
      throw error;
    }
  }

  /** Tells labels that were printed here from those that never were. */
  async #compared(lines: readonly Tallied[]): Promise<Tallied[]> {
    const compared: Tallied[] = [];
    for (const line of lines) {
      const { kind, gtin, serial } = line;
      const state =
        (kind === 'serial-unknown' || kind === 'lot-unknown') && serial !== undefined
          ? (await this.#printed(gtin, [serial])).get(serial)
          : undefined;
      if (state === undefined) compared.push(line);
      else compared.push({ ...line, kind: state === 'stands' ? 'printed-not-made' : 'spoiled-label' });
    }
    return compared;
  }

  async #judge({ gtin, organisation, checkedAt, ...stated }: CheckedDevice): Promise<Sighting[]> {
    const db = this.#db;
    const product = await readProduct(db, gtin);
    if (product === undefined) return [];
    const { serial } = stated;
    const key = { gtin, issuer: 'maker', serial: serial ?? '' } as const;
    const unit = serial === undefined ? undefined : await readUnit(db, key);
    const made = serial !== undefined && (await wasMade(db, key));
    const number = stated.lot ?? unit?.lot ?? '';
    const id = lotId({ gtin, lot: number });
    const lot = (await readLots(db, [id])).get(id);
    const [kind] = doubtsOf(stated, { product, lot, unit, made });
    const seen = { gtin, ...stated, by: 'check' } as const;
    const hours =
      serial === undefined ? undefined : await this.#elsewhere({ ...key, organisation }, checkedAt);
    return [
      ...(kind === undefined ? [] : [{ ...seen, kind }]),
      ...(hours === undefined ? [] : [{ ...seen, kind: 'two-places' as const, withinHours: hours }]),
    ];
  }

  /** @returns how many hours before, rounded up, another organisation had the device in hand; undefined if none had */
  async #elsewhere(
    { gtin, serial, organisation }: { gtin: string; serial: string; organisation: string },
    checkedAt: Date,
  ): Promise<number | undefined> {
    const from = new Date(checkedAt.getTime() - handedOnInHours * hourMs).toISOString();
    const [other] = await this.#db
      .collection<StoredCheck>(checksCollection)
      .find({
        gtin,
        serial,
        checkedAt: { $gte: from, $lte: checkedAt.toISOString() },
        organisation: { $ne: organisation },
      })
      .sort({ checkedAt: -1 })
      .limit(1)
      .toArray();
    if (other === undefined) return undefined;
    return Math.max(1, Math.ceil((checkedAt.getTime() - Date.parse(other.checkedAt)) / hourMs));
  }
}
