/**
 * Who may be worked for now. More work at once than the process and its database can do makes all of it slow, and in
 * the end none of it in time; so the work is bounded, a little more may wait, and the rest is told at once to come
 * back. What has been begun is always finished.
 *
 * A request counts twice: as *inside* from its first byte to the end of its answer (that bounds memory, whatever a
 * client that sends or reads slowly does), and as *in work* only while this process has something to do for it (so
 * that a slow client keeps nobody else from being served).
 */

import { Failure } from '../errors.ts';
import { FairQueue } from './fair-queue.ts';

export interface AdmissionLimits {
  /** Units of work at once: a small request is one. */
  readonly inWork: number;
  /** Units that wait for their turn. */
  readonly waiting: number;
  /** How long one waits at most, in milliseconds. */
  readonly patienceMs: number;
  /** Requests whose answer has not gone out yet. */
  readonly inside: number;
  /** Of these, of one credential, or of one address without one. */
  readonly insidePerKey: number;
}

/**
 * 32 in work keep a process and its database busy: commands share their transactions, and more at the gate would only
 * wait further in. As many may wait: longer queues make no more of the work possible, only later.
 */
export const defaultAdmissionLimits: AdmissionLimits = {
  inWork: 32,
  waiting: 32,
  patienceMs: 2_000,
  inside: 512,
  insidePerKey: 256,
};

/** Nothing was done for the request, for lack of room; it may come again soon. */
export class TurnedAway extends Failure {
  constructor(code: 'service/busy' | 'access/rate-limited') {
    super(code, { retryAfterSeconds: 1 });
  }
}

/** Whose turn it is to be, and what it costs. */
export interface Turn {
  readonly key: string;
  readonly weight: number;
  readonly begun: boolean;
}

interface Ticket {
  admit(): void;
  refuse(): void;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #insideOf = new Map<string, number>();
  #inside = 0;
  #inWork = 0;
  readonly #newcomers: FairQueue<Ticket>;
  /** Who was worked for already and has sent the rest: they come first. */
  readonly #begun: FairQueue<Ticket>;

  constructor(limits: AdmissionLimits = defaultAdmissionLimits) {
    this.#limits = limits;
    this.#newcomers = new FairQueue(limits.waiting);
    this.#begun = new FairQueue(limits.waiting);
  }

  /** Figures for operators. */
  get load(): Readonly<Record<'inside' | 'inWork' | 'waiting', number>> {
    const waiting = this.#begun.weight + this.#newcomers.weight;
    return { inside: this.#inside, inWork: this.#inWork, waiting };
  }

  /**
   * A request has arrived.
   * @returns what to call, once, when its answer is out or its client gone
   * @throws TurnedAway `access/rate-limited` where this key has too many inside, `service/busy` where all have
   */
  enter(key: string): () => void {
    const own = this.#insideOf.get(key) ?? 0;
    if (this.#inside >= this.#limits.inside) throw new TurnedAway('service/busy');
    if (own >= this.#limits.insidePerKey) throw new TurnedAway('access/rate-limited');
    this.#inside += 1;
    this.#insideOf.set(key, own + 1);
    return () => this.#leave(key);
  }

  #leave(key: string): void {
    const own = this.#insideOf.get(key) ?? 0;
    this.#inside -= 1;
    if (own > 1) this.#insideOf.set(key, own - 1);
    else this.#insideOf.delete(key);
  }

  /**
   * Does the work when there is room for it.
   * @param turn `weight` in units: more than there are at all count as all of them; `begun`: whether this request was
   *   worked for before
   * @throws TurnedAway `service/busy`, before anything was done; whatever the work throws
   */
  async work<T>({ key, weight, begun }: Turn, work: () => Promise<T>): Promise<T> {
    const units = Math.min(weight, this.#limits.inWork, this.#limits.waiting);
    await this.#turn(begun ? this.#begun : this.#newcomers, key, units);
    try {
      return await work();
    } finally {
      this.#inWork -= units;
      this.#admitNext();
    }
  }

  #turn(queue: FairQueue<Ticket>, key: string, weight: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = () => {
        clearTimeout(timer);
        reject(new TurnedAway('service/busy'));
      };
      const ticket: Ticket = {
        admit: () => {
          clearTimeout(timer);
          resolve();
        },
        refuse,
      };
      const timer = setTimeout(() => {
        if (queue.remove(key, ticket)) refuse();
      }, this.#limits.patienceMs);
      for (const leaving of queue.push(key, ticket, weight)) leaving.refuse();
      this.#admitNext();
    });
  }

  /** Newcomers have their turn only when nobody waits who was worked for already: what is begun gets done. */
  #admitNext(): void {
    for (;;) {
      const queue = this.#begun.weight > 0 ? this.#begun : this.#newcomers;
      const weight = queue.nextWeight();
      if (weight === undefined || this.#inWork + weight > this.#limits.inWork) return;
      const ticket = queue.shift();
      if (ticket === undefined) return;
      this.#inWork += weight;
      ticket.admit();
    }
  }
}
