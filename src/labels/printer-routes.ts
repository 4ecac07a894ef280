/** Printers over HTTP: administrators register them, people print on them, and ask what became of it. */
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { type Route, route } from '../access/route.ts';
import { idParams } from '../catalogue/fields.ts';
import { describeFailure, Failure, type FailureCode } from '../errors.ts';
import { saying } from '../http/faults.ts';
import { count, isoDateTime, text, uuid } from '../http/fields.ts';
import { isPrinterPath, printerLanguages } from './printer-facts.ts';
import { lookAndNote } from './printer-looks.ts';
import { printerProtocols } from './printer-networks.ts';
import type { PrinterSend, PrinterSends } from './printer-sends.ts';
import { testLabel } from './printer-test-label.ts';
import {
  changePrinter,
  ippPrinterOf,
  listPrinters,
  type Printer,
  type PrinterParts,
  readPrinter,
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
  protocol: z.enum(printerProtocols).meta({
    description: 'raw: bytes alone, as label printers take them at port 9100; ipp: IPP; ipps: IPP over TLS',
  }),
  path: z
    .string()
    .max(127)
    .refine(
      isPrinterPath,
      saying('应为打印机的路径，如 /ipp/print。', 'Must be the path of the printer, such as /ipp/print.'),
    )
    .meta({ description: 'With IPP: its address there; /ipp/print unless stated' }),
  certificate: z
    .string()
    .max(200)
    .transform((value) => value.replaceAll(/[:\s]/g, '').toLowerCase())
    .refine(
      (value) => /^[0-9a-f]{64}$/.test(value),
      saying(
        '应为证书的 SHA-256 指纹（64 位十六进制）。',
        'Must be a SHA-256 fingerprint: 64 hexadecimal digits.',
      ),
    )
    .meta({
      description:
        'With ipps: SHA-256 fingerprint of the certificate that the printer made for itself; without it the certificate is verified as that of any server',
    }),
  language: z.enum(printerLanguages),
  dotsPerInch: z.union([z.literal(203), z.literal(300)]),
};

const printerBody = z.strictObject({
  ...facts,
  /** Default: 9100, with IPP 631. */
  port: facts.port.exactOptional(),
  protocol: facts.protocol.default('raw'),
  /** Default: /ipp/print. */
  path: facts.path.exactOptional(),
  certificate: facts.certificate.exactOptional(),
  dotsPerInch: facts.dotsPerInch.default(203),
});

const changeBody = z
  .strictObject({
    name: facts.name.exactOptional(),
    host: facts.host.exactOptional(),
    port: facts.port.exactOptional(),
    protocol: facts.protocol.exactOptional(),
    path: facts.path.exactOptional(),
    /** `null`: it is verified as any server's. */
    certificate: facts.certificate.nullable().exactOptional(),
    language: facts.language.exactOptional(),
    dotsPerInch: facts.dotsPerInch.exactOptional(),
    active: z.boolean().exactOptional(),
  })
  .refine((change) => Object.keys(change).length > 0, saying('没有要修改的内容。', 'Nothing to change.'));

/** What goes wrong, in the words of those who print. */
const trouble = z.strictObject({ code: z.string(), zh: z.string(), en: z.string() });

const printerAnswer = z
  .strictObject({
    id: uuid(),
    name: facts.name,
    /** Where it is, for those who may change it. */
    host: z.string().exactOptional(),
    port: facts.port.exactOptional(),
    path: z.string().exactOptional(),
    certificate: z.string().exactOptional(),
    protocol: facts.protocol,
    language: facts.language,
    dotsPerInch: facts.dotsPerInch,
    active: z.boolean(),
    lastState: z
      .strictObject({
        at: isoDateTime(),
        /** `unknown`: it did not answer, or not as a printer does. */
        state: z.enum(['idle', 'printing', 'stopped', 'unknown']),
        problems: z.array(trouble),
      })
      .meta({
        description:
          'How one that speaks IPP was found when it was last asked: registered, changed, printing',
      })
      .exactOptional(),
  })
  .meta({ id: 'Printer' });

