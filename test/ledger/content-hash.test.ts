import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { commitment, contentHash } from '../../src/ledger/content-hash.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import {
  allEvents,
  always,
  commandOf,
  draft,
  maker,
  nextId,
  nothing,
  playLedger,
  production,
  stapler,
  supply,
  use,
} from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

const hospital = 'organisation-hospital';
const json = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }), {
  minKeys: 1,
  maxKeys: 6,
});

/** @returns the same value with the fields of every object in the opposite order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reordered(inner)]),
  );
}

/** @returns one copy for every value in it, with that value changed or its field taken away. */
function* changed(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      for (const other of changed(inner)) yield value.with(index, other);
    }
    yield [...value, 'more'];
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      for (const other of changed(inner)) yield { ...value, [key]: other };
      const { [key]: _gone, ...rest } = value as Record<string, unknown>;
      yield rest;
    }
    yield { ...value, more: 'more' };
  } else if (typeof value === 'string') yield `${value} `;
  else if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'boolean') yield !value;
}

/** Law 8. */
describe('the content hash', () => {
  it('is SHA-256 over the prefix and the RFC 8785 form', () => {
    const text = 'pps-trace/event/1\n{"a":1,"b":{},"é":"\\u001d"}';
    const expected = createHash('sha256').update(text, 'utf8').digest('hex');
    expect(contentHash({ é: '\u001d', b: {}, a: 1 })).to.equal(`sha-256:${expected}`);
  });

  it('does not depend on the order of fields', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(contentHash(reordered(value) as object)).to.equal(contentHash(value));
      }),
    );
  });

  it('depends on the order of a list', () => {
    expect(contentHash({ a: [1, 2] })).to.not.equal(contentHash({ a: [2, 1] }));
  });

  it('is no hash of a text that UTF-8 cannot hold, which storage would change', () => {
    expect(() => contentHash({ a: '\ud800' })).to.throw(/surrogate/);
  });

  it('of a text says nothing without the salt', () => {
    const salt = Buffer.from('salt');
    expect(commitment('住院号 12345', salt)).to.equal(commitment('住院号 12345', salt));
    expect(commitment('住院号 12345', salt)).to.not.equal(commitment('住院号 12345', Buffer.from('tlas')));
  });

  describe('of a stored event', () => {
    let database: TestDatabase;
    let ledger: Ledger;

    before(async () => {
      database = await testDatabase();
      ledger = await playLedger(database);
    });
    after(() => database.drop());

    it('is the hash of what comes back from storage, offsets, empty objects and all', async () => {
      const lot = { gtin: stapler, lot: 'A.$b' };
      const details = {
        correctedType: 'used',
        reason: nothing,
        replaced: false,
        effective: [],
        voidedUses: [],
        shortfall: 0,
        right: {},
      } as const;
      const odd = draft('corrected', details, {
        eventTime: '2026-03-01T08:00:00.50+08:00',
        where: {},
        about: [lot],
      });
      const undefinedFields = {
        ...odd,
        corrects: undefined,
        where: { place: undefined },
      } as unknown as typeof odd;
      await ledger.run(commandOf(maker, 1), always(production(lot, 3), odd, undefinedFields));
      await ledger.run(commandOf(maker, 2), supply(lot, hospital, 2));
      await ledger.run(commandOf(hospital, 3), use(hospital, lot, { scannedLot: '批号' }));
      const events = await allEvents(database);
      expect(events).to.have.length(5);
      for (const { contentHash: stored, ...event } of events) {
        expect(contentHash(event)).to.equal(stored);
        expect(JSON.stringify(event)).to.not.match(/null/);
      }
      expect(events[1]).to.deep.include({ eventTime: '2026-03-01T08:00:00.50+08:00', where: {} });
      expect(events[1]?.details).to.deep.include({ right: {} });
      expect(events[2]).to.not.have.property('corrects');
    });

    it('changes with any change of any field', async () => {
      const events = await allEvents(database);
      let changes = 0;
      for (const { contentHash: stored, ...event } of events) {
        for (const other of changed(event)) {
          changes += 1;
          expect(contentHash(other as object), JSON.stringify(other)).to.not.equal(stored);
        }
      }
      expect(changes).to.be.above(200);
    });

    it('holds its facts whatever a decision slips in beside them', async () => {
      const command = commandOf(maker, nextId());
      const forged = {
        ...production({ gtin: stapler, lot: 'F' }, 1),
        organisation: 'another',
        id: 'mine',
        recordTime: 'never',
      };
      const { events } = await ledger.run(command, always(forged));
      const stored = (await allEvents(database)).find(({ id }) => id === events[0]);
      expect(stored).to.include({ organisation: maker, actor: command.actor });
      expect(stored?.recordTime).to.match(/^2026-/);
    });
  });
});
