import { expect } from 'chai';
import fc from 'fast-check';
import { migrations, projectors } from '../../src/app.ts';
import { readOrganisation } from '../../src/catalogue/organisations.ts';
import { systemClock, systemIds } from '../../src/clock.ts';
import { askedTogether } from '../../src/database/asking-together.ts';
import { connectDatabase, type Database } from '../../src/database/connection.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { Failure } from '../../src/errors.ts';
import { checkDigit } from '../../src/identifiers/check-digit.ts';
import { runCommand } from '../../src/inventory/command.ts';
import { cancelJob } from '../../src/labels/job-end.ts';
import { printLabels, printLabelsBody } from '../../src/labels/job-print.ts';
import type { Numbering } from '../../src/labels/serial-numbers.ts';
import { printUnits, printUnitsBody } from '../../src/labels/shipment-print.ts';
import { loadTemplate } from '../../src/labels/template.ts';
import { Ledger } from '../../src/ledger/run.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { implant, insertFacts, members } from '../support/world-facts.ts';

const template = await loadTemplate('unit-30x20');
const actor = { person: 'printer', organisation: members.maker.id };

/** Ledgers of several processes: each with connections and turns of its own. */
const processes = 4;

describe('serial numbers, when several processes ask at once', () => {
  let database: TestDatabase;
  const connections: Database[] = [];
  const ledgers: Ledger[] = [];
  before(async () => {
    database = await testDatabase();
    const parts = { clock: systemClock, ids: systemIds };
    await runMigrations(database.db, migrations, parts);
    await insertFacts(database.db);
    for (let n = 0; n < processes; n += 1) {
      const own = await connectDatabase({ uri: database.uri, name: database.db.databaseName });
      connections.push(own);
      const { client, db } = own;
      const commandKey = new Uint8Array(32);
      ledgers.push(
        new Ledger({ client, db, clock: systemClock, projectors, commandKey, deadlineMs: 60_000 }),
      );
    }
  });
  after(async () => {
    for (const own of connections) await own.close();
    await database.drop();
  });

  const command = printLabels({
    publicUrl: 'https://trace.example',
    bytes: (count) => systemIds.bytes(count),
  });

  interface Asked {
    readonly process: number;
    readonly lot: string;
    readonly quantity: number;
    readonly numbering: Numbering;
    readonly by?: typeof command;
    readonly expiresOn?: string;
  }

  /** @returns the job, and the numbers that it was given */
  async function allocated(asked: Asked) {
    const { process, lot, quantity, numbering, by = command, expiresOn = '2099-01-01' } = asked;
    const ledger = ledgers[process];
    if (ledger === undefined) throw new Error('no such process');
    const commandId = systemIds.uuid();
    const dates = { manufacturedOn: '2026-01-05', expiresOn };
    const body = printLabelsBody.parse({ commandId, gtin: implant, lot, quantity, numbering, ...dates });
    const maker = await readOrganisation(askedTogether(database.connection), actor.organisation);
    const { job } = await runCommand({ ledger, clock: systemClock }, by, {
      ...{ commandId, route: 'POST /api/v1/label-jobs', actor, content: body },
      prepare: async () => ({
        input: { ...body, templateData: template, maker, laidOut: new Set() },
        writes: [],
      }),
    });
    return { job, serials: await numbersOf(job) };
  }

  async function givenUp(job: string): Promise<void> {
    const [ledger] = ledgers;
    if (ledger === undefined) throw new Error('no ledger');
    const commandId = systemIds.uuid();
    await runCommand({ ledger, clock: systemClock }, cancelJob, {
      ...{ commandId, route: 'cancel', actor, content: { job } },
      prepare: async () => ({ input: { commandId, job }, writes: [] }),
    });
  }

  async function numbersOf(job: string): Promise<string[]> {
    const found = await database.db.collection('labelSerials').find({ job }).sort({ nth: 1 }).toArray();
    return found.map(({ serial }) => String(serial));
  }

  const numbering: fc.Arbitrary<Numbering> = fc.oneof(
    fc.record({
      kind: fc.constant('sequential' as const),
      // With so few, prefixes and digits meet: `1` and `001` are not `10` and `01`.
      prefix: fc.constantFrom('', '0', '1', 'A'),
      digits: fc.integer({ min: 4, max: 5 }),
    }),
    fc.record({ kind: fc.constant('unguessable' as const), length: fc.constant(10) }),
  );
  const asked: fc.Arbitrary<Asked> = fc.record({
    process: fc.integer({ min: 0, max: processes - 1 }),
    lot: fc.constantFrom('L1', 'L2', 'L3'),
    quantity: fc.integer({ min: 1, max: 40 }),
    numbering,
  });

  it('never come twice, never overlap, and come in order', async () => {
    const before = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 2, maxLength: 8 }), async (requests) => {
        const jobs = await Promise.all(requests.map(allocated));
        for (const [index, { serials }] of jobs.entries()) {
          expect(serials).to.have.length(requests[index]?.quantity ?? 0);
          for (const serial of serials) {
            expect(before.has(serial), serial).to.equal(false);
            before.add(serial);
          }
          const sequential = requests[index]?.numbering.kind === 'sequential';
          if (sequential) expect(serials).to.deep.equal([...serials].sort());
        }
      }),
      { numRuns: 6 },
    );
  }).timeout(60_000);

  it('are one run without a gap where all count with one prefix', async () => {
    const numbering: Numbering = { kind: 'sequential', prefix: 'RUN-', digits: 6 };
    const requests = Array.from({ length: 8 }, (_, n) => ({
      process: n % processes,
      lot: `R${n}`,
      quantity: 25,
      numbering,
    }));
    const jobs = await Promise.all(requests.map(allocated));
    const all = jobs.flatMap(({ serials }) => serials).sort();
    expect(all).to.deep.equal(Array.from({ length: 200 }, (_, n) => `RUN-${String(n + 1).padStart(6, '0')}`));
    const ranges = jobs.map(({ serials }) => [serials[0], serials.at(-1)]).sort();
    for (const [index, [first]] of ranges.entries()) {
      const last = ranges[index - 1]?.[1];
      if (last !== undefined) expect((first ?? '') > last).to.equal(true);
    }
  }).timeout(30_000);

  it('that were taken under another rule, many in a row, are passed over also by one that wants few', async () => {
    const many: Numbering = { kind: 'sequential', prefix: 'T0', digits: 4 };
    await allocated({ process: 0, lot: 'T', quantity: 300, numbering: many });
    const same: Numbering = { kind: 'sequential', prefix: 'T', digits: 5 };
    const { serials } = await allocated({ process: 1, lot: 'T', quantity: 1, numbering: same });
    expect(serials).to.deep.equal(['T00301']);
    const next = await allocated({ process: 2, lot: 'T', quantity: 2, numbering: same });
    expect(next.serials).to.deep.equal(['T00302', 'T00303']);
  });

  it('are given for one use-by date of a lot, whoever states another at the same time', async () => {
    // Of numbers that are drawn no counter is common to two jobs: only what the labels say is.
    const numbering: Numbering = { kind: 'unguessable', length: 10 };
    for (const lot of ['D1', 'D2', 'D3']) {
      // A lot that has been seen before, whose first labels were a mistake.
      await givenUp((await allocated({ process: 0, lot, quantity: 1, numbering })).job);
      const asked = Array.from({ length: processes }, (_, process) =>
        allocated({ process, lot, quantity: 1, numbering, expiresOn: `2098-01-0${process + 1}` }),
      );
      const results = await Promise.allSettled(asked);
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      for (const result of results) {
        if (result.status === 'rejected') {
          expect(result.reason).to.be.instanceOf(Failure).with.property('code', 'label/other-dates');
        }
      }
    }
  });

  it('that were given up are not given again', async () => {
    const numbering: Numbering = { kind: 'sequential', prefix: 'GONE-', digits: 4 };
    const ask = { process: 0, lot: 'GONE', quantity: 3, numbering };
    const { job, serials } = await allocated(ask);
    await givenUp(job);
    const next = await allocated({ ...ask, process: 1 });
    expect(next.serials.filter((serial) => serials.includes(serial))).to.deep.equal([]);
  });

  it('that others have taken between the look and the write are drawn anew', async () => {
    const numbering: Numbering = { kind: 'unguessable', length: 10 };
    // The first draw of every command is the same: the index, not the luck of the draw, keeps them apart.
    let draws = 0;
    const unlucky = printLabels({
      publicUrl: 'https://trace.example',
      bytes: (count) => {
        draws += 1;
        return draws <= 2 * processes ? new Uint8Array(count).fill(7) : systemIds.bytes(count);
      },
    });
    const run = async (process: number) => {
      const asked = { process, lot: `U${process}`, quantity: 1, numbering, by: unlucky };
      const { serials } = await allocated(asked);
      return serials[0];
    };
    const serials = await Promise.all(ledgers.map((_ledger, process) => run(process)));
    expect(new Set(serials).size).to.equal(processes);
    expect(serials).to.include('9'.repeat(10));
  });

  describe('of logistic units', () => {
    const gs1Prefix = '6901234';
    const lot = { gtin: implant, lot: 'SHIPPED' };

    /** Labels of a shipment that was never made, printed by one of the processes. */
    async function units(process: number, shipment: string, asked: object): Promise<string[]> {
      const ledger = ledgers[process];
      if (ledger === undefined) throw new Error('no such process');
      const commandId = systemIds.uuid();
      const body = printUnitsBody.parse({ commandId, ...asked });
      const templateData = await loadTemplate('logistic-a6');
      const read = await readOrganisation(askedTogether(database.connection), actor.organisation);
      if (read === undefined) throw new Error('no sender');
      const sender = { ...read, gs1Prefix };
      const { job } = await runCommand({ ledger, clock: systemClock }, printUnits, {
        ...{ commandId, route: 'units', actor, content: { ...body, shipment } },
        prepare: async () => ({
          input: {
            ...body,
            shipment,
            templateData,
            sender,
            receiver: sender,
            papers: 'P',
            laidOut: new Set<string>(),
          },
          writes: [],
        }),
      });
      return await numbersOf(job);
    }

    async function shipped(): Promise<string> {
      const id = systemIds.uuid();
      const facts = {
        from: actor.organisation,
        to: members.distributor.id,
        purpose: 'supply',
        state: 'open',
      };
      const made = { _id: id, ...facts, lines: [{ ...lot, quantity: 1 }], receipts: 0 };
      await database.db.collection<{ _id: string }>('shipments').insertOne(made);
      return id;
    }

    it('are one run without a gap, whoever counts, and never another’s', async () => {
      const shipments = await Promise.all(Array.from({ length: 8 }, shipped));
      const all = await Promise.all(
        shipments.map((shipment, n) => units(n % processes, shipment, { quantity: 5, extensionDigit: 3 })),
      );
      const references = all.flat().map((sscc) => Number(sscc.slice(8, 17)));
      expect(references.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 40 }, (_, n) => n + 1));
      // Of a company whose digits go on where these end: its first number is this one's 500,000,001st.
      const digits = `3${gs1Prefix}500000001`;
      const serial = `${digits}${checkDigit(digits)}`;
      const given = { _id: `sscc/${serial}`, serial, job: 'another', nth: 0 };
      await database.db.collection<{ _id: string }>('labelSerials').insertOne(given);
      await database.db
        .collection<{ _id: string }>('labelCounters')
        .updateOne({ _id: `sscc/3${gs1Prefix}` }, { $set: { next: 500_000_000 } });
      const next = await units(0, await shipped(), { quantity: 2, extensionDigit: 3 });
      expect(next.map((sscc) => sscc.slice(8, 17))).to.deep.equal(['500000000', '500000002']);
    }).timeout(30_000);

    it('are given to a package once, also where each process counts by a digit of its own', async () => {
      const shipment = await shipped();
      const results = await Promise.allSettled(
        ledgers.map((_ledger, n) => units(n, shipment, { quantity: 2, extensionDigit: 4 + n })),
      );
      const codes = results.map((result) => (result.status === 'fulfilled' ? 'made' : result.reason.code));
      expect(codes.sort()).to.deep.equal([
        ...Array.from({ length: processes - 1 }, () => 'label/packages-printed'),
        'made',
      ]);
    }).timeout(30_000);
  });
});
