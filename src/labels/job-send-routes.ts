/** Sending a print job to a printer of the own organisation. */
import type { Connection } from 'mongoose';
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { Failure } from '../errors.ts';
import { uuid } from '../http/fields.ts';
import { readJob } from './job.ts';
import { assertPrintable, type FileParts, piecesOf } from './job-file.ts';
import { jobParams } from './job-routes.ts';
import { describeSend, sendAnswer } from './printer-routes.ts';
import type { PrinterSends } from './printer-sends.ts';
import { readPrinter } from './printers.ts';
import { pageSizeMm } from './sheet.ts';

export interface JobSendParts extends FileParts {
  readonly connection: Connection;
  readonly sends: PrinterSends;
}

/** Where it goes is an administrator's word: a request names a printer, never an address. */
const sendBody = z.strictObject({ printer: uuid() });

/** @returns the route that sends a job to a printer. */
export function jobSendRoutes(parts: JobSendParts): Route[] {
  const { connection, db, sends } = parts;
  return [
    route(
      'POST',
      '/api/v1/label-jobs/:job/sends',
      'label:print',
      {
        summary: 'Send a job to a printer; it is sent once, and goes on after the answer 发送到打印机',
        params: jobParams,
        body: sendBody,
        answer: sendAnswer,
      },
      async ({ caller, params, body }) => {
        const { organisation, person } = caller;
        const job = await readJob({ db }, organisation, params.job);
        await assertPrintable(parts, job);
        const printer = await readPrinter(connection, organisation, body.printer);
        if (printer.dotsPerInch !== job.dotsPerInch) {
          throw new Failure('printer/dots', { job: job.dotsPerInch, printer: printer.dotsPerInch });
        }
        const send = await sends.begin({
          ...{ organisation, person, printer: printer.id, labels: job.labels },
          subject: { kind: 'job', job: job._id },
          pageMm: pageSizeMm(job.template),
          draw: ({ language }) => piecesOf(parts, job, language),
        });
        return { status: 202, body: describeSend(send) };
      },
    ),
  ];
}
