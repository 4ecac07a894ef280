/** Products: one UDI-DI each. */
import type { Bilingual } from './bilingual.ts';
import { isValidOn, type Validity } from './day.ts';
import type { Restriction } from './restriction.ts';

export const riskClasses = ['I', 'II', 'III'] as const;
export type RiskClass = (typeof riskClasses)[number];

/** How it was sterilised, as the symbols of ISO 15223-1 5.2.1–5.2.5 tell it apart. */
export const sterilisationMethods = [
  /** 5.2.1: sterile, the method not stated */
  'not-stated',
  /** 5.2.2 */
  'aseptic',
  /** 5.2.3 */
  'ethylene-oxide',
  /** 5.2.4 */
  'irradiation',
  /** 5.2.5 */
  'steam-or-dry-heat',
  /** 5.2.10 in the 2021 edition */
  'vaporised-hydrogen-peroxide',
] as const;
export type SterilisationMethod = (typeof sterilisationMethods)[number];

/** A registration 注册证 or filing 备案 (a filing, class I, has no end). */
export interface Registration extends Validity {
  readonly number: string;
}

/** A packaging level above the product: a package with a GTIN of its own. */
export interface PackagingLevel {
  readonly gtin: string;
  /** GTIN of the product itself or of another of its levels. */
  readonly contains: string;
  /** How many of these; one is allowed (a single unit in a shelf box). */
  readonly quantity: number;
}

/** Another identifier of the same device, as recorded; not scanned into the ledger. */
export interface OtherIdentifier {
  readonly agency: 'hibcc' | 'nmpa-ma' | 'ahm';
  readonly id: string;
}

/** Production identifiers that the label carries. */
export interface LabelCarries {
  readonly lot: boolean;
  readonly serial: boolean;
  readonly manufactured: boolean;
  readonly expires: boolean;
}

export interface StorageConditions {
  readonly minimumCelsius?: number;
  readonly maximumCelsius?: number;
  readonly maximumHumidityPercent?: number;
  readonly note?: Bilingual;
}

export interface KitComponent {
  readonly gtin: string;
  readonly quantity: number;
}

/** What the maker states of a product. */
export interface ProductFacts {
  /** GTIN-14, the UDI-DI. */
  readonly gtin: string;
  /** As the label names it. */
  readonly names: Bilingual;
  /** 型号 */
  readonly model: string;
  /** 规格 */
  readonly specification: string;
  readonly catalogueNumber?: string;
  /** Name of the generation: PPS, PPS 2.0, PPS 3.0. */
  readonly generation?: string;
  /** `not-stated`: imported from a register that knows no Chinese class. */
  readonly riskClass: RiskClass | 'not-stated';
  /** Oldest first; empty where it was never registered in China. */
  readonly registrations: readonly Registration[];
  readonly use:
    | { readonly kind: 'single-use' }
    /** `limit`: how often it may be used; absent where the maker sets none. */
    | { readonly kind: 'reusable'; readonly limit?: number };
  readonly sterile:
    | { readonly kind: 'sterile'; readonly method: SterilisationMethod }
    | { readonly kind: 'non-sterile' };
  readonly shelfLifeMonths?: number;
  /** Reusable devices are always tracked by serial. */
  readonly trackedBy: 'lot' | 'serial';
  readonly implantable: boolean;
  /** How many units of use one labelled device holds; 1 for nearly all. */
  readonly unitsOfUse: number;
  /** 最小使用单元产品标识: names one unit of use where that carries no label; never scanned. */
  readonly useUnitDi?: string;
  readonly packaging: readonly PackagingLevel[];
  readonly labelCarries: LabelCarries;
  readonly otherIdentifiers: readonly OtherIdentifier[];
  /** GTIN of the older product of the same maker that this one takes the place of. */
  readonly supersedes?: string;
  /** 国家医保医用耗材代码, 27 characters. */
  readonly nhsaCode?: string;
  readonly isKit: boolean;
  /** May be empty for a kit whose components are not registered here. */
  readonly components: readonly KitComponent[];
  readonly storage?: StorageConditions;
  readonly intendedUse?: Bilingual;
  readonly productionAddress?: string;
  readonly productionLicence?: string;
  /** 受托生产企业: who makes it for the registrant; the label names it with its licence (Order 6 of 2014, Art. 13). */
  readonly contractManufacturer?: {
    readonly name: string;
    readonly address: string;
    readonly licence: string;
  };
  /** 警示 and 注意事项 that the label bears. */
  readonly warnings?: Bilingual;
  /** 代理人, for imports. */
  readonly agent?: { readonly name: string; readonly address: string; readonly contact: string };
}

export interface Product extends ProductFacts {
  /** Organisation id of the registrant. */
  readonly organisation: string;
  /** Those of open scope, which stand on the product as a whole; the ledger's projections, joined when it is read. */
  readonly restrictions: readonly Restriction[];
  /** Counts changes by the maker, from 1; each is kept in `productRevisions`. */
  readonly revision: number;
  /** RFC 3339. */
  readonly createdAt: string;
}

/**
 * @param day `YYYY-MM-DD`
 * @returns the registration that was valid on the day; the newest where several were
 */
export function registrationOn(
  product: Pick<Product, 'registrations'>,
  day: string,
): Registration | undefined {
  return product.registrations.findLast((registration) => isValidOn(registration, day));
}

/**
 * A device is usable as long as it was made while its registration was valid: what ends later does not reach back
 * (Order 739 Art. 55 forbids only what was not registered).
 * @param manufacturedOn `YYYY-MM-DD`; undefined (not known) is not registered: knowledge clears a device
 */
export function wasRegistered(
  product: Pick<Product, 'registrations'>,
  manufacturedOn: string | undefined,
): boolean {
  return manufacturedOn !== undefined && registrationOn(product, manufacturedOn) !== undefined;
}
