/** What the elements of a template print for one content: texts, marks and spaces, not yet broken or placed. */
import { printable, withoutGlyph } from '../documents/printable.ts';
import { Recurring } from '../documents/recurring.ts';
import { Failure, unreachable } from '../errors.ts';
import type { LabelContent } from './content.ts';
import type { LabelIdentifiers } from './identifiers.ts';
import { type IsoSymbol, isoSymbols } from './iso-symbols.ts';
import type { LabelFacts, LabelField } from './label-facts.ts';
import { pointsPerMm } from './rectangle.ts';
import type { LabelElement, LabelTemplate } from './template.ts';
import { inLanguages, type LabelLanguage } from './wording.ts';

/** A text, or a symbol, or a symbol in front of a text. */
export interface Part {
  readonly mark?: IsoSymbol;
  readonly text: string;
}

/** One element's parts: they share a line where they fit, and break inside only when alone too wide. */
export interface TextItem {
  readonly kind: 'text';
  /** For a refusal: which element it was. */
  readonly name: string;
  readonly parts: readonly Part[];
  /** Stands between parts on one line. */
  readonly between: string;
  /** Parts of a UDI are never broken. */
  readonly partsStayWhole: boolean;
  /** Every part begins a line. */
  readonly partsStandAlone: boolean;
  /** Height of a mark in units of the size. */
  readonly markScale: number;
  readonly size: { readonly minimum: number; readonly maximum: number };
  readonly weight: 'regular' | 'bold';
}

export interface SpaceItem {
  readonly kind: 'space';
  readonly maximum: number;
}

export interface RuleItem {
  readonly kind: 'rule';
  readonly thickness: number;
}

export type Item = TextItem | SpaceItem | RuleItem;

/** A mark in front of a text is a little higher than its letters. */
const markBesideText = 1.45;
/** What is written beside a mark that stands for a fact, in units of the mark's height. */
const textBesideMark = 0.72;

/** Symbols in front of fields: ISO 15223-1 5.1. */
const markOfField: Readonly<Partial<Record<LabelField, IsoSymbol>>> = {
  registrant: isoSymbols.manufacturer,
  filer: isoSymbols.manufacturer,
  manufacturedOn: isoSymbols.dateOfManufacture,
  expiresOn: isoSymbols.useBy,
  lot: isoSymbols.lot,
  serial: isoSymbols.serial,
  catalogueNumber: isoSymbols.catalogueNumber,
};

/** In which languages the texts of a label stand. */
export interface Wording {
  readonly languages: readonly LabelLanguage[];
  /** What has room for one language alone. */
  readonly single: readonly LabelLanguage[];
  /** Fields that the template has once in the first language and once in the second. */
  readonly paired: ReadonlySet<LabelField>;
}

/**
 * On a device under a Chinese registration the Chinese words are those that count, and others stand beside them (Order 6
 * of 2014, Art. 4): whichever language comes first, what has room for one is in Chinese.
 */
export function wordingOf(
  { panels }: LabelTemplate,
  content: LabelContent,
  languages: readonly LabelLanguage[],
): Wording {
  const statutory = 'registrationNumber' in content && content.registrationNumber !== undefined;
  const elements = panels.flatMap((panel) => (panel.kind === 'text' ? panel.elements : []));
  const fields = elements.flatMap((element) => (element.kind === 'fields' ? element.fields : []));
  return {
    languages,
    single: statutory && languages.includes('zh') ? ['zh'] : languages.slice(0, 1),
    paired: new Set(fields.flatMap(({ field, language }) => (language === 'second' ? [field] : []))),
  };
}

