import { expect } from 'chai';
import { Failure, type FailureCode } from '../../src/errors.ts';
import {
  type Resolve,
  type SendLimits,
  sendLimits,
  sendToPrinter,
} from '../../src/labels/printer-connection.ts';
import { printerNetworks } from '../../src/labels/printer-networks.ts';
import { type TcpPrinter, tcpPrinter } from './tcp-printer.ts';

const limits: SendLimits = { ...sendLimits, connectMs: 500, stallMs: 300, closeMs: 100 };
const names: Readonly<Record<string, readonly string[]>> = {
  'printer.ward3.example': ['127.0.0.1'],
  'database.example': ['127.0.0.2'],
  'both.example': ['127.0.0.1', '10.0.0.9'],
};
const resolve: Resolve = async (name) => names[name] ?? [];

async function* pieces(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

/** More than the system's buffers hold. */
async function* muchData(): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < 512; piece += 1) yield Buffer.alloc(64 * 1024, piece);
}

describe('sending to a printer', () => {
  let printer: TcpPrinter;
  const told: number[] = [];
  beforeEach(async () => {
    printer = await tcpPrinter();
    told.length = 0;
  });
  afterEach(() => printer.close());

  interface Wish {
    readonly host?: string;
    readonly data?: AsyncIterable<Uint8Array>;
    readonly limits?: Partial<SendLimits>;
    readonly signal?: AbortSignal;
    readonly resolve?: Resolve;
    readonly port?: number;
  }

  const send = (wish: Wish = {}): Promise<number> => {
    const { host = '127.0.0.1', data = pieces('^XA', '^XZ') } = wish;
    const port = wish.port ?? printer.port;
    return sendToPrinter({ host, port, protocol: 'raw' }, data, {
      networks: printerNetworks({ networks: ['127.0.0.1'], ports: [port] }),
      resolve: wish.resolve ?? resolve,
      limits: { ...limits, ...wish.limits },
      signal: wish.signal ?? new AbortController().signal,
      progress: (bytes) => told.push(bytes),
    });
  };

  const failure = async (wish: Wish): Promise<FailureCode> => {
    const error = await send(wish).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Failure)) throw new Error(`not refused: ${String(error)}`);
    return error.code;
  };

  it('hands over every byte in order, and says how far it has come', async () => {
    expect(await send({ data: pieces('^XA^FO1,1', '^FDx^FS', '^XZ') })).to.equal(19);
    expect(printer.jobs().map(String)).to.deep.equal(['^XA^FO1,1^FDx^FS^XZ']);
    expect(told).to.deep.equal([9, 16, 19]);
  });

  it('is done with a printer that leaves the connection open', async () => {
    printer.manner = 'lingers';
    expect(await send()).to.equal(6);
    expect(printer.jobs().map(String)).to.deep.equal(['^XA^XZ']);
  });

  it('waits for a printer that takes megabytes', async () => {
    expect(await send({ data: muchData() })).to.equal(512 * 64 * 1024);
    expect(printer.jobs()[0]?.length).to.equal(512 * 64 * 1024);
  });

  it('looks a name up, and connects to the address that it checked', async () => {
    let asked = 0;
    const rebinding: Resolve = async () => {
      asked += 1;
      return asked === 1 ? ['127.0.0.1'] : ['127.0.0.2'];
    };
    expect(await send({ host: 'printer.ward3.example' })).to.equal(6);
    expect(await send({ host: 'rebinding.example', resolve: rebinding })).to.equal(6);
    expect(asked).to.equal(1);
    expect(await failure({ host: 'rebinding.example', resolve: rebinding })).to.equal('printer/not-allowed');
    expect(printer.connections).to.equal(2);
  });

  it('connects to nothing that is not allowed', async () => {
    for (const host of ['127.0.0.2', '10.0.0.9', '::1', 'database.example', 'both.example']) {
      expect(await failure({ host }), host).to.equal('printer/not-allowed');
    }
    expect(await failure({ host: 'nowhere.example' })).to.equal('printer/name-unknown');
    const other = await tcpPrinter();
    const networks = printerNetworks({ networks: ['127.0.0.1'], ports: [] });
    const options = {
      networks,
      resolve,
      limits,
      signal: new AbortController().signal,
      progress: () => undefined,
    };
    const elsewhere = { host: '127.0.0.1', port: other.port, protocol: 'raw' } as const;
    const refused = await sendToPrinter(elsewhere, pieces('x'), options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(refused).to.be.instanceOf(Failure).and.include({ code: 'printer/not-allowed' });
    expect(other.connections + printer.connections).to.equal(0);
    await other.close();
  });

  it('says of a printer that is off that it does not answer', async () => {
    const { port } = printer;
    await printer.close();
    expect(await failure({ port })).to.equal('printer/unreachable');
    printer = await tcpPrinter();
  });

  it('gives a printer up that takes nothing more', async () => {
    printer.manner = 'stalls';
    expect(await failure({ data: muchData() })).to.equal('printer/stalled');
    expect(told.at(-1)).to.be.lessThan(512 * 64 * 1024);
  });

  it('sees that a printer broke off', async () => {
    for (const manner of ['resets', 'closes'] as const) {
      printer.manner = manner;
      expect(await failure({ data: muchData() }), manner).to.equal('printer/broken-off');
    }
  });

  it('keeps its bounds on bytes and on time', async () => {
    expect(await failure({ data: muchData(), limits: { bytesMax: 100_000 } })).to.equal('printer/too-large');
    printer.manner = 'stalls';
    const limited = { stallMs: 60_000, totalMs: 100 };
    expect(await failure({ data: muchData(), limits: limited })).to.equal('printer/stalled');
  });

  it('stops when it is told to', async () => {
    printer.manner = 'stalls';
    const stop = new AbortController();
    const failed = failure({ data: muchData(), signal: stop.signal, limits: { stallMs: 60_000 } });
    setImmediate(() => stop.abort());
    expect(await failed).to.equal('printer/stopped');
  });

  it('passes on what went wrong in drawing, and ends the connection', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('^XA');
      throw new Failure('label/job-cancelled');
    }
    expect(await failure({ data: broken() })).to.equal('label/job-cancelled');
  });
});
