import { expect } from 'chai';
import { ReadTogether } from '../../src/web/read-together.ts';

describe('reading for many at once', () => {
  /** A store whose reads end when the test says so. */
  function held() {
    const store = new Map([['a', 1]]);
    const reads: { keys: readonly string[]; end: () => void; fail: () => void }[] = [];
    const together = new ReadTogether<number>(
      (keys) =>
        new Promise((resolve, reject) => {
          const seen = new Map([...store].filter(([key]) => keys.includes(key)));
          reads.push({ keys, end: () => resolve(seen), fail: () => reject(new Error('no database')) });
        }),
    );
    return { store, reads, together };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('is one read for all who ask in a turn', async () => {
    const { reads, together } = held();
    const asked = Promise.all(['a', 'b', 'a'].map((key) => together.get(key)));
    await turn();
    expect(reads.map(({ keys }) => keys)).to.deep.equal([['a', 'b']]);
    reads[0]?.end();
    expect(await asked).to.deep.equal([1, undefined, 1]);
  });

  it('tells nobody what was so before they asked', async () => {
    const { store, reads, together } = held();
    const before = together.get('a');
    await turn();
    store.set('a', 2);
    const after = together.get('a');
    await turn();
    expect(reads).to.have.length(1);
    reads[0]?.end();
    expect(await before).to.equal(1);
    await turn();
    reads[1]?.end();
    expect(await after).to.equal(2);
  });

  it('fails those who share a read that fails, and nobody after them', async () => {
    const { reads, together } = held();
    const failing = together.get('a').catch((error: unknown) => String(error));
    await turn();
    const next = together.get('a');
    reads[0]?.fail();
    expect(await failing).to.equal('Error: no database');
    await turn();
    reads[1]?.end();
    expect(await next).to.equal(1);
  });

  it('asks for so many at once and no more', async () => {
    const { reads, together } = held();
    const asked = Promise.all(Array.from({ length: 450 }, (_none, index) => together.get(`k${index}`)));
    for (let read = 0; read < 3; read += 1) {
      await turn();
      reads[read]?.end();
    }
    await asked;
    expect(reads.map(({ keys }) => keys.length)).to.deep.equal([200, 200, 50]);
  });
});
