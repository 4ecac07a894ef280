/**
 * Which number was printed for what, and in which jobs: one document a number, whose key makes it unique however many
 * processes ask at once. A number is never taken out again, so that none comes twice.
 */
import type { mongo } from 'mongoose';
import type { Write } from '../database/write.ts';
import { ssccOf } from '../identifiers/sscc.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import { type LotKey, unitId } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { type Numbering, sequentialSerial, unguessableSerial } from './serial-numbers.ts';

export const labelSerialsCollection = 'labelSerials';
export const labelCountersCollection = 'labelCounters';

/**
 * Within what numbers are told apart: the serial numbers of a product in the space of its GTIN, those of logistic units
 * in {@link ssccSpace}, whoever gives them, those of sterile packs in a space of their job.
 */
export type NumberSpace = string;

export const ssccSpace: NumberSpace = 'sscc';

/** A number that was printed, `_id` `{space}/{serial}`. A label is one printing of it. */
export interface PrintedSerial {
  readonly _id: string;
  /** Of the product, and its lot; a logistic unit is of none. */
  readonly gtin?: string;
  readonly lot?: string;
  readonly serial: string;
  /** The job that printed it first, and its place in that job, from 0. */
  readonly job: string;
  readonly nth: number;
  /** Jobs that printed it: the first, then those that reprinted it. */
  readonly printed: readonly string[];
  /** Of these, those whose label of it was spoiled … */
  readonly spoiled: readonly string[];
  /** … and those whose label of it was scanned at the end of the run and agreed with the ledger. */
  readonly verified: readonly string[];
}

/** A label is printed again so often at most. */
export const printingsMax = 20;

/** `_id` `{space}/{prefix}`: each prefix counts from 1. */
interface Counter {
  readonly _id: string;
  /** The next number; all before it are given. */
  readonly next: number;
}

/** Where to read: with a session, in its transaction. */
export interface Reading {
  readonly db: mongo.Db;
  readonly session?: mongo.ClientSession;
}

/** @returns the driver's options for it. */
export function within({ session }: Reading): { session?: mongo.ClientSession } {
  return session === undefined ? {} : { session };
}

/** @returns the collection of printed numbers. */
export function printedSerials(db: mongo.Db): mongo.Collection<PrintedSerial> {
  return db.collection(labelSerialsCollection);
}

function serialId(space: NumberSpace, serial: string): string {
  return `${space}/${serial}`;
}

/** @returns those that were printed, by serial number. */
export async function findPrinted(
  reading: Reading,
  space: NumberSpace,
  serials: readonly string[],
): Promise<Map<string, PrintedSerial>> {
  const _id = { $in: serials.map((serial) => serialId(space, serial)) };
  const found = await printedSerials(reading.db).find({ _id }, within(reading)).toArray();
  return new Map(found.map((printed) => [printed.serial, printed]));
}

/** @returns those of the serial numbers that an event of production names for this lot. */
export async function findMade(
  reading: Reading,
  { gtin, lot }: LotKey,
  serials: readonly string[],
): Promise<ReadonlySet<string>> {
  if (serials.length === 0) return new Set();
  const found = await ledgerCollections(reading.db)
    .entries.find(
      { gtin, lot, type: 'lotProduced', 'units.serial': { $in: [...serials] } },
      { ...within(reading), projection: { units: 1 } },
    )
    .toArray();
  const made = new Set(found.flatMap(({ units }) => units.map(({ serial }) => serial)));
  return new Set(serials.filter((serial) => made.has(serial)));
}

/** New numbers, and what has to be written so that nobody else gets them. */
export interface Allocated {
  readonly serials: readonly string[];
  /** Whether they follow one another, none left out, so that first and last name them all. */
  readonly range: boolean;
  readonly writes: readonly Write[];
}

/**
 * New serial numbers of a product. Of two commands that are given the same ones at the same time only one can commit:
 * the other one finds the counter moved, or a number taken, and is decided anew. Numbers that units bear already
 * (made before labels were printed here, or scanned by somebody) are passed over.
 * @returns undefined where the rules have no more of them
 */
export async function allocate(
  snapshot: Snapshot,
  gtin: string,
  wanted: number,
  rules: Numbering,
  bytes: (count: number) => Uint8Array,
): Promise<Allocated | undefined> {
  const taken = (serials: readonly string[]) => findTaken(snapshot, gtin, serials);
  if (rules.kind === 'unguessable') {
    const serials = await drawn(wanted, () => unguessableSerial(rules, bytes), taken);
    return serials && { serials, range: false, writes: [] };
  }
  const counter = { id: `${gtin}/${rules.prefix}`, form: (n: number) => sequentialSerial(rules, n), taken };
  return await count(snapshot, counter, wanted);
}

