import { expect } from 'chai';
import fc from 'fast-check';
import { linearise, type Operation, type Specification } from './linearise.ts';

/** A register: `w3` writes 3, `r` reads; and a purse: `t2` takes 2 if they are there. */
type Register = Operation<string, string>;
const register: Specification<string, string, string> = {
  initial: '0',
  apply: (state, input) =>
    input === 'r' ? { state, output: state } : { state: input.slice(1), output: 'ok' },
  agree: (seen, allowed) => seen === allowed,
  key: (state) => state,
};

const op = (called: number, returned: number, input: string, output: string): Register => ({
  called,
  returned,
  input,
  output,
});
/** Nobody learned what became of it. */
const lost = (called: number, input: string): Register => ({
  called,
  returned: Number.POSITIVE_INFINITY,
  input,
});

const explained = (...history: readonly Register[]) => linearise(history, register).explained;

describe('the checker of concurrent histories', () => {
  const good: [string, readonly Register[]][] = [
    ['nothing', []],
    ['one after another', [op(0, 1, 'w1', 'ok'), op(2, 3, 'r', '1')]],
    ['a read beside a write that sees it', [op(0, 9, 'w1', 'ok'), op(1, 2, 'r', '1')]],
    ['a read beside a write that does not', [op(0, 9, 'w1', 'ok'), op(1, 2, 'r', '0')]],
    [
      'two writes at once, in the order in which they were called last',
      [op(0, 9, 'w1', 'ok'), op(1, 8, 'w2', 'ok'), op(10, 11, 'r', '1')],
    ],
    [
      'two reads beside two writes that see both',
      [op(0, 9, 'w1', 'ok'), op(0, 9, 'w2', 'ok'), op(1, 2, 'r', '2'), op(3, 4, 'r', '1')],
    ],
    ['a return at the moment of a call', [op(0, 5, 'w1', 'ok'), op(5, 6, 'r', '0')]],
    ['a lost write that took effect', [lost(0, 'w1'), op(5, 6, 'r', '1')]],
    ['a lost write that did not', [lost(0, 'w1'), op(5, 6, 'r', '0')]],
    ['a lost write that took effect late', [lost(0, 'w1'), op(5, 6, 'r', '0'), op(7, 8, 'r', '1')]],
  ];
  for (const [what, history] of good) {
    it(`explains ${what}`, () => expect(explained(...history)).to.equal(true));
  }

  const bad: [string, readonly Register[]][] = [
    ['a write that is not seen', [op(0, 1, 'w1', 'ok'), op(2, 3, 'r', '0')]],
    ['a value that nobody wrote', [op(0, 1, 'r', '7')]],
    ['a value that was seen and is gone', [op(0, 9, 'w1', 'ok'), op(1, 2, 'r', '1'), op(3, 4, 'r', '0')]],
    [
      'reads that see two writes in two orders',
      [
        op(0, 20, 'w1', 'ok'),
        op(0, 20, 'w2', 'ok'),
        op(1, 2, 'r', '1'),
        op(3, 4, 'r', '2'),
        op(5, 6, 'r', '1'),
      ],
    ],
    ['a lost write seen before it was called', [op(0, 1, 'r', '1'), lost(2, 'w1')]],
    [
      'a lost write that took effect twice',
      [lost(0, 'w1'), op(1, 2, 'r', '1'), op(3, 4, 'w2', 'ok'), op(5, 6, 'r', '1')],
    ],
  ];
  for (const [what, history] of bad) {
    it(`does not explain ${what}`, () => expect(explained(...history)).to.equal(false));
  }

  it('says how far it came, and what could not come next', () => {
    const verdict = linearise([op(0, 1, 'w1', 'ok'), op(2, 3, 'w2', 'ok'), op(4, 5, 'r', '1')], register);
    if (verdict.explained) throw new Error('explained');
    expect(verdict.furthest.map(({ input }) => input)).to.deep.equal(['w1', 'w2']);
    expect(verdict.stuck.map(({ allowed }) => allowed)).to.deep.equal(['2']);
  });

  it('refuses a history that is too long to be searched', () => {
    expect(() => explained(...Array.from({ length: 201 }, (_, at) => op(at, at, 'r', '0')))).to.throw('201');
  });

  /** Where each operation takes effect at a moment of its own inside its span, the history holds by construction. */
  const played = fc
    .array(
      fc.record({
        input: fc.constantFrom('w1', 'w2', 'w3', 'r', 'r'),
        moment: fc.nat(60),
        before: fc.nat(12),
        after: fc.nat(12),
      }),
      { maxLength: 14 },
    )
    .map((plan) => {
      let state = register.initial;
      return plan
        .map((one, index) => ({ ...one, moment: one.moment * 20 + index }))
        .sort((a, b) => a.moment - b.moment)
        .map(({ input, moment, before, after }): Register => {
          const { state: next, output } = register.apply(state, input);
          state = next;
          return op(moment - before * 20, moment + after * 20, input, output);
        });
    });

  it('explains whatever was put in order by construction', () => {
    fc.assert(fc.property(played, (history) => explained(...history)));
  });

  it('says what trying every order says', () => {
    const answers = fc.array(fc.constantFrom('0', '1', '2', '3'), { minLength: 14, maxLength: 14 });
    const verdicts = new Set<boolean>();
    fc.assert(
      fc.property(played, answers, fc.nat(3), (history, others, which) => {
        const short = history.slice(0, 6);
        // One read or two see something else than they saw: some of these histories hold, and some do not.
        const changed = short.map((one, at) =>
          one.input === 'r' && at % 4 === which ? { ...one, output: others[at] ?? '0' } : one,
        );
        const verdict = explained(...changed);
        verdicts.add(verdict);
        return verdict === orders(changed).some(holds);
      }),
      { numRuns: 400 },
    );
    expect(verdicts.size).to.equal(2);
  });
});

function orders(history: readonly Register[]): Register[][] {
  if (history.length === 0) return [[]];
  return history.flatMap((first, index) =>
    orders(history.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}

function holds(order: readonly Register[]): boolean {
  let state = register.initial;
  return order.every(({ input, output, called }, index) => {
    const tooEarly = order.slice(index + 1).some(({ returned }) => returned < called);
    const next = register.apply(state, input);
    state = next.state;
    return !tooEarly && next.output === output;
  });
}
