/** Places of an organisation, in a tree. */
import type { Bilingual } from './bilingual.ts';

export const placeKinds = ['store', 'cssd', 'theatre', 'ward', 'warehouse', 'production', 'other'] as const;
export type PlaceKind = (typeof placeKinds)[number];

export interface Place {
  /** UUID. */
  readonly id: string;
  /** Organisation id. */
  readonly organisation: string;
  /** Place id of the same organisation; absent at the top. */
  readonly parent?: string;
  readonly name: Bilingual;
  readonly kind: PlaceKind;
  /** An attribute, not a key: many hospitals have none. */
  readonly gln?: string;
  readonly active: boolean;
}

/** Places under places, counted from the top: a building, floor, department, room, cabinet, shelf and two to spare. */
export const placeDepthLimit = 8;

/** Why a place cannot lie under another. */
export type TreeFault = 'unknown-parent' | 'cycle' | 'too-deep';

/**
 * Decides whether `place` may lie under `parent`, given all places of the organisation.
 * @param places every place of the organisation @param place id of the place that is made or moved
 * @returns undefined where it may
 */
export function treeFault(
  places: ReadonlyMap<string, Pick<Place, 'parent'>>,
  place: string,
  parent: string | undefined,
): TreeFault | undefined {
  let depthAbove = 0;
  for (let above = parent; above !== undefined; above = places.get(above)?.parent) {
    if (above === place) return 'cycle';
    if (!places.has(above)) return 'unknown-parent';
    depthAbove += 1;
    if (depthAbove >= placeDepthLimit) return 'too-deep';
  }
  return depthAbove + heightBelow(places, place) > placeDepthLimit ? 'too-deep' : undefined;
}

/** @returns how many levels a place has with those below it; 1 without any. Stops at the limit, so cycles end. */
function heightBelow(places: ReadonlyMap<string, Pick<Place, 'parent'>>, place: string): number {
  let level: ReadonlySet<string> = new Set([place]);
  let height = 0;
  while (level.size > 0 && height <= placeDepthLimit) {
    height += 1;
    const above = level;
    level = new Set(
      [...places].filter(([, { parent }]) => parent !== undefined && above.has(parent)).map(([id]) => id),
    );
  }
  return height;
}
