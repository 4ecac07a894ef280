/** The `route` that every room's route file uses, with our callers and permissions bound. */

import { type Route as AnyRoute, routeMaker } from '../http/route.ts';
import type { Caller } from './caller.ts';
import type { Permission } from './permissions.ts';

export { publicRoute } from '../http/route.ts';

export type Route = AnyRoute<Caller, Permission>;

export const route = routeMaker<Caller, Permission>();
