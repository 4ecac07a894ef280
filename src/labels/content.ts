/** What a label says, as plain data: a closed union of the kinds of label. Dates are ISO 8601, `2028-12-31`. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Product, StorageConditions } from '../catalogue/product.ts';

/** A company as the label names it: Order 6 of 2014, Art. 13 (3) to (6). */
interface Party {
  readonly name: string | Bilingual;
  readonly address?: string;
  /** Telephone, e-mail: how a user reaches it. */
  readonly contact?: string;
  /** Number of its production licence or filing. */
  readonly licence?: string;
}

/** What the maker states of the product: Order 6 of 2014, Art. 13. */
interface DeviceFacts {
  readonly productName: Bilingual;
  readonly model: string;
  readonly specification: string;
  readonly catalogueNumber?: string;
  /** 注册证编号 or 备案号; absent where the product was never registered in China. */
  readonly registrationNumber?: string;
  /** 注册人 or 备案人. */
  readonly registrant: Party;
  /** Where it is made, and by what licence. */
  readonly production?: { readonly address?: string; readonly licence?: string };
  /** 受托生产企业 */
  readonly contractManufacturer?: Party;
  /** 代理人, for imports. */
  readonly agent?: Party;
  readonly sterile: Product['sterile'];
  readonly singleUse: boolean;
  readonly storage?: StorageConditions;
  /** 警示, 注意事项 */
  readonly warnings?: Bilingual;
}

/** What the UDI of a device says. */
interface DeviceIdentity {
  /** GTIN-14. */
  readonly gtin: string;
  readonly lot: string;
  readonly serial?: string;
  readonly expiresOn?: string;
  readonly manufacturedOn?: string;
  /** Scheme and host (and path) that the QR code's Digital Link begins with. */
  readonly publicUrl: string;
}

export interface UnitContent extends DeviceFacts, DeviceIdentity {
  readonly kind: 'unit';
}

export interface KitContent extends DeviceFacts, DeviceIdentity {
  readonly kind: 'kit';
  readonly components: readonly {
    readonly name: Bilingual;
    readonly specification?: string;
    readonly lot?: string;
    readonly quantity: number;
  }[];
}

/** A package of one product with a GTIN of its own: `gtin` is the package's. */
export interface CaseContent extends DeviceFacts, DeviceIdentity {
  readonly kind: 'case';
  /** How many of the product the package holds. */
  readonly quantity: number;
}

/** A logistic unit: what one carrier moves from one sender to one receiver. */
export interface LogisticContent {
  readonly kind: 'logistic';
  /** 18 digits. */
  readonly sscc: string;
  readonly from: Party;
  readonly to: Party;
  /** Number of the papers that go with it, 随货同行单. */
  readonly shipment?: string;
  /** The how manieth of how many: 2 of 5. */
  readonly package?: { readonly number: number; readonly of: number };
  readonly storage?: StorageConditions;
  /**
   * What `contents` lists is spread over several units, and nobody has said which holds what: it is in print alone, as
   * the whole shipment's.
   */
  readonly ofWholeShipment?: true;
  /** Where they are too many to be listed. */
  readonly total?: { readonly lots: number; readonly quantity: number };
  /** Of one lot it goes into the symbol as (02), (37), (10), (17); of several they are in print alone. */
  readonly contents: readonly {
    readonly gtin: string;
    readonly name: Bilingual;
    readonly lot: string;
    readonly expiresOn?: string;
    readonly quantity: number;
  }[];
}

/** A sterile pack of the hospital's CSSD: WS 310.3 and WS 310.2 ask for these on each. */
export interface PackContent extends DeviceIdentity {
  readonly kind: 'pack';
  /** 物品名称 */
  readonly itemName: Bilingual;
  /** 检查包装者, name or code */
  readonly packer: string;
  /** 核对者, where a second person checked. */
  readonly checker?: string;
  /** 灭菌器编号 */
  readonly steriliser: string;
  /** 灭菌批次 (锅次) */
  readonly load: string;
  readonly sterilisedOn: string;
  /** 失效日期 of the sterility; `expiresOn` is the device's own. */
  readonly sterileUntil: string;
  readonly hospital: string | Bilingual;
}

/** Stickers that go from the pack into the medical record, onto the theatre's sheet and to the patient. */
export interface PatientRecordContent extends DeviceFacts, DeviceIdentity {
  readonly kind: 'patient-record';
}

/** 院内码: a hospital's own number of a piece. It is no UDI, and its symbol does not look like one. */
export interface ItemCodeContent {
  readonly kind: 'item-code';
  /** Id of the hospital's organisation, the issuer of the serial number. */
  readonly issuer: string;
  readonly serial: string;
  readonly hospital: string | Bilingual;
  readonly productName: Bilingual;
  readonly model: string;
  readonly specification: string;
  readonly lot: string;
  readonly expiresOn?: string;
}

/** A unit whose maker writes its UDI by the rules of ZIIOT. */
export interface MaUnitContent extends DeviceFacts {
  readonly kind: 'ma-unit';
  /** `MA.156.M0.100204.13351764`: the device identifier with its check character. */
  readonly deviceIdentifier: string;
  readonly lot: string;
  readonly serial?: string;
  readonly expiresOn?: string;
  readonly manufacturedOn?: string;
}

export type LabelContent =
  | UnitContent
  | KitContent
  | CaseContent
  | LogisticContent
  | PackContent
  | PatientRecordContent
  | ItemCodeContent
  | MaUnitContent;

export type ContentKind = LabelContent['kind'];
