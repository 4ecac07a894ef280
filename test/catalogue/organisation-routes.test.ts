import { expect } from 'chai';
import { accessMigrations } from '../../src/access/migrations.ts';
import { createFirstAdministrator } from '../../src/access/new-person.ts';
import type { Organisation } from '../../src/catalogue/organisation.ts';
import { systemIds } from '../../src/clock.ts';
import { type Client, listAt, textAt } from '../support/http.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { callerOf, catalogueDatabase, noon, organisationOf } from './samples.ts';
import { type CatalogueServer, serveCatalogue } from './server.ts';

/** The code that is commonly given as the example of GB 32100-2015. */
const creditCode = '91350100M000100Y43';

describe('organisations over HTTP', () => {
  let database: TestDatabase;
  let server: CatalogueServer;
  let operator: Organisation;
  let hospital: Organisation;
  let root: Client;

  before(async () => {
    database = await catalogueDatabase(accessMigrations);
    const parts = { connection: database.connection, clock: noon, ids: systemIds };
    server = await serveCatalogue(database, (administrator, session) =>
      createFirstAdministrator(parts, administrator, session),
    );
    operator = await organisationOf(database, 'operator');
    hospital = await organisationOf(database, 'hospital');
    root = server.as(callerOf(operator, ['administrator']));
  });

  after(async () => {
    await server.close();
    await database.drop();
    expect(server.lines, 'errors of ours').to.deep.equal([]);
  });

  const manufacturer = {
    kind: 'manufacturer',
    name: { zh: '示例医疗器械有限公司', en: 'Example Medical Devices Ltd' },
    creditCode,
    area: '350100',
    address: '福州市示例路 1 号',
    licences: [
      {
        kind: 'production-licence',
        number: '闽药监械生产许20200001号',
        validFrom: '2020-01-01',
        validTo: '2029-12-31',
      },
    ],
  };

  it('are registered with their first administrator, whose secret is answered once', async () => {
    const administrator = { username: 'maker-admin', name: '管理员' };
    const made = await root.post('/api/v1/organisations', { organisation: manufacturer, administrator });
    expect(made.status).to.equal(201);
    expect(textAt(made.body, '/administrator/oneTimeSecret')).to.have.length.greaterThan(8);
    const id = textAt(made.body, '/organisation/id');
    const people = await database.db.collection('people').find({ organisation: id }).toArray();
    expect(people).to.have.length(1);
    expect(
      JSON.stringify(await database.db.collection('organisations').findOne({ _id: id as never })),
    ).not.to.include(textAt(made.body, '/administrator/oneTimeSecret'));

    const again = await root.post('/api/v1/organisations', {
      organisation: manufacturer,
      administrator: { username: 'another', name: '管理员' },
    });
    expect([again.status, textAt(again.body, '/code')]).to.deep.equal([409, 'catalogue/credit-code-taken']);
    expect(await database.db.collection('people').countDocuments({ username: 'another' })).to.equal(0);
  });

  it('are not made where their administrator cannot be', async () => {
    const before = await database.db.collection('organisations').countDocuments();
    const refused = await root.post('/api/v1/organisations', {
      organisation: { ...manufacturer, creditCode: undefined, country: 'DE', area: undefined },
      administrator: { username: 'maker-admin', name: '管理员' },
    });
    expect([refused.status, textAt(refused.body, '/code')]).to.deep.equal([409, 'access/username-taken']);
    expect(await database.db.collection('organisations').countDocuments()).to.equal(before);
  });

  it('are refused with a wrong credit code, without an area, or with an authority that is none', async () => {
    const administrator = { username: 'someone-new', name: '管理员' };
    const faultsOf = async (organisation: object) => {
      const { status, body } = await root.post('/api/v1/organisations', { organisation, administrator });
      expect(status).to.equal(422);
      return listAt(body, '/faults').map((fault) => textAt(fault, '/pointer'));
    };
    const wrong = `${creditCode.slice(0, 17)}4`;
    expect(await faultsOf({ ...manufacturer, creditCode: wrong })).to.deep.equal([
      '/organisation/creditCode',
    ]);
    expect(await faultsOf({ ...manufacturer, area: undefined })).to.deep.equal(['/organisation/area']);
    expect(await faultsOf({ ...manufacturer, area: '350001' })).to.deep.equal(['/organisation/area']);
    const authority = { kind: 'drug', level: 'provincial' };
    expect(await faultsOf({ ...manufacturer, authority })).to.deep.equal(['/organisation/authority']);
    expect(await faultsOf({ ...manufacturer, kind: 'regulator' })).to.deep.equal(['/organisation/authority']);
  });

  it('are registered by nobody but the operator', async () => {
    const body = { organisation: manufacturer, administrator: { username: 'nobody', name: '无' } };
    const nurse = server.as(callerOf(hospital, ['administrator', 'theatre']));
    expect((await nurse.post('/api/v1/organisations', body)).status).to.equal(403);
  });

  it('change their own facts, which others do not see; who they are they do not change', async () => {
    const own = server.as(callerOf(hospital, ['administrator']));
    const path = `/api/v1/organisations/${hospital.id}`;
    const contact = { person: '李四', telephone: '020-00000000' };
    const changed = await own.patch(path, { contact, address: '示例路 2 号' });
    expect([changed.status, textAt(changed.body, '/contact/person')]).to.deep.equal([200, '李四']);
    const seen = await server
      .as(callerOf(await organisationOf(database, 'distributor'), ['distributor']))
      .get(path);
    expect(seen.status).to.equal(200);
    expect(seen.body).to.have.all.keys('id', 'kind', 'name', 'country', 'area', 'licences', 'active');
    const emptied = await own.patch(path, { contact: null });
    expect(emptied.body).not.to.have.property('contact');
    expect(emptied.body).to.have.property('address', '示例路 2 号');
    for (const fact of [
      { kind: 'operator' },
      { area: '000000' },
      { authority: { kind: 'drug', level: 'national' } },
    ]) {
      expect((await own.patch(path, fact)).status, JSON.stringify(fact)).to.equal(422);
    }
    expect((await own.patch(`/api/v1/organisations/${operator.id}`, { contact })).status).to.equal(403);
  });

  it('state the prefix that GS1 gave them, which no two have, and others do not see', async () => {
    const distributor = await organisationOf(database, 'distributor');
    const patch = (organisation: Organisation, gs1Prefix: string | null) =>
      server
        .as(callerOf(organisation, ['administrator']))
        .patch(`/api/v1/organisations/${organisation.id}`, { gs1Prefix });
    expect((await patch(hospital, '6901234')).body).to.have.property('gs1Prefix', '6901234');
    const taken = await patch(distributor, '6901234');
    expect([taken.status, textAt(taken.body, '/code')]).to.deep.equal([
      409,
      'catalogue/company-prefix-taken',
    ]);
    const seen = await server
      .as(callerOf(distributor, ['distributor']))
      .get(`/api/v1/organisations/${hospital.id}`);
    expect(seen.body).not.to.have.property('gs1Prefix');
    for (const wrong of ['690', '6901234567890', '69O1234', '2012345', '9781234', '0212345', '']) {
      expect((await patch(distributor, wrong)).status, wrong).to.equal(422);
    }
    expect((await patch(hospital, null)).body).not.to.have.property('gs1Prefix');
    expect((await patch(distributor, '6901234')).status).to.equal(200);
  });

  it('are closed and opened by the operator, which cannot close itself', async () => {
    const path = `/api/v1/organisations/${hospital.id}/active`;
    const closed = await root.put(path, { active: false });
    expect(closed.body).to.have.property('active', false);
    expect((await root.put(path, { active: true })).body).to.have.property('active', true);
    const self = await root.put(`/api/v1/organisations/${operator.id}/active`, { active: false });
    expect([self.status, textAt(self.body, '/code')]).to.deep.equal([409, 'catalogue/own-organisation']);
    const own = server.as(callerOf(hospital, ['administrator']));
    expect((await own.put(path, { active: false })).status).to.equal(403);
  });

  it('are listed page by page, each once, and found by a part of a name that is no pattern', async () => {
    const all = await database.db.collection('organisations').countDocuments();
    const seen: string[] = [];
    let path = '/api/v1/organisations?limit=2';
    for (let page = 0; page < all; page += 1) {
      const { body } = await root.get(path);
      seen.push(...listAt(body, '/items').map((item) => textAt(item, '/id')));
      if (!(typeof body === 'object' && body !== null && 'next' in body)) break;
      path = `/api/v1/organisations?limit=2&cursor=${textAt(body, '/next')}`;
    }
    expect(seen).to.have.length(all);
    expect(new Set(seen).size).to.equal(all);
    const found = await root.get(`/api/v1/organisations?search=${encodeURIComponent('medical DEVICES')}`);
    expect(listAt(found.body, '/items')).to.have.length(1);
    expect(listAt((await root.get('/api/v1/organisations?search=.*')).body, '/items')).to.have.length(0);
    expect((await root.get('/api/v1/organisations?cursor=nonsense')).status).to.equal(422);
    const hospitals = await root.get('/api/v1/organisations?kind=hospital');
    expect(listAt(hospitals.body, '/items').map((item) => textAt(item, '/id'))).to.deep.equal([hospital.id]);
  });
});
