/** What anybody may know of a device: its product, lot, dates, and whether something speaks against its use. */
import type { Connection, mongo } from 'mongoose';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { dayInChina } from '../catalogue/day.ts';
import { expiryState } from '../catalogue/expiry.ts';
import type { Lot } from '../catalogue/lot.ts';
import { readLots } from '../catalogue/lots.ts';
import { registrationOn, wasRegistered } from '../catalogue/product.ts';
import { readProductRestrictions } from '../catalogue/product-standings.ts';
import { type Restriction, restrictionsOn } from '../catalogue/restriction.ts';
import { type Dates, type DoubtKind, differing, doubtsOf } from '../inventory/doubts.ts';
import { lotId, unitId } from '../ledger/event.ts';
import { readUnits, wasMade } from '../ledger/read.ts';
import type { Unit } from '../ledger/unit.ts';
import type { RecallClass } from '../recalls/recall.ts';
import { readRecall } from '../recalls/storage.ts';
import { type KnownProduct, KnownProducts } from './known-products.ts';
import type { LabelLink } from './label-link.ts';
import { ReadTogether } from './read-together.ts';

/** What a device's page says, gravest first. */
export type DeviceVerdict =
  | 'recalled'
  | 'on-hold'
  | 'label-differs'
  | 'expired'
  | 'not-released'
  | 'not-registered'
  | 'may-be-used'
  /** A link that names no lot: of the product as a whole nobody can say. */
  | 'lot-needed'
  /** Every true label of the product bears a serial number: whoever copies one knows a lot, and no number. */
  | 'serial-needed';

/** Of a recall, what the public may know: what the notice's first lines say, and no more. */
export interface PublicRecall {
  readonly number: string;
  readonly class: RecallClass;
  readonly instruction: Bilingual;
  /** RFC 3339. */
  readonly decidedAt: string;
  /** Only some serial numbers or sterilisation lots of the lot, and the link does not say of which the device is. */
  readonly partly: boolean;
}

export interface DeviceFacts {
  readonly verdict: DeviceVerdict;
  /** As on the label. */
  readonly gtin: string;
  readonly lot?: string;
  readonly serial?: string;
  /** More than 1 for a package. */
  readonly quantity: number;
  readonly name: Bilingual;
  readonly model: string;
  readonly specification: string;
  readonly registrationNumber?: string;
  readonly registrant: Bilingual;
  readonly manufacturedOn?: string;
  readonly expiresOn?: string;
  /** Dates that the label states otherwise. */
  readonly labelSays: Dates;
  readonly recalls: readonly PublicRecall[];
}

/** Why a label may be a false one, of which product; for its registrant. */
export interface Suspicion {
  readonly kind: DoubtKind;
  /** The product's own GTIN. */
  readonly gtin: string;
}

export type Looked =
  | { readonly known: true; readonly facts: DeviceFacts; readonly suspicion?: Suspicion }
  | {
      readonly known: false;
      readonly recalls: readonly PublicRecall[];
      /** Absent where nobody has registered the product: there is nobody to be told. */
      readonly suspicion?: Suspicion;
    };

/** What stands on the device at this moment; nothing of it is ever kept. */
interface Standing {
  readonly lot: Lot | undefined;
  readonly unit: Unit | undefined;
  readonly made: boolean;
  readonly restrictions: readonly Restriction[];
}

/** Units that were made once were made for ever: how many of them are remembered. */
const unitsRemembered = 20_000;

export class DeviceReader {
  readonly #db: mongo.Db;
  readonly #products: KnownProducts;
  readonly #made = new Set<string>();
  readonly #lots: ReadTogether<Lot>;
  readonly #units: ReadTogether<Unit>;
  readonly #onProducts: ReadTogether<readonly Restriction[]>;

  constructor(parts: { readonly db: mongo.Db; readonly connection: Connection }) {
    const { db } = parts;
    this.#db = db;
    this.#products = new KnownProducts(parts);
    this.#lots = new ReadTogether((ids) => readLots(db, ids));
    this.#units = new ReadTogether((ids) => readUnits(db, ids));
    this.#onProducts = new ReadTogether((gtins) => readProductRestrictions(db, gtins));
  }

  async look(link: LabelLink, now: Date): Promise<Looked> {
    const known = await this.#products.find(link.gtin);
    if (known === undefined) return { known: false, recalls: [] };
    const { product } = known;
    const stated = statedOf(link, known);
    const standing = await this.#standing(product.gtin, stated);
    const partly = stated.serial === undefined;
    const recalls = await this.#recallsOf(standing.restrictions, partly);
    const { lot, restrictions } = standing;
    if (stated.lot === undefined && stated.serial === undefined) {
      const verdict = restrictedBy(restrictions) ?? 'lot-needed';
      return { known: true, facts: factsOf(known, link, undefined, verdict, recalls) };
    }
    const [doubt] = doubtsOf(stated, { product, ...standing });
    const suspicion = doubt === undefined ? {} : { suspicion: { kind: doubt, gtin: product.gtin } };
    if (lot === undefined || (doubt !== undefined && doubt !== 'dates-differ')) {
      return { known: false, recalls, ...suspicion };
    }
    const lacksSerial = lacksSerialOf(link, product);
    const verdict =
      restrictedBy(restrictions) ?? verdictOf({ product, lot, doubt, lacksSerial }, dayInChina(now));
    return { known: true, facts: factsOf(known, link, lot, verdict, recalls), ...suspicion };
  }

