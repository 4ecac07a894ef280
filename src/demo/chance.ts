/** Chance from a seed: what is drawn under a name is always the same, whoever draws before it. */
import { createHash } from 'node:crypto';
import type { IdSource } from '../clock.ts';

/** @returns a source whose bytes follow from the seed and the name alone. Never for secrets. */
export function seededIds(seed: string, name: string): IdSource {
  let block = 0;
  let left = Buffer.alloc(0);
  const bytes = (count: number): Uint8Array => {
    while (left.length < count) {
      const text = `pps-trace/demo/1\n${seed}\n${name}\n${block}`;
      left = Buffer.concat([left, createHash('sha256').update(text, 'utf8').digest()]);
      block += 1;
    }
    const taken = left.subarray(0, count);
    left = left.subarray(count);
    return new Uint8Array(taken);
  };
  return { bytes, uuid: () => uuidOf(bytes(16)) };
}

/** RFC 9562: version 4, variant 10. */
function uuidOf(bytes: Uint8Array): string {
  const hex = [...bytes]
    .map((byte, at) => (at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Draws of one story. */
export interface Chance {
  /** @returns an integer from 0 to below `limit`; at most 2^32. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
}

export function seededChance(seed: string, name: string): Chance {
  const source = seededIds(seed, `chance/${name}`);
  // A remainder's bias of one in 2^32 is nobody's concern in a story.
  const below = (limit: number) => Buffer.from(source.bytes(4)).readUInt32BE() % limit;
  return {
    below,
    pick: (from) => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
  };
}
