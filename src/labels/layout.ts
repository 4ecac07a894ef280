/** Where everything on a label goes: pure, from template, content and a ruler for text. */
import { Failure, unreachable } from '../errors.ts';
import type { LabelContent } from './content.ts';
import { type LabelIdentifiers, labelIdentifiers } from './identifiers.ts';
import { factsOf, type LabelFacts } from './label-facts.ts';
import { placeBars, placeSymbols, quietZoneOf } from './placed-symbols.ts';
import { placeText, type TextRuler } from './placed-text.ts';
import type { LabelLayout, PlacedMatrix, PlacedRule, Primitive } from './primitive.ts';
import { overlap, pointsPerMm, type Rectangle } from './rectangle.ts';
import type { BarsPanel, LabelTemplate, TextPanel } from './template.ts';
import { itemOf, type Wording, wordingOf } from './text-items.ts';
import type { LabelLanguage } from './wording.ts';

export interface LayoutOptions {
  /** Of the printer; modules and their origin come to whole dots of it. */
  readonly dotsPerInch: number;
  readonly languages: readonly LabelLanguage[];
}

/** Thickness of the line under a panel. */
const underlineMm = 0.25;

/**
 * @throws Failure `label/does-not-fit` where the content finds no room at the template's smallest sizes: info
 *   `{template, doesNotFit, longest?, roomMm, neededMm}` names the elements left over; nothing is ever cut.
 *   `label/wrong-content` where the template draws another kind; `request/invalid` for identifiers that no symbol
 *   may carry.
 */
export function layoutLabel(
  template: LabelTemplate,
  content: LabelContent,
  ruler: TextRuler,
  options: LayoutOptions,
): LabelLayout {
  const { name, draws, sizeMm, panels } = template;
  if (draws !== content.kind) {
    throw new Failure('label/wrong-content', { template: name, draws, content: content.kind });
  }
  const identifiers = labelIdentifiers(content);
  const facts = factsOf(content);
  const wording = wordingOf(template, content, options.languages);
  const primitives = panels.flatMap((panel) => {
    const room = roomOf(panel);
    const line = panel.underline === true ? [lineUnder(panel.atMm)] : [];
    switch (panel.kind) {
      case 'text':
        return [
          ...textPanel(template, panel, room, { identifiers, facts, wording, ruler, options }),
          ...line,
        ];
      case 'bars':
        return [...barsPanel(template, panel, room, { identifiers, ruler, options }), ...line];
      default:
        return unreachable(panel);
    }
  });
  assertQuietZones(primitives);
  return { sizeMm, primitives };
}

interface Matter {
  readonly identifiers: LabelIdentifiers;
  readonly facts: LabelFacts;
  readonly wording: Wording;
  readonly ruler: TextRuler;
  readonly options: LayoutOptions;
}

function roomOf({ atMm, paddingMm = 0 }: TextPanel | BarsPanel): Rectangle {
  return {
    x: atMm.x + paddingMm,
    y: atMm.y + paddingMm,
    width: atMm.width - 2 * paddingMm,
    height: atMm.height - 2 * paddingMm,
  };
}

function textPanel(
  template: LabelTemplate,
  panel: TextPanel,
  room: Rectangle,
  { identifiers, facts, wording, ruler, options }: Matter,
): Primitive[] {
  const symbols = placeSymbols(template, panel, room, identifiers, options.dotsPerInch);
  const items = panel.elements.flatMap((element) => itemOf(element, facts, identifiers, wording));
  return [...placeText(template, items, textRoom(panel, room, symbols), ruler), ...symbols];
}

/** The rectangle beside the column of symbols, in points. */
function textRoom(
  { symbolsAt, gapMm }: TextPanel,
  room: Rectangle,
  symbols: readonly PlacedMatrix[],
): Rectangle {
  const column = symbols.map(quietZoneOf);
  const end = room.x + room.width;
  const left =
    symbolsAt === 'right' || column.length === 0
      ? room.x
      : Math.max(...column.map(({ x, width }) => x + width)) + gapMm;
  const right =
    symbolsAt === 'left' || column.length === 0 ? end : Math.min(...column.map(({ x }) => x)) - gapMm;
  return {
    x: left * pointsPerMm,
    y: room.y * pointsPerMm,
    width: Math.max(0, right - left) * pointsPerMm,
    height: room.height * pointsPerMm,
  };
}

function barsPanel(
  template: LabelTemplate,
  panel: BarsPanel,
  room: Rectangle,
  { identifiers, ruler, options }: Omit<Matter, 'facts' | 'wording'>,
): Primitive[] {
  const { source, size } = panel;
  const text = (identifiers[source]?.humanReadable ?? []).join(' ');
  const width = (points: number): number => ruler(text, { size: points, weight: 'regular' }) / pointsPerMm;
  const fitted = Math.min(size.maximum, (size.maximum * room.width) / width(size.maximum));
  if (fitted < size.minimum) {
    throw new Failure('label/does-not-fit', {
      template: template.name,
      doesNotFit: [`humanReadable ${source}`],
    });
  }
  const bars = placeBars(template, panel, room, fitted / pointsPerMm, identifiers, options.dotsPerInch);
  const widthMm = width(fitted);
  return [
    bars,
    {
      kind: 'text',
      text,
      x: room.x + (room.width - widthMm) / 2,
      baseline: room.y + room.height - (fitted * 0.25) / pointsPerMm,
      size: fitted,
      weight: 'regular',
      widthMm,
    },
  ];
}

function lineUnder({ x, y, width, height }: Rectangle): PlacedRule {
  return { kind: 'rule', x, y: y + height - underlineMm, width, height: underlineMm };
}

/**
 * Text in a quiet zone lets one decoder read and another fail, at every size; the layout above cannot put it
 * there, and this proves it for every label printed.
 */
function assertQuietZones(primitives: readonly Primitive[]): void {
  for (const symbol of primitives) {
    if (symbol.kind !== 'matrix' && symbol.kind !== 'bars') continue;
    const zone = quietZoneOf(symbol);
    for (const other of primitives) {
      if (other !== symbol && overlap(zone, boxOf(other))) {
        throw new Error(`${describe(other)} in the quiet zone of ${symbol.symbology}`);
      }
    }
  }
}

/** The rectangle that a primitive takes up, with its quiet zone where it is a symbol; millimetres. */
function boxOf(primitive: Primitive): Rectangle {
  switch (primitive.kind) {
    case 'matrix':
    case 'bars':
      return quietZoneOf(primitive);
    case 'text': {
      const { x, baseline, size, widthMm } = primitive;
      return {
        x,
        y: baseline - (size * 0.9) / pointsPerMm,
        width: widthMm,
        height: (size * 1.1) / pointsPerMm,
      };
    }
    case 'shape': {
      const { x, y, width, height, scale } = primitive;
      return { x, y, width: width * scale, height: height * scale };
    }
    case 'rule':
      return primitive;
    default:
      return unreachable(primitive);
  }
}

function describe(primitive: Primitive): string {
  return primitive.kind === 'text' ? `"${primitive.text}"` : `a ${primitive.kind}`;
}
