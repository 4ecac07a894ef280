import { expect } from 'chai';
import fc from 'fast-check';
import { placeAccount } from '../../src/ledger/account.ts';
import type { AnyEvent, Transfer, Use } from '../../src/ledger/event.ts';
import { applyToUnits, type Unit, unitsOf } from '../../src/ledger/unit.ts';
import { boughtBy, draft, nothing } from '../support/ledger-play.ts';

const lot = { gtin: '06901234500011', lot: 'A' };
const serials = ['1', '2', '3'];
const places = ['store', 'theatre', 'cssd'].map((place) => ({
  organisation: 'hospital',
  account: placeAccount(place, 'available'),
}));

interface Step {
  readonly serial: string;
  readonly from: number;
  readonly to: number;
  readonly used: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  serial: fc.constantFrom(...serials),
  from: fc.nat(2),
  to: fc.nat(2),
  used: fc.boolean(),
});

function eventOf({ serial, from, to, used }: Step): AnyEvent {
  const transfer: Transfer = {
    ...lot,
    quantity: 1,
    from: placeAt(from),
    to: placeAt(to),
    title: boughtBy('hospital'),
    issuer: 'maker',
    serials: [serial],
  };
  const uses: Use[] = used
    ? [{ ...lot, pseudonym: 'p', serial, implanted: false, deviations: [], restrictions: [] }]
    : [];
  return draft('moved', {}, { transfers: [transfer], uses }) as AnyEvent;
}

function placeAt(index: number) {
  const place = places[index];
  if (place === undefined) throw new Error(`no place ${index}`);
  return place;
}

function play(events: readonly AnyEvent[]): Map<string, Unit> {
  const units = new Map<string, Unit>();
  for (const event of events) for (const [id, unit] of applyToUnits(units, event)) units.set(id, unit);
  return units;
}

describe('a unit', () => {
  it('is where its last event put it, has been used as often as events say, and counts the events', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const units = play(steps.map(eventOf));
        for (const serial of serials) {
          const own = steps.filter((one) => one.serial === serial);
          const unit = units.get(`${lot.gtin}/maker/${serial}`);
          expect(unit?.version).to.equal(own.length === 0 ? undefined : own.length);
          expect(unit?.uses).to.equal(own.length === 0 ? undefined : own.filter(({ used }) => used).length);
          const last = own.at(-1);
          expect(unit?.at).to.deep.equal(last === undefined ? undefined : placeAt(last.to));
        }
      }),
    );
  });

  it('is one thing whatever the lot, but another where another gave the number', () => {
    const own = eventOf({ serial: '1', from: 0, to: 1, used: false });
    const coded = {
      ...own,
      transfers: own.transfers.map((transfer) => ({ ...transfer, issuer: 'hospital' })),
    };
    expect(unitsOf({ transfers: [...own.transfers, ...coded.transfers], uses: [] })).to.deep.equal([
      { gtin: lot.gtin, issuer: 'maker', serial: '1' },
      { gtin: lot.gtin, issuer: 'hospital', serial: '1' },
    ]);
  });

  it('loses a use that did not happen, and keeps what its sterilisation said', () => {
    const used = eventOf({ serial: '1', from: 0, to: 1, used: true });
    const sterile = {
      ...used,
      uses: [],
      transfers: used.transfers.map((made) => ({ ...made, sterilisationLot: 'S' })),
    };
    const voided = [{ pseudonym: 'p', gtin: lot.gtin, serial: '1' }];
    const details = {
      correctedType: 'used',
      reason: nothing,
      replaced: false,
      effective: [],
      voidedUses: voided,
      shortfall: 0,
    } as const;
    const corrected = draft('corrected', details, { transfers: used.transfers }) as AnyEvent;
    const unit = play([sterile, used, used, corrected]).get(`${lot.gtin}/maker/1`);
    expect(unit).to.include({ uses: 1, version: 4, sterilisationLot: 'S' });
  });
});
