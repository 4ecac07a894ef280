/**
 * One question to a printer that speaks IPP and its answer: an HTTP request of its own connection (RFC 8010, section
 * 4), to the address that was checked and nowhere else. No redirect is followed, and an answer is read to a bound.
 */
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { TLSSocket, connect as tlsConnect } from 'node:tls';
import { Failure, type FailureCode } from '../errors.ts';
import { decodeIpp, encodeIpp, type IppMessage } from './ipp-encoding.ts';
import { allowedAddress, type PrinterAddress, type SendOptions } from './printer-connection.ts';

export interface IppPrinter extends PrinterAddress {
  readonly protocol: 'ipp' | 'ipps';
  /** Of its address: `/ipp/print`. */
  readonly path: string;
  /** SHA-256 of the certificate that it has made for itself, in lower-case hexadecimal. */
  readonly certificate?: string;
}

/** What printers answer is short; some send all their attributes whatever they are asked for. */
const answerBytesMax = 1024 * 1024;

/** @returns `host:port` as it stands in an address. */
export function authorityOf({ host, port }: PrinterAddress): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/**
 * @returns the answer, whatever its status.
 * @throws Failure `printer/unreachable` where none came in time, `printer/answer-unreadable`, `printer/certificate`,
 *   those of HTTP statuses, and as `allowedAddress`
 */
export async function askPrinter(
  printer: IppPrinter,
  question: IppMessage,
  options: SendOptions,
): Promise<IppMessage> {
  return await new Exchange(printer, options, {
    lost: 'printer/unreachable',
    slow: 'printer/unreachable',
  }).perform(question);
}

/**
 * Hands a document over as fast as the printer takes it. A printer that answers before it has everything is heard.
 * @returns the answer, whatever its status.
 * @throws Failure `printer/stalled`, `printer/broken-off`, `printer/too-large`, `printer/stopped`, and as
 *   {@link askPrinter}; whatever `document` throws
 */
export async function handToPrinter(
  printer: IppPrinter,
  order: IppMessage,
  document: AsyncIterable<Uint8Array>,
  options: SendOptions,
): Promise<IppMessage> {
  return await new Exchange(printer, options, {
    lost: 'printer/broken-off',
    slow: 'printer/stalled',
  }).perform(order, document);
}

/** What an HTTP status says that is not 200. */
function failureOfStatus(status: number): FailureCode {
  if (status === 401 || status === 403 || status === 426) return 'printer/refused';
  if (status === 404 || status === 410) return 'printer/path-unknown';
  if (status === 413) return 'printer/too-large';
  if (status === 503) return 'printer/busy';
  return 'printer/answer-unreadable';
}

/** One connection; whatever ends it too early makes every wait on it fail, for the first reason that there was. */
class Exchange {
  readonly #printer: IppPrinter;
  readonly #options: SendOptions;
  readonly #words: { readonly lost: FailureCode; readonly slow: FailureCode };
  readonly #ended = new AbortController();
  #socket: Socket | undefined;
  #bytes = 0;

  constructor(printer: IppPrinter, options: SendOptions, words: { lost: FailureCode; slow: FailureCode }) {
    this.#printer = printer;
    this.#options = options;
    this.#words = words;
  }

