import { expect } from 'chai';
import fc from 'fast-check';
import { permissionsOf } from '../../src/access/permissions.ts';
import { at, type Client, listAt, type Reply } from '../support/http.ts';
import { type CallerName, callers, createWorld, members, type World } from '../support/world.ts';
import { stapler } from '../support/world-facts.ts';
import { arbitraryOf, type Words } from './arbitrary.ts';
import { alternatives, type Described, described, type Operation, type Schema } from './described.ts';

/** Bounded by their form, which the document does not say: identifiers with check digits, what labels allow. */
const bounded =
  /^(gtin|lot|serials?|from|to|gln|gs1Prefix|creditCode|nhsaCode|contains|supersedes|useUnitDi)$/;
const seed = 1;

interface Bound {
  readonly path: readonly string[];
  readonly schema: Schema;
  /** The value at {@link path} that is just too much. */
  readonly past: unknown;
}

describe('abuse: everything that can be sent has a bound', () => {
  let world: World;
  let document: Described;

  before(async () => {
    world = await createWorld();
    const answer = await world.as('quality').get('/api/v1/openapi.json');
    document = described(JSON.parse(answer.bytes.toString()));
  });
  after(() => world.close());

  const clientFor = (permission: string | undefined): Client | undefined => {
    const names = Object.keys(callers) as CallerName[];
    const able = names.find((name) => {
      const held: ReadonlySet<string> = permissionsOf(members[callers[name].of].kind, callers[name].roles);
      return permission === undefined || held.has(permission);
    });
    return able === undefined ? undefined : world.as(able);
  };

  it('in the document: no text, list or number of a request is without one', () => {
    const without: string[] = [];
    const look = (schema: Schema, where: string, name: string): void => {
      for (const one of alternatives(document, schema)) {
        const fixed = one.enum !== undefined || one.const !== undefined;
        const ends = one.maxLength !== undefined || one.pattern?.endsWith('$') || one.format === 'uuid';
        if (one.type === 'string' && !fixed && !ends && !bounded.test(name)) without.push(where);
        if (one.type === 'integer' && !fixed && one.maximum === undefined) without.push(where);
        if (one.type === 'array') {
          if (one.maxItems === undefined) without.push(where);
          look(one.items ?? {}, `${where}/0`, name);
        }
        if (one.type === undefined && !fixed) without.push(`${where} of any kind`);
        for (const [key, member] of Object.entries(one.properties ?? {}))
          look(member, `${where}/${key}`, key);
      }
    };
    for (const { method, path, body, parameters } of document.operations) {
      if (body !== undefined) look(body, `${method} ${path}`, '');
      for (const { name, schema } of parameters) look(schema, `${method} ${path}?${name}`, name);
    }
    expect(without).to.deep.equal([]);
  });

  /** Each bound of a body, reached through the first alternative of every union on the way, and all of the last. */
  function boundsOf(schema: Schema, path: readonly string[], name: string): Bound[] {
    return alternatives(document, schema).flatMap((one): Bound[] => {
      if (one.type === 'string' && one.maxLength !== undefined) {
        return [{ path, schema: one, past: 'x'.repeat(one.maxLength + 1) }];
      }
      if (one.type === 'integer' && one.maximum !== undefined) {
        return [{ path, schema: one, past: one.maximum + 1 }];
      }
      if (one.type === 'array') {
        const { items = {}, maxItems = 0 } = one;
        const [member] = sampled(items, name);
        const many: Bound = { path, schema: one, past: Array.from({ length: maxItems + 1 }, () => member) };
        return [many, ...boundsOf(items, [...path, '0'], name)];
      }
      const fields = Object.entries(one.properties ?? {});
      return fields.flatMap(([key, value]) => boundsOf(value, [...path, key], key));
    });
  }

  const words: Words = { gtin: [stapler], lot: ['L1'], serials: ['S1'], serial: ['S1'] };

  /** Whole ones, so that there is something at every place. */
  function sampled(schema: Schema, name = ''): unknown[] {
    return fc.sample(arbitraryOf({ document, words, whole: true }, schema, name), { seed, numRuns: 12 });
  }

  /** @returns a request's faults, as pointers; undefined where it was not refused for its form */
  function faultsOf(reply: Reply): string[] | undefined {
    if (at(reply.body, '/code') !== 'request/invalid') return undefined;
    return listAt(reply.body, '/faults').map((fault) => String(at(fault, '/pointer')));
  }

  it('one more than the bound is refused, with a pointer to it, by every route', async () => {
    let tried = 0;
    const missed: string[] = [];
    for (const operation of document.operations) {
      const client = clientFor(operation.permission);
      if (operation.body === undefined || client === undefined) continue;
      for (const { path, past } of boundsOf(operation.body, [], '')) {
        const holders = sampled(operation.body).filter((body) => holds(body, path.slice(0, -1)));
        const [body] = holders;
        if (body === undefined) continue;
        tried += 1;
        const reply = await client.send(
          operation.method,
          addressOf(operation),
          { 'content-type': 'application/json' },
          JSON.stringify(placed(body, path, past)),
        );
        if (!isTold(reply, path))
          missed.push(`${operation.method} ${operation.path} /${path.join('/')} ${reply.status}`);
      }
    }
    expect(missed).to.deep.equal([]);
    expect(tried, 'bounds that were tried').to.be.greaterThan(150);
  }).timeout(60_000);

  /** A union says only that none of its forms was met; the path's own parameters are looked at before a body. */
  function isTold(reply: Reply, path: readonly string[]): boolean {
    if (reply.status === 413) return true;
    const wanted = `/${path.join('/')}`;
    return (
      faultsOf(reply)?.some((pointer) => wanted === pointer || wanted.startsWith(`${pointer}/`)) ?? false
    );
  }

  function addressOf({ path }: Operation): string {
    return path
      .replace('{gtin}', stapler)
      .replace('{lot}', 'L1')
      .replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');
  }

  it('a page has one to two hundred items, whole numbers, from a position that the list itself gave', async () => {
    const lists = document.operations.filter(({ parameters }) =>
      parameters.some(({ name }) => name === 'cursor'),
    );
    expect(lists.length).to.be.greaterThan(8);
    const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const deep = Buffer.from(`${'['.repeat(300)}${']'.repeat(300)}`).toString('base64url');
    const strange = [
      'x',
      '%00',
      'e30',
      text(null),
      text(-1),
      text(1e300),
      text({ $gt: '' }),
      text({ id: { $ne: 1 } }),
    ];
    const cursors = [
      ...strange,
      text(['a', 'b', 'c']),
      text('\ud800'),
      text('\u0000'),
      deep,
      'A'.repeat(1_025),
    ];
    const wrong: string[] = [];
    for (const { method, path, permission } of lists) {
      const client = clientFor(permission);
      if (client === undefined) continue;
      const address = addressOf({ method, path, permission, parameters: [], body: undefined });
      const queries = [
        ...['0', '-1', '201', '1e2', '0x10', '1.5', '99999', '', ' 1', '１'].map((limit) => ({ limit })),
        ...cursors.map((cursor) => ({ cursor })),
      ];
      for (const query of queries) {
        const { status } = await client.get(`${address}?${new URLSearchParams(query)}`);
        // Of a product that the caller does not see there is no list.
        if (status !== 422 && status !== 404) wrong.push(`${path} ${JSON.stringify(query)} ${status}`);
      }
    }
    expect(wrong).to.deep.equal([]);
  }).timeout(60_000);
});

/** @returns whether there is something at the path. */
function holds(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === 'object' && value !== null;
  if (typeof value !== 'object' || value === null) return false;
  return holds(new Map<string, unknown>(Object.entries(value)).get(key), rest);
}

function placed(value: unknown, path: readonly string[], put: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return put;
  if (Array.isArray(value)) {
    const list: unknown[] = value.length === 0 ? [undefined] : value;
    return list.map((member, index) => (String(index) === key ? placed(member, rest, put) : member));
  }
  const fields = new Map<string, unknown>(Object.entries(value ?? {}));
  return Object.fromEntries([...fields, [key, placed(fields.get(key), rest, put)]]);
}
