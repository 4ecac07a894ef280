/**
 * Sends bytes to a printer as they are ("raw", port 9100): a connection, the bytes, its end. There is no answer: that
 * the printer has taken them all is the most that can be known.
 */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { Failure, type FailureCode } from '../errors.ts';
import type { PrinterNetworks, PrinterProtocol } from './printer-networks.ts';

export interface PrinterAddress {
  /** An IP address or a name. */
  readonly host: string;
  readonly port: number;
  /** What is spoken there. */
  readonly protocol: PrinterProtocol;
}

/** @returns the addresses of a name; empty where it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export interface SendLimits {
  readonly connectMs: number;
  /** Nothing taken for so long: out of labels or of ink, and nobody there. */
  readonly stallMs: number;
  readonly totalMs: number;
  /** After the last byte, for the printer to end the connection; many never do, and have printed all the same. */
  readonly closeMs: number;
  readonly bytesMax: number;
  /** For an answer to a question (IPP), connection and all. */
  readonly askMs: number;
  /** How often a printer is asked what became of a job: soon, then ever more seldom … */
  readonly followEveryMs: readonly [first: number, longest: number];
  /** … and how long. */
  readonly followMs: number;
}

/** A roll of 10,000 labels takes an hour, a new roll in its midst some minutes. */
export const sendLimits: SendLimits = {
  connectMs: 5_000,
  stallMs: 5 * 60_000,
  totalMs: 3 * 3_600_000,
  closeMs: 3_000,
  bytesMax: 512 * 1024 * 1024,
  askMs: 10_000,
  followEveryMs: [1_000, 15_000],
  followMs: 3 * 3_600_000,
};

export interface SendOptions {
  readonly networks: PrinterNetworks;
  readonly resolve: Resolve;
  readonly limits: SendLimits;
  /** Breaks the send off. */
  readonly signal: AbortSignal;
  /** Told how many bytes the printer's connection has taken so far. */
  readonly progress: (bytes: number) => void;
}

/** By the system's resolver; every address of the name. */
export const systemResolve: Resolve = async (name) => {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
};

/**
 * The one place that turns a printer into addresses, at registration and again before every connection: a name may
 * point elsewhere by then. What is connected to is the address that was checked, never the name.
 * @throws Failure `printer/not-allowed`, `printer/name-unknown`
 */
export async function allowedAddress(
  { host, port, protocol }: PrinterAddress,
  { networks, resolve }: Pick<SendOptions, 'networks' | 'resolve'>,
): Promise<string> {
  if (!networks.allowsPort(port, protocol)) throw new Failure('printer/not-allowed', { port });
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  if (addresses.length === 0) throw new Failure('printer/name-unknown', { host });
  const allowed = addresses.filter((address) => networks.allows(address));
  const [first] = allowed;
  // A name of which one address is elsewhere is not a printer's.
  if (first === undefined || allowed.length < addresses.length) {
    throw new Failure('printer/not-allowed', { host });
  }
  return first;
}

/**
 * @returns how many bytes the printer took: all of them.
 * @throws Failure `printer/…` with what went wrong, `info.bytes` how far it came; whatever `chunks` throws
 */
export async function sendToPrinter(
  printer: PrinterAddress,
  chunks: AsyncIterable<Uint8Array>,
  options: SendOptions,
): Promise<number> {
  const address = await allowedAddress(printer, options);
  options.signal.throwIfAborted();
  const socket = connect({ host: address, port: printer.port });
  const sending = new Sending(socket, options);
  try {
    await sending.connected();
    for await (const chunk of chunks) await sending.write(chunk);
    await sending.end();
    return sending.bytes;
  } finally {
    sending.close();
  }
}

/** One connection; whatever ends it too early makes every wait on it fail. */
class Sending {
  bytes = 0;
  readonly #socket: Socket;
  readonly #options: SendOptions;
  readonly #ended = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stop = (): void => this.#fail('printer/stopped');
  #connected = false;
  #ending = false;

  constructor(socket: Socket, options: SendOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('error', () => this.#fail(this.#connected ? 'printer/broken-off' : 'printer/unreachable'));
    socket.on('close', () => this.#fail('printer/broken-off'));
    // What printers say of themselves is not asked for; unread, it would hold the end of the connection back.
    socket.resume();
    options.signal.addEventListener('abort', this.#stop, { once: true });
    this.#timers.push(setTimeout(() => this.#fail('printer/stalled'), options.limits.totalMs));
  }

  async connected(): Promise<void> {
    await this.#within(this.#options.limits.connectMs, 'printer/unreachable', 'connect');
    this.#connected = true;
  }

  /** @returns when the connection can take more. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#ended.signal.throwIfAborted();
    const { limits, progress } = this.#options;
    if (this.bytes + chunk.length > limits.bytesMax) throw this.#failure('printer/too-large');
    if (!this.#socket.write(chunk)) await this.#within(limits.stallMs, 'printer/stalled', 'drain');
    this.bytes += chunk.length;
    progress(this.bytes);
  }

  /** @returns when the printer has taken everything, and has ended the connection too or has had time to. */
  async end(): Promise<void> {
    this.#ended.signal.throwIfAborted();
    this.#ending = true;
    this.#socket.end();
    const { stallMs, closeMs } = this.#options.limits;
    if (!this.#socket.writableFinished) await this.#within(stallMs, 'printer/stalled', 'finish');
    if (this.#socket.closed) return;
    await once(this.#socket, 'close', { signal: AbortSignal.timeout(closeMs) }).catch(() => undefined);
    if (this.#ended.signal.aborted) throw this.#ended.signal.reason;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#options.signal.removeEventListener('abort', this.#stop);
    this.#socket.destroy();
  }

  async #within(milliseconds: number, code: FailureCode, event: string): Promise<void> {
    const timer = setTimeout(() => this.#fail(code), milliseconds);
    try {
      await once(this.#socket, event, { signal: this.#ended.signal });
    } catch (error) {
      // `once` itself fails with the socket's error or for the signal; what has ended the send says why.
      throw this.#ended.signal.aborted ? this.#ended.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(code: FailureCode): void {
    const regular = this.#ending && code === 'printer/broken-off' && !this.#socket.errored;
    if (!regular) this.#ended.abort(this.#failure(code));
  }

  #failure(code: FailureCode): Failure {
    return new Failure(code, { bytes: this.bytes });
  }
}
