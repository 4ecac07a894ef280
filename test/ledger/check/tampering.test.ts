import { expect } from 'chai';
import { mongo } from 'mongoose';
import { describeReport } from '../../../src/ledger/check/check-ledger.ts';
import type { FindingKind } from '../../../src/ledger/check/findings.ts';
import { contentHash } from '../../../src/ledger/content-hash.ts';
import { CheckedLedger, type Raw } from '../../support/checked-ledger.ts';
import { maker, nothing, stapler } from '../../support/ledger-play.ts';

describe('the check of a ledger that somebody has changed by hand', () => {
  let checked: CheckedLedger;

  before(async function () {
    this.timeout(60_000);
    checked = await CheckedLedger.make();
    await checked.playHistories();
  });
  after(() => checked.database.drop());

  const one = (name: string, filter: mongo.Filter<Raw>, update: mongo.UpdateFilter<Raw>) => () =>
    checked.collection(name).updateOne(filter, update);
  const gone =
    (name: string, filter: mongo.Filter<Raw> = {}) =>
    () =>
      checked.collection(name).deleteOne(filter);
  const copied = (name: string, change: object) => async () => {
    const document = await checked.collection(name).findOne({});
    await checked.collection(name).insertOne({ ...document, ...change } as Raw);
  };
  /** An event that is edited, and hashed anew: the hash says nothing then, but what follows from it does. */
  const rehashed = (filter: mongo.Filter<Raw>, edit: (event: mongo.Document) => object) => async () => {
    const stored = await checked.collection('events').findOne(filter);
    if (stored === null) throw new Error('no such event');
    const { _id, contentHash: _hash, ...event } = stored;
    const edited = { ...event, ...edit(event) };
    await checked
      .collection('events')
      .replaceOne({ _id }, { ...edited, contentHash: contentHash(edited) } as never);
  };

  const used = { type: 'used' };
  /** The receipt of a unit that was used afterwards: without it, the shelf from which it was used had nothing. */
  const withSerial = { 'transfers.serials': 'a', type: 'received' };
  const tampering: readonly (readonly [string, string, () => Promise<unknown>, readonly FindingKind[]])[] = [
    [
      'a balance',
      'holdings',
      one('holdings', { 'balances.0': { $exists: true } }, { $inc: { 'balances.0.quantity': 1 } }),
      ['holding/balances', 'lot/not-zero'],
    ],
    [
      'a balance on both sides',
      'holdings',
      one('holdings', { organisation: maker, lot: 'KNOWN' }, { $set: { balances: [] } }),
      ['holding/balances', 'lot/not-zero'],
    ],
    [
      "a balance's title",
      'holdings',
      one('holdings', { 'balances.0': { $exists: true } }, { $set: { 'balances.0.title.owner': 'thief' } }),
      ['holding/balances'],
    ],
    [
      'a holding taken away',
      'holdings',
      gone('holdings', { organisation: maker, lot: 'KNOWN' }),
      ['holding/missing', 'lot/not-zero'],
    ],
    [
      'a holding made up',
      'holdings',
      copied('holdings', { _id: 'nobody/1/L' }),
      ['holding/extra', 'lot/not-zero'],
    ],
    ["a holding's version", 'holdings', one('holdings', {}, { $inc: { version: 1 } }), ['holding/versions']],
    [
      "a holding's owner",
      'holdings',
      one('holdings', {}, { $set: { organisation: 'other' } }),
      ['holding/fields'],
    ],
    [
      'a mark of a fence taken away',
      'holdings',
      one('holdings', { lot: 'KNOWN', organisation: maker }, { $set: { fences: [] } }),
      ['holding/versions'],
    ],
    [
      "an entry's quantity",
      'entries',
      one('entries', { type: 'received' }, { $inc: { 'transfers.0.quantity': 1 } }),
      ['entry/differs'],
    ],
    [
      "an entry's date copy",
      'entries',
      one('entries', {}, { $set: { recordedAt: new Date(0) } }),
      ['entry/differs'],
    ],
    [
      "an entry's deviation",
      'entries',
      one('entries', used, { $set: { 'uses.0.deviations': ['expired'] } }),
      ['entry/differs'],
    ],
    ["an entry's parties", 'entries', one('entries', {}, { $set: { parties: [] } }), ['entry/differs']],
    [
      "an entry's version",
      'entries',
      one('entries', { 'holdings.0': { $exists: true } }, { $inc: { 'holdings.0.version': 100 } }),
      ['holding/versions'],
    ],
    [
      "an entry's unit",
      'entries',
      one('entries', { type: 'received', lot: 'KNOWN' }, { $set: { units: [] } }),
      ['entry/differs', 'unit/versions'],
    ],
    [
      'an entry taken away',
      'entries',
      gone('entries', { type: 'received', 'units.0': { $exists: false } }),
      ['entry/missing', 'holding/versions'],
    ],
    [
      'an entry made up',
      'entries',
      copied('entries', { _id: 'made-up', holdings: [], units: [] }),
      ['entry/extra'],
    ],
    [
      'an entry of an event that never was',
      'entries',
      copied('entries', { _id: 'made-up', event: 'never', holdings: [], units: [] }),
      ['entry/extra'],
    ],
    [
      "an event's time",
      'events',
      one('events', used, { $set: { eventTime: '2026-02-01T08:00:00+08:00' } }),
      ['entry/differs', 'event/hash'],
    ],
    [
      "an event's writer",
      'events',
      one('events', { type: 'lotHeld' }, { $set: { actor: 'somebody' } }),
      ['command/differs', 'entry/differs', 'event/hash'],
    ],
    [
      "an event's details",
      'events',
      one('events', used, { $set: { 'details.surgeon': 'other' } }),
      ['event/hash'],
    ],
    [
      "an event's own hash",
      'events',
      one('events', used, { $set: { contentHash: nothing } }),
      ['event/hash'],
    ],
    [
      "a patient's name in an event, hashed anew",
      'events',
      rehashed(used, ({ details }) => ({ details: { ...details, patientName: '张三' } })),
      ['event/fields'],
    ],
    [
      'a name deep in an event, hashed anew',
      'events',
      rehashed(used, ({ uses }) => ({ uses: [{ ...uses[0], patient: { name: 'Zhang' } }] })),
      ['entry/differs', 'event/fields'],
    ],
    [
      'a quantity in an event, hashed anew',
      'events',
      rehashed({ type: 'received', 'transfers.serials': { $exists: false } }, ({ transfers }) => ({
        transfers: [{ ...transfers[0], quantity: 7_777 }],
      })),
      ['balance/sign', 'entry/differs', 'holding/balances'],
    ],
    [
      'a quantity that is no number',
      'events',
      one('events', withSerial, { $set: { 'transfers.0.quantity': '1' } }),
      ['balance/sign', 'entry/differs', 'event/hash', 'event/malformed', 'holding/balances'],
    ],
    [
      'an event without its lists',
      'events',
      one('events', withSerial, { $set: { transfers: null } }),
      ['balance/sign', 'event/fields', 'event/hash', 'event/malformed', 'holding/balances'],
    ],
    [
      'an event taken away',
      'events',
      gone('events', withSerial),
      ['balance/sign', 'command/event-missing', 'entry/extra', 'holding/balances'],
    ],
    [
      'an event slipped in',
      'events',
      copied('events', { _id: 'slipped', id: 'slipped' }),
      ['entry/missing', 'event/hash', 'event/without-command', 'holding/balances'],
    ],
    [
      "a unit's place",
      'units',
      one('units', { serial: 'a' }, { $set: { 'at.account': 'destroyed' } }),
      ['unit/differs'],
    ],
    ["a unit's uses", 'units', one('units', { serial: 'a' }, { $inc: { uses: 1 } }), ['unit/differs']],
    ["a unit's lot", 'units', one('units', { serial: 'a' }, { $set: { lot: 'OTHER' } }), ['unit/differs']],
    ["a unit's version", 'units', one('units', { serial: 'a' }, { $inc: { version: 1 } }), ['unit/versions']],
    ['a unit taken away', 'units', gone('units', { serial: 'a' }), ['unit/missing']],
    ['a unit made up', 'units', copied('units', { _id: `${stapler}/maker/zz` }), ['unit/extra']],
    [
      'a command taken away',
      'commands',
      gone('commands', { 'outcome.events.0': { $exists: true } }),
      ['event/without-command'],
    ],
    [
      "a command's events",
      'commands',
      one('commands', { 'outcome.events.0': { $exists: true } }, { $set: { 'outcome.events': ['none'] } }),
      ['command/event-missing', 'event/without-command'],
    ],
    [
      "a command's actor",
      'commands',
      one('commands', { 'outcome.events.0': { $exists: true } }, { $set: { actor: 'somebody' } }),
      ['command/differs'],
    ],
    [
      'a command made up for an event',
      'commands',
      async () => {
        const command = await checked
          .collection('commands')
          .findOne({ 'outcome.events.0': { $exists: true } });
        await checked.collection('commands').insertOne({ ...command, _id: `${maker}/made-up` } as Raw);
      },
      ['event/twice'],
    ],
    ['a lot taken away', 'lots', gone('lots', { lot: 'KNOWN' }), ['lot/missing']],
    ['a lot made up', 'lots', copied('lots', { _id: '1/MADE-UP', lot: 'MADE-UP' }), ['lot/extra']],
    [
      "a lot's restriction taken off",
      'lots',
      one('lots', { lot: 'KNOWN' }, { $set: { restrictions: [] } }),
      ['lot/restrictions'],
    ],
    ["a lot's number", 'lots', one('lots', { lot: 'KNOWN' }, { $set: { lot: 'OTHER' } }), ['lot/fields']],
    [
      'a product taken away',
      'productStandings',
      gone('productStandings', { _id: stapler }),
      ['product/missing'],
    ],
    [
      'a restriction put on a product',
      'productStandings',
      one(
        'productStandings',
        { _id: stapler },
        { $set: { restrictions: [{ kind: 'hold', reference: 'x' }] } },
      ),
      ['product/restrictions'],
    ],
    [
      'a document whose key is no text',
      'holdings',
      copied('holdings', { _id: new mongo.ObjectId() }),
      ['holding/extra', 'lot/not-zero'],
    ],
  ];
  for (const [what, name, tamper, expected] of tampering) {
    it(`finds and names ${what}`, async () => {
      const report = await checked.afterTampering([name], tamper);
      expect(report.found.map(({ kind }) => kind).sort()).to.deep.equal(expected);
      const words = describeReport(report);
      for (const { kind, examples } of report.found) {
        expect(words).to.include(kind);
        expect(examples[0]?.subject).to.be.a('string').and.not.equal('');
        expect(words).to.include(examples[0]?.subject);
      }
    });
  }

  it('finds nothing again when everything is put back', async () => {
    expect((await checked.check()).found).to.deep.equal([]);
  });
});
