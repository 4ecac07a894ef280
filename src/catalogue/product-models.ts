/** Mongoose models of products, their GTINs and their revisions; see models.ts for what they have in common. */
import { type Connection, type Model, Schema } from 'mongoose';
import { bilingual, modelOf, schemaOptions, text } from './models.ts';
import type { Product, ProductFacts } from './product.ts';

/** As stored; `_id` is the GTIN. Restrictions stand apart, see product-standings.ts. */
export type StoredProduct = { readonly _id: string } & Omit<Product, 'gtin' | 'restrictions'>;

/** Which product a scanned GTIN belongs to: the product's own and those of its packages, each once in the service. */
export interface StoredGtin {
  readonly _id: string;
  readonly product: string;
}

/** What the maker stated at one time. Only ever inserted. */
export interface StoredProductRevision {
  /** `{gtin}/{revision}` */
  readonly _id: string;
  readonly gtin: string;
  readonly revision: number;
  readonly facts: ProductFacts;
  /** Person id; absent for an import by command. */
  readonly person?: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly recordedAt: string;
}

const yes = { type: Boolean, required: true } as const;
const whole = { type: Number, required: true } as const;

const factFields = {
  names: bilingual,
  model: text,
  specification: text,
  catalogueNumber: String,
  generation: String,
  riskClass: text,
  registrations: [{ _id: false, number: text, validFrom: text, validTo: String }],
  use: { type: { _id: false, kind: text, limit: Number }, required: true },
  sterile: { type: { _id: false, kind: text, method: String }, required: true },
  shelfLifeMonths: Number,
  trackedBy: text,
  implantable: yes,
  unitsOfUse: whole,
  useUnitDi: String,
  packaging: [{ _id: false, gtin: text, contains: text, quantity: whole }],
  labelCarries: {
    type: { _id: false, lot: yes, serial: yes, manufactured: yes, expires: yes },
    required: true,
  },
  otherIdentifiers: [{ _id: false, agency: text, id: text }],
  supersedes: String,
  nhsaCode: String,
  isKit: yes,
  components: [{ _id: false, gtin: text, quantity: whole }],
  storage: {
    type: {
      _id: false,
      minimumCelsius: Number,
      maximumCelsius: Number,
      maximumHumidityPercent: Number,
      note: { type: { _id: false, zh: text, en: text } },
    },
  },
  intendedUse: { type: { _id: false, zh: text, en: text } },
  productionAddress: String,
  productionLicence: String,
  contractManufacturer: { type: { _id: false, name: text, address: text, licence: text } },
  warnings: { type: { _id: false, zh: text, en: text } },
  agent: { type: { _id: false, name: text, address: text, contact: text } },
} as const;

const productSchema = new Schema(
  { _id: text, organisation: text, ...factFields, revision: whole, createdAt: text },
  { ...schemaOptions, collection: 'products' },
);

const gtinSchema = new Schema({ _id: text, product: text }, { ...schemaOptions, collection: 'gtins' });

const revisionSchema = new Schema(
  {
    _id: text,
    gtin: text,
    revision: whole,
    facts: { type: { _id: false, gtin: text, ...factFields }, required: true },
    person: String,
    reason: text,
    recordedAt: text,
  },
  { ...schemaOptions, collection: 'productRevisions' },
);

/** @returns the model of products on this connection. */
export function productModel(connection: Connection): Model<StoredProduct> {
  return modelOf(connection, 'Product', productSchema);
}

/** @returns the model of the GTINs of products and packages on this connection. */
export function gtinModel(connection: Connection): Model<StoredGtin> {
  return modelOf(connection, 'Gtin', gtinSchema);
}

/** @returns the model of product revisions on this connection. */
export function productRevisionModel(connection: Connection): Model<StoredProductRevision> {
  return modelOf(connection, 'ProductRevision', revisionSchema);
}
