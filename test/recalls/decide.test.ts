import { expect } from 'chai';
import {
  decideClosing,
  decideCompletion,
  decideNotified,
  decideRecall,
  decideResponse,
  decideWidening,
  nextNumber,
  type RecallCommand,
  type RecallDecisionState,
} from '../../src/recalls/decide.ts';
import { projectRecalls } from '../../src/recalls/projector.ts';
import { type Recall, recallBounds, stateOf } from '../../src/recalls/recall.ts';
import { nothing } from '../support/ledger-play.ts';
import { gtin, lot, maker, recallOf } from './situations.ts';

const text = { commitment: nothing, write: { collection: 'texts', insert: {} } };
const recordTime = '2026-12-31T16:30:00.000Z';

const command = (change: Partial<RecallCommand> = {}): RecallCommand => ({
  recall: 'new',
  organisation: maker,
  class: 'II',
  basis: 'ordered',
  measures: ['taking-back'],
  scope: [lot],
  reason: text,
  instructions: text,
  ...change,
});
const state = (change: Partial<RecallDecisionState> = {}): RecallDecisionState => ({
  recordTime,
  registrants: new Map([[gtin, maker]]),
  lotsOfOpenProducts: [],
  numbers: [],
  ...change,
});
const codeOf = (decision: { readonly kind: string; readonly code?: string }) =>
  decision.kind === 'refused' ? decision.code : decision.kind;

describe('deciding a recall', () => {
  it('numbers by the year in China, after the highest of the year', () => {
    const decision = decideRecall(command(), state({ numbers: ['R-2026-041', 'R-2027-001', 'CM-9'] }));
    // 00:30 of the new year in China.
    expect(decision.kind === 'accepted' && decision.answer).to.deep.equal({
      recall: 'new',
      number: 'R-2027-002',
    });
    expect(nextNumber([], '2026')).to.equal('R-2026-001');
    expect(nextNumber(['R-2026-009', 'R-2026-010'], '2026')).to.equal('R-2026-011');
    expect(nextNumber(['R-2026-999'], '2026')).to.equal('R-2026-1000');
  });

  it('speaks of the lots named and, in open scope, of those seen', () => {
    const seen = ['L1', 'L7', 'L8'].map((number) => ({ gtin, lot: number }));
    const decision = decideRecall(command({ scope: [lot, { gtin }] }), state({ lotsOfOpenProducts: seen }));
    expect(decision.kind === 'accepted' && decision.events[0]?.about).to.deep.equal(seen);
  });

  it('keeps texts out of the event, and commits them with it', () => {
    const decision = decideRecall(command(), state());
    if (decision.kind !== 'accepted') throw new Error(decision.code);
    expect(decision.events[0]?.details).to.include({ reason: nothing, instructions: nothing });
    expect(decision.writes).to.have.length(2);
  });

  it('refuses more than a recall may name', () => {
    const lots = (count: number) => Array.from({ length: count }, (_, index) => ({ gtin, lot: `N${index}` }));
    const { lotsNamed, serialsPerItem, serials } = recallBounds;
    expect(codeOf(decideRecall(command({ scope: lots(lotsNamed) }), state()))).to.equal('accepted');
    expect(codeOf(decideRecall(command({ scope: lots(lotsNamed + 1) }), state()))).to.equal(
      'recall/scope-too-large',
    );
    const open = command({ scope: [{ gtin }] });
    // Never by what exists: anybody can name lots of a product, and then no maker could recall it.
    const seen = lots(20_000);
    expect(codeOf(decideRecall(open, state({ lotsOfOpenProducts: seen })))).to.equal('accepted');
    const named = Array.from({ length: serialsPerItem }, (_, index) => `S${index}`);
    const many = lots(serials / serialsPerItem + 1).map((item) => ({ ...item, serials: named }));
    expect(codeOf(decideRecall(command({ scope: many }), state()))).to.equal('recall/scope-too-large');
    // A widening counts with what is covered already.
    const recall = recallOf(lots(lotsNamed).map((item) => ({ ...item, step: 1 })));
    const widening = { organisation: maker, scope: [{ gtin, lot: 'ONE-MORE' }], reason: text };
    expect(codeOf(decideWidening(widening, { ...state(), recall }))).to.equal('recall/scope-too-large');
  });

  it('takes the same scope in another order of serial numbers for the same', () => {
    const one = { ...lot, serials: ['A', 'B'] };
    const same = { ...lot, serials: ['B', 'A'] };
    expect(codeOf(decideRecall(command({ scope: [one, same] }), state()))).to.equal('recall/scope-repeated');
    expect(codeOf(decideRecall(command({ scope: [one, lot] }), state()))).to.equal('accepted');
  });

  it('sends things back to a place in use alone', () => {
    const returnTo = { organisation: maker, place: 'p' };
    const at = (returnPlace?: { organisation: string; active: boolean }) =>
      codeOf(decideRecall(command({ returnTo }), state(returnPlace === undefined ? {} : { returnPlace })));
    expect(at({ organisation: maker, active: true })).to.equal('accepted');
    expect(at({ organisation: maker, active: false })).to.equal('recall/return-place');
    expect(at({ organisation: 'other', active: true })).to.equal('recall/return-place');
    expect(at()).to.equal('recall/return-place');
  });
});

