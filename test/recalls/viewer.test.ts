import { expect } from 'chai';
import { isNarrowed, type Reading, sees, seesPlaces, viewerOf } from '../../src/recalls/viewer.ts';
import { maker } from './situations.ts';

const organisations = new Map(
  [
    [maker, '440300'],
    ['hospital', '110101'],
    ['distributor', '440100'],
    ['abroad', undefined],
  ].map(([id = '', area]) => [id, { id, ...(area === undefined ? {} : { area }) }]),
);
const concerned = new Map(
  ['hospital', 'distributor', 'abroad'].map((organisation) => [
    organisation,
    { organisation, had: true, used: false },
  ]),
);
const view = (caller: Reading) => viewerOf(caller, { organisation: maker }, concerned, organisations);
const authority = (level: 'national' | 'provincial' | 'municipal', area: string): Reading => ({
  organisation: `authority-${area}`,
  organisationKind: 'regulator',
  authority: { level, area },
});

describe('who sees a recall', () => {
  it('an authority: the whole in the maker’s area or as the nation’s, else its own area, else nothing', () => {
    expect(view(authority('national', '000000'))).to.deep.equal({ kind: 'authority' });
    expect(view(authority('provincial', '440000'))).to.deep.equal({ kind: 'authority' });
    expect(view(authority('municipal', '440300'))).to.deep.equal({ kind: 'authority' });
    expect(view(authority('municipal', '440100'))).to.deep.equal({ kind: 'authority', area: '440100' });
    expect(view(authority('provincial', '110000'))).to.deep.equal({ kind: 'authority', area: '110000' });
    expect(view(authority('provincial', '510000'))).to.equal(undefined);
    expect(view({ organisation: 'x', organisationKind: 'regulator' })).to.equal(undefined);
  });

  it('those concerned: their own part; others: nothing', () => {
    const hospital = view({ organisation: 'hospital', organisationKind: 'hospital' });
    expect(hospital).to.deep.equal({ kind: 'concerned', organisation: 'hospital' });
    for (const organisationKind of ['hospital', 'manufacturer', 'foundation', 'operator']) {
      expect(view({ organisation: 'stranger', organisationKind })).to.equal(undefined);
    }
  });

  it('sees of organisations and places what its view says, and nothing of an unknown area', () => {
    const whole = { kind: 'authority' } as const;
    const regional = { kind: 'authority', area: '110000' } as const;
    const own = { kind: 'concerned', organisation: 'hospital' } as const;
    const registrant = { kind: 'registrant', organisation: maker } as const;
    const seen = (viewer: Parameters<typeof sees>[0]) =>
      [...organisations.keys()].filter((organisation) => sees(viewer, organisation, organisations));
    expect(seen(whole)).to.have.length(4);
    expect(seen(registrant)).to.have.length(4);
    expect(seen(regional)).to.deep.equal(['hospital']);
    expect(seen(own)).to.deep.equal(['hospital']);
    expect([whole, registrant, regional, own].map(isNarrowed)).to.deep.equal([false, false, true, true]);
    expect(seesPlaces(registrant, 'hospital')).to.equal(false);
    expect(seesPlaces(registrant, maker)).to.equal(true);
    expect(seesPlaces(own, 'hospital')).to.equal(true);
    expect(seesPlaces(whole, 'hospital')).to.equal(true);
  });
});
