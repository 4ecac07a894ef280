import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { gudidRecord, readGudidRecord } from '../../src/catalogue/gudid-record.ts';
import { type ImportReport, importGudid, importTable } from '../../src/catalogue/import-gudid.ts';
import { readProduct, resolveGtin } from '../../src/catalogue/products.ts';
import { systemIds } from '../../src/clock.ts';
import { Failure } from '../../src/errors.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { catalogueDatabase, gtinOf, noon, organisationOf } from './samples.ts';

const file = join(import.meta.dirname, '../data/gudid-sample.json');

/** Reusable instruments that carry a lot and no serial number, found by hand in the file. */
const reusableWithoutSerial = [
  '00721902771460',
  '00811954013134',
  '00817470009774',
  '00841506101057',
  '00841508103004',
  '00841508106074',
];
/** Its only identifier is a GTIN, given as a HIBC. */
const gtinAsHibc = '00841523106431';

const whole = {
  di: '00810633021101',
  brand: 'OSStaple',
  model: 'OS-1310W1.5',
  catalog: '',
  company: 'Biomedical Enterprises, Inc.',
  description: 'OSStaple 13 x 10 x 10 W1.5',
  lot: true,
  serial: false,
  mfgDate: false,
  expiry: true,
  singleUse: true,
  sterile: true,
  kit: false,
  count: 1,
  ids: [{ id: '00810633021101', agency: 'GS1', type: 'Primary' }],
};

function codesOf(record: unknown): string[] {
  const read = readGudidRecord(record);
  return read.ok ? [] : read.reasons.map(({ code, kind }) => `${kind} ${code}`);
}

describe('a device record', () => {
  const primary = { id: whole.di, agency: 'GS1', type: 'Primary' };

  it('becomes a product that says no more than the record', () => {
    const read = readGudidRecord({ ...whole, brand: '  OS\nStaple ', catalog: 'X-1' });
    if (!read.ok) throw new Error('refused');
    expect(read.company).to.equal('Biomedical Enterprises, Inc.');
    expect(read.facts).to.deep.equal({
      gtin: whole.di,
      names: { zh: 'OS Staple', en: 'OS Staple' },
      model: 'OS-1310W1.5',
      specification: 'OSStaple 13 x 10 x 10 W1.5',
      catalogueNumber: 'X-1',
      riskClass: 'not-stated',
      registrations: [],
      use: { kind: 'single-use' },
      sterile: { kind: 'sterile', method: 'not-stated' },
      trackedBy: 'lot',
      implantable: false,
      unitsOfUse: 1,
      packaging: [],
      labelCarries: { lot: true, serial: false, manufactured: false, expires: true },
      otherIdentifiers: [],
      isKit: false,
      components: [],
    });
  });

  it('is refused for form: a field too many, one too few, one of another type', () => {
    const { lot: _lot, ...without } = whole;
    expect(codesOf({ ...whole, colour: 'blue' })).to.deep.equal(['record form']);
    expect(codesOf(without)).to.deep.equal(['record form']);
    expect(codesOf({ ...whole, count: '1' })).to.deep.equal(['record form']);
    expect(codesOf('nonsense')).to.deep.equal(['record form']);
    expect(codesOf(null)).to.deep.equal(['record form']);
  });

  it('is refused where it contradicts itself', () => {
    expect(codesOf({ ...whole, di: '00810633020395' })).to.deep.equal(['record primary-identifier']);
    expect(codesOf({ ...whole, ids: [primary, primary] })).to.deep.equal(['record primary-identifier']);
    const unit = { id: '00810633020395', agency: 'GS1', type: 'Unit of Use' };
    expect(codesOf({ ...whole, ids: [primary, unit] })).to.deep.equal(['record unit-of-use']);
    expect(codesOf({ ...whole, count: 12, ids: [primary, unit] })).to.deep.equal([]);
    const box = { id: '10810633021108', agency: 'GS1', type: 'Package', containsDI: whole.di };
    expect(codesOf({ ...whole, ids: [primary, box] })).to.deep.equal(['record package-incomplete']);
    expect(codesOf({ ...whole, ids: [primary, { ...box, qty: 5, containsDI: box.id }] })).to.deep.equal([
      'record product-rule',
    ]);
    expect(codesOf({ ...whole, ids: [primary, { ...box, qty: 5 }] })).to.deep.equal([]);
  });

  it('is refused for a check digit, and for a HIBC that is none', () => {
    const di = '00810633021102';
    expect(codesOf({ ...whole, di, ids: [{ ...primary, id: di }] })).to.deep.equal(['record product-rule']);
    const hibc = (id: string) =>
      codesOf({ ...whole, ids: [primary, { id, agency: 'HIBCC', type: 'Secondary' }] });
    expect(hibc('M204555511AA0'), 'without check character').to.deep.equal([]);
    expect(hibc('H3731BSGTRI45P3N'), 'with check character').to.deep.equal([]);
    expect(hibc('H3731BSGTRI45P3M'), 'with a wrong one').to.deep.equal(['record hibc-form']);
    expect(hibc('1204555511AA0'), 'without labeler').to.deep.equal(['record hibc-form']);
  });

  it('is refused as a limit of ours where we could not follow the device', () => {
    expect(codesOf({ ...whole, singleUse: false })).to.deep.equal(['limit reusable-without-serial']);
    expect(codesOf({ ...whole, singleUse: false, lot: false, serial: true })).to.deep.equal([]);
    expect(codesOf({ ...whole, lot: false })).to.deep.equal(['limit no-production-identifier']);
    const marking = { id: '00810633020395', agency: 'GS1', type: 'Direct Marking' };
    expect(codesOf({ ...whole, ids: [primary, marking] })).to.deep.equal(['limit identifier-kind']);
  });
});

