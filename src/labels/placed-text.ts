/** Breaks and sizes the texts of a panel so that all find room, or says which do not. */
import { breakLines } from '../documents/line-breaking.ts';
import { Failure } from '../errors.ts';
import type { Primitive } from './primitive.ts';
import { pointsPerMm, type Rectangle, rounded } from './rectangle.ts';
import type { LabelTemplate } from './template.ts';
import type { Item, Part, TextItem } from './text-items.ts';

/** @returns the width in points of a line at a size in points. */
export type TextRuler = (
  text: string,
  style: { readonly size: number; readonly weight: 'regular' | 'bold' },
) => number;

/** Distance of baselines in units of the size: easy to read; and as tight as Han characters stand without touching. */
const lineSpacing = { easy: 1.22, tight: 1.07 } as const;
/** Height of a line with marks in units of theirs. */
const markSpacing = 1.12;
/** Between a mark and its text, in units of the size. */
const markGap = 0.35;
/** Between parts of which one has a mark, in units of the size, for each blank that would part two texts. */
const markedGap = 0.3;
/** Sizes tried between largest and smallest. */
const shrinkingSteps = 12;

/** A part, or a piece of one, on its line: `x` from the line's start in points. */
interface Segment extends Part {
  readonly x: number;
  readonly width: number;
}

interface Line {
  readonly segments: Segment[];
  width: number;
  /** With a mark a line is higher than without. */
  height: number;
}

interface BrokenItem {
  readonly item: TextItem;
  readonly size: number;
  readonly lines: readonly Line[];
  readonly height: number;
  /** A part that must stay whole, or a character, is wider than the room. */
  readonly tooWide: boolean;
}

/**
 * Tries sizes from the largest down until everything fits; left-over height goes to the spaces.
 * @param room in points.
 * @throws Failure `label/does-not-fit` where not even the smallest sizes fit.
 */
export function placeText(
  template: LabelTemplate,
  items: readonly Item[],
  room: Rectangle,
  ruler: TextRuler,
): Primitive[] {
  const texts = items.filter((item) => item.kind === 'text');
  const rules = items.reduce((sum, item) => sum + (item.kind === 'rule' ? item.thickness : 0), 0);
  // After the smallest size comes the same with lines closer together.
  for (let step = shrinkingSteps; step >= -1; step -= 1) {
    const spacing = step === -1 ? lineSpacing.tight : lineSpacing.easy;
    const broken = texts.map((item) =>
      breakItem(item, Math.max(0, step) / shrinkingSteps, { width: room.width, spacing, ruler }),
    );
    const height = broken.reduce((sum, item) => sum + item.height, rules);
    if (height <= room.height && !broken.some(({ tooWide }) => tooWide)) {
      const tidy = broken.map((item) =>
        withoutLastFewCharacters(item, { width: room.width, spacing, ruler }),
      );
      return stack(items, tidy, room);
    }
    if (step === -1) refuseText(template, broken, { ...room, height: room.height - rules });
  }
  return [];
}

interface Bounds {
  readonly width: number;
  /** Distance of baselines in units of the size. */
  readonly spacing: number;
  readonly ruler: TextRuler;
}

function breakItem(item: TextItem, share: number, bounds: Bounds): BrokenItem {
  const { minimum, maximum } = item.size;
  return breakAt(item, minimum + (maximum - minimum) * share, bounds);
}

/** An item broken before, by width, spacing and size. */
type Breaks = Map<number, Map<number, Map<number, BrokenItem>>>;

/** By sign: what was met once, and the breaks of what was met again, on another label. */
interface Remembered {
  readonly once: Map<string, TextItem>;
  readonly again: Map<string, Breaks>;
}

/**
 * Of a job, which has a ruler of its own: on a roll all items but those with the serial number come again and again.
 * Theirs are not kept: they would push out the others, and grow old for nothing.
 */
