import { expect } from 'chai';
import { at, listAt, type Reply, textAt } from '../support/http.ts';
import { createWorld, done, members, places, refusal, uuid, type World } from '../support/world.ts';
import { books, expectBalanced, unitAt } from '../support/world-books.ts';
import { dilator, foreign, implant, stapler, staplerSingleBox, unknown } from '../support/world-facts.ts';
import {
  check,
  fromFactory,
  lotPath,
  make,
  newLot,
  receive,
  ship,
  stocked,
  use,
  useBody,
  useInB,
} from '../support/world-play.ts';

const deviationsOf = (answer: unknown, index = 0) =>
  listAt(answer, `/uses/${index}/deviations`).filter((deviation) => deviation !== 'not-checked');

describe('dangers: the check blocks each, and a use that happened is recorded with it', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());
  afterEach(() => expectBalanced(world.database.db));

  const lotOf = (quantity = 1) => ({ gtin: stapler, lot: newLot(), quantity });
  const unit = (serial: string) => ({ gtin: implant, lot: newLot(), serials: [serial] });

  /** Each makes a device that has one thing wrong with it. */
  const dangers: readonly [string, readonly string[], () => Promise<object>][] = [
    [
      'an expired lot',
      ['expired'],
      async () => {
        const line = lotOf();
        await stocked(world, line, { expiresOn: '2026-11-03' });
        world.at('2026-11-03T16:30:00Z');
        return line;
      },
    ],
    [
      'a lot on hold',
      ['on-hold'],
      async () => {
        const line = lotOf();
        await stocked(world, line);
        const hold = { commandId: uuid(), reason: '投诉调查' };
        await done(world.as('quality').post(lotPath(line, 'holds'), hold));
        return line;
      },
    ],
    [
      'a recalled lot',
      ['recalled'],
      async () => {
        const line = lotOf();
        await stocked(world, line);
        await recall(line);
        return line;
      },
    ],
    [
      'a recalled product',
      ['recalled'],
      async () => {
        const line = { gtin: foreign, lot: newLot(), quantity: 2 };
        const body = { commandId: uuid(), ...line, manufacturedOn: '2026-03-01', expiresOn: '2029-02-28' };
        const { quantity, ...facts } = body;
        const parts = [{ quantity }];
        const place = places.otherFactory;
        await done(world.as('otherQuality').post('/api/v1/lots', { ...facts, parts, place }));
        await done(world.as('otherQuality').post(lotPath(line, 'release'), { commandId: uuid() }));
        await brought(line, { by: 'otherQuality', from: places.otherFactory, to: 'hospitalA' });
        await recall({ gtin: foreign }, 'otherQuality');
        return { ...line, quantity: 1 };
      },
    ],
    [
      'a lot that was not released',
      ['not-in-stock', 'not-released'],
      async () => {
        const line = lotOf();
        await make(world, line, { released: false });
        return line;
      },
    ],
    [
      'a device that awaits acceptance',
      ['not-available'],
      async () => {
        const line = lotOf();
        await make(world, line);
        const shipment = await ship(world, fromFactory, [line]);
        await receive(world, 'keeperA', shipment, places.theatreA, [line]);
        return line;
      },
    ],
    [
      'a unit in quarantine',
      ['not-available'],
      async () => {
        const line = unit('Z1');
        await stocked(world, line);
        const body = { commandId: uuid(), place: places.theatreA, lines: [line], reason: '包装破损' };
        await done(world.as('nurseA').post('/api/v1/quarantines', body));
        return line;
      },
    ],
    [
      'a device of another hospital',
      ['not-in-stock'],
      async () => {
        const line = lotOf();
        await make(world, line);
        await brought(line, { ...fromFactory, to: 'hospitalB' });
        return line;
      },
    ],
    ['a lot that nobody made', ['not-in-stock', 'unverified'], async () => lotOf()],
    [
      'a GTIN that nobody registered',
      ['not-in-stock', 'unverified'],
      async () => ({ gtin: unknown, lot: newLot(), quantity: 1 }),
    ],
    [
      'a serial number that nobody made, of a lot that is there',
      ['not-in-stock', 'unverified'],
      async () => {
        const line = unit('Y1');
        await stocked(world, line);
        return { ...line, serials: ['Y-FALSE'] };
      },
    ],
    [
      'a unit that was used',
      ['already-used', 'not-in-stock'],
      async () => {
        const line = unit('X1');
        await stocked(world, line);
        await use(world, [line]);
        return line;
      },
    ],
    [
      'a unit whose label names another lot',
      ['identity-mismatch'],
      async () => {
        const line = unit('W1');
        await stocked(world, line);
        const other = unit('W2');
        await make(world, other);
        return { ...line, lot: other.lot };
      },
    ],
    [
      'a unit whose label names a recalled lot',
      ['recalled', 'identity-mismatch'],
      async () => {
        const line = unit('V1');
        await stocked(world, line);
        const other = unit('V2');
        await make(world, other);
        await recall(other);
        return { ...line, lot: other.lot };
      },
    ],
    [
      'a label with another expiry date than the lot',
      ['identity-mismatch'],
      async () => {
        const line = lotOf();
        await stocked(world, line);
        return { scan: `(01)${stapler}(17)290301(10)${line.lot}` };
      },
    ],
    [
      'a label that says it expired, of a lot without a date of its own',
      ['expired', 'not-in-stock', 'unverified'],
      async () => ({ scan: `(01)${stapler}(17)261101(10)${newLot()}` }),
    ],
    [
      'a reusable device without a sterilisation record',
      ['not-sterile'],
      async () => {
        const line = { gtin: dilator, lot: newLot(), serials: ['N1'] };
        await stocked(world, line);
        return line;
      },
    ],
    [
      'a serial-tracked product scanned without a serial number',
      ['not-in-stock', 'unverified'],
      async () => {
        const line = unit('U1');
        await stocked(world, line);
        return { gtin: implant, lot: line.lot, quantity: 1 };
      },
    ],
  ];

  async function recall(
    scope: { gtin: string; lot?: string; serials?: unknown; quantity?: unknown },
    by: 'quality' | 'otherQuality' = 'quality',
  ) {
    const { gtin, lot } = scope;
    const words = { zh: '成钉高度超出规定范围。', en: 'Staples form outside the specified height.' };
    await done(
      world.as(by).post('/api/v1/recalls', {
        commandId: uuid(),
        class: 'I',
        basis: 'voluntary',
        reason: words,
        instructions: words,
        measures: ['taking-back'],
        scope: [{ gtin, ...(lot === undefined ? {} : { lot }) }],
      }),
    );
  }

  async function brought(line: object, leg: Parameters<typeof ship>[1]) {
    const shipment = await ship(world, leg, [line]);
    const [by, place] =
      leg.to === 'hospitalB'
        ? (['keeperB', places.theatreB] as const)
        : (['keeperA', places.theatreA] as const);
    await receive(world, by, shipment, place, [line]);
    const acceptance = { commandId: uuid(), shipment, place, lines: [line], conclusion: 'qualified' };
    await done(world.as(by).post('/api/v1/acceptances', acceptance));
  }

  for (const [name, expected, arrange] of dangers) {
    it(name, async () => {
      world.at('2026-11-02T02:00:00Z');
      const device = await arrange();
      const answer = await done(
        world.as('nurseA').post('/api/v1/checks', { place: places.theatreA, devices: [device] }),
      );
      expect(at(answer, '/results/0/verdict')).to.equal('blocked');
      const reasons = listAt(answer, '/results/0/reasons');
      expect(reasons.map((reason) => textAt(reason, '/code'))).to.have.members([...expected]);
      for (const reason of reasons) {
        expect(textAt(reason, '/zh')).to.match(/[\u4e00-\u9fff]/);
        expect(textAt(reason, '/en')).to.match(/\w/);
      }
      const checked = textAt(answer, '/results/0/check');
      const used = await use(world, [{ device, implanted: false, check: checked }]);
      // A check that blocked is no check.
      expect(listAt(used, '/uses/0/deviations')).to.have.members([...expected, 'not-checked']);
      const incidents = listAt(await done(world.as('nurseA').get('/api/v1/incidents')), '/items');
      expect(incidents.map((incident) => textAt(incident, '/id'))).to.include(
        textAt(used, '/uses/0/pseudonym'),
      );
    });
  }

  it('a recalled product is restricted in the stock list, and no lot of it is proposed', async () => {
    const query = `gtin=${foreign}&place=${places.theatreA}`;
    const rows = listAt(await done(world.as('keeperA').get(`/api/v1/stock?${query}`)), '/items');
    expect(rows.map((row) => at(row, '/restricted'))).to.deep.equal([true]);
    const proposal = await done(world.as('keeperA').get(`/api/v1/stock/proposal?${query}&quantity=1`));
    expect(proposal).to.deep.equal({ gtin: foreign, lots: [], short: 1 });
  });

  it('the day ends at midnight in China, not at midnight UTC', async () => {
    const line = lotOf(2);
    world.at('2026-11-02T02:00:00Z');
    await stocked(world, line, { expiresOn: '2026-11-05' });
    const verdict = async (time: string) => {
      world.at(time);
      return (await check(world, [{ ...line, quantity: 1 }]))[0]?.codes;
    };
    expect(await verdict('2026-11-05T15:59:50Z')).to.deep.equal([]);
    expect(await verdict('2026-11-05T15:59:59Z')).to.deep.equal(['expired']);
    // The use before midnight, recorded after it.
    const used = await use(world, [{ ...line, quantity: 1 }], { happenedAt: '2026-11-05T23:59:00+08:00' });
    expect(deviationsOf(used)).to.deep.equal([]);
    const late = await use(world, [{ ...line, quantity: 1 }], { happenedAt: '2026-11-05T12:00:00-04:00' });
    expect(deviationsOf(late)).to.deep.equal(['expired']);
  });

  it('two hospitals record a use of one serial number at once: both are recorded, one finds it used', async () => {
    const line = unit('B1');
    await stocked(world, line);
    const answers = await Promise.all([use(world, [line]), useInB(world, [line])]);
    const [inA, inB] = answers.map((answer) => deviationsOf(answer));
    expect(inB).to.include('not-in-stock');
    expect([inA, inB].filter((found) => found?.includes('already-used'))).to.have.length(1);
    const { db } = world.database;
    const b = await books(db, 'hospitalB', line);
    expect(b).to.deep.equal({ consumed: 1, unexplained: -1 });
  });

  it('a use raced by a hold of the lot: once the hold has answered, no use is without it', async () => {
    const line = lotOf(20);
    await stocked(world, line);
    const one = { gtin: line.gtin, lot: line.lot, quantity: 1 };
    const before = Array.from({ length: 8 }, () => use(world, [one]));
    const hold = { commandId: uuid(), reason: '调查' };
    await done(world.as('quality').post(lotPath(line, 'holds'), hold));
    const after = await Promise.all(Array.from({ length: 8 }, () => use(world, [one])));
    await Promise.all(before);
    for (const answer of after) expect(deviationsOf(answer)).to.deep.equal(['on-hold']);
    expect((await check(world, [one]))[0]?.codes).to.deep.equal(['on-hold']);
  });

  it('the same command twice at once acts once; other content under its id is refused', async () => {
    const line = lotOf(3);
    await stocked(world, line);
    const body = useBody(world, [{ ...line, quantity: 1 }]);
    const send = (sent: object): Promise<Reply> => world.as('nurseA').post('/api/v1/uses', sent);
    const [first, second] = await Promise.all([done(send(body)), done(send(body))]);
    expect(second).to.deep.equal(first);
    expect(await refusal(send({ ...body, procedure: '其他' }))).to.equal('409 command/id-reused');
    expect(await books(world.database.db, 'hospitalA', line)).to.deep.equal({
      consumed: 1,
      'theatreA/available': 2,
    });
  });

  it('a box that holds a single unit is that unit', async () => {
    const line = lotOf();
    await stocked(world, line);
    const used = await use(world, [{ gtin: staplerSingleBox, lot: line.lot, quantity: 1 }]);
    expect(deviationsOf(used)).to.deep.equal([]);
  });

  it('a reusable unit is contaminated, not gone; a third use is over its limit', async () => {
    const line = { gtin: dilator, lot: newLot(), serials: ['RE1'] };
    await stocked(world, line);
    await use(world, [line]);
    expect(await unitAt(world.database.db, dilator, 'RE1')).to.equal('hospitalA theatreA/contaminated');
    expect(deviationsOf(await use(world, [line]))).to.deep.equal(['not-available', 'not-sterile']);
    expect(deviationsOf(await use(world, [line]))).to.include('reuse-limit');
    expect(await books(world.database.db, 'hospitalA', line)).to.deep.equal({ 'theatreA/contaminated': 1 });
  });

  it('is refused for its form alone: two of a lot on one line, a stranger as surgeon, a place of others', async () => {
    const line = lotOf(3);
    await stocked(world, line);
    const send = (devices: readonly object[], changes: object = {}) =>
      refusal(world.as('nurseA').post('/api/v1/uses', useBody(world, devices, changes)));
    const one = { ...line, quantity: 1 };
    expect(await send([{ ...line, quantity: 2 }])).to.equal('422 use/quantity');
    expect(await send([one], { surgeon: world.people.surgeonB })).to.equal('422 people/unknown');
    expect(await send([one], { place: places.theatreB })).to.equal('422 request/invalid');
    expect(await send([one], { happenedAt: '2046-11-02T10:30:00+08:00' })).to.equal('422 command/time');
    expect(await send([one], { programme: members.maker.id })).to.equal('422 programme/not-running');
    expect(await refusal(world.as('keeperA').post('/api/v1/uses', useBody(world, [one])))).to.equal(
      '403 access/forbidden',
    );
  });

  it('what the patient was given is this hospital’s alone to know', async () => {
    const line = lotOf(2);
    await stocked(world, line);
    const changes = { patient: { inpatientNumber: 'ZY-77', name: '秘密' } };
    const used = textAt(await use(world, [{ ...line, quantity: 1 }], changes), '/events/0');
    const query = { inpatientNumber: 'ZY-77' };
    expect(await refusal(world.as('nurseB').post('/api/v1/patient-devices', query))).to.equal(
      '404 not-found',
    );
    for (const stranger of ['nurseB', 'quality', 'trader'] as const) {
      expect(await refusal(world.as(stranger).get(`/api/v1/events/${used}`))).to.equal('404 not-found');
    }
    const history = await world.as('quality').get(lotPath(line, 'history'));
    for (const secret of [used, places.theatreA, world.people.surgeonA, '秘密', 'ZY-77']) {
      expect(history.bytes.toString('utf8')).not.to.include(secret);
    }
  });
});
