import { expect } from 'chai';
import { z } from 'zod';
import { type OrganisationKind, permissionsOf } from '../../src/access/permissions.ts';
import type { Route } from '../../src/access/route.ts';
import { gtinOf } from '../catalogue/samples.ts';
import { type Country, createCountry, type Person, personOf, placeOf } from '../disclosure/country.ts';
import { isFields, type Json } from '../disclosure/json.ts';
import { at, type Client, textAt } from '../support/http.ts';

describe('security: requests that no client of ours sends', () => {
  let country: Country;
  let quality: Client;
  let nurse: Client;

  before(async function () {
    this.timeout(60_000);
    country = await createCountry();
    quality = personOf(country.members.maker, 'quality').client;
    nurse = personOf(country.members.shenzhen, 'theatre').client;
  });
  after(() => country.close());

  /** Every route with somebody who may call it. */
  function callers(): { route: Route; client: Client }[] {
    const { operator, members, app, server } = country;
    const everybody = Object.values(members).flatMap(({ kind, people }) =>
      people.map((person) => ({ kind, person })),
    );
    const able = ({ permission }: Route, kind: OrganisationKind, { role }: Person) =>
      permission !== 'public' && role !== 'nobody' && permissionsOf(kind, [role]).has(permission);
    return app.routes.map((route) => {
      if (route.open) return { route, client: server.client() };
      const found =
        everybody.find(({ kind, person }) => able(route, kind, person))?.person ?? operator.people[0];
      if (found === undefined) throw new Error(`nobody may ${route.permission}`);
      return { route, client: found.client };
    });
  }

  const addressOf = (path: string) => path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
  const json = { 'content-type': 'application/json' };

  it('are parsed by schemas that know every field, at every depth', () => {
    const loose: string[] = [];
    for (const { method, path, schemas } of country.app.routes) {
      for (const [part, schema] of Object.entries({
        params: schemas.params,
        query: schemas.query,
        body: schemas.body,
      })) {
        if (schema === undefined) continue;
        const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
        if (hasLooseObject(described)) loose.push(`${method} ${path} ${part}`);
      }
    }
    // A Digital Link may carry attributes in its query; the page reads none of them.
    expect(loose.filter((line) => !/^GET \/01\/.* query$/.test(line))).to.deep.equal([]);
  });

  function hasLooseObject(schema: Json): boolean {
    if (Array.isArray(schema)) return schema.some(hasLooseObject);
    if (!isFields(schema)) return false;
    const object = schema.type === 'object' && schema.additionalProperties !== false;
    return object || Object.values(schema).some(hasLooseObject);
  }

  it('with operators, prototypes or fields of the server’s in them reach no handler', async () => {
    const bodies = [
      '{"$gt":""}',
      '{"commandId":{"$ne":null}}',
      '{"a":{"b":[{"$where":"sleep(1000)"}]}}',
      '{"__proto__":{"permissions":["organisation:register"]}}',
      '{"constructor":{"prototype":{"x":1}}}',
      '{"organisation":"x","recordTime":"2020-01-01T00:00:00Z","actor":"x","_id":"x","contentHash":"x"}',
      '[{"commandId":"x"}]',
      '"text"',
      'null',
      '{"a":"\\u0000"}',
      '{"a":"\\ud800"}',
    ];
    const reached: string[] = [];
    for (const { route, client } of callers()) {
      if (route.method === 'GET' || route.method === 'DELETE') continue;
      for (const body of bodies) {
        const reply = await client.send(route.method, addressOf(route.path), json, body);
        const code = String(at(reply.body, '/code'));
        const fine = reply.status >= 400 && reply.status < 500 && code !== 'undefined';
        if (!fine || code === 'access/forbidden')
          reached.push(`${route.method} ${route.path} ${body} ${reply.status} ${code}`);
      }
    }
    expect(
      reached.filter((line) => !line.includes('sign-out') && !line.includes('one-time-password')),
    ).to.deep.equal([]);
    expect(Object.hasOwn(Object.prototype, 'permissions')).to.equal(false);
  }).timeout(60_000);

  it('with operators in the query or the path reach no handler', async () => {
    for (const { route, client } of callers()) {
      if (route.method !== 'GET' || route.schemas.verbatim === true) continue;
      for (const query of [
        'search[$ne]=x',
        '$where=1',
        'limit[$gt]=',
        '__proto__=1',
        'limit=1&limit=2',
        'unknown=1',
      ]) {
        const { status } = await client.get(`${addressOf(route.path)}?${query}`);
        expect(status, `${route.path}?${query}`).to.equal(422);
      }
    }
    for (const path of ['%00', '%', '%ff', '%E0%A4%A']) {
      const { status } = await nurse.get(`/api/v1/units/${gtinOf(2)}/${path}`);
      expect(status, path).to.be.oneOf([400, 422]);
    }
  }).timeout(60_000);

  it('keep texts that look like operators as the texts they are', async () => {
    const name = { zh: '$set', en: '$$ROOT' };
    const administrator = personOf(country.members.maker, 'administrator').client;
    const made = await administrator.post('/api/v1/places', { kind: 'store', name });
    expect(at(made.body, '/name')).to.deep.equal(name);
    const changed = { name: { zh: '$unset', en: '$touched' } };
    const path = `/api/v1/places/${textAt(made.body, '/id')}`;
    expect(at((await administrator.patch(path, changed)).body, '/name')).to.deep.equal(changed.name);
    expect(at((await administrator.get(path)).body, '/name')).to.deep.equal(changed.name);
    const found = await nurse.get('/api/v1/organisations?search=.*');
    expect(at(found.body, '/items')).to.deep.equal([]);
  });

  it('are refused when they are too long, too deep, or of another kind', async () => {
    const long = JSON.stringify({ text: 'x'.repeat(300_000) });
    expect((await nurse.send('POST', '/api/v1/udi/parse', json, long)).status).to.equal(413);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect((await nurse.send('POST', '/api/v1/udi/parse', json, deep)).status).to.equal(422);
    const nested = `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`;
    expect((await nurse.send('POST', '/api/v1/udi/parse', json, nested)).status).to.equal(422);
    const wide = JSON.stringify(
      Object.fromEntries(Array.from({ length: 15_000 }, (_none, index) => [`k${index}`, 1])),
    );
    const reply = await nurse.send('POST', '/api/v1/udi/parse', json, wide);
    expect(reply.status).to.equal(422);
    expect(reply.bytes.length).to.be.lessThan(20_000);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json; charset=utf-16',
    ]) {
      const other = await nurse.send('POST', '/api/v1/udi/parse', { 'content-type': type }, '{"text":"x"}');
      expect(other.status, type).to.equal(415);
    }
    const squeezed = { ...json, 'content-encoding': 'gzip' };
    expect((await nurse.send('POST', '/api/v1/udi/parse', squeezed, 'x')).status).to.equal(415);
    const password = { username: 'x', password: 'x'.repeat(5_000) };
    expect((await country.server.client().post('/api/v1/sign-in', password)).status).to.equal(413);
  });

  it('cannot make a scan take long, whatever they hold', async () => {
    const length = 100_000;
    const evil = [
      '0',
      '1',
      '(',
      '(01)',
      '(10)a',
      '\u001d',
      '%',
      '%25',
      '/',
      '+',
      '.',
      'MA.',
      'M0.',
      ' ',
      '\\',
      'https://',
      ']d2',
      ']C1',
      '01',
      '10',
      '0109506000134352',
      '*+',
      'a@',
      '?01=',
      '&10=1',
    ];
    for (const seed of evil) {
      for (const head of [
        '',
        'https://id.gs1.org/01/',
        ']d201',
        '(01)09506000134352(10)',
        '+',
        'MA.156.M0.',
      ]) {
        const text = (head + seed.repeat(Math.ceil(length / seed.length))).slice(0, length);
        const started = performance.now();
        const { status } = await nurse.post('/api/v1/udi/parse', { text });
        expect(performance.now() - started, `${head}${seed}`).to.be.lessThan(1_000);
        expect(status, `${head}${seed}`).to.be.oneOf([200, 413, 422]);
      }
    }
    const place = placeOf(country.members.shenzhen, 'theatre');
    const devices = Array.from({ length: 50 }, () => ({ scan: `(01)${'1'.repeat(490)}` }));
    const started = performance.now();
    expect((await nurse.post('/api/v1/checks', { place, devices })).status).to.equal(422);
    expect(performance.now() - started).to.be.lessThan(1_000);
  }).timeout(60_000);

  it('cannot make a search take long', async () => {
    for (const search of ['(a+)+$'.repeat(16), '.*'.repeat(50), 'a'.repeat(100), '\\'.repeat(100)]) {
      const started = performance.now();
      const reply = await quality.get(`/api/v1/products?search=${encodeURIComponent(search)}`);
      expect(reply.status).to.equal(200);
      expect(performance.now() - started).to.be.lessThan(500);
    }
  });
});
