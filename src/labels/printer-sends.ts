/**
 * Sends to printers go on after the request that began them: a printer takes labels as fast as it prints them. Each
 * is a record of its own, which says how far it came and what stopped it. Of two sends to one printer the second is
 * refused while the first is under way.
 */
import type { Connection, mongo } from 'mongoose';
import { rawCollection } from '../database/raw-collection.ts';
import { duplicateKey } from '../database/transaction.ts';
import { Failure, type FailureCode } from '../errors.ts';
import type { IppPrinter } from './ipp-exchange.ts';
import { followJob, type JobEnd } from './ipp-following.ts';
import { type IppOrder, type JobState, printOn } from './ipp-printing.ts';
import { allowedAddress, type SendOptions, sendLimits, sendToPrinter } from './printer-connection.ts';
import { lookAndNote, noteLook } from './printer-looks.ts';
import { ippPrinterOf, type Printer, type PrinterParts, readPrinter } from './printers.ts';

export const printerSendsCollection = 'printerSends';

/** What is printed: labels of a job, or the page that shows whether a printer is set up right. */
export type SendSubject = { readonly kind: 'test' } | { readonly kind: 'job'; readonly job: string };

export interface PrinterSend {
  /** UUID. */
  readonly id: string;
  readonly organisation: string;
  readonly printer: string;
  readonly subject: SendSubject;
  readonly labels: number;
  /** Person id. */
  readonly sentBy: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /**
   * `sent`: the printer has taken everything, and says no more. One that speaks IPP says what becomes of it: `printing`
   * as long as it is not done, then `printed`, or `failed`.
   */
  readonly state: 'sending' | 'printing' | 'sent' | 'printed' | 'failed';
  /** Taken by the printer's connection; none where it has refused the job. */
  readonly bytes: number;
  /** The number that the printer gave it (IPP). */
  readonly printerJob?: number;
  /** What it waits for, while it is `printing`. */
  readonly waitsFor?: FailureCode;
  readonly endedAt?: string;
  /** Of one that failed. */
  readonly failure?: FailureCode;
}

type StoredSend = { readonly _id: string } & Omit<PrinterSend, 'id'> & {
    /** The printer, while this send has it: unique. */
    readonly holds?: string;
    /** The job, which is sent once: unique. Gone where the printer took nothing. */
    readonly claims?: string;
    /** Until when the process that sends has promised to say more; after it, it is gone. */
    readonly until: Date;
  };

/** A send's process writes how far it has come at least so often … */
const reportEveryMs = 2_000;
/** … and is taken for dead when it has not for so long. */
const silenceMs = 60_000;
/** Under way at once in one process. */
const sendsAtOnce = 16;
/** Sent, and asked after, at once in one process: of more nobody is told what becomes of them. */
const followedAtOnce = 64;

export interface SendParts extends PrinterParts {
  /** Told what nobody expected; a record says only that the send failed. */
  readonly report: (trouble: unknown) => void;
}

/** What to send. */
export interface SendOrder {
  readonly organisation: string;
  readonly person: string;
  readonly printer: string;
  readonly subject: SendSubject;
  readonly labels: number;
  /** Draws the labels in the printer's language, at its dots, as they are taken. */
  readonly draw: (printer: Printer) => AsyncIterable<Uint8Array>;
  /** The paper that it is for; undefined: whatever the printer has. */
  readonly pageMm?: IppOrder['pageMm'];
}

/** The sends of one process. */
export class PrinterSends {
  readonly #parts: SendParts;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #sending = 0;

  constructor(parts: SendParts) {
    this.#parts = parts;
  }

