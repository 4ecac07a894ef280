/** A person at the story's keyboard: what they send, and what they expect to come back. */
import { z } from 'zod';
import { seededIds } from './chance.ts';
import type { Method, Reply, Sending } from './exchange.ts';
import type { Stage } from './stage.ts';

/** What the story counts as it goes along. */
export interface Tally {
  events: number;
  requests: number;
}

export interface SeatFacts {
  readonly username: string;
  readonly token: string;
  /** Ids. */
  readonly person: string;
  readonly organisation: string;
}

const commandAnswer = z.object({ events: z.array(z.string()).optional() });
const problem = z.object({
  code: z.string(),
  detail: z.string(),
  faults: z.array(z.object({ pointer: z.string(), en: z.string() })).optional(),
  info: z.unknown().optional(),
});

/**
 * One after the other: what a seat sends is numbered, and ids follow from the number. Two requests of one seat at once
 * would be numbered by chance.
 */
export class Seat implements SeatFacts {
  readonly username: string;
  readonly token: string;
  readonly person: string;
  readonly organisation: string;
  readonly #stage: Stage;
  readonly #seed: string;
  readonly #tally: Tally;
  #sent = 0;

  /** Distinguishes keyboards at which one person sits at once. */
  readonly #desk: string;

  constructor(
    { stage, seed, tally }: { readonly stage: Stage; readonly seed: string; readonly tally: Tally },
    facts: SeatFacts,
    desk?: string,
  ) {
    this.#stage = stage;
    this.#seed = seed;
    this.#tally = tally;
    this.username = facts.username;
    this.token = facts.token;
    this.person = facts.person;
    this.organisation = facts.organisation;
    this.#desk = desk === undefined ? facts.username : `${facts.username}@${desk}`;
  }

  /** @returns a second keyboard of the same person, with numbers of its own, to work at beside this one. */
  apart(desk: string): Seat {
    return new Seat({ stage: this.#stage, seed: this.#seed, tally: this.#tally }, this, desk);
  }

  /** Sends a request that is to succeed. @throws Error that tells what was asked and what was answered */
  async ask<S extends z.ZodType>(
    at: Date,
    answer: S,
    method: Method,
    path: string,
    body?: unknown,
  ): Promise<z.output<S>> {
    const reply = await this.#send(at, { method, path, body });
    if (reply.status >= 300) throw unexpected(this.username, method, path, reply);
    return answer.parse(reply.body);
  }

  /** Sends a command that is to succeed, under an id of its own. */
  async command<S extends z.ZodType>(
    at: Date,
    answer: S,
    path: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<z.output<S>> {
    const method = 'POST';
    const reply = await this.#send(at, { method, path, body: { commandId: this.#commandId(), ...body } });
    if (reply.status >= 300) throw unexpected(this.username, method, path, reply);
    this.#tally.events += commandAnswer.parse(reply.body).events?.length ?? 1;
    return answer.parse(reply.body);
  }

  /** Sends a command that is to be refused. @returns the code of the refusal */
  async refused(at: Date, path: string, body: Readonly<Record<string, unknown>>): Promise<string> {
    const method = 'POST';
    const reply = await this.#send(at, { method, path, body: { commandId: this.#commandId(), ...body } });
    if (reply.status < 400) throw new Error(`${this.username}: ${method} ${path} was not refused`);
    return problem.parse(reply.body).code;
  }

  /** Asks for a document. */
  async document(at: Date, method: Method, path: string): Promise<Buffer> {
    const reply = await this.#send(at, { method, path });
    if (reply.status >= 300) throw unexpected(this.username, method, path, reply);
    return reply.bytes;
  }

  #send(at: Date, sending: Omit<Sending, 'token' | 'cookie'>): Promise<Reply> {
    this.#sent += 1;
    this.#tally.requests += 1;
    const name = `${this.#desk}/${this.#sent}`;
    return this.#stage.send({ at, name }, { ...sending, token: this.token });
  }

  /** Made by the client, as for every command. */
  #commandId(): string {
    return seededIds(this.#seed, `command/${this.#desk}/${this.#sent}`).uuid();
  }
}

/** @returns what to say of an answer that the story does not have; never what was sent. */
export function unexpected(who: string, method: Method, path: string, reply: Reply): Error {
  const said = problem.safeParse(reply.body);
  if (!said.success) return new Error(`${who}: ${method} ${path} answered ${reply.status}`);
  const { code, detail, faults = [], info } = said.data;
  const where = faults.map(({ pointer, en }) => ` ${pointer}: ${en}`).join('');
  return new Error(
    `${who}: ${method} ${path} answered ${reply.status} ${code}: ${detail}${where} ${JSON.stringify(info ?? {})}`,
  );
}
