/** Printers over HTTP: administrators register them, people print on them, and ask what became of it. */
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { type Route, route } from '../access/route.ts';
import { idParams } from '../catalogue/fields.ts';
import { describeFailure } from '../errors.ts';
import { saying } from '../http/faults.ts';
import { count, isoDateTime, text, uuid } from '../http/fields.ts';
import type { PrinterSend, PrinterSends } from './printer-sends.ts';
import { testLabel } from './printer-test-label.ts';
import {
  changePrinter,
  listPrinters,
  type Printer,
  type PrinterParts,
  printerLanguages,
  registerPrinter,
} from './printers.ts';

/** A DNS name (RFC 1123) or an IP address; whether it may be connected to is decided from what it resolves to. */
const host = () =>
  z
    .string()
    .trim()
    .max(253)
    .refine(
      (value) => isIP(value) !== 0 || /^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$/.test(value),
      saying('应为打印机的 IP 地址或名称。', 'Must be the IP address or the name of the printer.'),
    )
    .toLowerCase();

const facts = {
  name: text({ max: 60 }),
  host: host(),
  port: z.int().min(1).max(65_535),
  language: z.enum(printerLanguages),
  dotsPerInch: z.union([z.literal(203), z.literal(300)]),
};

const printerBody = z.strictObject({
  ...facts,
  port: facts.port.default(9100),
  dotsPerInch: facts.dotsPerInch.default(203),
});

const changeBody = z
  .strictObject({
    name: facts.name.exactOptional(),
    host: facts.host.exactOptional(),
    port: facts.port.exactOptional(),
    language: facts.language.exactOptional(),
    dotsPerInch: facts.dotsPerInch.exactOptional(),
    active: z.boolean().exactOptional(),
  })
  .refine((change) => Object.keys(change).length > 0, saying('没有要修改的内容。', 'Nothing to change.'));

const printerAnswer = z
  .strictObject({
    id: uuid(),
    name: facts.name,
    /** Where it is, for those who may change it. */
    host: z.string().exactOptional(),
    port: facts.port.exactOptional(),
    language: facts.language,
    dotsPerInch: facts.dotsPerInch,
    active: z.boolean(),
  })
  .meta({ id: 'Printer' });

export const sendAnswer = z
  .strictObject({
    id: uuid(),
    printer: uuid(),
    /** The print job, unless it was a test. */
    job: z.string().exactOptional(),
    labels: count(),
    /** `sent`: the printer has taken everything; whether it came out right only a scan can tell. */
    state: z.enum(['sending', 'sent', 'failed']),
    bytes: count(),
    sentBy: uuid(),
    startedAt: isoDateTime(),
    endedAt: isoDateTime().exactOptional(),
    failure: z.strictObject({ code: z.string(), zh: z.string(), en: z.string() }).exactOptional(),
  })
  .meta({ id: 'PrinterSend' });

/** @returns the record of a send as it is answered, what went wrong in the words of those who print. */
export function describeSend(send: PrinterSend): z.output<typeof sendAnswer> {
  const { id, printer, subject, labels, state, bytes, sentBy, startedAt, endedAt, failure } = send;
  return {
    ...{ id, printer, labels, state, bytes, sentBy, startedAt },
    ...(subject.kind === 'job' ? { job: subject.job } : {}),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(failure === undefined ? {} : { failure: { code: failure, ...sentences(failure) } }),
  };
}

function sentences(code: NonNullable<PrinterSend['failure']>): { zh: string; en: string } {
  const { zh, en } = describeFailure(code);
  return { zh, en };
}

function describePrinter(printer: Printer, { permissions }: Caller): z.output<typeof printerAnswer> {
  const { id, name, host, port, language, dotsPerInch, active } = printer;
  const where = permissions.has('organisation:administer') ? { host, port } : {};
  return { id, name, ...where, language, dotsPerInch, active };
}

export interface PrinterRouteParts extends PrinterParts {
  readonly sends: PrinterSends;
}

/** @returns the routes of printers. */
export function printerRoutes(parts: PrinterRouteParts): Route[] {
  const { connection, clock, sends } = parts;
  return [
    route(
      'POST',
      '/api/v1/printers',
      'organisation:administer',
      {
        summary: 'Register a label printer of the own organisation 登记打印机',
        body: printerBody,
        answer: printerAnswer,
      },
      async ({ caller, body }) => ({
        status: 201,
        body: describePrinter(await registerPrinter(parts, caller, body), caller),
      }),
    ),
    route(
      'GET',
      '/api/v1/printers',
      'catalogue:read',
      {
        summary: 'List the printers of the own organisation, in use or not',
        answer: z.strictObject({ items: z.array(printerAnswer) }),
      },
      async ({ caller }) => {
        const found = await listPrinters(connection, caller.organisation);
        return { status: 200, body: { items: found.map((printer) => describePrinter(printer, caller)) } };
      },
    ),
    route(
      'PATCH',
      '/api/v1/printers/:id',
      'organisation:administer',
      {
        summary: 'Change a printer of the own organisation',
        params: idParams,
        body: changeBody,
        answer: printerAnswer,
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: describePrinter(await changePrinter(parts, caller, params.id, body), caller),
      }),
    ),
    route(
      'POST',
      '/api/v1/printers/:id/test',
      'organisation:administer',
      { summary: 'Print a test label 打印测试标签', params: idParams, answer: sendAnswer },
      async ({ caller, params }) => {
        const { organisation, person } = caller;
        const now = clock.now();
        const send = await sends.begin({
          ...{ organisation, person, printer: params.id, subject: { kind: 'test' }, labels: 1 },
          draw: async function* (printer) {
            yield await testLabel(printer, now);
          },
        });
        return { status: 202, body: describeSend(send) };
      },
    ),
    route(
      'GET',
      '/api/v1/printer-sends/:id',
      'catalogue:read',
      { summary: 'What became of a send to a printer', params: idParams, answer: sendAnswer },
      async ({ caller, params }) => ({
        status: 200,
        body: describeSend(await sends.read(caller.organisation, params.id)),
      }),
    ),
  ];
}
