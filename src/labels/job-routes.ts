/** Routes of print jobs: print, print again, spoil, give up, close; and how far a job is. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { readOrganisation } from '../catalogue/organisations.ts';
import { askedTogether } from '../database/asking-together.ts';
import { uuid } from '../http/fields.ts';
import { actorOf } from '../inventory/caller-routes.ts';
import { commandAnswer, commitTexts, type InventoryParts, runCommand } from '../inventory/command.ts';
import { required } from '../inventory/inputs.ts';
import { jobMarks } from './job.ts';
import { cancelJob, closeJob, type EndedAnswer, jobEndBody } from './job-end.ts';
import { printLabels, printLabelsBody } from './job-print.ts';
import { reprintBody, reprintLabels } from './job-reprint.ts';
import { spoilBody, spoilLabels } from './job-spoil.ts';
import { loadTemplate } from './template.ts';

export interface JobParts extends Pick<InventoryParts, 'ledger' | 'connection' | 'clock' | 'ids'> {
  /** What QR codes link to, without a slash at the end. */
  readonly publicUrl: string;
}

export const jobParams = z.strictObject({ job: uuid() });

export const printedAnswer = {
  ...commandAnswer,
  job: z.string(),
  labels: z.int(),
  firstSerial: z.string().optional(),
  lastSerial: z.string().optional(),
  marks: z.array(z.enum(jobMarks)),
};

const endedAnswer = z.strictObject({
  ...commandAnswer,
  job: z.string(),
  labels: z.int(),
  spoiled: z.int(),
  verified: z.int(),
});

/** @returns the routes that begin a job of a lot, print its labels again, spoil them, and end the job. */
export function jobRoutes(parts: JobParts): Route[] {
  const print = printLabels({ publicUrl: parts.publicUrl, bytes: (count) => parts.ids.bytes(count) });
  return [
    route(
      'POST',
      '/api/v1/label-jobs',
      'label:print',
      {
        summary: 'Print labels of a lot: allocates or names serial numbers, and makes a job 打印标签',
        body: printLabelsBody,
        answer: z.strictObject(printedAnswer),
      },
      async ({ caller, body }) => {
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/label-jobs',
          actor: actorOf(caller),
          content: body,
          prepare: async () => {
            const templateData = await loadTemplate(body.template);
            const maker = await readOrganisation(askedTogether(parts.connection), caller.organisation);
            return { input: { ...body, templateData, maker, laidOut: new Set() }, writes: [] };
          },
        };
        return { status: 201, body: await runCommand(parts, print, call) };
      },
    ),
    route(
      'POST',
      '/api/v1/label-jobs/:job/reprints',
      'label:print',
      {
        summary: 'Print labels of a job again, for a reason 补打标签',
        params: jobParams,
        body: reprintBody,
        answer: z.strictObject({ ...printedAnswer, reprintOf: z.string() }),
      },
      async ({ caller, params, body }) => {
        const { reason, ...rest } = body;
        const texts = commitTexts({ reason }, caller.organisation, parts.ids);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/label-jobs/:job/reprints',
          actor: actorOf(caller),
          content: { ...body, ...params },
          prepare: async () => ({
            input: { ...rest, ...params, reasonText: required(texts.commitments.reason) },
            writes: texts.writes,
          }),
        };
        return { status: 201, body: await runCommand(parts, reprintLabels, call) };
      },
    ),
    route(
      'POST',
      '/api/v1/label-jobs/:job/spoilage',
      'label:print',
      {
        summary: 'Report labels of a job as spoiled 登记作废标签',
        params: jobParams,
        body: spoilBody,
        answer: z.strictObject({ ...commandAnswer, job: z.string(), spoiled: z.int() }),
      },
      async ({ caller, params, body }) => {
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/label-jobs/:job/spoilage',
          actor: actorOf(caller),
          content: { ...body, ...params },
          prepare: async () => ({ input: { ...body, ...params }, writes: [] }),
        };
        return { status: 201, body: await runCommand(parts, spoilLabels, call) };
      },
    ),
    ...endRoutes(parts),
  ];
}

function endRoutes(parts: JobParts): Route[] {
  const end = (path: string, summary: string, command: typeof cancelJob | typeof closeJob) =>
    route(
      'POST',
      path,
      'label:print',
      { summary, params: jobParams, body: jobEndBody, answer: endedAnswer },
      async ({ caller, params, body }) => {
        const call = {
          commandId: body.commandId,
          route: `POST ${path}`,
          actor: actorOf(caller),
          content: { ...body, ...params },
          prepare: async () => ({ input: { ...body, ...params }, writes: [] }),
        };
        const answer: EndedAnswer & { commandId: string; events: readonly string[] } =
          command === cancelJob
            ? await runCommand(parts, cancelJob, call)
            : await runCommand(parts, closeJob, call);
        return { status: 201, body: answer };
      },
    );
  return [
    end(
      '/api/v1/label-jobs/:job/cancellation',
      'Give a job up: all its labels are void, and its numbers are never given again 取消打印任务',
      cancelJob,
    ),
    end(
      '/api/v1/label-jobs/:job/closing',
      'Close a job as verified, with the count of labels that were scanned 核对完毕',
      closeJob,
    ),
  ];
}
