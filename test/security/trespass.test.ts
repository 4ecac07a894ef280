import { expect } from 'chai';
import type { Role } from '../../src/access/permissions.ts';
import { gtinOf, stapler } from '../catalogue/samples.ts';
import { type Country, type Name, personOf, placeOf } from '../disclosure/country.ts';
import { leaves } from '../disclosure/json.ts';
import { lotPath, lots, products, type Story, serials } from '../disclosure/story.ts';
import { toldCountry } from '../disclosure/told.ts';
import { at, type Reply } from '../support/http.ts';

/** A request that must come to nothing. */
interface Attempt {
  readonly as: [Name, Role];
  readonly method?: 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'GET';
  readonly path: string;
  readonly body?: object;
  readonly refused: string;
}

const nobody = '00000000-0000-4000-8000-000000000000';
const wording = { zh: '文字', en: 'words' };

describe('security: a member of one organisation reaches for another’s things', () => {
  let country: Country;
  let story: Story;
  /** Everything that was answered, to be looked through at the end. */
  const answers: Reply[] = [];

  before(async function () {
    this.timeout(120_000);
    ({ country, story } = await toldCountry());
  });
  after(() => country.close());

  const member = (name: Name) => country.members[name];
  const client = (name: Name, role: Role) => personOf(member(name), role).client;
  const place = (name: Name) =>
    placeOf(member(name), member(name).kind === 'hospital' ? 'store' : 'warehouse');
  const command = (body: object) => ({ commandId: crypto.randomUUID(), ...body });

  async function send({ as: [name, role], method = 'POST', path, body }: Attempt): Promise<Reply> {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const reply = await client(name, role).send(method, path, headers, text);
    answers.push(reply);
    return reply;
  }

  async function expectRefused(attempts: readonly Attempt[]): Promise<void> {
    const { db } = country.database;
    const before = await db.collection('events').countDocuments();
    for (const attempt of attempts) {
      const { status, body } = await send(attempt);
      const name = `${attempt.method ?? 'POST'} ${attempt.path} as ${attempt.as.join(' ')}`;
      expect(status, `${name}: ${JSON.stringify(body)}`).to.be.within(400, 499);
      expect(at(body, '/code'), name).to.equal(attempt.refused);
    }
    expect(await db.collection('events').countDocuments()).to.equal(before);
  }

  it('another maker’s products, lots and recalls are nothing to a maker', async () => {
    const as: Attempt['as'] = ['otherMaker', 'quality'];
    const scope = [{ ...lots.bad }];
    const decided = {
      class: 'I',
      basis: 'voluntary',
      reason: wording,
      instructions: wording,
      measures: ['warning'],
    };
    const recall = `/api/v1/recalls/${story.recalls.bad}`;
    const making = {
      gtin: products.stapler,
      lot: 'X',
      manufacturedOn: '2026-02-02',
      parts: [{ quantity: 7 }],
    };
    await expectRefused([
      {
        as,
        path: '/api/v1/lots',
        body: command({ ...making, place: place('otherMaker') }),
        refused: 'lot/not-yours',
      },
      {
        as,
        path: '/api/v1/lots',
        body: command({ ...making, place: place('maker') }),
        refused: 'request/invalid',
      },
      { as, path: lotPath(lots.bad, '/release'), body: command({}), refused: 'lot/not-yours' },
      { as, path: lotPath(lots.bad, '/holds'), body: command({ reason: 'x' }), refused: 'lot/not-yours' },
      {
        as,
        path: lotPath(lots.good, `/holds/${story.holds[1]}/lifting`),
        body: command({ reason: 'x' }),
        refused: 'lot/not-yours',
      },
      {
        as,
        path: '/api/v1/recalls',
        body: command({ ...decided, scope }),
        refused: 'recall/product-not-own',
      },
      {
        as,
        path: '/api/v1/recalls',
        body: command({
          ...decided,
          scope: [{ ...lots.foreign, lot: 'OTHER' }],
          returnTo: { organisation: member('maker').id, place: place('maker') },
        }),
        refused: 'recall/return-place',
      },
      { as, path: `${recall}/widening`, body: command({ scope, reason: wording }), refused: 'not-found' },
      { as, path: `${recall}/completion`, body: command({ summary: wording }), refused: 'not-found' },
      {
        as,
        path: `${recall}/closing`,
        body: command({ review: 'adequate', liftsRestrictions: true }),
        refused: 'not-found',
      },
      {
        as,
        path: '/api/v1/label-jobs',
        body: command({ ...lots.bad, quantity: 1 }),
        refused: 'lot/not-yours',
      },
      {
        as,
        method: 'PATCH',
        path: `/api/v1/products/${products.stapler}`,
        body: { revision: 1, reason: 'x', changes: { model: 'x' } },
        refused: 'not-found',
      },
      { as, path: '/api/v1/products', body: stapler(1), refused: 'catalogue/gtin-taken' },
      {
        as,
        path: '/api/v1/products',
        body: stapler(71, { supersedes: gtinOf(1), packaging: [] }),
        refused: 'catalogue/supersedes-refused',
      },
    ]);
  });

  it('another’s shipments are received, closed and accepted by nobody else', async () => {
    const as: Attempt['as'] = ['otherDistributor', 'distributor'];
    const [shipment = ''] = story.shipments;
    const here = place('otherDistributor');
    const lines = [{ ...lots.bad, quantity: 1 }];
    const accepting = { place: here, shipment, lines, conclusion: 'qualified' };
    await expectRefused([
      { as, path: '/api/v1/receipts', body: command({ shipment, place: here, lines }), refused: 'not-found' },
      { as, path: '/api/v1/acceptances', body: command(accepting), refused: 'not-found' },
      {
        as,
        path: `/api/v1/shipments/${shipment}/closing`,
        body: command({ reason: 'x' }),
        refused: 'not-found',
      },
      {
        as,
        path: '/api/v1/shipments',
        body: command({ from: place('distributor'), to: member('beijing').id, lines, papers: 'x' }),
        refused: 'request/invalid',
      },
      {
        as,
        path: '/api/v1/moves',
        body: command({ from: here, to: place('distributor'), lines }),
        refused: 'request/invalid',
      },
      {
        as,
        path: `/api/v1/recalls/${story.recalls.units}/responses`,
        body: command({ found: 0, quarantined: 0, used: 0 }),
        refused: 'not-found',
      },
    ]);
  });

  it('another hospital’s events, people, places, checks and patients stay out of reach', async () => {
    const as: Attempt['as'] = ['beijing', 'theatre'];
    const { db } = country.database;
    const foreign = await db
      .collection('events')
      .findOne({ organisation: member('guangzhou').id, type: 'used' });
    const theirs = personOf(member('guangzhou'), 'theatre').id;
    const mine = personOf(member('beijing'), 'theatre').id;
    const devices = [{ device: { ...lots.good, quantity: 1 }, implanted: false }];
    const use = {
      happenedAt: country.now().toISOString(),
      procedure: 'x',
      patient: {},
      devices,
      preUseCheck: true,
    };
    const theatre = placeOf(member('beijing'), 'theatre');
    const event = String(foreign?._id);
    await expectRefused([
      {
        as,
        path: `/api/v1/events/${event}/correction`,
        body: command({ reason: 'x' }),
        refused: 'correction/not-yours',
      },
      { as, method: 'GET', path: `/api/v1/events/${event}`, refused: 'not-found' },
      {
        as,
        path: '/api/v1/uses',
        body: command({ ...use, place: theatre, surgeon: theirs }),
        refused: 'people/unknown',
      },
      {
        as,
        path: '/api/v1/uses',
        body: command({ ...use, place: placeOf(member('guangzhou'), 'theatre'), surgeon: mine }),
        refused: 'request/invalid',
      },
      {
        as,
        path: '/api/v1/checks',
        body: { place: placeOf(member('guangzhou'), 'theatre'), devices: [{ ...lots.bad, quantity: 1 }] },
        refused: 'request/invalid',
      },
      {
        as,
        path: '/api/v1/patient-devices',
        body: { recordNumber: 'record-guangzhou-1' },
        refused: 'not-found',
      },
      {
        as: ['beijing', 'materials'],
        path: '/api/v1/patient-devices',
        body: { recordNumber: 'x' },
        refused: 'access/forbidden',
      },
      {
        as: ['beijing', 'administrator'],
        method: 'GET',
        path: lotPath(lots.bad, '/patients'),
        refused: 'access/forbidden',
      },
    ]);
  });

  it('an administrator administers the own organisation alone', async () => {
    const as: Attempt['as'] = ['beijing', 'administrator'];
    const theirs = personOf(member('guangzhou'), 'theatre').id;
    const token = await country.database.db.collection('tokens').findOne({ person: theirs as never });
    const own = personOf(member('beijing'), 'theatre').id;
    await expectRefused([
      { as, method: 'PATCH', path: `/api/v1/people/${theirs}`, body: { name: 'x' }, refused: 'not-found' },
      { as, path: `/api/v1/people/${theirs}/one-time-password`, refused: 'not-found' },
      { as, method: 'GET', path: `/api/v1/people/${theirs}/tokens`, refused: 'not-found' },
      { as, method: 'DELETE', path: `/api/v1/people/${theirs}/tokens/${token?._id}`, refused: 'not-found' },
      // The own person with another's token.
      { as, method: 'DELETE', path: `/api/v1/people/${own}/tokens/${token?._id}`, refused: 'not-found' },
      { as, method: 'DELETE', path: `/api/v1/tokens/${token?._id}`, refused: 'not-found' },
      {
        as,
        method: 'PATCH',
        path: `/api/v1/places/${place('guangzhou')}`,
        body: { active: false },
        refused: 'not-found',
      },
      {
        as,
        method: 'PATCH',
        path: `/api/v1/organisations/${member('guangzhou').id}`,
        body: { address: 'x' },
        refused: 'access/forbidden',
      },
      {
        as,
        method: 'PUT',
        path: `/api/v1/organisations/${member('guangzhou').id}/active`,
        body: { active: false },
        refused: 'access/forbidden',
      },
    ]);
  });

  it('a device that does not exist for the caller and one that does not exist are refused alike', async () => {
    const pairs: [Name, Role, string, string][] = [
      ['beijing', 'materials', `/api/v1/shipments/${story.shipments[0]}`, `/api/v1/shipments/${nobody}`],
      ['beijing', 'materials', `/api/v1/events/${story.events[0]}`, `/api/v1/events/${nobody}`],
      ['shenzhen', 'materials', `/api/v1/recalls/${story.recalls.bad}`, `/api/v1/recalls/${nobody}`],
      ['shenzhen', 'materials', lotPath(lots.bad), lotPath({ ...lots.bad, lot: 'NONE' })],
      [
        'shenzhen',
        'materials',
        lotPath(lots.bad, '/history'),
        lotPath({ ...lots.bad, lot: 'NONE' }, '/history'),
      ],
      [
        'shenzhen',
        'materials',
        lotPath(lots.bad, '/balance'),
        lotPath({ ...lots.bad, lot: 'NONE' }, '/balance'),
      ],
      [
        'guangzhou',
        'materials',
        `/api/v1/units/${products.unit}/${serials[0]}`,
        `/api/v1/units/${products.unit}/NONE`,
      ],
      ['otherMaker', 'quality', `/api/v1/products/${products.stapler}`, `/api/v1/products/${gtinOf(77)}`],
      ['beijing', 'administrator', `/api/v1/places/${place('maker')}`, `/api/v1/places/${nobody}`],
      [
        'otherFoundation',
        'foundation',
        `/api/v1/programmes/${story.programme}/uses`,
        `/api/v1/programmes/${nobody}/uses`,
      ],
    ];
    for (const [name, role, theirs, nothing] of pairs) {
      const [one, other] = [await client(name, role).get(theirs), await client(name, role).get(nothing)];
      answers.push(one, other);
      const plain = ({ status, body }: Reply) => {
        const { requestId: _id, info: _echo, ...rest } = body as Record<string, unknown>;
        return { status, ...rest };
      };
      expect(plain(one), theirs).to.deep.equal(plain(other));
      expect(plain(one).status, theirs).to.equal(404);
      // What is echoed is what was asked for.
      const echoed = leaves(at(one.body, '/info'));
      for (const value of echoed) expect(decodeURIComponent(theirs)).to.include(String(value));
    }
  });

  it('another’s command id, or a colleague’s, gives nobody the answer', async () => {
    const { db } = country.database;
    const [stored] = await db
      .collection<{ _id: string }>('commands')
      .find({ _id: new RegExp(`^${member('distributor').id}/`), route: 'POST /api/v1/shipments' })
      .toArray();
    const commandId = stored?._id.split('/')[1] ?? '';
    const body = {
      commandId,
      from: place('otherDistributor'),
      to: member('beijing').id,
      lines: [{ ...lots.good, quantity: 1 }],
      papers: 'x',
    };
    const other = await send({
      as: ['otherDistributor', 'distributor'],
      path: '/api/v1/shipments',
      body,
      refused: '',
    });
    expect(at(other.body, '/code')).to.equal('stock/not-there');
    for (const shipment of story.shipments) expect(other.bytes.toString()).not.to.include(shipment);
    const own = { ...body, from: place('distributor') };
    const again = await send({
      as: ['distributor', 'distributor'],
      path: '/api/v1/shipments',
      body: own,
      refused: '',
    });
    expect([again.status, at(again.body, '/code')]).to.deep.equal([409, 'command/id-reused']);
  });

  it('what stands on a lot is told only to those who have or had of it', async () => {
    const at = place('otherDistributor');
    const lines = [{ ...lots.good, quantity: 1 }];
    const shipment = story.shipments.at(4) ?? '';
    const attempts: [string, object][] = [
      ['/api/v1/shipments', { from: at, to: member('beijing').id, lines, papers: 'x' }],
      ['/api/v1/shipments', { from: at, to: member('beijing').id, lines, papers: 'x', purpose: 'return' }],
      ['/api/v1/quarantine-releases', { place: at, lines, reason: 'x' }],
      ['/api/v1/acceptances', { place: at, shipment, lines, conclusion: 'qualified' }],
    ];
    for (const [path, body] of attempts) {
      const as: Attempt['as'] = ['otherDistributor', 'distributor'];
      const refused = path === '/api/v1/acceptances' ? 'acceptance/not-received' : 'stock/not-there';
      await expectRefused([{ as, path, body: command(body), refused }]);
    }
    for (const hold of story.holds)
      for (const { bytes } of answers) expect(bytes.toString()).not.to.include(hold);
  });

  it('no refusal says anything of the machinery', () => {
    expect(answers.length).to.be.greaterThan(50);
    for (const { bytes, status } of answers) {
      if (status < 400) continue;
      expect(bytes.toString()).not.to.match(
        /mongo|E11000|node_modules|\.ts\b|\bat \w+ \(|stack|\$gt|collection/i,
      );
    }
  });
});
