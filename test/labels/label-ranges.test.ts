import { expect } from 'chai';
import { at, textAt } from '../support/http.ts';
import { createWorld, done, refusal, type World } from '../support/world.ts';
import { implant, stapler } from '../support/world-facts.ts';
import { newLot } from '../support/world-play.ts';
import { change, eventsOf, figuresOf, print, serialsOf } from './job-world.ts';

describe('labels of a job that are named by ranges', () => {
  let world: World;
  let job: string;
  let serials: string[];
  before(async () => {
    world = await createWorld();
    const lot = { gtin: implant, lot: newLot() };
    // In an order that only the job knows.
    job = (await print(world, lot, { quantity: 2_300, numbering: { kind: 'unguessable' } })).job;
    serials = await serialsOf(world, job);
  });
  after(() => world.close());

  const range = (from: number, to: number, of = serials) => ({ from: of[from], to: of[to] });
  const spoil = (ranges: readonly object[], of = job) => change(world, of, 'spoilage', { ranges });
  const spoiledEvents = async (of: string) =>
    (await eventsOf(world, of)).filter(({ type }) => type === 'labelsSpoiled').map(({ details }) => details);

  it('are spoiled in one request, over as many events as an event has room for', async () => {
    expect(await done(spoil([range(2_100, 2_100), range(10, 2_009)]))).to.include({ job, spoiled: 2_001 });
    const events = await spoiledEvents(job);
    expect(events.map(({ quantity }) => quantity)).to.deep.equal([1_000, 1_000, 1]);
    const named = events.flatMap((details) => {
      expect(details.serials).to.have.length(details.quantity);
      return details.serials;
    });
    expect(named).to.deep.equal([...serials.slice(10, 2_010), serials[2_100]]);
    expect(await figuresOf(world, job)).to.include({ printed: 2_300, spoiled: 2_001 });
    const stored = world.database.db.collection('labelSerials');
    expect(await stored.countDocuments({ job, spoiled: job })).to.equal(2_001);
    expect(await stored.countDocuments({ job, spoiled: job, nth: { $in: [9, 2_010, 2_101] } })).to.equal(0);
    // What overlaps what is spoiled spoils nothing.
    expect(await refusal(spoil([range(0, 10)]))).to.equal('409 label/spoiled-already');
    expect(await figuresOf(world, job)).to.include({ spoiled: 2_001 });
  });

  it('are printed again in one request, in the order of the roll; and spoil in their turn', async () => {
    const body = { reason: '卷筒受潮', ranges: [range(1_500, 2_249), range(0, 299)] };
    const answer = await done(change(world, job, 'reprints', body));
    expect(answer).to.include({ labels: 1_050, firstSerial: serials[0], lastSerial: serials[2_249] });
    const again = textAt(answer, '/job');
    const expected = [...serials.slice(0, 300), ...serials.slice(1_500, 2_250)];
    expect(await serialsOf(world, again)).to.deep.equal(expected);
    expect((await eventsOf(world, again)).map(({ details }) => details.quantity)).to.deep.equal([1_000, 50]);
    // Its places are those of its own roll: 299 and 300 follow one another.
    expect(await done(spoil([range(299, 300, expected)], again))).to.include({ spoiled: 2 });
    const [event] = await spoiledEvents(again);
    expect(event?.serials).to.deep.equal([serials[299], serials[1_500]]);
  });

  it('are refused where they are no labels of the job, run backwards, overlap, or are named twice over', async () => {
    const other = (await print(world, { gtin: implant, lot: newLot() }, { quantity: 2 })).job;
    const [foreign] = await serialsOf(world, other);
    const cases: readonly (readonly [object, string])[] = [
      [{ ranges: [{ from: foreign, to: serials[5] }] }, '422 label/not-of-job'],
      [{ ranges: [{ from: serials[0], to: 'NONE' }] }, '422 label/not-of-job'],
      [{ ranges: [range(5, 4)] }, '422 request/invalid'],
      [{ ranges: [range(0, 5), range(5, 7)] }, '422 device/serial-repeated'],
      [{ ranges: [range(3, 4), range(3, 4)] }, '422 device/serial-repeated'],
      [{ ranges: [range(0, 1)], serials: [serials[2]] }, '422 request/invalid'],
      [{ ranges: [range(0, 1)], quantity: 2 }, '422 request/invalid'],
      [{ ranges: [] }, '422 request/invalid'],
      [{ ranges: [{ from: serials[0] }] }, '422 request/invalid'],
      [{ ranges: [{ ...range(0, 1), step: 2 }] }, '422 request/invalid'],
      [{ ranges: [{ from: '一', to: serials[0] }] }, '422 request/invalid'],
      [{ ranges: Array.from({ length: 101 }, (_, nth) => range(nth, nth)) }, '422 request/invalid'],
    ];
    const before = await figuresOf(world, job);
    for (const [body, expected] of cases) {
      expect(await refusal(change(world, job, 'spoilage', body)), JSON.stringify(body)).to.equal(expected);
      const reprint = { ...body, reason: '补打' };
      expect(await refusal(change(world, job, 'reprints', reprint)), JSON.stringify(body)).to.equal(expected);
    }
    const backwards = await change(world, job, 'spoilage', { ranges: [range(0, 1), range(5, 4)] });
    expect(at(backwards.body, '/faults/0/pointer')).to.equal('/ranges/1/to');
    expect(await figuresOf(world, job)).to.deep.equal(before);
    // Labels that are all alike have no first and no last.
    const alike = (await print(world, { gtin: stapler, lot: newLot() }, { quantity: 4 })).job;
    expect(await refusal(spoil([range(0, 1)], alike))).to.equal('422 request/invalid');
  });
});
