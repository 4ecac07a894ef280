/** Breaks and sizes the texts of a label so that all find room, or says which do not. */
import { breakLines } from '../documents/line-breaking.ts';
import { printable } from '../documents/printable.ts';
import { Failure, unreachable } from '../errors.ts';
import type { LabelContent, LabelIdentifiers } from './content.ts';
import { pointsPerMm, type Rectangle, rounded } from './rectangle.ts';
import type { LabelElement, LabelTemplate } from './template.ts';
import { fieldText, inLanguages, type LabelLanguage } from './wording.ts';

/** @returns the width in points of a line at a size in points. */
export type TextRuler = (
  text: string,
  style: { readonly size: number; readonly weight: 'regular' | 'bold' },
) => number;

/** Lengths in points from the upper left corner. */
export interface PlacedLine {
  readonly text: string;
  readonly x: number;
  readonly baseline: number;
  readonly size: number;
  readonly weight: 'regular' | 'bold';
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

export type Item = TextItem | SpaceItem;

/** Distance of baselines in units of the size: as tight as Han characters stand without touching. */
const lineSpacing = 1.22;
/** Sizes tried between largest and smallest. */
const shrinkingSteps = 12;

/** @returns what an element prints for this content: nothing, a text, or a space. */
export function textItem(
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

/**
 * Tries sizes from the largest down until everything fits; left-over height goes to the spaces.
 * @throws Failure `label/does-not-fit` where not even the smallest sizes fit.
 */
export function placeText(
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
