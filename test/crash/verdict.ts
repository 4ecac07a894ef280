/** After a crash: is what clients were told what there is? */
import type { mongo } from 'mongoose';
import { connectDatabase } from '../../src/database/connection.ts';
import { Moment } from '../../src/database/moment.ts';
import { checkLedger, describeReport } from '../../src/ledger/check/check-ledger.ts';
import { ledgerCollections } from '../../src/ledger/collections.ts';
import { at, type Reply, textAt } from '../support/http.ts';
import { members } from '../support/world-facts.ts';
import { callers } from '../support/world-people.ts';
import { type Claim, eventsIn } from './claims.ts';
import { type Clients, recallIn } from './clients.ts';

export interface Verdict {
  /** Commands whose outcome no client knew; how many of them were there. */
  readonly inDoubt: number;
  readonly there: number;
  readonly events: number;
}

const busyTries = 100;

export class Judge {
  readonly #clients: Clients;
  /** Claims that were proved before: history is only appended to. */
  readonly #proved = new Set<Claim>();
  #provedEvents = 0;

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** Looks at everything that is new. Clients must be at rest and the service must serve. */
  async judge(uri: string): Promise<Verdict> {
    const database = await connectDatabase({ uri, patienceMs: 30_000 });
    try {
      return await this.#judge(database);
    } finally {
      await database.close();
    }
  }

  async #judge({ db, client }: { db: mongo.Db; client: mongo.MongoClient }): Promise<Verdict> {
    const { claims } = this.#clients;
    const fresh = claims.all.filter((claim) => !this.#proved.has(claim));
    const stored = await this.#stored(db, fresh);
    const doubted = claims.inDoubt;
    for (const claim of fresh) this.#compare(claim, stored.get(keyOf(claim)));
    await this.#checkBooks(client, db);
    // What nobody knows is sent again: the answer must be what is there, or it is done now.
    for (const claim of doubted) await this.#settle(claim, stored.get(keyOf(claim)));
    const now = await this.#stored(db, fresh);
    for (const claim of fresh) {
      const events = now.get(keyOf(claim));
      if (events === undefined) claims.breach(`${whatOf(claim)} was acknowledged and is not there`);
      this.#provedEvents += events?.length ?? 0;
      this.#proved.add(claim);
    }
    const events = await ledgerCollections(db).events.countDocuments();
    if (events !== this.#provedEvents) {
      claims.breach(`there are ${events} events, and the commands sent account for ${this.#provedEvents}`);
    }
    await this.#checkLots(fresh);
    return { inDoubt: doubted.length, there: doubted.filter((one) => stored.has(keyOf(one))).length, events };
  }

  /** @returns the events of each command that is stored, all of which exist */
  async #stored(db: mongo.Db, claims: readonly Claim[]): Promise<Map<string, string[]>> {
    const { commands, events } = ledgerCollections(db);
    const found = new Map<string, string[]>();
    for await (const { _id, outcome } of commands.find({ _id: { $in: claims.map(keyOf) } })) {
      if (outcome.kind === 'accepted') found.set(_id, [...outcome.events]);
      else this.#clients.claims.breach(`${_id} is stored as refused: ${outcome.code}`);
    }
    const ids = [...found.values()].flat();
    const there = await events.countDocuments({ _id: { $in: ids } });
    if (there !== ids.length) {
      this.#clients.claims.breach(`${ids.length - there} events of stored commands are missing`);
    }
    return found;
  }

  #compare(claim: Claim, events: readonly string[] | undefined): void {
    const { claims } = this.#clients;
    if (claim.state === 'doubt') {
      if (events !== undefined && !claim.mayBeDone) {
        claims.breach(`${whatOf(claim)} was said not to be done, and it is there`);
      }
      return;
    }
    const told = eventsIn(claim);
    if (events === undefined) claims.breach(`${whatOf(claim)} was acknowledged and is lost`);
    else if (told.length > 0 && told.join() !== events.join()) {
      claims.breach(`${whatOf(claim)} was answered ${told.join()} and wrote ${events.join()}`);
    }
  }

  async #settle(claim: Claim, events: readonly string[] | undefined): Promise<void> {
    const { claims } = this.#clients;
    let known = false;
    for (let tries = 0; tries < busyTries && !known; tries += 1) known = await this.#clients.send(claim);
    if (!known) claims.breach(`${whatOf(claim)} cannot be settled`);
    if (events === undefined || claim.state !== 'accepted') return;
    const told = eventsIn(claim);
    if (told.length > 0 && told.join() !== events.join()) {
      claims.breach(`${whatOf(claim)} wrote ${events.join()} and is answered ${told.join()}`);
    }
  }

  async #checkBooks(client: mongo.MongoClient, db: mongo.Db): Promise<void> {
    const report = await Moment.during({ client, db }, (moment) => checkLedger(db, moment));
    if (report.differences > 0) this.#clients.claims.breach(describeReport(report));
  }

  /** As people see it: every lot balances, and names each patient of an acknowledged use once. */
  async #checkLots(fresh: readonly Claim[]): Promise<void> {
    const { claims } = this.#clients;
    const lots = new Set(fresh.map(({ order }) => order.lotId));
    for (const lot of lots) {
      const of = claims.all.filter(({ order }) => order.lotId === lot);
      const balance = await this.#read('quality', `/api/v1/lots/${lot}/balance`);
      if (at(balance, '/sum') !== 0) claims.breach(`${lot} does not balance: ${JSON.stringify(balance)}`);
      const expected = of.flatMap(({ order }) => order.patient ?? []).sort();
      const uses = at(await this.#read('nurseA', `/api/v1/lots/${lot}/patients`), '/uses');
      const patients = (Array.isArray(uses) ? uses : [])
        .map((use) => textAt(use, '/identity/stated/inpatientNumber'))
        .sort();
      if (patients.join() !== expected.join()) {
        claims.breach(`${lot} was used on ${expected.length} patients and names ${patients.length}`);
      }
      await this.#checkRecalls(of, expected.length);
    }
  }

  async #checkRecalls(ofLot: readonly Claim[], uses: number): Promise<void> {
    for (const recall of ofLot.flatMap((claim) => recallIn(claim) ?? [])) {
      const items = at(await this.#read('quality', `/api/v1/recalls/${recall}/uses`), '/items');
      const listed = Array.isArray(items) ? items.length : -1;
      if (listed !== uses) this.#clients.claims.breach(`recall ${recall} lists ${listed} of ${uses} uses`);
    }
  }

  async #read(by: 'quality' | 'nurseA', path: string): Promise<unknown> {
    let reply: Reply | undefined;
    for (let tries = 0; tries < busyTries; tries += 1) {
      reply = await this.#clients
        .as(by)
        .get(path)
        .catch(() => undefined);
      if (reply?.status === 200) return reply.body;
    }
    this.#clients.claims.breach(`${path} was answered ${reply?.status}`);
    return undefined;
  }
}

function keyOf({ order }: Claim): string {
  return `${members[callers[order.by].of].id}/${order.body.commandId}`;
}

function whatOf({ order }: Claim): string {
  return `${order.path} ${order.body.commandId}`;
}
