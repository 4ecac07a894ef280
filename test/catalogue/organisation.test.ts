import { expect } from 'chai';
import {
  areaContains,
  licencesOn,
  type Organisation,
  publicFacts,
} from '../../src/catalogue/organisation.ts';
import { runsOn } from '../../src/catalogue/programme.ts';

describe('organisations', () => {
  it('show outside only who they are and by what licence they act', () => {
    const whole: Organisation = {
      id: '00000000-0000-4000-8000-000000000001',
      kind: 'hospital',
      name: { zh: '示例医院', en: 'Example Hospital' },
      creditCode: '12440000MB2C00000X',
      country: 'CN',
      area: '440100',
      address: '示例路 1 号',
      contact: { person: '张三', telephone: '020-00000000' },
      licences: [{ kind: 'medical-institution-licence', number: 'PDY000001', validFrom: '2020-01-01' }],
      gln: '6901234500011',
      active: true,
      createdAt: '2026-01-01T00:00:00.000Z',
    };
    expect(publicFacts(whole)).to.have.all.keys(
      'id',
      'kind',
      'name',
      'creditCode',
      'country',
      'area',
      'licences',
      'active',
    );
  });

  it('act by the licences that are valid on the day', () => {
    const licences = [
      { kind: 'production-licence', number: 'old', validFrom: '2015-01-01', validTo: '2019-12-31' },
      { kind: 'production-licence', number: 'new', validFrom: '2020-01-01', validTo: '2024-12-31' },
      { kind: 'operating-licence', number: 'other', validFrom: '2015-01-01' },
    ] as const;
    const on = (day: string) =>
      licencesOn({ licences }, ['production-licence'], day).map(({ number }) => number);
    expect(on('2019-12-31')).to.deep.equal(['old']);
    expect(on('2020-01-01')).to.deep.equal(['new']);
    expect(on('2025-01-01')).to.deep.equal([]);
  });

  it('lie in areas by GB/T 2260', () => {
    expect(areaContains('000000', '440106')).to.equal(true);
    expect(areaContains('440000', '440106')).to.equal(true);
    expect(areaContains('440100', '440106')).to.equal(true);
    expect(areaContains('440106', '440106')).to.equal(true);
    expect(areaContains('440106', '440100')).to.equal(false);
    expect(areaContains('440100', '440306')).to.equal(false);
    expect(areaContains('440000', '450106')).to.equal(false);
    expect(areaContains('500000', '500101'), 'a municipality').to.equal(true);
  });
});

describe('welfare programmes', () => {
  it('run from their first through their last day', () => {
    const programme = { from: '2026-03-01', to: '2026-12-31' };
    expect(runsOn(programme, '2026-02-28')).to.equal(false);
    expect(runsOn(programme, '2026-03-01')).to.equal(true);
    expect(runsOn(programme, '2026-12-31')).to.equal(true);
    expect(runsOn(programme, '2027-01-01')).to.equal(false);
    expect(runsOn({ from: '2026-03-01' }, '2199-01-01')).to.equal(true);
  });
});