  /**
   * Begins a send.
   * @returns its record, as it stands at the beginning.
   * @throws Failure `not-found` for another organisation's printer, `printer/inactive`, `printer/not-allowed`,
   *   `printer/name-unknown`, `printer/busy`, `printer/sent-already`, `service/busy`
   */
  async begin(order: SendOrder): Promise<PrinterSend> {
    const { organisation, person, printer: id, subject, labels } = order;
    const { connection, clock, ids } = this.#parts;
    const printer = await readPrinter(connection, organisation, id);
    if (!printer.active) throw new Failure('printer/inactive', { printer: id });
    await allowedAddress(printer, this.#parts);
    if (this.#sending >= sendsAtOnce || this.#stop.signal.aborted) throw new Failure('service/busy');
    const now = clock.now();
    const send: StoredSend = {
      _id: ids.uuid(),
      organisation,
      printer: id,
      subject,
      labels,
      sentBy: person,
      startedAt: now.toISOString(),
      state: 'sending',
      bytes: 0,
      holds: id,
      ...(subject.kind === 'job' ? { claims: subject.job } : {}),
      until: new Date(now.getTime() + silenceMs),
    };
    await this.#enter(send);
    const running = this.#run(send._id, printer, order).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return sendOf(send, now);
  }

  /** @throws Failure `not-found` */
  async read(organisation: string, id: string): Promise<PrinterSend> {
    const found = await sends(this.#parts.connection).findOne({ _id: id });
    if (found?.organisation !== organisation) throw new Failure('not-found', { send: id });
    return sendOf(found, this.#parts.clock.now());
  }

  /** Breaks off what is under way, and returns when their records say so. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** The unique index on `holds` decides between two; a holder that has fallen silent is put aside first. */
  async #enter(send: StoredSend): Promise<void> {
    const { connection, clock } = this.#parts;
    await sends(connection).updateMany(
      { holds: send.printer, until: { $lt: clock.now() } },
      { $set: { state: 'failed', failure: 'printer/stopped' }, $unset: { holds: '' } },
    );
    try {
      await sends(connection).insertOne(send, { writeConcern: { w: 'majority', j: true } });
    } catch (error) {
      const taken = duplicateKey(error);
      if (taken === undefined) throw error;
      if ('claims' in taken) throw new Failure('printer/sent-already', { job: send.claims });
      throw new Failure('printer/busy', { printer: send.printer });
    }
  }

  /** Sends, and follows what was sent; whatever happens is written into the record. */
  async #run(id: string, printer: Printer, order: SendOrder): Promise<void> {
    const { networks, resolve, limits = sendLimits } = this.#parts;
    const lost = new AbortController();
    let bytes = 0;
    const reporting = setInterval(() => {
      void this.#write(id, { $set: { bytes, until: this.#until() } }, () => lost.abort());
    }, reportEveryMs);
    const signal = AbortSignal.any([this.#stop.signal, lost.signal]);
    const progress = (taken: number): void => {
      bytes = taken;
    };
    const options = { networks, resolve, limits, signal, progress };
    let outcome: Pick<PrinterSend, 'state' | 'failure'>;
    try {
      const ipp = ippPrinterOf(printer);
      if (ipp === undefined) {
        await this.#counted(() => sendToPrinter(printer, order.draw(printer), options));
        outcome = { state: 'sent' };
      } else {
        const taken = await this.#counted(() => this.#printOn(id, { printer, ipp }, order, options));
        await this.#write(id, {
          $set: { state: 'printing', bytes, printerJob: taken.job },
          // The printer has a list of its own; the next job may join it.
          $unset: { holds: '' },
        });
        outcome = outcomeOf(await this.#follow(id, { printer, ipp }, taken, options));
      }
    } catch (error) {
      if (!(error instanceof Failure)) this.#parts.report(error);
      outcome = { state: 'failed', failure: error instanceof Failure ? error.code : 'printer/stopped' };
    } finally {
      clearInterval(reporting);
    }
    const endedAt = this.#parts.clock.now().toISOString();
    const nothing = outcome.state === 'failed' && bytes === 0;
    const freed = { holds: '', waitsFor: '' } as const;
    await this.#write(id, {
      $set: { bytes, ...outcome, endedAt },
      $unset: nothing ? { ...freed, claims: '' } : freed,
    });
  }

  async #counted<T>(send: () => Promise<T>): Promise<T> {
    this.#sending += 1;
    try {
      return await send();
    } finally {
      this.#sending -= 1;
    }
  }

  async #printOn(
    id: string,
    { printer, ipp }: { readonly printer: Printer; readonly ipp: IppPrinter },
    { draw, pageMm }: SendOrder,
    options: SendOptions,
  ): Promise<{ readonly job: number; readonly state: JobState }> {
    const look = await lookAndNote(this.#parts, printer, options);
    const order = { name: `labels ${id.slice(0, 8)}`, document: draw(printer) };
    return await printOn(ipp, look, pageMm === undefined ? order : { ...order, pageMm }, options);
  }

  async #follow(
    id: string,
    { printer, ipp }: { readonly printer: Printer; readonly ipp: IppPrinter },
    { job, state }: { readonly job: number; readonly state: JobState },
    options: SendOptions,
  ): Promise<JobEnd> {
    if (this.#running.size - this.#sending > followedAtOnce) return 'unknown';
    return await followJob(ipp, job, state, {
      ...options,
      told: async (waitsFor, look) => {
        await noteLook(this.#parts, printer, look);
        await this.#write(id, waitsFor === undefined ? { $unset: { waitsFor: '' } } : { $set: { waitsFor } });
      },
    });
  }

  #until(): Date {
    return new Date(this.#parts.clock.now().getTime() + silenceMs);
  }

  /**
   * What cannot be written is found again by its silence.
   * @param gone called where the send was put aside for its silence: the printer is another's by now
   */
  async #write(id: string, update: mongo.UpdateFilter<StoredSend>, gone?: () => void): Promise<void> {
    const { connection, report } = this.#parts;
    try {
      const { matchedCount } = await sends(connection).updateOne(
        { _id: id, state: { $in: ['sending', 'printing'] } },
        update,
      );
      if (matchedCount === 0) gone?.();
    } catch (error) {
      report(error);
    }
  }
}

function sends(connection: Connection): mongo.Collection<StoredSend> {
  return rawCollection<StoredSend>(connection, printerSendsCollection);
}

function outcomeOf(end: JobEnd): Pick<PrinterSend, 'state' | 'failure'> {
  switch (end) {
    case 'printed':
      return { state: 'printed' };
    case 'unknown':
      return { state: 'sent' };
    default:
      return { state: 'failed', failure: end };
  }
}

function sendOf(
  { _id: id, holds: _holds, claims: _claims, until, ...stored }: StoredSend,
  now: Date,
): PrinterSend {
  const silent = until < now;
  if (stored.state === 'sending' && silent) {
    return { ...stored, id, state: 'failed', failure: 'printer/stopped' };
  }
  if (stored.state === 'printing' && silent) {
    // Nobody asks any more; the printer had it.
    const { waitsFor: _waitsFor, ...rest } = stored;
    return { ...rest, id, state: 'sent' };
  }
  return { ...stored, id };
}
