import { expect } from 'chai';
import { tokensPerPerson } from '../../src/access/tokens.ts';
import { at, listAt, textAt } from '../support/http.ts';
import { accessBench, type Bench, day } from './bench.ts';

describe('access: tokens', () => {
  let bench: Bench;
  let hospital: string;
  before(async () => {
    bench = await accessBench();
    hospital = bench.organisation('hospital');
  });
  after(() => bench.close());
  const timeAfter = (ms: number) => new Date(bench.now().getTime() + ms).toISOString();

  it('is shown once, stored hashed, and listed without what would let one use it', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const client = await nurse.signIn();
    const made = await client.post('/api/v1/tokens', { name: '接口', permissions: ['self', 'use:record'] });
    expect(made.status).to.equal(201);
    const secret = textAt(made.body, '/token');
    expect(secret).to.match(/^pps_[\w-]{43}$/);
    const stored = JSON.stringify(await bench.db.collection('tokens').find().toArray());
    expect(stored).not.to.include(secret).and.not.to.include(secret.slice(4));
    expect((await bench.client({ token: secret }).get('/probe/use-record')).status).to.equal(204);
    const list = await client.get('/api/v1/tokens');
    expect(list.bytes.toString()).not.to.include(secret).and.not.to.include('hash');
    expect(at(list.body, '/items/0')).to.deep.include({ name: '接口', id: at(made.body, '/id') });
    expect(textAt(list.body, '/items/0/lastUsedAt')).to.equal(bench.now().toISOString());
    expect(bench.logLines.join('')).not.to.include(secret);
  });

  it('does no more than its scope, and its scope no more than its maker', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const token = await nurse.token(['use:record']);
    const program = bench.client({ token });
    expect((await program.get('/probe/use-record')).status).to.equal(204);
    expect((await program.get('/probe/patient-read')).status).to.equal(403);
    expect((await program.get('/api/v1/me')).status).to.equal(403);
    const client = await nurse.signIn();
    for (const permissions of [['lot:produce'], ['use:record', 'organisation:administer']]) {
      const reply = await client.post('/api/v1/tokens', { name: 'x', permissions });
      expect(at(reply.body, '/code')).to.equal('access/scope-exceeded');
    }
    for (const permissions of [[], ['everything'], ['self', 'self'], 'self', { $in: ['self'] }]) {
      expect((await client.post('/api/v1/tokens', { name: 'x', permissions })).status).to.equal(422);
    }
  });

  it('makes no token that can do more, lives longer, or outlives it', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const client = await nurse.signIn();
    const wish = { name: 'parent', permissions: ['self', 'use:record'], expiresAt: timeAfter(10 * day) };
    const parent = await client.post('/api/v1/tokens', wish);
    const program = bench.client({ token: textAt(parent.body, '/token') });
    const make = (permissions: string[], expiresAt?: string) =>
      program.post('/api/v1/tokens', {
        name: 'child',
        permissions,
        ...(expiresAt !== undefined && { expiresAt }),
      });
    expect(at((await make(['patient:read'])).body, '/code')).to.equal('access/scope-exceeded');
    expect(at((await make(['use:record'], timeAfter(11 * day))).body, '/code')).to.equal(
      'access/scope-exceeded',
    );
    const child = await make(['self', 'use:record']);
    expect(textAt(child.body, '/expiresAt')).to.equal(timeAfter(10 * day));
    const grandchild = await bench
      .client({ token: textAt(child.body, '/token') })
      .post('/api/v1/tokens', { name: 'grandchild', permissions: ['use:record'] });
    const last = bench.client({ token: textAt(grandchild.body, '/token') });
    expect((await last.get('/probe/use-record')).status).to.equal(204);
    expect((await client.delete(`/api/v1/tokens/${textAt(parent.body, '/id')}`)).status).to.equal(204);
    expect((await program.get('/probe/use-record')).status).to.equal(401);
    expect((await last.get('/probe/use-record')).status).to.equal(401);
  });

  it('expires, in a year at the latest', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const client = await nurse.signIn();
    const make = (expiresAt: string) =>
      client.post('/api/v1/tokens', { name: 'x', permissions: ['self'], expiresAt });
    expect((await make(timeAfter(367 * day))).status).to.equal(403);
    expect((await make(timeAfter(-1))).status).to.equal(422);
    expect((await make('2099-01-01')).status).to.equal(422);
    const made = await make(timeAfter(2 * day));
    const program = bench.client({ token: textAt(made.body, '/token') });
    bench.pass(2 * day - 1);
    expect((await program.get('/api/v1/me')).status).to.equal(200);
    bench.pass(1);
    expect((await program.get('/api/v1/me')).status).to.equal(401);
  });

  it('loses at once what its person loses', async () => {
    const administrator = await (await bench.person(hospital, 'administrator')).signIn();
    const nurse = await bench.person(hospital, 'theatre', 'materials');
    const program = bench.client({ token: await nurse.token(['self', 'use:record']) });
    expect((await program.get('/probe/use-record')).status).to.equal(204);
    await administrator.patch(`/api/v1/people/${nurse.id}`, { roles: ['materials'] });
    expect((await program.get('/probe/use-record')).status).to.equal(403);
    await administrator.patch(`/api/v1/people/${nurse.id}`, { active: false });
    expect((await program.get('/api/v1/me')).status).to.equal(401);
    await administrator.patch(`/api/v1/people/${nurse.id}`, { active: true });
    expect((await program.get('/api/v1/me')).status, 'old tokens stay dead').to.equal(401);
  });

  it('is dead while its organisation is closed', async () => {
    const clinic = bench.organisation('hospital');
    const nurse = await bench.person(clinic, 'theatre');
    const program = bench.client({ token: await nurse.token(['self']) });
    const session = await nurse.signIn();
    bench.setOrganisationActive(clinic, false);
    expect((await program.get('/api/v1/me')).status).to.equal(401);
    expect((await session.get('/api/v1/me')).status).to.equal(401);
  });

  it('cannot do what needs the person: change the password, sign out', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const program = bench.client({ token: await nurse.token(['self']) });
    const change = { currentPassword: nurse.password, newPassword: 'another long password' };
    for (const reply of [
      await program.post('/api/v1/me/password', change),
      await program.post('/api/v1/sign-out'),
    ]) {
      expect(at(reply.body, '/code')).to.equal('access/session-required');
    }
  });

  it("is its own person's: another cannot see or revoke it, the own administrator can", async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const token = await nurse.token(['self']);
    const own = await nurse.signIn();
    const id = textAt((await own.get('/api/v1/tokens')).body, '/items/0/id');
    const colleague = await (await bench.person(hospital, 'theatre')).signIn();
    expect(listAt((await colleague.get('/api/v1/tokens')).body, '/items')).to.have.length(0);
    expect((await colleague.delete(`/api/v1/tokens/${id}`)).status).to.equal(404);
    const stranger = await (await bench.person(bench.organisation('hospital'), 'administrator')).signIn();
    expect((await stranger.get(`/api/v1/people/${nurse.id}/tokens`)).status).to.equal(404);
    expect((await stranger.delete(`/api/v1/people/${nurse.id}/tokens/${id}`)).status).to.equal(404);
    expect((await bench.client({ token }).get('/api/v1/me')).status).to.equal(200);
    const administrator = await (await bench.person(hospital, 'administrator')).signIn();
    expect(
      textAt((await administrator.get(`/api/v1/people/${nurse.id}/tokens`)).body, '/items/0/id'),
    ).to.equal(id);
    expect((await administrator.delete(`/api/v1/people/${nurse.id}/tokens/${id}`)).status).to.equal(204);
    expect((await bench.client({ token }).get('/api/v1/me')).status).to.equal(401);
  });

  it('is one of at most twenty alive, also when they are asked for at once', async () => {
    const client = await (await bench.person(hospital, 'theatre')).signIn();
    const asked = Array.from({ length: tokensPerPerson + 6 }, () =>
      client.post('/api/v1/tokens', { name: 'x', permissions: ['self'] }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).to.have.length(tokensPerPerson);
    expect(statuses.filter((status) => status === 409)).to.have.length(6);
  });

  it('is not helped by a cookie beside it, nor by any other way to write it', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const token = await nurse.token(['self']);
    const session = await nurse.signIn();
    expect((await session.get('/api/v1/me', { authorization: 'Bearer pps_wrong' })).status).to.equal(401);
    expect((await session.get('/api/v1/me', { authorization: 'Basic eDp5' })).status).to.equal(401);
    for (const authorization of [
      token,
      `Bearer  ${token}`,
      `Bearer ${token} `.trimEnd().concat('x'),
      `Bearer ${token.toUpperCase()}`,
      `Bearer ${'x'.repeat(5_000)}`,
    ]) {
      expect(
        (await bench.client().get('/api/v1/me', { authorization })).status,
        authorization.slice(0, 20),
      ).to.equal(401);
    }
    const query = await bench.client().get(`/api/v1/me?access_token=${token}`);
    expect(query.status).to.equal(401);
  });
});
