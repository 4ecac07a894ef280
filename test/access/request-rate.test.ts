import { expect } from 'chai';
import { RequestRate } from '../../src/access/request-rate.ts';
import { Failure } from '../../src/errors.ts';
import { at } from '../support/http.ts';
import { accessBench } from './bench.ts';

describe('access: how many requests a credential may make', () => {
  const refused = (take: () => void): number | undefined => {
    try {
      take();
      return undefined;
    } catch (error) {
      expect(error).to.be.instanceOf(Failure).with.property('code', 'access/rate-limited');
      return Number(error instanceof Failure ? error.info.retryAfterSeconds : Number.NaN);
    }
  };

  it('is a burst and then a rate, each credential for itself', () => {
    let nowMs = 0;
    const rate = new RequestRate({ perSecond: 2, burst: 3 }, () => nowMs);
    for (let n = 0; n < 3; n += 1) expect(refused(() => rate.take('a'))).to.equal(undefined);
    expect(refused(() => rate.take('a'))).to.equal(1);
    expect(refused(() => rate.take('b'))).to.equal(undefined);
    nowMs += 500;
    expect(refused(() => rate.take('a'))).to.equal(undefined);
    expect(refused(() => rate.take('a'))).to.equal(1);
    nowMs += 3_600_000;
    for (let n = 0; n < 3; n += 1) expect(refused(() => rate.take('a'))).to.equal(undefined);
    expect(refused(() => rate.take('a'))).to.equal(1);
  });

  it('is told to the client with the time to wait', async () => {
    const bench = await accessBench({ rate: new RequestRate({ perSecond: 0.1, burst: 3 }) });
    try {
      const nurse = await bench.person(bench.organisation('hospital'), 'theatre');
      const program = bench.client({ token: await nurse.token(['self']) });
      const replies = [];
      for (let n = 0; n < 4; n += 1) replies.push(await program.get('/api/v1/me'));
      expect(replies.map(({ status }) => status)).to.deep.equal([200, 200, 200, 429]);
      expect(at(replies[3]?.body, '/code')).to.equal('access/rate-limited');
      expect(Number(replies[3]?.headers['retry-after'])).to.be.within(1, 10);
    } finally {
      await bench.close();
    }
  });
});
