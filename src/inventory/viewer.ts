/** Who looks, and in which relation to an organisation's part of the ledger. Deny by default. */
import { areaContains, type Organisation } from '../catalogue/organisation.ts';

export interface Viewer {
  readonly organisation: string;
  /** Of a regulator: the area (GB/T 2260) whose organisations it sees; undefined for all others. */
  readonly area?: string;
}

export type Relation =
  /** Its own books. */
  | 'own'
  /** The registrant of the product. */
  | 'maker'
  /** An authority in whose area the organisation lies. */
  | 'authority'
  | 'none';

/** The whole country, for a national authority. */
export const wholeCountry = '000000';

/** @returns the relation of a viewer to one organisation's part in a product's lots. */
export function relationTo(
  viewer: Viewer,
  organisation: string,
  maker: string | undefined,
  organisations: ReadonlyMap<string, Pick<Organisation, 'area'>>,
): Relation {
  if (viewer.organisation === organisation) return 'own';
  if (maker !== undefined && viewer.organisation === maker) return 'maker';
  if (viewer.area === undefined) return 'none';
  // One abroad has no area here: it lies in the whole country's sight alone, as its recalls do.
  if (viewer.area === wholeCountry) return 'authority';
  const area = organisations.get(organisation)?.area;
  return area !== undefined && areaContains(viewer.area, area) ? 'authority' : 'none';
}
