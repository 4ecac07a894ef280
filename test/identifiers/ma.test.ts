import { expect } from 'chai';
import { parseUdi } from '../../src/identifiers/udi.ts';

const outcome = (text: string): unknown => {
  const parsed = parseUdi(text, { today: '2026-11-24' });
  return parsed.ok ? parsed.udi.identifiers : `${parsed.fault.code}@${parsed.fault.position}`;
};

const product = {
  deviceIdentifier: 'MA.156.M0.100204.13351764',
  country: '156',
  sector: 'M0',
  registrant: '100204',
  productCode: '13351764',
};

describe('MA', () => {
  it('reads the device identifier', () => {
    const parsed = parseUdi('MA.156.M0.100204.13351764');
    expect(parsed.ok && parsed.udi).to.deep.equal({
      issuingAgency: 'nmpa-ma',
      form: 'ma',
      elements: [{ ai: 'MA', value: 'MA.156.M0.100204.13351764' }],
      identifiers: product,
      udiIn: ['cn'],
      digitalLink: null,
    });
  });

  it('reads lot, serial number, manufacture, sterilisation lot, expiry and validity, with 6 or 8 digits of a date', () => {
    const text = 'MA.156.M0.100204.13351764.SSN-1.M261101.LL2611.DT01.E281031.V281030.C3';
    expect(outcome(text)).to.deep.equal({
      ...product,
      serial: 'SN-1',
      manufacturedOn: '2026-11-01',
      lot: 'L2611',
      sterilisationLot: 'T01',
      expiresOn: '2028-10-31',
    });
    expect(outcome('MA.156.M0.100204.13351764.M20261101.V20281030')).to.deep.equal({
      ...product,
      manufacturedOn: '2026-11-01',
      expiresOn: '2028-10-30',
    });
    expect(outcome('MA.156.M0.100204.13351764.V281030.E281031')).to.have.property('expiresOn', '2028-10-31');
  });

  it('reads the production date of the first edition', () => {
    expect(outcome('MA.156.M0.100472.11103316.P190101')).to.have.property('manufacturedOn', '2019-01-01');
  });

  it('is refused with the position of what is wrong', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['MA.156.M0.100204', 'udi/length@16'],
      ['MA.156.M0.10020.13351764', 'udi/length@10'],
      ['MA.156.M0.100204.1335176', 'udi/length@17'],
      ['MA.156.M0.10020批.13351764', 'udi/character@15'],
      ['MA.156.M0.100204.13351764.', 'udi/unknown-ai@26'],
      ['MA.156.M0.100204.13351764.XL', 'udi/unknown-ai@26'],
      ['MA.156.M0.100204.13351764.L', 'udi/length@26'],
      ['MA.156.M0.100204.13351764.LA B', 'udi/character@26'],
      ['MA.156.M0.100204.13351764.LA.LB', 'udi/repeated-ai@29'],
      ['MA.156.M0.100204.13351764.E281301', 'udi/date@26'],
      ['MA.156.M0.100204.13351764.E2813', 'udi/date@26'],
      ['MA.156.M0.100204.13351764.C12', 'udi/length@26'],
    ];
    for (const [text, fault] of cases) {
      expect(outcome(text), text).to.equal(fault);
    }
  });
});
