import { expect } from 'chai';
import { at, listAt, textAt } from '../support/http.ts';
import { createWorld, done, members, places, refusal, uuid, type World } from '../support/world.ts';
import { books, expectBalanced } from '../support/world-books.ts';
import {
  dilator,
  implant,
  implantBox,
  programme,
  stapler,
  staplerBox,
  staplerCase,
} from '../support/world-facts.ts';
import {
  accept,
  acceptBody,
  check,
  fromFactory,
  type Line,
  make,
  moveBody,
  newLot,
  receive,
  receiveBody,
  ship,
  shipBody,
  stocked,
  use,
} from '../support/world-play.ts';

const gs = '\u001d';

describe('scans, shipments and stock over HTTP', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());
  afterEach(() => expectBalanced(world.database.db));

  describe('scans', () => {
    it('reads an element string, brackets and a Digital Link as the same device', async () => {
      const lot = newLot();
      await stocked(world, { gtin: stapler, lot, quantity: 3 });
      const scans = [
        `]d201${stapler}17290228${'10'}${lot}${gs}11260301`,
        `(01)${stapler}(17)290228(10)${lot}(11)260301`,
        `https://id.example.org/01/${stapler}/10/${lot}?17=290228&11=260301`,
      ];
      const verdicts = await check(
        world,
        scans.map((scan) => ({ scan })),
      );
      expect(verdicts.map(({ codes }) => codes)).to.deep.equal([[], [], []]);
      const used = await use(
        world,
        scans.map((scan) => ({ scan })),
      );
      expect(listAt(used, '/uses').map((one) => at(one, '/lot'))).to.deep.equal([lot, lot, lot]);
      expect(await books(world.database.db, 'hospitalA', { gtin: stapler, lot })).to.deep.equal({
        consumed: 3,
      });
    });

    it('a case counts as the units that it holds', async () => {
      const lot = newLot();
      await make(world, { gtin: stapler, lot, quantity: 30 });
      const shipment = await ship(world, fromFactory, [
        { scan: `(01)${staplerCase}(10)${lot}` },
        { gtin: staplerBox, lot, quantity: 2 },
      ]);
      expect(await books(world.database.db, 'maker', { gtin: stapler, lot })).to.include({ transit: 30 });
      const arrived = await receive(world, 'keeperA', shipment, places.storeA, [
        { scan: `]C101${staplerCase}10${lot}` },
      ]);
      expect(at(arrived, '/outstanding')).to.equal(10);
    });

    it('tells a nurse what is wrong with a scan, and with which', async () => {
      const device = { gtin: stapler, lot: newLot(), quantity: 1 };
      const bad = await world.as('nurseA').post('/api/v1/checks', {
        place: places.theatreA,
        devices: [device, { scan: `(01)${stapler.slice(0, 13)}0(10)X` }, { scan: 'hello' }],
      });
      expect(bad.status).to.equal(422);
      const faults = listAt(bad.body, '/faults');
      expect(faults.map((fault) => textAt(fault, '/pointer'))).to.deep.equal([
        '/devices/1/scan',
        '/devices/2/scan',
      ]);
      for (const fault of faults) expect(textAt(fault, '/zh')).to.match(/[\u4e00-\u9fff]/);
    });

    it('asks for what the code does not carry, and never guesses the contents of a serialised case', async () => {
      const line = { gtin: implant, lot: newLot(), serials: ['SC1'] };
      await stocked(world, line);
      const checking = (device: object) =>
        refusal(world.as('nurseA').post('/api/v1/checks', { place: places.theatreA, devices: [device] }));
      expect(await checking({ scan: `(01)${implant}(21)NEVER-SEEN` })).to.equal('422 device/lot-missing');
      expect(await checking({ scan: `(01)${implantBox}(10)${line.lot}(21)BOX1` })).to.equal(
        '422 device/case-serial',
      );
      expect(await checking({ gtin: implant, lot: line.lot, serials: ['A', 'A'] })).to.equal(
        '422 device/serial-repeated',
      );
      const [known] = await check(world, [{ scan: `(01)${implant}(21)SC1` }]);
      expect(known?.verdict).to.equal('may-be-used');
    });
  });

  describe('shipments', () => {
    it('are refused to nobody who keeps no stock, to oneself, and through every barrier', async () => {
      const lot = newLot();
      const line = { gtin: stapler, lot, quantity: 5 };
      await make(world, line, { released: false });
      const sending = (changes: object, lines: readonly object[] = [line]) =>
        refusal(world.as('quality').post('/api/v1/shipments', shipBody(fromFactory, lines, changes)));
      expect(await sending({ to: members.foundation.id })).to.equal('422 shipment/receiver');
      expect(await sending({ to: members.maker.id })).to.equal('422 shipment/receiver');
      expect(await sending({})).to.equal('409 stock/not-released');
      expect(await sending({ from: places.storeA })).to.equal('422 request/invalid');
      await done(world.as('quality').post(`/api/v1/lots/${stapler}/${lot}/release`, { commandId: uuid() }));
      expect(await sending({}, [{ ...line, quantity: 6 }])).to.equal('409 stock/not-there');
      expect(await sending({ condition: 'rejected' })).to.equal('409 stock/not-there');
    });

    it('are seen by both sides alone, page by page, and received by the receiver alone', async () => {
      const lot = newLot();
      await make(world, { gtin: stapler, lot, quantity: 10 });
      const one = { gtin: stapler, lot, quantity: 1 };
      const sent: string[] = [];
      for (let n = 0; n < 5; n += 1) sent.push(await ship(world, { ...fromFactory, to: 'hospitalB' }, [one]));
      const seen: string[] = [];
      let path = '/api/v1/shipments?limit=2';
      for (;;) {
        const page = await done(world.as('keeperB').get(path));
        seen.push(...listAt(page, '/items').map((item) => textAt(item, '/id')));
        if (at(page, '/next') === undefined) break;
        path = `/api/v1/shipments?limit=2&cursor=${encodeURIComponent(textAt(page, '/next'))}`;
      }
      expect(seen).to.deep.equal(sent.toReversed());
      const [first = ''] = sent;
      const others = [
        world.as('keeperA').get(`/api/v1/shipments/${first}`),
        world.as('trader').get(`/api/v1/shipments/${first}`),
        world.as('keeperA').post('/api/v1/receipts', receiveBody(first, places.storeA, [one])),
        world.as('keeperA').post('/api/v1/acceptances', acceptBody(first, places.storeA, [one])),
        world.as('keeperB').post(`/api/v1/shipments/${first}/closing`, { commandId: uuid(), reason: 'x' }),
      ];
      for (const other of others) expect(await refusal(other)).to.equal('404 not-found');
    });

    it('keep the missing apart: one that is closed takes no receipt, and a corrected receipt opens it again', async () => {
      const lot = newLot();
      const line = (quantity: number) => ({ gtin: stapler, lot, quantity });
      await make(world, line(10));
      const shipment = await ship(world, fromFactory, [line(10)]);
      const receipt = textAt(
        await receive(world, 'keeperA', shipment, places.storeA, [line(7)]),
        '/events/0',
      );
      const closing = { commandId: uuid(), reason: '短少' };
      await done(world.as('quality').post(`/api/v1/shipments/${shipment}/closing`, closing));
      const late = receiveBody(shipment, places.storeA, [line(3)]);
      expect(await refusal(world.as('keeperA').post('/api/v1/receipts', late))).to.equal(
        '409 shipment/closed',
      );
      const { lines: _lines, commandId: _id, ...facts } = late;
      const right = { ...facts, type: 'received', lines: [line(6)] };
      const body = { commandId: uuid(), reason: '误录', right };
      await done(world.as('keeperA').post(`/api/v1/events/${receipt}/correction`, body));
      const reopened = await done(world.as('quality').get(`/api/v1/shipments/${shipment}`));
      expect([at(reopened, '/state'), at(reopened, '/missing')]).to.deep.equal(['open', 3]);
      await done(
        world.as('quality').post(`/api/v1/shipments/${shipment}/closing`, { ...closing, commandId: uuid() }),
      );
      const again = await done(world.as('quality').get(`/api/v1/shipments/${shipment}`));
      expect([at(again, '/state'), at(again, '/missing')]).to.deep.equal(['closed', 4]);
      expect(await books(world.database.db, 'maker', line(1))).to.deep.equal({ missing: 4, production: -10 });
    });

    it('over what was sent: the rest is unexplained; a unit that is here already is refused', async () => {
      const lot = newLot();
      const units = (...serials: string[]) => ({ gtin: implant, lot, serials });
      await make(world, units('O1', 'O2'));
      const shipment = await ship(world, fromFactory, [units('O1')]);
      const arrived = await receive(world, 'keeperA', shipment, places.storeA, [units('O1', 'O2')]);
      expect([at(arrived, '/lines/0/unshipped'), at(arrived, '/outstanding')]).to.deep.equal([1, 0]);
      expect(await books(world.database.db, 'hospitalA', units())).to.deep.equal({
        'storeA/awaiting-acceptance': 2,
        unexplained: -1,
      });
      const second = await ship(world, fromFactory, [{ gtin: stapler, lot: await small(), quantity: 1 }]);
      const twice = receiveBody(second, places.storeA, [units('O1')]);
      expect(await refusal(world.as('keeperA').post('/api/v1/receipts', twice))).to.equal(
        '409 receipt/already-here',
      );
    });

    it('hand consignment on and leave it its owner’s; donated things are for the programme first', async () => {
      const [lot, given] = [newLot(), newLot()];
      const line = { gtin: stapler, lot, quantity: 2 };
      await make(world, line);
      await make(world, { ...line, lot: given });
      await arrive(await ship(world, fromFactory, [line], { basis: 'consignment' }), line);
      const titles = listAt(
        await done(world.as('keeperA').get(`/api/v1/stock?gtin=${stapler}&limit=200`)),
        '/items',
      )
        .filter((row) => at(row, '/lot') === lot)
        .map((row) => [at(row, '/title/basis'), at(row, '/title/owner')]);
      expect(titles).to.deep.equal([['consignment', members.maker.id]]);
      const gift = { ...line, lot: given };
      await arrive(await ship(world, fromFactory, [gift], { basis: 'donated', programme }), gift);
      const used = await use(world, [{ ...gift, quantity: 1 }], { programme });
      expect(at(used, '/uses/0/deviations')).to.deep.equal(['not-checked']);
    });

    async function small() {
      const lot = newLot();
      await make(world, { gtin: stapler, lot, quantity: 1 });
      return lot;
    }

    async function arrive(shipment: string, line: object) {
      await receive(world, 'keeperA', shipment, places.theatreA, [line]);
      await accept(world, 'keeperA', shipment, places.theatreA, [line]);
    }
  });

  describe('stock', () => {
    it('lies by expiry, page by page, and the soonest to expire is proposed; not what expired or waits', async () => {
      const dates = ['2028-06-30', '2027-01-31', '2026-12-15', '2027-05-31'];
      const lots: string[] = [];
      for (const expiresOn of dates) {
        const line = { gtin: stapler, lot: newLot(), quantity: 2 };
        lots.push(line.lot);
        await make(world, line, { expiresOn });
        const shipment = await ship(world, { ...fromFactory, to: 'hospitalB' }, [line]);
        await receive(world, 'keeperB', shipment, places.storeB, [line]);
        if (expiresOn !== '2027-05-31') await accept(world, 'keeperB', shipment, places.storeB, [line]);
      }
      const query = `gtin=${stapler}&place=${places.storeB}&limit=3`;
      const first = await done(world.as('keeperB').get(`/api/v1/stock?${query}`));
      const rest = await done(
        world.as('keeperB').get(`/api/v1/stock?${query}&cursor=${textAt(first, '/next')}`),
      );
      const seen = [...listAt(first, '/items'), ...listAt(rest, '/items')].map((row) =>
        at(row, '/expiresOn'),
      );
      expect(seen).to.deep.equal(dates.toSorted());
      expect(at(rest, '/next')).to.equal(undefined);
      const path = `/api/v1/stock/proposal?gtin=${stapler}&place=${places.storeB}&quantity=5`;
      const proposal = await done(world.as('keeperB').get(path));
      expect(at(proposal, '/lots')).to.deep.equal([
        { lot: lots[2], expiresOn: '2026-12-15', quantity: 2 },
        { lot: lots[1], expiresOn: '2027-01-31', quantity: 2 },
        { lot: lots[0], expiresOn: '2028-06-30', quantity: 1 },
      ]);
    });

    it('proposes no lot that its maker has not released', async () => {
      const [lot, waiting] = [newLot(), newLot()];
      const line = { gtin: dilator, lot, serials: ['F1'] };
      await make(world, line);
      await make(
        world,
        { ...line, lot: waiting, serials: ['F2'] },
        { expiresOn: '2028-01-01', released: false },
      );
      const path = `/api/v1/stock/proposal?gtin=${dilator}&place=${places.factory}&quantity=2`;
      const proposal = await done(world.as('quality').get(path));
      expect(at(proposal, '/lots')).to.deep.equal([{ lot, expiresOn: '2029-02-28', quantity: 1 }]);
      expect(at(proposal, '/short')).to.equal(1);
    });

    it('accepts a lot under the shipment that it came with, and under no other of the same receiver', async () => {
      const [ours, others] = [newLot(), newLot()].map((lot) => ({ gtin: stapler, lot, quantity: 2 })) as [
        Line,
        Line,
      ];
      await make(world, ours);
      await make(world, others);
      const supplier = members.distributor.id;
      const delivery = { commandId: uuid(), supplier, papers: 'DN-7', place: places.storeA, lines: [ours] };
      const imported = { deliveries: [delivery] };
      const stated = await done(world.as('keeperA').post('/api/v1/imports/deliveries', imported));
      const shipment = await ship(world, fromFactory, [others]);
      const accepting = (id: string, line: object) =>
        world.as('keeperA').post('/api/v1/acceptances', acceptBody(id, places.storeA, [line]));
      const delivered = textAt(stated, '/deliveries/0/shipment');
      expect(await refusal(accepting(shipment, ours))).to.equal('409 acceptance/not-received');
      expect(await refusal(accepting(shipment, others))).to.equal('409 acceptance/not-received');
      // What came unannounced, in one box with the rest, came with this shipment, too.
      await receive(world, 'keeperA', shipment, places.storeA, [others, { ...ours, quantity: 1 }]);
      for (const line of [others, { ...ours, quantity: 1 }]) await done(accepting(shipment, line));
      expect(await refusal(accepting(delivered, others))).to.equal('409 acceptance/not-received');
      await done(accepting(delivered, ours));
    });

    it('keeps the statutory record of an acceptance, and a rejection apart from what may be used', async () => {
      const lot = newLot();
      const line = { gtin: stapler, lot, quantity: 3 };
      await make(world, line, { sterilisationLot: 'EO-77' });
      const shipment = await ship(world, fromFactory, [line]);
      await receive(world, 'keeperA', shipment, places.storeA, [line]);
      const body = acceptBody(shipment, places.storeA, [{ ...line, quantity: 2 }], { certificate: 'HG-1' });
      const accepted = textAt(await done(world.as('keeperA').post('/api/v1/acceptances', body)), '/events/0');
      const shown = await done(world.as('keeperA').get(`/api/v1/events/${accepted}`));
      expect(at(shown, '/event/details/record')).to.deep.include({
        productName: '一次性使用管型吻合器',
        model: 'PPS-3.0-CS',
        specification: '29 mm',
        lot,
        manufacturedOn: '2026-03-01',
        expiresOn: '2029-02-28',
        sterilisationLots: ['EO-77'],
        registrant: members.maker.name.zh,
        registrationNumber: '国械注准20213020001',
        supplier: members.maker.name.zh,
        supplierLicence: '粤药监械生产许20200001号',
        manufacturerLicence: '粤药监械生产许20200001号',
        quantity: 2,
        conclusion: 'qualified',
      });
      expect(Object.values(at(shown, '/texts') as object)).to.deep.equal(['HG-1']);
      const without = acceptBody(shipment, places.storeA, [{ ...line, quantity: 1 }], {
        conclusion: 'unqualified',
      });
      expect(await refusal(world.as('keeperA').post('/api/v1/acceptances', without))).to.equal(
        '422 request/invalid',
      );
      await done(world.as('keeperA').post('/api/v1/acceptances', { ...without, reason: '外包装破损' }));
      expect(await books(world.database.db, 'hospitalA', line)).to.deep.equal({
        'storeA/available': 2,
        'storeA/rejected': 1,
      });
      const moving = moveBody(places.storeA, places.theatreA, [line]);
      expect(await refusal(world.as('keeperA').post('/api/v1/moves', moving))).to.equal(
        '409 stock/not-there',
      );
    });

    it('is destroyed before a witness who is somebody else of the house', async () => {
      const lot = newLot();
      const line = { gtin: stapler, lot, quantity: 2 };
      await stocked(world, line);
      const body = {
        commandId: uuid(),
        place: places.theatreA,
        condition: 'available',
        lines: [line],
        method: '焚烧',
        reason: '包装破损',
      };
      const destroying = (witness: string) =>
        refusal(world.as('keeperA').post('/api/v1/destructions', { ...body, commandId: uuid(), witness }));
      expect(await destroying(world.people.keeperA)).to.equal('422 people/witness');
      expect(await destroying(world.people.witnessMaker)).to.equal('422 people/unknown');
      await done(
        world.as('keeperA').post('/api/v1/destructions', { ...body, witness: world.people.witnessA }),
      );
      expect(await books(world.database.db, 'hospitalA', line)).to.deep.equal({ destroyed: 2 });
    });
  });
});
