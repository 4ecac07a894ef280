import { expect } from 'chai';
import {
  createFirstAdministrator,
  createPerson,
  ensureFirstAdministrator,
} from '../../src/access/new-person.ts';
import { findPeople } from '../../src/access/people.ts';
import { askedTogether } from '../../src/database/asking-together.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { Failure } from '../../src/errors.ts';
import { at, type Client, listAt, textAt } from '../support/http.ts';
import { type Account, accessBench, type Bench } from './bench.ts';

describe('access: people', () => {
  let bench: Bench;
  let hospital: string;
  let chief: Account;
  let administrator: Client;
  before(async () => {
    bench = await accessBench();
    hospital = bench.organisation('hospital');
    chief = await bench.person(hospital, 'administrator');
    administrator = await chief.signIn();
  });
  after(() => bench.close());

  it('adds people with a sign-in and without', async () => {
    const surgeon = await administrator.post('/api/v1/people', { name: '王主任', staffNumber: 'S001' });
    expect(surgeon.status).to.equal(201);
    expect(surgeon.body).to.have.all.keys('id');
    const nurse = await administrator.post('/api/v1/people', {
      name: '李护士',
      username: 'Li.HuShi',
      roles: ['theatre'],
    });
    expect(textAt(nurse.body, '/oneTimePassword')).to.match(
      /^([0-9a-hjkmnp-tv-z]{4}-){4}[0-9a-hjkmnp-tv-z]{4}$/,
    );
    const read = await administrator.get(`/api/v1/people/${textAt(nurse.body, '/id')}`);
    expect(read.body).to.deep.include({ username: 'li.hushi', roles: ['theatre'], passwordMustChange: true });
    expect(read.bytes.toString()).not.to.match(/argon2|passwordHash/);
    const taken = await administrator.post('/api/v1/people', {
      name: '另一人',
      username: 'LI.HUSHI',
      roles: [],
    });
    expect(at(taken.body, '/code')).to.equal('access/username-taken');
    const roleless = await administrator.post('/api/v1/people', { name: '无用户名', roles: ['theatre'] });
    expect(at(roleless.body, '/faults/0/pointer')).to.equal('/username');
  });

  it('grants only roles that the kind of organisation has', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    for (const role of ['quality', 'regulator', 'distributor', 'foundation']) {
      const added = await administrator.post('/api/v1/people', {
        name: 'x',
        username: `x-${role}`,
        roles: [role],
      });
      expect(at(added.body, '/code'), role).to.equal('access/role-unfit');
      const changed = await administrator.patch(`/api/v1/people/${nurse.id}`, { roles: [role] });
      expect(at(changed.body, '/code'), role).to.equal('access/role-unfit');
    }
    expect((await administrator.patch(`/api/v1/people/${nurse.id}`, { roles: ['root'] })).status).to.equal(
      422,
    );
  });

  it('lets nobody change their own roles, whatever they send', async () => {
    const own = `/api/v1/people/${chief.id}`;
    for (const body of [
      { roles: ['administrator', 'theatre'] },
      { active: false },
      { active: true, roles: [] },
    ]) {
      expect(at((await administrator.patch(own, body)).body, '/code')).to.equal('access/own-roles');
    }
    expect(at((await administrator.post(`${own}/one-time-password`)).body, '/code')).to.equal(
      'access/own-roles',
    );
    for (const body of [
      { organisation: hospital },
      { permissions: ['patient:read'] },
      { passwordHash: 'x' },
      { 'roles.0': 'theatre' },
    ]) {
      expect((await administrator.patch(own, body)).status, JSON.stringify(body)).to.equal(422);
    }
    const nurse = await bench.person(hospital, 'theatre');
    const session = await nurse.signIn();
    expect((await session.patch(`/api/v1/people/${nurse.id}`, { roles: ['administrator'] })).status).to.equal(
      403,
    );
    expect((await administrator.patch(own, { name: '新名字' })).status).to.equal(200);
  });

  it('keeps at least one administrator, also when two remove each other at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const clinic = bench.organisation('hospital');
      const [first, second] = [
        await bench.person(clinic, 'administrator'),
        await bench.person(clinic, 'administrator'),
      ];
      const [a, b] = [await first.signIn(), await second.signIn()];
      await Promise.all([
        a.patch(`/api/v1/people/${second.id}`, round % 2 === 0 ? { roles: [] } : { active: false }),
        b.patch(`/api/v1/people/${first.id}`, { roles: [] }),
      ]);
      const left = await bench.db
        .collection('people')
        .countDocuments({ organisation: clinic, active: true, roles: 'administrator' });
      expect(left, `round ${round}`).to.equal(1);
    }
  });

  it('shows an administrator the own organisation, and nothing of another', async () => {
    const clinic = bench.organisation('hospital');
    const stranger = await bench.person(clinic, 'theatre');
    const list = await administrator.get('/api/v1/people?limit=200');
    const ids = listAt(list.body, '/items').map((each) => textAt(each, '/id'));
    expect(ids).to.include(chief.id).and.not.to.include(stranger.id);
    const attempts = [
      await administrator.get(`/api/v1/people/${stranger.id}`),
      await administrator.patch(`/api/v1/people/${stranger.id}`, { roles: [] }),
      await administrator.post(`/api/v1/people/${stranger.id}/one-time-password`),
    ];
    const nowhere = await administrator.get('/api/v1/people/00000000-0000-4000-8000-000000000000');
    for (const reply of attempts) {
      expect(reply.status).to.equal(404);
      expect(at(reply.body, '/detail')).to.equal(at(nowhere.body, '/detail'));
    }
    expect(
      (await findPeople(askedTogether(bench.parts.connection), hospital, [stranger.id, chief.id])).size,
    ).to.equal(1);
    const colleagues = await (await bench.person(hospital, 'theatre')).signIn();
    const seen = await colleagues.get('/api/v1/colleagues?limit=200');
    expect(seen.bytes.toString()).to.include(chief.id).and.not.to.include(stranger.id);
    expect(seen.bytes.toString()).not.to.match(/username|roles/);
  });

  it('pages people, each once', async () => {
    const clinic = bench.organisation('hospital');
    const owner = await bench.person(clinic, 'administrator');
    for (let n = 0; n < 6; n += 1) await bench.person(clinic, 'theatre');
    const client = await owner.signIn();
    const seen: string[] = [];
    let next: unknown;
    do {
      const page = await client.get(
        `/api/v1/people?limit=3${typeof next === 'string' ? `&cursor=${next}` : ''}`,
      );
      seen.push(...listAt(page.body, '/items').map((each) => textAt(each, '/id')));
      next = at(page.body, '/next');
    } while (next !== undefined);
    expect(seen).to.have.length(7);
    expect(new Set(seen).size).to.equal(7);
    expect((await client.get('/api/v1/people?cursor=eyIkZ3QiOiIifQ')).status).to.equal(422);
  });

  it('ends sessions and tokens when a password is reset', async () => {
    const nurse = await bench.person(hospital, 'theatre');
    const session = await nurse.signIn();
    const program = bench.client({ token: await nurse.token(['self']) });
    const reset = await administrator.post(`/api/v1/people/${nurse.id}/one-time-password`);
    expect(textAt(reset.body, '/oneTimePassword')).to.have.length(24);
    expect((await session.get('/api/v1/me')).status).to.equal(401);
    expect((await program.get('/api/v1/me')).status).to.equal(401);
  });

  it('gives a username to a person who had none, once', async () => {
    const made = await administrator.post('/api/v1/people', { name: '赵医生' });
    const path = `/api/v1/people/${textAt(made.body, '/id')}`;
    expect((await administrator.post(`${path}/one-time-password`)).status).to.equal(409);
    expect((await administrator.patch(path, { roles: ['theatre'] })).status).to.equal(422);
    expect((await administrator.patch(path, { username: 'zhao', roles: ['theatre'] })).status).to.equal(200);
    expect((await administrator.patch(path, { username: 'zhao2' })).status).to.equal(409);
    expect((await administrator.post(`${path}/one-time-password`)).status).to.equal(200);
  });
});

