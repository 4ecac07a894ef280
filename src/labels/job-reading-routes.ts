/** Reading print jobs: how far one is, its serial numbers, its file. */
import { type Route, route } from '../access/route.ts';
import { Failure } from '../errors.ts';
import { rawBytes } from '../http/route.ts';
import { readJob } from './job.ts';
import { assertPrintable, type FileFormat, type FileParts, fileOf, fileTag } from './job-file.ts';
import { jobParams } from './job-routes.ts';
import {
  jobsAnswer,
  jobsQuery,
  jobView,
  listJobs,
  listSerials,
  serialsAnswer,
  serialsQuery,
  viewsOf,
} from './job-view.ts';
import { mediaTypes } from './outputs.ts';

/** @returns the routes that show jobs, and those that draw the file of one. */
export function jobReadingRoutes(parts: FileParts): Route[] {
  const { db } = parts;
  return [
    route(
      'GET',
      '/api/v1/label-jobs',
      'label:print',
      { summary: 'Our print jobs, the newest first 打印任务', query: jobsQuery, answer: jobsAnswer },
      async ({ caller, query }) => ({ status: 200, body: await listJobs(db, caller.organisation, query) }),
    ),
    route(
      'GET',
      '/api/v1/label-jobs/:job',
      'label:print',
      {
        summary: 'A print job: its figures, and how far its file is 打印进度',
        params: jobParams,
        answer: jobView,
      },
      async ({ caller, params }) => {
        const job = await readJob({ db }, caller.organisation, params.job);
        const [view] = await viewsOf(db, [job]);
        if (view === undefined) throw new Failure('not-found');
        return { status: 200, body: view };
      },
    ),
    route(
      'GET',
      '/api/v1/label-jobs/:job/serials',
      'label:print',
      {
        summary: 'The serial numbers of a job, and what became of each 打印任务的序列号',
        params: jobParams,
        query: serialsQuery,
        answer: serialsAnswer,
      },
      async ({ caller, params, query }) => {
        const job = await readJob({ db }, caller.organisation, params.job);
        return { status: 200, body: await listSerials(db, job, query) };
      },
    ),
    fileRoute(parts, 'pdf', 'The file of a job; the same bytes each time 标签文件'),
    fileRoute(parts, 'zpl', 'The same for a label printer, in ZPL 标签打印机文件'),
  ];
}

function fileRoute(parts: FileParts, format: FileFormat, summary: string): Route {
  const contentType = mediaTypes[format];
  return route(
    'GET',
    `/api/v1/label-jobs/:job/labels.${format}`,
    'label:print',
    { summary, params: jobParams, produces: { [contentType]: rawBytes } },
    async ({ caller, params }) => {
      const job = await readJob({ db: parts.db }, caller.organisation, params.job);
      await assertPrintable(parts, job);
      return {
        status: 200,
        contentType,
        filename: `labels-${'shipment' in job ? 'sscc' : job.product}-${job._id.slice(0, 8)}.${format}`,
        headers: { ETag: fileTag(job, parts.version, format) },
        bytes: fileOf(parts, job, format),
      };
    },
  );
}
