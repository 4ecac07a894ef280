import { faultBetweenAis, type PlacedElement } from './ai-associations.ts';
import {
  type BuiltText,
  checkElements,
  couldNotBuild,
  elementsAtMost,
  type ReadElements,
  refuse,
  type UdiElement,
} from './ai-elements.ts';
import { type AiRules, rulesOf } from './ai-table.ts';
import { faultInValue } from './ai-value.ts';
import { isDigits } from './check-digit.ts';
import { decodeUriPart, encodeUriPart, sentOffset } from './uri-escapes.ts';

/** GS1 Digital Link: URI Syntax, release 1.6, in its uncompressed form. */

/** The domain of canonical links. */
export const canonicalBase = 'https://id.gs1.org';

/** RFC 3986, 2: reserved, unreserved, and the sign of an escape. */
const strangerToUris = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/;
const strangerToHosts = /[_~?#@!$&'()*+,;=%]/;

export interface DigitalLinkOptions {
  /**
   * Accept a GTIN-8, -12 or -13 in the path, as links before release 1.3 had it. The standard now wants 14 digits,
   * and only existing infrastructure is to support the old form.
   */
  readonly shortGtins?: boolean;
}

/** A part of the text as sent. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Reads a Digital Link of any host and stem. @param text the text as sent. */
export function readDigitalLink(text: string, options: DigitalLinkOptions = {}): ReadElements {
  const stranger = text.search(strangerToUris);
  if (stranger !== -1) {
    return refuse({ code: 'udi/character', position: stranger });
  }
  const scheme = /^(?:https?|HTTPS?):\/\//.exec(text)?.[0];
  if (scheme === undefined) {
    return refuse({ code: 'udi/digital-link', position: 0 });
  }
  const pathStart = text.indexOf('/', scheme.length);
  const host = text.slice(scheme.length, pathStart);
  if (pathStart === -1 || host === '' || strangerToHosts.test(host)) {
    return refuse({ code: 'udi/digital-link', position: scheme.length });
  }
  const fragment = text.indexOf('#', pathStart);
  const end = fragment === -1 ? text.length : fragment;
  const question = text.indexOf('?', pathStart);
  const pathEnd = question === -1 || question > end ? end : question;
  const segments = split(text, pathStart + 1, pathEnd, '/');
  const key = keyOf(text, segments);
  if (key === undefined) {
    const compressed = host.toLowerCase() === 'id.gs1.org';
    return refuse({ code: compressed ? 'udi/unsupported' : 'udi/digital-link', position: pathStart });
  }
  const elements: PlacedElement[] = [];
  const path = readPath(text, segments.slice(key), elements, options);
  if (!path.ok) {
    return path;
  }
  const query = readQuery(text, split(text, pathEnd + 1, end, '&'), elements);
  if (!query.ok) {
    return query;
  }
  const finding = faultBetweenAis(elements);
  return finding === undefined ? query : refuse(finding);
}

function split(text: string, start: number, end: number, mark: string): Span[] {
  const spans: Span[] = [];
  let at = start;
  while (at <= end) {
    const next = text.indexOf(mark, at);
    const stop = next === -1 || next > end ? end : next;
    spans.push({ start: at, end: stop });
    at = stop + 1;
  }
  return spans;
}

/** Pairs are taken from the end of the path; the first that can head a link does, whatever the stem holds. */
function keyOf(text: string, segments: readonly Span[]): number | undefined {
  for (let i = segments.length - 2; i >= 0; i -= 2) {
    const span = segments[i];
    const rules = span === undefined ? undefined : rulesOf(text.slice(span.start, span.end));
    if (rules === undefined) {
      return undefined;
    }
    if (rules.qualifiers !== undefined) {
      return i;
    }
  }
  return undefined;
}

function readPath(
  text: string,
  segments: readonly Span[],
  elements: PlacedElement[],
  options: DigitalLinkOptions,
): ReadElements {
  for (let i = 0; i + 1 < segments.length; i += 2) {
    const name = segments[i];
    const value = segments[i + 1];
    const rules = name === undefined ? undefined : rulesOf(text.slice(name.start, name.end));
    if (name === undefined || value === undefined || rules === undefined) {
      return refuse({ code: 'udi/digital-link', position: name?.start ?? 0 });
    }
    const read = readValue(text, rules, name.start, value, false, options.shortGtins === true);
    if (!read.ok) {
      return read;
    }
    elements.push(...read.elements);
  }
  const [key, ...qualifiers] = elements;
  if (
    key === undefined ||
    !isSequence(
      key.rules,
      qualifiers.map(({ rules }) => rules.ai),
    )
  ) {
    return refuse({ code: 'udi/digital-link', position: qualifiers[0]?.position ?? 0 });
  }
  return { ok: true, elements };
}

/** @returns whether these qualifiers, in this order, may follow the key: some of one sequence, none twice. */
function isSequence(key: AiRules, qualifiers: readonly string[]): boolean {
  return (key.qualifiers ?? []).some((sequence) => {
    let at = 0;
    for (const ai of sequence) {
      if (ai === qualifiers[at]) {
        at += 1;
      }
    }
    return at === qualifiers.length;
  });
}

function readQuery(text: string, spans: readonly Span[], elements: PlacedElement[]): ReadElements {
  const path = elements.map(({ rules }) => rules.ai);
  for (const { start, end } of spans) {
    const equals = text.indexOf('=', start);
    const name = equals === -1 || equals >= end ? '' : text.slice(start, equals);
    if (!isDigits(name)) {
      continue;
    }
    const rules = rulesOf(name);
    if (rules === undefined) {
      return refuse({ code: 'udi/unknown-ai', position: start });
    }
    if (elements.some((element) => element.rules === rules)) {
      return refuse({ code: 'udi/repeated-ai', position: start, ai: rules.ai });
    }
    if (!rules.linkAttribute || belongsInPath(path, rules.ai)) {
      return refuse({ code: 'udi/digital-link', position: start });
    }
    const read = readValue(text, rules, start, { start: equals + 1, end }, true, true);
    if (!read.ok) {
      return read;
    }
    elements.push(...read.elements);
    if (elements.length > elementsAtMost) {
      return refuse({ code: 'udi/too-long', position: start });
    }
  }
  return { ok: true, elements };
}

/** @returns whether an attribute would, put into the path somewhere behind the key, be one of its qualifiers. */
function belongsInPath(path: readonly string[], ai: string): boolean {
  const key = rulesOf(path[0] ?? '');
  const qualifiers = path.slice(1);
  if (key === undefined) {
    return false;
  }
  return Array.from({ length: path.length }, (_, i) => qualifiers.toSpliced(i, 0, ai)).some((longer) =>
    isSequence(key, longer),
  );
}

function readValue(
  text: string,
  rules: AiRules,
  position: number,
  span: Span,
  inQuery: boolean,
  shortGtins: boolean,
): ReadElements {
  const raw = text.slice(span.start, span.end);
  const decoded = decodeUriPart(raw, inQuery);
  const short = decoded.length === 13 || decoded.length === 12 || decoded.length === 8;
  const value = rules.ai === '01' && short && shortGtins ? decoded.padStart(14, '0') : decoded;
  const fault = faultInValue(rules, value);
  if (fault !== undefined) {
    const at = span.start + sentOffset(raw, fault.offset);
    return refuse({ code: fault.code, position: at, ai: rules.ai });
  }
  return { ok: true, elements: [{ rules, value, position }] };
}

/**
 * Builds a Digital Link: the key (the GTIN where there is one, else the first AI that can be one), its qualifiers
 * in the order of the standard, the rest as attributes in their order.
 * @param base scheme, host and perhaps a path, as `https://id.gs1.org`; no query and no fragment.
 */
export function digitalLink(base: string, elements: readonly UdiElement[]): BuiltText {
  const checked = checkElements(elements);
  if (!checked.ok) {
    return couldNotBuild(checked.finding);
  }
  const text = linkOf(base, checked.elements);
  return text === undefined ? couldNotBuild({ code: 'udi/digital-link', position: 0 }) : { ok: true, text };
}

/** @returns the link of elements that were checked, or undefined where they or the base make none. */
export function linkOf(base: string, elements: readonly PlacedElement[]): string | undefined {
  const key =
    elements.find(({ rules }) => rules.ai === '01') ??
    elements.find(({ rules }) => rules.qualifiers !== undefined);
  if (key === undefined || !isBase(base)) {
    return undefined;
  }
  const byAi = new Map(elements.map((element) => [element.rules.ai, element]));
  let text = base.endsWith('/') ? base.slice(0, -1) : base;
  for (const ai of [key.rules.ai, ...bestSequence(key.rules, byAi)]) {
    const element = byAi.get(ai);
    if (element !== undefined) {
      text += `/${ai}/${encodeUriPart(element.value)}`;
      byAi.delete(ai);
    }
  }
  let mark = '?';
  for (const { rules, value } of byAi.values()) {
    if (!rules.linkAttribute) {
      return undefined;
    }
    text += `${mark}${rules.ai}=${encodeUriPart(value)}`;
    mark = '&';
  }
  return text;
}

function isBase(base: string): boolean {
  if (base === canonicalBase) {
    return true;
  }
  const match = /^(?:https?|HTTPS?):\/\/([^/?#]+)(?:\/[^?#]*)?$/.exec(base);
  return match !== null && !strangerToUris.test(base) && !strangerToHosts.test(match[1] ?? '');
}

function bestSequence(key: AiRules, byAi: ReadonlyMap<string, PlacedElement>): readonly string[] {
  let best: readonly string[] = [];
  let most = 0;
  for (const sequence of key.qualifiers ?? []) {
    const present = sequence.filter((ai) => byAi.has(ai)).length;
    if (present > most) {
      best = sequence;
      most = present;
    }
  }
  return best;
}
