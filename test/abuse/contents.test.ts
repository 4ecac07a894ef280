import { expect } from 'chai';
import { at, type Reply } from '../support/http.ts';
import { createWorld, places, uuid, type World } from '../support/world.ts';
import { implant, stapler, unknown } from '../support/world-facts.ts';
import { moveBody, newLot, stocked, useBody } from '../support/world-play.ts';
import { wrongWith } from './careful.ts';

const json = { 'content-type': 'application/json' };
/** 256 kB. */
const largest = 256 * 1024;

describe('abuse: what a command may hold', () => {
  let world: World;
  let lot: string;
  before(async () => {
    world = await createWorld();
    lot = newLot();
    await stocked(world, { gtin: stapler, lot, quantity: 500 });
  });
  after(() => world.close());

  const send = (path: string, text: string | Uint8Array): Promise<Reply> =>
    world.as(path === '/api/v1/moves' ? 'keeperA' : 'nurseA').send('POST', path, json, text);

  /** A use with everything that one can hold. */
  const whole = () => ({
    ...useBody(world, [{ gtin: stapler, lot, quantity: 1 }]),
    commandId: uuid(),
    scrubNurse: world.people.witnessA,
    circulatingNurse: world.people.surgeonA,
    patient: { inpatientNumber: 'ZY-9', recordNumber: 'B-9', patientId: 'P-9', name: '张三' },
    note: '无',
  });

  type Path = readonly string[];
  function leaves(value: unknown, path: Path = []): Path[] {
    if (typeof value !== 'object' || value === null) return [path];
    return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
  }
  /** The body's text with something else at a place: a text, so that it need not be a value of JavaScript's. */
  function textWith(body: unknown, path: Path, put: string): string {
    const mark = uuid();
    const marked: unknown = JSON.parse(JSON.stringify(body));
    let here: unknown = marked;
    for (const step of path.slice(0, -1)) here = at(here, `/${step}`);
    Object.assign(Object(here), { [path.at(-1) ?? '']: mark });
    return JSON.stringify(marked).replace(`"${mark}"`, put);
  }

  const foreign = [
    ...['{"$gt":""}', '{"$ne":null}', '{"$where":"sleep(9000)"}', '["x"]', '[]', '{}', 'null'],
    ...['"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"'],
    ...['1e400', '-1e400', '1e-400', '9007199254740993', `${'9'.repeat(400)}`, '0.1', '-1'],
    ...['{"__proto__":{"a":1}}', '{"constructor":{"prototype":{}}}', '{"a":1,"a":2}'],
  ];

  it('nothing foreign in any field, and nothing of it is stored', async () => {
    const body = whole();
    const stored = () => world.database.db.collection('events').countDocuments();
    const before = await stored();
    const wrong: string[] = [];
    for (const path of leaves(body)) {
      for (const put of foreign) {
        const startedMs = performance.now();
        const reply = await send('/api/v1/uses', textWith({ ...body, commandId: uuid() }, path, put));
        const fault = wrongWith(reply, performance.now() - startedMs);
        const isRefused = reply.status === 422 && at(reply.body, '/code') === 'request/invalid';
        if (fault !== undefined || !isRefused)
          wrong.push(`${path.join('/')} ${put} ${reply.status} ${fault}`);
      }
    }
    expect(wrong).to.deep.equal([]);
    expect(await stored()).to.equal(before);
    expect((await send('/api/v1/uses', JSON.stringify(body))).status, 'without it, it is accepted').to.equal(
      201,
    );
  }).timeout(60_000);

  it('no field twice, at any depth, however it is written', async () => {
    const body = JSON.stringify(whole());
    for (const text of [
      body.replace('{', '{"surgeon":"x",'),
      body.replace('{', '{"s\\u0075rgeon":"x",'),
      body.replace('"patient":{', '"patient":{"name":"李四",'),
      body.replace('"device":{', '"device":{"quantity":500,'),
    ]) {
      expect(text).not.to.equal(body);
      const reply = await send('/api/v1/uses', text);
      expect([reply.status, at(reply.body, '/faults/0/en')]).to.deep.equal([422, 'A field is given twice.']);
    }
  });

  it('every text up to its bound, and a thousand of the longest serial numbers', async () => {
    const longest = { ...whole(), procedure: '术'.repeat(200), note: '注'.repeat(2_000) };
    expect((await send('/api/v1/uses', JSON.stringify(longest))).status).to.equal(201);
    const serials = Array.from({ length: 1_000 }, (_none, index) => `${index}`.padStart(20, 'S'));
    const own = newLot();
    await stocked(world, { gtin: implant, lot: own, serials });
    const move = (list: readonly string[]) =>
      JSON.stringify(moveBody(places.theatreA, places.storeA, [{ gtin: implant, lot: own, serials: list }]));
    const over = await send('/api/v1/moves', move([...serials, 'ONE-MORE']));
    expect([over.status, at(over.body, '/code')]).to.deep.equal([422, 'request/invalid']);
    expect((await send('/api/v1/moves', move(serials))).status).to.equal(201);
  }).timeout(60_000);

  it('a body up to its bound, whatever it is filled with, is read and refused in no time', async () => {
    const commandId = uuid();
    const filled = (unit: string) => unit.repeat(Math.floor((largest - 200) / unit.length));
    const fillings = {
      keys: `{${Array.from({ length: 18_000 }, (_none, index) => `"k${index}":0`).join()}}`,
      lists: `{"devices":[${filled('[],').slice(0, -1)}]}`,
      lines: `{"devices":[${filled(`{"gtin":"${unknown}","lot":"A","serials":["A"]},`).slice(0, -1)}]}`,
      serials: `{"devices":[{"device":{"gtin":"${unknown}","lot":"A","serials":[${filled('"A",').slice(0, -1)}]}}]}`,
      digits: `{"devices":${filled('9')}}`,
      blanks: `${filled(' ')}{}`,
      escapes: `{"note":"${filled('\\u0041')}"}`,
      brackets: filled('['),
      objects: filled('{"a":'),
      pairs: `[${filled('{"a":1},').slice(0, -1)}]`,
      note: `{"commandId":"${commandId}","note":"${filled('x')}"}`,
    };
    for (const [name, text] of Object.entries(fillings)) {
      expect(text.length, name).to.be.within(largest / 2, largest);
      const startedMs = performance.now();
      const reply = await send('/api/v1/uses', text);
      const fault = wrongWith(reply, 2 * (performance.now() - startedMs));
      expect([fault, reply.status], name).to.deep.equal([
        undefined,
        /brackets|objects/.test(name) ? 400 : 422,
      ]);
      expect(reply.bytes.length, `${name}: an answer that can be read`).to.be.lessThan(30_000);
    }
    const over = await send('/api/v1/uses', ' '.repeat(largest + 1));
    expect([over.status, at(over.body, '/code')]).to.deep.equal([413, 'request/too-large']);
  }).timeout(60_000);

  it('nothing but UTF-8', async () => {
    const body = JSON.stringify(whole());
    const [utf16, mark, cut] = [
      Buffer.from(body, 'utf16le'),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(body)]),
      Buffer.from(body).subarray(0, Buffer.from(body).indexOf('张') + 1),
    ];
    for (const bytes of [utf16, mark, cut, Buffer.alloc(1_000, 0xc0), Buffer.alloc(10)]) {
      const reply = await send('/api/v1/uses', bytes);
      expect([reply.status, at(reply.body, '/code')]).to.deep.equal([400, 'request/malformed']);
    }
  });
});
