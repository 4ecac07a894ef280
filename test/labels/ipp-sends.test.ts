import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock, systemIds } from '../../src/clock.ts';
import { sendLimits } from '../../src/labels/printer-connection.ts';
import { printerMigrations } from '../../src/labels/printer-migrations.ts';
import { type PrinterSettings, printerNetworks } from '../../src/labels/printer-networks.ts';
import { type PrinterSend, PrinterSends, printerSendsCollection } from '../../src/labels/printer-sends.ts';
import { printersCollection, readPrinter, registerPrinter } from '../../src/labels/printers.ts';
import { at, listAt, type Reply, textAt } from '../support/http.ts';
import { createWorld, done, members, refusal, type World } from '../support/world.ts';
import { implant } from '../support/world-facts.ts';
import { newLot } from '../support/world-play.ts';
import { completed, type IppPrinterServer, idlePrinter, ippPrinter } from './ipp-printer.ts';
import { print } from './job-world.ts';
import { ownCertificate } from './own-certificate.ts';

describe('printers that speak IPP', () => {
  let world: World;
  let printer: IppPrinterServer;
  let settings: PrinterSettings;
  let sends: PrinterSends;
  const troubles: unknown[] = [];
  before(async () => {
    printer = await ippPrinter();
    settings = { networks: ['127.0.0.1'], ports: [printer.port] };
    world = await createWorld(undefined, { printers: settings });
    sends = hastySends();
  });
  after(async () => {
    await sends.close();
    await world.close();
    await printer.close();
    expect(troubles).to.deep.equal([]);
  });
  beforeEach(() => {
    Object.assign(printer, { manner: 'prints', always: false, says: idlePrinter, jobStates: [completed] });
    printer.requests.length = 0;
  });

  const parts = () => ({
    connection: world.database.connection,
    ...{ clock: systemClock, ids: systemIds, resolve: async () => [], networks: printerNetworks(settings) },
  });
  /** Asks after its jobs every few milliseconds. */
  const hastySends = () =>
    new PrinterSends({
      ...parts(),
      limits: { ...sendLimits, followEveryMs: [20, 20] },
      report: (trouble) => troubles.push(trouble),
    });
  const office = () => ({
    ...{ name: `office ${systemIds.uuid()}`, host: '127.0.0.1', port: printer.port },
    ...({ protocol: 'ipp', language: 'pdf', dotsPerInch: 203 } as const),
  });
  const facts = (change: object = {}) => ({ ...office(), ...change });
  /** As an administrator of the maker would. */
  async function registered(): Promise<string> {
    const by = { organisation: members.maker.id, person: systemIds.uuid() };
    return (await registerPrinter(parts(), by, office())).id;
  }
  const orderTo = (id: string) => ({
    ...{ organisation: members.maker.id, person: systemIds.uuid(), printer: id, labels: 1 },
    subject: { kind: 'test' as const },
    draw: async function* () {
      yield Buffer.from('%PDF');
    },
  });

  async function until(send: string, holds: (record: PrinterSend) => boolean): Promise<PrinterSend> {
    for (;;) {
      const record = await sends.read(members.maker.id, send);
      if (holds(record)) return record;
      await nextTurn();
    }
  }
  const isOver = ({ state }: { state: string }): boolean => state !== 'sending' && state !== 'printing';

  /** Asked of the database: at every look the world's clock moves on, and a send would seem to have fallen silent. */
  async function ended(begun: Reply): Promise<unknown> {
    expect(begun.status, JSON.stringify(begun.body)).to.equal(202);
    const id = textAt(begun.body, '/id');
    const records = world.database.db.collection<{ _id: string; state: string }>(printerSendsCollection);
    while (!isOver((await records.findOne({ _id: id })) ?? { state: 'sending' })) await nextTurn();
    return await done(world.as('quality').get(`/api/v1/printer-sends/${id}`));
  }
  const printed = async (template: string) =>
    (await print(world, { gtin: implant, lot: newLot() }, { quantity: 2, template })).job;
  const send = (job: string, to: string) =>
    world.as('quality').post(`/api/v1/label-jobs/${job}/sends`, { printer: to });

  it('are registered with the usual path, and looked at', async () => {
    const { port } = printer;
    const body = facts();
    const made = await done(world.as('adminA').post('/api/v1/printers', body));
    expect(made).to.deep.include({ ...body, path: '/ipp/print', active: true });
    expect(at(made, '/lastState')).to.deep.include({ state: 'idle', problems: [] });
    const path = `/api/v1/printers/${textAt(made, '/id')}`;
    printer.says = { ...idlePrinter, 'printer-state': 'stopped', 'printer-state-reasons': 'media-empty' };
    const changed = await done(world.as('adminA').patch(path, { path: '/printers/ward.3' }));
    expect(changed).to.deep.include({ path: '/printers/ward.3', port });
    expect(at(changed, '/lastState/state')).to.equal('stopped');
    expect(at(changed, '/lastState/problems/0/zh')).to.match(/缺纸/);
    expect(printer.requests.at(-1)?.path).to.equal('/printers/ward.3');
    const [seen] = listAt(await done(world.as('nurseA').get('/api/v1/printers')), '/items');
    expect(seen).to.have.all.keys('id', 'name', 'protocol', 'language', 'dotsPerInch', 'active', 'lastState');
    expect(at(seen, '/lastState/problems/0/code')).to.equal('printer/out-of-paper');
  });

  it('are registered while they are off, and what is found wrong is said at once', async () => {
    printer.always = true;
    printer.manner = 'web-page';
    const made = await done(world.as('adminA').post('/api/v1/printers', facts()));
    expect(at(made, '/lastState/state')).to.equal('unknown');
    expect(at(made, '/lastState/problems/0/code')).to.equal('printer/answer-unreadable');
    Object.assign(printer, {
      manner: 'prints',
      says: { ...idlePrinter, 'document-format-supported': 'image/urf' },
    });
    const other = await done(world.as('adminA').post('/api/v1/printers', facts()));
    expect(at(other, '/lastState/problems/0/code')).to.equal('printer/format');
  });

  it('are stated with what belongs together, and where printers are', async () => {
    const fingerprint = ownCertificate('x')
      .fingerprint.toUpperCase()
      .replaceAll(/..(?=.)/g, '$&:');
    const tried = (change: object) => refusal(world.as('adminA').post('/api/v1/printers', facts(change)));
    for (const change of [
      { language: 'zpl' },
      { certificate: fingerprint },
      { protocol: 'raw', path: '/ipp/print' },
      { protocol: 'ipps', certificate: 'ab:cd' },
      { protocol: 'http' },
      ...[
        'ipp',
        '/',
        '//x',
        '/a/../b',
        '/./a',
        '/a?b',
        '/a#b',
        '/%2e%2e/a',
        '/a b',
        '/a\r\nX: y',
        '/打印',
      ].map((path) => ({ path })),
      { path: `/${'a'.repeat(127)}` },
    ]) {
      expect(await tried(change), JSON.stringify(change)).to.equal('422 request/invalid');
    }
    for (const change of [
      { port: 9100 },
      { port: 80 },
      { host: '127.0.0.2' },
      { protocol: 'raw', port: 631 },
    ]) {
      expect(await tried(change), JSON.stringify(change)).to.equal('422 printer/not-allowed');
    }
    expect(printer.requests).to.deep.equal([]);
    const pinned = await done(
      world.as('adminA').post('/api/v1/printers', facts({ protocol: 'ipps', certificate: fingerprint })),
    );
    expect(textAt(pinned, '/certificate')).to.match(/^[0-9a-f]{64}$/);
    const path = `/api/v1/printers/${textAt(pinned, '/id')}`;
    expect(await done(world.as('adminA').patch(path, { certificate: null }))).not.to.have.property(
      'certificate',
    );
    const raw = await done(world.as('adminA').patch(path, { protocol: 'raw', language: 'zpl' }));
    expect(raw).to.include({ protocol: 'raw', port: 9100 }).and.not.have.any.keys('path', 'lastState');
  });

  it('print a job, which is then told to be printed', async () => {
    const job = await printed('sheet-3x8');
    const record = await ended(await send(job, await registered()));
    const file = await world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`);
    expect(record).to.include({ state: 'printed', job, printerJob: 17, bytes: file.bytes.length });
    expect(printer.printed()[0]?.equals(file.bytes)).to.equal(true);
    expect(printer.requests.at(-1)?.jobAttributes).to.deep.include({
      'media-col': { 'media-size': { 'x-dimension': 21_000, 'y-dimension': 29_700 } },
    });
    expect(await refusal(send(job, await registered()))).to.equal('409 printer/sent-already');
  });

  it('print labels of a roll on a roll of their size alone', async () => {
    const job = await printed('unit-60x40');
    const to = await registered();
    const failed = await ended(await send(job, to));
    expect(failed).to.include({ state: 'failed', bytes: 0 });
    expect(at(failed, '/failure/code')).to.equal('printer/media');
    const roll = { 'x-dimension': 6_000, 'y-dimension': 4_000 };
    printer.says = { ...idlePrinter, 'media-size-supported': [roll] };
    expect(await ended(await send(job, to))).to.include({ state: 'printed' });
    expect(printer.requests.at(-1)?.jobAttributes).to.deep.include({ 'media-col': { 'media-size': roll } });
  });

  it('that are busy have taken nothing, and the job can be sent again', async () => {
    const job = await printed('sheet-3x8');
    const to = await registered();
    printer.manner = 'busy';
    const failed = await ended(await send(job, to));
    expect(failed).to.include({ state: 'failed', bytes: 0 });
    expect(at(failed, '/failure/code')).to.equal('printer/busy');
    printer.manner = 'hangs-up-answering';
    const broken = await ended(await send(job, to));
    expect(at(broken, '/failure/code')).to.equal('printer/broken-off');
    expect(await refusal(send(job, to))).to.equal('409 printer/sent-already');
  });

  it('say what they wait for, and what became of it', async () => {
    const to = await registered();
    printer.jobStates = [{ 'job-state': 'processing' }];
    printer.says = { ...idlePrinter, 'printer-state': 'stopped', 'printer-state-reasons': 'media-empty' };
    const { id } = await sends.begin(orderTo(to));
    const waiting = await until(id, ({ waitsFor }) => waitsFor !== undefined);
    expect(waiting).to.include({ state: 'printing', waitsFor: 'printer/out-of-paper', printerJob: 17 });
    const seen = await readPrinter(world.database.connection, members.maker.id, to);
    expect(seen.lastState).to.deep.include({ state: 'stopped', problems: ['printer/out-of-paper'] });
    printer.says = idlePrinter;
    await until(id, ({ waitsFor }) => waitsFor === undefined);
    for (const [state, outcome] of [
      [completed, { state: 'printed' }],
      [{ 'job-state': 'aborted' }, { state: 'failed', failure: 'printer/aborted' }],
      [{ 'job-state': 'canceled' }, { state: 'failed', failure: 'printer/cancelled' }],
    ] as const) {
      printer.jobStates = [{ 'job-state': 'pending' }, state];
      const next = await sends.begin(orderTo(to));
      expect(await until(next.id, isOver)).to.include(outcome);
      if (state === completed) expect(await until(id, isOver)).to.include({ state: 'printed' });
    }
    printer.jobStates = [{ 'job-state': 'pending' }];
    const forgotten = await sends.begin(orderTo(to));
    await until(forgotten.id, ({ state }) => state === 'printing');
    printer.jobStates = [];
    expect(await until(forgotten.id, isOver)).to.include({ state: 'sent', bytes: 4 });
  });

  it('take one job at a time, and the next while they print the first', async () => {
    const to = await registered();
    printer.jobStates = [{ 'job-state': 'processing' }];
    const begun = await Promise.allSettled([sends.begin(orderTo(to)), sends.begin(orderTo(to))]);
    expect(begun.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    const refused = begun.find(({ status }) => status === 'rejected');
    expect(refused).to.have.nested.property('reason.code', 'printer/busy');
    const [first] = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
    await until(first ?? '', ({ state }) => state === 'printing');
    const second = await sends.begin(orderTo(to));
    await until(second.id, ({ state }) => state === 'printing');
    printer.jobStates = [completed];
    for (const id of [first ?? '', second.id])
      expect(await until(id, isOver)).to.include({ state: 'printed' });
    const others = await Promise.all(
      [registered(), registered()].map(async (id) => await sends.begin(orderTo(await id))),
    );
    for (const { id } of others) expect(await until(id, isOver)).to.include({ state: 'printed' });
    expect(printer.printed()).to.have.length(4);
  });

  it('are asked no more when the service stops', async () => {
    const own = hastySends();
    printer.jobStates = [{ 'job-state': 'processing' }];
    const { id } = await own.begin(orderTo(await registered()));
    await until(id, ({ state }) => state === 'printing');
    await own.close();
    expect(await sends.read(members.maker.id, id))
      .to.include({ state: 'sent' })
      .and.have.property('endedAt');
    const records = world.database.db.collection<{ _id: string }>(printerSendsCollection);
    await records.updateOne(
      { _id: id },
      { $set: { state: 'printing', until: new Date(0) }, $unset: { endedAt: '' } },
    );
    expect(await sends.read(members.maker.id, id)).to.include({ state: 'sent' });
  });

  it('are none of those that were registered before there was a choice', async () => {
    const id = await registered();
    const stored = world.database.db.collection<{ _id: string }>(printersCollection);
    await stored.updateOne({ _id: id }, { $unset: { protocol: '', path: '' } });
    for (const migration of printerMigrations) await migration.run(world.database.db);
    const { protocol, path } = await readPrinter(world.database.connection, members.maker.id, id);
    expect([protocol, path]).to.deep.equal(['raw', undefined]);
  });
});
