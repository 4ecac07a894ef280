import { expect } from 'chai';
import type { Organisation } from '../../src/catalogue/organisation.ts';
import { changePlace, createPlace, readPlacesOfOrganisation } from '../../src/catalogue/places.ts';
import { systemIds } from '../../src/clock.ts';
import { at, type Client, listAt, textAt } from '../support/http.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { callerOf, catalogueDatabase, organisationOf } from './samples.ts';
import { type CatalogueServer, noAdministrators, serveCatalogue } from './server.ts';

describe('places', () => {
  let database: TestDatabase;
  let server: CatalogueServer;
  let hospital: Organisation;
  let administrator: Client;

  before(async () => {
    database = await catalogueDatabase();
    server = await serveCatalogue(database, noAdministrators);
    hospital = await organisationOf(database, 'hospital');
    administrator = server.as(callerOf(hospital, ['administrator']));
  });

  after(async () => {
    await server.close();
    await database.drop();
    expect(server.lines, 'errors of ours').to.deep.equal([]);
  });

  const store = { name: { zh: '耗材库', en: 'Consumables store' }, kind: 'store' };

  async function made(facts: object = {}): Promise<string> {
    const { status, body } = await administrator.post('/api/v1/places', { ...store, ...facts });
    expect(status, JSON.stringify(body)).to.equal(201);
    return textAt(body, '/id');
  }

  it('are made under one another, with or without a GLN', async () => {
    const top = await made();
    const below = await made({ parent: top, gln: '6901234500011' });
    const { body } = await administrator.get(`/api/v1/places/${below}`);
    expect(body).to.deep.equal({
      id: below,
      organisation: hospital.id,
      parent: top,
      ...store,
      gln: '6901234500011',
      active: true,
    });
    const wrong = await administrator.post('/api/v1/places', { ...store, gln: '6901234500012' });
    expect([wrong.status, at(wrong.body, '/faults/0/pointer')]).to.deep.equal([422, '/gln']);
  });

  it('are the own ones alone: others are not found, not listed, not changed and no parents', async () => {
    const place = await made();
    const other = server.as(callerOf(await organisationOf(database, 'hospital'), ['administrator']));
    expect((await other.get(`/api/v1/places/${place}`)).status).to.equal(404);
    expect((await other.patch(`/api/v1/places/${place}`, { active: false })).status).to.equal(404);
    expect(listAt((await other.get('/api/v1/places')).body, '/items')).to.deep.equal([]);
    const under = await other.post('/api/v1/places', { ...store, parent: place });
    expect([under.status, textAt(under.body, '/code')]).to.deep.equal([422, 'catalogue/place-tree']);
  });

  it('are kept by administrators', async () => {
    const nurse = server.as(callerOf(hospital, ['theatre']));
    expect((await nurse.post('/api/v1/places', store)).status).to.equal(403);
    expect((await nurse.get('/api/v1/places')).status).to.equal(200);
  });

  it('make no circle, and go to the top with null', async () => {
    const [a, b] = [await made(), await made()];
    expect((await administrator.patch(`/api/v1/places/${b}`, { parent: a })).status).to.equal(200);
    const circle = await administrator.patch(`/api/v1/places/${a}`, { parent: b });
    expect([circle.status, at(circle.body, '/info/fault')]).to.deep.equal([422, 'cycle']);
    const top = await administrator.patch(`/api/v1/places/${b}`, { parent: null });
    expect(top.body).not.to.have.property('parent');
  });

  it('make no circle where two moves meet, each of which would make none', async () => {
    const parts = { connection: database.connection, ids: systemIds, holdsStock: async () => false };
    for (let round = 0; round < 10; round += 1) {
      const { id: a } = await createPlace(parts, hospital.id, { name: store.name, kind: 'store' });
      const { id: b } = await createPlace(parts, hospital.id, { name: store.name, kind: 'store' });
      const moves = await Promise.allSettled([
        changePlace(parts, hospital.id, a, { parent: b }),
        changePlace(parts, hospital.id, b, { parent: a }),
      ]);
      expect(moves.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
      const places = await readPlacesOfOrganisation(database.connection, hospital.id);
      expect(places.get(a)?.parent === b && places.get(b)?.parent === a).to.equal(false);
    }
  });

  it('are closed only when they and those below hold nothing and nothing is open below', async () => {
    const top = await made();
    const below = await made({ parent: top });
    const close = (place: string) => administrator.patch(`/api/v1/places/${place}`, { active: false });
    expect(textAt((await close(top)).body, '/code')).to.equal('catalogue/place-has-places');
    server.stocked.add(below);
    expect(textAt((await close(below)).body, '/code')).to.equal('catalogue/place-holds-stock');
    server.stocked.delete(below);
    expect((await close(below)).status).to.equal(200);
    expect((await close(top)).status).to.equal(200);
    const reopened = await administrator.patch(`/api/v1/places/${below}`, { active: true });
    expect([reopened.status, at(reopened.body, '/info/fault')]).to.deep.equal([422, 'inactive-parent']);
    expect((await administrator.post('/api/v1/places', { ...store, parent: top })).status).to.equal(422);
  });

  it('take no change that changes nothing, no unknown field and no bad id', async () => {
    const place = await made();
    expect((await administrator.patch(`/api/v1/places/${place}`, {})).status).to.equal(422);
    expect(
      (await administrator.patch(`/api/v1/places/${place}`, { organisation: hospital.id })).status,
    ).to.equal(422);
    expect((await administrator.get('/api/v1/places/everything')).status).to.equal(422);
  });
});

describe('welfare programmes over HTTP', () => {
  let database: TestDatabase;
  let server: CatalogueServer;

  before(async () => {
    database = await catalogueDatabase();
    server = await serveCatalogue(database, noAdministrators);
  });

  after(async () => {
    await server.close();
    await database.drop();
    expect(server.lines, 'errors of ours').to.deep.equal([]);
  });

  it('are registered by the foundation; others see them without their donors', async () => {
    const foundation = await organisationOf(database, 'foundation');
    const own = server.as(callerOf(foundation, ['administrator']));
    const body = {
      name: { zh: '保肛公益项目', en: 'Anus preservation programme' },
      from: '2026-01-01',
      donors: [{ name: { zh: '某捐赠人', en: 'A donor' } }],
    };
    const made = await own.post('/api/v1/programmes', body);
    expect(made.status).to.equal(201);
    expect(made.body).to.include({ foundation: foundation.id, from: '2026-01-01' });
    const path = `/api/v1/programmes/${textAt(made.body, '/id')}`;
    expect((await own.get(path)).body).to.deep.equal(made.body);
    const nurse = server.as(callerOf(await organisationOf(database, 'hospital'), ['theatre']));
    expect((await nurse.get(path)).body).to.have.all.keys('id', 'foundation', 'name', 'from');
    expect(
      listAt((await nurse.get(`/api/v1/programmes?foundation=${foundation.id}`)).body, '/items'),
    ).to.have.length(1);
    expect((await nurse.post('/api/v1/programmes', body)).status).to.equal(403);
    expect((await own.post('/api/v1/programmes', { ...body, to: '2025-12-31' })).status).to.equal(422);
  });
});
