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
import { type AiPattern, type AiRules, aiAt } from './ai-table.ts';
import { faultInValue, type ValueFault } from './ai-value.ts';
import type { Finding } from './faults.ts';

/** GS1 element strings: AIs and values one after the other, as a symbol carries them. */

/** FNC1 as scanners transmit it, U+001D (GS1 General Specifications 7.8). */
export const separator = '\u001d';
const separatorCode = 0x1d;

/**
 * Reads an element string from `start` to the end of the text. A separator ends a value; after a value of
 * predefined length and at the end of the text one is tolerated. Nothing is guessed where one is lost.
 * @param text the text as sent, so that positions are right.
 */
export function readElementString(text: string, start: number): ReadElements {
  const elements: PlacedElement[] = [];
  let at = start;
  let valueEnd = -1;
  if (at >= text.length) {
    return refuse({ code: 'udi/empty', position: start });
  }
  while (at < text.length) {
    const rules = aiAt(text, at);
    if (rules === undefined) {
      const code = text.charCodeAt(at) === separatorCode ? 'udi/character' : 'udi/unknown-ai';
      return refuse({ code, position: at });
    }
    const valueStart = at + rules.ai.length;
    if (valueEnd < valueStart) {
      const next = text.indexOf(separator, valueStart);
      valueEnd = next === -1 ? text.length : next;
    }
    const end = rules.predefinedLength ? Math.min(valueStart + rules.max, valueEnd) : valueEnd;
    const value = text.slice(valueStart, end);
    const fault = faultInValue(rules, value);
    if (fault !== undefined) {
      return refuse(explain(text, at, end, rules, fault));
    }
    if (elements.length === elementsAtMost) {
      return refuse({ code: 'udi/too-long', position: at });
    }
    elements.push({ rules, value, position: at });
    at = text.charCodeAt(end) === separatorCode ? end + 1 : end;
  }
  const finding = faultBetweenAis(elements);
  return finding === undefined ? { ok: true, elements } : refuse(lostSeparator(elements, finding) ?? finding);
}

/** Says that a separator was lost or replaced where that explains the fault in the value that ends at `end`. */
function explain(text: string, at: number, end: number, rules: AiRules, fault: ValueFault): Finding {
  const valueStart = at + rules.ai.length;
  const position = valueStart + fault.offset;
  const tooLong = fault.code === 'udi/length' && end - valueStart > rules.max;
  if (tooLong && hidesAnAi(text, valueStart, end, rules)) {
    return { code: 'udi/separator-missing', position: at, ai: rules.ai };
  }
  if (fault.code === 'udi/character' && !rules.predefinedLength && standsForSeparator(text, position)) {
    return { code: 'udi/separator-missing', position, ai: rules.ai };
  }
  return { code: fault.code, position, ai: rules.ai };
}

/** Some scanners send a sign of their own in place of the separator: a known AI follows it at once. */
function standsForSeparator(text: string, at: number): boolean {
  const sign = /^(?:\{GS\}|\[GS\]|[\x20-\x7e\u241d])/.exec(text.slice(at, at + 4))?.[0];
  const rules = sign === undefined ? undefined : aiAt(text, at + sign.length);
  return rules !== undefined;
}

/** @returns whether a value that is too long would be right if it ended where some known AI begins. */
function hidesAnAi(text: string, valueStart: number, end: number, rules: AiRules): boolean {
  for (let at = valueStart + rules.min; at <= valueStart + rules.max; at += 1) {
    const hidden = aiAt(text, at);
    if (hidden !== undefined && end - at > hidden.ai.length) {
      return faultInValue(rules, text.slice(valueStart, at))?.code !== 'udi/length';
    }
  }
  return false;
}

/** What an AI lacks may have been swallowed by a value whose separator was lost: then that is what to say. */
function lostSeparator(elements: readonly PlacedElement[], finding: Finding): Finding | undefined {
  if (finding.code !== 'udi/missing-ai') {
    return undefined;
  }
  const lacking = elements.find(({ position }) => position === finding.position);
  const wanted = lacking?.rules.requires.flat(2) ?? [];
  for (const { rules, value, position } of elements) {
    if (!rules.predefinedLength && swallows(value, rules.min, wanted)) {
      return { code: 'udi/separator-missing', position, ai: rules.ai };
    }
  }
  return undefined;
}

function swallows(value: string, from: number, wanted: readonly AiPattern[]): boolean {
  for (let at = from; at < value.length; at += 1) {
    const rules = aiAt(value, at);
    if (rules !== undefined && wanted.some(({ digits }) => rules.ai.startsWith(digits))) {
      const valueStart = at + rules.ai.length;
      if (faultInValue(rules, value.slice(valueStart, valueStart + rules.max)) === undefined) {
        return true;
      }
    }
  }
  return false;
}

/**
 * Builds the element string of these elements, in their order, with a separator where one is needed and nowhere
 * else. A symbol carries FNC1 in front of it, which is not part of the text.
 */
export function elementString(elements: readonly UdiElement[]): BuiltText {
  const checked = checkElements(elements);
  if (!checked.ok) {
    return couldNotBuild(checked.finding);
  }
  let text = '';
  let open = false;
  for (const { rules, value } of checked.elements) {
    text += (open ? separator : '') + rules.ai + value;
    open = !rules.predefinedLength;
  }
  return { ok: true, text };
}
