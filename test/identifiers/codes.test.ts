import { expect } from 'chai';
import { parseNhsaCode, partsOfNhsaCode } from '../../src/identifiers/nhsa-code.ts';
import { parseUnifiedSocialCreditCode } from '../../src/identifiers/unified-social-credit-code.ts';

describe('unified social credit code', () => {
  it('accepts codes of real organisations', () => {
    for (const code of [
      '91350100M000100Y43',
      '9144030071526726XG',
      '91110000600037341L',
      '12100000400010275N',
    ]) {
      expect(parseUnifiedSocialCreditCode(code), code).to.equal(code);
    }
  });

  it('refuses each change of one character', () => {
    const code = '9144030071526726XG';
    for (let at = 0; at < code.length; at += 1) {
      for (const other of '0123456789ABCDEFGHJKLMNPQRTUWXY') {
        const changed = code.slice(0, at) + other + code.slice(at + 1);
        expect(parseUnifiedSocialCreditCode(changed) !== undefined, changed).to.equal(changed === code);
      }
    }
  });

  it('refuses other lengths and the letters that the standard leaves out', () => {
    for (const text of [
      '',
      '9144030071526726X',
      '9144030071526726XGG',
      '9I44030071526726XG',
      '9144030071526726xg',
    ]) {
      expect(parseUnifiedSocialCreditCode(text), text).to.equal(undefined);
    }
  });
});

describe('NHSA code', () => {
  it('is C and 26 digits', () => {
    expect(parseNhsaCode('C02030100100200300450000011')).to.equal('C02030100100200300450000011');
    expect(parseNhsaCode('D02030100100200300450000011')).to.equal(undefined);
    expect(parseNhsaCode('C0203010010020030045000001A')).to.equal(undefined);
  });

  it('has the five parts of the published class and the product', () => {
    const code = parseNhsaCode('C02030100400005000061234567');
    expect(code === undefined ? undefined : partsOfNhsaCode(code)).to.deep.equal({
      classification: '020301',
      genericName: '004',
      features: '00005',
      manufacturer: '00006',
      product: '1234567',
    });
  });
});
