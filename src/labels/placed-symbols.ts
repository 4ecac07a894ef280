/** Encodes the symbols of a label and finds their place, on whole dots of the printer. */
import { Failure, unreachable } from '../errors.ts';
import type { LabelIdentifiers } from './identifiers.ts';
import type { PlacedBars, PlacedMatrix } from './primitive.ts';
import { overlap, type Rectangle, rounded } from './rectangle.ts';
import {
  gs1Bars,
  gs1DataMatrix,
  plainDataMatrix,
  qrCode,
  quietZoneModules,
  quietZoneOfBars,
  xDimensionMm,
} from './symbol.ts';
import type { BarsPanel, LabelElement, LabelTemplate, TextPanel } from './template.ts';

type SymbolElement = Extract<LabelElement, { kind: 'symbol' }>;

/** A dot of a 203-dpi head and a hair: by so much a symbol may leave its room to stand on the dot grid. */
const gridSlackMm = 0.13;

/**
 * @param room of the panel, in millimetres.
 * @returns the symbols in the panel's column, upper or lower end.
 * @throws Failure `label/does-not-fit` where one leaves the room or they would meet.
 */
export function placeSymbols(
  template: LabelTemplate,
  { elements, symbolsAt }: TextPanel,
  room: Rectangle,
  identifiers: LabelIdentifiers,
  dotsPerInch: number,
): PlacedMatrix[] {
  const dotMm = 25.4 / dotsPerInch;
  const placed = elements.flatMap((element): PlacedMatrix[] => {
    if (element.kind !== 'symbol') return [];
    const encoded = encode(element, identifiers);
    const moduleMm = wholeDots(template, element.xDimensionMm, dotMm);
    const quiet = quietZoneModules[encoded.symbology] * moduleMm;
    const side = encoded.matrix.size * moduleMm + 2 * quiet;
    const left = symbolsAt === 'left' ? room.x : room.x + room.width - side;
    const upper = element.place === 'top' ? room.y : room.y + room.height - side;
    // Towards the label's middle the first module may move by less than a dot to stand on the dot grid.
    const x = onGrid(left + quiet, symbolsAt === 'left' ? 1 : -1, dotMm);
    const y = onGrid(upper + quiet, element.place === 'top' ? 1 : -1, dotMm);
    return [{ kind: 'matrix', ...encoded, x, y, moduleMm }];
  });
  refuseCrowdedSymbols(template, room, placed);
  return placed;
}

function encode(
  element: SymbolElement,
  identifiers: LabelIdentifiers,
): Pick<PlacedMatrix, 'symbology' | 'text' | 'matrix' | 'errorCorrection'> {
  const text = textOf(identifiers, element.source);
  const { symbology } = element;
  switch (symbology) {
    case 'gs1datamatrix':
      return { symbology, text, matrix: gs1DataMatrix(text) };
    case 'datamatrix':
      return { symbology, text, matrix: plainDataMatrix(text) };
    case 'qr': {
      const { errorCorrection } = element;
      return { symbology, text, matrix: qrCode(text, errorCorrection), errorCorrection };
    }
    default:
      return unreachable(symbology);
  }
}

function textOf(identifiers: LabelIdentifiers, source: keyof LabelIdentifiers): string {
  const carried = identifiers[source];
  if (carried === undefined) throw new Error(`the template was not checked: no ${source}`);
  return carried.text;
}

function onGrid(edge: number, inwards: -1 | 1, dotMm: number): number {
  return (inwards === 1 ? Math.ceil(edge / dotMm - 1e-6) : Math.floor(edge / dotMm + 1e-6)) * dotMm;
}

/** The X-dimension nearest to the template's that the printer's dots can make. */
function wholeDots({ name }: LabelTemplate, wantedMm: number, dotMm: number): number {
  const moduleMm = Math.round(wantedMm / dotMm) * dotMm;
  // Where the template asks for more than healthcare's range it is a logistic label, whose dots are finer than that.
  if (moduleMm < xDimensionMm.minimum || moduleMm > Math.max(xDimensionMm.maximum, wantedMm + dotMm / 2)) {
    throw new Failure('label/does-not-fit', { template: name, doesNotFit: ['xDimension'], dotMm, wantedMm });
  }
  return moduleMm;
}

