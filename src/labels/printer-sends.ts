/**
 * Sends to printers go on after the request that began them: a printer takes labels as fast as it prints them. Each
 * is a record of its own, which says how far it came and what stopped it. Of two sends to one printer the second is
 * refused while the first is under way.
 */
import type { Connection, mongo } from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';
import { rawCollection } from '../database/raw-collection.ts';
import { duplicateKey } from '../database/transaction.ts';
import { Failure, type FailureCode } from '../errors.ts';
import {
  allowedAddress,
  type Resolve,
  type SendLimits,
  sendLimits,
  sendToPrinter,
} from './printer-connection.ts';
import type { PrinterNetworks } from './printer-networks.ts';
import { type Printer, readPrinter } from './printers.ts';

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
  readonly state: 'sending' | 'sent' | 'failed';
  /** Taken by the printer's connection. */
  readonly bytes: number;
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

export interface SendParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly networks: PrinterNetworks;
  readonly resolve: Resolve;
  readonly limits?: SendLimits;
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
}

/** The sends of one process. */
export class PrinterSends {
  readonly #parts: SendParts;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(parts: SendParts) {
    this.#parts = parts;
  }

  /**
   * Begins a send.
   * @returns its record, as it stands at the beginning.
   * @throws Failure `not-found` for another organisation's printer, `printer/inactive`, `printer/not-allowed`,
   *   `printer/name-unknown`, `printer/busy`, `printer/sent-already`, `service/busy`
   */
  async begin({ organisation, person, printer: id, subject, labels, draw }: SendOrder): Promise<PrinterSend> {
    const { connection, clock, ids } = this.#parts;
    const printer = await readPrinter(connection, organisation, id);
    if (!printer.active) throw new Failure('printer/inactive', { printer: id });
    await allowedAddress(printer, this.#parts);
    if (this.#running.size >= sendsAtOnce || this.#stop.signal.aborted) throw new Failure('service/busy');
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
    const running = this.#run(send._id, printer, draw).finally(() => this.#running.delete(running));
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

  async #run(id: string, printer: Printer, draw: SendOrder['draw']): Promise<void> {
    const { networks, resolve, limits = sendLimits } = this.#parts;
    const lost = new AbortController();
    let bytes = 0;
    const reporting = setInterval(() => {
      void this.#write(id, { $set: { bytes, until: this.#until() } }, () => lost.abort());
    }, reportEveryMs);
    let outcome: Pick<PrinterSend, 'state' | 'failure'>;
    try {
      const signal = AbortSignal.any([this.#stop.signal, lost.signal]);
      const progress = (taken: number): void => {
        bytes = taken;
      };
      await sendToPrinter(printer, draw(printer), { networks, resolve, limits, signal, progress });
      outcome = { state: 'sent' };
    } catch (error) {
      if (!(error instanceof Failure)) this.#parts.report(error);
      outcome = { state: 'failed', failure: error instanceof Failure ? error.code : 'printer/stopped' };
    } finally {
      clearInterval(reporting);
    }
    const endedAt = this.#parts.clock.now().toISOString();
    const nothing = outcome.state === 'failed' && bytes === 0;
    const freed = nothing ? ({ holds: '', claims: '' } as const) : ({ holds: '' } as const);
    await this.#write(id, { $set: { bytes, ...outcome, endedAt }, $unset: freed });
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
      const { matchedCount } = await sends(connection).updateOne({ _id: id, state: 'sending' }, update);
      if (matchedCount === 0) gone?.();
    } catch (error) {
      report(error);
    }
  }
}

function sends(connection: Connection): mongo.Collection<StoredSend> {
  return rawCollection<StoredSend>(connection, printerSendsCollection);
}

function sendOf(stored: StoredSend, now: Date): PrinterSend {
  const {
    _id: id,
    organisation,
    printer,
    subject,
    labels,
    sentBy,
    startedAt,
    bytes,
    endedAt,
    failure,
  } = stored;
  const silent = stored.state === 'sending' && stored.until < now;
  return {
    ...{ id, organisation, printer, subject, labels, sentBy, startedAt, bytes },
    state: silent ? 'failed' : stored.state,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(silent ? { failure: 'printer/stopped' as const } : failure === undefined ? {} : { failure }),
  };
}
