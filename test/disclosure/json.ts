/** Looking into JSON of unknown shape. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

export function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns the objects of a list; of anything else none. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

export function textIn(value: unknown, key: string): string | undefined {
  const found = isFields(value as Json) ? (value as Fields)[key] : undefined;
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, key: string): number | undefined {
  const found = isFields(value as Json) ? (value as Fields)[key] : undefined;
  return typeof found === 'number' ? found : undefined;
}

/** @returns whether it is a text that says something. */
export function isStrict(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** @returns every text and number in a value, at every depth. Keys are not values. */
export function leaves(value: unknown): (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
