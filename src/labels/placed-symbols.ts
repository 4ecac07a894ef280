/** Encodes the symbols of a label and finds their place, on whole dots of the printer. */
import type { ModuleMatrix } from '../documents/module-matrix.ts';
import { Failure } from '../errors.ts';
import type { LabelIdentifiers } from './content.ts';
import { overlap, type Rectangle, rounded } from './rectangle.ts';
import { dataMatrix, qrCode, quietZoneModules, type SymbolKind, xDimensionMm } from './symbol.ts';
import type { LabelTemplate } from './template.ts';

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

/**
 * @returns the symbols in the template's column, upper or lower end.
 * @throws Failure `label/does-not-fit` where one leaves the margins or they would meet.
 */
export function placeSymbols(
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

/** The symbol with its quiet zone around it, in millimetres. */
export function withQuietZone({ kind, matrix, x, y, moduleMm }: PlacedSymbol): Rectangle {
  const quiet = quietZoneModules[kind] * moduleMm;
  const side = matrix.size * moduleMm + 2 * quiet;
  return { x: x - quiet, y: y - quiet, width: side, height: side };
}
