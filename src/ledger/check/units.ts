/** Each unit, from the events that entries name in the order of its life. */
import { brokenSequence, difference, same, unitAfter } from './derive.ts';
import type { Findings } from './findings.ts';
import { inStep, none } from './sorted-streams.ts';
import type { Source } from './source.ts';

interface UnitRow {
  readonly key: string;
  readonly gtin: string;
  readonly issuer: string;
  readonly serial: string;
  readonly version: number;
  readonly event: string;
}

export async function checkUnits(source: Source, findings: Findings): Promise<void> {
  for await (const { key, first, second } of inStep(written(source), stored(source), none())) {
    const [unit] = second;
    const [name] = first;
    if (name === undefined) {
      findings.add('unit/extra', key);
      continue;
    }
    const rows = oncePerEvent(first);
    const events = await source.events(rows.map(({ event }) => event));
    // An event that is gone has been reported already.
    const life = rows.flatMap(({ event }) => events.get(event) ?? []);
    if (unit === undefined) {
      findings.add('unit/missing', key);
      continue;
    }
    const { version, ...fields } = unit.document;
    const right = unitAfter(name, life) ?? {};
    if (!same(fields, right)) findings.add('unit/differs', key, difference(fields, right));
    const broken = brokenSequence(
      rows.map((row) => row.version),
      Number(version),
    );
    if (broken !== undefined) findings.add('unit/versions', key, broken);
  }
}

async function* stored(source: Source) {
  for await (const { _id, ...document } of source.find('units')) yield { key: String(_id), document };
}

function written(source: Source): AsyncIterable<UnitRow> {
  return source.aggregate<UnitRow>('entries', [
    { $unwind: '$units' },
    {
      $project: {
        _id: 0,
        key: { $concat: ['$gtin', '/', '$units.issuer', '/', '$units.serial'] },
        gtin: 1,
        issuer: '$units.issuer',
        serial: '$units.serial',
        version: '$units.version',
        event: 1,
      },
    },
    { $match: { key: { $type: 'string' } } },
    { $sort: { key: 1, version: 1 } },
  ]);
}

/** A use whose label names another lot has an entry in each, both with the unit. */
function oncePerEvent(rows: readonly UnitRow[]): UnitRow[] {
  return [...new Map(rows.map((row) => [`${row.event} ${row.version}`, row])).values()];
}
