import { expect } from 'chai';
import fc from 'fast-check';
import { lotId } from '../../src/ledger/event.ts';
import type { Holding } from '../../src/ledger/holding.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import { act, History } from '../support/ledger-history.ts';
import { playLedger } from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

describe('any history of commands, several at once', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let products = 0;

  before(async () => {
    database = await testDatabase();
    ledger = await playLedger(database);
  });
  after(() => database.drop());

  it('leaves every lot at zero, nothing negative but production and unexplained, and versions without gaps', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 40 }), async (acts) => {
        products += 1;
        const history = new History(ledger, database, String(30_000_000_000_000 + products));
        await history.play(acts);
        for (const lot of history.lots) {
          const holdings = await database.db
            .collection<Holding>('holdings')
            .find({ lotId: lotId(lot) })
            .toArray();
          const balances = holdings.flatMap((holding) => holding.balances);
          expect(balances.reduce((sum, { quantity }) => sum + quantity, 0)).to.equal(0);
          const negative = balances.filter(({ quantity }) => quantity < 0).map(({ account }) => account);
          expect(
            negative.filter((account) => account !== 'production' && account !== 'unexplained'),
          ).to.deep.equal([]);

          const entries = await database.db
            .collection('entries')
            .find({ lotId: lotId(lot) })
            .toArray();
          for (const { organisation, version, fences } of holdings) {
            const written = entries.flatMap((entry) =>
              (entry.holdings as { organisation: string; version: number }[])
                .filter((one) => one.organisation === organisation)
                .map((one) => one.version),
            );
            const all = [...written, ...fences.map((mark) => mark.version)].sort((a, b) => a - b);
            expect(all).to.deep.equal(Array.from({ length: version }, (_, index) => index + 1));
          }
        }
      }),
      { numRuns: 15 },
    );
  });
});
