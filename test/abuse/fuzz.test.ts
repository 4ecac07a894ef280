import { expect } from 'chai';
import fc from 'fast-check';
import { permissionsOf } from '../../src/access/permissions.ts';
import { type Client, listAt, type Reply, textAt } from '../support/http.ts';
import {
  type CallerName,
  callers,
  createWorld,
  done,
  members,
  places,
  uuid,
  type World,
} from '../support/world.ts';
import {
  dilator,
  implant,
  type OrganisationName,
  programme,
  stapler,
  unknown,
} from '../support/world-facts.ts';
import { check, fromFactory, make, newLot, ship, stocked, use } from '../support/world-play.ts';
import { arbitraryOf, hostile, type Making, spoilt, type Words } from './arbitrary.ts';
import { wrongWith } from './careful.ts';
import { type Described, described, type Operation, type Schema } from './described.ts';

/** The same every time: scripts/fuzz looks for what nobody has seen yet. */
const seed = 20_261_124;
const requests = 3_000;
const atOnce = 8;

interface Sent {
  readonly by: CallerName | 'nobody';
  readonly method: string;
  readonly path: string;
  readonly bytes: string | undefined;
}

/** As an address writes it. */
const asText = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

describe('abuse: requests made by chance from the OpenAPI document', () => {
  let world: World;
  let document: Described;
  let words: Words;

  before(async function () {
    this.timeout(60_000);
    world = await createWorld();
    document = described(
      JSON.parse((await world.as('quality').get('/api/v1/openapi.json')).bytes.toString()),
    );
    words = await things();
  });
  after(() => world.close());

  /** Something of everything, so that chance finds it. */
  async function things(): Promise<Words> {
    const [lot, other, serial] = [newLot(), newLot(), newLot()];
    const serials = ['F1', 'F2', 'F3', 'F4'];
    await stocked(world, { gtin: stapler, lot, quantity: 500 });
    await stocked(world, { gtin: implant, lot: serial, serials });
    await make(world, { gtin: dilator, lot: other, serials: ['D1', 'D2'] });
    const shipment = await ship(world, fromFactory, [{ gtin: dilator, lot: other, serials: ['D1'] }]);
    const used = await use(world, [{ gtin: stapler, lot, quantity: 1 }]);
    const [checked] = await check(world, [{ gtin: stapler, lot, quantity: 1 }]);
    const recall = await done(world.as('quality').post('/api/v1/recalls', recallOf(newLot())));
    const place = Object.values(places);
    const organisation = Object.values(members).map(({ id }) => id);
    return {
      gtin: [stapler, implant, dilator, unknown],
      lot: [lot, other, serial],
      serials,
      serial: serials,
      scan: [
        `(01)${stapler}(10)${lot}`,
        `01${implant}10${serial}\u001d21F1`,
        `https://id.gs1.org/01/${stapler}/10/${lot}`,
      ],
      text: [`(01)${stapler}(10)${lot}`, `]d201${implant}10${serial}\u001d21F1`],
      to: [...place, ...organisation],
      parent: place,
      organisation,
      shipment: [shipment],
      event: listAt(used, '/events'),
      check: [checked?.check ?? uuid()],
      recall: [textAt(recall, '/recall')],
      // No person: who is deactivated by chance would take the rest of the run along.
      id: [textAt(recall, '/recall'), programme, ...place, ...organisation],
      programme: [programme],
      happenedAt: ['2026-11-02T08:00:00+08:00', '2026-11-01T00:00:00Z'],
      inpatientNumber: ['ZY-1', 'ZY-2'],
      limit: ['1', '2', '200', '201'],
      quantity: ['1', '5'],
    };
  }

  const recallOf = (lot: string) => ({
    commandId: uuid(),
    class: 'II',
    basis: 'voluntary',
    reason: { zh: '缺陷', en: 'Defect' },
    instructions: { zh: '停止使用', en: 'Stop using it' },
    measures: ['taking-back'],
    scope: [{ gtin: stapler, lot }],
  });

  const able = (name: CallerName, permission: string | undefined) => {
    const held: ReadonlySet<string> = permissionsOf(members[callers[name].of].kind, callers[name].roles);
    return permission === undefined || held.has(permission);
  };

  function requestOf(operation: Operation): fc.Arbitrary<Sent> {
    const names = Object.keys(callers) as CallerName[];
    const may = names.filter((name) => able(name, operation.permission));
    const by = fc.oneof(
      { arbitrary: fc.constantFrom(...(may.length > 0 ? may : names)), weight: 14 },
      { arbitrary: fc.constantFrom<Sent['by']>(...names, 'nobody'), weight: 1 },
    );
    const { method, body } = operation;
    return by.chain((name) => {
      const own = { document, whole: false, words: { ...words, ...ownWords(name) } };
      return fc.record({
        by: fc.constant(name),
        method: fc.constant(method),
        path: addressOf(operation, own),
        bytes: body === undefined ? fc.constant(undefined) : bytesOf(body, own),
      });
    });
  }

  /** What is the caller's own: a command that names another's place is refused before anything is decided. */
  function ownWords(name: Sent['by']): Words {
    const ownPlaces: Readonly<Record<OrganisationName, readonly string[]>> = {
      maker: [places.factory],
      otherMaker: [places.otherFactory],
      distributor: [places.warehouse],
      hospitalA: [places.theatreA, places.storeA, places.cssdA],
      hospitalB: [places.theatreB, places.storeB],
      foundation: [],
    };
    const place = name === 'nobody' ? [places.factory] : ownPlaces[callers[name].of];
    const { surgeonA, surgeonB, witnessA, witnessMaker } = world.people;
    const inB = place.includes(places.theatreB);
    const surgeon = [inB ? surgeonB : surgeonA];
    const witness = place.includes(places.factory) ? [witnessMaker] : [inB ? surgeonB : witnessA];
    return { place, from: place, surgeon, scrubNurse: surgeon, circulatingNurse: witness, witness };
  }

  function addressOf({ path, parameters }: Operation, making: Making): fc.Arbitrary<string> {
    const chosen = parameters.map((parameter) => {
      const good = arbitraryOf(making, parameter.schema, parameter.name).map(String);
      const value = fc.oneof({ arbitrary: good, weight: 9 }, { arbitrary: hostile.map(asText), weight: 1 });
      const there = parameter.required ? value : fc.option(value, { nil: undefined, freq: 2 });
      return there.map((text) => ({ parameter, text: text?.toWellFormed() }));
    });
    return fc.tuple(...chosen).map((given) => {
      const query = new URLSearchParams();
      let address = path;
      for (const { parameter, text } of given) {
        if (text === undefined) continue;
        if (parameter.in === 'query') query.set(parameter.name, text);
        // Without a value there is another address, which another operation answers.
        else address = address.replace(`{${parameter.name}}`, encodeURIComponent(text === '' ? ' ' : text));
      }
      return query.size === 0 ? address : `${address}?${query}`;
    });
  }

  /** Half of the bodies as the document wants them, the others with something wrong in them. */
  function bytesOf(schema: Schema, making: Making): fc.Arbitrary<string> {
    const good = arbitraryOf(making, schema);
    const broken = fc.tuple(good, fc.nat(200)).map(([body, cut]) => JSON.stringify(body).slice(0, cut));
    const doubled = good.map((body) => JSON.stringify(body).replace(/\{("[^"]+":)/, '{$1null,$1'));
    return fc.oneof(
      { arbitrary: good.map((body) => JSON.stringify(body)), weight: 10 },
      { arbitrary: good.chain(spoilt).map((body) => JSON.stringify(body)), weight: 8 },
      { arbitrary: broken, weight: 1 },
      { arbitrary: doubled, weight: 1 },
    );
  }

  const clientOf = (by: Sent['by']): Client => {
    if (by !== 'nobody') return world.as(by);
    const anonymous = world.as('nurseA');
    return {
      ...anonymous,
      send: (method, path, headers, bytes) =>
        anonymous.send(method, path, { ...headers, authorization: 'x' }, bytes),
    };
  };

  /** As a client does: on a machine that others keep busy, it comes back when it is asked to. */
  async function answered({ by, method, path, bytes }: Sent): Promise<Reply> {
    const headers: Record<string, string> = bytes === undefined ? {} : { 'content-type': 'application/json' };
    for (let attempt = 0; ; attempt += 1) {
      const reply = await clientOf(by).send(method, path, headers, bytes);
      if (attempt === 3 || reply.headers['retry-after'] === undefined) return reply;
    }
  }

  it('are answered in time, with a document or a problem of the closed set, and tell nothing of the inside', async () => {
    const chance = fc.oneof(...document.operations.map(requestOf));
    const queue = fc.sample(chance, { seed, numRuns: requests });
    const wrong: string[] = [];
    const statuses = new Map<number, number>();
    const work = async () => {
      for (let sent = queue.pop(); sent !== undefined; sent = queue.pop()) {
        const startedMs = performance.now();
        const reply = await answered(sent);
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
        const fault = wrongWith(reply, performance.now() - startedMs);
        if (fault !== undefined) wrong.push(`${fault}: ${Object.values(sent).join(' ')}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    expect(wrong).to.deep.equal([]);
    // Handlers were reached, and not only the gate before them.
    const many = (status: number) => statuses.get(status) ?? 0;
    expect(many(200) + many(201), [...statuses].join(' ')).to.be.greaterThan(requests / 10);
    expect(many(422)).to.be.greaterThan(requests / 10);
    expect(many(409)).to.be.greaterThan(0);
  }).timeout(120_000);
});