describe('the import of 499 real records', () => {
  let database: TestDatabase;
  let records: unknown[];
  let report: ImportReport;

  const parts = () => ({ connection: database.connection, db: database.db, clock: noon, ids: systemIds });

  before(async function () {
    this.timeout(120_000);
    database = await catalogueDatabase();
    records = JSON.parse(await readFile(file, 'utf8'));
    report = await importGudid(parts(), records, { kind: 'companies', create: true });
  });

  after(() => database.drop());

  it('takes 492 and refuses 7, each with its reason', () => {
    expect(report).to.include({ records: 499, created: 492, unchanged: 0, refused: 7 });
    expect(report.byReason).to.deep.equal({
      'reusable-without-serial': 6,
      'agency-contradicts-identifier': 1,
    });
    const refusedFor = (code: string) =>
      report.refusals
        .filter(({ reasons }) => reasons.some((reason) => reason.code === code))
        .map(({ di }) => di);
    expect(refusedFor('reusable-without-serial').sort()).to.deep.equal(reusableWithoutSerial);
    expect(refusedFor('agency-contradicts-identifier')).to.deep.equal([gtinAsHibc]);
  });

  it('drops nothing: every record is a product or a refusal at its place in the file', async () => {
    const refused = new Set(report.refusals.map(({ record }) => record));
    for (const [index, value] of records.entries()) {
      const { di } = gudidRecord.parse(value);
      const product = await readProduct(database.db, di);
      expect(product === undefined, `${di} at ${index + 1}`).to.equal(refused.has(index + 1));
    }
    expect(await database.db.collection('products').countDocuments()).to.equal(492);
    expect(await database.db.collection('productRevisions').countDocuments()).to.equal(492);
  });

  it('makes each company once, and none of which everything was refused', async () => {
    expect(report.organisationsCreated).to.equal(70);
    expect(await database.db.collection('organisations').countDocuments()).to.equal(70);
    expect(
      await database.db.collection('organisations').countDocuments({ 'name.en': 'SKELETAL DYNAMICS L.L.C.' }),
    ).to.equal(0);
  });

  it('resolves every package to its product and the number of it', async () => {
    let packages = 0;
    for (const value of records) {
      const { di, ids } = gudidRecord.parse(value);
      if (report.refusals.some((refusal) => refusal.di === di)) continue;
      for (const { id, type, containsDI, qty } of ids) {
        if (type !== 'Package' || containsDI === undefined || qty === undefined) continue;
        packages += 1;
        const resolved = await resolveGtin(database.db, id);
        const inside = await resolveGtin(database.db, containsDI);
        expect(resolved?.product.gtin).to.equal(di);
        expect(resolved?.quantity).to.equal(qty * (inside?.quantity ?? 0));
      }
    }
    expect(packages).to.be.greaterThan(160);
    expect(await database.db.collection('gtins').countDocuments()).to.equal(492 + packages);
  });

  it('run again changes nothing', async function () {
    this.timeout(120_000);
    const again = await importGudid(parts(), records, { kind: 'companies', create: true });
    expect(again).to.include({
      records: 499,
      created: 0,
      unchanged: 492,
      refused: 7,
      organisationsCreated: 0,
    });
  });

  it('tells a record that differs from what is recorded, or repeats in the file', async () => {
    const report2 = await importGudid(parts(), [{ ...whole, kit: true, model: 'other' }, whole], {
      kind: 'companies',
      create: false,
    });
    expect(report2.refusals.map(({ record, reasons }) => [record, reasons[0]?.code])).to.deep.equal([
      [1, 'different-from-recorded'],
      [2, 'repeated'],
    ]);
  });

  it("of one manufacturer's file takes its own records alone", async () => {
    const maker = await organisationOf(database, 'manufacturer');
    await database.db
      .collection<{ _id: string }>('organisations')
      .updateOne({ _id: maker.id }, { $set: { name: { zh: '例', en: 'Example, Inc.' } } });
    const own = {
      ...whole,
      di: gtinOf(1),
      ids: [{ id: gtinOf(1), agency: 'GS1', type: 'Primary' }],
    };
    const file2 = [
      { ...own, company: 'EXAMPLE INC' },
      { ...whole, di: gtinOf(2), ids: [{ id: gtinOf(2), agency: 'GS1', type: 'Primary' }] },
    ];
    const report2 = await importGudid(parts(), file2, { kind: 'organisation', organisation: maker.id });
    expect(report2).to.include({ created: 1, refused: 1, organisationsCreated: 0 });
    expect(report2.byReason).to.deep.equal({ company: 1 });
    expect((await readProduct(database.db, own.di))?.organisation).to.equal(maker.id);
  });

  it('names its reasons in a table, and refuses a file that is no list', async () => {
    const table = importTable(report);
    expect(table.split('\n')[0]).to.equal(
      '499 records: 492 created, 0 unchanged, 7 refused; 70 organisations created.',
    );
    for (const di of [...reusableWithoutSerial, gtinAsHibc]) expect(table).to.include(di);
    const refused = await importGudid(parts(), { records }, { kind: 'companies', create: true }).catch(
      (error) => error,
    );
    expect(refused).to.be.instanceOf(Failure);
  });
});
