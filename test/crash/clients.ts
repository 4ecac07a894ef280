/**
 * Clients at work: each takes lots from the factory to the patient, and all of them use one lot that they share. They
 * do what a client has to do: what was not answered is sent again under the same id, sometimes much later.
 */
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { systemIds } from '../../src/clock.ts';
import type { Chance } from '../../src/demo/chance.ts';
import { lotId } from '../../src/ledger/event.ts';
import { at, type Client, clientOf, type Reply, textAt } from '../support/http.ts';
import { members, places, stapler } from '../support/world-facts.ts';
import type { CallerName, People } from '../support/world-people.ts';
import { type Claim, Claims, type Order } from './claims.ts';
import { within } from './service.ts';

/** No answer at all within this is a hang, which no client may see. */
const answerLimitMs = 30_000;
const retryPauseMs = 150;
const lotSize = 30;
const sharedSize = 100_000;
const dayMs = 24 * 60 * 60_000;

export interface ClientOptions {
  /** Where requests go. */
  readonly port: number;
  readonly tokens: ReadonlyMap<CallerName, string>;
  readonly people: People['ids'];
  readonly chance: Chance;
  readonly clients: number;
  /** Told of every command that was answered with success. */
  readonly onAccepted?: (claim: Claim) => void;
}

export class Clients {
  readonly claims = new Claims();
  readonly #options: ClientOptions;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #accounts = new Map<CallerName, Client>();
  readonly #shared = 'SHARED';
  /** Of this run: lots and patients of another run in the same database have other numbers. */
  readonly #run = systemIds.uuid().slice(0, 6).toUpperCase();
  #working: Promise<void>[] = [];
  #stop = false;
  #numbers = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    for (const [name, token] of options.tokens) {
      this.#accounts.set(name, clientOf(options.port, this.#agent, { token }));
    }
  }

  as(name: CallerName): Client {
    const account = this.#accounts.get(name);
    if (account === undefined) throw new Error(`nobody is called ${name}`);
    return account;
  }

  /** Fills the shelf that all share. */
  async prepare(): Promise<void> {
    await this.#bringToTheatre(this.#shared, sharedSize);
  }

  start(): void {
    this.#stop = false;
    this.#working = Array.from({ length: this.#options.clients }, () => this.#work());
  }

  /** Lets each client finish the request that it waits for. */
  async pause(): Promise<void> {
    this.#stop = true;
    await Promise.all(this.#working);
    this.#working = [];
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Ids of lots for which a request is on its way. */
  lotsInFlight(): string[] {
    const lots = this.claims.all.filter(({ inFlight }) => inFlight > 0).map(({ order }) => order.lotId);
    return [...new Set(lots)];
  }

  /** Sends a command once. @returns whether its outcome is known now */
  async send(claim: Claim): Promise<boolean> {
    const { by, path, body } = claim.order;
    claim.inFlight += 1;
    const reply = await within(answerLimitMs, this.as(by).post(path, body), 'no answer').catch(
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    claim.inFlight -= 1;
    if (reply instanceof Error && /no answer/.test(reply.message))
      this.claims.breach(`${path}: ${reply.message}`);
    const known = this.claims.take(claim, reply);
    if (claim.state === 'accepted') this.#options.onAccepted?.(claim);
    return known;
  }

  /** Sends a command until its outcome is known. @returns undefined where we were stopped before */
  async #insist(order: Order): Promise<Claim | undefined> {
    const claim = this.claims.open(order);
    // A client that lost patience sends it a second time while the first is still under way.
    const twice = this.#options.chance.below(20) === 0 ? this.send(claim) : undefined;
    let known = await this.send(claim);
    await twice;
    while (!known && !this.#stop) {
      await pause(retryPauseMs);
      known = await this.send(claim);
    }
    return claim.state === 'accepted' ? claim : undefined;
  }

  async #work(): Promise<void> {
    const { chance } = this.#options;
    while (!this.#stop) {
      this.#numbers += 1;
      const lot = `${this.#run}-${this.#numbers}`;
      if ((await this.#bringToTheatre(lot, lotSize)) === undefined) continue;
      const uses = 3 + chance.below(10);
      for (let nth = 0; nth < uses && !this.#stop; nth += 1) await this.#operate(lot);
      if (chance.below(6) !== 0 || this.#stop) continue;
      const recalled = await this.#insist(this.#recallOf(lot));
      // The use had happened before anybody knew.
      if (recalled !== undefined) await this.#insist(this.#useOf(lot));
    }
  }

  async #operate(lot: string): Promise<void> {
    const { chance } = this.#options;
    const which = chance.below(3) === 0 ? this.#shared : lot;
    if (chance.below(4) === 0) await this.#check(which);
    const order = this.#useOf(which);
    if (chance.below(4) !== 0) {
      await this.#insist(order);
      return;
    }
    // Somebody who gives up after one try, and whose note is found later; the next record of the lot is made at once.
    const claim = this.claims.open(order);
    if (!(await this.send(claim))) await this.#insist(this.#useOf(which));
  }

  /** A check writes no event: all that it may do is answer, or say that the service is busy. */
  async #check(lot: string): Promise<void> {
    const body = { place: places.theatreA, devices: [{ gtin: stapler, lot, quantity: 1 }] };
    const asked: Promise<Reply | undefined> = this.as('nurseA').post('/api/v1/checks', body);
    const reply = await within(answerLimitMs, asked, 'no answer').catch((error: unknown) => {
      if (error instanceof Error && /no answer/.test(error.message))
        this.claims.breach('a check was not answered');
      return undefined;
    });
    if (reply === undefined || [200, 502, 503].includes(reply.status)) return;
    this.claims.breach(`a check was answered ${reply.status} ${JSON.stringify(reply.body)}`);
  }

  /** @returns the claim of the last step; undefined where we were stopped before */
  async #bringToTheatre(lot: string, quantity: number): Promise<Claim | undefined> {
    const lines = [{ gtin: stapler, lot, quantity }];
    const order = (by: CallerName, path: string, body: object): Order => ({
      by,
      path,
      body: { commandId: systemIds.uuid(), ...body },
      lotId: lotId({ gtin: stapler, lot }),
    });
    const today = systemNow();
    const made = order('quality', '/api/v1/lots', {
      gtin: stapler,
      lot,
      manufacturedOn: day(today - 100 * dayMs),
      expiresOn: day(today + 900 * dayMs),
      place: places.factory,
      parts: [{ quantity }],
    });
    if ((await this.#insist(made)) === undefined) return undefined;
    const released = order('quality', `/api/v1/lots/${stapler}/${lot}/release`, {});
    if ((await this.#insist(released)) === undefined) return undefined;
    const to = members.hospitalA.id;
    const sent = await this.#insist(
      order('quality', '/api/v1/shipments', { from: places.factory, to, lines, papers: 'SX-1' }),
    );
    if (sent === undefined) return undefined;
    const shipment = textAt(JSON.parse(String(sent.answer)), '/shipment');
    const arrived = { shipment, place: places.storeA, lines };
    if ((await this.#insist(order('keeperA', '/api/v1/receipts', arrived))) === undefined) return undefined;
    const accepted = order('keeperA', '/api/v1/acceptances', { ...arrived, conclusion: 'qualified' });
    if ((await this.#insist(accepted)) === undefined) return undefined;
    return await this.#insist(
      order('keeperA', '/api/v1/moves', { from: places.storeA, to: places.theatreA, lines }),
    );
  }

  #useOf(lot: string): Order {
    this.#numbers += 1;
    const patient = `${this.#run}${this.#numbers.toString().padStart(8, '0')}`;
    const body = {
      commandId: systemIds.uuid(),
      happenedAt: new Date(systemNow() - 60_000).toISOString(),
      place: places.theatreA,
      procedure: '超低位直肠癌精准功能保肛术(PPS)',
      surgeon: this.#options.people.surgeonA,
      patient: { inpatientNumber: patient, name: '测试' },
      devices: [{ device: { gtin: stapler, lot, quantity: 1 }, implanted: true }],
      preUseCheck: true,
    };
    return { by: 'nurseA', path: '/api/v1/uses', body, lotId: lotId({ gtin: stapler, lot }), patient };
  }

  #recallOf(lot: string): Order {
    const body = {
      commandId: systemIds.uuid(),
      class: 'I',
      basis: 'voluntary',
      reason: { zh: '留样检验发现成钉高度超出规定范围。', en: 'Staples outside the specified height.' },
      instructions: { zh: '请勿使用。', en: 'Do not use.' },
      measures: ['warning', 'taking-back'],
      scope: [{ gtin: stapler, lot }],
      returnTo: { organisation: members.maker.id, place: places.factory },
    };
    return { by: 'quality', path: '/api/v1/recalls', body, lotId: lotId({ gtin: stapler, lot }) };
  }
}

/** @returns the recall that an answer names */
export function recallIn(claim: Claim): string | undefined {
  const recall = typeof claim.answer === 'string' ? at(JSON.parse(claim.answer), '/recall') : undefined;
  return typeof recall === 'string' ? recall : undefined;
}

function systemNow(): number {
  return Date.now();
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
