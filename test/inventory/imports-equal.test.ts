import { expect } from 'chai';
import fc from 'fast-check';
import { ledgerCollections } from '../../src/ledger/collections.ts';
import type { LotKey } from '../../src/ledger/event.ts';
import { at, listAt } from '../support/http.ts';
import { createWorld, done, members, places, uuid, type World } from '../support/world.ts';
import { implant, stapler } from '../support/world-facts.ts';
import { fromFactory, make, newLot, ship, shipBody } from '../support/world-play.ts';

/** A delivery without its names: which lot, which units, which shipment. */
const goods = fc.oneof(
  fc.record({ lot: fc.constant(0), quantity: fc.integer({ min: 1, max: 2 }) }),
  fc.record({
    lot: fc.constant(1),
    units: fc.uniqueArray(fc.nat({ max: 2 }), { minLength: 1, maxLength: 2 }),
  }),
);
const lines = fc.array(goods, { minLength: 1, maxLength: 2 });
const incoming = fc.record({
  kind: fc.constantFrom(...['shipment', 'shipment', 'shipment', 'stated', 'unknown', 'elsewhere']),
  lines,
  damaged: fc.boolean(),
  /** The one sent before, once more. */
  again: fc.nat({ max: 5 }).map((chance) => chance === 0),
});
const outgoing = fc.record({ to: fc.constantFrom('hospitalA', 'distributor', 'maker'), lines });
type Incoming = typeof incoming extends fc.Arbitrary<infer T> ? T : never;
type Outgoing = typeof outgoing extends fc.Arbitrary<infer T> ? T : never;

/** One copy of the same goods, under names of its own. */
interface Copy {
  readonly lots: readonly [LotKey, LotKey];
  readonly shipment: string;
}

describe('an import equals the same deliveries sent one by one', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  async function copy(): Promise<Copy> {
    const lots = [
      { gtin: stapler, lot: newLot() },
      { gtin: implant, lot: newLot() },
    ] as const;
    const units = make(world, { ...lots[1], serials: [0, 1, 2].map((unit) => serial(lots[1], unit)) });
    await Promise.all([units, make(world, { ...lots[0], quantity: 10 })]);
    const sent = [
      { ...lots[0], quantity: 5 },
      { ...lots[1], serials: [serial(lots[1], 0)] },
    ];
    return { lots, shipment: await ship(world, fromFactory, sent) };
  }

  const serial = ({ lot }: LotKey, unit: number) => `${lot}U${unit}`;
  const named = ({ lots }: Copy, list: Incoming['lines']) =>
    list.map((one) => {
      const lot = lots[one.lot === 0 ? 0 : 1];
      return 'units' in one
        ? { ...lot, serials: one.units.map((unit) => serial(lot, unit)) }
        : { ...lot, quantity: one.quantity };
    });

  function deliveries(of: Copy, list: readonly Incoming[]): Record<string, unknown>[] {
    const made: Record<string, unknown>[] = [];
    for (const { kind, lines: wanted, damaged, again } of list) {
      const before = made.at(-1);
      if (again && before !== undefined) {
        made.push(before);
        continue;
      }
      const from =
        kind === 'stated'
          ? { supplier: members.distributor.id, papers: 'DN' }
          : { shipment: kind === 'unknown' ? uuid() : of.shipment };
      const place = kind === 'elsewhere' ? places.storeB : places.storeA;
      made.push({
        commandId: uuid(),
        place,
        ...from,
        ...(damaged ? { damaged: named(of, wanted) } : { lines: named(of, wanted) }),
      });
    }
    return made;
  }

  /** Without what tells two copies apart: lots, serial numbers, ids and times. */
  function nameless(value: unknown, { lots }: Copy): unknown {
    const known = [...Object.values(places), ...Object.values(members).map(({ id }) => id)];
    const text = JSON.stringify(value)
      .replaceAll(lots[0].lot, 'LOT0')
      .replaceAll(lots[1].lot, 'LOT1')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => (known.includes(id) ? id : 'ID'))
      .replaceAll(/\/deliveries\/\d+/g, '');
    return JSON.parse(text);
  }

  async function left(of: Copy): Promise<unknown> {
    const { holdings, units, entries } = ledgerCollections(world.database.db);
    const ids = of.lots.map(({ gtin, lot }) => `${gtin}/${lot}`);
    const written = await entries.find({ lotId: { $in: ids } }).toArray();
    const facts = written.map(({ gtin, type, transfers, holdings: versions, units: named }) => {
      return { gtin, type, transfers, versions, named };
    });
    const inOrder = (list: readonly unknown[]) => list.map((one) => JSON.stringify(nameless(one, of))).sort();
    const held = await holdings.find({ lotId: { $in: ids } }).toArray();
    return {
      // Balances stand in the order of their accounts, and some are named by ids.
      holdings: inOrder(held.map(({ balances, ...rest }) => ({ ...rest, balances: inOrder(balances) }))),
      units: inOrder(await units.find({ lot: of.lots[1].lot }).toArray()),
      entries: inOrder(facts),
    };
  }

  /** What each came to: the answer, or the refusal. */
  async function alone(by: 'keeperA' | 'quality', path: string, bodies: readonly Record<string, unknown>[]) {
    const came: unknown[] = [];
    for (const body of bodies) {
      const single = 'supplier' in body ? undefined : path;
      const reply = await (single === undefined
        ? world.as(by).post('/api/v1/imports/deliveries', { deliveries: [body] })
        : world.as(by).post(single, body));
      came.push(single === undefined ? listAt(reply.body, '/deliveries')[0] : reply.body);
    }
    return came.map(essence);
  }

  function essence(came: unknown): unknown {
    const code = at(came, '/code');
    if (code !== undefined) return { code, info: at(came, '/info'), faults: at(came, '/faults') };
    const { outcome: _outcome, ...rest } = came as Record<string, unknown>;
    return rest;
  }

  async function together(by: 'keeperA' | 'quality', kind: string, bodies: readonly object[]) {
    const answer = await done(world.as(by).post(`/api/v1/imports/${kind}`, { deliveries: bodies }));
    return listAt(answer, '/deliveries').map(essence);
  }

  it('of what comes in: the same answers and refusals, holdings, units and entries', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(incoming, { minLength: 4, maxLength: 8 }),
        async (list: readonly Incoming[]) => {
          const [one, other] = await Promise.all([copy(), copy()]);
          const singly = await alone('keeperA', '/api/v1/receipts', deliveries(one, list));
          const joined = await together('keeperA', 'deliveries', deliveries(other, list));
          expect(nameless(joined, other)).to.deep.equal(nameless(singly, one));
          expect(await left(other)).to.deep.equal(await left(one));
        },
      ),
      { numRuns: 4 },
    );
  });

  it('of what goes out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(outgoing, { minLength: 3, maxLength: 6 }),
        async (list: readonly Outgoing[]) => {
          const [one, other] = await Promise.all([copy(), copy()]);
          const bodies = (of: Copy) =>
            list.map(({ to, lines: wanted }) => shipBody({ ...fromFactory, to }, named(of, wanted)));
          const singly = await alone('quality', '/api/v1/shipments', bodies(one));
          const joined = await together('quality', 'shipments', bodies(other));
          expect(nameless(joined, other)).to.deep.equal(nameless(singly, one));
          expect(await left(other)).to.deep.equal(await left(one));
        },
      ),
      { numRuns: 4 },
    );
  });
});
