/**
 * Products behind scanned GTINs, and who answers for them, kept for a moment: a label is scanned again within seconds,
 * and by the hundred where a case is opened. What may stop a use, holds and recalls, is never kept here.
 */
import type { mongo } from 'mongoose';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { readOrganisation } from '../catalogue/organisations.ts';
import type { Product } from '../catalogue/product.ts';
import { resolveGtin } from '../catalogue/products.ts';

export interface KnownProduct {
  readonly product: Omit<Product, 'restrictions'>;
  /** How many of it the GTIN stands for: more than 1 for most packages. */
  readonly quantity: number;
  readonly registrant: Bilingual;
}

interface Kept {
  readonly known: KnownProduct;
  readonly untilMs: number;
}

/** A correction of a name or a registration is seen by everybody after this, in every process. */
const keptForMs = 5_000;
const keptAtMost = 1_000;

export class KnownProducts {
  readonly #db: mongo.Db;
  readonly #kept = new Map<string, Kept>();

  constructor({ db }: { readonly db: mongo.Db }) {
    this.#db = db;
  }

  /** @returns undefined for a GTIN that nobody has registered: that is asked anew each time */
  async find(gtin: string): Promise<KnownProduct | undefined> {
    const nowMs = performance.now();
    const kept = this.#kept.get(gtin);
    if (kept !== undefined && nowMs < kept.untilMs) return kept.known;
    const known = await this.#read(gtin);
    this.#kept.delete(gtin);
    if (known === undefined) return undefined;
    if (this.#kept.size >= keptAtMost) this.#kept.clear();
    this.#kept.set(gtin, { known, untilMs: nowMs + keptForMs });
    return known;
  }

  async #read(gtin: string): Promise<KnownProduct | undefined> {
    const resolved = await resolveGtin(this.#db, gtin);
    if (resolved === undefined) return undefined;
    const { product, quantity } = resolved;
    const registrant = await readOrganisation(this.#db, product.organisation);
    return registrant === undefined ? undefined : { product, quantity, registrant: registrant.name };
  }
}
