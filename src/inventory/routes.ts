/** All routes of this room. */
import type { Route } from '../access/route.ts';
import { correctionRoutes } from './correction-routes.ts';
import { importRoutes } from './import-routes.ts';
import { type LotParts, lotRoutes } from './lot-routes.ts';
import { programmeRoutes } from './programme-routes.ts';
import { serialConflictRoutes } from './serial-conflict-routes.ts';
import { shipmentRoutes } from './shipment-routes.ts';
import { stockRoutes } from './stock-routes.ts';
import { traceRoutes } from './trace-routes.ts';
import { udiRoutes } from './udi-routes.ts';
import { type UseParts, useRoutes } from './use-routes.ts';

export function inventoryRoutes(parts: UseParts & LotParts): Route[] {
  return [
    ...udiRoutes(parts),
    ...lotRoutes(parts),
    ...shipmentRoutes(parts),
    ...importRoutes(parts),
    ...stockRoutes(parts),
    ...useRoutes(parts),
    ...traceRoutes(parts),
    ...programmeRoutes(parts),
    ...correctionRoutes(parts),
    ...serialConflictRoutes(parts),
  ];
}
