import { expect } from 'chai';
import { type Client, listAt, textAt } from '../support/http.ts';
import { createWorld, done, members, places, refusal, uuid, type World } from '../support/world.ts';
import { implant, stapler } from '../support/world-facts.ts';
import { newLot } from '../support/world-play.ts';

const path = '/api/v1/imports/deliveries';

/** Law 9: everything has a bound, and over it is a clear error. */
describe('imports that are refused', () => {
  let world: World;
  let keeper: Client;
  before(async () => {
    world = await createWorld();
    keeper = world.as('keeperA');
  });
  after(() => world.close());

  const delivery = (changes: object = {}) => ({
    commandId: uuid(),
    ...{ supplier: members.distributor.id, papers: 'DN-1', place: places.storeA },
    lines: [{ gtin: stapler, lot: 'L1', quantity: 1 }],
    ...changes,
  });
  const serials = (count: number) => Array.from({ length: count }, (_, number) => `S${number}`);
  const send = (deliveries: readonly object[]) => keeper.post(path, { deliveries });

  /** Pointers to what is wrong with a request that was refused as a whole. */
  async function faults(list: readonly object[]): Promise<string[]> {
    const { status, body } = await send(list);
    expect(status).to.equal(422);
    return listAt(body, '/faults').map((fault) => textAt(fault, '/pointer'));
  }

  it('as a whole, where the form is wrong: nothing is written, and every fault is pointed at', async () => {
    const wrong = { lines: [{ gtin: stapler, lot: 'L1', quantity: 0 }] };
    expect(await faults([delivery(), delivery({ surplus: 1 }), delivery({ place: 'x' })])).to.have.members([
      ...['/deliveries/1/surplus', '/deliveries/2/place'],
    ]);
    expect(await faults([delivery(wrong)])).to.deep.equal(['/deliveries/0/lines/0/quantity']);
    expect(await faults([delivery({ supplier: undefined })])).to.include('/deliveries/0/shipment');
    expect(await faults([delivery({ shipment: uuid() })])).to.include('/deliveries/0/shipment');
    expect(await faults([delivery({ supplier: undefined, shipment: uuid() })])).to.include(
      '/deliveries/0/shipment',
    );
    expect(await faults([delivery({ papers: undefined })])).to.include('/deliveries/0/papers');
    expect(await faults([])).to.deep.equal(['/deliveries']);
    expect(await world.database.db.collection('events').countDocuments()).to.equal(0);
    expect(await world.database.db.collection('commands').countDocuments()).to.equal(0);
  });

  it('one by one, where it is not the form: by supplier, place and devices', async () => {
    const answer = await done(
      send([
        delivery({ supplier: uuid() }),
        delivery({ supplier: members.hospitalA.id }),
        delivery({ supplier: members.foundation.id }),
        delivery({ place: places.storeB }),
        delivery({ programme: uuid(), basis: 'donated' }),
        delivery({ lines: [] }),
        delivery({ lines: [{ gtin: implant, lot: 'L1', quantity: 2 }] }),
        delivery({ happenedAt: '2031-01-01T00:00:00Z' }),
        delivery(),
      ]),
    );
    const list = listAt(answer, '/deliveries');
    expect(
      list.map((one) => (textAt(one, '/outcome') === 'accepted' ? '' : textAt(one, '/code'))),
    ).to.deep.equal([
      ...['delivery/supplier', 'delivery/supplier', 'delivery/supplier', 'request/invalid'],
      ...['programme/not-running', 'request/invalid', 'device/serial-missing', 'command/time', ''],
    ]);
    expect(textAt(list[3], '/faults/0/pointer')).to.equal('/deliveries/3/place');
    expect(textAt(list[6], '/info/pointer')).to.equal('/deliveries/6/lines/0');
    // What was refused before anything was decided is not remembered: put right, it may use its id again.
    expect(await world.database.db.collection('commands').countDocuments()).to.equal(1);
  });

  it('at every bound: deliveries, lines, serial numbers and bytes', async () => {
    const many = Array.from({ length: 501 }, () => delivery());
    expect(await faults(many)).to.deep.equal(['/deliveries']);
    const lines = Array.from({ length: 1_000 }, () => ({ gtin: stapler, lot: 'L1', quantity: 1 }));
    const six = [1_000, 1_000, 1_000, 1_000, 1_000, 1].map((count) =>
      delivery({ lines: lines.slice(0, count) }),
    );
    expect(await refusal(send(six))).to.equal('422 import/too-large');
    const named = Array.from({ length: 11 }, (_, number) =>
      delivery({
        lines: [{ gtin: implant, lot: `L${number}`, serials: serials(number === 10 ? 1 : 1_000) }],
      }),
    );
    expect(await refusal(send(named))).to.equal('422 import/too-large');
    const long = Array.from({ length: 500 }, () => delivery({ note: '长'.repeat(1_999) }));
    expect(await refusal(send(long))).to.equal('413 request/too-large');
  });

  it('and up to the bounds it is done: a thousand serial numbers each, in transactions of their own', async () => {
    const lots = Array.from({ length: 4 }, () => newLot());
    const named = lots.map((lot) =>
      delivery({ lines: [{ gtin: implant, lot, serials: serials(1_000).map((serial) => serial + lot) }] }),
    );
    expect(await done(send(named))).to.include({ accepted: 4, refused: 0 });
    expect(await world.database.db.collection('units').countDocuments()).to.equal(4_000);
  });
});
