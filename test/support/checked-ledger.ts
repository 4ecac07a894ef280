/** A ledger with histories in it, for tests that change it by hand and ask the check what it sees. */
import type { mongo } from 'mongoose';
import { type CheckReport, checkLedger } from '../../src/ledger/check/check-ledger.ts';
import { type LotKey, lotId } from '../../src/ledger/event.ts';
import { raiseFence } from '../../src/ledger/fence.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import { History, someActs } from './ledger-history.ts';
import {
  always,
  commandOf,
  correct,
  maker,
  nextId,
  playLedger,
  production,
  recallOf,
  stapler,
  supply,
  use,
} from './ledger-play.ts';
import { type TestDatabase, testDatabase } from './mongod.ts';

export type Raw = mongo.Document & { _id: string };
export const hospital = 'hospital-a';

export class CheckedLedger {
  readonly database: TestDatabase;
  readonly ledger: Ledger;

  private constructor(database: TestDatabase, ledger: Ledger) {
    this.database = database;
    this.ledger = ledger;
  }

  static async make(): Promise<CheckedLedger> {
    const database = await testDatabase();
    return new CheckedLedger(database, await playLedger(database));
  }

  /** Histories by chance, and of each kind of document one at least that is known beforehand. */
  async playHistories(): Promise<void> {
    const { ledger, database } = this;
    for (const seed of [11, 12]) {
      await new History(ledger, database, String(50_000_000_000_000 + seed)).play(someActs(seed, 40));
    }
    const lot = { gtin: stapler, lot: 'KNOWN' };
    const made = production(lot, 2, { serials: ['a', 'b'], sterilisationLot: 'S1' });
    await ledger.run(commandOf(maker, 1), always(made));
    await ledger.run(commandOf(maker, 2), supply(lot, hospital, 1, ['a']));
    const { events } = await ledger.run(commandOf(hospital, 3), use(hospital, lot, { serial: 'a' }));
    await ledger.run(commandOf(hospital, 4), correct(hospital, events[0] ?? ''));
    await this.fencedRecall(lot);
    await ledger.run(commandOf(hospital, 5), use(hospital, lot, { serial: 'a' }));
  }

  collection(name: string): mongo.Collection<Raw> {
    return this.database.db.collection<Raw>(name);
  }

  check(): Promise<CheckReport> {
    return checkLedger(this.database.db);
  }

  async fence(lot: LotKey, reference: string): Promise<void> {
    const session = this.database.client.startSession();
    await raiseFence(this.database.db, session, { lotIds: [lotId(lot)], gtins: [] }, reference);
    await session.endSession();
  }

  async fencedRecall(lot: LotKey): Promise<void> {
    const id = nextId();
    await this.ledger.run(commandOf(maker, id), always(recallOf(id, [lot])));
    await this.fence(lot, `${id}/1`);
  }

  /** Does something to the database by hand, sees what the check says, and puts everything back. */
  async afterTampering(names: readonly string[], tamper: () => Promise<unknown>): Promise<CheckReport> {
    const before = await Promise.all(names.map((name) => this.collection(name).find().toArray()));
    try {
      await tamper();
      return await this.check();
    } finally {
      for (const [index, name] of names.entries()) {
        await this.collection(name).deleteMany({});
        await this.collection(name).insertMany(before[index] ?? []);
      }
    }
  }
}
