/**
 * Group commit: while a batch is under way, what comes waits and is the next one. One batch at a time is open in a
 * process, so that its commands never overtake each other; between processes the database decides, and whoever was
 * overtaken begins again.
 */
import type { mongo } from 'mongoose';
import { isDuplicateKey, livedTooLong } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { type BatchParts, batchBounds, type Ending, type Job, tryBatch, unknownOutcome } from './batch.ts';
import { ledgerCollections } from './collections.ts';
import { Line, type Place } from './line.ts';
import { backOff, isTransient } from './transaction.ts';
import { CommandExists } from './view.ts';

/** How often a batch is tried as a whole, before its commands are tried one by one. */
const triesTogether = 4;
/** How often a command is tried alone, before others have their turn again. */
const triesAlone = 4;
/** Law 9; far more than the gate lets in. */
const mostWaiting = 10_000;

/** The commands of one process on their way into the ledger. */
export class GroupCommit {
  private readonly parts: BatchParts;
  private readonly line = new Line<Job>();
  private readonly works: (() => Promise<void>)[] = [];
  private running = false;
  /** In the transaction that is under way: nobody knows yet what becomes of them. */
  private trying: ReadonlySet<Job> = new Set();
  /** Told how they ended, perhaps before it came to that: they are not tried again. */
  private readonly told = new WeakSet<Job>();
  /** Could not be done with others nor at once: they have a batch to themselves. */
  private readonly apart = new WeakSet<Job>();
  /** How many commands the next batch may have: fewer after one that had no room or no time for all of its. */
  private size: number = batchBounds.commands;

  constructor(parts: BatchParts) {
    this.parts = parts;
  }

  /** Takes a command in; it is told how it ended, at its deadline at the latest. */
  add(coming: Job): void {
    if (this.line.length >= mostWaiting) {
      coming.end(busy());
      return;
    }
    const timer = setTimeout(() => this.late(job), Math.max(0, coming.deadline - performance.now()));
    const end = (ending: Ending) => {
      clearTimeout(timer);
      this.told.add(job);
      coming.end(ending);
    };
    const job: Job = { ...coming, end };
    this.line.push(job.command.organisation, job);
    this.start();
  }

  /** Does work that has a transaction of its own between two batches, so that they do not overtake each other. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.works.push(() => work().then(resolve, reject));
      this.start();
    });
  }

  private start(): void {
    if (this.running) return;
    this.running = true;
    // To the end of the event loop's turn and no longer: one that comes alone waits for nobody.
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    for (;;) {
      const taken = this.line.take(this.size);
      const work = this.works.shift();
      if (taken.length === 0 && work === undefined) break;
      const batch = this.sharing(taken);
      this.line.giveBack(taken.slice(batch.length));
      await this.together(batch);
      await work?.();
    }
    this.running = false;
  }

  /** @returns the first of them that may share a transaction. */
  private sharing(places: readonly Place<Job>[]): readonly Place<Job>[] {
    const lonely = places.findIndex(({ item }) => item.alone || this.apart.has(item));
    return lonely === -1 ? places : places.slice(0, Math.max(1, lonely));
  }

  private async together(batch: readonly Place<Job>[]): Promise<void> {
    let left = batch;
    for (let tries = 0; left.length > 1 && tries < triesTogether; tries += 1) {
      left = inTime(left, this.told);
      try {
        const done = await this.try(left);
        this.size = done < left.length ? done : Math.min(batchBounds.commands, this.size * 2);
        this.line.giveBack(left.slice(done));
        return;
      } catch (error) {
        if (error instanceof CommandExists) left = await this.withoutStored(left);
        else if (livedTooLong(error)) left = this.firstHalf(left);
        else if (!isTransient(error)) break;
      }
      await backOff(tries);
    }
    for (const place of left) await this.alone(place);
  }

  /** What takes the server too long as a whole would do so again. */
  private firstHalf(places: readonly Place<Job>[]): readonly Place<Job>[] {
    this.size = Math.ceil(places.length / 2);
    this.line.giveBack(places.slice(this.size));
    return places.slice(0, this.size);
  }

  /** Whatever goes wrong now is this command's own. */
  private async alone(place: Place<Job>): Promise<void> {
    const { item: job, key } = place;
    let before: unknown;
    for (let tries = 0; tries < triesAlone; tries += 1) {
      if (inTime([place], this.told).length === 0) return;
      try {
        await this.try([place]);
        return;
      } catch (error) {
        if (error instanceof CommandExists) return job.end({ kind: 'stored' });
        if (!isTransient(error) || isSameDuplicate(error, before)) return job.end({ kind: 'faulty', error });
        before = error;
      }
      await backOff(tries);
    }
    if (this.told.has(job)) return;
    // Tried on and on it would keep everybody else waiting.
    this.apart.add(job);
    this.line.push(key, job);
  }

  /** @returns how many of them, the first, have been ended; @throws as {@link tryBatch} */
  private async try(places: readonly Place<Job>[]): Promise<number> {
    const jobs = places.map(({ item }) => item);
    this.trying = new Set(jobs);
    try {
      return jobs.length === 0 ? 0 : await tryBatch(this.parts, jobs);
    } finally {
      this.trying = new Set();
    }
  }

  /** Those that are stored already are answered so; the others have done nothing wrong. */
  private async withoutStored(places: readonly Place<Job>[]): Promise<readonly Place<Job>[]> {
    const ids = places.map(({ item }) => item.record._id);
    const stored = await ledgerCollections(this.parts.db)
      .commands.find({ _id: { $in: ids } }, { readConcern: { level: 'local' }, projection: { _id: 1 } })
      .toArray()
      .catch(() => []);
    const known = new Set(stored.map(({ _id }) => _id));
    for (const { item } of places) if (known.has(item.record._id)) item.end({ kind: 'stored' });
    return places.filter(({ item }) => !known.has(item.record._id));
  }

  private late(job: Job): void {
    this.line.remove(job.command.organisation, job);
    job.end(this.trying.has(job) ? unknownOutcome() : busy());
  }
}

/** @returns those that still wait to be told. */
function inTime(places: readonly Place<Job>[], told: { has(job: Job): boolean }): readonly Place<Job>[] {
  const now = performance.now();
  return places.filter(({ item }) => !told.has(item) && now <= item.deadline);
}

/** A key that a later snapshot does not know either was not taken by somebody who was faster. */
function isSameDuplicate(error: unknown, before: unknown): boolean {
  return (
    isDuplicateKey(error) &&
    isDuplicateKey(before) &&
    (error as mongo.MongoServerError).message === (before as mongo.MongoServerError).message
  );
}

function busy(): Ending {
  return { kind: 'given-up', error: new Failure('service/busy') };
}
