/** Pages of labels: a label a page on a roll, many on a sheet. */
import { Failure, unreachable } from '../errors.ts';
import type { LabelContent } from './content.ts';
import { type LayoutOptions, layoutLabel } from './layout.ts';
import type { TextRuler } from './placed-text.ts';
import type { LabelLayout, Primitive } from './primitive.ts';
import type { LabelTemplate } from './template.ts';

export interface PageOptions extends LayoutOptions {
  /** On a sheet that was begun: the first label that is still there, from 1, row by row. */
  readonly startPosition?: number;
  /** By how much this printer draws too far to the left and too high, in millimetres. */
  readonly shiftMm?: { readonly x: number; readonly y: number };
}

/** @returns the size of a page of this template, in millimetres. */
export function pageSizeMm({ sheet, sizeMm }: LabelTemplate): LabelTemplate['sizeMm'] {
  return sheet?.pageMm ?? sizeMm;
}

/** Takes contents one after the other, and gives pages as they are full. */
export interface Pages {
  /**
   * @returns the page that this label filled, if it did: on a roll each does.
   * @throws Failure as {@link layoutLabel}, with `info.label`, the index of the content.
   */
  add(content: LabelContent): LabelLayout | undefined;
  /** @returns the page that was begun, if one was: the last. */
  rest(): LabelLayout | undefined;
}

/**
 * Labels of a sheet stand on the dot grid of the page.
 * @throws Failure `request/invalid` for a start position that the sheet does not have, or a shift off the page.
 */
export function pagesOf(template: LabelTemplate, ruler: TextRuler, options: PageOptions): Pages {
  const { sheet } = template;
  const perPage = sheet === undefined ? 1 : sheet.columns * sheet.rows;
  let place = startPlace(options.startPosition, perPage);
  assertOnPage(template, options);
  let index = 0;
  let primitives: Primitive[] = [];
  const finished = (): LabelLayout => {
    const page = { sizeMm: pageSizeMm(template), primitives };
    primitives = [];
    place = 0;
    return shifted(page, options);
  };
  return {
    add(content) {
      const label = naming(index, () => layoutLabel(template, content, ruler, options));
      index += 1;
      if (sheet === undefined) return shifted(label, options);
      const x = sheet.offsetMm.x + (place % sheet.columns) * sheet.pitchMm.x;
      const y = sheet.offsetMm.y + Math.floor(place / sheet.columns) * sheet.pitchMm.y;
      const [dx, dy] = [onGrid(x, options.dotsPerInch), onGrid(y, options.dotsPerInch)];
      primitives.push(...label.primitives.map((primitive) => moved(primitive, dx, dy)));
      place += 1;
      return place === perPage ? finished() : undefined;
    },
    rest: () => (primitives.length === 0 ? undefined : finished()),
  };
}

function startPlace(startPosition: number | undefined, perPage: number): number {
  const place = (startPosition ?? 1) - 1;
  if (Number.isInteger(place) && place >= 0 && place < perPage) return place;
  const zh = `起始位置应为 1–${perPage}。`;
  throw new Failure('request/invalid', {}, [
    { pointer: '/startPosition', zh, en: `The start position is 1 to ${perPage}.` },
  ]);
}

/**
 * A roll's labels are moved at the printer; on a sheet no label may come over the page's edge, where it would be cut.
 * @throws Failure `request/invalid`
 */
function assertOnPage({ sheet, sizeMm, marginMm }: LabelTemplate, { shiftMm }: PageOptions): void {
  if (shiftMm === undefined) return;
  if (sheet === undefined) throw wrongShift('该模板不是整页标签，不能设置偏移。', 'Only sheets are shifted.');
  const { columns, rows, offsetMm, pitchMm, pageMm } = sheet;
  const room = (offset: number, pitch: number, count: number, size: number, page: number) => ({
    least: -(offset + marginMm),
    most: page - (offset + (count - 1) * pitch + size - marginMm),
  });
  const across = room(offsetMm.x, pitchMm.x, columns, sizeMm.width, pageMm.width);
  const down = room(offsetMm.y, pitchMm.y, rows, sizeMm.height, pageMm.height);
  const within = (shift: number, { least, most }: typeof across) => shift >= least && shift <= most;
  if (within(shiftMm.x, across) && within(shiftMm.y, down)) return;
  throw wrongShift('偏移过大，标签将超出纸张。', 'Shifted so far, labels would lie beyond the page.');
}

function wrongShift(zh: string, en: string): Failure {
  return new Failure('request/invalid', {}, [{ pointer: '/shiftMm', zh, en }]);
}

/** A millimetre is no whole number of dots: what is moved goes with the grid, or modules would lie across dots. */
function onGrid(length: number, dotsPerInch: number): number {
  return (Math.round((length * dotsPerInch) / 25.4) * 25.4) / dotsPerInch;
}

function shifted(layout: LabelLayout, { shiftMm, dotsPerInch }: PageOptions): LabelLayout {
  if (shiftMm === undefined) return layout;
  const [dx, dy] = [onGrid(shiftMm.x, dotsPerInch), onGrid(shiftMm.y, dotsPerInch)];
  return { ...layout, primitives: layout.primitives.map((primitive) => moved(primitive, dx, dy)) };
}

function moved(primitive: Primitive, dx: number, dy: number): Primitive {
  switch (primitive.kind) {
    case 'text':
      return { ...primitive, x: primitive.x + dx, baseline: primitive.baseline + dy };
    case 'matrix':
      return { ...primitive, x: primitive.x + dx, y: primitive.y + dy };
    case 'bars':
      return { ...primitive, x: primitive.x + dx, y: primitive.y + dy };
    case 'shape':
      return { ...primitive, x: primitive.x + dx, y: primitive.y + dy };
    case 'rule':
      return { ...primitive, x: primitive.x + dx, y: primitive.y + dy };
    default:
      return unreachable(primitive);
  }
}

/** Adds which of the labels it was to a failure. */
function naming<T>(index: number, layOut: () => T): T {
  try {
    return layOut();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.code, { ...error.info, label: index }, error.faults);
  }
}
