import { createHmac, createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  deriveKey,
  intoKey,
  macOf,
  newSealedKey,
  openBytes,
  openJson,
  openKey,
  SealBroken,
  type SealPlace,
  sealBytes,
  sealJson,
} from '../../src/patients/sealing.ts';
import { randomKey } from './ward.ts';

const place: SealPlace = { purpose: 'use-record/1', organisation: 'hospital', record: 'position' };

describe('patients: sealing', () => {
  it('gives back what was sealed, whatever it was', () => {
    const key = randomKey();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (content) => {
        const sealed = sealBytes(key, place, content);
        expect(sealed.startsWith('A256GCM.1.')).to.equal(true);
        expect(openBytes(key, place, sealed).equals(content)).to.equal(true);
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
        expect(openJson(key, place, sealJson(key, place, value))).to.deep.equal(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  it('opens nothing when any of key, purpose, organisation, record or a character differs', () => {
    const key = randomKey();
    const sealed = sealBytes(key, place, Buffer.from('王秀英'));
    const elsewhere: SealPlace[] = [
      { ...place, purpose: 'identity-read/1' },
      { ...place, organisation: 'other' },
      { ...place, record: 'other' },
      // Parts must not run into each other.
      { ...place, organisation: 'hospital","position', record: '' },
    ];
    for (const other of elsewhere) expect(() => openBytes(key, other, sealed)).to.throw(SealBroken);
    expect(() => openBytes(randomKey(), place, sealed)).to.throw(SealBroken);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'Q' ? 'g' : 'Q') + sealed.slice(at + 1);
      expect(() => openBytes(key, place, changed), String(at)).to.throw(SealBroken);
    }
    for (const short of ['', 'A256GCM.1.', sealed.slice(0, 30), sealed.replace('.1.', '.2.')]) {
      expect(() => openBytes(key, place, short)).to.throw(SealBroken);
    }
  });

  it('never seals the same twice alike', () => {
    const key = randomKey();
    const sealed = Array.from({ length: 500 }, () => sealJson(key, place, { name: '王秀英' }));
    expect(new Set(sealed.map((text) => text.slice(0, 'A256GCM.1.'.length + 16))).size).to.equal(500);
  });

  it('hides lengths: identities of usual size are equally long', () => {
    const key = randomKey();
    const lengths = ['王', '王秀英', '欧阳'.repeat(50)].map((name) => sealJson(key, place, { name }).length);
    expect(new Set(lengths).size).to.equal(1);
  });

  it('derives keys that differ by purpose and by owner', () => {
    const key = randomKey();
    const derived = [
      deriveKey(key, 'a', 'b'),
      deriveKey(key, 'b', 'a'),
      deriveKey(key, 'ab', ''),
      deriveKey(randomKey(), 'a', 'b'),
      key,
    ];
    expect(new Set(derived.map((one) => one.export().toString('hex'))).size).to.equal(5);
    expect(deriveKey(key, 'a', 'b').equals(deriveKey(key, 'a', 'b'))).to.equal(true);
  });

  it('wraps keys, overwrites its own copy of their bytes, and shows none of them', () => {
    const wrapping = randomKey();
    const made = newSealedKey(wrapping, place);
    expect(openKey(wrapping, place, made.sealed).equals(made.key)).to.equal(true);
    const bytes = Buffer.alloc(32, 7);
    const key = intoKey(bytes);
    expect(bytes.equals(Buffer.alloc(32))).to.equal(true);
    expect(key.export().equals(Buffer.alloc(32, 7))).to.equal(true);
    expect(JSON.stringify({ key })).to.equal('{"key":{}}');
    expect(() => intoKey(Buffer.alloc(16))).to.throw(/32 bytes/);
  });

  it('names its algorithm in a MAC, which is the HMAC-SHA-256 of the parts', () => {
    const bytes = Buffer.alloc(32, 1);
    const expected = createHmac('sha256', bytes).update('["inpatientNumber","ZY1"]').digest('base64url');
    expect(macOf(createSecretKey(bytes), ['inpatientNumber', 'ZY1'])).to.equal(`HS256.1.${expected}`);
  });
});
