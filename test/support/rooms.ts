/** The rules that test/rooms.test.ts holds the source against. */

import { posix } from 'node:path';

export interface SourceFile {
  /** From the root of the repository: `src/ledger/append.ts`. */
  readonly path: string;
  readonly text: string;
}

/** One sentence for each rule that a file breaks. */
export type Faults = string[];

/** What may be imported everywhere: it knows no room. */
const ground = ['errors', 'clock'];

/**
 * The arrows: each room with those that it may import. A file directly in src/ is a room of its own. `access` is not
 * among them, since route files alone may import it, from any room.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  failures: [],
  errors: ['failures'],
  clock: [],
  config: ground,
  version: [],
  identifiers: ground,
  database: [...ground, 'config'],
  http: ground,
  documents: ground,
  logging: [...ground, 'config', 'http'],
  server: [...ground, 'http'],
  patients: [...ground, 'database', 'http', 'identifiers'],
  ledger: [...ground, 'database', 'identifiers'],
  catalogue: [...ground, 'database', 'http', 'identifiers', 'ledger'],
  inventory: [...ground, 'database', 'http', 'identifiers', 'ledger', 'catalogue', 'patients'],
  labels: [...ground, 'database', 'http', 'documents', 'identifiers', 'ledger', 'catalogue', 'inventory'],
  recalls: [
    ...[...ground, 'database', 'http', 'documents', 'identifiers'],
    ...['ledger', 'catalogue', 'inventory', 'patients'],
  ],
  web: [
    ...[...ground, 'http', 'identifiers', 'ledger', 'catalogue', 'inventory'],
    ...['patients', 'labels', 'recalls'],
  ],
  access: [...ground, 'database', 'http', 'identifiers'],
  app: [
    ...[
      ...ground,
      'config',
      'version',
      'logging',
      'database',
      'http',
      'documents',
      'identifiers',
      'ledger',
      'catalogue',
    ],
    ...['inventory', 'patients', 'labels', 'recalls', 'web', 'access'],
  ],
  demo: [...ground, 'config', 'database', 'http', 'identifiers', 'patients', 'app', 'server'],
  main: [...ground, 'config', 'logging', 'database', 'http', 'server', 'patients', 'app', 'demo'],
};

/** Names under which anything can be put, so that nothing can be found. */
const emptyNames = ['utils', 'util', 'helpers', 'common', 'misc', 'services', 'types', 'shared', 'lib'];
const lineLimit = 400;

interface Ban {
  readonly pattern: RegExp;
  readonly fault: string;
  /** Files, or rooms with a slash at the end, that may. */
  readonly except: readonly string[];
  /** Whether comments are looked at too. */
  readonly inComments?: boolean;
  /** Whether tests and scripts are held to it as well. */
  readonly everywhere?: boolean;
}

