import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import {
  attemptsPerAddress,
  attemptsPerUsername,
  attemptsPerUsernameAnywhere,
  countAttempt,
  ofAddress,
} from '../../src/access/attempts.ts';
import { hashPassword, isPassword } from '../../src/access/passwords.ts';
import { signIn as signInFrom } from '../../src/access/sign-in.ts';
import { Failure } from '../../src/errors.ts';
import { at, cookieFrom, listAt, textAt } from '../support/http.ts';
import { accessBench, type Bench, hour, minute } from './bench.ts';

describe('access: signing in', () => {
  let bench: Bench;
  let hospital: string;
  before(async () => {
    bench = await accessBench();
    hospital = bench.organisation('hospital');
  });
  after(() => bench.close());
  const signIn = (username: unknown, password: unknown) =>
    bench.client().post('/api/v1/sign-in', { username, password });

  it('opens a session in a cookie that scripts cannot read, and stores only its hash', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const reply = await signIn(` ${nurse.username.toUpperCase()} `, nurse.password);
    expect(reply.status).to.equal(200);
    expect(reply.headers['set-cookie']?.[0]).to.match(
      /^pps-trace=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const cookie = cookieFrom(reply);
    const me = await bench.client({ cookie }).get('/api/v1/me');
    expect(at(me.body, '/person')).to.equal(nurse.id);
    expect(at(me.body, '/roles')).to.deep.equal(['theatre']);
    const secret = cookie.split('=')[1] ?? '';
    for (const name of ['sessions', 'accessLog', 'people']) {
      const stored = JSON.stringify(await bench.db.collection(name).find().toArray());
      expect(stored, name).not.to.include(secret).and.not.to.include(nurse.password);
    }
    expect(bench.logLines.join('')).not.to.include(secret);
  });

  it('takes no session id that the browser brought (fixation)', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const planted = `pps-trace=${'A'.repeat(43)}`;
    const headers = { cookie: planted, 'sec-fetch-site': 'same-origin' };
    const reply = await bench
      .client()
      .post('/api/v1/sign-in', { username: nurse.username, password: nurse.password }, headers);
    expect(cookieFrom(reply)).not.to.equal(planted);
    expect((await bench.client({ cookie: planted }).get('/api/v1/me')).status).to.equal(401);
  });

  it('has a __Host- cookie where the service is reached over https', async () => {
    const secure = await accessBench({ publicUrl: new URL('https://pps.example') });
    try {
      const nurse = await secure.person(secure.organisation('hospital'), 'theatre');
      const reply = await secure
        .client()
        .post('/api/v1/sign-in', { username: nurse.username, password: nurse.password });
      expect(reply.headers['set-cookie']?.[0]).to.match(
        /^__Host-pps-trace=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      );
      expect(reply.headers['strict-transport-security']).to.match(/max-age=\d+/);
    } finally {
      await secure.close();
    }
  });

  it('ends a session that rests for an hour, and any after twelve', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const rested = await nurse.signIn();
    bench.pass(59 * minute);
    expect((await rested.get('/api/v1/me')).status).to.equal(200);
    bench.pass(59 * minute);
    expect((await rested.get('/api/v1/me')).status).to.equal(200);
    bench.pass(61 * minute);
    expect((await rested.get('/api/v1/me')).status).to.equal(401);
    const busy = await nurse.signIn();
    for (let passed = 0; passed < 11.5 * hour; passed += 30 * minute) {
      bench.pass(30 * minute);
      expect((await busy.get('/api/v1/me')).status).to.equal(200);
    }
    bench.pass(31 * minute);
    expect((await busy.get('/api/v1/me')).status).to.equal(401);
  });

  it('ends a session at sign-out, for whoever kept the cookie too', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const client = await nurse.signIn();
    const reply = await client.post('/api/v1/sign-out');
    expect(reply.status).to.equal(204);
    expect(reply.headers['set-cookie']?.[0]).to.match(/^pps-trace=;.*Max-Age=0$/);
    expect((await client.get('/api/v1/me')).status).to.equal(401);
  });

  it('answers an unknown username, a wrong password and a closed account alike', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const closed = await bench.person(hospital, 'theatre');
    await bench.db
      .collection<{ _id: string }>('people')
      .updateOne({ _id: closed.id }, { $set: { active: false } });
    const shut = bench.organisation('hospital');
    const locked = await bench.person(shut, 'theatre');
    bench.setOrganisationActive(shut, false);
    const replies = [
      await signIn('nobody-here', nurse.password),
      await signIn(nurse.username, 'wrong password'),
      await signIn(closed.username, closed.password),
      await signIn(locked.username, locked.password),
    ];
    const told = replies.map(({ status, body }) => ({
      status,
      code: at(body, '/code'),
      info: at(body, '/info'),
    }));
    expect(new Set(told.map((each) => JSON.stringify(each))).size).to.equal(1);
    expect(told[0]).to.deep.include({ status: 401, code: 'access/sign-in-failed' });
  });

  it('works as long for an unknown username as for a wrong password', async () => {
    const known = await hashPassword('the right password');
    const elapsed = async (stored: string | undefined) => {
      const started = performance.now();
      expect(await isPassword(stored, 'a wrong password')).to.equal(false);
      return performance.now() - started;
    };
    const quickest = { known: Number.POSITIVE_INFINITY, unknown: Number.POSITIVE_INFINITY };
    await elapsed(undefined);
    // The quickest of each, in turns: what else the machine does only ever adds. Without the hash of nobody's
    // password an unknown username takes no time at all.
    for (let round = 0; round < 20; round += 1) {
      quickest.known = Math.min(quickest.known, await elapsed(known));
      quickest.unknown = Math.min(quickest.unknown, await elapsed(undefined));
    }
    expect(quickest.unknown / quickest.known).to.be.within(0.5, 2);
    expect(await isPassword(undefined, 'nobody has this password'), 'nobody signs in with it').to.equal(
      false,
    );
  });

  it('refuses operators, and anything that is not two texts', async () => {
    for (const [username, password] of [
      [{ $ne: '' }, { $ne: '' }],
      [['a', 'b'], 'x'],
      ['a', { $gt: '' }],
      ['a\u0000b', 'x'],
      ['a', 'x'.repeat(1_000)],
      ['', ''],
      [null, null],
    ]) {
      const reply = await signIn(username, password);
      expect(reply.status, JSON.stringify([username, password])).to.equal(422);
      expect(reply.headers).not.to.have.property('set-cookie');
    }
  });

  it('lets exactly ten of thirty guesses at once be looked at, then blocks the right password too, for a while', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const guesses = Array.from({ length: 30 }, (_, n) => signIn(nurse.username, `guess number ${n}`));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).to.have.length(attemptsPerUsername);
    expect(statuses.filter((status) => status === 429)).to.have.length(30 - attemptsPerUsername);
    const blocked = await signIn(nurse.username, nurse.password);
    expect(blocked.status).to.equal(429);
    expect(Number(blocked.headers['retry-after'])).to.be.within(1, 15 * 60);
    bench.pass(15 * minute);
    expect((await signIn(nurse.username, nurse.password)).status).to.equal(200);
  });

  it('does not let a stranger elsewhere lock a nurse out, but bounds all of them together', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const from = (address: string, password: string) =>
      signInFrom(bench.parts, { username: nurse.username, password }, { address, requestId: 'test' }).then(
        () => 'signed in',
        (error: unknown) => (error instanceof Failure ? error.code : String(error)),
      );
    for (let n = 0; n < attemptsPerUsername + 5; n += 1) await from('203.0.113.7', `guess ${n}`);
    expect(await from('203.0.113.7', nurse.password)).to.equal('access/too-many-attempts');
    expect(await from('10.0.0.5', nurse.password)).to.equal('signed in');
    const outcomes = new Set<string>();
    for (let n = 0; n < attemptsPerUsernameAnywhere; n += 1)
      outcomes.add(await from(`198.51.100.${n}`, 'guess'));
    expect(outcomes).to.include('access/too-many-attempts');
  });

  it('blocks an unknown username just as it blocks a known one', async () => {
    const statuses: number[] = [];
    for (let n = 0; n <= attemptsPerUsername; n += 1)
      statuses.push((await signIn('ghost-account', 'guess')).status);
    expect(statuses.at(-2)).to.equal(401);
    expect(statuses.at(-1)).to.equal(429);
  });

  it('counts an address, and an IPv6 network as one', async () => {
    const tooMany = async (address: string) =>
      countAttempt(bench.parts, ofAddress(address)).then(
        () => false,
        (error: unknown) => error instanceof Failure && error.code === 'access/too-many-attempts',
      );
    for (let n = 0; n < attemptsPerAddress; n += 1) {
      expect(await tooMany(`2001:db8:1:2::${n.toString(16)}`)).to.equal(false);
    }
    expect(await tooMany('2001:DB8:1:2:ffff:0:0:1')).to.equal(true);
    expect(await tooMany('2001:db8:1:3::1')).to.equal(false);
    expect(ofAddress('::ffff:10.0.0.1')).to.deep.equal(ofAddress('10.0.0.1'));
  });

  it('lets a one-time password do nothing but be changed', async () => {
    const administrator = await (await bench.person(hospital, 'administrator')).signIn();
    const made = await administrator.post('/api/v1/people', {
      name: '新护士',
      username: 'new-nurse',
      roles: ['theatre'],
    });
    const oneTime = textAt(made.body, '/oneTimePassword');
    const reply = await signIn('new-nurse', oneTime);
    expect(at(reply.body, '/passwordMustChange')).to.equal(true);
    const cookie = cookieFrom(reply);
    const client = bench.client({ cookie });
    const refused = await client.get('/probe/use-record');
    expect(refused.status).to.equal(403);
    expect(at(refused.body, '/code')).to.equal('access/password-must-change');
    const token = await client.post('/api/v1/tokens', { name: 'x', permissions: ['self'] });
    expect(at(token.body, '/code')).to.equal('access/password-must-change');
    const changed = await client.post('/api/v1/me/password', {
      currentPassword: oneTime,
      newPassword: '这是一个足够长的新密码呀呀',
    });
    expect(changed.status).to.equal(204);
    expect((await client.get('/api/v1/me')).status).to.equal(401);
    expect((await bench.client({ cookie: cookieFrom(changed) }).get('/probe/use-record')).status).to.equal(
      204,
    );
    expect((await signIn('new-nurse', oneTime)).status).to.equal(401);
  });

  it('changes a password only for who knows the present one, and ends all other sessions', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const other = await nurse.signIn();
    const client = await nurse.signIn();
    const change = (currentPassword: string, newPassword: string) =>
      client.post('/api/v1/me/password', { currentPassword, newPassword });
    expect(at((await change('wrong password', 'a new long password')).body, '/code')).to.equal(
      'access/password-wrong',
    );
    for (const bad of [
      'short',
      'aaaaaaaaaaaaaaaa',
      `xx${nurse.username.toUpperCase()}xx`,
      nurse.password,
      'x1y2z'.repeat(30),
    ]) {
      const reply = await change(nurse.password, bad);
      expect(at(reply.body, '/code'), bad).to.equal('access/password-refused');
      expect(listAt(reply.body, '/faults')).not.to.have.length(0);
    }
    expect((await change(nurse.password, 'a new long password')).status).to.equal(204);
    expect((await other.get('/api/v1/me')).status).to.equal(401);
    expect((await client.get('/api/v1/me')).status).to.equal(401);
  });

  it('bounds guesses at the present password by who found a screen unlocked', async () => {
    const client = await (await bench.person(hospital, 'theatre')).signIn();
    let status = 0;
    for (let n = 0; n <= attemptsPerUsername; n += 1) {
      const guess = { currentPassword: `guess ${n}`, newPassword: 'a new long password' };
      status = (await client.post('/api/v1/me/password', guess)).status;
    }
    expect(status).to.equal(429);
  });

  it('opens no session under a password that was reset while it was being checked', async () => {
    const administrator = await (await bench.person(hospital, 'administrator')).signIn();
    let opened = 0;
    // The reset starts a little later each round, so that it meets the sign-ins at every step of theirs.
    for (let delayMs = 0; delayMs < 40; delayMs += 4) {
      const nurse = await bench.person(hospital, 'theatre');
      const [reset, ...attempts] = await Promise.all([
        delay(delayMs).then(() => administrator.post(`/api/v1/people/${nurse.id}/one-time-password`)),
        ...Array.from({ length: 3 }, () => signIn(nurse.username, nurse.password)),
      ]);
      expect(reset.status).to.equal(200);
      for (const attempt of attempts.filter(({ status }) => status === 200)) {
        opened += 1;
        const left = await bench.client({ cookie: cookieFrom(attempt) }).get('/api/v1/me');
        expect(left.status, `after ${delayMs} ms`).to.equal(401);
      }
    }
    expect(opened).to.be.greaterThan(0);
  });
});
