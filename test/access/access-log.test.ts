import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { at, listAt, textAt } from '../support/http.ts';
import { accessBench, type Bench } from './bench.ts';

describe('access: the access log', () => {
  let bench: Bench;
  before(async () => {
    bench = await accessBench();
  });
  after(() => bench.close());

  it('has every sign-in and every change, who did it and to whom, and no secret and no name', async () => {
    const hospital = bench.organisation('hospital');
    const chief = await bench.person(hospital, 'administrator');
    const administrator = await chief.signIn();
    const made = await administrator.post('/api/v1/people', {
      name: '张三丰',
      username: 'zhangsanfeng',
      roles: ['theatre'],
    });
    const id = textAt(made.body, '/id');
    await bench.client().post('/api/v1/sign-in', { username: 'zhangsanfeng', password: 'a wrong password' });
    await administrator.patch(`/api/v1/people/${id}`, { roles: ['materials'], name: '张君宝' });
    const reset = await administrator.post(`/api/v1/people/${id}/one-time-password`);
    const token = await administrator.post('/api/v1/tokens', { name: 'x', permissions: ['self'] });
    await administrator.delete(`/api/v1/tokens/${textAt(token.body, '/id')}`);
    const log = await administrator.get('/api/v1/access-log');
    const entries = listAt(log.body, '/items').toSorted((a, b) =>
      textAt(a, '/kind').localeCompare(textAt(b, '/kind')),
    );
    expect(entries.map((entry) => textAt(entry, '/kind'))).to.deep.equal([
      'password-reset',
      'person-changed',
      'person-created',
      'person-created',
      'sign-in-failed',
      'signed-in',
      'token-issued',
      'token-revoked',
    ]);
    const changed = entries[1];
    expect(at(changed, '/actor')).to.equal(chief.id);
    expect(at(changed, '/person')).to.equal(id);
    expect(at(changed, '/details')).to.deep.equal({
      changed: ['name', 'roles'],
      roles: { from: ['theatre'], to: ['materials'] },
    });
    expect(textAt(changed, '/address')).to.match(/127\.0\.0\.1$/);
    const text = log.bytes.toString();
    expect(text).not.to.match(/张三丰|张君宝|zhangsanfeng|wrong password/);
    expect(text)
      .not.to.include(textAt(reset.body, '/oneTimePassword'))
      .and.not.to.include(textAt(token.body, '/token'));
  });

  it("is each organisation's own, and who tried a username that does not exist is for the operator", async () => {
    const clinic = await (await bench.person(bench.organisation('hospital'), 'administrator')).signIn();
    await bench
      .client()
      .post('/api/v1/sign-in', { username: 'no-such-person', password: 'a wrong password' });
    const operator = await (await bench.person(bench.organisation('operator'), 'administrator')).signIn();
    const own = listAt((await clinic.get('/api/v1/access-log')).body, '/items');
    expect(own.map((entry) => textAt(entry, '/kind'))).to.have.members(['person-created', 'signed-in']);
    const theirs = listAt((await operator.get('/api/v1/access-log')).body, '/items');
    expect(theirs.map((entry) => textAt(entry, '/kind'))).to.have.members([
      'person-created',
      'signed-in',
      'sign-in-failed',
    ]);
    const nurse = await (await bench.person(bench.organisation('hospital'), 'theatre')).signIn();
    expect((await nurse.get('/api/v1/access-log')).status).to.equal(403);
  });

  it('gives each entry once over its pages, newest first, entries of one moment too', async () => {
    const clinic = bench.organisation('hospital');
    const administrator = await (await bench.person(clinic, 'administrator')).signIn();
    for (let n = 0; n < 7; n += 1) await administrator.post('/api/v1/people', { name: `人 ${n}` });
    bench.pass(1_000);
    await administrator.post('/api/v1/people', { name: '最后' });
    const seen: unknown[] = [];
    let next: unknown;
    do {
      const cursor = typeof next === 'string' ? `&cursor=${next}` : '';
      const page = await administrator.get(`/api/v1/access-log?limit=4${cursor}`);
      seen.push(...listAt(page.body, '/items'));
      next = at(page.body, '/next');
    } while (next !== undefined);
    const ids = seen.map((entry) => textAt(entry, '/id'));
    expect(ids).to.have.length(10);
    expect(new Set(ids).size).to.equal(10);
    const times = seen.map((entry) => textAt(entry, '/at'));
    expect(times).to.deep.equal(times.toSorted().toReversed());
  });

  it('does not grow with attempts that were not even looked at', async () => {
    const nurse = await bench.person(bench.organisation('hospital'), 'theatre');
    const before = await bench.db.collection('accessLog').countDocuments();
    for (let n = 0; n < 20; n += 1) {
      await bench.client().post('/api/v1/sign-in', { username: nurse.username, password: `guess ${n}` });
    }
    // Ten failures, and that it was blocked.
    expect(await bench.db.collection('accessLog').countDocuments()).to.equal(before + 11);
  });

  it('has no code that changes or removes an entry', async () => {
    const room = join(import.meta.dirname, '../../src/access');
    for (const file of await readdir(room)) {
      const source = await readFile(join(room, file), 'utf8');
      const calls = [...source.matchAll(/accessLogOn\([^)]*\)\s*\.(\w+)/g)].map((match) => match[1]);
      for (const call of calls) expect(call, file).to.be.oneOf(['create', 'find']);
    }
  });
});
