import { expect } from 'chai';
import { Moment } from '../../../src/database/moment.ts';
import { checkLedger, describeReport } from '../../../src/ledger/check/check-ledger.ts';
import { examplesAtMost } from '../../../src/ledger/check/findings.ts';
import { CheckedLedger, hospital, type Raw } from '../../support/checked-ledger.ts';
import { always, commandOf, maker, nextId, production, stapler, supply } from '../../support/ledger-play.ts';

describe('the check of the ledger', () => {
  let checked: CheckedLedger;

  before(async function () {
    this.timeout(60_000);
    checked = await CheckedLedger.make();
    await checked.playHistories();
  });
  after(() => checked.database.drop());

  it('finds nothing after histories of all kinds, and proves uses', async () => {
    const report = await checked.check();
    expect(report.found).to.deep.equal([]);
    expect(report.differences).to.equal(0);
    expect(report.usesProved).to.be.above(5);
    expect(report.events).to.equal(await checked.collection('events').countDocuments());
    expect(describeReport(report))
      .to.match(/No differences\./)
      .and.to.match(/cannot see an event that was deleted together/);
  });

  it('finds nothing when it reads as of one moment, beside a service that writes', async () => {
    const lot = { gtin: stapler, lot: 'BUSY' };
    await checked.ledger.run(commandOf(maker, 1), always(production(lot, 5_000)));
    let over = false;
    const write = () => checked.ledger.run(commandOf(maker, nextId()), supply(lot, hospital, 1));
    const writeOn = async () => {
      while (!over) await write();
    };
    await write();
    const busy = [writeOn(), writeOn(), writeOn()];
    const { database } = checked;
    const report = await Moment.during(database, (moment) => checkLedger(database.db, moment));
    over = true;
    await Promise.all(busy);
    expect(report.found).to.deep.equal([]);
    expect(report.events).to.be.below(await checked.collection('events').countDocuments());
  });

  it('finds a correction by another organisation, a second one, and one of nothing', async () => {
    const corrected = await checked.collection('events').findOne({ corrects: { $exists: true } });
    const indexes = () => checked.collection('events').dropIndex('corrects_1');
    const report = await checked.afterTampering(['events'], async () => {
      await indexes();
      await checked
        .collection('events')
        .updateOne({ _id: corrected?._id ?? '' }, { $set: { organisation: 'other' } });
      await checked.collection('events').insertOne({ ...corrected, _id: 'second', id: 'second' } as Raw);
      await checked.collection('events').insertOne({
        ...corrected,
        _id: 'third',
        id: 'third',
        corrects: 'never',
      } as Raw);
    });
    const found = report.found.map(({ kind }) => kind);
    expect(found).to.include.members([
      'correction/foreign',
      'correction/twice',
      'correction/original-missing',
    ]);
    await checked.collection('events').createIndex({ corrects: 1 }, { unique: true, sparse: true });
  });

  it('counts what it finds, and shows a bounded number of examples', async () => {
    const report = await checked.afterTampering(['commands'], () =>
      checked.collection('commands').deleteMany({}),
    );
    const [found] = report.found;
    expect(found?.count).to.equal(report.events);
    expect(found?.examples).to.have.length(examplesAtMost);
    expect(describeReport(report)).to.include(`and ${report.events - examplesAtMost} more`);
  });
});
