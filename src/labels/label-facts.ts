/** What a label's fields say, by kind of content: words for people, in both languages where they differ. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import { unreachable } from '../errors.ts';
import type {
  ContentKind,
  ItemCodeContent,
  KitContent,
  LabelContent,
  LogisticContent,
  MaUnitContent,
  PackContent,
  UnitContent,
} from './content.ts';
import { type IsoSymbol, isoSymbols, sterilitySymbols } from './iso-symbols.ts';
import { singleUseWords, sterilityWords, storageWords, temperatureWords } from './wording.ts';

const deviceFields = [
  'productName',
  'model',
  'specification',
  'catalogueNumber',
  'registrationNumber',
  'filingNumber',
  'registrant',
  'filer',
  'registrantAddress',
  'registrantContact',
  'productionAddress',
  'productionLicence',
  'contractManufacturer',
  'contractManufacturerAddress',
  'contractManufacturerLicence',
  'agent',
  'agentAddress',
  'agentContact',
  'storage',
  'warnings',
  'sterile',
  'singleUse',
  'lot',
  'serial',
  'manufacturedOn',
  'expiresOn',
] as const;
type DeviceField = (typeof deviceFields)[number];

const logisticFields = [
  'sscc',
  'from',
  'fromAddress',
  'fromContact',
  'to',
  'toAddress',
  'toContact',
  'shipment',
  'package',
  'storage',
] as const;

const packFields = [
  'productName',
  'lot',
  'serial',
  'packer',
  'checker',
  'steriliser',
  'load',
  'sterilisedOn',
  'sterileUntil',
  'hospital',
] as const;

const itemFields = [
  'serial',
  'hospital',
  'productName',
  'model',
  'specification',
  'lot',
  'expiresOn',
] as const;

export type LabelField =
  | DeviceField
  | 'quantity'
  | (typeof logisticFields)[number]
  | (typeof packFields)[number]
  | (typeof itemFields)[number];

/** The fields that a template for a kind of content may name. */
export const fieldsOfKind: Readonly<Record<ContentKind, readonly LabelField[]>> = {
  unit: deviceFields,
  kit: deviceFields,
  case: [...deviceFields, 'quantity'],
  logistic: logisticFields,
  pack: packFields,
  'patient-record': deviceFields,
  'item-code': itemFields,
  'ma-unit': deviceFields,
};

/** A symbol that stands for a fact, with what is written beside it. */
interface Mark {
  readonly symbol: IsoSymbol;
  readonly text?: string;
}

/** A field's text; undefined where the content says nothing of it. */
type Texts = Readonly<Partial<Record<LabelField, string | Bilingual | undefined>>>;

export interface LabelFacts {
  readonly texts: Texts;
  /** Symbols of ISO 15223-1 that the product's facts ask for, in the order of its clauses. */
  readonly marks: readonly Mark[];
  /** What is inside, a line each. */
  readonly contents: readonly Bilingual[];
}

/** @returns what a label of this content may say; a template picks from it. */
export function factsOf(content: LabelContent): LabelFacts {
  switch (content.kind) {
    case 'unit':
    case 'patient-record':
    case 'ma-unit':
      return { texts: deviceTexts(content), marks: marksOf(content), contents: [] };
    case 'kit':
      return { texts: deviceTexts(content), marks: marksOf(content), contents: componentLines(content) };
    case 'case':
      return {
        texts: { ...deviceTexts(content), quantity: counted(content.quantity) },
        marks: marksOf(content),
        contents: [],
      };
    case 'logistic':
      return { texts: logisticTexts(content), marks: storageMarks(content), contents: parcelLines(content) };
    case 'pack':
      return { texts: packTexts(content), marks: [], contents: [] };
    case 'item-code':
      return { texts: itemTexts(content), marks: [], contents: [] };
    default:
      return unreachable(content);
  }
}

type Device = Omit<UnitContent, 'kind' | 'gtin' | 'publicUrl'> | MaUnitContent;

function deviceTexts(content: Device): Texts {
  const { registrationNumber: number, registrant, production, contractManufacturer: other, agent } = content;
  // A filing of class I is numbered 国械备 or 苏苏械备; its holder is a filer (Order 739 Art. 15).
  const filed = number?.includes('备') === true;
  const { productName, model, specification, catalogueNumber, lot, serial } = content;
  return {
    ...{ productName, model, specification, catalogueNumber, lot, serial },
    manufacturedOn: content.manufacturedOn,
    expiresOn: content.expiresOn,
    [filed ? 'filingNumber' : 'registrationNumber']: number,
    [filed ? 'filer' : 'registrant']: registrant.name,
    registrantAddress: registrant.address,
    registrantContact: registrant.contact,
    productionAddress: production?.address,
    productionLicence: production?.licence,
    contractManufacturer: other?.name,
    contractManufacturerAddress: other?.address,
    contractManufacturerLicence: other?.licence,
    agent: agent?.name,
    agentAddress: agent?.address,
    agentContact: agent?.contact,
    storage: content.storage === undefined ? undefined : storageWords(content.storage),
    warnings: content.warnings,
    sterile: sterilityWords(content.sterile),
    singleUse: content.singleUse ? singleUseWords : undefined,
  };
}

