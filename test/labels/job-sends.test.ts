import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock, systemIds } from '../../src/clock.ts';
import type { PrinterFacts } from '../../src/labels/printer-facts.ts';
import { type PrinterSettings, printerNetworks } from '../../src/labels/printer-networks.ts';
import { printerSendsCollection } from '../../src/labels/printer-sends.ts';
import { registerPrinter } from '../../src/labels/printers.ts';
import { at, textAt } from '../support/http.ts';
import { createWorld, done, members, refusal, type World } from '../support/world.ts';
import { implant, staplerBox } from '../support/world-facts.ts';
import { newLot } from '../support/world-play.ts';
import { change, print } from './job-world.ts';
import { scanPicture } from './picture-reading.ts';
import { type TcpPrinter, tcpPrinter } from './tcp-printer.ts';

describe('a print job on other ways than its PDF', () => {
  let world: World;
  let printer: TcpPrinter;
  let printers: PrinterSettings;
  let registered: string;
  before(async () => {
    printer = await tcpPrinter();
    printers = { networks: ['127.0.0.1'], ports: [printer.port] };
    world = await createWorld(undefined, { printers });
    registered = await register('ward', {});
  });
  after(async () => {
    await world.close();
    await printer.close();
  });
  beforeEach(() => {
    printer.manner = 'takes';
  });

  /** As an administrator of the maker would. */
  async function register(name: string, change: Partial<PrinterFacts>): Promise<string> {
    const { connection } = world.database;
    const parts = { connection, clock: systemClock, ids: systemIds, resolve: async () => [] };
    const where = { name, host: '127.0.0.1', port: printer.port };
    const raw = { protocol: 'raw', language: 'zpl', dotsPerInch: 203 } as const;
    const facts: PrinterFacts = { ...where, ...raw, ...change };
    const by = { organisation: members.maker.id, person: systemIds.uuid() };
    return (await registerPrinter({ ...parts, networks: printerNetworks(printers) }, by, facts)).id;
  }

  const printed = async (quantity: number) => {
    const lot = { gtin: implant, lot: newLot() };
    const { job, answer } = await print(world, lot, { quantity, template: 'unit-60x40' });
    return { job, first: textAt(answer, '/firstSerial'), last: textAt(answer, '/lastSerial') };
  };
  const send = (job: string, to = registered) =>
    world.as('quality').post(`/api/v1/label-jobs/${job}/sends`, { printer: to });

  /** Asked of the database: at every look the world's clock moves on, and a send would seem to have fallen silent. */
  async function ended(send: string): Promise<unknown> {
    const records = world.database.db.collection<{ _id: string; state: string }>(printerSendsCollection);
    while ((await records.findOne({ _id: send }))?.state === 'sending') await nextTurn();
    return await done(world.as('quality').get(`/api/v1/printer-sends/${send}`));
  }

  it('is the same ZPL as a file and over the wire, a format a label, each with its own serial number', async () => {
    const { job, first, last } = await printed(12);
    const file = await world.as('quality').get(`/api/v1/label-jobs/${job}/labels.zpl`);
    expect(file.status).to.equal(200);
    expect(file.headers['content-type']).to.equal('application/x-zpl');
    const zpl = file.bytes.toString('latin1');
    expect(zpl.match(/\^XA/g)).to.have.length(12);
    expect(zpl.match(/\^XZ/g)).to.have.length(12);
    const serials = [...zpl.matchAll(/\^BXN.*_121(.+)\^FS/g)].map(([, serial]) => serial);
    expect(new Set(serials).size).to.equal(12);
    expect([serials[0], serials.at(-1)]).to.deep.equal([first, last]);
    const begun = await send(job);
    expect(begun.status).to.equal(202);
    const record = await ended(textAt(begun.body, '/id'));
    expect(record).to.include({ state: 'sent', labels: 12, job, bytes: file.bytes.length });
    expect(printer.jobs().at(-1)?.equals(file.bytes)).to.equal(true);
  });

  it('goes as PDF to a printer that takes PDF', async () => {
    const { job } = await printed(3);
    const office = await register('office', { language: 'pdf' });
    await ended(textAt((await send(job, office)).body, '/id'));
    const file = await world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`);
    expect(printer.jobs().at(-1)?.equals(file.bytes)).to.equal(true);
  });

  it('is sent once; again only where the printer took nothing', async () => {
    const { job } = await printed(2);
    await ended(textAt((await send(job)).body, '/id'));
    expect(await refusal(send(job))).to.equal('409 printer/sent-already');
    const other = (await printed(2)).job;
    const off = await register('off', { host: '127.0.0.1', port: 6101 });
    const failed = await ended(textAt((await send(other, off)).body, '/id'));
    expect(failed).to.include({ state: 'failed', bytes: 0 });
    expect(at(failed, '/failure/code')).to.equal('printer/unreachable');
    const sent = await ended(textAt((await send(other)).body, '/id'));
    expect(sent).to.include({ state: 'sent' });
  });

  it('goes to no printer of other dots, of another organisation, or for people who may not print', async () => {
    const { job } = await printed(2);
    expect(await refusal(send(job, await register('fine', { dotsPerInch: 300 })))).to.equal(
      '409 printer/dots',
    );
    const foreign = { name: 'x', host: '127.0.0.1', port: printer.port, language: 'zpl' };
    const made = await done(world.as('adminA').post('/api/v1/printers', foreign));
    expect(await refusal(send(job, textAt(made, '/id')))).to.equal('404 not-found');
    const path = `/api/v1/label-jobs/${job}/sends`;
    for (const caller of ['adminA', 'nurseA'] as const) {
      expect(await refusal(world.as(caller).post(path, { printer: registered }))).to.equal(
        '403 access/forbidden',
      );
    }
    for (const body of [{}, { printer: registered, host: '127.0.0.1' }, { printer: '127.0.0.1:9100' }]) {
      expect(await refusal(world.as('quality').post(path, body))).to.equal('422 request/invalid');
    }
  });

  it('goes nowhere once it was given up', async () => {
    const { job } = await printed(2);
    await done(change(world, job, 'cancellation'));
    expect(await refusal(send(job))).to.equal('409 label/job-cancelled');
    for (const path of ['labels.zpl', 'label.svg', 'label.png']) {
      const asked = world.as('quality').get(`/api/v1/label-jobs/${job}/${path}`);
      expect(await refusal(asked), path).to.equal('409 label/job-cancelled');
    }
  });

  it('shows each of its labels as a picture that can be scanned', async () => {
    const { job, first, last } = await printed(5);
    const picture = (query: string) => world.as('quality').get(`/api/v1/label-jobs/${job}/${query}`);
    for (const [query, serial] of [
      ['label.png', first],
      ['label.png?nth=4&dotsPerInch=300', last],
      ['label.png?nth=4&dotsPerInch=609', last],
    ] as const) {
      const reply = await picture(query);
      expect(reply.headers['content-type']).to.equal('image/png');
      const symbols = await scanPicture(reply.bytes);
      expect(
        symbols.map(({ format }) => format),
        query,
      ).to.deep.equal(['DataMatrix', 'QRCode']);
      expect(symbols[0]?.text, query).to.match(new RegExp(`21${serial}$`));
    }
    const svg = await picture('label.svg?nth=1');
    expect(svg.headers['content-type']).to.match(/^image\/svg\+xml/);
    expect(svg.bytes.toString('utf8')).to.match(/^<svg xmlns=/);
    expect(await refusal(picture('label.svg?nth=5'))).to.equal('404 not-found');
    for (const query of ['nth=-1', 'nth=x', 'dotsPerInch=100', 'dotsPerInch=5000', 'host=1']) {
      expect(await refusal(picture(`label.png?${query}`)), query).to.equal('422 request/invalid');
    }
  });

  it('draws no picture so large that everybody would wait for it, and says how large it may be', async () => {
    const { job } = await print(
      world,
      { gtin: staplerBox, lot: newLot() },
      { template: 'case-150x100', quantity: 1 },
    );
    const picture = (file: string) => world.as('quality').get(`/api/v1/label-jobs/${job}/label.${file}`);
    const refused = await picture('png?dotsPerInch=1200');
    expect(refused.status).to.equal(422);
    // 150 × 100 mm are 5.9 × 3.9 inches.
    expect(textAt(refused.body, '/faults/0/en')).to.equal(
      'A label of this size has 507 dots an inch at most.',
    );
    expect((await picture('png?dotsPerInch=507')).status).to.equal(200);
    expect((await picture('svg?dotsPerInch=1200')).status).to.equal(200);
  });
});
