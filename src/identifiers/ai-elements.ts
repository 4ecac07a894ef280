import { faultBetweenAis, type PlacedElement } from './ai-associations.ts';
import { rulesOf } from './ai-table.ts';
import { faultInValue } from './ai-value.ts';
import { type Finding, faultOf, type UdiFault } from './faults.ts';

/** An AI, or the identifier that another scheme uses in its place, with its value as the carrier holds it. */
export interface UdiElement {
  readonly ai: string;
  readonly value: string;
}

/** What was read from one of the GS1 syntaxes. */
export type ReadElements =
  | { readonly ok: true; readonly elements: readonly PlacedElement[] }
  | { readonly ok: false; readonly finding: Finding };

/** What was built, or why it could not be: the fault's position is the index of the element. */
export type BuiltText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: UdiFault };

/** More elements than any label carries; above it a text is refused, so that the rules between AIs stay cheap. */
export const elementsAtMost = 64;

export function refuse(finding: Finding): { readonly ok: false; readonly finding: Finding } {
  return { ok: false, finding };
}

/**
 * Checks elements that are to be built into a text, by the same rules by which a text is read.
 * @returns them with their rules; a finding's position is the index of the element.
 */
export function checkElements(elements: readonly UdiElement[]): ReadElements {
  if (elements.length === 0) {
    return refuse({ code: 'udi/empty', position: 0 });
  }
  if (elements.length > elementsAtMost) {
    return refuse({ code: 'udi/too-long', position: elementsAtMost });
  }
  const placed: PlacedElement[] = [];
  for (const [position, { ai, value }] of elements.entries()) {
    const rules = rulesOf(ai);
    if (rules === undefined) {
      return refuse({ code: 'udi/unknown-ai', position });
    }
    const fault = faultInValue(rules, value);
    if (fault !== undefined) {
      return refuse({ code: fault.code, position, ai });
    }
    placed.push({ rules, value, position });
  }
  const finding = faultBetweenAis(placed);
  return finding === undefined ? { ok: true, elements: placed } : refuse(finding);
}

export function couldNotBuild(finding: Finding): BuiltText {
  return { ok: false, fault: faultOf(finding) };
}
