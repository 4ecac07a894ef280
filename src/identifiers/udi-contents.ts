import type { UdiElement } from './ai-elements.ts';
import type { IsoDate } from './calendar-date.ts';
import type { Finding } from './faults.ts';
import type { Gln } from './gln.ts';
import type { Gtin } from './gtin.ts';
import type { Sscc } from './sscc.ts';

/** What a UDI says, in the words of the product, whatever scheme it is written in. */
export interface UdiIdentifiers {
  /** The UDI-DI as databases list it: the GTIN-14; HIBC labeler, product and unit; MA up to the product code. */
  deviceIdentifier?: string;
  gtin?: Gtin;
  lot?: string;
  serial?: string;
  expiresOn?: IsoDate;
  manufacturedOn?: IsoDate;
  packagedOn?: IsoDate;
  bestBefore?: IsoDate;
  sterilisationLot?: string;
  /** How many pieces the package says that it holds. */
  quantity?: number;
  additionalIdentifier?: string;
  sscc?: Sscc;
  /** The GTIN of what a logistic unit contains. */
  contentGtin?: Gtin;
  gln?: Gln;
  /** HIBC: the labeler identification code, product or catalogue number and unit of measure. */
  labeler?: string;
  productCode?: string;
  unitOfMeasure?: number;
  /** HIBC, secondary data alone: the check character of the primary symbol that it belongs to. */
  linkCharacter?: string;
  /** HIBC: the hour of the expiry day, 0–23. */
  expiryHour?: number;
  /** MA: the country (ISO 3166-1 numeric), the sector and the registrant within it. */
  country?: string;
  sector?: string;
  registrant?: string;
}

export type UdiForm =
  | 'elementString'
  | 'bracketed'
  | 'digitalLink'
  | 'gtin'
  | 'hibc'
  | 'hibcDeviceIdentifier'
  | 'ma';

/** What was read from a scheme other than GS1. */
export type ReadScheme =
  | {
      readonly ok: true;
      readonly form: UdiForm;
      readonly elements: readonly UdiElement[];
      readonly identifiers: UdiIdentifiers;
    }
  | { readonly ok: false; readonly finding: Finding };
