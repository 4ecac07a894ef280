/** Facts in two columns, lines to fill in by hand, and the box for signature and official seal. */
import { type Flow, ink, type Lines, type Text } from './flow.ts';

export interface KeyValue {
  readonly key: Text;
  readonly value: Text | number;
}

const padding = { x: 6, y: 4 } as const;
const keyShare = 0.27;

/** Facts, each a row: what it is on a shade at the left, its value at the right. Rows stay whole. */
export function drawKeyValues(flow: Flow, pairs: readonly KeyValue[]): void {
  if (pairs.length === 0) return;
  const keyWidth = flow.width * keyShare;
  const table = flow.pdf.element('Table');
  flow.keepTogether(30);
  flow.rule(flow.y);
  for (const { key, value } of pairs) {
    const keyLines = stack(flow, key, keyWidth - 2 * padding.x, 9.5, ink.quiet);
    const text = typeof value === 'number' ? value.toLocaleString('en-US') : value;
    const valueLines = stack(flow, text, flow.width - keyWidth - 2 * padding.x, 10, ink.text);
    drawPair(flow, keyWidth, keyLines, valueLines, table);
  }
  table.end();
  flow.y += 8;
}

function drawPair(
  flow: Flow,
  keyWidth: number,
  key: readonly Lines[],
  value: readonly Lines[],
  table: PDFKit.PDFStructureElement,
): void {
  const height = Math.max(heightOf(key), heightOf(value)) + 2 * padding.y;
  // A value longer than a page is not a fact but a text; it runs on below its key.
  const whole = height <= flow.pageHeight;
  if (whole) flow.keepTogether(height);
  const row = flow.pdf.element('TR', table);
  const keyHeight = heightOf(key) + 2 * padding.y;
  const shaded = whole ? height : keyHeight;
  if (!whole) flow.keepTogether(keyHeight);
  flow.pdf.artifact(() => flow.pdf.kit.rect(flow.left, flow.y + 0.6, keyWidth, shaded - 1.2).fill(ink.shade));
  const header = flow.pdf.element('TH', row, { scope: 'Row' });
  flow.pdf.content(header, () => drawStack(flow, key, flow.left + padding.x, flow.y + padding.y));
  header.end();
  const cell = flow.pdf.element('TD', row);
  if (whole) {
    const x = flow.left + keyWidth + padding.x;
    // A short value stands level with the middle of a two-line key.
    const offset = Math.max(0, heightOf(key) - heightOf(value)) / 2;
    flow.pdf.content(cell, () => drawStack(flow, value, x, flow.y + padding.y + offset));
    flow.y += height;
  } else {
    flow.y += keyHeight;
    for (const block of value) flow.run(flow.pdf.element('P', cell), block, padding.x);
  }
  cell.end();
  row.end();
  flow.rule(flow.y);
}

export interface FormField {
  readonly label: Text;
  /** Boxes to tick; without them a line to write on. */
  readonly choices?: readonly Text[];
}

/** What the receiver fills in by hand, as on a reply slip 回执. */
export function drawForm(flow: Flow, fields: readonly FormField[]): void {
  for (const field of fields) {
    const style = { size: 10, colour: ink.text };
    const label = flow.lines(`${inOneLine(flow, field.label)}:`, flow.width, style);
    const choices = (field.choices ?? []).map((choice) => inOneLine(flow, choice));
    flow.keepTogether(label.height + (choices.length + 1) * 18);
    const element = flow.pdf.element('P');
    flow.run(element, label);
    if (field.choices) {
      flow.y += 3;
      for (const choice of choices) drawChoice(flow, choice);
    } else drawBlank(flow, label);
    flow.y += 7;
  }
}

function drawChoice(flow: Flow, choice: string): void {
  const lines = flow.lines(choice, flow.width - 34, { size: 10, colour: ink.text });
  flow.keepTogether(lines.height);
  const y = flow.y + lines.lineHeight / 2 - 4.5;
  flow.pdf.artifact(() =>
    flow.pdf.kit
      .rect(flow.left + 14, y, 9, 9)
      .lineWidth(0.8)
      .strokeColor(ink.text)
      .stroke(),
  );
  flow.run(flow.pdf.element('P'), lines, 30);
  flow.y += 2;
}

/** The line to write on: behind a short label, under a long one. */
function drawBlank(flow: Flow, label: Lines): void {
  const labelWidth = flow.pdf.measure(label.lines[0] ?? '', label.style) + 6;
  const behind = label.lines.length === 1 && labelWidth < flow.width * 0.6;
  if (!behind) flow.y += 16;
  const x = flow.left + (behind ? labelWidth : 0);
  flow.rule(flow.y - 1.5, ink.quiet, 0.6, x, flow.left + flow.width - x);
}

