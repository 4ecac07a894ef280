import { expect } from 'chai';
import { z } from 'zod';
import { readLots } from '../../src/catalogue/lots.ts';
import { lotId } from '../../src/ledger/event.ts';
import {
  decidedRecall,
  recallBalance,
  recallDetail,
  recallPage,
  recallUses,
} from '../../src/recalls/schemas.ts';
import { nextId } from '../support/ledger-play.ts';
import { recallBody } from './goods.ts';
import { listReads } from './identity-reads.ts';
import { bad, foreignProduct, good, members, type Name } from './members.ts';
import { alsoBad, type Story, tell } from './story.ts';
import { createWorld, type World } from './world.ts';

const problem = z.object({ code: z.string(), faults: z.array(z.object({ pointer: z.string() })).optional() });

describe('a recall', () => {
  let world: World;
  let story: Story;
  let id: string;
  const decided = recallBody();

  before(async function () {
    this.timeout(60_000);
    world = await createWorld();
    story = await tell(world);
    world.at('2026-11-24T02:30:00Z');
    const reply = await world.as('maker').post('/api/v1/recalls', decided);
    expect(reply.status, JSON.stringify(reply.body)).to.equal(201);
    id = decidedRecall.parse(reply.body).recall;
  });
  after(() => world.close());

  const get = async <S extends z.ZodType>(name: Name, path: string, schema: S): Promise<z.output<S>> => {
    const reply = await world.as(name).get(path);
    expect(reply.status, `${name} ${path} ${JSON.stringify(reply.body)}`).to.equal(200);
    return schema.parse(reply.body);
  };
  const uses = (name: Name) => get(name, `/api/v1/recalls/${id}/uses`, recallUses);
  const refused = async (name: Name, body: unknown, path = '/api/v1/recalls') => {
    const reply = await world.as(name).post(path, body);
    return { status: reply.status, ...problem.parse(reply.body) };
  };

  it('stands on its lots with the address to which they go back, and on no other lot', async () => {
    const lots = await readLots(world.parts.db, [lotId(bad), lotId(good)]);
    const [restriction] = lots.get(lotId(bad))?.restrictions ?? [];
    expect(restriction).to.include({
      kind: 'recall',
      reference: id,
      returnTo: members.maker.id,
      returnPlace: members.maker.store,
    });
    expect(lots.get(lotId(good))?.restrictions).to.deep.equal([]);
  });

  it('has the first number of its year, and is effective', async () => {
    const detail = await get('maker', `/api/v1/recalls/${id}`, recallDetail);
    expect(detail).to.include({ number: 'R-2026-001', state: 'effective', narrowed: false });
    expect(detail.reason).to.deep.equal(decided.reason);
  });

  it('fences every holding of its lots, and no other', async () => {
    const holdings = await world.parts.db.collection('holdings').find().toArray();
    const fenced = holdings.filter(({ fences }) =>
      fences.some((mark: { reference: string }) => mark.reference === `${id}/1`),
    );
    expect(fenced.map(({ organisation }) => organisation).sort()).to.deep.equal(
      [members.maker.id, members.distributor.id, members.guangzhou.id, members.beijing.id].sort(),
    );
    expect(new Set(fenced.map(({ lot }) => lot))).to.deep.equal(new Set([bad.lot]));
  });

  it('concerns those that have, had or used the lot, or to whom it is on its way', async () => {
    const { progress } = await get('maker', `/api/v1/recalls/${id}`, recallDetail);
    expect(progress.map(({ organisation }) => organisation)).to.have.members(
      (['distributor', 'guangzhou', 'beijing', 'chengdu'] as const).map((name) => members[name].id),
    );
  });

  it('sent again is the same recall; with other content it is refused', async () => {
    const again = await world.as('maker').post('/api/v1/recalls', decided);
    expect(again.status).to.equal(201);
    expect(again.body).to.deep.equal({ recall: id, number: 'R-2026-001', state: 'effective' });
    expect(await refused('maker', { ...decided, class: 'II' })).to.include({ code: 'command/id-reused' });
  });

  it('covers products of its own maker only, known or not, with the same answer', async () => {
    const unknown = '06901234599992';
    for (const gtin of [foreignProduct, unknown]) {
      const answer = await refused('maker', recallBody({ scope: [bad, { gtin, lot: 'L1' }] }));
      expect(answer).to.include({ status: 422, code: 'recall/product-not-own' });
      expect(answer.faults).to.deep.equal([{ pointer: '/scope/1/gtin' }]);
    }
  });

  it('refuses a return address that is another organisation’s, and one item twice', async () => {
    const { id: organisation, store: place } = members.guangzhou;
    expect(await refused('maker', recallBody({ returnTo: { organisation, place } }))).to.include({
      code: 'recall/return-place',
    });
    const own = members.maker.id;
    expect(await refused('maker', recallBody({ returnTo: { organisation: own, place } }))).to.include({
      code: 'recall/return-place',
    });
    expect(await refused('maker', recallBody({ scope: [good, good] }))).to.include({
      code: 'recall/scope-repeated',
    });
  });

  it('is decided by quality staff of a maker alone', async () => {
    for (const name of ['distributor', 'guangzhou', 'nationalAuthority'] as const) {
      expect((await refused(name, recallBody())).code).to.equal('access/forbidden');
    }
    expect(await refused('otherMaker', recallBody())).to.include({ code: 'recall/product-not-own' });
  });

  describe('its list of uses', () => {
    it('shows the maker pseudonyms, days and hospitals, and no patient, person or place', async () => {
      const reply = await world.as('maker').get(`/api/v1/recalls/${id}/uses`);
      const list = recallUses.parse(reply.body);
      expect(list.items.map(({ pseudonym, corrected }) => [pseudonym, corrected])).to.have.deep.members([
        [story.guangzhou, false],
        [story.beijing, false],
        [story.beijingCorrected, true],
      ]);
      expect(list.counts).to.include({ uses: 3, late: 0, corrected: 1 });
      expect(list.items[0]?.usedOn).to.equal('2026-11-10');
      const text = reply.bytes.toString();
      for (const secret of ['王芳', 'ZY20261110', '13800000000', members.guangzhou.store, '09:30']) {
        expect(text).not.to.include(secret);
      }
    });

    it('shows a hospital its own, with identities, after the reading is in the audit trail', async () => {
      const list = await uses('guangzhou');
      expect(list.items.map(({ pseudonym }) => pseudonym)).to.deep.equal([story.guangzhou]);
      const [{ identity } = { identity: undefined }] = list.items;
      expect(identity?.kind === 'identified' && identity.stated.name).to.equal('王芳');
      expect(await listReads(world, members.guangzhou.id)).to.deep.include({
        action: 'identify',
        purpose: 'recall',
        uses: 1,
        person: 'person-of-guangzhou',
      });
    });

    it('names no patient to one who may not', async () => {
      const reply = await world.as('beijing', 'patient:recall').get(`/api/v1/recalls/${id}/uses`);
      const list = recallUses.parse(reply.body);
      expect(list.items).to.have.length(2);
      expect(list.items.every(({ identity }) => identity === undefined)).to.equal(true);
      expect(await listReads(world, members.beijing.id)).to.deep.equal([]);
    });

    it('shows the distributor none of its customers’ uses', async () => {
      const list = await uses('distributor');
      expect(list.items).to.deep.equal([]);
      expect(list.byOrganisation).to.deep.equal([]);
    });

    it('shows a regional authority its hospitals only, without a total', async () => {
      const list = await uses('beijingAuthority');
      expect(list.narrowed).to.equal(true);
      expect(list.counts).to.equal(undefined);
      expect(new Set(list.items.map(({ organisation }) => organisation))).to.deep.equal(
        new Set([members.beijing.id]),
      );
      expect((await uses('guangdongAuthority')).counts).to.include({ uses: 3 });
      expect((await uses('nationalAuthority')).items.every((item) => item.identity === undefined)).to.equal(
        true,
      );
    });
  });

  describe('its mass balance', () => {
    const balance = (name: Name) => get(name, `/api/v1/recalls/${id}/balance`, recallBalance);

    it('adds up to zero over all accounts', async () => {
      const { lots, narrowed } = await balance('maker');
      expect(narrowed).to.equal(false);
      expect(lots.map(({ total }) => total)).to.deep.equal([0]);
      const rows = lots[0]?.rows ?? [];
      expect(rows.reduce((sum, { quantity }) => sum + quantity, 0)).to.equal(0);
      const of = (name: Name) =>
        rows
          .filter(({ organisation }) => organisation === members[name].id)
          .map(({ kind, condition, quantity }) => [kind, condition, quantity]);
      expect(of('maker')).to.deep.equal([
        ['production', undefined, -100],
        ['place', 'available', 5],
        ['transit', undefined, 5],
      ]);
      expect(of('distributor')).to.deep.equal([['place', 'available', 35]]);
      expect(of('guangzhou')).to.deep.equal([
        ['place', 'available', 23],
        ['consumed', undefined, 1],
        ['destroyed', undefined, 1],
      ]);
      expect(of('beijing')).to.deep.equal([
        ['place', 'available', 29],
        ['consumed', undefined, 1],
      ]);
      expect(
        rows.some(({ place, organisation }) => place !== undefined && organisation !== members.maker.id),
      ).to.equal(false);
    });

    it('shows an organisation its own rows, and no total', async () => {
      const { lots, narrowed } = await balance('guangzhou');
      expect(narrowed).to.equal(true);
      expect(lots[0]?.total).to.equal(undefined);
      expect(lots[0]?.rows.map(({ organisation }) => organisation)).to.deep.equal(
        Array(3).fill(members.guangzhou.id),
      );
    });
  });

  describe('for others', () => {
    const strangers = ['wuhan', 'otherMaker', 'hubeiAuthority'] as const;

    it('does not exist', async () => {
      const papers = [`notices/${members.guangzhou.id}.pdf`, 'report.pdf'];
      for (const name of strangers) {
        for (const path of ['', '/uses', '/balance', ...papers.map((paper) => `/${paper}`)]) {
          const reply = await world.as(name).get(`/api/v1/recalls/${id}${path}`);
          expect([reply.status, problem.parse(reply.body).code], `${name} ${path}`).to.deep.equal([
            404,
            'not-found',
          ]);
        }
        expect((await get(name, '/api/v1/recalls', recallPage)).items).to.deep.equal([]);
      }
      const answer = { commandId: nextId(), found: 0, quarantined: 0, used: 0 };
      expect(await refused('wuhan', answer, `/api/v1/recalls/${id}/responses`)).to.include({
        code: 'not-found',
      });
    });

    it('is in the list of everyone whom it concerns', async () => {
      const concerned = [
        'maker',
        'distributor',
        'guangzhou',
        'chengdu',
        'beijingAuthority',
        'nationalAuthority',
      ] as const;
      for (const name of concerned) {
        const page = await get(name, '/api/v1/recalls?limit=10', recallPage);
        expect(
          page.items.map((item) => item.id),
          name,
        ).to.deep.equal([id]);
      }
    });
  });

  describe('afterwards', () => {
    it('a late use is in the list, marked, also from a hospital that never had the lot', async () => {
      const late = await world.use('beijing', bad, { deviations: ['recalled'] });
      const stray = await world.use('wuhan', bad, {
        deviations: ['recalled', 'not-in-stock'],
        from: 'unexplained',
        // Stated as long before the recall: what counts is when it was recorded.
        eventTime: '2026-10-01T08:00:00+08:00',
      });
      const list = await uses('maker');
      const marked = new Map(list.items.map(({ pseudonym, late: isLate }) => [pseudonym, isLate]));
      expect(marked.get(late.pseudonym)).to.equal(true);
      expect(marked.get(stray.pseudonym)).to.equal(true);
      expect(marked.get(story.beijing)).to.equal(false);
      expect(list.counts).to.include({ uses: 5, late: 2 });
      // And with that use the hospital is concerned.
      expect((await uses('wuhan')).items).to.have.length(1);
    });

    it('an organisation answers, and the maker sees it', async () => {
      const path = `/api/v1/recalls/${id}/responses`;
      const body = { commandId: nextId(), found: 23, quarantined: 23, used: 1, note: '已全部隔离' };
      expect((await world.as('guangzhou').post(path, body)).status).to.equal(201);
      const { progress } = await get('maker', `/api/v1/recalls/${id}`, recallDetail);
      const row = progress.find(({ organisation }) => organisation === members.guangzhou.id);
      expect(row?.answer).to.include({ found: 23, quarantined: 23, used: 1, note: '已全部隔离' });
      const own = await get('chengdu', `/api/v1/recalls/${id}`, recallDetail);
      expect(own.progress.map(({ organisation }) => organisation)).to.deep.equal([members.chengdu.id]);
      const overstated = { ...body, commandId: nextId(), quarantined: 24 };
      expect(await refused('guangzhou', overstated, path)).to.deep.include({
        code: 'request/invalid',
        faults: [{ pointer: '/quarantined' }],
      });
    });

    it('is widened by the same path, with a fence of its own', async () => {
      const path = `/api/v1/recalls/${id}/widening`;
      const reason = { zh: '同一模具的另一批', en: 'Another lot of the same mould' };
      const body = { commandId: nextId(), scope: [alsoBad], reason };
      expect((await world.as('maker').post(path, body)).status).to.equal(201);
      const detail = await get('maker', `/api/v1/recalls/${id}`, recallDetail);
      expect(detail.state).to.equal('effective');
      expect(detail.scope).to.deep.equal([
        { ...bad, step: 1 },
        { ...alsoBad, step: 2 },
      ]);
      expect(detail.steps[1]?.reason).to.deep.equal(reason);
      const holding = await world.parts.db.collection('holdings').findOne({ lotId: lotId(alsoBad) });
      expect(holding?.fences.map(({ reference }: { reference: string }) => reference)).to.deep.equal([
        `${id}/2`,
      ]);
      const lot = (await readLots(world.parts.db, [lotId(alsoBad)])).get(lotId(alsoBad));
      expect(lot?.restrictions[0]).to.include({ reference: id, returnPlace: members.maker.store });
      const repeated = { ...body, commandId: nextId(), scope: [bad] };
      expect(await refused('maker', repeated, path)).to.include({ code: 'recall/scope-repeated' });
    });

    it('takes the next number, or the one that it is given once', async () => {
      const second = await world
        .as('maker')
        .post('/api/v1/recalls', recallBody({ scope: [good], class: 'III' }));
      expect(decidedRecall.parse(second.body).number).to.equal('R-2026-002');
      const named = recallBody({ scope: [good], number: 'CM-7' });
      expect(
        decidedRecall.parse((await world.as('maker').post('/api/v1/recalls', named)).body).number,
      ).to.equal('CM-7');
      expect(await refused('maker', recallBody({ scope: [good], number: 'CM-7' }))).to.include({
        status: 409,
        code: 'recall/number-taken',
      });
    });

    it('decided at once, several take different numbers', async () => {
      const replies = await Promise.all(
        Array.from({ length: 6 }, () =>
          world.as('maker').post('/api/v1/recalls', recallBody({ scope: [good] })),
        ),
      );
      const numbers = replies.map(({ body }) => decidedRecall.parse(body).number).sort();
      expect(numbers).to.deep.equal(['003', '004', '005', '006', '007', '008'].map((n) => `R-2026-${n}`));
    });

    it('pages the list, newest first, each once', async () => {
      const seen: string[] = [];
      let path = '/api/v1/recalls?limit=3';
      for (let pages = 0; path !== '' && pages < 9; pages += 1) {
        const { items, next } = await get('maker', path, recallPage);
        seen.push(...items.map(({ number }) => number));
        path = next === undefined ? '' : `/api/v1/recalls?limit=3&cursor=${next}`;
      }
      expect(seen).to.have.length(9);
      expect(new Set(seen).size).to.equal(9);
      expect(seen.at(-1)).to.equal('R-2026-001');
      const reply = await world.as('maker').get('/api/v1/recalls?cursor=bm8');
      expect(reply.status).to.equal(422);
    });

    it('is completed, then closed, and lifts its restrictions only when that is said', async () => {
      const completion = `/api/v1/recalls/${id}/completion`;
      const closing = `/api/v1/recalls/${id}/closing`;
      const close = (change: object) => ({
        commandId: nextId(),
        review: 'adequate',
        liftsRestrictions: false,
        ...change,
      });
      const restrictions = async () =>
        (await readLots(world.parts.db, [lotId(bad)]))
          .get(lotId(bad))
          ?.restrictions.map(({ reference }) => reference);
      expect((await refused('maker', close({}), closing)).code).to.equal('recall/not-completed');
      const done = { commandId: nextId(), summary: { zh: '全部收回', en: 'All taken back' } };
      expect((await world.as('maker').post(completion, done)).status).to.equal(201);
      const twice = { ...done, commandId: nextId() };
      expect((await refused('maker', twice, completion)).code).to.equal('recall/already-completed');
      const bold = close({ review: 'inadequate', liftsRestrictions: true });
      expect((await refused('maker', bold, closing)).code).to.equal('recall/inadequate');
      expect(await restrictions()).to.deep.equal([id]);
      expect((await world.as('maker').post(closing, close({ liftsRestrictions: true }))).status).to.equal(
        201,
      );
      expect(await restrictions()).to.deep.equal([]);
      const detail = await get('guangzhou', `/api/v1/recalls/${id}`, recallDetail);
      expect(detail.state).to.equal('closed');
      expect(detail.completed?.summary).to.deep.equal(done.summary);
      expect((await refused('maker', close({}), closing)).code).to.equal('recall/closed');
    });
  });
});