/** @param head extension digit and company prefix, which count together @returns new SSCCs, as {@link allocate} does */
export async function allocateSsccs(
  snapshot: Snapshot,
  head: string,
  wanted: number,
): Promise<Allocated | undefined> {
  // Another head may be the beginning of this one: a number is taken, whichever counter gave it.
  const taken = async (serials: readonly string[]) =>
    new Set((await findPrinted(snapshot, ssccSpace, serials)).keys());
  const counter = { id: `${ssccSpace}/${head}`, form: (n: number) => ssccOf(head, n), taken };
  return await count(snapshot, counter, wanted);
}

/** Numbers that follow one another. */
interface Counting {
  readonly id: string;
  /** The number's text, or undefined where the digits do not suffice. */
  form(number: number): string | undefined;
  /** Which of these were given already. */
  taken(serials: readonly string[]): Promise<ReadonlySet<string>>;
}

async function count(snapshot: Snapshot, counting: Counting, wanted: number): Promise<Allocated | undefined> {
  const collection = labelCountersCollection;
  const counters = snapshot.db.collection<Counter>(collection);
  const { id: _id } = counting;
  const counter = await counters.findOne({ _id }, { session: snapshot.session });
  const from = counter?.next ?? 1;
  const found = await counted(counting, wanted, from);
  if (found === undefined) return undefined;
  const { serials, next } = found;
  const write: Write =
    counter === null
      ? { collection, insert: { _id, next } }
      : { collection, filter: { _id, next: counter.next }, update: { $set: { next } } };
  return { serials, range: next - from === wanted, writes: [write] };
}

/** Times that numbers are looked at, the more of them the more were taken; then there are no more. */
const roundsMax = 20;
const lookedAtOnce = 10_000;

async function counted(
  { form, taken: findGiven }: Counting,
  wanted: number,
  from: number,
): Promise<{ serials: string[]; next: number } | undefined> {
  const free: string[] = [];
  let next = from;
  for (let round = 0; round < roundsMax; round += 1) {
    const look = Math.min(lookedAtOnce, Math.max(wanted - free.length, 2 ** round));
    const serials = Array.from({ length: look }, (_, nth) => form(next + nth));
    const possible = serials.filter((serial) => serial !== undefined);
    const taken = await findGiven(possible);
    for (const serial of possible) {
      next += 1;
      if (!taken.has(serial)) free.push(serial);
      if (free.length === wanted) return { serials: free, next };
    }
    if (possible.length < look) return undefined;
  }
  return undefined;
}

async function drawn(
  wanted: number,
  draw: () => string,
  findGiven: Counting['taken'],
): Promise<string[] | undefined> {
  const free = new Set<string>();
  for (let round = 0; round < roundsMax && free.size < wanted; round += 1) {
    const tried = new Set<string>();
    while (free.size + tried.size < wanted) {
      const serial = draw();
      if (!free.has(serial)) tried.add(serial);
    }
    const taken = await findGiven([...tried]);
    for (const serial of tried) if (!taken.has(serial)) free.add(serial);
  }
  return free.size === wanted ? [...free] : undefined;
}

async function findTaken(
  { db, session }: Snapshot,
  gtin: string,
  serials: readonly string[],
): Promise<ReadonlySet<string>> {
  const options = { session, projection: { serial: 1 } } as const;
  const printed = { _id: { $in: serials.map((serial) => serialId(gtin, serial)) } };
  const units = { _id: { $in: serials.map((serial) => unitId(gtin, 'maker', serial)) } };
  const found = [
    ...(await printedSerials(db).find(printed, options).toArray()),
    ...(await ledgerCollections(db).units.find(units, options).toArray()),
  ];
  return new Set(found.map(({ serial }) => serial));
}

/** @returns the writes that enter the numbers of a job, in its order. */
export function enterSerials(
  space: NumberSpace,
  job: string,
  serials: readonly string[],
  of: (serial: string) => Pick<PrintedSerial, 'gtin' | 'lot'>,
): Write[] {
  return serials.map((serial, nth) => {
    const printed: PrintedSerial = {
      _id: serialId(space, serial),
      ...of(serial),
      ...{ serial, job, nth },
      ...{ printed: [job], spoiled: [], verified: [] },
    };
    return { collection: labelSerialsCollection, insert: { ...printed } };
  });
}

/** @returns the writes that note of labels of a job that they were printed again, spoiled, or verified. */
export function noteSerials(
  space: NumberSpace,
  serials: readonly string[],
  what: 'printed' | 'spoiled' | 'verified',
  job: string,
): Write[] {
  return serials.map((serial) => ({
    collection: labelSerialsCollection,
    filter: { _id: serialId(space, serial) },
    update: { $addToSet: { [what]: job } },
  }));
}
