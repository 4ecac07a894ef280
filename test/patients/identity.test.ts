import { expect } from 'chai';
import fc from 'fast-check';
import {
  contradicts,
  foldIdentity,
  type Identity,
  normaliseNumber,
  parseIdentity,
} from '../../src/patients/identity.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const identities: fc.Arbitrary<Identity> = fc.record(
  {
    inpatientNumber: text,
    recordNumber: text,
    patientId: text,
    name: text,
    birthDate: fc.constantFrom('1957-08-14', '2000-02-29'),
    sex: fc.constantFrom('female', 'male', 'unknown'),
  },
  { requiredKeys: [] },
);

describe('patients: identity', () => {
  it('normalises a number to what people read', () => {
    const same = ['ZY-0017a', ' zy-0017A ', 'ZY-0017a', '\u200bZY-0017A\u0000', '\u3000zy-0017a\ufeff'];
    expect(new Set(same.map(normaliseNumber))).to.deep.equal(new Set(['ZY-0017A']));
    expect(normaliseNumber('0017')).not.to.equal(normaliseNumber('17'));
    expect(normaliseNumber('ZY 17')).not.to.equal(normaliseNumber('ZY17'));
  });

  it('normalises once for all: again changes nothing', () => {
    const anything = fc.string({
      unit: fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    });
    fc.assert(
      fc.property(anything, (number) => {
        const once = normaliseNumber(number);
        expect(normaliseNumber(once)).to.equal(once);
        expect(normaliseNumber(` ${number.normalize('NFD')} `)).to.equal(once);
      }),
      { numRuns: 3_000 },
    );
  });

  it('drops blank fields, and keeps the rest as it was written', () => {
    expect(parseIdentity({ name: ' 王 秀英 ', patientId: ' \u200b\u3000', phone: undefined })).to.deep.equal({
      name: ' 王 秀英 ',
    });
  });

  it('contradicts in what holds for life, not in an admission, a phone or what is unknown', () => {
    const wang: Identity = { recordNumber: 'BA1', name: '王秀英', sex: 'female', birthDate: '1957-08-14' };
    expect(contradicts(wang, { recordNumber: 'BA2' })).to.equal(true);
    expect(contradicts(wang, { name: '王秀芬' })).to.equal(true);
    expect(contradicts(wang, { birthDate: '1957-08-15' })).to.equal(true);
    expect(contradicts(wang, { sex: 'male' })).to.equal(true);
    expect(contradicts({ ...wang, patientId: 'P1' }, { patientId: 'P2' })).to.equal(true);
    expect(contradicts(wang, { sex: 'unknown', phone: '1', inpatientNumber: 'ZY9' })).to.equal(false);
    expect(contradicts({ ...wang, sex: 'unknown' }, { sex: 'male' })).to.equal(false);
    expect(contradicts({ ...wang, inpatientNumber: 'ZY1', phone: '2' }, { inpatientNumber: 'ZY2' })).to.equal(
      false,
    );
    expect(contradicts({ name: 'Li  Ming' }, { name: 'li ming' })).to.equal(false);
  });

  it('folds to the latest, and never mixes two that contradict', () => {
    fc.assert(
      fc.property(fc.array(identities, { minLength: 1, maxLength: 6 }), (statements) => {
        const { identity, earlier, contradicted } = foldIdentity(statements);
        const { sex, ...latest } = statements.at(-1) ?? {};
        expect(identity).to.deep.include(
          sex === 'unknown' ? latest : { ...latest, ...(sex === undefined ? {} : { sex }) },
        );
        expect(contradicted).to.equal(earlier.length > 0);
        const oneByOne = statements.filter((stated) => contradicts(identity, stated));
        if (!contradicted) expect(oneByOne).to.deep.equal([]);
      }),
    );
  });

  it('does not let an unknown sex hide a known one', () => {
    expect(foldIdentity([{ sex: 'female' }, { sex: 'unknown' }]).identity.sex).to.equal('female');
    const mixed = foldIdentity([{ sex: 'female' }, { sex: 'unknown' }, { sex: 'male' }]);
    expect(mixed).to.deep.equal({
      identity: { sex: 'male' },
      earlier: [{ sex: 'female' }],
      contradicted: true,
    });
  });
});
