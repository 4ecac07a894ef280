import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { failureCodes } from '../src/errors.ts';
import { at } from './support/http.ts';

const folder = join(import.meta.dirname, '../src/failures');

describe('the closed set of failures', () => {
  const failures: (readonly [code: string, kind: unknown])[] = [];
  before(async () => {
    for (const file of await readdir(folder)) {
      const tables: object = await import(join(folder, file));
      failures.push(...Object.values(tables).flatMap((table: object) => Object.entries(table)));
    }
  });

  it('is every table, and no code stands in two of them', () => {
    expect(failures.map(([code]) => code)).to.have.members([...failureCodes]);
  });

  it('has for each a status of a refusal, and a sentence in both languages', () => {
    for (const [code, kind] of failures) {
      expect(at(kind, '/status'), code).to.be.within(400, 599).and.not.equal(500);
      expect(at(kind, '/zh'), code).to.match(/\p{Script=Han}.*。$/u);
      expect(at(kind, '/en'), code).to.match(/^[A-Z].*\.$/);
    }
  });
});
