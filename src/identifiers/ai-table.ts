import { type AiCheck, aiCheck } from './ai-checks.ts';
import { applicationIdentifiers } from './application-identifiers.ts';
import { digitSet, set39, set64, set82 } from './character-sets.ts';

/** The AI table, compiled once from its text into what a parser can walk fast. */

export interface AiComponent {
  readonly set: Uint8Array;
  readonly min: number;
  readonly max: number;
  readonly optional: boolean;
  readonly checks: readonly AiCheck[];
}

/** Matches one AI, or with fewer digits than `length` every AI of that length that begins with them. */
export interface AiPattern {
  readonly digits: string;
  readonly length: number;
}

export interface AiRules {
  readonly ai: string;
  /** No FNC1 follows, GS1 General Specifications 7.8.5. */
  readonly predefinedLength: boolean;
  readonly components: readonly AiComponent[];
  readonly min: number;
  readonly max: number;
  readonly excludes: readonly AiPattern[];
  /** Each member must hold; one holds when all patterns of one of its groups are there. */
  readonly requires: readonly (readonly (readonly AiPattern[])[])[];
  /** The sequences of qualifiers that may follow this AI in a Digital Link's path; undefined: it cannot head one. */
  readonly qualifiers: readonly (readonly string[])[] | undefined;
  readonly linkAttribute: boolean;
}

function characterSet(letter: string): Uint8Array {
  switch (letter) {
    case 'N':
      return digitSet;
    case 'X':
      return set82;
    case 'Y':
      return set39;
    case 'Z':
      return set64Padded;
    default:
      throw new Error(`the AI table names a character set that does not exist: ${letter}`);
  }
}

/** Character set 64 with `=`, whose place {@link hasRightPadding} checks. */
const set64Padded: Uint8Array = Uint8Array.from(set64);
set64Padded['='.charCodeAt(0)] = 1;

/** Padding is not compulsory, but where there is any it makes the length a multiple of three. */
function hasRightPadding(text: string): boolean {
  const length = text.indexOf('=');
  if (length === -1) {
    return true;
  }
  const padding = text.slice(length);
  return (length % 3 === 2 && padding === '=') || (length % 3 === 1 && padding === '==');
}

function compileComponent(text: string): AiComponent {
  const optional = text.startsWith('[');
  const [format = '', ...names] = (optional ? text.slice(1, -1) : text).split(',');
  const upTo = format.slice(1, 3) === '..';
  const max = Number(format.slice(upTo ? 3 : 1));
  const checks = names.map(aiCheck);
  if (format.startsWith('Z')) {
    checks.push((component) => (hasRightPadding(component) ? undefined : 'udi/value'));
  }
  return { set: characterSet(format.charAt(0)), min: upTo ? 1 : max, max, optional, checks };
}

function compilePattern(text: string): AiPattern {
  return { digits: text.replace(/n+$/, ''), length: text.length };
}

function compileLine(line: string): AiRules[] {
  const words = line.split(/\s+/);
  const [range = ''] = words.splice(0, 1);
  const predefinedLength = words[0] === '*';
  const components = words.filter((word) => /^\[?[NXYZ]\.?\.?\d/.test(word)).map(compileComponent);
  const valuesOf = (name: string) =>
    words.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
  const keyed = valuesOf('key')[0]
    ?.split('|')
    .map((sequence) => sequence.split(','));
  const rules = {
    predefinedLength,
    components,
    min: components.reduce((sum, component) => sum + (component.optional ? 0 : component.min), 0),
    max: components.reduce((sum, component) => sum + component.max, 0),
    excludes: valuesOf('ex').flatMap((list) => list.split(',').map(compilePattern)),
    requires: valuesOf('req').map((list) =>
      list.split(',').map((group) => group.split('+').map(compilePattern)),
    ),
    qualifiers: keyed ?? (words.includes('key') ? [[]] : undefined),
    linkAttribute: !words.includes('noattr'),
  };
  const [first = '', last = first] = range.split('-');
  const ais: AiRules[] = [];
  for (let number = Number(first); number <= Number(last); number += 1) {
    ais.push({ ai: String(number).padStart(first.length, '0'), ...rules });
  }
  return ais;
}

const everyAi: readonly AiRules[] = applicationIdentifiers.trim().split('\n').flatMap(compileLine);

/** All AIs that begin with the same two digits have the same length (GS1 General Specifications 7.8.5). */
const lengthByPrefix = new Uint8Array(100);
/** Rules at the number of an AI; AIs of different lengths never meet, since their first two digits differ. */
const rulesByNumber: (AiRules | undefined)[] = [];
rulesByNumber.length = 10_000;
rulesByNumber.fill(undefined);

function slotOf(digits: number, length: number): number {
  return length === 4 ? digits : length === 3 ? digits * 10 : digits * 100;
}

for (const rules of everyAi) {
  lengthByPrefix[Number(rules.ai.slice(0, 2))] = rules.ai.length;
  rulesByNumber[slotOf(Number(rules.ai), rules.ai.length)] = rules;
}

/** @returns every AI with its rules, in the order of the table. */
export function allAis(): readonly AiRules[] {
  return everyAi;
}

/** @returns the rules of the AI that begins at `at`, or undefined where no known AI does. */
export function aiAt(text: string, at: number): AiRules | undefined {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  if (!(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) {
    return undefined;
  }
  const length = lengthByPrefix[tens * 10 + ones] ?? 0;
  let number = tens * 10 + ones;
  for (let i = 2; i < length; i += 1) {
    const digit = text.charCodeAt(at + i) - 48;
    if (!(digit >= 0 && digit <= 9)) {
      return undefined;
    }
    number = number * 10 + digit;
  }
  return length === 0 ? undefined : rulesByNumber[slotOf(number, length)];
}

/** @returns the rules of exactly this AI, or undefined where it is not known. */
export function rulesOf(ai: string): AiRules | undefined {
  const rules = aiAt(ai, 0);
  return rules?.ai === ai ? rules : undefined;
}
