/**
 * Group commit: while a batch is under way, what comes waits and is the next one. One batch at a time is open in a
 * process, so that its commands never overtake each other; between processes the database decides, and whoever was
 * overtaken begins again.
 */
import { Failure } from '../errors.ts';
import { type BatchParts, batchBounds, type Job, tryBatch } from './batch.ts';
import { ledgerCollections } from './collections.ts';
import { Line } from './line.ts';
import { backOff, isTransient } from './transaction.ts';
import { CommandExists } from './view.ts';

/** How often a batch is tried as a whole, before its commands are tried one by one. */
const triesTogether = 4;
/** Law 9; far more than the gate lets in. */
const mostWaiting = 10_000;

export class GroupCommit {
  private readonly parts: BatchParts;
  private readonly line = new Line<Job>();
  private readonly timers = new Map<Job, NodeJS.Timeout>();
  private readonly works: (() => Promise<void>)[] = [];
  private running = false;

  constructor(parts: BatchParts) {
    this.parts = parts;
  }

  /** Takes a command in; it is told how it ended. */
  add(job: Job): void {
    if (this.line.length >= mostWaiting) {
      job.end(busy(0));
      return;
    }
    const { organisation } = job.command;
    this.line.push(organisation, job);
    const timer = setTimeout(
      () => {
        if (this.line.remove(organisation, job)) this.end(job, 0);
      },
      Math.max(0, job.deadline - performance.now()),
    );
    this.timers.set(job, timer);
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
      const jobs = this.line.take(batchBounds.commands);
      const work = this.works.shift();
      if (jobs.length === 0 && work === undefined) break;
      for (const job of jobs) this.forget(job);
      for (const batch of batchesOf(jobs)) await this.together(batch);
      await work?.();
    }
    this.running = false;
  }

  private async together(jobs: readonly Job[]): Promise<void> {
    let left = jobs;
    for (let tries = 0; left.length > 1 && tries < triesTogether; ) {
      left = this.inTime(left, tries);
      if (left.length === 0) return;
      try {
        left = await tryBatch(this.parts, left);
        tries = 0;
        continue;
      } catch (error) {
        tries += 1;
        if (error instanceof CommandExists) left = await this.withoutStored(left);
        else if (!isTransient(error)) break;
      }
      await backOff(tries);
    }
    for (const job of left) await this.alone(job);
  }

  /** Whatever goes wrong now is this command's own. */
  private async alone(job: Job): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      if (this.inTime([job], tries).length === 0) return;
      try {
        await tryBatch(this.parts, [job]);
        return;
      } catch (error) {
        if (error instanceof CommandExists) return job.end({ kind: 'stored' });
        if (!isTransient(error)) return job.end({ kind: 'faulty', error });
      }
      await backOff(tries);
    }
  }

  /** Those that are stored already are answered so; the others have done nothing wrong. */
  private async withoutStored(jobs: readonly Job[]): Promise<readonly Job[]> {
    const ids = jobs.map(({ record }) => record._id);
    const stored = await ledgerCollections(this.parts.db)
      .commands.find({ _id: { $in: ids } }, { readConcern: { level: 'local' }, projection: { _id: 1 } })
      .toArray()
      .catch(() => []);
    const known = new Set(stored.map(({ _id }) => _id));
    for (const job of jobs) if (known.has(job.record._id)) job.end({ kind: 'stored' });
    return jobs.filter(({ record }) => !known.has(record._id));
  }

  private inTime(jobs: readonly Job[], tries: number): readonly Job[] {
    const now = performance.now();
    for (const job of jobs) if (now > job.deadline) this.end(job, tries);
    return jobs.filter(({ deadline }) => now <= deadline);
  }

  private end(job: Job, tries: number): void {
    this.forget(job);
    job.end(busy(tries));
  }

  private forget(job: Job): void {
    clearTimeout(this.timers.get(job));
    this.timers.delete(job);
  }
}

/** @returns the commands in order, those that are to be alone by themselves. */
function batchesOf(jobs: readonly Job[]): Job[][] {
  const batches: Job[][] = [];
  for (const job of jobs) {
    const last = batches.at(-1);
    if (last === undefined || job.alone || last.some(({ alone }) => alone)) batches.push([job]);
    else last.push(job);
  }
  return batches;
}

function busy(attempts: number) {
  return { kind: 'given-up', error: new Failure('service/busy', { attempts }) } as const;
}
