/** All routes of this room. */
import type { Route } from '../access/route.ts';
import type { FileParts } from './job-file.ts';
import { jobReadingRoutes } from './job-reading-routes.ts';
import { type JobParts, jobRoutes } from './job-routes.ts';
import { type JobSendParts, jobSendRoutes } from './job-send-routes.ts';
import { type PackJobParts, packJobRoutes } from './pack-job-routes.ts';
import { pictureRoutes } from './picture-routes.ts';
import { shipmentJobRoutes } from './shipment-job-routes.ts';
import { verifyRoutes } from './verify-routes.ts';

export interface LabelParts extends JobParts, PackJobParts, FileParts, JobSendParts {}

/** @returns the routes of jobs, of their files and pictures, of sending them to printers, and of verification. */
export function labelRoutes(parts: LabelParts): Route[] {
  return [
    ...jobRoutes(parts),
    ...shipmentJobRoutes(parts),
    ...packJobRoutes(parts),
    ...jobReadingRoutes(parts),
    ...pictureRoutes(parts),
    ...jobSendRoutes(parts),
    ...verifyRoutes(parts),
  ];
}
