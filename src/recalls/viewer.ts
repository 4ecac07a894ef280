/**
 * Who sees what of a recall, deny by default. The registrant: everything but patients, people, and places that are
 * not its own. An authority: the whole, where the registrant lies in its area or it is national; else the
 * organisations in its area. An organisation concerned: its own part. Nobody else: the recall does not exist. Pure.
 */
import { type Authority, areaContains, type Organisation } from '../catalogue/organisation.ts';
import type { Recall } from './recall.ts';

/** The caller, as far as this room asks. */
export interface Reading {
  readonly organisation: string;
  readonly organisationKind: string;
  readonly authority?: Pick<Authority, 'level'> & { readonly area: string };
}

export type Viewer =
  | { readonly kind: 'registrant'; readonly organisation: string }
  /** Without an area: sees the whole. */
  | { readonly kind: 'authority'; readonly area?: string }
  | { readonly kind: 'concerned'; readonly organisation: string };

export type Organisations = ReadonlyMap<string, Pick<Organisation, 'id' | 'area'>>;

/** Ids of those whom a recall concerns. */
export interface Concerned {
  has(organisation: string): boolean;
  keys(): Iterable<string>;
}

/**
 * @param concerned of a caller who is no authority, whether it is concerned is enough
 * @param organisations the registrant and all that are concerned
 * @returns undefined where the caller sees nothing
 */
export function viewerOf(
  caller: Reading,
  recall: Pick<Recall, 'organisation'>,
  concerned: Concerned,
  organisations: Organisations,
): Viewer | undefined {
  if (caller.organisation === recall.organisation) {
    return { kind: 'registrant', organisation: caller.organisation };
  }
  if (caller.organisationKind === 'regulator') {
    if (caller.authority === undefined) return undefined;
    const { level, area } = caller.authority;
    if (level === 'national' || lies(recall.organisation, area, organisations)) return { kind: 'authority' };
    const here = [...concerned.keys()].some((organisation) => lies(organisation, area, organisations));
    return here ? { kind: 'authority', area } : undefined;
  }
  return concerned.has(caller.organisation)
    ? { kind: 'concerned', organisation: caller.organisation }
    : undefined;
}

/** @returns whether the viewer sees an organisation's part. */
export function sees(viewer: Viewer, organisation: string, organisations: Organisations): boolean {
  switch (viewer.kind) {
    case 'registrant':
      return true;
    case 'authority':
      return viewer.area === undefined || lies(organisation, viewer.area, organisations);
    case 'concerned':
      return organisation === viewer.organisation;
  }
}

/** @returns whether the viewer sees in which places of an organisation its stock lies. */
export function seesPlaces(viewer: Viewer, organisation: string): boolean {
  return viewer.kind === 'authority' || organisation === viewer.organisation;
}

/** @returns whether parts are withheld, so that no total may be shown from which they could be subtracted. */
export function isNarrowed(viewer: Viewer): boolean {
  return viewer.kind === 'concerned' || (viewer.kind === 'authority' && viewer.area !== undefined);
}

/** An organisation whose area is not known lies in none but the whole country's. */
function lies(organisation: string, area: string, organisations: Organisations): boolean {
  const inner = organisations.get(organisation)?.area;
  return inner !== undefined && areaContains(area, inner);
}