describe('access: the first administrator', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await accessBench();
  });
  afterEach(() => bench.close());

  it('is made once, however many processes start at once', async () => {
    const operator = bench.organisation('operator');
    const made = await Promise.all(
      Array.from({ length: 8 }, () =>
        ensureFirstAdministrator(bench.parts, async (session) => {
          await bench.db.collection('accessGuards').insertOne({ operator }, { session });
          return operator;
        }),
      ),
    );
    const secrets = made.filter((each) => each !== undefined);
    expect(secrets).to.have.length(1);
    expect(await bench.db.collection('people').countDocuments()).to.equal(1);
    expect(
      await bench.db.collection('accessGuards').countDocuments({ operator: { $exists: true } }),
    ).to.equal(1);
    const [{ username, oneTimeSecret } = { username: '', oneTimeSecret: '' }] = secrets;
    const reply = await bench.client().post('/api/v1/sign-in', { username, password: oneTimeSecret });
    expect(reply.body).to.deep.include({
      organisationKind: 'operator',
      roles: ['administrator'],
      passwordMustChange: true,
    });
    expect(await ensureFirstAdministrator(bench.parts, async () => operator)).to.equal(undefined);
  });

  it('is not made where there is somebody', async () => {
    await bench.person(bench.organisation('hospital'), 'theatre');
    expect(await ensureFirstAdministrator(bench.parts, async () => 'never')).to.equal(undefined);
  });

  it('of an organisation is made with it, or not at all', async () => {
    const organisation = bench.organisation('distributor');
    const owner = {
      organisation,
      organisationKind: 'distributor' as const,
      name: '管理员',
      username: 'dist-admin',
    };
    const attempt = inTransaction(bench.parts.connection, async (session) => {
      await createFirstAdministrator(bench.parts, owner, session);
      throw new Failure('conflict');
    });
    expect(await attempt.catch((error: unknown) => error)).to.be.instanceOf(Failure);
    expect(await bench.db.collection('people').countDocuments()).to.equal(0);
    expect(await bench.db.collection('accessLog').countDocuments()).to.equal(0);
    const made = await inTransaction(bench.parts.connection, (session) =>
      createFirstAdministrator(bench.parts, owner, session),
    );
    expect(made.oneTimeSecret).to.have.length(24);
    const taken: unknown = await createPerson(bench.parts, { ...owner, roles: ['administrator'] }).catch(
      (error: unknown) => error,
    );
    expect(taken).to.be.instanceOf(Failure).with.property('code', 'access/username-taken');
  });
});
