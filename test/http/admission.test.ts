import { expect } from 'chai';
import { Admission, type AdmissionLimits, TurnedAway } from '../../src/http/admission.ts';

const limits: AdmissionLimits = { inWork: 2, waiting: 2, patienceMs: 60_000, inside: 4, insidePerKey: 2 };

/** Work that is begun when it is admitted and ends when the test says so. */
function piece(admission: Admission, key: string, { weight = 1, begun = false } = {}) {
  const state = { begun: false };
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const done = admission
    .work({ key, weight, begun }, async () => {
      state.begun = true;
      await finished;
      return 'done';
    })
    .catch((error: unknown) => (error instanceof TurnedAway ? error.code : 'broken'));
  return { state, finish, done };
}

/** Lets promises that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('http: admission', () => {
  it('works for so many at once, lets as many wait, and tells the rest at once to come back', async () => {
    const admission = new Admission(limits);
    const pieces = ['a', 'b', 'c', 'd', 'e'].map((key) => piece(admission, key));
    await settle();
    expect(pieces.map(({ state }) => state.begun)).to.deep.equal([true, true, false, false, false]);
    expect(await pieces[4]?.done).to.equal('service/busy');
    expect(admission.load).to.deep.equal({ inside: 0, inWork: 2, waiting: 2 });
    pieces[0]?.finish();
    await settle();
    expect(pieces[2]?.state.begun).to.equal(true);
    for (const { finish } of pieces) finish();
    const answers = await Promise.all(pieces.map(({ done }) => done));
    expect(answers).to.deep.equal(['done', 'done', 'done', 'done', 'service/busy']);
    expect(admission.load).to.deep.equal({ inside: 0, inWork: 0, waiting: 0 });
  });

  it('gives back the place of work that fails', async () => {
    const admission = new Admission(limits);
    const turn = { key: 'a', weight: 2, begun: false };
    for (let n = 0; n < 5; n += 1) {
      const failed: unknown = await admission
        .work(turn, () => Promise.reject(new Error('no')))
        .catch((error: unknown) => error);
      expect(String(failed)).to.equal('Error: no');
    }
    expect(admission.load.inWork).to.equal(0);
  });

  it('lets nobody wait longer than is of use', async () => {
    const admission = new Admission({ ...limits, patienceMs: 20 });
    const [first, second, late] = [
      piece(admission, 'a'),
      piece(admission, 'b'),
      piece(admission, 'c', { begun: true }),
    ];
    expect(await late.done).to.equal('service/busy');
    expect(admission.load.waiting).to.equal(0);
    first.finish();
    second.finish();
    expect([await first.done, await second.done, late.state.begun]).to.deep.equal(['done', 'done', false]);
  });

  it('takes those first that it has worked for before', async () => {
    const admission = new Admission({ ...limits, inWork: 1 });
    const working = piece(admission, 'a');
    const newcomer = piece(admission, 'b');
    const known = piece(admission, 'c', { begun: true });
    working.finish();
    await settle();
    expect([newcomer.state.begun, known.state.begun]).to.deep.equal([false, true]);
    known.finish();
    newcomer.finish();
    expect(await newcomer.done).to.equal('done');
  });

  it('counts heavy work as more, and work heavier than all there is as all there is', async () => {
    const admission = new Admission(limits);
    const light = piece(admission, 'a');
    const heavy = piece(admission, 'b', { weight: 99 });
    await settle();
    expect([light.state.begun, heavy.state.begun]).to.deep.equal([true, false]);
    light.finish();
    await settle();
    expect([heavy.state.begun, admission.load.inWork]).to.deep.equal([true, 2]);
    heavy.finish();
    expect(await heavy.done).to.equal('done');
  });

  it('bounds those inside, and how many of them one key may have', () => {
    const admission = new Admission(limits);
    const refused = (key: string) => {
      try {
        admission.enter(key)();
        return undefined;
      } catch (error) {
        return error instanceof TurnedAway ? [error.code, error.info.retryAfterSeconds] : error;
      }
    };
    const leaving = [admission.enter('a'), admission.enter('a')];
    expect(refused('a')).to.deep.equal(['access/rate-limited', 1]);
    leaving.push(admission.enter('b'), admission.enter('c'));
    expect(refused('d')).to.deep.equal(['service/busy', 1]);
    for (const leave of leaving) leave();
    expect([refused('a'), admission.load.inside]).to.deep.equal([undefined, 0]);
  });
});