const brokenBefore = new WeakMap<TextRuler, Remembered>();
const rememberedItemsMax = 200;
/** Items of a few labels. */
const metOnceMax = 32;

function breakAt(item: TextItem, size: number, bounds: Bounds): BrokenItem {
  const { ruler, width, spacing } = bounds;
  let remembered = brokenBefore.get(ruler);
  if (remembered === undefined) {
    remembered = { once: new Map(), again: new Map() };
    brokenBefore.set(ruler, remembered);
  }
  const widths = breaksOf(remembered, item);
  if (widths === undefined) return breakAnew(item, size, bounds);
  const spacings = within(widths, width, () => new Map<number, Map<number, BrokenItem>>());
  const sizes = within(spacings, spacing, () => new Map<number, BrokenItem>());
  return within(sizes, size, () => breakAnew(item, size, bounds));
}

/** @returns where the breaks of an item are kept; undefined where no other like it was met. */
function breaksOf({ once, again }: Remembered, item: TextItem): Breaks | undefined {
  const sign = signOf(item);
  const known = again.get(sign);
  if (known !== undefined) return known;
  const like = once.get(sign);
  if (like !== undefined && like !== item) {
    once.delete(sign);
    if (again.size >= rememberedItemsMax) again.clear();
    const breaks: Breaks = new Map();
    again.set(sign, breaks);
    return breaks;
  }
  if (once.size >= metOnceMax) once.clear();
  once.set(sign, item);
  return undefined;
}

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Two items with the same sign break alike. */
function signOf(item: TextItem): string {
  const known = signs.get(item);
  if (known !== undefined) return known;
  const { between, weight, partsStayWhole, partsStandAlone, markScale, parts } = item;
  const marked = parts.map(({ mark, text }) => `${mark?.name ?? ''}\u0000${text}`).join('\u0001');
  const sign = `${weight} ${partsStayWhole} ${partsStandAlone} ${markScale} ${between}\u0000${marked}`;
  signs.set(item, sign);
  return sign;
}

const signs = new WeakMap<TextItem, string>();

function breakAnew(item: TextItem, size: number, { width, spacing, ruler }: Bounds): BrokenItem {
  const measure = (text: string): number => (text === '' ? 0 : ruler(text, { size, weight: item.weight }));
  const lines: Line[] = [];
  for (const part of item.parts) addPart(lines, item, part, { size, width, measure });
  const tooWide = lines.some((line) => line.width > width);
  for (const line of lines) line.height = heightOf(line, item, size, spacing);
  const height = lines.reduce((sum, line) => sum + line.height, 0);
  return { item, size, lines, height, tooWide };
}

function heightOf({ segments }: Line, { markScale }: TextItem, size: number, spacing: number): number {
  const text = segments.some((segment) => segment.text !== '') ? size * spacing : 0;
  const mark = segments.some((segment) => segment.mark !== undefined) ? size * markScale * markSpacing : 0;
  return Math.max(text, mark);
}

interface Setting {
  readonly size: number;
  readonly width: number;
  readonly measure: (text: string) => number;
}

/** Behind the last line's end where the part fits there, else on lines of its own. */
function addPart(
  lines: Line[],
  { between, partsStayWhole, partsStandAlone, markScale }: TextItem,
  part: Part,
  { size, width, measure }: Setting,
): void {
  const markWidth = part.mark === undefined ? 0 : (part.mark.width / part.mark.height) * size * markScale;
  const indent = markWidth + (part.mark === undefined || part.text === '' ? 0 : size * markGap);
  const whole = indent + measure(part.text);
  const last = lines.at(-1);
  const before = last?.segments.at(-1);
  if (last !== undefined && before !== undefined && !partsStandAlone) {
    // Two texts become one, so that they are copied out as one.
    if (part.mark === undefined && before.text !== '') {
      const joined = before.text + between + part.text;
      const joinedWidth = measure(joined);
      const indentBefore = before.x + before.width - (before.text === '' ? 0 : measure(before.text));
      if (indentBefore + joinedWidth <= width) {
        last.segments[last.segments.length - 1] = {
          ...before,
          text: joined,
          width: indentBefore - before.x + joinedWidth,
        };
        last.width = indentBefore + joinedWidth;
        return;
      }
    } else {
      const gap = between.length * size * markedGap;
      if (last.width + gap + whole <= width) {
        last.segments.push({ ...part, x: last.width + gap, width: whole });
        last.width += gap + whole;
        return;
      }
    }
  }
  const texts =
    partsStayWhole || whole <= width ? [part.text] : breakLines(part.text, width - indent, measure);
  for (const [index, text] of texts.entries()) {
    const own = indent + measure(text);
    lines.push({
      segments: [
        index === 0 ? { ...part, text, x: 0, width: own } : { text, x: indent, width: own - indent },
      ],
      width: own,
      height: 0,
    });
  }
}