describe('the life of a recall', () => {
  const effective = recallOf([{ ...lot, step: 1 }]);
  const deciding: Recall = {
    ...effective,
    steps: effective.steps.map(({ effectiveAt: _, ...step }) => step),
  };
  const completed: Recall = { ...effective, completed: { at: recordTime, summary: nothing } };
  const closed: Recall = {
    ...completed,
    closed: { at: recordTime, review: 'adequate', liftsRestrictions: true },
  };
  const [first] = effective.steps;
  if (first === undefined) throw new Error('no step');
  const later = { ...first, step: 2, decidedAt: '2026-11-25T02:00:00.000Z' };
  // Completed before or after by the clock: what counts is which steps it speaks of.
  const widened: Recall = {
    ...effective,
    steps: [first, later],
    completed: { at: recordTime, summary: nothing, step: 1 },
  };
  const own = (recall: Recall | undefined) => ({ recordTime, recall, lots: [lot] });
  const lives = { none: undefined, deciding, effective, completed, widened, closed };
  type Life = keyof typeof lives;

  const table = (decide: (life: Life) => { readonly kind: string; readonly code?: string }) =>
    (Object.keys(lives) as Life[]).map((life) => codeOf(decide(life)));

  it('allows each command in its time, to its maker', () => {
    const complete = { organisation: maker, summary: text };
    expect(table((life) => decideCompletion(complete, own(lives[life])))).to.deep.equal([
      'not-found',
      'recall/not-effective',
      'accepted',
      'recall/already-completed',
      'accepted',
      'recall/closed',
    ]);
    const close = { organisation: maker, review: 'adequate', liftsRestrictions: true } as const;
    expect(table((life) => decideClosing(close, own(lives[life])))).to.deep.equal([
      'not-found',
      'recall/not-completed',
      'recall/not-completed',
      'accepted',
      'recall/not-completed',
      'recall/closed',
    ]);
    const widen = { organisation: maker, scope: [{ gtin, lot: 'L2' }], reason: text };
    expect(table((life) => decideWidening(widen, { ...state(), recall: lives[life] }))).to.deep.equal([
      'not-found',
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'recall/closed',
    ]);
    const respond = { found: 1, quarantined: 1, used: 0 };
    expect(table((life) => decideResponse(respond, own(lives[life])))).to.deep.equal([
      'not-found',
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'recall/closed',
    ]);
  });

  it('goes by time where it was completed before it was kept of which steps', () => {
    const { step: _step, ...old } = widened.completed ?? { at: '', summary: nothing };
    expect(stateOf({ ...widened, completed: old })).to.equal('completed');
    expect(stateOf({ ...widened, completed: { ...old, at: later.decidedAt } })).to.equal('effective');
  });

  it('is nobody else’s', () => {
    const organisation = 'other';
    const theirs = own(completed);
    const close = { organisation, review: 'adequate', liftsRestrictions: false } as const;
    expect(codeOf(decideClosing(close, theirs))).to.equal('not-found');
    expect(codeOf(decideCompletion({ organisation, summary: text }, own(effective)))).to.equal('not-found');
    const widen = { organisation, scope: [{ gtin, lot: 'L2' }], reason: text };
    expect(codeOf(decideWidening(widen, { ...state(), recall: effective }))).to.equal('not-found');
  });

  it('records the first fetch of a notice, and no other', () => {
    const first = decideNotified('a', 'N', { recordTime, recall: effective, alreadyNotified: false });
    const second = decideNotified('a', 'N', { recordTime, recall: effective, alreadyNotified: true });
    expect(first.kind === 'accepted' && first.events).to.have.length(1);
    expect(second.kind === 'accepted' && second.events).to.have.length(0);
  });

  it('is projected by nothing but events of recalls', () => {
    const event = { type: 'moved', details: {}, transfers: [], uses: [] };
    expect(projectRecalls(event as unknown as Parameters<typeof projectRecalls>[0])).to.deep.equal([]);
  });
});
