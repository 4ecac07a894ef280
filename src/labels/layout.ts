/** Where everything on a label goes: pure, from template, content and a ruler for text. */
import { type LabelContent, labelIdentifiers } from './content.ts';
import { type PlacedSymbol, placeSymbols, withQuietZone } from './placed-symbols.ts';
import { type PlacedLine, placeText, type TextRuler, textItem } from './placed-text.ts';
import { overlap, pointsPerMm, type Rectangle } from './rectangle.ts';
import type { LabelTemplate } from './template.ts';
import type { LabelLanguage } from './wording.ts';

export interface LayoutOptions {
  /** Of the printer; modules and their origin come to whole dots of it. */
  readonly dotsPerInch: number;
  readonly languages: readonly LabelLanguage[];
}

export interface LabelLayout {
  readonly symbols: readonly PlacedSymbol[];
  readonly lines: readonly PlacedLine[];
}

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
