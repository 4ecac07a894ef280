import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The AI table that BWIPP carries in PostScript, inside the package bwip-js: generated there from the GS1 Barcode
 * Syntax Dictionary, by its first authors. An oracle for ours, read by code that shares nothing with it.
 */

type Token = string;
type Value = string | number | boolean | Value[] | Map<string, Value>;

function tokens(text: string): Token[] {
  return text.replaceAll(/%[^\n]*/g, '').match(/<<|>>|\[|\]|\([^)]*\)|[^\s()[\]<>]+/g) ?? [];
}

function dictionary(flat: readonly Value[]): Map<string, Value> {
  const map = new Map<string, Value>();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    map.set(String(flat[i]), flat[i + 1] ?? '');
  }
  return map;
}

function literal(token: Token): Value {
  if (token.startsWith('(')) {
    return token.slice(1, -1);
  }
  return token === 'true' || token === 'false'
    ? token === 'true'
    : /^\d+$/.test(token)
      ? Number(token)
      : token;
}

/** Runs the little of PostScript that the table uses: `<< rules >> (01) exch dup (02) exch dup … pop`. */
function run(stream: readonly Token[]): Map<string, Value> {
  const table = new Map<string, Value>();
  const stack: Value[][] = [];
  let current: Value[] = [];
  for (const token of stream) {
    if (token === '<<' || token === '[') {
      stack.push(current);
      current = [];
    } else if (token === '>>' || token === ']') {
      const outer = stack.pop();
      if (outer === undefined) {
        break;
      }
      outer.push(token === ']' ? current : dictionary(current));
      current = outer;
    } else if (stack.length === 0 && token === 'exch') {
      const ai = String(current.pop());
      table.set(ai, current.at(-1) ?? '');
    } else if (stack.length > 0 || (token !== 'dup' && token !== 'pop')) {
      current.push(literal(token));
    }
  }
  return table;
}

export interface BwippComponent {
  readonly set: string;
  readonly min: number;
  readonly max: number;
  readonly optional: boolean;
  readonly checks: readonly string[];
}

export interface BwippRules {
  readonly components: readonly BwippComponent[];
  readonly excludes: readonly string[];
  readonly requires: unknown;
  readonly qualifiers: unknown;
  readonly linkAttribute: boolean;
}

function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

function componentOf(value: Value): BwippComponent {
  const part = value instanceof Map ? value : new Map<string, Value>();
  return {
    set: String(part.get('/cset')).slice(1),
    min: Number(part.get('/min')),
    max: Number(part.get('/max')),
    optional: part.get('/opt') === true,
    checks: list(part.get('/linters')).map((name) => String(name).slice('/lint'.length)),
  };
}

function barcodePs(): string {
  const entry = fileURLToPath(import.meta.resolve('bwip-js'));
  return readFileSync(join(dirname(dirname(entry)), 'barcode.ps'), 'latin1');
}

/** @returns BWIPP's rules by AI, and the two-digit beginnings of AIs after which no FNC1 is needed. */
export function bwippTable(): { rules: Map<string, BwippRules>; predefined: Set<string> } {
  const source = barcodePs();
  const start = source.indexOf('/gs1syntax <<') + '/gs1syntax <<'.length;
  const rules = new Map<string, BwippRules>();
  for (const [ai, value] of run(tokens(source.slice(start, source.indexOf('/aifixed <<', start))))) {
    const entry = value instanceof Map ? value : new Map<string, Value>();
    rules.set(ai, {
      components: list(entry.get('/parts')).map(componentOf),
      excludes: list(entry.get('/ex')).map(String),
      requires: list(entry.get('/req')),
      qualifiers: entry.get('/dlpkey'),
      linkAttribute: entry.get('/dlattr') !== false,
    });
  }
  const fixed = /\/aifixed << \[([^\]]*)\]/.exec(source)?.[1] ?? '';
  return { rules, predefined: new Set(tokens(fixed).map((token) => token.slice(1, -1))) };
}
