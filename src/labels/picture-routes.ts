/** Pictures of single labels, for screens: what a person looks at before a roll is printed. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { Failure } from '../errors.ts';
import { saying } from '../http/faults.ts';
import { rawBytes } from '../http/route.ts';
import { numberAt, readJob } from './job.ts';
import { contentOfLabel } from './job-drawing.ts';
import { assertPrintable, type FileParts } from './job-file.ts';
import { jobParams } from './job-routes.ts';
import { mediaTypes, type PictureFormat, pictureOf } from './outputs.ts';
import { type LabelTemplate, parseTemplate } from './template.ts';

/** Below, a module is a pixel and no scanner reads it from a screen; above, nobody sees more. */
const dots = { least: 150, most: 1_200 } as const;

/** Of a picture in pixels: it is drawn in one go, while nobody else is answered. A unit's label has them at 1,200. */
const pixelsMost = 6_000_000;
const millimetresPerInch = 25.4;

const wholeNumber = (pattern: RegExp) => z.string().regex(pattern).transform(Number);

const pictureQuery = z.strictObject({
  /** Which label of the job, from 0. */
  nth: wholeNumber(/^\d{1,6}$/).default(0),
  /** Pixels an inch; the job's printer's unless asked otherwise. */
  dotsPerInch: wholeNumber(/^\d{3,4}$/)
    .refine(
      (value) => value >= dots.least && value <= dots.most,
      saying(`应为 ${dots.least}–${dots.most}。`, `Must be ${dots.least} to ${dots.most}.`),
    )
    .optional(),
});

/** @returns the routes that show one label of a job, as SVG and as PNG. */
export function pictureRoutes(parts: FileParts): Route[] {
  return [
    pictureRoute(parts, 'svg', 'A label of a job as a drawing 标签预览'),
    pictureRoute(parts, 'png', 'A label of a job as a picture 标签预览'),
  ];
}

function pictureRoute(parts: FileParts, format: PictureFormat, summary: string): Route {
  const contentType = mediaTypes[format];
  return route(
    'GET',
    `/api/v1/label-jobs/:job/label.${format}`,
    'label:print',
    { summary, params: jobParams, query: pictureQuery, produces: { [contentType]: rawBytes } },
    async ({ caller, params, query }) => {
      const { db } = parts;
      const job = await readJob({ db }, caller.organisation, params.job);
      // A picture can be printed too.
      await assertPrintable(parts, job);
      if (query.nth >= job.labels) throw new Failure('not-found', { nth: query.nth, labels: job.labels });
      const dotsPerInch = query.dotsPerInch ?? job.dotsPerInch;
      if (format === 'png') refuseLarge(job.template.sizeMm, dotsPerInch);
      const label = await numberAt(db, job, query.nth);
      const bytes = pictureOf(format, parseTemplate(job.template), contentOfLabel(job.content, label), {
        languages: job.languages,
        dotsPerInch,
      });
      return { status: 200, contentType, bytes };
    },
  );
}

/** @throws Failure `request/invalid` that says how many dots an inch there may be */
function refuseLarge(size: LabelTemplate['sizeMm'], dotsPerInch: number): void {
  const inches = (size.width / millimetresPerInch) * (size.height / millimetresPerInch);
  if (inches * dotsPerInch ** 2 <= pixelsMost) return;
  const most = Math.floor(Math.sqrt(pixelsMost / inches));
  throw new Failure('request/invalid', {}, [
    {
      pointer: '/query/dotsPerInch',
      zh: `该标签较大，最高 ${most} dpi。`,
      en: `A label of this size has ${most} dots an inch at most.`,
    },
  ]);
}
