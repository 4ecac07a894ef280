/** A printer that speaks IPP as the network sees it: an HTTP server, with an encoder and decoder written by others. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import ipp from '@sealsystems/ipp';
import type { OwnCertificate } from './own-certificate.ts';

/** What it does with a job. */
export type IppManner =
  | 'prints'
  /** Takes it all, and then says that it has no time. */
  | 'busy'
  /** Says so at once, and reads no more. */
  | 'busy-at-once'
  /** Reads nothing more: its memory is full. */
  | 'stalls'
  /** Breaks off in the midst of the document. */
  | 'hangs-up'
  /** Breaks off in the midst of its answer. */
  | 'hangs-up-answering'
  /** Takes everything, and never answers. */
  | 'silent'
  /** Something else that listens there. */
  | 'web-page'
  | 'rubbish'
  | 'not-http'
  | 'huge'
  | 'redirects'
  | 'asks-who';

type Attributes = Readonly<Record<string, unknown>>;

export interface IppRequest {
  /** As the decoder sees it. */
  readonly operation: string;
  readonly path: string;
  readonly operationAttributes: Attributes;
  readonly jobAttributes: Attributes;
  readonly document: Buffer;
}

export interface IppPrinterServer {
  readonly port: number;
  /** Of its answers to everything. */
  manner: IppManner;
  /** Does as `manner` says with questions, too. */
  always: boolean;
  /** What it says of itself; `undefined` is left out. */
  says: Attributes;
  /** Says that it can leave pages at their size. */
  scales: boolean;
  /** What it says of a job when it has taken it, and each time that it is asked; the last for ever. */
  jobStates: readonly Attributes[];
  /** Every request that was read to its end. */
  readonly requests: IppRequest[];
  /** The documents that it has printed. */
  printed(): Buffer[];
  connections: number;
  close(): Promise<void>;
}

export const a4 = { 'x-dimension': 21_000, 'y-dimension': 29_700 };
export const idlePrinter: Attributes = {
  'printer-state': 'idle',
  'printer-state-reasons': 'none',
  'printer-is-accepting-jobs': true,
  'document-format-supported': ['image/urf', 'application/pdf'],
  'media-size-supported': [{ 'x-dimension': 21_590, 'y-dimension': 27_940 }, a4],
  'sides-supported': ['one-sided', 'two-sided-long-edge'],
};
/** PWG 5100.13, which the encoder does not know: `print-scaling-supported` of `auto` and `none`. */
const scaling = Buffer.concat([
  Buffer.from('440017', 'hex'),
  Buffer.from('print-scaling-supported'),
  Buffer.from('0004', 'hex'),
  Buffer.from('auto'),
  Buffer.from('4400000004', 'hex'),
  Buffer.from('none'),
]);
export const completed: Attributes = {
  'job-state': 'completed',
  'job-state-reasons': 'job-completed-successfully',
};

export async function ippPrinter(certificate?: OwnCertificate): Promise<IppPrinterServer> {
  const sockets = new Set<Socket>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    void answer(printer, request, response);
  };
  const server =
    certificate === undefined ? createServer(listener) : createTlsServer({ ...certificate }, listener);
  server.on(certificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    printer.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const printer: IppPrinterServer = {
    port: address.port,
    manner: 'prints',
    always: false,
    says: idlePrinter,
    scales: false,
    jobStates: [completed],
    requests: [],
    printed: () =>
      printer.requests.filter(({ operation }) => operation === 'Print-Job').map(({ document }) => document),
    connections: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return printer;
}

async function answer(
  printer: IppPrinterServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [head] = (await once(request, 'data')) as [Buffer];
  const begun = readRequest(request.url ?? '', head);
  const manner = printer.always || begun.operation === 'Print-Job' ? printer.manner : 'prints';
  if (manner === 'stalls') return void request.pause();
  if (manner === 'hangs-up') return void request.socket.destroy();
  if (manner === 'busy-at-once') return say(response, { statusCode: 'server-error-busy' });
  const pieces = [head];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const whole = readRequest(request.url ?? '', Buffer.concat(pieces));
  switch (manner) {
    case 'prints':
      printer.requests.push(whole);
      return say(response, answerTo(printer, whole), printer.scales && whole.operation.startsWith('Get-P'));
    case 'busy':
      return say(response, { statusCode: 'server-error-busy' });
    case 'silent':
      return;
    case 'hangs-up-answering':
      response.writeHead(200, { 'Content-Type': 'application/ipp', 'Content-Length': 500 });
      response.write(Buffer.of(1, 1, 0, 0), () => request.socket.destroy());
      return;
    case 'web-page':
      return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>It works!</h1>');
    case 'rubbish':
      return void response.writeHead(200, { 'Content-Type': 'application/ipp' }).end('It works!');
    case 'not-http':
      return void request.socket.end('220 It works!\r\n');
    case 'huge':
      response.writeHead(200, { 'Content-Type': 'application/ipp' });
      return void Readable.from(hugeAnswer()).pipe(response);
    case 'redirects':
      return void response.writeHead(307, { Location: `http://127.0.0.1:${printer.port}/elsewhere` }).end();
    case 'asks-who':
      return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="printer"' }).end();
    default: {
      const impossible: never = manner;
      throw new Error(impossible);
    }
  }
}

/** 40 MB. */
function* hugeAnswer(): Generator<Buffer> {
  for (let piece = 0; piece < 640; piece += 1) yield Buffer.alloc(64 * 1024, 1);
}

function answerTo(printer: IppPrinterServer, { operation }: IppRequest): object {
  switch (operation) {
    case 'Get-Printer-Attributes':
      return { 'printer-attributes-tag': printer.says };
    case 'Print-Job':
    case 'Get-Job-Attributes': {
      const [state, ...later] = printer.jobStates;
      if (later.length > 0) printer.jobStates = later;
      if (state === undefined) return { statusCode: 'client-error-not-found' };
      // Where it leads to is somewhere else, and no business of the service.
      const place = { 'job-uri': 'ipp://10.99.99.99/jobs/17', 'job-id': 17 };
      return { 'job-attributes-tag': { ...place, ...state } };
    }
    default:
      return { statusCode: 'server-error-operation-not-supported' };
  }
}

function say(response: ServerResponse, message: object, scales = false): void {
  const whole = {
    version: '1.1',
    id: 1,
    statusCode: 'successful-ok',
    'operation-attributes-tag': { 'attributes-charset': 'utf-8', 'attributes-natural-language': 'en' },
    ...message,
  };
  const said = ipp.serialize(whole);
  const end = said.length - 1;
  const bytes = scales ? Buffer.concat([said.subarray(0, end), scaling, said.subarray(end)]) : said;
  response.writeHead(200, { 'Content-Type': 'application/ipp' }).end(bytes);
}

function readRequest(path: string, bytes: Buffer): IppRequest {
  const read = ipp.parse(bytes) as {
    operation: string;
    data?: Buffer;
    'operation-attributes-tag': Attributes;
    'job-attributes-tag'?: Attributes;
  };
  return {
    path,
    operation: read.operation,
    operationAttributes: read['operation-attributes-tag'],
    jobAttributes: read['job-attributes-tag'] ?? {},
    document: read.data ?? Buffer.alloc(0),
  };
}
