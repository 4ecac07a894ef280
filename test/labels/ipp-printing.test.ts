import tls from 'node:tls';
import { expect } from 'chai';
import { Failure, type FailureCode } from '../../src/errors.ts';
import type { IppPrinter } from '../../src/labels/ipp-exchange.ts';
import { lookAtJob, lookAtPrinter, printOn } from '../../src/labels/ipp-printing.ts';
import { type SendOptions, sendLimits } from '../../src/labels/printer-connection.ts';
import { printerNetworks } from '../../src/labels/printer-networks.ts';
import { completed, type IppManner, type IppPrinterServer, idlePrinter, ippPrinter } from './ipp-printer.ts';
import { type OwnCertificate, ownCertificate } from './own-certificate.ts';
import { tcpPrinter } from './tcp-printer.ts';

/** For printers that say nothing: shorter than any of them is slow. */
const hasty: Partial<SendOptions> = { limits: { ...sendLimits, stallMs: 150, askMs: 150 } };
const names: Readonly<Record<string, readonly string[]>> = {
  'office.example': ['127.0.0.1'],
  'database.example': ['127.0.0.2'],
};
const a4Mm = { width: 210, height: 297 };

async function* pieces(...texts: string[]): AsyncGenerator<Buffer> {
  for (const piece of texts) yield Buffer.from(piece);
}

const muchBytes = 256 * 64 * 1024;
/** More than the system's buffers hold. */
async function* muchData(): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < 256; piece += 1) yield Buffer.alloc(64 * 1024, piece);
}