export interface Signature {
  /** Who signs: 召回负责人, 经办人, 单位(公章). */
  readonly party: Text;
  /** Printed on the lines where it is known; otherwise the line waits for a pen. */
  readonly name?: string;
  readonly date?: string;
  /** Leaves room for the official seal 公章 of an organisation. */
  readonly seal: boolean;
}

/** Below the name of the party: two lines to write on, and the space of the seal beside them. */
const signatureLinesHeight = 58;
const sealDiameter = 72;

/**
 * Boxes for signature, date and official seal, two side by side. Chinese filings are valid by the seal, which
 * is pressed on paper: the room for it stays empty.
 */
export function drawSignatures(flow: Flow, signatures: readonly Signature[]): void {
  const gap = 12;
  flow.gap(10);
  for (let index = 0; index < signatures.length; index += 2) {
    const pair = signatures.slice(index, index + 2);
    const width = pair.length === 2 ? (flow.width - gap) / 2 : flow.width;
    const parties = pair.map(({ party, seal }) => stack(flow, party, fieldWidth(width, seal), 10, ink.text));
    const height =
      Math.max(...parties.map(heightOf), sealDiameter + 16 - signatureLinesHeight) + signatureLinesHeight;
    flow.keepTogether(height);
    for (const [column, signature] of pair.entries()) {
      const box = { x: flow.left + column * (width + gap), width, height };
      drawSignature(flow, signature, parties[column] ?? [], box);
    }
    flow.y += height + gap;
  }
}

function fieldWidth(width: number, seal: boolean): number {
  return width - 20 - (seal ? sealDiameter + 12 : 0);
}

function drawSignature(
  flow: Flow,
  signature: Signature,
  party: readonly Lines[],
  { x, width, height }: { readonly x: number; readonly width: number; readonly height: number },
): void {
  const { kit } = flow.pdf;
  const top = flow.y;
  flow.pdf.artifact(() => kit.rect(x, top, width, height).lineWidth(0.6).strokeColor(ink.rule).stroke());
  if (signature.seal) drawSealRoom(flow, x + width - sealDiameter / 2 - 8, top + height / 2);
  const element = flow.pdf.element('P');
  flow.pdf.content(element, () => drawStack(flow, party, x + 10, top + 7));
  element.end();
  const fields = [
    { label: { zh: '签字', en: 'Signature' }, value: signature.name ?? '' },
    { label: { zh: '日期', en: 'Date' }, value: signature.date ?? '' },
  ];
  for (const [index, { label, value }] of fields.entries()) {
    const y = top + height - 44 + index * 20;
    const lines = flow.lines(inOneLine(flow, label), 80, { size: 8, colour: ink.quiet });
    const lineWidth = fieldWidth(width, signature.seal) - 60;
    const written = flow.lines(
      value,
      Infinity,
      flow.fitted(value, lineWidth, { size: 9.5, colour: ink.text }),
    );
    const field = flow.pdf.element('P');
    flow.pdf.content(field, () => {
      flow.drawLines(lines, x + 10, y);
      flow.drawLines(written, x + 72, y + 12 - written.lineHeight);
    });
    field.end();
    flow.rule(y + 13, ink.quiet, 0.5, x + 70, lineWidth);
  }
}

/** A circle of dashes the size of a seal on this scale, named, otherwise empty. */
function drawSealRoom(flow: Flow, x: number, y: number): void {
  const { kit } = flow.pdf;
  flow.pdf.artifact(() => {
    kit
      .circle(x, y, sealDiameter / 2)
      .lineWidth(0.6)
      .dash(3, { space: 3 });
    kit.strokeColor(ink.rule).stroke().undash();
  });
  const style = { size: 7.5, colour: ink.quiet };
  const words = flow.lines(inOneLine(flow, { zh: '公章', en: 'Seal' }), sealDiameter, style);
  const element = flow.pdf.element('P');
  flow.pdf.content(element, () =>
    flow.drawLines(words, x - sealDiameter / 2, y - words.height / 2, sealDiameter, 'centre'),
  );
  element.end();
}

function stack(flow: Flow, text: Text, width: number, size: number, colour: string): readonly Lines[] {
  const { first, second } = flow.languages(text);
  return [
    flow.lines(first, width, { size, colour }),
    ...(second ? [flow.lines(second, width, { size: size - 2, colour: ink.quiet })] : []),
  ];
}

function drawStack(flow: Flow, blocks: readonly Lines[], x: number, top: number): void {
  let y = top;
  for (const block of blocks) {
    flow.drawLines(block, x, y);
    y += block.height;
  }
}

function heightOf(blocks: readonly Lines[]): number {
  return blocks.reduce((sum, { height }) => sum + height, 0);
}

function inOneLine(flow: Flow, text: Text): string {
  const { first, second } = flow.languages(text);
  return second ? `${first} ${second}` : first;
}
