import { expect } from 'chai';
import { type AiPattern, type AiRules, aiAt, allAis, rulesOf } from '../../src/identifiers/ai-table.ts';
import { applicationIdentifiers } from '../../src/identifiers/application-identifiers.ts';
import { digitSet, set39, set64, set82 } from '../../src/identifiers/character-sets.ts';
import { bwippTable } from './bwipp-table.ts';

const written = (pattern: AiPattern): string => pattern.digits.padEnd(pattern.length, 'n');

const setOf = (letter: string): Uint8Array => {
  const padded = Uint8Array.from(set64);
  padded['='.charCodeAt(0)] = 1;
  const sets: Record<string, Uint8Array> = { N: digitSet, X: set82, Y: set39, Z: padded };
  return sets[letter] ?? new Uint8Array(128);
};

/** BWIPP has `[]` for a key without qualifiers, ours one empty sequence. */
const qualifiersOf = (rules: AiRules): unknown => {
  const bare = rules.qualifiers?.length === 1 && rules.qualifiers[0]?.length === 0;
  return bare ? [] : rules.qualifiers;
};

describe('ai-table', () => {
  const oracle = bwippTable();

  it('knows the same AIs as BWIPP', () => {
    expect(allAis().map(({ ai }) => ai)).to.have.members([...oracle.rules.keys()]);
    expect(oracle.rules.size).to.be.greaterThan(500);
  });

  it('has the same rules for each AI as BWIPP', () => {
    for (const rules of allAis()) {
      const theirs = oracle.rules.get(rules.ai);
      expect(rules.predefinedLength, rules.ai).to.equal(oracle.predefined.has(rules.ai.slice(0, 2)));
      expect(rules.excludes.map(written), rules.ai).to.deep.equal(theirs?.excludes);
      const requires = rules.requires.map((any) => any.map((group) => group.map(written)));
      expect(requires, rules.ai).to.deep.equal(theirs?.requires);
      expect(qualifiersOf(rules), rules.ai).to.deep.equal(theirs?.qualifiers);
      expect(rules.linkAttribute, rules.ai).to.equal(theirs?.linkAttribute);
      const components = rules.components.map(({ set, min, max, optional }) => ({ set, min, max, optional }));
      expect(components, rules.ai).to.deep.equal(
        theirs?.components.map(({ set, min, max, optional }) => ({ set: setOf(set), min, max, optional })),
      );
    }
  });

  it('names the same checks for each component as BWIPP', () => {
    const ours = new Map<string, string[]>();
    for (const line of applicationIdentifiers.trim().split('\n')) {
      const [range = '', ...words] = line.split(/\s+/);
      const names = words.filter((word) => /^\[?[NXYZ]/.test(word)).map((word) => word.replace(/[[\]]/g, ''));
      ours.set(
        range.split('-')[0] ?? '',
        names.map((word) => word.split(',').slice(1).join()),
      );
    }
    for (const [ai, checks] of ours) {
      expect(checks, ai).to.deep.equal(oracle.rules.get(ai)?.components.map((part) => part.checks.join()));
    }
  });

  it('gives all AIs with the same two first digits the same length, so that an AI ends where it must', () => {
    const lengths = new Map<string, number>();
    for (const { ai } of allAis()) {
      const prefix = ai.slice(0, 2);
      expect(lengths.get(prefix) ?? ai.length).to.equal(ai.length);
      lengths.set(prefix, ai.length);
    }
  });

  it('finds an AI at a place in a text, and only a whole one exactly', () => {
    expect(aiAt('xx2351', 2)?.ai).to.equal('235');
    expect(aiAt('23', 0)).to.equal(undefined);
    expect(aiAt('0', 0)).to.equal(undefined);
    expect(aiAt('31', 0)).to.equal(undefined);
    expect(aiAt('310x', 0)).to.equal(undefined);
    expect(rulesOf('3103')?.ai).to.equal('3103');
    expect(rulesOf('310')).to.equal(undefined);
    expect(rulesOf('011')).to.equal(undefined);
    expect(rulesOf('')).to.equal(undefined);
    expect(rulesOf('__proto__')).to.equal(undefined);
  });
});
