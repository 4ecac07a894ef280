import { expect } from 'chai';
import { lotOf, readLots } from '../../src/catalogue/lots.ts';
import type { Organisation } from '../../src/catalogue/organisation.ts';
import { readProductRestrictions } from '../../src/catalogue/product-standings.ts';
import { createProduct } from '../../src/catalogue/product-writing.ts';
import { readProduct } from '../../src/catalogue/products.ts';
import { projectCatalogue } from '../../src/catalogue/projector.ts';
import { restrictionsOn } from '../../src/catalogue/restriction.ts';
import { type AnyDraft, type LotKey, lotId } from '../../src/ledger/event.ts';
import type { EventDetails } from '../../src/ledger/event-details.ts';
import { ledgerMigrations } from '../../src/ledger/migrations.ts';
import { Ledger } from '../../src/ledger/run.ts';
import { at, type Client, listAt, textAt } from '../support/http.ts';
import {
  always,
  boughtBy,
  commandOf,
  draft,
  holdOf,
  liftOf,
  nothing,
  recallOf,
} from '../support/ledger-play.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { callerOf, catalogueDatabase, gtinOf, noon, organisationOf, stapler } from './samples.ts';
import { type CatalogueServer, noAdministrators, serveCatalogue } from './server.ts';

const gtin = gtinOf(1);

