/** What the labels of sterile packs say, from what the packer states and the catalogue knows. Pure. */
import type { Organisation } from '../catalogue/organisation.ts';
import type { Product } from '../catalogue/product.ts';
import type { StatedOfPack } from '../ledger/event-details.ts';
import type { PackContent } from './content.ts';
import type { LabelledLot } from './job.ts';

/** Without lot and serial number, which are each label's own. */
export interface PackJobContent extends Omit<PackContent, 'lot' | 'serial'> {
  /** The units packed, by their lots. */
  readonly lots: readonly LabelledLot[];
}

/** A person as colleagues know them. */
export interface NamedPerson {
  readonly name: string;
  readonly staffNumber?: string;
}

export interface PackFacts {
  readonly product: Product;
  readonly hospital: Organisation;
  readonly stated: StatedOfPack;
  readonly people: ReadonlyMap<string, NamedPerson>;
  readonly lots: readonly LabelledLot[];
  readonly publicUrl: string;
}

/** @returns the content, but for lot and serial number of each label. */
export function packContent(facts: PackFacts): PackJobContent {
  const { product, hospital, stated, people, lots, publicUrl } = facts;
  const { packer, checker, ...rest } = stated;
  return {
    kind: 'pack',
    gtin: product.gtin,
    itemName: product.names,
    packer: nameOf(people, packer),
    ...(checker === undefined ? {} : { checker: nameOf(people, checker) }),
    ...rest,
    hospital: hospital.name,
    publicUrl,
    lots,
  };
}

/** Name or code, says WS 310.3; with both there is no doubt between two of one name. */
function nameOf(people: ReadonlyMap<string, NamedPerson>, id: string): string {
  const person = people.get(id);
  if (person === undefined) throw new Error('people were looked up before');
  const { name, staffNumber } = person;
  return staffNumber === undefined ? name : `${name}（${staffNumber}）`;
}
