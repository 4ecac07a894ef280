/** Tables drawn row by row: a header that comes back on every page, cells that wrap, rows that stay whole. */
import { type Flow, ink, type Lines, type Text } from './flow.ts';
import type { Element } from './pdf.ts';

export interface Column {
  readonly title: Text;
  /** Share of the table's width, relative to the other columns. */
  readonly weight: number;
  /** `end` for quantities, so that digits stand under digits. */
  readonly align?: 'start' | 'end';
}

/** A cell; a number is printed with thousands separators. */
export type Cell = Text | number;

export interface Row {
  readonly cells: readonly Cell[];
  /** `total` is set bold under a stronger rule, `danger` in red. */
  readonly tone?: 'plain' | 'total' | 'danger';
}

const padding = { x: 5, y: 4 } as const;
const bodySize = 9;
const fewLinesHeight = 70;

interface Geometry {
  readonly columns: readonly {
    readonly x: number;
    readonly width: number;
    readonly align: 'start' | 'end';
  }[];
}

/** What one cell holds once broken: first language over second, upper edges at the row's. */
interface BrokenCell {
  readonly blocks: readonly Lines[];
  readonly height: number;
}

/**
 * @param rows each with a cell for every column; iterated once, so that they may come from a cursor's page.
 * @param whenEmpty one sentence that stands where no row is: an empty table looks like a fault.
 * @throws Error if a row has another number of cells than there are columns.
 */
export function drawTable(
  flow: Flow,
  columns: readonly Column[],
  rows: Iterable<Row>,
  whenEmpty: Text,
): void {
  const geometry = measureColumns(flow, columns);
  const table = flow.pdf.element('Table');
  const header = columns.map((column, index) => breakCell(flow, geometry, index, column.title, 'header'));
  const headerHeight = rowHeight(header);
  let started = false;
  for (const row of rows) {
    if (row.cells.length !== columns.length) {
      throw new Error(`a row of ${row.cells.length} cells in a table of ${columns.length} columns`);
    }
    const cells = row.cells.map((cell, index) => breakCell(flow, geometry, index, cell, row.tone ?? 'plain'));
    if (!started) {
      flow.keepTogether(headerHeight + Math.min(rowHeight(cells), flow.pageHeight - headerHeight));
      drawHeader(flow, geometry, header, table);
      started = true;
    }
    drawRow(flow, geometry, cells, row.tone ?? 'plain', table, header);
  }
  if (!started) drawEmpty(flow, geometry, header, table, whenEmpty);
  table.end();
  flow.y += 8;
}

function measureColumns(flow: Flow, columns: readonly Column[]): Geometry {
  const total = columns.reduce((sum, { weight }) => sum + weight, 0);
  let x = flow.left;
  return {
    columns: columns.map(({ weight, align = 'start' }) => {
      const width = (flow.width * weight) / total;
      const column = { x, width, align };
      x += width;
      return column;
    }),
  };
}

function breakCell(
  flow: Flow,
  { columns }: Geometry,
  index: number,
  cell: Cell,
  tone: NonNullable<Row['tone']> | 'header',
): BrokenCell {
  const width = (columns[index]?.width ?? 0) - 2 * padding.x;
  const text = typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;
  const { first, second } = flow.languages(text);
  const strong = tone === 'header' || tone === 'total';
  const colour = tone === 'header' ? ink.heading : tone === 'danger' ? ink.danger : ink.text;
  const blocks = [
    flow.lines(first, width, { size: bodySize, weight: strong ? 'bold' : 'regular', colour }),
    ...(second ? [flow.lines(second, width, { size: 7.5, colour: ink.quiet })] : []),
  ];
  return { blocks, height: blocks.reduce((sum, block) => sum + block.height, 0) };
}

function rowHeight(cells: readonly BrokenCell[]): number {
  return Math.max(...cells.map((cell) => cell.height)) + 2 * padding.y;
}

function drawHeader(flow: Flow, geometry: Geometry, header: readonly BrokenCell[], table?: Element): void {
  const height = rowHeight(header);
  flow.pdf.artifact(() => flow.pdf.kit.rect(flow.left, flow.y, flow.width, height).fill(ink.shade));
  if (table) drawCells(flow, geometry, header, flow.pdf.element('TR', table), 'TH');
  else flow.pdf.artifact(() => drawCells(flow, geometry, header), 'Pagination');
  flow.y += height;
  flow.rule(flow.y, ink.heading, 0.9);
}