function refuseCrowdedSymbols(
  { name }: LabelTemplate,
  room: Rectangle,
  symbols: readonly PlacedMatrix[],
): void {
  const outer = symbols.map(quietZoneOf);
  const inside = ({ x, y, width, height }: Rectangle): boolean =>
    x >= room.x - gridSlackMm &&
    y >= room.y - gridSlackMm &&
    x + width <= room.x + room.width + gridSlackMm &&
    y + height <= room.y + room.height + gridSlackMm;
  const crowded = symbols.filter((_, index) => {
    const own = outer[index];
    return own && (!inside(own) || outer.some((other) => other !== own && overlap(own, other)));
  });
  if (crowded.length === 0) return;
  throw new Failure('label/does-not-fit', {
    template: name,
    doesNotFit: crowded.map(({ symbology }) => symbology),
    roomMm: rounded(room.height),
    neededMm: rounded(outer.reduce((sum, { height }) => sum + height, 0)),
  });
}

/** Height of a text beneath bars in units of its size, and the air between. */
const textUnderBars = 1.3;

/** A GS1-128 may not be lower than this, or a hand does not hit it (GS1 General Specifications 5.12: 12.7 mm). */
const barsHeightMinimumMm = 12.7;

/**
 * @param room of the panel, in millimetres.
 * @param textMm room for the text beneath.
 * @returns the bars, in the middle of the panel, as wide as the template prefers or narrower where they must be.
 * @throws Failure `label/does-not-fit`
 */
export function placeBars(
  { name }: LabelTemplate,
  { source, xDimensionMm: { minimum, preferred } }: BarsPanel,
  room: Rectangle,
  textMm: number,
  identifiers: LabelIdentifiers,
  dotsPerInch: number,
): PlacedBars {
  const text = textOf(identifiers, source);
  const widths = gs1Bars(text);
  const modules = widths.reduce((sum, width) => sum + width, 0) + 2 * quietZoneOfBars;
  const dotMm = 25.4 / dotsPerInch;
  const heightMm = room.height - textMm * textUnderBars;
  let dots = Math.floor(preferred / dotMm + 0.5);
  while (dots > 0 && dots * dotMm * modules > room.width + 1e-6) dots -= 1;
  const moduleMm = dots * dotMm;
  if (moduleMm < minimum - 1e-6 || heightMm < barsHeightMinimumMm) {
    throw new Failure('label/does-not-fit', {
      template: name,
      doesNotFit: ['gs1-128'],
      roomMm: rounded(room.width),
      neededMm: rounded(modules * Math.ceil(minimum / dotMm - 1e-6) * dotMm),
    });
  }
  const left = room.x + (room.width - modules * moduleMm) / 2 + quietZoneOfBars * moduleMm;
  return {
    kind: 'bars',
    symbology: 'gs1-128',
    text,
    widths,
    x: onGrid(left, 1, dotMm),
    y: room.y,
    moduleMm,
    heightMm,
  };
}

/** The symbol with its quiet zone around it, in millimetres. */
export function quietZoneOf(symbol: PlacedMatrix | PlacedBars): Rectangle {
  const { x, y, moduleMm } = symbol;
  if (symbol.kind === 'matrix') {
    const quiet = quietZoneModules[symbol.symbology] * moduleMm;
    const side = symbol.matrix.size * moduleMm + 2 * quiet;
    return { x: x - quiet, y: y - quiet, width: side, height: side };
  }
  const modules = symbol.widths.reduce((sum, width) => sum + width, 0) + 2 * quietZoneOfBars;
  return { x: x - quietZoneOfBars * moduleMm, y, width: modules * moduleMm, height: symbol.heightMm };
}
