/** What the labels of a lot say, from what the maker has stated of the product and recorded of the lot. Pure. */
import { licencesOn, type Organisation } from '../catalogue/organisation.ts';
import { type Product, registrationOn } from '../catalogue/product.ts';
import { Failure } from '../errors.ts';
import type { ContentKind, LabelContent } from './content.ts';
import type { LabelDates } from './label-dates.ts';
import type { PackJobContent } from './pack-content.ts';
import type { ShipmentContent } from './shipment-content.ts';

/** Kinds of label that are printed for a lot; the others are of shipments, of sterile packs, of a hospital's own pieces. */
export type LotContent = Extract<
  LabelContent,
  { kind: 'unit' | 'patient-record' | 'case' | 'kit' | 'ma-unit' }
>;
/** Without the number, which is each label's own. */
export type JobContent = LotContent | ShipmentContent | PackJobContent;

export interface ContentFacts {
  readonly product: Product;
  /** GTIN of the product or of one of its packages, and how many of the product that holds. */
  readonly gtin: string;
  readonly quantity: number;
  readonly maker: Organisation;
  /** Products that a kit consists of, by GTIN. */
  readonly components: ReadonlyMap<string, Product>;
  readonly lot: string;
  readonly dates: LabelDates;
  readonly publicUrl: string;
}

/**
 * @returns the content for a template of this kind, but for the serial number
 * @throws Failure `label/wrong-content` where the kind is of no label for this GTIN
 */
export function contentOf(kind: ContentKind, facts: ContentFacts): LotContent {
  const { product, gtin, quantity, lot, dates, publicUrl } = facts;
  const packaged = gtin !== product.gtin;
  const device = { ...deviceFacts(facts), lot, ...dates };
  switch (kind) {
    case 'unit':
    case 'patient-record':
      if (!packaged) return { kind, ...device, gtin, publicUrl };
      break;
    case 'case':
      if (packaged) return { kind, ...device, gtin, publicUrl, quantity };
      break;
    case 'kit':
      if (product.isKit && !packaged) {
        return { kind, ...device, gtin, publicUrl, components: componentsOf(facts) };
      }
      break;
    case 'ma-unit': {
      const code = product.otherIdentifiers.find(({ agency }) => agency === 'nmpa-ma');
      if (code !== undefined && !packaged) return { kind, ...device, deviceIdentifier: code.id };
      break;
    }
    default:
  }
  throw new Failure('label/wrong-content', { gtin, kind });
}

/** The registration under which the lot was made stays on the label when a newer one follows. */
function deviceFacts({ product, maker, dates }: ContentFacts) {
  const { names, model, specification, catalogueNumber, contractManufacturer, agent, storage, warnings } =
    product;
  const registration = registrationOn(product, dates.manufacturedOn)?.number;
  const licence = product.productionLicence ?? licenceOf(maker, dates.manufacturedOn);
  const { productionAddress } = product;
  const production = {
    ...(productionAddress === undefined ? {} : { address: productionAddress }),
    ...(licence === undefined ? {} : { licence }),
  };
  return {
    productName: names,
    model,
    specification,
    ...(catalogueNumber === undefined ? {} : { catalogueNumber }),
    ...(registration === undefined ? {} : { registrationNumber: registration }),
    registrant: partyOf(maker),
    ...(Object.keys(production).length === 0 ? {} : { production }),
    ...(contractManufacturer === undefined ? {} : { contractManufacturer }),
    ...(agent === undefined ? {} : { agent }),
    sterile: product.sterile,
    singleUse: product.use.kind === 'single-use',
    ...(storage === undefined ? {} : { storage }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

function licenceOf(maker: Organisation, day: string): string | undefined {
  return licencesOn(maker, ['production-licence', 'production-filing'], day).at(-1)?.number;
}

/** @returns an organisation as a label names it, of whom it is itself to know the address. */
export function partyOf({ name, address, contact }: Organisation) {
  return {
    name,
    ...(address === undefined ? {} : { address }),
    ...(contact === undefined ? {} : { contact: contact.telephone }),
  };
}

function componentsOf({ product, components }: ContentFacts) {
  return product.components.map(({ gtin, quantity }) => {
    const part = components.get(gtin);
    return {
      name: part?.names ?? { zh: gtin, en: gtin },
      ...(part === undefined ? {} : { specification: part.specification }),
      quantity,
    };
  });
}
