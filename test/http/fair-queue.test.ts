import { expect } from 'chai';
import fc from 'fast-check';
import { FairQueue } from '../../src/http/fair-queue.ts';

/** @returns everything, in the order in which it would be served */
function drained<Item>(queue: FairQueue<Item>): Item[] {
  const items: Item[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
}

describe('http: the fair queue', () => {
  it('serves each in turn, and of one the oldest first', () => {
    const queue = new FairQueue<string>(10);
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.push(item.charAt(0), item, 1);
    expect(drained(queue)).to.deep.equal(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  it('when full, lets whoever has most in it give way, the newest first', () => {
    const queue = new FairQueue<string>(3);
    for (const item of ['a1', 'a2', 'a3']) expect(queue.push('a', item, 1)).to.deep.equal([]);
    expect(queue.push('b', 'b1', 1)).to.deep.equal(['a3']);
    expect(queue.push('a', 'a4', 1)).to.deep.equal(['a4']);
    expect(queue.push('c', 'c1', 1)).to.deep.equal(['a2']);
    expect(queue.push('d', 'd1', 1), 'of equals, the last to come').to.deep.equal(['d1']);
    expect(drained(queue)).to.deep.equal(['a1', 'b1', 'c1']);
  });

  it('makes room by weight, not by number', () => {
    const queue = new FairQueue<string>(10);
    for (const item of ['a1', 'a2', 'a3']) queue.push('a', item, 1);
    queue.push('b', 'b1', 6);
    expect(queue.push('c', 'c1', 4)).to.deep.equal(['b1']);
    expect(queue.weight).to.equal(7);
  });

  it('forgets one that waits no longer', () => {
    const queue = new FairQueue<string>(10);
    queue.push('a', 'a1', 2);
    queue.push('a', 'a2', 3);
    expect([queue.remove('a', 'a1'), queue.remove('a', 'a1'), queue.remove('b', 'a2')]).to.deep.equal([
      true,
      false,
      false,
    ]);
    expect([queue.weight, queue.nextWeight()]).to.deep.equal([3, 3]);
  });

  it('loses nothing, keeps its bound and its sum, whatever happens', () => {
    const step = fc.oneof(
      fc.record({
        what: fc.constant('push' as const),
        key: fc.nat(4),
        weight: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ what: fc.constant('shift' as const) }),
      fc.record({ what: fc.constant('remove' as const), key: fc.nat(4), item: fc.nat(40) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new FairQueue<number>(12);
        const inside = new Map<number, number>();
        const leave = (item: number | undefined) => {
          if (item !== undefined) expect(inside.delete(item), 'served once').to.equal(true);
        };
        for (const [index, one] of steps.entries()) {
          if (one.what === 'push') {
            inside.set(index, one.weight);
            for (const leaving of queue.push(`k${one.key}`, index, one.weight)) leave(leaving);
          } else if (one.what === 'shift') leave(queue.shift());
          else if (queue.remove(`k${one.key}`, one.item)) leave(one.item);
          const sum = [...inside.values()].reduce((a, b) => a + b, 0);
          expect(queue.weight).to.equal(sum).and.to.be.at.most(12);
        }
        for (const item of drained(queue)) leave(item);
        expect([inside.size, queue.weight, queue.nextWeight()]).to.deep.equal([0, 0, undefined]);
      }),
    );
  });
});
