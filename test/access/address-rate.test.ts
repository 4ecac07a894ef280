import { expect } from 'chai';
import { AddressRate } from '../../src/access/address-rate.ts';
import { Failure } from '../../src/errors.ts';

describe('access: how often an address may ask', () => {
  let nowMs = 0;
  const rateOf = () => new AddressRate({ perSecond: 2, burst: 3 }, () => nowMs);
  const taken = (rate: AddressRate, address: string) => {
    try {
      rate.take(address);
      return true;
    } catch (error) {
      expect(error).to.be.instanceOf(Failure);
      return false;
    }
  };

  it('is so much at once, and so much a second', () => {
    const rate = rateOf();
    expect([1, 2, 3, 4].map(() => taken(rate, '203.0.113.7'))).to.deep.equal([true, true, true, false]);
    expect(taken(rate, '203.0.113.8')).to.equal(true);
    nowMs += 500;
    expect([1, 2].map(() => taken(rate, '203.0.113.7'))).to.deep.equal([true, false]);
  });

  it('is one subscriber’s, however many addresses that has', () => {
    const rate = rateOf();
    const ofOne = ['2001:db8:0:1::1', '2001:DB8::1:ffff:1:1:1', '2001:db8:0:0001:1:2:3:4', '2001:db8:0:1::5'];
    expect(ofOne.map((address) => taken(rate, address))).to.deep.equal([true, true, true, false]);
    expect(taken(rate, '2001:db8:0:2::1')).to.equal(true);
    const four = ['::ffff:198.51.100.1', '198.51.100.1', '::FFFF:198.51.100.1', '198.51.100.1'];
    expect(four.map((address) => taken(rate, address))).to.deep.equal([true, true, true, false]);
  });

  it('has no end on this machine: there stands a proxy that nobody has named', () => {
    const rate = rateOf();
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect(
        [1, 2, 3, 4, 5].every(() => taken(rate, address)),
        address,
      ).to.equal(true);
    }
  });
});
