import { expect } from 'chai';
import type { Role } from '../../src/access/permissions.ts';
import { type Country, type Name, personOf } from '../disclosure/country.ts';
import { lotPath, lots } from '../disclosure/story.ts';
import { toldCountry } from '../disclosure/told.ts';
import { at, textAt } from '../support/http.ts';

describe('security: stolen tokens, and addresses with odd characters', () => {
  let country: Country;

  before(async function () {
    this.timeout(120_000);
    ({ country } = await toldCountry());
  });
  after(() => country.close());

  const client = (name: Name, role: Role) => personOf(country.members[name], role).client;

  it('a stolen token does no more than its scope, and nothing once it is revoked', async () => {
    const owner = client('guangzhou', 'materials');
    const made = await owner.post('/api/v1/tokens', { name: 'scanner', permissions: ['stock:read'] });
    const thief = country.server.client({ token: textAt(made.body, '/token') });
    expect((await thief.get('/api/v1/stock')).status).to.equal(200);
    const others: [string, string, object?][] = [
      ['GET', '/api/v1/me'],
      ['GET', '/api/v1/tokens'],
      ['POST', '/api/v1/tokens', { name: 'x', permissions: ['stock:read'] }],
      ['POST', '/api/v1/me/password', { currentPassword: 'x', newPassword: 'y' }],
      ['POST', '/api/v1/moves', {}],
      ['GET', lotPath(lots.bad, '/history')],
      ['GET', lotPath(lots.bad, '/patients')],
    ];
    for (const [method, path, body] of others) {
      const { status } = await thief.send(
        method,
        path,
        { 'content-type': 'application/json' },
        JSON.stringify(body),
      );
      expect(status, path).to.equal(403);
    }
    expect((await owner.delete(`/api/v1/tokens/${textAt(made.body, '/id')}`)).status).to.equal(204);
    expect((await thief.get('/api/v1/stock')).status).to.equal(401);
  });

  it('a lot number with a slash, a percent sign or a dot finds its lot', async () => {
    const maker = client('maker', 'quality');
    for (const rest of ['', '/balance', '/history']) {
      expect((await maker.get(lotPath(lots.bad, rest))).status, rest).to.equal(200);
    }
    for (const lot of ['%', '%2F', '/', '..', '.', 'a?b', '__proto__', 'balance', '(1)*+']) {
      const { status, body } = await maker.get(lotPath({ ...lots.bad, lot }));
      expect([status, at(body, '/info/lot')], lot).to.deep.equal([404, lot]);
    }
    const twice = await maker.get(lotPath({ ...lots.bad, lot: encodeURIComponent(lots.bad.lot) }));
    expect(twice.status).to.equal(404);
  });
});
