import { expect } from 'chai';
import { type Restriction, restrictionsOn } from '../../src/catalogue/restriction.ts';

const base = {
  kind: 'recall',
  instruction: { zh: '停止使用', en: 'stop' },
  since: '2026-01-01T00:00:00.000Z',
} as const;

function recall(reference: string, narrowed: Partial<Restriction> = {}): Restriction {
  return { ...base, reference, ...narrowed };
}

function references(restrictions: readonly Restriction[]): string[] {
  return restrictions.map(({ reference }) => reference);
}

describe('restrictions that count', () => {
  const whole = recall('whole');
  const open = recall('open');
  const bySerial = recall('serials', { serials: ['S1', 'S2'] });
  const bySterilisation = recall('sterilisation', { sterilisationLots: ['E1'] });
  const lot = {
    restrictions: [whole, bySerial, bySterilisation],
    sterilisationLots: [{ id: 'E1' }, { id: 'E2' }],
  };
  const product = { restrictions: [open] };

  it('are all of them where no unit is named', () => {
    expect(references(restrictionsOn(lot, product))).to.deep.equal([
      'whole',
      'serials',
      'sterilisation',
      'open',
    ]);
  });

  it('leave out a unit that is known to be outside', () => {
    expect(references(restrictionsOn(lot, product, { serial: 'S9', sterilisationLot: 'E2' }))).to.deep.equal([
      'whole',
      'open',
    ]);
  });

  it('count for a unit that is inside, by serial or by sterilisation lot', () => {
    expect(references(restrictionsOn(lot, product, { serial: 'S1', sterilisationLot: 'E2' }))).to.include(
      'serials',
    );
    expect(references(restrictionsOn(lot, product, { serial: 'S9', sterilisationLot: 'E1' }))).to.include(
      'sterilisation',
    );
  });

  it('count where it is not known whether the unit is inside', () => {
    expect(references(restrictionsOn(lot, product, {}))).to.deep.equal([
      'whole',
      'serials',
      'sterilisation',
      'open',
    ]);
    expect(references(restrictionsOn(lot, product, { serial: 'S9' })), 'E1 or E2').to.include(
      'sterilisation',
    );
  });

  it('take the only sterilisation lots that the lot has for those of the unit', () => {
    const other = { restrictions: [bySterilisation], sterilisationLots: [{ id: 'E2' }] };
    expect(restrictionsOn(other, undefined, {})).to.deep.equal([]);
    expect(references(restrictionsOn({ ...other, sterilisationLots: [] }, undefined, {}))).to.deep.equal([
      'sterilisation',
    ]);
  });

  it('cover what is in either list where both narrow', () => {
    const both = recall('both', { serials: ['S1'], sterilisationLots: ['E1'] });
    const one = { restrictions: [both], sterilisationLots: [] };
    expect(restrictionsOn(one, undefined, { serial: 'S1', sterilisationLot: 'E9' })).to.have.length(1);
    expect(restrictionsOn(one, undefined, { serial: 'S9', sterilisationLot: 'E1' })).to.have.length(1);
    expect(restrictionsOn(one, undefined, { serial: 'S9', sterilisationLot: 'E9' })).to.have.length(0);
  });

  it('stand on a product of which nobody has seen this lot', () => {
    expect(references(restrictionsOn(undefined, product, { serial: 'S1' }))).to.deep.equal(['open']);
    expect(restrictionsOn(undefined, undefined, { serial: 'S1' })).to.deep.equal([]);
  });
});
