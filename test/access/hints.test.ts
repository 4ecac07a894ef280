import { expect } from 'chai';
import { Hints } from '../../src/access/hints.ts';

describe('access: hints of whom a credential led to', () => {
  it('are kept of those that were used last, and of no more than so many', () => {
    const hints = new Hints();
    const of = (number: number) => ({ person: `p${number}`, organisation: 'o' });
    for (let number = 0; number < 10_000; number += 1) hints.keep(`c${number}`, of(number));
    hints.keep('c0', of(0));
    hints.keep('new', of(-1));
    expect(hints.get('c0')).to.deep.equal(of(0));
    expect(hints.get('c1')).to.equal(undefined);
    expect(hints.get('new')).to.deep.equal(of(-1));
  });
});
