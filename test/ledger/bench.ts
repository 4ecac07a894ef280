/** What tests of the ledger begin with, and how they tell what came of a command. */
import { Failure } from '../../src/errors.ts';
import type { LotKey } from '../../src/ledger/event.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import { failCommands, startFaultMongod } from '../support/fault-mongod.ts';
import { always, commandOf, maker, nextId, playLedger, production, stapler } from '../support/ledger-play.ts';
import type { TestDatabase } from '../support/mongod.ts';

/** @returns a lot that the maker has made, all of it still in the factory. */
export async function madeLot(ledger: Ledger, quantity: number): Promise<LotKey> {
  const lot = { gtin: stapler, lot: nextId() };
  await ledger.run(commandOf(maker, lot), always(production(lot, quantity)));
  return lot;
}

/** @returns `accepted`, or the code of the failure; the words of what is none. */
export function outcomeOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Failure ? error.code : String(error)),
  );
}

export interface FaultBench {
  readonly database: TestDatabase;
  readonly ledger: Ledger;
  /** Gives up after 400 ms. */
  readonly hasty: Ledger;
  close(): Promise<void>;
}

/** @returns ledgers on a mongod of their own that can be told to fail (`failCommands`). */
export async function faultBench(): Promise<FaultBench> {
  const mongod = await startFaultMongod();
  const database = await mongod.database();
  return {
    database,
    ledger: await playLedger(database),
    hasty: await playLedger(database, { deadlineMs: 400 }),
    close: async () => {
      await failCommands(database, 'off');
      await database.drop();
      await mongod.stop();
    },
  };
}
