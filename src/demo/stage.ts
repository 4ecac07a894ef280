/**
 * The stage on which the demonstration plays: the real application, on a clock and an id source that each request
 * brings with it. No route takes a time of record; so the moment and the seed of a request are agreed on beside it, by
 * a ticket that the stage gives out and takes back, and that means nothing to any other server.
 *
 * Since each request has a source of its own, many can be played at once and the facts are still the same each time.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, type RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, type IdSource, systemIds } from '../clock.ts';
import { Server } from '../server.ts';
import { seededIds } from './chance.ts';
import { exchange, type Reply, type Sending } from './exchange.ts';

/** When something happens, and the name under which its ids are drawn: each name once in a story. */
export interface Step {
  readonly at: Date;
  readonly name: string;
}

interface Moment {
  readonly at: Date;
  readonly ids: IdSource;
}

/** The user asked for the end. */
export class Stopped extends Error {}

const ticketHeader = 'x-demo-ticket';
/** Connections at once; the story's own lanes are narrower. */
const connectionsAtMost = 64;
/** On a machine that others keep busy the service asks to come back; for this long we do. */
const attemptsAtMost = 60;
const pauseMs = 500;

export class Stage {
  readonly #seed: string;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connectionsAtMost });
  readonly #current = new AsyncLocalStorage<Moment>();
  readonly #tickets = new Map<string, Moment>();
  readonly #names = new Set<string>();
  #stopped = false;

  /** For the application: the time of the request that asks. */
  readonly clock: Clock = { now: () => new Date(this.#moment().at) };
  /** For the application: ids of the request that asks. */
  readonly ids: IdSource = {
    uuid: () => this.#moment().ids.uuid(),
    bytes: (count) => this.#moment().ids.bytes(count),
  };

  private constructor(seed: string, server: Server) {
    this.#seed = seed;
    this.#server = server;
  }

  /** @returns a stage on a free port of loopback, which answers nobody yet. */
  static async open(seed: string, log: Logger): Promise<Stage> {
    return new Stage(seed, await Server.listen({ host: '127.0.0.1', port: 0 }, { ids: systemIds, log }));
  }

  /** Lets an application answer what {@link send} sends, and nothing else. */
  answerWith(application: RequestListener): void {
    this.#server.answerWith((request, response) => {
      const ticket = request.headers[ticketHeader];
      const moment = typeof ticket === 'string' ? this.#tickets.get(ticket) : undefined;
      if (moment === undefined) {
        response.writeHead(404).end();
        return;
      }
      this.#current.run(moment, () => application(request, response));
    });
  }

  /** Does something that is no request (making the application, the first administrator) at a step. */
  during<T>(step: Step, work: () => Promise<T>): Promise<T> {
    return this.#current.run(this.#enter(step), work);
  }

  /**
   * Sends a request that the application answers at the step's moment; again, with the same ids, where it says that it
   * is busy or that the outcome is not known (a command then has the same id).
   */
  async send(step: Step, sending: Sending): Promise<Reply> {
    for (let moment = this.#enter(step), attempt = 1; ; moment = this.#again(step), attempt += 1) {
      const reply = await this.#exchange(moment, sending);
      if (reply.status !== 503 || attempt === attemptsAtMost) return reply;
      await wait(pauseMs);
    }
  }

  async #exchange(moment: Moment, sending: Sending): Promise<Reply> {
    if (this.#stopped) throw new Stopped('it was stopped');
    const ticket = systemIds.uuid();
    this.#tickets.set(ticket, moment);
    try {
      return await exchange(this.#agent, this.#server.url, sending, { [ticketHeader]: ticket });
    } finally {
      this.#tickets.delete(ticket);
    }
  }

  /** Whatever is sent from now on fails. */
  stop(): void {
    this.#stopped = true;
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.#server.close();
  }

  #enter({ at, name }: Step): Moment {
    if (this.#names.has(name)) throw new Error(`two steps are called ${name}`);
    this.#names.add(name);
    return this.#again({ at, name });
  }

  #again({ at, name }: Step): Moment {
    return { at, ids: seededIds(this.#seed, name) };
  }

  #moment(): Moment {
    const moment = this.#current.getStore();
    if (moment === undefined) throw new Error('something asks for the time outside any step');
    return moment;
  }
}