  async perform(message: IppMessage, document?: AsyncIterable<Uint8Array>): Promise<IppMessage> {
    const { limits, signal } = this.#options;
    const address = await allowedAddress(this.#printer, this.#options);
    const stop = (): void => this.#fail('printer/stopped');
    signal.addEventListener('abort', stop, { once: true });
    const total = document === undefined ? limits.askMs : limits.totalMs;
    const timer = setTimeout(() => this.#fail(this.#words.slow), total);
    try {
      if (signal.aborted) throw this.#failure('printer/stopped');
      const request = this.#requestOver(await this.#connected(address));
      const answer = await this.#conversation(request, encodeIpp(message), document);
      return readAnswer(answer, message.requestId);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.#socket?.destroy();
    }
  }

  /** A printer's own certificate is known by its fingerprint; every other is verified as that of any server. */
  async #connected(address: string): Promise<Socket> {
    const { protocol, host, port, certificate } = this.#printer;
    const server = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      protocol === 'ipp'
        ? connect({ host: address, port })
        : tlsConnect({ ...server, host: address, port, rejectUnauthorized: certificate === undefined });
    this.#socket = socket;
    let connected = false;
    socket.on('error', () => {
      const distrusted = socket instanceof TLSSocket && Boolean(socket.authorizationError);
      if (connected) this.#fail(this.#words.lost);
      else this.#fail(distrusted ? 'printer/certificate' : 'printer/unreachable');
    });
    await this.#within(this.#options.limits.connectMs, 'printer/unreachable', () =>
      once(socket, protocol === 'ipp' ? 'connect' : 'secureConnect', { signal: this.#ended.signal }),
    );
    if (socket instanceof TLSSocket && certificate !== undefined) {
      const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
      if (shown !== certificate) throw new Failure('printer/certificate');
    }
    connected = true;
    return socket;
  }

  #requestOver(socket: Socket): ClientRequest {
    const request = httpRequest({
      method: 'POST',
      path: this.#printer.path,
      headers: { Host: authorityOf(this.#printer), 'Content-Type': 'application/ipp', Connection: 'close' },
      createConnection: () => socket,
    });
    request.on('error', (error) => {
      const rubbish = 'code' in error && String(error.code).startsWith('HPE_');
      this.#fail(rubbish ? 'printer/answer-unreadable' : this.#words.lost);
    });
    return request;
  }

  async #conversation(
    request: ClientRequest,
    head: Buffer,
    document: AsyncIterable<Uint8Array> | undefined,
  ): Promise<Buffer> {
    const signal = this.#ended.signal;
    let early = false;
    const response = once(request, 'response', { signal }).then(([answer]: IncomingMessage[]) => {
      early = true;
      return answer;
    });
    // Looked at below; until then nobody waits for it.
    response.catch(() => undefined);
    if (document === undefined) {
      request.end(head);
    } else {
      request.write(head);
      for await (const chunk of document) {
        // A printer that has answered takes no more: it has refused the job.
        if (early) break;
        await this.#write(request, chunk, response);
      }
      if (!early) request.end();
    }
    return await this.#within(this.#options.limits.stallMs, this.#words.slow, async () => {
      const answer = await response;
      if (answer === undefined) throw new Error('a response without a message');
      return await this.#body(answer);
    });
  }

  /** @returns when the connection can take more, or the printer has answered. */
  async #write(request: ClientRequest, chunk: Uint8Array, response: Promise<unknown>): Promise<void> {
    this.#ended.signal.throwIfAborted();
    const { limits, progress } = this.#options;
    if (this.#bytes + chunk.length > limits.bytesMax) throw this.#failure('printer/too-large');
    if (!request.write(chunk)) {
      await this.#within(limits.stallMs, 'printer/stalled', () =>
        Promise.race([once(request, 'drain', { signal: this.#ended.signal }), response]),
      );
    }
    this.#bytes += chunk.length;
    progress(this.#bytes);
  }

  async #body(answer: IncomingMessage): Promise<Buffer> {
    const { statusCode = 0, headers } = answer;
    if (statusCode !== 200) {
      const code = failureOfStatus(statusCode);
      // The server refused, before there was a job.
      if (code !== 'printer/answer-unreadable') this.#options.progress(0);
      throw this.#failure(code);
    }
    if (!/^application\/ipp\s*(;|$)/i.test(headers['content-type'] ?? '')) {
      throw this.#failure('printer/answer-unreadable');
    }
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > answerBytesMax) throw this.#failure('printer/answer-unreadable');
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  /** @throws Failure `code` after so long; why the exchange has ended, where it has */
  async #within<T>(milliseconds: number, code: FailureCode, wait: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#fail(code), milliseconds);
    try {
      return await wait();
    } catch (error) {
      if (error instanceof Failure) throw error;
      // Sockets fail with errors of the system; what has ended the exchange says why. Some say it a moment later.
      this.#fail(this.#words.lost);
      throw this.#ended.signal.reason;
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(code: FailureCode): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(this.#failure(code));
    this.#socket?.destroy();
  }

  #failure(code: FailureCode): Failure {
    return new Failure(code, { bytes: this.#bytes });
  }
}

function readAnswer(bytes: Buffer, requestId: number): IppMessage {
  try {
    const answer = decodeIpp(bytes);
    if (answer.requestId !== requestId) throw new RangeError('an answer to another question');
    return answer;
  } catch (error) {
    if (error instanceof RangeError) throw new Failure('printer/answer-unreadable');
    throw error;
  }
}
