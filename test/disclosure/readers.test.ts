import { expect } from 'chai';
import type { Role } from '../../src/access/permissions.ts';
import { disclose } from '../../src/inventory/disclose.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { at, listAt } from '../support/http.ts';
import { type Country, done, type Name, personOf } from './country.ts';
import { listOf, numberAt, textIn } from './json.ts';
import { lotPath, lots, products, serials } from './story.ts';
import { toldCountry } from './told.ts';

describe('disclosure: what each reader is owed', () => {
  let country: Country;

  before(async function () {
    this.timeout(120_000);
    ({ country } = await toldCountry());
  });
  after(() => country.close());

  const read = (name: Name, role: Role, path: string) =>
    done(personOf(country.members[name], role).client.get(path));
  const idOf = (name: Name) => country.members[name].id;

  /** Types of the entries that an organisation wrote, as somebody reads them. */
  async function typesBy(reader: [Name, Role], writer: Name, path: string): Promise<string[]> {
    const body = await read(...reader, path);
    const entries = listOf(listAt(body, '/entries')).filter((one) => one.organisation === idOf(writer));
    return entries.map((one) => String(one.type)).sort();
  }

  it('a maker: quantities by organisation and condition that add up to nothing, and no place but its own', async () => {
    const body = await read('maker', 'quality', lotPath(lots.bad, '/balance'));
    expect([at(body, '/narrowed'), at(body, '/sum')]).to.deep.equal([false, 0]);
    const rows = listOf(listAt(body, '/rows'));
    expect(rows.map((row) => numberAt(row, 'quantity') ?? 0).reduce((sum, one) => sum + one, 0)).to.equal(0);
    const guangzhou = rows.filter((row) => row.organisation === idOf('guangzhou'));
    expect(guangzhou.map((row) => row.kind)).to.include.members(['consumed', 'destroyed', 'place']);
    for (const row of rows)
      expect('place' in row).to.equal(row.organisation === idOf('maker') && row.kind === 'place');
  });

  it('a maker: what went from whom to whom, and neither moves nor uses, nor the correction of either', async () => {
    const types = await typesBy(['maker', 'quality'], 'guangzhou', lotPath(lots.bad, '/history'));
    expect(types).to.include.members([
      'received',
      'accepted',
      'rejected',
      'quarantined',
      'destroyed',
      'shipped',
    ]);
    expect(types).not.to.include.members(['used', 'moved']);
    expect(types).not.to.include('corrected');
    expect(at(await read('maker', 'quality', lotPath(lots.bad, '/history')), '/narrowed')).to.equal(true);
  });

  it('a maker: that a lot is about which it never made', async () => {
    const body = await read('maker', 'quality', lotPath(lots.ghost));
    expect([at(body, '/standing'), at(body, '/declaredQuantity')]).to.deep.equal(['unverified', undefined]);
  });

  it('a holder: what the maker says of its lot', async () => {
    const said = (name: Name) => typesBy([name, 'materials'], 'maker', lotPath(lots.good, '/history'));
    expect(await said('shenzhen')).to.deep.equal(['holdLifted', 'lotHeld', 'lotHeld', 'lotReleased']);
    const recalled = await typesBy(['beijing', 'materials'], 'maker', lotPath(lots.bad, '/history'));
    expect(recalled).to.deep.equal(['lotReleased', 'recallInitiated']);
  });

  it('a distributor: what its direct customers received of it, and nothing of what they did then', async () => {
    const types = await typesBy(['distributor', 'distributor'], 'guangzhou', lotPath(lots.bad, '/history'));
    expect([...new Set(types)]).to.deep.equal(['received']);
    const others = await typesBy(['distributor', 'distributor'], 'beijing', lotPath(lots.bad, '/history'));
    expect(others).to.deep.equal([]);
  });

  it('an authority: its area, with the other side of a movement left out where that lies elsewhere', async () => {
    const path = `/api/v1/units/${products.unit}/${serials[3]}`;
    const body = await read('drugInBeijing', 'regulator', path);
    expect(at(body, '/at/organisation')).to.equal(idOf('beijing'));
    const received = listOf(listAt(body, '/entries')).find((one) => one.type === 'received');
    const [transfer] = listOf(received?.transfers);
    expect([transfer?.from, textIn(transfer?.to, 'organisation')]).to.deep.equal([
      undefined,
      idOf('beijing'),
    ]);
    expect(at(body, '/narrowed')).to.equal(true);
  });

  it('the national authority: the whole', async () => {
    const body = await read('national', 'regulator', lotPath(lots.bad, '/balance'));
    expect([at(body, '/narrowed'), at(body, '/sum')]).to.deep.equal([false, 0]);
  });

  it('a hospital’s item codes are no serial numbers of the maker’s', () => {
    const [hospital, distributor] = [idOf('guangzhou'), idOf('distributor')];
    const entry = {
      ...{ id: 'e', lotId: 'g/l', gtin: 'g', lot: 'l', event: 'e', type: 'shipped', organisation: hospital },
      ...{
        parties: [hospital],
        actor: 'a',
        eventTime: 't',
        recordTime: 't',
        uses: [],
        holdings: [],
        units: [],
      },
      transfers: [
        {
          ...{ gtin: 'g', lot: 'l', quantity: 1, title: { owner: hospital, basis: 'bought' } },
          ...{ issuer: hospital, serials: ['ITEM-CODE'] },
          from: { organisation: hospital, account: 'place/p/available' },
          to: { organisation: hospital, account: 'transit/s' },
        },
      ],
    } satisfies Entry;
    const facts = { maker: idOf('maker'), organisations: new Map(), holds: true };
    const seenBy = (organisation: string) => disclose(entry, { organisation }, facts)?.transfers[0];
    expect(seenBy(hospital)?.serials).to.deep.equal(['ITEM-CODE']);
    expect([seenBy(idOf('maker'))?.quantity, seenBy(idOf('maker'))?.serials]).to.deep.equal([1, undefined]);
    expect(seenBy(distributor)).to.equal(undefined);
  });
});
