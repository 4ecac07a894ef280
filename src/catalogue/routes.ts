/** All routes of the catalogue. */
import type { Route } from '../access/route.ts';
import { type LotRouteParts, lotRoutes } from './lot-routes.ts';
import { organisationRoutes } from './organisation-routes.ts';
import type { RegisterParts } from './organisations.ts';
import { type PlaceRouteParts, placeRoutes } from './place-routes.ts';
import { productRoutes } from './product-routes.ts';
import type { ProductParts } from './product-writing.ts';
import { programmeRoutes } from './programme-routes.ts';

export type CatalogueParts = RegisterParts & PlaceRouteParts & ProductParts & LotRouteParts;

/** @returns the routes of organisations, places, programmes, products and lots. */
export function catalogueRoutes(parts: CatalogueParts): Route[] {
  return [
    ...organisationRoutes(parts),
    ...placeRoutes(parts),
    ...programmeRoutes(parts),
    ...productRoutes(parts),
    ...lotRoutes(parts),
  ];
}