/** A little smaller, if that spares a line: a company's name does not end with one character on its own line. */
function withoutLastFewCharacters(broken: BrokenItem, bounds: Bounds): BrokenItem {
  if (broken.lines.length === 1) return broken;
  const least = Math.max(broken.item.size.minimum, broken.size * 0.85);
  for (let size = broken.size - 0.25; size >= least; size -= 0.25) {
    const smaller = breakAt(broken.item, size, bounds);
    if (smaller.lines.length < broken.lines.length) return smaller;
  }
  return broken;
}

function stack(items: readonly Item[], broken: readonly BrokenItem[], room: Rectangle): Primitive[] {
  const filled = broken.reduce((sum, { height }) => sum + height, 0);
  const rules = items.reduce((sum, item) => sum + (item.kind === 'rule' ? item.thickness : 0), 0);
  const gaps = shareOut(
    items.flatMap((item) => (item.kind === 'space' ? [item.maximum] : [])),
    room.height - filled - rules,
  );
  const waiting = [...broken];
  const placed: Primitive[] = [];
  let y = room.y;
  for (const item of items) {
    if (item.kind === 'space') y += gaps.shift() ?? 0;
    else if (item.kind === 'rule') {
      placed.push({ kind: 'rule', ...inMm({ x: room.x, y, width: room.width, height: item.thickness }) });
      y += item.thickness;
    } else {
      const next = waiting.shift();
      if (next === undefined) throw new Error('a text was not broken into lines');
      for (const line of next.lines) {
        placed.push(...drawn(line, next, room.x, y));
        y += line.height;
      }
    }
  }
  return placed;
}

function inMm({ x, y, width, height }: Rectangle): Rectangle {
  return {
    x: x / pointsPerMm,
    y: y / pointsPerMm,
    width: width / pointsPerMm,
    height: height / pointsPerMm,
  };
}

/** The marks and texts of a line whose upper left corner is at `x`, `y` points. */
function drawn({ segments, height }: Line, { item, size }: BrokenItem, x: number, y: number): Primitive[] {
  const middle = y + height / 2;
  return segments.flatMap(({ mark, text, x: offset, width }): Primitive[] => {
    const at = x + offset;
    const markHeight = size * item.markScale;
    const markWidth = mark === undefined ? 0 : (mark.width / mark.height) * markHeight;
    const indent = mark === undefined || text === '' ? 0 : markWidth + size * markGap;
    return [
      ...(mark === undefined
        ? []
        : [
            {
              kind: 'shape' as const,
              ...mark,
              x: at / pointsPerMm,
              y: (middle - markHeight / 2) / pointsPerMm,
              scale: markHeight / mark.height / pointsPerMm,
            },
          ]),
      ...(text === ''
        ? []
        : [
            {
              kind: 'text' as const,
              text,
              x: (at + indent) / pointsPerMm,
              baseline: (middle + size * 0.36) / pointsPerMm,
              size,
              weight: item.weight,
              widthMm: (width - indent) / pointsPerMm,
            },
          ]),
    ];
  });
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
