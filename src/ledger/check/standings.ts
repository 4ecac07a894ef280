/** The documents of lots and products that must exist, and what stands on them. */

import type { Restriction, Restrictions } from './fences.ts';
import type { Findings } from './findings.ts';
import { inStep, none } from './sorted-streams.ts';
import type { Raw, Source } from './source.ts';

export async function checkStandings(
  source: Source,
  restrictions: Restrictions,
  findings: Findings,
): Promise<void> {
  await checkLots(source, restrictions, findings);
  await checkProducts(source, restrictions, findings);
}

async function checkLots(source: Source, restrictions: Restrictions, findings: Findings): Promise<void> {
  for await (const { key, first, second } of inStep(
    named(source, '$lotId'),
    documents(source, 'lots'),
    none(),
  )) {
    const [lot] = second;
    if (first.length === 0) findings.add('lot/extra', key);
    else if (lot === undefined) findings.add('lot/missing', key);
    else {
      const { gtin, lot: number } = lot.document;
      if (`${gtin}/${number}` !== key) findings.add('lot/fields', key);
      const right = standing(restrictions.onLot(key), restrictions, key);
      const wrong = compare(lot.document, right);
      if (wrong !== undefined) findings.add('lot/restrictions', key, wrong);
    }
  }
}

async function checkProducts(source: Source, restrictions: Restrictions, findings: Findings): Promise<void> {
  const standings = documents(source, 'productStandings');
  for await (const { key, first, second } of inStep(named(source, '$gtin'), standings, none())) {
    const [product] = second;
    const right = standing(restrictions.onProduct(key), restrictions, key);
    if (product === undefined) {
      if (first.length > 0) findings.add('product/missing', key);
      continue;
    }
    const wrong = compare(product.document, right);
    if (wrong !== undefined) findings.add('product/restrictions', key, wrong);
  }
}

/** @returns what should stand on a subject now, one key for each item of each scope. */
function standing(on: readonly Restriction[], restrictions: Restrictions, subject: string): string[] {
  return on
    .filter((restriction) => restrictions.liftedFrom(restriction, subject) === undefined)
    .flatMap(({ kind, reference, scope }) =>
      scope
        .filter(({ gtin, lot }) => (lot === undefined ? gtin : `${gtin}/${lot}`) === subject)
        .map(({ serials, sterilisationLots }) => keyOf(kind, reference, serials, sterilisationLots)),
    )
    .sort();
}

function compare(document: Raw, right: readonly string[]): string | undefined {
  const list: readonly Raw[] = Array.isArray(document.restrictions) ? document.restrictions : [];
  const stored = list
    .map(({ kind, reference, serials, sterilisationLots }) =>
      keyOf(kind, reference, serials, sterilisationLots),
    )
    .sort();
  return JSON.stringify(stored) === JSON.stringify(right)
    ? undefined
    : `stored ${stored.join(' ') || 'nothing'}, from events ${right.join(' ') || 'nothing'}`;
}

function keyOf(kind: unknown, reference: unknown, serials: unknown, sterilisationLots: unknown): string {
  return JSON.stringify([kind, reference, serials ?? null, sterilisationLots ?? null]);
}

async function* documents(source: Source, name: string): AsyncGenerator<{ key: string; document: Raw }> {
  for await (const document of source.find(name)) yield { key: String(document._id), document };
}

async function* named(source: Source, field: string): AsyncGenerator<{ key: string }> {
  const pipeline = [{ $group: { _id: field } }, { $sort: { _id: 1 } }];
  for await (const { _id } of source.aggregate<{ _id: string }>('entries', pipeline))
    yield { key: String(_id) };
}
