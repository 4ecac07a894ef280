import { expect } from 'chai';
import { placeDepthLimit, treeFault } from '../../src/catalogue/place.ts';

/** A chain a1 ← a2 ← … of so many places. */
function chain(prefix: string, length: number): [string, { parent?: string }][] {
  return Array.from({ length }, (_, index) => [
    `${prefix}${index + 1}`,
    index === 0 ? {} : { parent: `${prefix}${index}` },
  ]);
}

describe('the tree of places', () => {
  it('takes eight levels and no ninth', () => {
    const places = new Map(chain('a', placeDepthLimit));
    expect(treeFault(places, 'new', 'a7')).to.equal(undefined);
    expect(treeFault(places, 'new', 'a8')).to.equal('too-deep');
    expect(treeFault(places, 'new', undefined)).to.equal(undefined);
  });

  it('counts what hangs below a place that moves', () => {
    const places = new Map([...chain('a', 5), ...chain('b', 4)]);
    expect(treeFault(places, 'b1', 'a4'), '4 + 4').to.equal(undefined);
    expect(treeFault(places, 'b1', 'a5'), '5 + 4').to.equal('too-deep');
    expect(treeFault(places, 'b4', 'a5'), 'the leaf alone').to.equal(undefined);
  });

  it('has no circle, of one or of many', () => {
    const places = new Map(chain('a', 4));
    expect(treeFault(places, 'a1', 'a1')).to.equal('cycle');
    expect(treeFault(places, 'a1', 'a4')).to.equal('cycle');
    expect(treeFault(places, 'a2', 'a3')).to.equal('cycle');
    expect(treeFault(places, 'a4', 'a1')).to.equal(undefined);
  });

  it('hangs nothing on a place that is not there', () => {
    expect(treeFault(new Map(chain('a', 2)), 'new', 'elsewhere')).to.equal('unknown-parent');
  });
});
