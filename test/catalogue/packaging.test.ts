import { expect } from 'chai';
import { eachesOf, packagingFault } from '../../src/catalogue/packaging.ts';

const each = '06901234500014';
const box = '16901234500011';
const inner = '26901234500018';
const pallet = '36901234500015';

describe('packaging levels', () => {
  const packaging = [
    { gtin: pallet, contains: inner, quantity: 40 },
    { gtin: box, contains: each, quantity: 5 },
    { gtin: inner, contains: box, quantity: 12 },
  ];

  it('resolve to a number of the product through every level', () => {
    const product = { gtin: each, packaging };
    expect(eachesOf(product, each)).to.equal(1);
    expect(eachesOf(product, box)).to.equal(5);
    expect(eachesOf(product, inner)).to.equal(60);
    expect(eachesOf(product, pallet)).to.equal(2_400);
    expect(eachesOf(product, '46901234500012')).to.equal(undefined);
    expect(packagingFault(each, packaging)).to.equal(undefined);
  });

  it('may hold a single one: a unit in a shelf box', () => {
    expect(packagingFault(each, [{ gtin: box, contains: each, quantity: 1 }])).to.equal(undefined);
  });

  it("are refused where a GTIN repeats, the product's own included", () => {
    expect(packagingFault(each, [{ gtin: each, contains: each, quantity: 2 }])).to.deep.equal({
      kind: 'repeated-gtin',
      gtin: each,
    });
    const twice = [
      { gtin: box, contains: each, quantity: 2 },
      { gtin: box, contains: each, quantity: 3 },
    ];
    expect(packagingFault(each, twice)?.kind).to.equal('repeated-gtin');
  });

  it('are refused where they contain something else, or each other', () => {
    expect(packagingFault(each, [{ gtin: box, contains: inner, quantity: 2 }])).to.deep.equal({
      kind: 'unknown-content',
      gtin: box,
    });
    const circle = [
      { gtin: box, contains: inner, quantity: 2 },
      { gtin: inner, contains: box, quantity: 2 },
    ];
    expect(packagingFault(each, circle)?.kind).to.equal('cycle');
    expect(packagingFault(each, [{ gtin: box, contains: box, quantity: 2 }])?.kind).to.equal('cycle');
  });

  it('are refused where a package would hold more than a million', () => {
    const huge = [
      { gtin: box, contains: each, quantity: 1_000 },
      { gtin: inner, contains: box, quantity: 1_001 },
    ];
    expect(packagingFault(each, huge)).to.deep.equal({ kind: 'too-many-units', gtin: inner });
  });
});