const bans: readonly Ban[] = [
  {
    pattern: /\bprocess\.env\b/,
    fault: 'reads the environment; settings come from config.ts',
    // The second is a process of its own, which tells a library through its environment to check certificates.
    except: ['src/config.ts', 'src/database/mongod-download.ts'],
  },
  {
    pattern: /\bDate\.now\(|\bnew Date\(\s*\)/,
    fault: 'asks the machine for the time; take a Clock',
    except: ['src/clock.ts'],
  },
  {
    pattern: /\brandomUUID\b|\bMath\.random\b|\brandomBytes\b|\bgetRandomValues\b/,
    fault: 'makes ids or chance by itself; take an IdSource',
    // Keys and nonces are secrets, not decisions: nobody may choose them. A draft's name and a pause decide nothing.
    except: [
      'src/clock.ts',
      'src/patients/sealing.ts',
      'src/patients/master-key.ts',
      'src/ledger/transaction.ts',
    ],
  },
  { pattern: /\bconsole\./, fault: 'prints to the console; use the log', except: [] },
  {
    pattern: /@ts-(ignore|expect-error|nocheck)/,
    fault: 'silences the compiler',
    except: [],
    inComments: true,
    everywhere: true,
  },
  { pattern: /biome-ignore/, fault: 'silences the linter', except: [], inComments: true, everywhere: true },
  {
    pattern: /\b(TODO|FIXME|XXX|not implemented)\b/,
    fault: 'is unfinished',
    except: [],
    inComments: true,
    everywhere: true,
  },
  {
    pattern: /\.(pre|post)\(\s*['"[]/,
    fault: 'puts a rule into a hook of mongoose, where nobody looks for it',
    except: [],
  },
  {
    pattern: /\bcollection(<[^>]*>)?\(\s*['"](events|entries|holdings|units|commands)['"]/,
    fault: 'opens a collection that only ledger writes',
    except: ['src/ledger/'],
  },
  {
    // An English sentence has a blank after its comma, and may name a Chinese term before it.
    pattern: /\p{Script=Han}[,;:?!](?=[\p{Script=Han}\w'`])|[,;?!]\p{Script=Han}/u,
    fault: 'writes ASCII punctuation beside Chinese; a hospital writes ，；：？！',
    except: [],
  },
  { pattern: /\b(it|describe)\.(skip|only)\b/, fault: 'has a skipped test', except: [], everywhere: true },
];

/** The two files that hold these patterns as text. */
const ownFiles = ['test/rooms.test.ts', 'test/support/rooms.ts'];

/** @returns the room of a file in src: its folder, or its name where it lies in none. */
export function roomOf(path: string): string {
  return path.replace(/^src\//, '').replace(/(\/.*|\.tsx?)$/, '');
}

/** @returns what is wrong with a file, one sentence for each fault. */
export function faultsOf(file: SourceFile): Faults {
  const inSource = file.path.startsWith('src/');
  const found = [...faultsOfForm(file), ...faultsOfWords(file), ...(inSource ? faultsOfArrows(file) : [])];
  return found.map((fault) => `${file.path}: ${fault}`);
}

function faultsOfForm({ path, text }: SourceFile): Faults {
  const names = path.split('/').map((name) => name.replace(/\..*$/, ''));
  return [
    ...names
      .filter((name) => emptyNames.includes(name))
      .map((name) => `${name} says nothing; name what it holds`),
    ...names
      .filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
      .map((name) => `${name} is not kebab-case`),
    ...(text.split('\n').length > lineLimit ? [`has ${lineLimit} lines or more; one thing a file`] : []),
  ];
}

function faultsOfWords({ path, text }: SourceFile): Faults {
  if (ownFiles.includes(path)) return [];
  const code = withoutComments(text);
  return bans
    .filter((ban) => ban.everywhere === true || path.startsWith('src/'))
    .filter((ban) => !ban.except.some((one) => (one.endsWith('/') ? path.startsWith(one) : path === one)))
    .filter((ban) => ban.pattern.test(ban.inComments === true ? text : code))
    .map((ban) => ban.fault);
}

function faultsOfArrows({ path, text }: SourceFile): Faults {
  const from = roomOf(path);
  const allowed = rooms[from];
  if (allowed === undefined) return [`${from} is not a room`];
  return importsOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => roomOf(posix.join(posix.dirname(path), specifier)))
    .flatMap((to) => {
      if (to === from || allowed.includes(to)) return [];
      if (to !== 'access') return [`${from} may not import ${to}`];
      return /(^|[/-])routes\.tsx?$/.test(path) ? [] : ['access is imported by files called routes alone'];
    });
}

/** What a file imports: statically, late, for its effect, or in the place of a type. */
function importsOf(text: string): string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)['"]([^'"]+)['"]/g;
  return [...withoutComments(text).matchAll(pattern)].flatMap((match) => match[1] ?? []);
}

/** A `//` counts as a comment where blanks or the line's start come before it, so that addresses stay. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
