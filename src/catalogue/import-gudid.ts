/** Import of device records into the catalogue, with a report in which every record of the input is found again. */
import type { Connection } from 'mongoose';
import type { IdSource } from '../clock.ts';
import { Failure } from '../errors.ts';
import type { Bilingual } from './bilingual.ts';
import { assumptions, type Reason, type ReasonCode, readGudidRecord } from './gudid-record.ts';
import { organisationModel, type StoredOrganisation } from './models.ts';
import { insertOrganisation, newOrganisation } from './organisations.ts';
import type { ProductFacts } from './product.ts';
import { createProduct, type ProductParts } from './product-writing.ts';

export interface ImportParts extends ProductParts {
  readonly ids: IdSource;
}

/** Whose the products are: one manufacturer's own file, or each its company's. */
export type ImportFor =
  | { readonly kind: 'organisation'; readonly organisation: string }
  | { readonly kind: 'companies'; readonly create: boolean };

export interface Refused {
  /** Position in the file, from 1. */
  readonly record: number;
  /** As the record says; empty where it says nothing that can be read. */
  readonly di: string;
  readonly company: string;
  readonly reasons: readonly Reason[];
}

export interface ImportReport {
  readonly records: number;
  readonly created: number;
  /** They were in the catalogue already, with the same facts. */
  readonly unchanged: number;
  readonly refused: number;
  readonly organisationsCreated: number;
  readonly byReason: Readonly<Partial<Record<ReasonCode, number>>>;
  readonly assumptions: readonly Bilingual[];
  readonly refusals: readonly Refused[];
}

/** Records in one file (law 9). */
export const importLimit = 100_000;

/** ISO 3166-1 leaves `ZZ` to its users: the register names a company, not its country. */
const unknownCountry = 'ZZ';

/**
 * Imports records one by one; each is in the catalogue whole, or refused whole. May be run again: what is there stays.
 * @param input the parsed file: a list of records
 * @throws Failure `request/invalid` where it is no list; `request/too-large` over {@link importLimit}; `not-found` where the
 *   organisation is no manufacturer
 */
export async function importGudid(
  parts: ImportParts,
  input: unknown,
  target: ImportFor,
): Promise<ImportReport> {
  if (!Array.isArray(input)) {
    throw new Failure('request/invalid', {}, [{ pointer: '', zh: '应为列表。', en: 'Must be a list.' }]);
  }
  if (input.length > importLimit) throw new Failure('request/too-large', { limit: importLimit });
  const makers = await Makers.open(parts, target);
  const outcomes: Outcome[] = [];
  const seen = new Set<string>();
  for (const value of input) outcomes.push(await importOne(parts, makers, seen, value));
  return reportOf(input, outcomes, makers.created);
}

type Outcome = 'created' | 'unchanged' | readonly Reason[];

async function importOne(
  parts: ImportParts,
  makers: Makers,
  seen: Set<string>,
  value: unknown,
): Promise<Outcome> {
  const read = readGudidRecord(value);
  if (!read.ok) return read.reasons;
  const { company, facts } = read;
  if (seen.has(facts.gtin)) return [repeated];
  seen.add(facts.gtin);
  const organisation = await makers.find(company);
  if (organisation === undefined) return [otherCompany];
  return store(parts, organisation, facts);
}

async function store(parts: ImportParts, organisation: string, facts: ProductFacts): Promise<Outcome> {
  try {
    const { created } = await createProduct(parts, { organisation, reason: 'imported' }, facts);
    return created ? 'created' : 'unchanged';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'conflict') return [differs];
    if (error.code === 'catalogue/gtin-taken') return [taken(String(error.info.gtin))];
    throw error;
  }
}

const repeated: Reason = {
  code: 'repeated',
  kind: 'record',
  zh: '同一产品标识在文件中重复出现。',
  en: 'The same DI stands in the file before.',
};

const otherCompany: Reason = {
  code: 'company',
  kind: 'record',
  zh: '企业与指定机构不符，或尚未登记。',
  en: 'The company is not the organisation named, or not registered.',
};

const differs: Reason = {
  code: 'different-from-recorded',
  kind: 'record',
  zh: '该产品已登记，且内容不同。',
  en: 'The product is in the catalogue already, with other facts.',
};

