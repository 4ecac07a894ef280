/** Style is a test: which room may know which, and what is allowed in one place alone. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Faults, faultsOf, roomOf, rooms, type SourceFile } from './support/rooms.ts';

const root = join(import.meta.dirname, '..');

async function sources(folder: string): Promise<SourceFile[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  const files = names.filter((name) => /\.(ts|tsx)$/.test(name)).map((name) => `${folder}/${name}`);
  return Promise.all(files.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })));
}

/** @returns the faults of a file that does not exist. */
const judged = (path: string, text: string): Faults => faultsOf({ path, text });

describe('the rooms', () => {
  it('keep to their arrows and to their style', async () => {
    const files = [...(await sources('src')), ...(await sources('test')), ...(await sources('scripts'))];
    expect(files.length).to.be.above(50);
    expect(files.flatMap(faultsOf)).to.deep.equal([]);
  });

  it('have arrows without a cycle', () => {
    const visit = (room: string, path: readonly string[]): void => {
      expect(path, `${[...path, room].join(' → ')} is a cycle`).to.not.include(room);
      for (const next of rooms[room] ?? []) visit(next, [...path, room]);
    };
    for (const room of Object.keys(rooms)) visit(room, []);
  });

  it('name rooms that are known', () => {
    const named = new Set(Object.values(rooms).flat());
    expect([...named].filter((room) => rooms[room] === undefined)).to.deep.equal([]);
  });

  it('are told from the path', () => {
    expect(roomOf('src/ledger/append.ts')).to.equal('ledger');
    expect(roomOf('src/clock.ts')).to.equal('clock');
  });
});

describe('the rule of the rooms', () => {
  const broken: [what: string, path: string, text: string, fault: RegExp][] = [
    [
      'an arrow the wrong way',
      'src/ledger/a.ts',
      "import { x } from '../catalogue/x.ts';",
      /ledger may not import catalogue/,
    ],
    [
      'one in a type',
      'src/ledger/a.ts',
      "import type { X } from '../inventory/x.ts';",
      /ledger may not import inventory/,
    ],
    [
      'one in a re-export',
      'src/http/a.ts',
      "export { x } from '../ledger/x.ts';",
      /http may not import ledger/,
    ],
    [
      'one over several lines',
      'src/http/a.ts',
      "import {\n  x,\n  y,\n} from '../ledger/x.ts';",
      /may not import ledger/,
    ],
    [
      'one that is imported late',
      'src/http/a.ts',
      "await import('../ledger/x.ts');",
      /http may not import ledger/,
    ],
    [
      'one in the place of a type',
      'src/http/a.ts',
      "type X = import('../ledger/x.ts').X;",
      /may not import ledger/,
    ],
    ['one for its effect', 'src/http/a.ts', "import '../ledger/x.ts';", /http may not import ledger/],
    [
      'access outside of route files',
      'src/inventory/use.ts',
      "import { route } from '../access/route.ts';",
      /routes/,
    ],
    ['app in a room', 'src/inventory/use.ts', "import { createApp } from '../app.ts';", /may not import app/],
    ['a room that nobody knows', 'src/services/x.ts', '', /services is not a room/],
    ['a file that says nothing', 'src/ledger/utils.ts', '', /utils says nothing/],
    ['such a folder within a room', 'src/ledger/helpers/x.ts', '', /helpers says nothing/],
    ['a name in another style', 'src/ledger/eventStore.ts', '', /kebab-case/],
    ['a long file', 'src/ledger/long.ts', 'x;\n'.repeat(400), /400 lines/],
    ['the environment', 'src/ledger/a.ts', 'const a = process.env.PORT;', /environment/],
    ['the clock', 'src/inventory/a.ts', 'const a = Date.now();', /take a Clock/],
    ['the clock as a date', 'src/inventory/a.ts', 'const a = new Date();', /take a Clock/],
    ['an id', 'src/inventory/a.ts', 'const a = randomUUID();', /IdSource/],
    ['chance', 'src/inventory/a.ts', 'const a = Math.random();', /IdSource/],
    ['the console', 'src/inventory/a.ts', "console.log('x');", /log/],
    ['a silenced compiler', 'src/inventory/a.ts', '// @ts-expect-error', /compiler/],
    ['a silenced linter', 'src/inventory/a.ts', '// biome-ignore lint: no', /linter/],
    ['a note to come back', 'src/inventory/a.ts', '// TODO: lots', /unfinished/],
    ['a rule in a hook', 'src/catalogue/a.ts', "schema.pre('save', check);", /hook/],
    [
      'punctuation of another language',
      'src/failures/requests.ts',
      "const zh = '未找到,请重试。';",
      /Chinese/,
    ],
    ['a skipped test', 'test/ledger/a.test.ts', "it.skip('x', () => {});", /skipped/],
  ];
  for (const [what, path, text, fault] of broken) {
    it(`finds ${what}`, () => {
      expect(judged(path, text).join('\n')).to.match(fault);
    });
  }

  it('finds the ledger written past it', () => {
    const text = "await db.collection<Entry>('entries').updateOne({}, {});";
    expect(judged('src/recalls/a.ts', text).join('\n')).to.match(/only ledger/);
    expect(judged('src/ledger/a.ts', text)).to.deep.equal([]);
  });

  it('finds nothing in what is right', () => {
    const text = [
      '/** Not `new Date()`: the clock says when. See https://example.org/TOD0 */',
      "import { route } from '../access/route.ts';",
      "import { append } from '../ledger/append.ts';",
      "import { Failure } from '../errors.ts';",
      "import { other } from './other.ts';",
      'const at = new Date(text);',
    ].join('\n');
    expect(judged('src/inventory/use-routes.ts', text)).to.deep.equal([]);
  });
});
