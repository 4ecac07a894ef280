import { expect } from 'chai';
import { longestMs, RefusalPace } from '../../src/http/refusal-pace.ts';

describe('http: the pace of refusals', () => {
  /** Milliseconds after which each of so many, asked at once, may be told. */
  async function told(count: number): Promise<number[]> {
    const pace = new RefusalPace();
    const beganMs = performance.now();
    const turns = Array.from({ length: count }, async () => {
      await pace.turn();
      return performance.now() - beganMs;
    });
    return (await Promise.all(turns)).sort((a, b) => a - b);
  }

  it('tells one at once, and a few hundred a second', async () => {
    const times = await told(100);
    expect(times[0]).to.be.lessThan(100);
    // A timer is rounded down to whole milliseconds.
    expect(times[99]).to.be.greaterThan(90 * 4);
  });

  it('keeps nobody for longer than it is worth', async () => {
    const times = await told(2_000);
    expect(times[1_999]).to.be.lessThan(2 * longestMs);
    expect(times.filter((time) => time < longestMs * 0.9).length).to.be.lessThan(260);
  });
});