function taken(gtin: string): Reason {
  return {
    code: 'gtin-taken',
    kind: 'record',
    zh: `GTIN ${gtin} 已属于另一产品或包装。`,
    en: `The GTIN ${gtin} already belongs to another product or package.`,
  };
}

/** Manufacturers by name: letter case and punctuation do not tell companies apart. */
class Makers {
  private readonly parts: ImportParts;
  private readonly create: boolean;
  private readonly byName: Map<string, string>;
  created = 0;

  private constructor(parts: ImportParts, create: boolean, byName: Map<string, string>) {
    this.parts = parts;
    this.create = create;
    this.byName = byName;
  }

  static async open(parts: ImportParts, target: ImportFor): Promise<Makers> {
    const own = target.kind === 'organisation' ? { _id: target.organisation } : {};
    const found = await manufacturers(parts.connection, own);
    if (target.kind === 'organisation' && found.length === 0)
      throw new Failure('not-found', { organisation: target.organisation });
    const byName = new Map(found.map(({ _id, name }) => [keyOf(name.en), _id]));
    return new Makers(parts, target.kind === 'companies' && target.create, byName);
  }

  async find(company: string): Promise<string | undefined> {
    const known = this.byName.get(keyOf(company));
    if (known !== undefined || !this.create) return known;
    const name = { zh: company, en: company };
    const facts = { kind: 'manufacturer', name, country: unknownCountry, licences: [] } as const;
    const organisation = newOrganisation(this.parts, facts);
    await insertOrganisation(this.parts.connection, organisation);
    this.byName.set(keyOf(company), organisation.id);
    this.created += 1;
    return organisation.id;
  }
}

async function manufacturers(
  connection: Connection,
  filter: { _id?: string },
): Promise<StoredOrganisation[]> {
  return organisationModel(connection)
    .find({ ...filter, kind: 'manufacturer', active: true })
    .lean<StoredOrganisation[]>();
}

function keyOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function reportOf(
  input: readonly unknown[],
  outcomes: readonly Outcome[],
  organisationsCreated: number,
): ImportReport {
  const refusals = outcomes.flatMap((outcome, index): Refused[] =>
    typeof outcome === 'string' ? [] : [{ record: index + 1, ...identityOf(input[index]), reasons: outcome }],
  );
  const created = outcomes.filter((outcome) => outcome === 'created').length;
  const unchanged = outcomes.filter((outcome) => outcome === 'unchanged').length;
  if (created + unchanged + refusals.length !== input.length)
    throw new Error('records were lost in the import');
  const byReason: Partial<Record<ReasonCode, number>> = {};
  for (const { reasons } of refusals) {
    for (const code of new Set(reasons.map((reason) => reason.code)))
      byReason[code] = (byReason[code] ?? 0) + 1;
  }
  return {
    records: input.length,
    created,
    unchanged,
    refused: refusals.length,
    organisationsCreated,
    byReason,
    assumptions,
    refusals,
  };
}

function identityOf(value: unknown): { di: string; company: string } {
  const record = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  const textOf = (key: string) => {
    const found = record.get(key);
    return typeof found === 'string' ? found.slice(0, 200) : '';
  };
  return { di: textOf('di'), company: textOf('company') };
}

/** @returns the report for people: totals, then a row a reason for each refused record. */
export function importTable(report: ImportReport): string {
  const { records, created, unchanged, refused, organisationsCreated, refusals } = report;
  const head = ['record', 'DI', 'company', 'fault of', 'reason'];
  const rows = refusals.flatMap(({ record, di, company, reasons }) =>
    reasons.map(({ kind, code, en, at }) => [
      String(record),
      di,
      company.slice(0, 32),
      kind === 'limit' ? 'pps-trace' : 'the record',
      `${code}: ${en}${at === undefined ? '' : ` (${at})`}`,
    ]),
  );
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    `${records} records: ${created} created, ${unchanged} unchanged, ${refused} refused; ${organisationsCreated} organisations created.`,
    ...(rows.length === 0
      ? []
      : ['', line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]),
    '',
  ].join('\n');
}
