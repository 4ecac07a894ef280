/**
 * What may change on a product without a new UDI-DI. A change that could make one device be taken for another asks
 * for a new one: model or version, single-use marking, sterile packing, quantity in a package (EU MDR 2017/745 Annex
 * VI Part C 3.9; 21 CFR 830.50; GS1 Healthcare GTIN Allocation Rules).
 */
import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../errors.ts';
import type { PackagingLevel, ProductFacts, Registration } from './product.ts';

type Rule =
  | 'free'
  /** Fixed: another value is another device. */
  | 'new-udi-di'
  /** May be renewed or added to; what is recorded stays. */
  | 'grows';

/** Every fact has a rule: a new fact does not compile without one. */
const rules: Readonly<Record<keyof ProductFacts, Rule>> = {
  gtin: 'new-udi-di',
  // Put right as they are written; another trade name is a new product, which no program can tell from a typing error.
  names: 'free',
  model: 'new-udi-di',
  specification: 'new-udi-di',
  catalogueNumber: 'free',
  generation: 'free',
  // The authority reclassifies a device that stays the same.
  riskClass: 'free',
  registrations: 'grows',
  use: 'new-udi-di',
  sterile: 'new-udi-di',
  // Of lots made from now; each lot states its own expiry.
  shelfLifeMonths: 'free',
  trackedBy: 'new-udi-di',
  implantable: 'new-udi-di',
  unitsOfUse: 'new-udi-di',
  useUnitDi: 'new-udi-di',
  packaging: 'grows',
  labelCarries: 'new-udi-di',
  otherIdentifiers: 'free',
  supersedes: 'free',
  nhsaCode: 'free',
  isKit: 'new-udi-di',
  components: 'new-udi-di',
  storage: 'free',
  intendedUse: 'free',
  productionAddress: 'free',
  productionLicence: 'free',
  contractManufacturer: 'free',
  warnings: 'free',
  agent: 'free',
};

export type ProductChange = { readonly [K in keyof ProductFacts]?: ProductFacts[K] | null | undefined };

/**
 * Applies a change; `null` takes an optional fact away, an absent or undefined key leaves it.
 * @returns the facts after it
 * @throws Failure `catalogue/new-udi-di-required` with the fields; `catalogue/registration-kept`
 */
export function changeProduct(facts: ProductFacts, change: ProductChange): ProductFacts {
  const changed = Object.entries(change).filter(
    ([key, value]) =>
      value !== undefined && !isDeepStrictEqual(value ?? undefined, facts[key as keyof ProductFacts]),
  );
  const fixed = changed
    .map(([key]) => key as keyof ProductFacts)
    .filter((key) => rules[key] === 'new-udi-di');
  if (change.packaging !== undefined && !keepsLevels(facts.packaging, change.packaging ?? []))
    fixed.push('packaging');
  if (fixed.length > 0)
    throw new Failure('catalogue/new-udi-di-required', { gtin: facts.gtin, fields: fixed });
  if (
    change.registrations !== undefined &&
    !keepsRegistrations(facts.registrations, change.registrations ?? [])
  ) {
    throw new Failure('catalogue/registration-kept', { gtin: facts.gtin });
  }
  const after = { ...facts, ...Object.fromEntries(changed) };
  return Object.fromEntries(
    Object.entries(after).filter(([, value]) => value !== null),
  ) as unknown as ProductFacts;
}

/** A package on a shelf keeps the content that its GTIN says; new levels may be added. */
function keepsLevels(before: readonly PackagingLevel[], after: readonly PackagingLevel[]): boolean {
  return before.every((level) => after.some((candidate) => isDeepStrictEqual(candidate, level)));
}

/** A renewal moves the end or adds a registration; number and beginning of a recorded one stay. */
function keepsRegistrations(before: readonly Registration[], after: readonly Registration[]): boolean {
  return before.every(({ number, validFrom }) =>
    after.some((candidate) => candidate.number === number && candidate.validFrom === validFrom),
  );
}
