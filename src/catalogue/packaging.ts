/** Packaging levels: each has a GTIN of its own and resolves to a product and a quantity of "each". */
import type { PackagingLevel, ProductFacts } from './product.ts';

/** More levels than any real product has (shelf box, inner, case, pallet …). */
export const packagingLevelLimit = 16;

/** No package holds more; keeps products of quantities inside safe integers. */
export const packageQuantityLimit = 1_000_000;

export type PackagingFault =
  | { readonly kind: 'repeated-gtin'; readonly gtin: string }
  /** It contains something that is neither the product nor one of its levels. */
  | { readonly kind: 'unknown-content'; readonly gtin: string }
  | { readonly kind: 'cycle'; readonly gtin: string }
  | { readonly kind: 'too-many-units'; readonly gtin: string };

/**
 * @param product GTIN of the product
 * @returns the first fault, or undefined where every level resolves to a quantity of the product
 */
export function packagingFault(
  product: string,
  levels: readonly PackagingLevel[],
): PackagingFault | undefined {
  const seen = new Set([product]);
  for (const { gtin } of levels) {
    if (seen.has(gtin)) return { kind: 'repeated-gtin', gtin };
    seen.add(gtin);
  }
  const outside = levels.find(({ contains }) => !seen.has(contains));
  if (outside !== undefined) return { kind: 'unknown-content', gtin: outside.gtin };
  for (const { gtin } of levels) {
    const quantity = quantityIn(product, levels, gtin);
    if (quantity === undefined) return { kind: 'cycle', gtin };
    if (quantity > packageQuantityLimit) return { kind: 'too-many-units', gtin };
  }
  return undefined;
}

/**
 * How many of the product ("each") a GTIN of its packaging stands for; 1 for the product's own.
 * @returns undefined for a GTIN that is not of this product
 */
export function eachesOf(
  product: Pick<ProductFacts, 'gtin' | 'packaging'>,
  gtin: string,
): number | undefined {
  return quantityIn(product.gtin, product.packaging, gtin);
}

function quantityIn(product: string, levels: readonly PackagingLevel[], gtin: string): number | undefined {
  let quantity = 1;
  let at = gtin;
  for (let steps = 0; at !== product; steps += 1) {
    const level = levels.find((candidate) => candidate.gtin === at);
    if (level === undefined || steps >= levels.length) return undefined;
    quantity *= level.quantity;
    at = level.contains;
  }
  return quantity;
}
