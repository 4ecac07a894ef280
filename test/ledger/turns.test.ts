import { expect } from 'chai';
import fc from 'fast-check';
import { Turns } from '../../src/ledger/turns.ts';

/** Work that ends when it is told to. */
function opened() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}

describe('turns', () => {
  it('let nothing run beside what shares a key with it, and everything run in the end', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(keys, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (all, limit) => {
          const turns = new Turns(limit);
          const running = new Set<readonly string[]>();
          let done = 0;
          await Promise.all(
            all.map((mine) =>
              turns.run(mine, async () => {
                for (const other of running)
                  expect(other.filter((key) => mine.some((own) => own === key))).to.deep.equal([]);
                running.add(mine);
                expect(running.size).to.be.at.most(limit);
                await new Promise(setImmediate);
                running.delete(mine);
                done += 1;
              }),
            ),
          );
          expect(done).to.equal(all.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('come in the order of asking', async () => {
    const turns = new Turns();
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((number) => turns.run(['lot'], async () => void order.push(number))));
    expect(order).to.deep.equal([1, 2, 3, 4]);
  });

  it('are not kept waiting by another key', async () => {
    const turns = new Turns();
    const slow = opened();
    const first = turns.run(['a'], () => slow.ended);
    expect(await turns.run(['b'], async () => 'through')).to.equal('through');
    slow.end();
    await first;
  });

  it('go on after one that failed', async () => {
    const turns = new Turns(1);
    const failing = turns.run(['a'], async () => {
      throw new Error('no');
    });
    const next = turns.run(['a'], async () => 'yes');
    const outcome = await Promise.allSettled([failing, next]);
    expect(outcome.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
  });
});