describe('printing with IPP', () => {
  let certificate: OwnCertificate;
  let printer: IppPrinterServer;
  const told: number[] = [];
  before(() => {
    certificate = ownCertificate('office.example');
  });
  beforeEach(async () => {
    printer = await ippPrinter();
    told.length = 0;
  });
  afterEach(() => printer.close());

  const optionsFor = (port: number, more: Partial<SendOptions> = {}): SendOptions => ({
    networks: printerNetworks({ networks: ['127.0.0.1'], ports: [port] }),
    resolve: async (name) => names[name] ?? [],
    limits: sendLimits,
    signal: new AbortController().signal,
    progress: (bytes) => told.push(bytes),
    ...more,
  });
  const at = (change: Partial<IppPrinter> = {}): IppPrinter => {
    return { protocol: 'ipp', host: '127.0.0.1', port: printer.port, path: '/ipp/print', ...change };
  };
  const look = (change: Partial<IppPrinter> = {}, more: Partial<SendOptions> = {}) =>
    lookAtPrinter(at(change), optionsFor(printer.port, more));

  async function print(
    document: AsyncIterable<Uint8Array> = pieces('%PDF'),
    pageMm: { width: number; height: number } | undefined = a4Mm,
    more: Partial<SendOptions> = {},
  ) {
    const options = optionsFor(printer.port, more);
    const seen = await look();
    const order = { name: 'labels 1', document, ...(pageMm === undefined ? {} : { pageMm }) };
    return await printOn(at(), seen, order, options);
  }

  async function failure(attempt: Promise<unknown>): Promise<FailureCode> {
    const error = await attempt.then(
      (value) => `not refused: ${JSON.stringify(value)}`,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Failure)) throw new Error(String(error));
    return error.code;
  }

  it('asks how the printer is, and hands the document over with its size, on one side, unscaled', async () => {
    printer.scales = true;
    expect(await print(pieces('%PDF-1.7', ' a page'))).to.deep.equal({ job: 17, state: 'completed' });
    const [question, order] = printer.requests;
    expect(question).to.deep.include({ operation: 'Get-Printer-Attributes', path: '/ipp/print' });
    expect(question?.operationAttributes).to.include({
      'printer-uri': `ipp://127.0.0.1:${printer.port}/ipp/print`,
    });
    expect(order).to.deep.include({ operation: 'Print-Job', path: '/ipp/print' });
    expect(order?.operationAttributes).to.deep.equal({
      'attributes-charset': 'utf-8',
      'attributes-natural-language': 'en',
      'printer-uri': `ipp://127.0.0.1:${printer.port}/ipp/print`,
      'requesting-user-name': 'pps-trace',
      'job-name': 'labels 1',
      'ipp-attribute-fidelity': true,
      'document-format': 'application/pdf',
    });
    expect(order?.jobAttributes).to.deep.equal({
      sides: 'one-sided',
      'print-scaling': 'none',
      'media-col': { 'media-size': { 'x-dimension': 21_000, 'y-dimension': 29_700 } },
    });
    expect(order?.document.toString()).to.equal('%PDF-1.7 a page');
    expect(told).to.deep.equal([8, 15]);
  });

  it('states nothing that the printer does not say it knows', async () => {
    const { 'media-size-supported': _sizes, 'sides-supported': _sides, ...less } = idlePrinter;
    printer.says = less;
    await print(pieces('%PDF'), { width: 60, height: 40 });
    expect(printer.requests[1]?.jobAttributes).to.deep.equal({});
    expect(printer.requests[1]?.operationAttributes).to.include({ 'ipp-attribute-fidelity': false });
  });

  it('sends nothing to a printer that cannot print it', async () => {
    for (const [says, pageMm, code] of [
      [{}, { width: 60, height: 40 }, 'printer/media'],
      [{ 'document-format-supported': ['image/urf'] }, a4Mm, 'printer/format'],
      [{ 'printer-is-accepting-jobs': false }, a4Mm, 'printer/not-accepting'],
    ] as const) {
      printer.says = { ...idlePrinter, ...says };
      expect(await failure(print(pieces('%PDF'), pageMm))).to.equal(code);
    }
    expect(printer.printed()).to.deep.equal([]);
    const letterInInches = { width: 215.6, height: 279.3 };
    printer.says = idlePrinter;
    await print(pieces('%PDF'), letterInInches);
  });

  it('knows what people have to see to', async () => {
    for (const [reasons, state, problems] of [
      ['none', 'idle', []],
      [['media-empty-warning', 'toner-low-report'], 'idle', []],
      [['media-needed-warning'], 'processing', ['printer/out-of-paper']],
      [['paused', 'media-empty'], 'stopped', ['printer/out-of-paper', 'printer/paused']],
      [['media-jam-error', 'door-open'], 'stopped', ['printer/jammed', 'printer/open']],
      [['marker-supply-empty-error'], 'stopped', ['printer/out-of-ink']],
      [['fuser-over-temp-error'], 'processing', ['printer/needs-attention']],
      ['none', 'stopped', ['printer/needs-attention']],
    ] as const) {
      printer.says = { ...idlePrinter, 'printer-state': state, 'printer-state-reasons': reasons };
      expect((await look()).problems, String(reasons)).to.deep.equal(problems);
    }
  });

  it('says what became of a job', async () => {
    for (const [said, state] of [
      [completed, 'completed'],
      [{ 'job-state': 'completed', 'job-state-reasons': 'job-completed-with-errors' }, 'aborted'],
      [{ 'job-state': 'aborted' }, 'aborted'],
      [{ 'job-state': 'canceled' }, 'cancelled'],
      [{ 'job-state': 'processing-stopped' }, 'waiting'],
      [undefined, 'forgotten'],
    ] as const) {
      printer.jobStates = said === undefined ? [] : [said];
      expect(await lookAtJob(at(), 17, optionsFor(printer.port))).to.equal(state);
    }
    expect(printer.requests.at(-1)?.operationAttributes).to.include({ 'job-id': 17 });
  });

  it('understands what goes wrong with a job', async () => {
    for (const [manner, code, taken] of [
      ['busy', 'printer/busy', 0],
      ['busy-at-once', 'printer/busy', 0],
      ['asks-who', 'printer/refused', 0],
      ['silent', 'printer/stalled', 4],
      ['hangs-up-answering', 'printer/broken-off', 4],
      ['web-page', 'printer/answer-unreadable', 4],
      ['rubbish', 'printer/answer-unreadable', 4],
      ['not-http', 'printer/answer-unreadable', 4],
      ['huge', 'printer/answer-unreadable', 4],
      ['redirects', 'printer/answer-unreadable', 4],
    ] as const) {
      printer.manner = manner;
      const more = manner === 'silent' ? hasty : {};
      expect(await failure(print(pieces('%PDF'), a4Mm, more)), manner).to.equal(code);
      expect(told.at(-1), manner).to.equal(taken);
    }
    expect(printer.requests.map(({ path }) => path)).not.to.include('/elsewhere');
  });

  it('understands what goes wrong with a question', async () => {
    printer.always = true;
    const manners: readonly [IppManner, FailureCode][] = [
      ['silent', 'printer/unreachable'],
      ['hangs-up', 'printer/unreachable'],
      ['hangs-up-answering', 'printer/unreachable'],
      ['stalls', 'printer/unreachable'],
      ['busy', 'printer/busy'],
      ['web-page', 'printer/answer-unreadable'],
      ['huge', 'printer/answer-unreadable'],
      ['redirects', 'printer/answer-unreadable'],
    ];
    for (const [manner, code] of manners) {
      printer.manner = manner;
      const more = manner === 'silent' || manner === 'stalls' ? hasty : {};
      expect(await failure(look({}, more)), manner).to.equal(code);
    }
    const deaf = await tcpPrinter();
    const options = optionsFor(deaf.port, hasty);
    expect(await failure(lookAtPrinter(at({ port: deaf.port }), options))).to.equal('printer/unreachable');
    await deaf.close();
    expect(await failure(lookAtPrinter(at({ port: deaf.port }), options))).to.equal('printer/unreachable');
  });

  it('hands over as fast as the printer takes it, and no faster', async () => {
    await print(muchData());
    expect(printer.printed()[0]?.length).to.equal(muchBytes);
    printer.manner = 'stalls';
    told.length = 0;
    expect(await failure(print(muchData(), a4Mm, hasty))).to.equal('printer/stalled');
    expect(told.at(-1)).to.be.lessThan(muchBytes);
  });

  it('hears a printer that refuses in the midst, and one that breaks off', async () => {
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(64 * 1024);
    }
    printer.manner = 'busy-at-once';
    expect(await failure(print(endless()))).to.equal('printer/busy');
    expect(told.at(-1)).to.equal(0);
    printer.manner = 'hangs-up';
    expect(await failure(print(endless()))).to.equal('printer/broken-off');
    const bounded = { limits: { ...sendLimits, bytesMax: 100_000 } };
    printer.manner = 'prints';
    expect(await failure(print(endless(), a4Mm, bounded))).to.equal('printer/too-large');
    const stop = new AbortController();
    printer.manner = 'stalls';
    const stopped = failure(print(endless(), a4Mm, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    expect(await stopped).to.equal('printer/stopped');
  });

  it('connects to nothing that is not allowed', async () => {
    const options = optionsFor(printer.port);
    for (const [change, code] of [
      [{ host: '127.0.0.2' }, 'printer/not-allowed'],
      [{ host: 'database.example' }, 'printer/not-allowed'],
      [{ host: 'nowhere.example' }, 'printer/name-unknown'],
      [{ port: 9100 }, 'printer/not-allowed'],
    ] as const) {
      expect(await failure(lookAtPrinter(at(change), options))).to.equal(code);
    }
    expect(printer.connections).to.equal(0);
    expect((await look({ host: 'office.example' })).state).to.equal('idle');
  });

  describe('over TLS', () => {
    let secure: IppPrinterServer;
    beforeEach(async () => {
      secure = await ippPrinter(certificate);
    });
    afterEach(() => secure.close());
    const ask = (change: Partial<IppPrinter>) =>
      lookAtPrinter(
        { protocol: 'ipps', host: '127.0.0.1', port: secure.port, path: '/ipp/print', ...change },
        optionsFor(secure.port),
      );

    it('trusts the certificate that the administrator stated, and no other', async () => {
      expect(await failure(ask({}))).to.equal('printer/certificate');
      const other = ownCertificate('office.example').fingerprint;
      expect(await failure(ask({ certificate: other }))).to.equal('printer/certificate');
      expect(secure.requests).to.deep.equal([]);
      expect((await ask({ certificate: certificate.fingerprint })).state).to.equal('idle');
      expect(secure.requests).to.have.length(1);
    });

    it('trusts one of an authority for the name that it bears, and for no other', async () => {
      const usual = tls.getCACertificates('default');
      tls.setDefaultCACertificates([...usual, certificate.cert]);
      try {
        expect((await ask({ host: 'office.example' })).state).to.equal('idle');
        expect(await failure(ask({}))).to.equal('printer/certificate');
      } finally {
        tls.setDefaultCACertificates(usual);
      }
    });

    it('does not speak plainly to it, nor in cipher to one that does not', async () => {
      expect(await failure(ask({ protocol: 'ipp' }))).to.equal('printer/unreachable');
      const plain = { protocol: 'ipps', host: '127.0.0.1', port: printer.port, path: '/ipp/print' } as const;
      expect(await failure(lookAtPrinter(plain, optionsFor(printer.port)))).to.equal('printer/unreachable');
    });
  });
});