export const sendAnswer = z
  .strictObject({
    id: uuid(),
    printer: uuid(),
    /** The print job, unless it was a test. */
    job: z.string().exactOptional(),
    labels: count(),
    state: z.enum(['sending', 'printing', 'sent', 'printed', 'failed']).meta({
      description:
        'sent: the printer has taken everything, and no more is known; with IPP printing, then printed or failed, as the printer says. Whether it came out right only a scan can tell',
    }),
    bytes: count(),
    printerJob: z
      .int()
      .meta({ description: "With IPP: its number in the printer's own list" })
      .exactOptional(),
    waitsFor: trouble
      .meta({ description: 'What a job that is printing waits for: paper, a cover' })
      .exactOptional(),
    sentBy: uuid(),
    startedAt: isoDateTime(),
    endedAt: isoDateTime().exactOptional(),
    failure: trouble.exactOptional(),
  })
  .meta({ id: 'PrinterSend' });

/** @returns the record of a send as it is answered, what went wrong in the words of those who print. */
export function describeSend(send: PrinterSend): z.output<typeof sendAnswer> {
  const { id, printer, subject, labels, state, bytes, sentBy, startedAt } = send;
  const { endedAt, failure, printerJob, waitsFor } = send;
  return {
    ...{ id, printer, labels, state, bytes, sentBy, startedAt },
    ...(subject.kind === 'job' ? { job: subject.job } : {}),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(printerJob === undefined ? {} : { printerJob }),
    ...(waitsFor === undefined ? {} : { waitsFor: describeTrouble(waitsFor) }),
    ...(failure === undefined ? {} : { failure: describeTrouble(failure) }),
  };
}

function describeTrouble(code: FailureCode): z.output<typeof trouble> {
  const { zh, en } = describeFailure(code);
  return { code, zh, en };
}

function describePrinter(printer: Printer, { permissions }: Caller): z.output<typeof printerAnswer> {
  const { id, name, host, port, path, certificate, protocol, language, dotsPerInch, active } = printer;
  const { lastState } = printer;
  const where = {
    ...{ host, port },
    ...(path === undefined ? {} : { path }),
    ...(certificate === undefined ? {} : { certificate }),
  };
  return {
    ...{ id, name },
    ...(permissions.has('organisation:administer') ? where : {}),
    ...{ protocol, language, dotsPerInch, active },
    ...(lastState === undefined
      ? {}
      : { lastState: { ...lastState, problems: lastState.problems.map(describeTrouble) } }),
  };
}

/** Registered is also what is switched off: how it was found stands in the answer. */
async function lookedAt(parts: PrinterParts, printer: Printer): Promise<Printer> {
  if (!printer.active || ippPrinterOf(printer) === undefined) return printer;
  await lookAndNote(parts, printer).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
  });
  return await readPrinter(parts.connection, printer.organisation, printer.id);
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
        summary:
          'Register a printer of the own organisation; one that speaks IPP is asked how it is 登记打印机',
        body: printerBody,
        answer: printerAnswer,
      },
      async ({ caller, body }) => ({
        status: 201,
        body: describePrinter(await lookedAt(parts, await registerPrinter(parts, caller, body)), caller),
      }),
    ),
    route(
      'GET',
      '/api/v1/printers',
      'catalogue:read',
      {
        summary:
          'List the printers of the own organisation, in use or not, and how each was found 打印机及其状态',
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
        body: describePrinter(
          await lookedAt(parts, await changePrinter(parts, caller, params.id, body)),
          caller,
        ),
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
      { summary: 'What became of a send to a printer 打印结果', params: idParams, answer: sendAnswer },
      async ({ caller, params }) => ({
        status: 200,
        body: describeSend(await sends.read(caller.organisation, params.id)),
      }),
    ),
  ];
}
