import { expect } from 'chai';
import type { Organisation } from '../../src/catalogue/organisation.ts';
import { createProduct, readProductRevisions, reviseProduct } from '../../src/catalogue/product-writing.ts';
import { readProduct, readProducts, resolveGtin } from '../../src/catalogue/products.ts';
import { at, type Client, listAt, textAt } from '../support/http.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { callerOf, catalogueDatabase, gtinOf, noon, organisationOf, stapler } from './samples.ts';
import { type CatalogueServer, noAdministrators, serveCatalogue } from './server.ts';

describe('products', () => {
  let database: TestDatabase;
  let server: CatalogueServer;
  let maker: Organisation;
  let quality: Client;
  let rival: Organisation;
  let others: Client;

  before(async () => {
    database = await catalogueDatabase();
    server = await serveCatalogue(database, noAdministrators);
    maker = await organisationOf(database, 'manufacturer');
    rival = await organisationOf(database, 'manufacturer');
    quality = server.as(callerOf(maker, ['quality']));
    others = server.as(callerOf(rival, ['quality']));
  });

  after(async () => {
    await server.close();
    await database.drop();
    expect(server.lines, 'errors of ours').to.deep.equal([]);
  });

  function refusalOf({ status, body }: { status: number; body: unknown }): unknown[] {
    return [status, at(body, '/code')];
  }

  it('are registered, read, and resolved from a package to product and quantity', async () => {
    const facts = stapler(1, {
      packaging: [
        { gtin: gtinOf(1, 1), contains: gtinOf(1), quantity: 10 },
        { gtin: gtinOf(1, 2), contains: gtinOf(1, 1), quantity: 6 },
      ],
    });
    const made = await quality.post('/api/v1/products', facts);
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    expect((await quality.get(`/api/v1/products/${facts.gtin}`)).body).to.deep.equal(made.body);
    const whole = await readProduct(database.db, facts.gtin);
    expect(whole).to.deep.equal({
      ...facts,
      organisation: maker.id,
      restrictions: [],
      revision: 1,
      createdAt: noon.now().toISOString(),
    });
    for (const [gtin, quantity] of [
      [gtinOf(1), 1],
      [gtinOf(1, 1), 10],
      [gtinOf(1, 2), 60],
    ] as const) {
      expect(await resolveGtin(database.db, gtin)).to.deep.equal({ product: whole, quantity });
    }
    expect(await resolveGtin(database.db, gtinOf(1, 3))).to.equal(undefined);
  });

  it('sent again with the same facts are the same product; with others they are a conflict', async () => {
    const facts = stapler(2);
    expect((await quality.post('/api/v1/products', facts)).status).to.equal(201);
    const again = await quality.post('/api/v1/products', { ...facts });
    expect([again.status, at(again.body, '/gtin')]).to.deep.equal([200, facts.gtin]);
    expect(refusalOf(await quality.post('/api/v1/products', { ...facts, model: 'other' }))).to.deep.equal([
      409,
      'conflict',
    ]);
  });

  it('sent many times at once are made once', async () => {
    const facts = stapler(3);
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => quality.post('/api/v1/products', facts)),
    );
    expect(replies.map(({ status }) => status).sort()).to.deep.equal([
      200, 200, 200, 200, 200, 200, 200, 201,
    ]);
    expect(await readProductRevisions(database.connection, facts.gtin)).to.have.length(1);
  });

  it('share no GTIN with another product or package, whoever made it, and are then not made at all', async () => {
    await quality.post('/api/v1/products', stapler(4));
    const taken = stapler(5, { packaging: [{ gtin: gtinOf(4, 1), contains: gtinOf(5), quantity: 3 }] });
    expect(refusalOf(await others.post('/api/v1/products', taken))).to.deep.equal([
      409,
      'catalogue/gtin-taken',
    ]);
    expect(await readProduct(database.db, taken.gtin)).to.equal(undefined);
    expect(await resolveGtin(database.db, taken.gtin)).to.equal(undefined);
    expect(refusalOf(await others.post('/api/v1/products', stapler(4)))).to.deep.equal([
      409,
      'catalogue/gtin-taken',
    ]);
    const asProduct = stapler(6, { gtin: gtinOf(4, 1), packaging: [] });
    expect(refusalOf(await quality.post('/api/v1/products', asProduct))).to.deep.equal([
      409,
      'catalogue/gtin-taken',
    ]);
  });

  it('name as unit of use a single of the same maker, never of another', async () => {
    await quality.post('/api/v1/products', stapler(7));
    const pack = (number: number) => stapler(number, { unitsOfUse: 12, useUnitDi: gtinOf(7), packaging: [] });
    expect(refusalOf(await others.post('/api/v1/products', pack(8)))).to.deep.equal([
      409,
      'catalogue/gtin-taken',
    ]);
    expect((await quality.post('/api/v1/products', pack(8))).status).to.equal(201);
    expect((await resolveGtin(database.db, gtinOf(7)))?.product.gtin).to.equal(gtinOf(7));
  });

  it('are the own ones for a maker, and all for a hospital', async () => {
    const facts = stapler(9);
    await quality.post('/api/v1/products', facts);
    const path = `/api/v1/products/${facts.gtin}`;
    expect((await others.get(path)).status).to.equal(404);
    expect(listAt((await others.get('/api/v1/products')).body, '/items')).to.deep.equal([]);
    expect(
      listAt((await others.get(`/api/v1/products?organisation=${maker.id}`)).body, '/items'),
    ).to.deep.equal([]);
    expect(
      refusalOf(await others.patch(path, { revision: 1, reason: 'r', changes: { generation: 'x' } })),
    ).to.deep.equal([404, 'not-found']);
    const hospital = await organisationOf(database, 'hospital');
    const nurse = server.as(callerOf(hospital, ['theatre']));
    expect((await nurse.get(path)).status).to.equal(200);
    expect((await nurse.post('/api/v1/products', stapler(10))).status).to.equal(403);
  });

  it('supersede older ones of the same maker, in a chain without a circle', async () => {
    await quality.post('/api/v1/products', stapler(11));
    await quality.post('/api/v1/products', stapler(12, { supersedes: gtinOf(11) }));
    const patch = await quality.patch(`/api/v1/products/${gtinOf(11)}`, {
      revision: 1,
      reason: 'mistake',
      changes: { supersedes: gtinOf(12) },
    });
    expect(refusalOf(patch)).to.deep.equal([422, 'catalogue/supersedes-refused']);
    for (const supersedes of [gtinOf(13), gtinOf(99)]) {
      const facts = stapler(13, { supersedes });
      expect(refusalOf(await quality.post('/api/v1/products', facts))).to.deep.equal([
        422,
        'catalogue/supersedes-refused',
      ]);
    }
    expect(
      refusalOf(await others.post('/api/v1/products', stapler(13, { supersedes: gtinOf(11) }))),
    ).to.deep.equal([422, 'catalogue/supersedes-refused']);
  });

  it('make no circle where two changes meet, through a chain that both extend', async () => {
    const parts = { connection: database.connection, db: database.db, clock: noon };
    const statement = { organisation: maker.id, reason: 'chain' };
    // a, b ← c … : a supersedes b and b's end supersedes a, at once.
    for (let round = 0; round < 5; round += 1) {
      const [a, b, c] = [100, 101, 102].map((number) => gtinOf(number + round * 3));
      if (a === undefined || b === undefined || c === undefined) throw new Error('no gtin');
      const facts = (gtin: string) => stapler(1, { gtin, packaging: [] });
      await createProduct(parts, statement, facts(a));
      await createProduct(parts, statement, facts(c));
      await createProduct(parts, statement, { ...facts(b), supersedes: c });
      const changes = await Promise.allSettled([
        reviseProduct(parts, statement, a, 1, { supersedes: b }),
        reviseProduct(parts, statement, c, 1, { supersedes: a }),
      ]);
      expect(changes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    }
  });

  it('change with a reason, against the revision that was seen, and every revision is kept', async () => {
    const facts = stapler(14);
    await quality.post('/api/v1/products', facts);
    const path = `/api/v1/products/${facts.gtin}`;
    const renewed = [{ number: '国械注准20213020001', validFrom: '2021-01-15', validTo: '2031-01-14' }];
    const changed = await quality.patch(path, {
      revision: 1,
      reason: '延续注册',
      changes: { registrations: renewed },
    });
    expect([changed.status, at(changed.body, '/revision')]).to.deep.equal([200, 2]);
    const stale = await quality.patch(path, {
      revision: 1,
      reason: '重复',
      changes: { generation: 'PPS 3' },
    });
    expect(refusalOf(stale)).to.deep.equal([409, 'catalogue/revision-outdated']);
    const { body } = await quality.get(`${path}/revisions`);
    const revisions = listAt(body, '/items');
    expect(revisions.map((revision) => at(revision, '/reason'))).to.deep.equal(['registered', '延续注册']);
    expect(revisions.map((revision) => at(revision, '/facts/registrations/0/validTo'))).to.deep.equal([
      '2026-01-14',
      '2031-01-14',
    ]);
    expect((await others.get(`${path}/revisions`)).status).to.equal(404);
  });

  it('name who makes them for the registrant, and what their label warns of', async () => {
    const label = {
      contractManufacturer: {
        name: '常州甲公司',
        address: '常州市西太湖大道 9 号',
        licence: '苏药监械生产许20190231号',
      },
      warnings: { zh: '包装破损禁止使用。', en: 'Do not use if the package is damaged.' },
    };
    const { gtin } = stapler(77);
    const made = await quality.post('/api/v1/products', { ...stapler(77), ...label });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    expect(await readProduct(database.db, gtin)).to.deep.include(label);
    const change = { revision: 1, reason: '不再委托生产', changes: { contractManufacturer: null } };
    const changed = await quality.patch(`/api/v1/products/${gtin}`, change);
    expect(changed.status, JSON.stringify(changed.body)).to.equal(200);
    const after = await readProduct(database.db, gtin);
    expect(after).not.to.have.property('contractManufacturer');
    expect(after).to.deep.include({ warnings: label.warnings });
  });

  it('lose no change where two are made at once: one is told to look again', async () => {
    const facts = stapler(15);
    await quality.post('/api/v1/products', facts);
    const change = (generation: string) =>
      quality.patch(`/api/v1/products/${facts.gtin}`, { revision: 1, reason: 'r', changes: { generation } });
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map(change));
    expect(replies.map(({ status }) => status).sort()).to.deep.equal([200, 409, 409, 409]);
    expect(
      (await readProductRevisions(database.connection, facts.gtin)).map(({ revision }) => revision),
    ).to.deep.equal([1, 2]);
  });

  it('refuse a change that asks for a new UDI-DI, name the fields, and stay as they were', async () => {
    const facts = stapler(16);
    await quality.post('/api/v1/products', facts);
    const changes = { specification: '34 mm', sterile: { kind: 'non-sterile' } };
    const reply = await quality.patch(`/api/v1/products/${facts.gtin}`, {
      revision: 1,
      reason: 'r',
      changes,
    });
    expect(refusalOf(reply)).to.deep.equal([422, 'catalogue/new-udi-di-required']);
    expect(at(reply.body, '/info/fields')).to.deep.equal(['specification', 'sterile']);
    expect((await readProduct(database.db, facts.gtin))?.revision).to.equal(1);
  });

  it('gain a package by a change, whose GTIN resolves from then', async () => {
    const facts = stapler(17);
    await quality.post('/api/v1/products', facts);
    const packaging = [...facts.packaging, { gtin: gtinOf(17, 2), contains: gtinOf(17, 1), quantity: 4 }];
    const path = `/api/v1/products/${facts.gtin}`;
    expect(
      (await quality.patch(path, { revision: 1, reason: 'case', changes: { packaging } })).status,
    ).to.equal(200);
    expect((await resolveGtin(database.db, gtinOf(17, 2)))?.quantity).to.equal(40);
    const circle = [...packaging, { gtin: gtinOf(17, 3), contains: gtinOf(99), quantity: 4 }];
    const reply = await quality.patch(path, { revision: 2, reason: 'wrong', changes: { packaging: circle } });
    expect([reply.status, at(reply.body, '/faults/0/pointer')]).to.deep.equal([422, '/changes/packaging']);
    const stolen = [...packaging, { gtin: gtinOf(1, 1), contains: gtinOf(17), quantity: 4 }];
    const taken = await quality.patch(path, { revision: 2, reason: 'wrong', changes: { packaging: stolen } });
    expect(refusalOf(taken)).to.deep.equal([409, 'catalogue/gtin-taken']);
  });

  it('are kits of registered components', async () => {
    const kit = stapler(18, { isKit: true, components: [{ gtin: gtinOf(1), quantity: 1 }], packaging: [] });
    expect((await quality.post('/api/v1/products', kit)).status).to.equal(201);
    const unknown = stapler(19, { isKit: true, components: [{ gtin: gtinOf(98), quantity: 1 }] });
    expect(refusalOf(await quality.post('/api/v1/products', unknown))).to.deep.equal([
      422,
      'catalogue/component-unknown',
    ]);
    const itself = stapler(19, { isKit: true, components: [{ gtin: gtinOf(19), quantity: 1 }] });
    expect(refusalOf(await quality.post('/api/v1/products', itself))).to.deep.equal([
      422,
      'catalogue/component-unknown',
    ]);
  });

  it('are made by active manufacturers alone', async () => {
    const hospital = await organisationOf(database, 'hospital');
    const pretender = { ...callerOf(maker, ['quality']), organisation: hospital.id };
    const reply = await server.as(pretender).post('/api/v1/products', stapler(20));
    expect(refusalOf(reply)).to.deep.equal([409, 'catalogue/organisation-inactive']);
  });

  it('are found by part of a name or model, by a package, and page by page', async () => {
    const search = async (text: string) =>
      listAt((await quality.get(`/api/v1/products?search=${encodeURIComponent(text)}`)).body, '/items').map(
        (item) => textAt(item, '/gtin'),
      );
    await quality.post('/api/v1/products', stapler(21, { model: 'RARE-(7)' }));
    expect(await search('rare-(7')).to.deep.equal([gtinOf(21)]);
    expect(await search(gtinOf(21, 1))).to.deep.equal([gtinOf(21)]);
    expect(await search('.*')).to.deep.equal([]);
    const all = await database.db.collection('products').countDocuments();
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await quality.get(`/api/v1/products?limit=7${cursor}`);
      seen.push(...listAt(body, '/items').map((item) => textAt(item, '/gtin')));
      if (at(body, '/next') === undefined) break;
      cursor = `&cursor=${textAt(body, '/next')}`;
    }
    expect(seen).to.have.length(all);
    expect([...seen].sort()).to.deep.equal(seen);
    expect((await quality.get('/api/v1/products?limit=201')).status).to.equal(422);
    expect((await quality.get('/api/v1/products?sort=name')).status).to.equal(422);
  });

  it('are read many at once, but not without a bound', async () => {
    const found = await readProducts(database.db, [gtinOf(1), gtinOf(2), gtinOf(97)]);
    expect([...found.keys()].sort()).to.deep.equal([gtinOf(1), gtinOf(2)]);
    let refused = false;
    await readProducts(
      database.db,
      Array.from({ length: 1_001 }, (_, index) => gtinOf(index)),
    ).catch(() => {
      refused = true;
    });
    expect(refused).to.equal(true);
  });
});