  async #standing(gtin: string, { lot: named, serial }: Stated): Promise<Standing> {
    const [unit, lotNamed, onProduct, made] = await Promise.all([
      serial === undefined ? undefined : this.#units.get(unitId(gtin, 'maker', serial)),
      named === undefined ? undefined : this.#lots.get(lotId({ gtin, lot: named })),
      this.#onProducts.get(gtin),
      serial !== undefined && this.#wasMade(gtin, serial),
    ]);
    const lot =
      named === undefined && unit !== undefined
        ? await this.#lots.get(lotId({ gtin, lot: unit.lot }))
        : lotNamed;
    const restrictions = restrictionsOn(
      lot,
      { restrictions: onProduct ?? [] },
      {
        ...(serial === undefined ? {} : { serial }),
        ...(unit?.sterilisationLot === undefined ? {} : { sterilisationLot: unit.sterilisationLot }),
      },
    );
    return { lot, unit, made, restrictions };
  }

  async #wasMade(gtin: string, serial: string): Promise<boolean> {
    const id = unitId(gtin, 'maker', serial);
    if (this.#made.has(id)) return true;
    const made = await wasMade(this.#db, { gtin, issuer: 'maker', serial });
    if (made && this.#made.size >= unitsRemembered) this.#made.clear();
    if (made) this.#made.add(id);
    return made;
  }

  async #recallsOf(restrictions: readonly Restriction[], anyUnit: boolean): Promise<PublicRecall[]> {
    const recalls: PublicRecall[] = [];
    for (const { kind, reference, instruction, serials, sterilisationLots } of restrictions) {
      if (kind !== 'recall') continue;
      const recall = await readRecall(this.#db, reference);
      if (recall === undefined) continue;
      const { number, decidedAt } = recall;
      const partly = anyUnit && (serials !== undefined || sterilisationLots !== undefined);
      recalls.push({ number, class: recall.class, instruction, decidedAt, partly });
    }
    return recalls;
  }
}

interface Stated {
  readonly lot?: string;
  readonly serial?: string;
  readonly label: Dates;
}

/** A package's serial number is not a unit's, and one on a product that is tracked by lot says nothing. */
function statedOf({ gtin, lot, serial, label }: LabelLink, { product }: KnownProduct): Stated {
  const tracked = product.trackedBy === 'serial' && product.gtin === gtin;
  return {
    ...(lot === undefined ? {} : { lot }),
    ...(serial === undefined || !tracked ? {} : { serial }),
    label,
  };
}

/** What stands on a device is graver than anything else. */
function restrictedBy(restrictions: readonly Restriction[]): DeviceVerdict | undefined {
  if (restrictions.some(({ kind }) => kind === 'recall')) return 'recalled';
  return restrictions.length > 0 ? 'on-hold' : undefined;
}

/** The gravest comes first. */
function verdictOf(
  {
    product,
    lot,
    doubt,
    lacksSerial,
  }: {
    readonly product: KnownProduct['product'];
    readonly lot: Lot;
    readonly doubt: DoubtKind | undefined;
    readonly lacksSerial: boolean;
  },
  today: string,
): DeviceVerdict {
  if (doubt !== undefined) return 'label-differs';
  if (expiryState(lot, today).kind === 'expired') return 'expired';
  if (lot.standing !== 'released') return 'not-released';
  if (!wasRegistered(product, lot.manufacturedOn)) return 'not-registered';
  return lacksSerial ? 'serial-needed' : 'may-be-used';
}

/** A package has its own GTIN, and need not be told apart from others. */
function lacksSerialOf({ gtin, serial }: LabelLink, product: KnownProduct['product']): boolean {
  const borne = product.trackedBy === 'serial' && product.labelCarries.serial;
  return borne && product.gtin === gtin && serial === undefined;
}

function factsOf(
  { product, quantity, registrant }: KnownProduct,
  { gtin, serial, label }: LabelLink,
  lot: Lot | undefined,
  verdict: DeviceVerdict,
  recalls: readonly PublicRecall[],
): DeviceFacts {
  const { manufacturedOn, expiresOn } = lot ?? {};
  const registration = manufacturedOn === undefined ? undefined : registrationOn(product, manufacturedOn);
  return {
    verdict,
    gtin,
    ...(lot === undefined ? {} : { lot: lot.lot }),
    ...(serial === undefined ? {} : { serial }),
    quantity,
    name: product.names,
    model: product.model,
    specification: product.specification,
    ...(registration === undefined ? {} : { registrationNumber: registration.number }),
    registrant,
    ...(manufacturedOn === undefined ? {} : { manufacturedOn }),
    ...(expiresOn === undefined ? {} : { expiresOn }),
    labelSays: lot === undefined ? {} : differing(label, lot),
    recalls,
  };
}
