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
import { rulesOf } from './ai-table.ts';
import { faultInValue } from './ai-value.ts';

/** Human-readable text, `(01)06901234567892(10)AB12`: GS1 General Specifications 4.14. */

/**
 * Reads bracketed text. An opening bracket inside a value is written `\(`, since otherwise it opens an AI.
 * @param text the text as sent; it begins with a bracket.
 */
export function readBracketedText(text: string): ReadElements {
  const elements: PlacedElement[] = [];
  let at = 0;
  while (at < text.length) {
    const close = text.charAt(at) === '(' ? text.indexOf(')', at) : -1;
    if (close === -1 || close + 1 === text.length) {
      return refuse({ code: 'udi/bracket', position: at });
    }
    const rules = rulesOf(text.slice(at + 1, close));
    if (rules === undefined) {
      return refuse({ code: 'udi/unknown-ai', position: at + 1 });
    }
    const end = endOfValue(text, close + 1);
    const raw = text.slice(close + 1, end);
    const value = raw.replaceAll('\\(', '(');
    const fault = faultInValue(rules, value);
    if (fault !== undefined) {
      const position = close + 1 + sentOffset(raw, fault.offset);
      return refuse({ code: fault.code, position, ai: rules.ai });
    }
    if (elements.length === elementsAtMost) {
      return refuse({ code: 'udi/too-long', position: at });
    }
    elements.push({ rules, value, position: at });
    at = end;
  }
  const finding = faultBetweenAis(elements);
  return finding === undefined ? { ok: true, elements } : refuse(finding);
}

function endOfValue(text: string, start: number): number {
  let open = text.indexOf('(', start);
  while (open !== -1 && text.charAt(open - 1) === '\\' && open > start) {
    open = text.indexOf('(', open + 1);
  }
  return open === -1 ? text.length : open;
}

/** @returns where a character of the value stood in the text, in which each bracket took two places. */
function sentOffset(raw: string, offset: number): number {
  let sent = 0;
  for (let i = 0; i < offset; i += 1) {
    sent += raw.startsWith('\\(', sent) ? 2 : 1;
  }
  return sent;
}

/** Builds the text that stands beside a symbol, in the order of the elements. */
export function humanReadable(elements: readonly UdiElement[]): BuiltText {
  const checked = checkElements(elements);
  if (!checked.ok) {
    return couldNotBuild(checked.finding);
  }
  const parts = checked.elements.map(({ rules, value }) => `(${rules.ai})${value.replaceAll('(', '\\(')}`);
  return { ok: true, text: parts.join('') };
}
