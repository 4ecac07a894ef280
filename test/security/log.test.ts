import { expect } from 'chai';
import { type Country, personOf } from '../disclosure/country.ts';
import { factsOf } from '../disclosure/facts.ts';
import { toldCountry } from '../disclosure/told.ts';

describe('security: the log', () => {
  let country: Country;

  before(async function () {
    this.timeout(120_000);
    ({ country } = await toldCountry());
  });
  after(() => country.close());

  it('holds no identity, no secret, no name, no text, no lot', async () => {
    const { client } = personOf(country.members.guangzhou, 'theatre');
    const identity = 'record-guangzhou-1';
    const json = { 'content-type': 'application/json' };
    await client.post('/api/v1/patient-devices', { recordNumber: identity });
    await client.send('POST', '/api/v1/patient-devices', json, `{"recordNumber": "${identity}"`);
    await client.send('POST', '/api/v1/patient-devices', json, `{"${identity}": 1}`);
    await client.get(`/api/v1/units/${encodeURIComponent(identity)}/x?${identity}=1`);
    await client.get(`/${identity}`, { 'user-agent': identity, 'x-request-id': identity });
    await country.server.client().post('/api/v1/sign-in', { username: identity, password: identity });
    await client.get('/health/live');
    const log = country.log.join('\n');
    expect(country.log.length).to.be.greaterThan(100);
    const kinds = [
      'identity',
      'text',
      'recall-text',
      'note',
      'contact',
      'lot',
      'serial',
      'pseudonym',
      'donor',
    ];
    const secrets = Object.values(country.members).flatMap(({ people }) => people.map(({ token }) => token));
    const people = await country.database.db.collection('people').find({}).toArray();
    for (const { kind, value } of await factsOf(country)) {
      if (kinds.includes(kind) && String(value).length > 4) expect(log).not.to.include(String(value));
    }
    for (const { name, passwordHash, staffNumber } of people) secrets.push(name, passwordHash, staffNumber);
    for (const secret of secrets) if (secret !== undefined) expect(log).not.to.include(secret);
    expect(log).not.to.include('a password of nobody else');
  });
});
