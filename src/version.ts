/** The product's version, as package.json states it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));

export const version = versionOf(manifest);

function versionOf(value: unknown): string {
  const stated =
    typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof stated !== 'string') throw new Error('package.json states no version');
  return stated;
}
