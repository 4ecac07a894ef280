import { expect } from 'chai';
import { concernedBy } from '../../src/recalls/concerned.ts';
import { exposuresOf } from '../../src/recalls/exposure.ts';
import type { ScopedItem } from '../../src/recalls/recall.ts';
import {
  factsOf,
  gtin,
  lot,
  maker,
  recallOf,
  shippedTo,
  situationOf,
  stock,
  transferOf,
  useOf,
  written,
} from './situations.ts';

const whole: ScopedItem[] = [{ ...lot, step: 1 }];
const made = written(maker, [transferOf({ organisation: maker, account: 'production' }, stock(maker), 100)]);
const supplied = (to: string, quantity: number, rest = {}) =>
  written(to, [transferOf(stock(maker), stock(to), quantity, rest)]);
const consumed = (hospital: string, rest = {}) =>
  transferOf(stock(hospital), { organisation: hospital, account: 'consumed' }, 1, rest);

describe('the list of uses of a recall', () => {
  it('holds uses before and after, and calls late what the fence came before', () => {
    const early = useOf();
    const late = useOf();
    const situation = situationOf(
      recallOf(whole),
      [
        made,
        supplied('a', 5),
        written('a', [consumed('a')], { uses: [early] }),
        written('a', [consumed('a')], { uses: [late] }),
      ],
      { fencedAfter: 3 },
    );
    expect(
      exposuresOf(situation).map(({ pseudonym, late: isLate }) => [pseudonym, isLate]),
    ).to.have.deep.members([
      [early.pseudonym, false],
      [late.pseudonym, true],
    ]);
  });

  it('calls late a use of a hospital whose first holding came after the fence', () => {
    const stray = useOf();
    const unexplained = transferOf(
      { organisation: 'b', account: 'unexplained' },
      { organisation: 'b', account: 'consumed' },
      1,
    );
    const situation = situationOf(recallOf(whole), [made, written('b', [unexplained], { uses: [stray] })], {
      fencedAfter: 1,
    });
    expect(exposuresOf(situation)).to.have.length(1);
    expect(exposuresOf(situation)[0]).to.include({ organisation: 'b', late: true });
  });

  it('calls nothing late while the recall is not effective', () => {
    const { steps } = recallOf(whole);
    const deciding = recallOf(whole, { steps: steps.map(({ effectiveAt: _, ...step }) => step) });
    const situation = situationOf(
      deciding,
      [made, supplied('a', 5), written('a', [consumed('a')], { uses: [useOf()] })],
      { fencedAfter: 2 },
    );
    expect(exposuresOf(situation).map(({ late }) => late)).to.deep.equal([false]);
  });

  it('keeps a corrected use, marked, beside the right one', () => {
    const wrong = useOf();
    const right = useOf();
    const situation = situationOf(recallOf(whole), [
      made,
      supplied('a', 5),
      written('a', [consumed('a')], { uses: [wrong] }),
      written('a', [], { uses: [right], corrects: 'event-2' }),
    ]);
    const marks = exposuresOf(situation).map(({ pseudonym, correctedBy }) => [pseudonym, correctedBy]);
    expect(marks).to.have.deep.members([
      [wrong.pseudonym, 'event-3'],
      [right.pseudonym, undefined],
    ]);
  });

  it('holds a use once whose label and record name two lots in scope, and one that only its label puts there', () => {
    const other = { gtin, lot: 'L2' };
    const use = useOf({ ...other, scannedLot: lot.lot });
    const uses = written(
      'a',
      [{ ...consumed('a'), ...other, from: { organisation: 'a', account: 'unexplained' } }],
      {
        uses: [use],
      },
    );
    const both = recallOf([...whole, { ...other, step: 1 }]);
    expect(exposuresOf(situationOf(both, [made, uses], { lots: [lot, other] }))).to.have.length(1);
    expect(exposuresOf(situationOf(recallOf(whole), [made, uses]))[0]?.scannedLot).to.equal(lot.lot);
  });

  describe('of a scope narrowed to serial numbers', () => {
    const narrowed = [{ ...lot, serials: ['S1'], step: 1 }];
    const listedOf = (use: ReturnType<typeof useOf>) =>
      exposuresOf(
        situationOf(recallOf(narrowed), [
          made,
          supplied('a', 5),
          written('a', [consumed('a')], { uses: [use] }),
        ]),
      );

    it('leaves out another serial number of the maker, and nothing else', () => {
      expect(listedOf(useOf({ issuer: 'maker', serial: 'S1' }))).to.have.length(1);
      expect(listedOf(useOf({ issuer: 'maker', serial: 'S2' }))).to.have.length(0);
      expect(listedOf(useOf()), 'unknown serial').to.have.length(1);
      expect(
        listedOf(useOf({ issuer: 'hospital-a', serial: 'S2' })),
        'a hospital’s item code',
      ).to.have.length(1);
    });

    it('concerns whoever had such a unit, or one that is not known', () => {
      const concerned = (rest: object) => [
        ...concernedBy(situationOf(recallOf(narrowed), [made, supplied('a', 1, rest)])).keys(),
      ];
      expect(concerned({ issuer: 'maker', serials: ['S2'] })).to.deep.equal([]);
      expect(concerned({ issuer: 'maker', serials: ['S1'] })).to.deep.equal(['a']);
      expect(concerned({})).to.deep.equal(['a']);
    });
  });

  it('of a scope narrowed to a sterilisation lot leaves out what is known to be of another', () => {
    const narrowed = recallOf([{ ...lot, sterilisationLots: ['EO-1'], step: 1 }]);
    const listedWith = (sterilisationLot: string | undefined, known: readonly string[]) => {
      const serials = { issuer: 'maker', serials: ['S1'] };
      const move = consumed('a', {
        ...serials,
        ...(sterilisationLot === undefined ? {} : { sterilisationLot }),
      });
      const uses = written('a', [move], { uses: [useOf({ issuer: 'maker', serial: 'S1' })] });
      return exposuresOf(situationOf(narrowed, [made, supplied('a', 5), uses], { facts: [factsOf(known)] }))
        .length;
    };
    expect(listedWith('EO-1', ['EO-1', 'EO-2'])).to.equal(1);
    expect(listedWith('EO-2', ['EO-1', 'EO-2'])).to.equal(0);
    expect(listedWith(undefined, ['EO-1', 'EO-2'])).to.equal(1);
    expect(listedWith(undefined, ['EO-2'])).to.equal(0);
    expect(listedWith(undefined, [])).to.equal(1);
  });

  it('of an open scope holds every lot of the product', () => {
    const open = recallOf([{ gtin, step: 1 }]);
    const situation = situationOf(open, [
      made,
      supplied('a', 5),
      written('a', [consumed('a')], { uses: [useOf()] }),
    ]);
    expect(exposuresOf(situation)).to.have.length(1);
  });
});

describe('whom a recall concerns', () => {
  it('is whoever has, had or used it, or to whom it was sent; not the maker', () => {
    const situation = situationOf(recallOf(whole), [
      made,
      supplied('distributor', 20),
      written('hospital', [transferOf(stock('distributor'), stock('hospital'), 20)]),
      shippedTo('addressee', maker, 'shipment', 5),
      written('stranger', [], { uses: [useOf()] }),
    ]);
    expect([...concernedBy(situation).values()]).to.deep.equal([
      { organisation: 'addressee', had: true, used: false },
      { organisation: 'distributor', had: true, used: false },
      { organisation: 'hospital', had: true, used: false },
      { organisation: 'stranger', had: false, used: true },
    ]);
  });
});
