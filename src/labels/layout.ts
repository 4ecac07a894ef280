/** Where everything on a label goes: pure, from template, content and a ruler for text. */
import { breakLines } from '../documents/line-breaking.ts';
import type { ModuleMatrix } from '../documents/module-matrix.ts';
import { printable } from '../documents/printable.ts';
import { Failure, unreachable } from '../errors.ts';
import { type LabelContent, type LabelIdentifiers, labelIdentifiers } from './content.ts';
import { dataMatrix, qrCode, quietZoneModules, type SymbolKind, xDimensionMm } from './symbol.ts';
import type { LabelElement, LabelTemplate } from './template.ts';
import { fieldText, inLanguages, type LabelLanguage } from './wording.ts';

/** @returns the width in points of a line at a size in points. */
export type TextRuler = (
  text: string,
  style: { readonly size: number; readonly weight: 'regular' | 'bold' },
) => number;

export interface LayoutOptions {
  /** Of the printer; modules and their origin come to whole dots of it. */
  readonly dotsPerInch: number;
  readonly languages: readonly LabelLanguage[];
}

/** Lengths in millimetres from the upper left corner. */
export interface PlacedSymbol {
  readonly kind: SymbolKind;
  /** What a scanner reads: an element string with U+001D, or a URI. */
  readonly text: string;
  readonly matrix: ModuleMatrix;
  /** Upper left corner of the first module; the quiet zone lies around it. */
  readonly x: number;
  readonly y: number;
  readonly moduleMm: number;
}

/** Lengths in points from the upper left corner. */
export interface PlacedLine {
  readonly text: string;
  readonly x: number;
  readonly baseline: number;
  readonly size: number;
  readonly weight: 'regular' | 'bold';
}