/** @returns what an element prints for this content: nothing, or an item. */
export function itemOf(
  element: LabelElement,
  facts: LabelFacts,
  identifiers: LabelIdentifiers,
  wording: Wording,
): Item[] {
  const { languages, single } = wording;
  switch (element.kind) {
    case 'symbol':
      return [];
    case 'space':
      return [{ kind: 'space', maximum: (element.maximumMm ?? Number.POSITIVE_INFINITY) * pointsPerMm }];
    case 'rule':
      return [{ kind: 'rule', thickness: element.thicknessMm * pointsPerMm }];
    case 'words':
      return [
        textItem(
          'words',
          [{ text: inLanguages(element.words, element.language === 'first' ? single : languages) }],
          element,
        ),
      ];
    case 'humanReadable': {
      const carried = identifiers[element.source]?.humanReadable ?? [];
      const parts = carried.map((text, index) =>
        element.mark && index === 0 ? { mark: isoSymbols.udi, text } : { text },
      );
      const item = textItem('humanReadable', parts, { size: element.size, weight: 'regular' });
      // The parts of an MA code are one text: a blank between them would be read as part of it.
      return [{ ...item, between: element.source === 'plain' ? '' : ' ', partsStayWhole: true }];
    }
    case 'marks': {
      if (facts.marks.length === 0) return [];
      const parts = facts.marks.map(({ symbol, text = '' }) => ({ mark: symbol, text }));
      const { minimum, maximum } = element.size;
      const size = { minimum: minimum * textBesideMark, maximum: maximum * textBesideMark };
      const item = textItem('marks', parts, { size, weight: 'regular' });
      return [{ ...item, between: '  ', markScale: 1 / textBesideMark }];
    }
    case 'contents': {
      if (facts.contents.length === 0) return [];
      const parts = facts.contents.map((line) => ({ text: inLanguages(line, single) }));
      return [{ ...textItem('contents', parts, element), partsStandAlone: true }];
    }
    case 'fields':
      return fieldsItem(element, facts, wording);
    default:
      return unreachable(element);
  }
}

function fieldsItem(
  element: Extract<LabelElement, { kind: 'fields' }>,
  facts: LabelFacts,
  wording: Wording,
): Item[] {
  const captionsIn = element.captions === 'first' ? wording.single : wording.languages;
  const filled = element.fields.flatMap(({ field, caption, mark, language }) => {
    const value = facts.texts[field];
    const wanted = languagesOf(field, language, wording);
    if (value === undefined || value === '' || wanted.length === 0) return [];
    const text = inLanguages(value, wanted);
    const symbol = mark === true ? markOfField[field] : undefined;
    return [
      {
        field,
        part: {
          ...(symbol === undefined ? {} : { mark: symbol }),
          text: caption === undefined ? text : captioned(inLanguages(caption, captionsIn), text, captionsIn),
        },
      },
    ];
  });
  if (filled.length === 0) return [];
  const name = filled.map(({ field }) => field).join('+');
  return [
    textItem(
      name,
      filled.map(({ part }) => part),
      element,
    ),
  ];
}

function languagesOf(
  field: LabelField,
  which: 'first' | 'second' | undefined,
  { languages, single, paired }: Wording,
): readonly LabelLanguage[] {
  if (which === undefined) return languages;
  if (which === 'second') return languages.slice(1, 2);
  return paired.has(field) ? languages.slice(0, 1) : single;
}

/** Chinese alone has the colon of its own script; beside English the narrow one serves both. */
function captioned(caption: string, text: string, languages: readonly LabelLanguage[]): string {
  return languages.includes('en') ? `${caption}: ${text}` : `${caption}：${text}`;
}

function textItem(
  name: string,
  parts: readonly Part[],
  { size, weight }: Pick<TextItem, 'size' | 'weight'>,
): TextItem {
  return {
    kind: 'text',
    name,
    parts: parts.map((part) => ({ ...part, text: onOneLine(name, part.text) })),
    between: '   ',
    partsStayWhole: false,
    partsStandAlone: false,
    markScale: markBesideText,
    size,
    weight,
  };
}

/** On a roll all texts but the serial number come again with every label. */
const remembered = new Recurring<string>(2_000);

/**
 * @returns the text as it prints, blanks of any kind as one space
 * @throws Failure `label/no-glyph` for what the typeface cannot draw: a document may write `[U+20BB7]` for a rare name,
 *   but the name of a device is the law's, and nobody at a bedside reads it so
 */
function onOneLine(element: string, text: string): string {
  let line = remembered.get(text);
  if (line === undefined) {
    const missing = withoutGlyph(text);
    if (missing.length > 0) {
      throw new Failure('label/no-glyph', { element, characters: missing.slice(0, 20).map(numbered) });
    }
    line = printable(text).replace(/\s+/g, ' ');
    remembered.set(text, line);
  }
  return line;
}

/** As it was sent, and by its number, for those who cannot see it either. */
function numbered(character: string): string {
  return `${character} U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
