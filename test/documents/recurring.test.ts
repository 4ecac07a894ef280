import { expect } from 'chai';
import { Recurring } from '../../src/documents/recurring.ts';

describe('what is remembered of a long file', () => {
  it('is what comes again, however much comes once in between', () => {
    const memory = new Recurring<number>(100);
    let worked = 0;
    const of = (key: string): number => {
      const known = memory.get(key);
      if (known !== undefined) return known;
      worked += 1;
      memory.set(key, key.length);
      return key.length;
    };
    for (let page = 0; page < 1_000; page += 1) {
      for (let word = 0; word < 20; word += 1) expect(of(`word${word}`)).to.equal(`word${word}`.length);
      expect(of(`serial${page}`)).to.equal(`serial${page}`.length);
      expect(of(`serial${page}`), 'on its page').to.equal(`serial${page}`.length);
    }
    expect(worked).to.equal(20 + 1_000);
    expect(memory.get('serial900')).to.equal(undefined);
    expect(memory.get('word7')).to.equal(5);
  });

  it('begins anew where too much comes again', () => {
    const memory = new Recurring<number>(10);
    const known: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (let key = 0; key < 50; key += 1) {
        if (memory.get(`k${key}`) === key) known.push(key);
        else memory.set(`k${key}`, key);
      }
    }
    let still = 0;
    for (let key = 0; key < 50; key += 1) still += memory.get(`k${key}`) === key ? 1 : 0;
    expect(known.length).to.be.greaterThan(0);
    expect(still).to.be.within(1, 10 + 64);
  });
});