function drawRow(
  flow: Flow,
  geometry: Geometry,
  cells: readonly BrokenCell[],
  tone: NonNullable<Row['tone']>,
  table: Element,
  header: readonly BrokenCell[],
): void {
  const headerHeight = rowHeight(header);
  // A row that must split anyway starts here if a few of its lines find room.
  const needed = Math.min(rowHeight(cells), fewLinesHeight);
  const whole = rowHeight(cells) <= flow.pageHeight - headerHeight;
  const fits = flow.y + (whole ? rowHeight(cells) : needed) <= flow.bottom;
  if (!fits && flow.y > flow.top + headerHeight + 1) {
    flow.newPage();
    drawHeader(flow, geometry, header);
  }
  const parts = splitOverPages(cells, flow.bottom - flow.y, flow.pageHeight - headerHeight);
  const elements = cells.map(() => undefined as Element | undefined);
  const row = flow.pdf.element('TR', table);
  for (const [index, part] of parts.entries()) {
    if (index > 0) {
      flow.newPage();
      drawHeader(flow, geometry, header);
    }
    if (tone === 'total' && index === 0) flow.rule(flow.y, ink.heading, 0.9);
    drawCells(flow, geometry, part, row, 'TD', elements);
    flow.y += rowHeight(part);
    flow.rule(flow.y);
  }
  for (const element of elements) element?.end();
  row.end();
}

/** A row higher than a whole page is the only one that splits, between lines. */
function splitOverPages(cells: readonly BrokenCell[], here: number, onPage: number): readonly BrokenCell[][] {
  if (rowHeight(cells) <= here) return [[...cells]];
  const parts: BrokenCell[][] = [];
  let rest = cells.map((cell) => lineByLine(cell));
  for (let room = here; rest.some((lines) => lines.length > 0); room = onPage) {
    const part = rest.map((lines) => fitting(lines, room - 2 * padding.y));
    parts.push(part);
    rest = rest.map((lines, index) => lines.slice(part[index]?.blocks.length ?? 0));
  }
  return parts;
}

function lineByLine(cell: BrokenCell): Lines[] {
  return cell.blocks.flatMap((block) =>
    block.lines.map((line) => ({ ...block, lines: [line], height: block.lineHeight })),
  );
}

/** At least one line, so that splitting always ends. */
function fitting(lines: readonly Lines[], room: number): BrokenCell {
  const blocks: Lines[] = [];
  let height = 0;
  for (const line of lines) {
    if (blocks.length > 0 && height + line.height > room) break;
    blocks.push(line);
    height += line.height;
  }
  return { blocks, height };
}

function drawCells(
  flow: Flow,
  { columns }: Geometry,
  cells: readonly BrokenCell[],
  row?: Element,
  type: 'TH' | 'TD' = 'TD',
  continued?: (Element | undefined)[],
): void {
  for (const [index, { x, width, align }] of columns.entries()) {
    const draw = (): void => {
      let y = flow.y + padding.y;
      for (const block of cells[index]?.blocks ?? []) {
        flow.drawLines(block, x + padding.x, y, width - 2 * padding.x, align);
        y += block.height;
      }
    };
    if (!row) {
      draw();
      continue;
    }
    const cell = continued?.[index] ?? flow.pdf.element(type, row, type === 'TH' ? { scope: 'Column' } : {});
    flow.pdf.content(cell, draw);
    if (continued) continued[index] = cell;
    else cell.end();
  }
  if (row && !continued) row.end();
}

function drawEmpty(
  flow: Flow,
  geometry: Geometry,
  header: readonly BrokenCell[],
  table: Element,
  whenEmpty: Text,
): void {
  const { first, second } = flow.languages(whenEmpty);
  const style = { size: bodySize, colour: ink.quiet };
  const lines = flow.lines(second ? `${first}  ${second}` : first, flow.width - 2 * padding.x, style);
  flow.keepTogether(rowHeight(header) + lines.height + 2 * padding.y);
  drawHeader(flow, geometry, header, table);
  const row = flow.pdf.element('TR', table);
  const cell = flow.pdf.element('TD', row);
  flow.pdf.content(cell, () => flow.drawLines(lines, flow.left + padding.x, flow.y + padding.y));
  row.end();
  flow.y += lines.height + 2 * padding.y;
  flow.rule(flow.y);
}
