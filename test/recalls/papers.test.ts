import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { lotReport, noticeFor } from '../../src/recalls/papers.ts';
import { decidedRecall, recallDetail } from '../../src/recalls/schemas.ts';
import { deadlineWords, stateWords } from '../../src/recalls/words.ts';
import { textOfPages, withoutSpace } from '../documents/pdf-reading.ts';
import { nextId } from '../support/ledger-play.ts';
import { recallBody } from './goods.ts';
import { bad, good, members, type Name, stapler } from './members.ts';
import { type Story, tell } from './story.ts';
import { createWorld, type World } from './world.ts';

/** Where the papers are left to look at; nothing is written unless it is set. */
const { PAPERS_DIR } = process.env;

describe('the papers of a recall', () => {
  let world: World;
  let story: Story;
  let late: string;
  let id: string;

  before(async function () {
    this.timeout(60_000);
    world = await createWorld();
    story = await tell(world);
    world.at('2026-11-24T02:30:00Z');
    const reply = await world.as('maker').post('/api/v1/recalls', recallBody());
    id = decidedRecall.parse(reply.body).recall;
    late = (await world.use('beijing', bad, { deviations: ['recalled', 'not-checked'] })).pseudonym;
    const answer = { commandId: nextId(), found: 23, quarantined: 23, used: 1 };
    await world.as('guangzhou').post(`/api/v1/recalls/${id}/responses`, answer);
  });
  after(() => world.close());

  const noticePath = (name: Name) => `/api/v1/recalls/${id}/notices/${members[name].id}.pdf`;
  const fetched = async (
    reader: Name,
    path: string,
  ): Promise<{ text: string; pages: number; bytes: Buffer }> => {
    const reply = await world.as(reader).get(path);
    expect(reply.status, `${reader} ${path} ${reply.bytes.toString().slice(0, 300)}`).to.equal(200);
    expect(reply.headers['content-type']).to.match(/^application\/pdf/);
    const pages = await textOfPages(reply.bytes);
    await leave(`${path.includes('notices') ? 'notice' : 'report'}-${reader}`, reply.bytes);
    return { text: withoutSpace(pages.join('\n')), pages: pages.length, bytes: reply.bytes };
  };
  const leave = async (name: string, bytes: Buffer) => {
    if (PAPERS_DIR === undefined) return;
    await mkdir(PAPERS_DIR, { recursive: true });
    await writeFile(join(PAPERS_DIR, `${name}.pdf`), bytes);
  };
  const holds = (text: string, ...parts: readonly string[]) => {
    for (const part of parts) expect(text).to.include(withoutSpace(part));
  };
  /** Everything by which an organisation could be known. */
  const marks = (name: Name) => {
    const { id: organisation, store, name: called } = members[name];
    return [organisation, organisation.slice(0, 8), store, called.zh, called.en].map(withoutSpace);
  };

  describe('a notice', () => {
    it('says what Order 29 Art. 15 asks for', async () => {
      const { text } = await fetched('guangzhou', noticePath('guangzhou'));
      const { reason, instructions } = recallBody();
      holds(text, '医疗器械召回通知', 'R-2026-001', '一级召回', '主动召回');
      holds(text, '一次性使用管型吻合器', 'PPS-3.0-CS / 29 mm', bad.lot, stapler, '国械注准20213020001');
      holds(text, '2029-02-28', reason.zh, reason.en, instructions.zh, instructions.en);
      holds(
        text,
        '立即停止使用',
        '立即转告',
        '退回地址',
        '深圳澄明医疗器械有限公司一号库',
        '召回通知回执',
        '公章',
      );
    });

    it('has the addressee’s quantities by the ledger', async () => {
      // Lot, received, in stock, of which, used, sent on, other.
      const { text } = await fetched('maker', noticePath('guangzhou'));
      holds(text, `${bad.lot} 25 23 合格 23 available 23 1 0 已销毁 1 destroyed 1`);
      const distributor = await fetched('distributor', noticePath('distributor'));
      holds(distributor.text, `${bad.lot} 60 35 合格 35 available 35 0 25 —`, '立即停止销售');
      holds(
        (await fetched('chengdu', noticePath('chengdu'))).text,
        `${bad.lot} 0 0 — 0 0 在途、将到贵单位 5 on its way to you 5`,
      );
    });

    it('tells a hospital of its late uses, and names no use', async () => {
      const { text } = await fetched('beijing', noticePath('beijing'));
      holds(text, '贵院登记的使用共 3 例，其中召回生效后登记 1 例');
      for (const pseudonym of [story.beijing, story.beijingCorrected, late]) {
        expect(text).not.to.include(pseudonym);
      }
    });

    it('holds nothing of another organisation, no patient and no place of the addressee', async () => {
      const names = ['distributor', 'guangzhou', 'beijing', 'chengdu'] as const;
      for (const name of names) {
        const { text } = await fetched(name, noticePath(name));
        for (const other of names.filter((known) => known !== name)) {
          for (const mark of marks(other).filter((known) => !marks(name).includes(known))) {
            expect(text, `${mark} in the notice to ${name}`).not.to.include(mark);
          }
        }
        expect(text).not.to.include(withoutSpace(`${members[name].name.zh}一号库`));
        for (const secret of ['王芳', '李强', '赵敏', 'ZY2026']) expect(text).not.to.include(secret);
      }
    });

    it('is for the maker and its addressee alone', async () => {
      for (const [reader, addressee] of [
        ['guangzhou', 'beijing'],
        ['distributor', 'guangzhou'],
        ['nationalAuthority', 'guangzhou'],
        ['maker', 'wuhan'],
        ['wuhan', 'wuhan'],
      ] as const) {
        expect((await world.as(reader).get(noticePath(addressee))).status, reader).to.equal(404);
      }
    });

    it('has reached an organisation when that organisation fetched it, and only then; once', async () => {
      const fresh = recallBody({ class: 'II' });
      const { recall } = decidedRecall.parse((await world.as('maker').post('/api/v1/recalls', fresh)).body);
      const reached = async () => {
        const reply = await world.as('maker').get(`/api/v1/recalls/${recall}`);
        const { progress } = recallDetail.parse(reply.body);
        return progress.find(({ organisation }) => organisation === members.chengdu.id)?.notifiedAt;
      };
      const path = `/api/v1/recalls/${recall}/notices/${members.chengdu.id}.pdf`;
      await fetched('maker', path);
      expect(await reached()).to.equal(undefined);
      await Promise.all([fetched('chengdu', path), fetched('chengdu', path)]);
      const at = await reached();
      expect(at).to.match(/^2026-11-24T/);
      await fetched('chengdu', path);
      expect(await reached()).to.equal(at);
      const events = await world.parts.db.collection('events').find({ 'details.recall': recall }).toArray();
      expect(events.filter(({ type }) => type === 'recallNotified')).to.have.length(1);
    });
  });

  describe('the lot report', () => {
    const path = () => `/api/v1/recalls/${id}/report.pdf`;

    it('shows the authority where every unit is, and every account adds up to zero', async () => {
      const { text } = await fetched('guangdongAuthority', path());
      holds(text, '召回批次报告', 'R-2026-001', recallBody().reason.zh);
      holds(text, '生产（以负数计） made (counted negative) -100', '合计（应为零） Sum (must be zero) 0');
      holds(text, '生产 100 = 在库 91 + 在途 5 + 已使用 3 + 已销毁 1', '灭菌批号 EO-0301');
      for (const name of ['maker', 'distributor', 'guangzhou', 'beijing'] as const) {
        holds(text, members[name].name.zh, `${members[name].name.zh}一号库`);
      }
    });

    it('shows every use, each deviation in words, corrections, late uses, answers and deadlines', async () => {
      const { text } = await fetched('guangdongAuthority', path());
      holds(text, story.guangzhou, story.beijing, story.beijingCorrected, late, '共 4 条');
      holds(text, '使用时产品已被召回', '使用前未在系统核对', '生效后登记', '已更正');
      holds(text, '1 日（自然日）', '2026-11-25', '5 个工作日', '2026-12-01', '第15条 †');
      for (const secret of ['王芳', '李强', '赵敏', 'ZY2026', '09:30']) expect(text).not.to.include(secret);
    });

    it('shows the maker no place but its own', async () => {
      const { text } = await fetched('maker', path());
      holds(text, '深圳澄明医疗器械有限公司一号库', '合计（应为零） Sum (must be zero) 0');
      for (const name of ['distributor', 'guangzhou', 'beijing'] as const) {
        expect(text).not.to.include(`${members[name].name.zh}一号库`);
      }
    });

    it('shows a regional authority its area, and no total from which others could be subtracted', async () => {
      const { text } = await fetched('beijingAuthority', path());
      holds(text, '本报告仅列出贵机关辖区内的单位', members.beijing.name.zh, story.beijing, late);
      for (const mark of [
        ...marks('guangzhou'),
        ...marks('distributor'),
        '合计（应为零）',
        story.guangzhou,
      ]) {
        expect(text).not.to.include(mark);
      }
    });

    it('is for the maker and authorities alone', async () => {
      for (const name of ['guangzhou', 'distributor', 'wuhan', 'hubeiAuthority', 'otherMaker'] as const) {
        expect((await world.as(name).get(path())).status, name).to.equal(404);
      }
    });
  });

  it('come out the same, byte for byte, at the same time', async () => {
    const still = { ...world.parts, clock: { now: () => new Date('2026-11-25T01:00:00Z') } };
    const reader = { organisation: members.maker.id, organisationKind: 'manufacturer', person: 'p' };
    const digest = async () => {
      const notice = await noticeFor(still, reader, id, members.guangzhou.id);
      const report = await lotReport(still, reader, id);
      return [notice, report].map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
    };
    expect(await digest()).to.deep.equal(await digest());
  });

  // Last: the others tell of the recall as it was decided.
  describe('after a widening', () => {
    it('say that a completion was taken back, and let its time limit stand still', async () => {
      const summary = { zh: '全部收回', en: 'All taken back' };
      const post = (path: string, body: object) =>
        world.as('maker').post(`/api/v1/recalls/${id}/${path}`, { commandId: nextId(), ...body });
      const report = async () => (await fetched('maker', `/api/v1/recalls/${id}/report.pdf`)).text;
      await post('completion', { summary });
      const [takenBack, notRunning] = ['其后扩大了召回范围', deadlineWords['not-running'].zh];
      expect(await report())
        .to.include(withoutSpace(stateWords.completed.zh))
        .and.not.to.include(takenBack);
      const running = (await report()).split(notRunning).length;
      await post('widening', { scope: [good], reason: summary });
      const text = await report();
      holds(text, takenBack, stateWords.effective.zh);
      expect(text.split(notRunning).length).to.equal(running + 1);
      const detail = recallDetail.parse((await world.as('maker').get(`/api/v1/recalls/${id}`)).body);
      expect(detail.completed).to.equal(undefined);
    });
  });
});
