import type { AiRules } from './ai-table.ts';
import { firstOutside } from './character-sets.ts';
import type { UdiFaultCode } from './faults.ts';

/** What is wrong inside a value, and at which character of it. */
export interface ValueFault {
  readonly code: UdiFaultCode;
  readonly offset: number;
}

/**
 * Checks a value against the components of its AI: lengths first, since a wrong check digit says little about a
 * value that is too long; then component by component its characters and its checks.
 * @returns the first fault, or undefined where the value is right.
 */
export function faultInValue(rules: AiRules, value: string): ValueFault | undefined {
  if (value.length < rules.min || value.length > rules.max) {
    return { code: 'udi/length', offset: Math.min(value.length, rules.max) };
  }
  let at = 0;
  for (const component of rules.components) {
    const end = Math.min(at + component.max, value.length);
    if (end === at && component.optional) {
      continue;
    }
    if (end - at < component.min) {
      return { code: 'udi/length', offset: end };
    }
    const stranger = firstOutside(component.set, value, at, end);
    if (stranger !== -1) {
      return { code: 'udi/character', offset: stranger };
    }
    if (component.checks.length > 0) {
      const text = value.slice(at, end);
      for (const check of component.checks) {
        const code = check(text);
        if (code !== undefined) {
          return { code, offset: at };
        }
      }
    }
    at = end;
  }
  return undefined;
}
