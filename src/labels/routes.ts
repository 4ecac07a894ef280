/** All routes of this room. */
import type { Route } from '../access/route.ts';
import type { FileParts } from './job-file.ts';
import { jobReadingRoutes } from './job-reading-routes.ts';
import { type JobParts, jobRoutes } from './job-routes.ts';
import { verifyRoutes } from './verify-routes.ts';

export interface LabelParts extends JobParts, FileParts {}

export function labelRoutes(parts: LabelParts): Route[] {
  return [...jobRoutes(parts), ...jobReadingRoutes(parts), ...verifyRoutes(parts)];
}