describe('lots, as events make them', () => {
  let database: TestDatabase;
  let server: CatalogueServer;
  let ledger: Ledger;
  let maker: Organisation;
  let hospital: Organisation;
  let quality: Client;
  let nurse: Client;

  before(async () => {
    database = await catalogueDatabase(ledgerMigrations);
    server = await serveCatalogue(database, noAdministrators);
    const { client, db, connection } = database;
    const projectors = [projectCatalogue];
    ledger = new Ledger({ client, db, clock: noon, commandKey: new Uint8Array(32), projectors });
    maker = await organisationOf(database, 'manufacturer');
    hospital = await organisationOf(database, 'hospital');
    quality = server.as(callerOf(maker, ['quality']));
    nurse = server.as(callerOf(hospital, ['theatre']));
    await createProduct(
      { connection, db, clock: noon },
      { organisation: maker.id, reason: 'registered' },
      stapler(1),
    );
  });

  after(async () => {
    await server.close();
    await database.drop();
    expect(server.lines, 'errors of ours').to.deep.equal([]);
  });

  async function append(...events: AnyDraft[]): Promise<void> {
    await ledger.run(commandOf(maker.id, {}), always(...events));
  }

  function produced(lot: LotKey, details: Partial<EventDetails['lotProduced']> = {}): AnyDraft {
    return draft(
      'lotProduced',
      {
        manufacturedOn: '2026-01-10',
        expiresOn: '2029-01-09',
        sterilisationLots: [{ id: 'E1', quantity: 60 }],
        declaredQuantity: 100,
        closed: false,
        ...details,
      },
      {
        transfers: [
          {
            ...lot,
            quantity: 50,
            from: { organisation: maker.id, account: 'production' },
            to: { organisation: maker.id, account: 'place/factory/available' },
            title: boughtBy(maker.id),
          },
        ],
      },
    );
  }

  async function lotNow(lot: LotKey) {
    const found = (await readLots(database.db, [lotId(lot)])).get(lotId(lot));
    if (found === undefined) throw new Error('no such lot');
    return found;
  }

  it('are unverified where somebody saw what no maker here has made', async () => {
    const lot = { gtin, lot: 'UNSEEN' };
    const seen = draft('quarantined', { reason: nothing }, { about: [lot] });
    await ledger.run(commandOf(hospital.id, {}), always(seen));
    const { touched, ...rest } = await lotNow(lot);
    expect(touched).to.be.greaterThan(0);
    expect(rest).to.deep.equal({
      ...lot,
      standing: 'unverified',
      sterilisationLots: [],
      closed: false,
      restrictions: [],
    });
  });

  it('are produced in several events until closed, and their sterilisation lots add up', async () => {
    const lot = { gtin, lot: 'A1' };
    await append(produced(lot));
    expect(await lotNow(lot)).to.include({
      standing: 'produced',
      manufacturedOn: '2026-01-10',
      expiresOn: '2029-01-09',
      producedBy: maker.id,
      declaredQuantity: 100,
      closed: false,
    });
    await append(
      produced(lot, {
        sterilisationLots: [
          { id: 'E1', quantity: 10 },
          { id: 'E2', quantity: 30 },
        ],
        closed: true,
      }),
    );
    const whole = await lotNow(lot);
    expect(whole.closed).to.equal(true);
    expect(whole.sterilisationLots).to.deep.equal([
      { id: 'E1', quantity: 70 },
      { id: 'E2', quantity: 30 },
    ]);
  });

  it('are released, and stay so whatever is produced later', async () => {
    const lot = { gtin, lot: 'A2' };
    await append(produced(lot), draft('lotReleased', {}, { about: [lot] }));
    expect(await lotNow(lot)).to.include({ standing: 'released', releasedAt: noon.now().toISOString() });
    await append(produced(lot));
    expect((await lotNow(lot)).standing).to.equal('released');
  });

  it('keep texts that look like operators or fields as texts', async () => {
    const lot = { gtin, lot: 'A3' };
    await append(produced(lot, { sterilisationLots: [{ id: '$touched' }] }));
    expect((await lotNow(lot)).sterilisationLots).to.deep.equal([{ id: '$touched' }]);
  });

  it('are held and lifted, one hold apart from another', async () => {
    const lot = { gtin, lot: 'A4' };
    await append(produced(lot), holdOf('hold-1', lot), holdOf('hold-2', lot, { serials: ['S1'] }));
    const references = async () => (await lotNow(lot)).restrictions.map(({ reference }) => reference);
    expect(await references()).to.deep.equal(['hold-1', 'hold-2']);
    expect((await lotNow(lot)).restrictions[1]).to.deep.include({
      kind: 'hold',
      serials: ['S1'],
      since: noon.now().toISOString(),
    });
    await append(liftOf('hold-1', lot));
    expect(await references()).to.deep.equal(['hold-2']);
  });

  it('are recalled with instructions and an address, widened to the product, and freed when the recall closes', async () => {
    const lot = { gtin, lot: 'A5' };
    const returnTo = { organisation: maker.id, place: 'returns' };
    const recall = recallOf('recall-1', [{ gtin, lot: 'A5', sterilisationLots: ['E1'] }]);
    if (recall.type !== 'recallInitiated') throw new Error('not a recall');
    await append(produced(lot), { ...recall, details: { ...recall.details, returnTo } });
    const [restriction] = (await lotNow(lot)).restrictions;
    expect(restriction).to.deep.include({
      kind: 'recall',
      reference: 'recall-1',
      sterilisationLots: ['E1'],
      returnTo: maker.id,
      returnPlace: 'returns',
    });
    expect(restriction?.instruction.zh).to.include('一级召回（R-1）').and.to.include('收回');
    expect(restriction?.instruction.en).to.include('Class I recall (R-1)').and.to.include('taking back');

    await append(
      draft('recallWidened', { recall: 'recall-1', scope: [{ gtin }], reason: nothing, returnTo }, {}),
    );
    const product = await readProduct(database.db, gtin);
    expect(product?.restrictions.map(({ reference, returnTo: to }) => [reference, to])).to.deep.equal([
      ['recall-1', maker.id],
    ]);
    expect(restrictionsOn(undefined, product, { serial: 'S9' }), 'a lot that nobody has seen').to.have.length(
      1,
    );

    const stays = {
      recall: 'recall-1',
      review: 'inadequate',
      liftsRestrictions: false,
      gtins: [gtin],
    } as const;
    await append(draft('recallClosed', stays, { about: [lot] }));
    expect((await lotNow(lot)).restrictions).to.have.length(1);
    const lifts = { recall: 'recall-1', review: 'adequate', liftsRestrictions: true, gtins: [gtin] } as const;
    await append(draft('recallClosed', lifts, { about: [lot] }));
    expect((await lotNow(lot)).restrictions).to.deep.equal([]);
    expect((await readProduct(database.db, gtin))?.restrictions).to.deep.equal([]);
  });

  it('are recalled before anybody has seen them, by lot or by a product that is not registered', async () => {
    const open = gtinOf(77);
    const scope = [{ gtin, lot: 'NOWHERE' }, { gtin: open }];
    const recall = recallOf('recall-2', scope);
    await append({ ...recall, about: [] });
    expect((await lotNow({ gtin, lot: 'NOWHERE' })).restrictions).to.have.length(1);
    expect((await readProductRestrictions(database.db, [open])).get(open)).to.have.length(1);
    expect(await readProduct(database.db, open)).to.equal(undefined);

    const lifts = { recall: 'recall-2', review: 'adequate', liftsRestrictions: true, gtins: [open] } as const;
    await append(draft('recallClosed', lifts, { about: [{ gtin, lot: 'NOWHERE' }] }));
    expect((await lotNow({ gtin, lot: 'NOWHERE' })).restrictions).to.deep.equal([]);
    expect((await readProductRestrictions(database.db, [open])).get(open)).to.deep.equal([]);
  });

  it('are not restricted by a drill', async () => {
    const lot = { gtin, lot: 'A6' };
    const recall = recallOf('recall-3', [lot]);
    if (recall.type !== 'recallInitiated') throw new Error('not a recall');
    await append(produced(lot), { ...recall, details: { ...recall.details, drill: true } });
    expect((await lotNow(lot)).restrictions).to.deep.equal([]);
  });

  it('read as bare as the ledger makes them at first sight', () => {
    const first = {
      _id: `${gtin}/B`,
      gtin,
      lot: 'B',
      standing: 'unverified',
      restrictions: [],
      touched: 1,
    } as const;
    expect(lotOf(first)).to.deep.equal({
      gtin,
      lot: 'B',
      standing: 'unverified',
      restrictions: [],
      touched: 1,
      sterilisationLots: [],
      closed: false,
    });
  });

  describe('over HTTP', () => {
    const lot = { gtin, lot: 'C/1' };
    const path = `/api/v1/lots/${gtin}/${encodeURIComponent(lot.lot)}`;

    before(() => append(produced(lot), produced({ gtin, lot: 'C2' }), produced({ gtin, lot: 'C3' })));

    it('are whole for their maker', async () => {
      const { status, body } = await quality.get(path);
      expect(status).to.equal(200);
      expect(body).to.include({ lot: 'C/1', declaredQuantity: 100, producedBy: maker.id });
      expect(at(body, '/expiry')).to.deep.equal({ kind: 'ok' });
    });

    it("are there for a holder, without the maker's quantities, and for nobody else", async () => {
      expect((await nurse.get(path)).status).to.equal(404);
      server.held.add(`${hospital.id} ${lotId(lot)}`);
      const { status, body } = await nurse.get(path);
      expect(status).to.equal(200);
      expect(body).to.have.all.keys(
        'gtin',
        'lot',
        'standing',
        'manufacturedOn',
        'expiresOn',
        'expiry',
        'sterilisationLots',
        'restrictions',
        'producedBy',
      );
      expect(at(body, '/sterilisationLots')).to.deep.equal([{ id: 'E1' }]);
    });

    it('are listed for those who may see them, and a cursor names none of the others', async () => {
      server.held.add(`${hospital.id} ${gtin}/A1`);
      server.held.add(`${hospital.id} ${gtin}/C3`);
      const seen: string[] = [];
      const cursors: string[] = [];
      for (let cursor = ''; ; ) {
        const { body } = await nurse.get(`/api/v1/products/${gtin}/lots?limit=1${cursor}`);
        seen.push(...listAt(body, '/items').map((item) => textAt(item, '/lot')));
        if (at(body, '/next') === undefined) break;
        cursors.push(JSON.parse(Buffer.from(textAt(body, '/next'), 'base64url').toString()));
        cursor = `&cursor=${textAt(body, '/next')}`;
      }
      expect(seen).to.deep.equal(['A1', 'C/1', 'C3']);
      expect(cursors).to.deep.equal(['A1', 'C/1']);
      const all = listAt((await quality.get(`/api/v1/products/${gtin}/lots`)).body, '/items');
      const own = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'C/1', 'C2', 'C3'];
      expect(all.map((item) => textAt(item, '/lot'))).to.deep.equal(own);
    });
  });
});
