import { expect } from 'chai';
import { judge, median, percentile, tableOf, unmeasured } from '../../scripts/benchmark/figures.ts';

describe('the arithmetic of scripts/bench', () => {
  it('takes the middle, or the mean of the middle two, in whatever order they come', () => {
    expect(median([5, 1, 9])).to.equal(5);
    expect(median([4, 1, 3, 2])).to.equal(2.5);
    expect(median([7])).to.equal(7);
  });

  it('interpolates between ranks', () => {
    const hundred = Array.from({ length: 101 }, (_, index) => 100 - index);
    expect(percentile(hundred, 95)).to.equal(95);
    expect(percentile([0, 10], 95)).to.equal(9.5);
    expect(percentile([3, 1, 2], 100)).to.equal(3);
    expect(percentile([3, 1, 2], 0)).to.equal(1);
  });

  it('makes no figure of nothing', () => {
    expect(() => median([])).to.throw('nothing');
  });

  const measured = { name: 'work', unit: '/s', value: 60, floor: 100 };

  it('divides the work by its floor, and an aim that is just reached is met', () => {
    const figure = judge(measured, { text: '≥ 0.6', ratioAtLeast: 0.6 });
    expect(figure).to.deep.equal({
      name: 'work',
      value: 60,
      unit: '/s',
      floor: 100,
      ratio: 0.6,
      aim: '≥ 0.6',
      ok: true,
    });
    expect(judge({ ...measured, value: 59 }, { text: '≥ 0.6', ratioAtLeast: 0.6 }).ok).to.equal(false);
    expect(judge({ ...measured, value: 130 }, { text: '≤ 1.3×', ratioAtMost: 1.3 }).ok).to.equal(true);
    expect(judge({ ...measured, value: 131 }, { text: '≤ 1.3×', ratioAtMost: 1.3 }).ok).to.equal(false);
  });

  it('judges by what was measured, not by what is shown of it', () => {
    const figure = judge({ ...measured, value: 59.96 }, { text: '≥ 0.6', ratioAtLeast: 0.6 });
    expect(figure.ratio).to.equal(0.6);
    expect(figure.ok).to.equal(false);
  });

  it('asks for every part of an aim', () => {
    const aim = { text: 'p95 < 50 ms, ≤ 1.3×', valueBelow: 50, ratioAtMost: 1.3 };
    const trace = { name: 'trace', unit: 'ms' };
    expect(judge({ ...trace, value: 45, floor: 40 }, aim).ok).to.equal(true);
    expect(judge({ ...trace, value: 45, floor: 30 }, aim).ok).to.equal(false);
    expect(judge({ ...trace, value: 50, floor: 50 }, aim).ok).to.equal(false);
  });

  it('does not meet an aim for a ratio without a floor, or with one of nothing', () => {
    const aim = { text: '≥ 0.6', ratioAtLeast: 0.6 };
    expect(judge({ name: 'work', unit: '/s', value: 60 }, aim).ok).to.equal(false);
    expect(judge({ ...measured, value: 0, floor: 0 }, aim).ok).to.equal(false);
  });

  it('says of what was not measured why, and neither that it met its aim nor that it missed it', () => {
    const figure = unmeasured('import', '/s', { text: '≥ 0.4', ratioAtLeast: 0.4 }, 'there is none');
    expect(figure).to.include({ value: null, floor: null, ratio: null, ok: false, note: 'there is none' });
    expect(tableOf([figure])).to.include('| import [1] | not measured | – | – | ≥ 0.4 | – |');
    expect(tableOf([figure])).to.include('[1] there is none');
  });
});