export interface LabelLayout {
  readonly symbols: readonly PlacedSymbol[];
  readonly lines: readonly PlacedLine[];
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One element's text in parts: they share a line where they fit, and break inside only when alone too wide. */
interface TextItem {
  readonly kind: 'text';
  readonly name: string;
  readonly parts: readonly string[];
  readonly between: string;
  /** Parts of a UDI are never broken. */
  readonly partsStayWhole: boolean;
  readonly size: { readonly minimum: number; readonly maximum: number };
  readonly weight: 'regular' | 'bold';
}

interface SpaceItem {
  readonly kind: 'space';
  readonly maximum: number;
}

type Item = TextItem | SpaceItem;

const pointsPerMm = 72 / 25.4;
/** Distance of baselines in units of the size: as tight as Han characters stand without touching. */
const lineSpacing = 1.22;
/** Sizes tried between largest and smallest. */
const shrinkingSteps = 12;

/**
 * @throws Failure `label/does-not-fit` where the content finds no room at the template's smallest sizes: info
 *   `{template, doesNotFit, longest?, roomMm, neededMm}` names the elements left over; nothing is ever cut.
 * @throws Failure `request/invalid` for identifiers that no symbol may carry.
 */
export function layoutLabel(
  template: LabelTemplate,
  content: LabelContent,
  ruler: TextRuler,
  options: LayoutOptions,
): LabelLayout {
  const identifiers = labelIdentifiers(content);
  const symbols = placeSymbols(template, identifiers, options.dotsPerInch);
  const room = textRoom(template, symbols);
  const items = template.elements.flatMap((element) =>
    textItem(element, content, identifiers, options.languages),
  );
  const lines = placeText(template, items, room, ruler);
  assertQuietZones(symbols, lines, ruler);
  return { symbols, lines };
}

function placeSymbols(
  template: LabelTemplate,
  identifiers: LabelIdentifiers,
  dotsPerInch: number,
): PlacedSymbol[] {
  const { sizeMm, marginMm, symbolsAt, elements } = template;
  const dotMm = 25.4 / dotsPerInch;
  const placed = elements.flatMap((element): PlacedSymbol[] => {
    if (element.kind !== 'symbol') return [];
    const kind = element.symbol;
    const text = kind === 'gs1DataMatrix' ? identifiers.elementString : identifiers.digitalLink;
    const matrix = kind === 'gs1DataMatrix' ? dataMatrix(text) : qrCode(text, element.errorCorrection);
    const moduleMm = wholeDots(element.xDimensionMm, dotMm);
    const side = (matrix.size + 2 * quietZoneModules[kind]) * moduleMm;
    const left = symbolsAt === 'left' ? marginMm : sizeMm.width - marginMm - side;
    const upper = element.place === 'top' ? marginMm : sizeMm.height - marginMm - side;
    const quiet = quietZoneModules[kind] * moduleMm;
    // Towards the label's middle the first module may move by less than a dot to stand on the dot grid.
    const onGrid = (edge: number, inwards: -1 | 1): number =>
      (inwards === 1 ? Math.ceil(edge / dotMm - 1e-6) : Math.floor(edge / dotMm + 1e-6)) * dotMm;
    const x = onGrid(left + quiet, symbolsAt === 'left' ? 1 : -1);
    const y = onGrid(upper + quiet, element.place === 'top' ? 1 : -1);
    return [{ kind, text, matrix, x, y, moduleMm }];
  });
  refuseCrowdedSymbols(template, placed);
  return placed;
}

/** The X-dimension nearest to the template's that the printer's dots can make. */
function wholeDots(wantedMm: number, dotMm: number): number {
  const moduleMm = Math.round(wantedMm / dotMm) * dotMm;
  if (moduleMm < xDimensionMm.minimum || moduleMm > xDimensionMm.maximum) {
    throw new Failure('label/does-not-fit', { doesNotFit: ['xDimension'], dotMm, wantedMm });
  }
  return moduleMm;
}

function refuseCrowdedSymbols(
  { name, sizeMm, marginMm }: LabelTemplate,
  symbols: readonly PlacedSymbol[],
): void {
  const outer = symbols.map(withQuietZone);
  const inside = ({ x, y, width, height }: Rectangle): boolean =>
    x >= marginMm - 0.13 &&
    y >= marginMm - 0.13 &&
    x + width <= sizeMm.width - marginMm + 0.13 &&
    y + height <= sizeMm.height - marginMm + 0.13;
  const crowded = symbols.filter((_, index) => {
    const own = outer[index];
    return own && (!inside(own) || outer.some((other) => other !== own && overlap(own, other)));
  });
  if (crowded.length === 0) return;
  throw new Failure('label/does-not-fit', {
    template: name,
    doesNotFit: crowded.map(({ kind }) => kind),
    roomMm: sizeMm.height - 2 * marginMm,
    neededMm: rounded(outer.reduce((sum, { height }) => sum + height, 0)),
  });
}

function withQuietZone({ kind, matrix, x, y, moduleMm }: PlacedSymbol): Rectangle {
  const quiet = quietZoneModules[kind] * moduleMm;
  const side = matrix.size * moduleMm + 2 * quiet;
  return { x: x - quiet, y: y - quiet, width: side, height: side };
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  const slack = 1e-6;
  return (
    a.x + slack < b.x + b.width &&
    b.x + slack < a.x + a.width &&
    a.y + slack < b.y + b.height &&
    b.y + slack < a.y + a.height
  );
}

/** The rectangle beside the column of symbols, in points. */
function textRoom(template: LabelTemplate, symbols: readonly PlacedSymbol[]): Rectangle {
  const { sizeMm, marginMm, gapMm, symbolsAt } = template;
  const column = symbols.map(withQuietZone);
  const left =
    symbolsAt === 'right' ? marginMm : Math.max(...column.map(({ x, width }) => x + width)) + gapMm;
  const right =
    symbolsAt === 'right' ? Math.min(...column.map(({ x }) => x)) - gapMm : sizeMm.width - marginMm;
  return {
    x: left * pointsPerMm,
    y: marginMm * pointsPerMm,
    width: Math.max(0, right - left) * pointsPerMm,
    height: (sizeMm.height - 2 * marginMm) * pointsPerMm,
  };
}

function textItem(
  element: LabelElement,
  content: LabelContent,
  identifiers: LabelIdentifiers,
  languages: readonly LabelLanguage[],
): Item[] {
  switch (element.kind) {
    case 'symbol':
      return [];
    case 'space':
      return [{ kind: 'space', maximum: (element.maximumMm ?? Number.POSITIVE_INFINITY) * pointsPerMm }];
    case 'words':
      return [textOf('words', [inLanguages(element.words, languages)], element)];
    case 'humanReadable': {
      const item = textOf('humanReadable', identifiers.humanReadable, { ...element, weight: 'regular' });
      return [{ ...item, between: ' ', partsStayWhole: true }];
    }
    case 'fields': {
      const filled = element.fields.flatMap(({ field, caption }) => {
        const value = fieldText(field, content, languages);
        if (value === undefined) return [];
        return [{ field, text: caption ? `${inLanguages(caption, languages)}: ${value}` : value }];
      });
      if (filled.length === 0) return [];
      const name = filled.map(({ field }) => field).join('+');
      return [
        textOf(
          name,
          filled.map(({ text }) => text),
          element,
        ),
      ];
    }
    default:
      return unreachable(element);
  }
}

function textOf(
  name: string,
  parts: readonly string[],
  { size, weight }: Pick<TextItem, 'size' | 'weight'>,
): TextItem {
  const clean = parts.map((part) => printable(part).replace(/\s+/g, ' '));
  return { kind: 'text', name, parts: clean, between: '   ', partsStayWhole: false, size, weight };
}

interface BrokenItem {
  readonly item: TextItem;
  readonly size: number;
  readonly lines: readonly string[];
  readonly height: number;
  /** A part that must stay whole, or a character, is wider than the room. */
  readonly tooWide: boolean;
}

/** Tries sizes from the largest down until everything fits; left-over height goes to the spaces. */
function placeText(
  template: LabelTemplate,
  items: readonly Item[],
  room: Rectangle,
  ruler: TextRuler,
): PlacedLine[] {
  const texts = items.filter((item) => item.kind === 'text');
  for (let step = shrinkingSteps; step >= 0; step -= 1) {
    const broken = texts.map((item) => breakItem(item, step / shrinkingSteps, room.width, ruler));
    const height = broken.reduce((sum, item) => sum + item.height, 0);
    if (height <= room.height && !broken.some(({ tooWide }) => tooWide)) {
      const tidy = broken.map((item) => withoutLastFewCharacters(item, room.width, ruler));
      return stack(items, tidy, room);
    }
    if (step === 0) refuseText(template, broken, room);
  }
  return [];
}

function breakItem(item: TextItem, share: number, width: number, ruler: TextRuler): BrokenItem {
  const { minimum, maximum } = item.size;
  return breakAt(item, minimum + (maximum - minimum) * share, width, ruler);
}

function breakAt(item: TextItem, size: number, width: number, ruler: TextRuler): BrokenItem {
  const measure = (text: string): number => ruler(text, { size, weight: item.weight });
  const lines: string[] = [];
  for (const part of item.parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : last + item.between + part;
    if (last !== undefined && measure(joined) <= width) lines[lines.length - 1] = joined;
    else if (item.partsStayWhole) lines.push(part);
    else lines.push(...breakLines(part, width, measure));
  }
  const tooWide = lines.some((line) => measure(line) > width);
  return { item, size, lines, height: lines.length * size * lineSpacing, tooWide };
}

/** A little smaller, if that spares a line: a company's name does not end with one character on its own line. */
function withoutLastFewCharacters(broken: BrokenItem, width: number, ruler: TextRuler): BrokenItem {
  const least = Math.max(broken.item.size.minimum, broken.size * 0.85);
  for (let size = broken.size - 0.25; size >= least; size -= 0.25) {
    const smaller = breakAt(broken.item, size, width, ruler);
    if (smaller.lines.length < broken.lines.length) return smaller;
  }
  return broken;
}

function stack(items: readonly Item[], broken: readonly BrokenItem[], room: Rectangle): PlacedLine[] {
  const gaps = shareOut(
    items.flatMap((item) => (item.kind === 'space' ? [item.maximum] : [])),
    room.height - broken.reduce((sum, { height }) => sum + height, 0),
  );
  const waiting = [...broken];
  const placed: PlacedLine[] = [];
  let y = room.y;
  for (const item of items) {
    if (item.kind === 'space') {
      y += gaps.shift() ?? 0;
      continue;
    }
    const { size, lines } = waiting.shift() ?? { size: 0, lines: [] };
    const height = size * lineSpacing;
    for (const text of lines) {
      placed.push({ text, x: room.x, baseline: y + height / 2 + size * 0.36, size, weight: item.weight });
      y += height;
    }
  }
  return placed;
}

/** Shares of what is left: equal, none above its maximum, the rest to those that can take it. */
function shareOut(maxima: readonly number[], left: number): number[] {
  const shares = maxima.map(() => 0);
  const smallestFirst = maxima
    .map((maximum, index) => ({ maximum, index }))
    .toSorted((a, b) => a.maximum - b.maximum);
  let rest = left;
  for (const [taken, { maximum, index }] of smallestFirst.entries()) {
    const share = Math.min(maximum, rest / (maxima.length - taken));
    shares[index] = share;
    rest -= share;
  }
  return shares;
}

function refuseText({ name }: LabelTemplate, broken: readonly BrokenItem[], room: Rectangle): never {
  let y = 0;
  const over = broken.filter(({ height, tooWide }) => {
    y += height;
    return tooWide || y > room.height;
  });
  const longest = broken.toSorted((a, b) => b.height - a.height)[0];
  throw new Failure('label/does-not-fit', {
    template: name,
    doesNotFit: over.map(({ item }) => item.name),
    longest: longest?.item.name,
    roomMm: rounded(room.height / pointsPerMm),
    neededMm: rounded(y / pointsPerMm),
  });
}

/**
 * Text in a quiet zone lets one decoder read and another fail, at every size; the layout above cannot put it
 * there, and this proves it for every label printed.
 */
function assertQuietZones(
  symbols: readonly PlacedSymbol[],
  lines: readonly PlacedLine[],
  ruler: TextRuler,
): void {
  for (const symbol of symbols) {
    const zone = withQuietZone(symbol);
    for (const { text, x, baseline, size, weight } of lines) {
      const box = {
        x: x / pointsPerMm,
        y: (baseline - size) / pointsPerMm,
        width: ruler(text, { size, weight }) / pointsPerMm,
        height: (size * 1.2) / pointsPerMm,
      };
      if (overlap(zone, box)) throw new Error(`text in the quiet zone of ${symbol.kind}: ${text}`);
    }
  }
}

function rounded(lengthMm: number): number {
  return Math.round(lengthMm * 10) / 10;
}
