import { expect } from 'chai';
import { lotId } from '../../../src/ledger/event.ts';
import { CheckedLedger, hospital } from '../../support/checked-ledger.ts';
import {
  always,
  commandOf,
  draft,
  holdOf,
  liftOf,
  maker,
  nextId,
  production,
  recallOf,
  stapler,
} from '../../support/ledger-play.ts';

/** Law 4, proved from what is stored. */
describe('the check of uses behind a fence', () => {
  let checked: CheckedLedger;

  before(async function () {
    this.timeout(60_000);
    checked = await CheckedLedger.make();
  });
  after(() => checked.database.drop());

  const careless = (lot: { gtin: string; lot: string }, serial?: string, at = hospital) => {
    const named = serial === undefined ? {} : { issuer: 'maker', serials: [serial] };
    const transfer = {
      ...lot,
      quantity: 1,
      from: { organisation: at, account: 'unexplained' },
      to: { organisation: at, account: 'consumed' },
      title: { owner: at, basis: 'unknown' },
      ...named,
    } as const;
    const one = {
      ...lot,
      pseudonym: nextId(),
      implanted: true,
      deviations: [],
      restrictions: [],
      ...(serial === undefined ? {} : { serial }),
    };
    const details = { procedure: 'PPS', surgeon: 's', preUseCheck: true };
    return checked.ledger.run(
      commandOf(at, nextId()),
      always(draft('used', details, { transfers: [transfer], uses: [one] })),
    );
  };
  /** These tests leave their histories behind, so each counts only what it made itself. */
  const unmarked = async (lot: { lot: string }) => {
    const report = await checked.check();
    return report.found
      .flatMap(({ kind, examples }) => examples.map((example) => ({ kind, ...example })))
      .filter(({ subject, detail }) => `${subject} ${detail}`.includes(lot.lot))
      .map(({ kind }) => kind);
  };
  const fresh = async () => {
    const lot = { gtin: stapler, lot: `FENCE-${nextId()}` };
    const options = {
      serials: [`${lot.lot}-1`, `${lot.lot}-2`].map((one) => one.slice(-14)),
      sterilisationLot: 'S1',
    };
    await checked.ledger.run(commandOf(maker, 1), always(production(lot, 2, options)));
    await careless(lot);
    return { lot, serials: options.serials };
  };

  it('finds one that does not carry the recall', async () => {
    const { lot } = await fresh();
    await checked.fencedRecall(lot);
    expect(await unmarked(lot)).to.deep.equal([]);
    await careless(lot);
    expect(await unmarked(lot)).to.deep.equal(['use/unmarked']);
  });

  it('finds one at a hospital that had none of it before', async () => {
    const { lot } = await fresh();
    await checked.fencedRecall(lot);
    await careless(lot, undefined, 'hospital-late');
    expect(await unmarked(lot)).to.deep.equal(['use/unmarked']);
  });

  it('respects a scope that is narrowed to serial numbers', async () => {
    const { lot, serials } = await fresh();
    const hold = nextId();
    await checked.ledger.run(
      commandOf(maker, hold),
      always(holdOf(hold, lot, { serials: serials.slice(0, 1) })),
    );
    await checked.fence(lot, `${hold}/1`);
    await careless(lot, serials[1]);
    expect(await unmarked(lot)).to.deep.equal([]);
    await careless(lot, serials[0]);
    expect(await unmarked(lot)).to.deep.equal(['use/unmarked']);
  });

  it('respects a scope that is narrowed to sterilisation lots', async () => {
    const { lot, serials } = await fresh();
    const other = nextId();
    await checked.ledger.run(
      commandOf(maker, other),
      always(holdOf(other, lot, { sterilisationLots: ['S2'] })),
    );
    await checked.fence(lot, `${other}/1`);
    await careless(lot, serials[0]);
    await careless(lot);
    expect(await unmarked(lot)).to.deep.equal([]);
    const hold = nextId();
    await checked.ledger.run(
      commandOf(maker, hold),
      always(holdOf(hold, lot, { sterilisationLots: ['S1'] })),
    );
    await checked.fence(lot, `${hold}/1`);
    await careless(lot, serials[1]);
    await careless(lot);
    expect(await unmarked(lot)).to.deep.equal(['use/unmarked', 'use/unmarked']);
  });

  it('asks nothing of a use after the hold was lifted', async () => {
    const { lot } = await fresh();
    const hold = nextId();
    await checked.ledger.run(commandOf(maker, hold), always(holdOf(hold, lot)));
    await checked.fence(lot, `${hold}/1`);
    await checked.ledger.run(commandOf(maker, nextId()), always(liftOf(hold, lot)));
    await careless(lot);
    expect(await unmarked(lot)).to.deep.equal([]);
  });

  it('finds a holding that the fence of a recall has passed over', async () => {
    const { lot } = await fresh();
    await checked.ledger.run(commandOf(maker, nextId()), always(recallOf(nextId(), [lot])));
    // A minute must lie between for a clock to count: the recall is put later, in copies of its own only.
    const recall = await checked
      .collection('events')
      .findOne({ type: 'recallInitiated', 'about.lot': lot.lot });
    const report = await checked.afterTampering(['events'], () =>
      checked
        .collection('events')
        .updateOne({ _id: recall?._id ?? '' }, { $set: { recordTime: '2026-06-01T00:00:00.000Z' } }),
    );
    const passed = report.found.find(({ kind }) => kind === 'holding/unfenced');
    expect(passed?.examples.map(({ subject }) => subject)).to.include(`${hospital}/${lotId(lot)}`);
  });
});
