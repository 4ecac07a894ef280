import { expect } from 'chai';
import { identifyAll } from '../../src/patients/identify-all.ts';
import { type Patients, patientBounds } from '../../src/patients/interface.ts';

describe('patients: who was behind many uses', () => {
  it('is read in parts that the bound allows, each use once, none left out', async () => {
    const parts: number[] = [];
    const identify: Patients['identify'] = async ({ pseudonyms }) => {
      parts.push(pseudonyms.length);
      return new Map(pseudonyms.map((pseudonym) => [pseudonym, { kind: 'none' }]));
    };
    const uses = Array.from({ length: 2 * patientBounds.pseudonyms + 1 }, (_, use) => `use-${use}`);
    const reader = { person: 'p', organisation: 'h', requestId: 'r' };
    const request = { organisation: 'h', pseudonyms: [...uses, ...uses], reader, purpose: 'care' as const };
    const found = await identifyAll({ identify }, request);
    expect([...found.keys()]).to.deep.equal(uses);
    expect(parts).to.deep.equal([patientBounds.pseudonyms, patientBounds.pseudonyms, 1]);
  });
});
