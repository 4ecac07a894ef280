/** All routes of this room. */

import { peopleRoutes } from './people-routes.ts';
import type { Route } from './route.ts';
import { type SessionRouteParts, sessionRoutes } from './session-routes.ts';
import { tokenRoutes } from './token-routes.ts';

export function accessRoutes(parts: SessionRouteParts): Route[] {
  return [...sessionRoutes(parts), ...peopleRoutes(parts), ...tokenRoutes(parts)];
}