/** A sterile single-use device must be neither opened, sterilised again, nor used twice: 5.2.6, 5.2.8, 5.4.2. */
function marksOf({ sterile, singleUse, warnings, ...content }: Device): Mark[] {
  const isSterile = sterile.kind === 'sterile';
  const marks: (Mark | false)[] = [
    { symbol: isSterile ? sterilitySymbols[sterile.method] : isoSymbols.nonSterile },
    isSterile && singleUse && { symbol: isoSymbols.doNotResterilise },
    isSterile && { symbol: isoSymbols.packageDamaged },
    ...storageMarks(content),
    singleUse && { symbol: isoSymbols.doNotReuse },
    { symbol: isoSymbols.consultInstructions },
    warnings !== undefined && { symbol: isoSymbols.caution },
  ];
  return marks.filter((mark) => mark !== false);
}

function storageMarks({ storage }: Pick<UnitContent, 'storage'>): Mark[] {
  const temperature = storage === undefined ? undefined : temperatureWords(storage);
  return [
    ...(storage?.maximumHumidityPercent === undefined ? [] : [{ symbol: isoSymbols.keepDry }]),
    ...(temperature === undefined ? [] : [{ symbol: isoSymbols.temperatureLimits, text: temperature }]),
  ];
}

function componentLines({ components }: KitContent): Bilingual[] {
  return components.map(({ name, specification, lot, quantity }, index) => {
    const line = (own: string, lotWord: string): string =>
      [
        `${index + 1}. ${own}`,
        ...(specification === undefined ? [] : [specification]),
        ...(lot === undefined ? [] : [`${lotWord} ${lot}`]),
        `×${quantity}`,
      ].join('  ');
    return { zh: line(name.zh, '批号'), en: line(name.en, 'Lot') };
  });
}

function logisticTexts({ sscc, from, to, shipment, package: place, storage }: LogisticContent): Texts {
  return {
    sscc: `${sscc.slice(0, 1)} ${sscc.slice(1, 8)} ${sscc.slice(8, 17)} ${sscc.slice(17)}`,
    from: from.name,
    fromAddress: from.address,
    fromContact: from.contact,
    to: to.name,
    toAddress: to.address,
    toContact: to.contact,
    shipment,
    package: place === undefined ? undefined : `${place.number} / ${place.of}`,
    storage: storage === undefined ? undefined : storageWords(storage),
  };
}

function parcelLines({ contents, total, ofWholeShipment }: LogisticContent): Bilingual[] {
  const [zhOf, enOf] = ofWholeShipment === true ? ['整单 ', 'whole shipment '] : ['', ''];
  const lines = contents.map(({ gtin, name, lot, expiresOn, quantity }) => ({
    zh: `${name.zh}  ${gtin}  批号 ${lot}${expiresOn === undefined ? '' : `  失效日期 ${expiresOn}`}  ${zhOf}×${quantity}`,
    en: `${name.en}  ${gtin}  Lot ${lot}${expiresOn === undefined ? '' : `  Use by ${expiresOn}`}  ${enOf}×${quantity}`,
  }));
  if (total === undefined) return lines;
  const { lots, quantity } = total;
  return [
    ...lines,
    {
      zh: `${zhOf}${lots} 个批号  ×${quantity}  明细见随货同行单`,
      en: `${enOf}${lots} ${lots === 1 ? 'lot' : 'lots'}  ×${quantity}  see the delivery note`,
    },
  ];
}

function packTexts(content: PackContent): Texts {
  const { itemName, lot, serial, packer, checker, steriliser, load, sterilisedOn, sterileUntil } = content;
  return {
    ...{ productName: itemName, lot, serial, packer, checker, steriliser, load },
    ...{ sterilisedOn, sterileUntil, hospital: content.hospital },
  };
}

function itemTexts({ kind: _, issuer: __, ...texts }: ItemCodeContent): Texts {
  return texts;
}

function counted(quantity: number): Bilingual {
  return { zh: `${quantity} 件`, en: quantity === 1 ? '1 piece' : `${quantity} pieces` };
}
