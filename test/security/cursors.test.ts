import { expect } from 'chai';
import type { Role } from '../../src/access/permissions.ts';
import { encodeCursor } from '../../src/http/cursor.ts';
import { type Country, type Name, personOf } from '../disclosure/country.ts';
import type { Story } from '../disclosure/story.ts';
import { toldCountry } from '../disclosure/told.ts';
import { at, type Client, listAt, textAt } from '../support/http.ts';

describe('security: positions in lists', () => {
  let country: Country;
  let story: Story;

  before(async function () {
    this.timeout(120_000);
    ({ country, story } = await toldCountry());
  });
  after(() => country.close());

  const client = (name: Name, role: Role) => personOf(country.members[name], role).client;

  it('a cursor of another, or one made up, shows no more than a list of one’s own', async () => {
    const lists: [Role, string][] = [
      ['materials', '/api/v1/shipments'],
      ['materials', '/api/v1/stock'],
      ['materials', '/api/v1/incidents'],
      ['materials', '/api/v1/serial-conflicts'],
      ['materials', '/api/v1/recalls'],
      ['materials', '/api/v1/colleagues'],
      ['administrator', '/api/v1/people'],
      ['administrator', '/api/v1/access-log'],
      ['administrator', '/api/v1/places'],
    ];
    for (const [role, path] of lists) {
      const idsOf = async (who: Client, query: string) => {
        const reply = await who.get(`${path}?${query}`);
        return {
          reply,
          ids: reply.status === 200 ? listAt(reply.body, '/items').map((item) => JSON.stringify(item)) : [],
        };
      };
      const mine = client('shenzhen', role);
      const whole = new Set((await idsOf(mine, 'limit=200')).ids);
      const theirs = await idsOf(client('guangzhou', role), 'limit=1');
      const next = at(theirs.reply.body, '/next');
      const forged = [
        next,
        '',
        '!!!',
        'e30',
        ...[0, 1, -1, 1e300, null, '', ['', ''], ['9', 'z'], {}].map(encodeCursor),
      ];
      forged.push(
        encodeCursor({ $gt: '' }),
        encodeCursor([{ $gt: '' }, { $gt: '' }]),
        encodeCursor({ __proto__: 1 }),
      );
      for (const cursor of forged) {
        if (typeof cursor !== 'string') continue;
        const { reply, ids } = await idsOf(mine, `limit=200&cursor=${cursor}`);
        expect(reply.status, `${path} ${cursor}`).to.be.oneOf([200, 422]);
        for (const id of ids) expect(whole.has(id), `${path} ${cursor} ${id}`).to.equal(true);
      }
    }
  }).timeout(60_000);

  it('a list of which little concerns the reader goes on without naming what does not', async () => {
    const recalls = country.database.db.collection<{ _id: string; id: string; number: string }>('recalls');
    const model = await recalls.findOne({ _id: story.recalls.bad });
    if (model === null) throw new Error('no recall');
    const ids = Array.from({ length: 600 }, () => crypto.randomUUID());
    await recalls.insertMany(ids.map((id, index) => ({ ...model, _id: id, id, number: `X-${index}` })));
    const reader = client('otherMaker', 'quality');
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: unknown = ''; typeof cursor === 'string'; pages += 1) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await reader.get(`/api/v1/recalls?limit=100${query}`);
      seen.push(...listAt(body, '/items').map((item) => textAt(item, '/id')));
      cursor = at(body, '/next');
      const position = Buffer.from(String(cursor ?? ''), 'base64url').toString();
      for (const id of [...ids, ...Object.values(story.recalls)]) {
        if (id !== story.recalls.foreign) expect(position).not.to.include(id);
      }
      expect(position).not.to.include(String((model as unknown as { decidedAt: string }).decidedAt));
    }
    await recalls.deleteMany({ _id: { $in: ids } });
    expect(pages).to.be.greaterThan(1);
    expect(seen).to.deep.equal([story.recalls.foreign]);
  }).timeout(60_000);
});
