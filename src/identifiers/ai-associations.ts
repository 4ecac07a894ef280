import type { AiPattern, AiRules } from './ai-table.ts';
import type { Finding } from './faults.ts';

/** An AI with its value, and where the AI stood in the text as sent. */
export interface PlacedElement {
  readonly rules: AiRules;
  readonly value: string;
  readonly position: number;
}

function matches(pattern: AiPattern, ai: string): boolean {
  return ai.length === pattern.length && ai.startsWith(pattern.digits);
}

/** @returns whether an AI other than `self` matches the pattern. */
function isThere(elements: readonly PlacedElement[], pattern: AiPattern, self: string): boolean {
  for (const element of elements) {
    if (matches(pattern, element.rules.ai) && element.rules.ai !== self) {
      return true;
    }
  }
  return false;
}

/**
 * The rules between AIs, GS1 General Specifications 4.13 and 4.14: what excludes, what requires, what may be there
 * twice only with the same value, and what a digital signature needs.
 * @returns the first that is broken, or undefined.
 */
export function faultBetweenAis(elements: readonly PlacedElement[]): Finding | undefined {
  return conflict(elements) ?? repetition(elements) ?? lack(elements) ?? unserialised(elements);
}

function conflict(elements: readonly PlacedElement[]): Finding | undefined {
  for (const { rules, position } of elements) {
    for (const pattern of rules.excludes) {
      if (isThere(elements, pattern, rules.ai)) {
        return { code: 'udi/conflicting-ai', position, ai: rules.ai };
      }
    }
  }
  return undefined;
}

function lack(elements: readonly PlacedElement[]): Finding | undefined {
  for (const { rules, position } of elements) {
    for (const alternatives of rules.requires) {
      if (!alternatives.some((group) => group.every((pattern) => isThere(elements, pattern, rules.ai)))) {
        return { code: 'udi/missing-ai', position, ai: rules.ai };
      }
    }
  }
  return undefined;
}

/** Several symbols on one label may repeat an AI, as long as they agree. */
function repetition(elements: readonly PlacedElement[]): Finding | undefined {
  if (elements.length > fewElements) {
    return repetitionAmongMany(elements);
  }
  for (let i = 1; i < elements.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const later = elements[i];
      const earlier = elements[j];
      if (later?.rules === earlier?.rules && later !== undefined && later.value !== earlier?.value) {
        return { code: 'udi/repeated-ai', position: later.position, ai: later.rules.ai };
      }
    }
  }
  return undefined;
}

/** Up to here comparing all pairs is faster than a map. */
const fewElements = 12;

function repetitionAmongMany(elements: readonly PlacedElement[]): Finding | undefined {
  const values = new Map<string, string>();
  for (const { rules, value, position } of elements) {
    const before = values.get(rules.ai);
    if (before !== undefined && before !== value) {
      return { code: 'udi/repeated-ai', position, ai: rules.ai };
    }
    values.set(rules.ai, value);
  }
  return undefined;
}

/** A digital signature (8030) signs one thing, so the serial component of these keys is no longer optional. */
function unserialised(elements: readonly PlacedElement[]): Finding | undefined {
  if (!elements.some(({ rules }) => rules.ai === '8030')) {
    return undefined;
  }
  const bare = elements.find(
    ({ rules, value }) =>
      (rules.ai === '253' || rules.ai === '255' || rules.ai === '8003') && value.length === rules.min,
  );
  return bare === undefined
    ? undefined
    : { code: 'udi/missing-ai', position: bare.position, ai: bare.rules.ai };
}
