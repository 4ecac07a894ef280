/** Title, headings, paragraphs, lists and the notice box. */
import { type Flow, ink, type Text } from './flow.ts';

/** The document's title, centred, with its number beneath: at the head of the first page. */
export function drawTitle(flow: Flow, title: Text, number: string): void {
  const { first, second, secondLanguage } = flow.languages(title);
  const heading = flow.pdf.element('H1');
  flow.run(
    heading,
    flow.lines(first, flow.width, { size: 19, weight: 'bold', colour: ink.heading }),
    0,
    'centre',
  );
  if (second) {
    const subtitle = flow.pdf.element('P', undefined, { lang: secondLanguage });
    flow.run(subtitle, flow.lines(second, flow.width, { size: 11, colour: ink.quiet }), 0, 'centre');
  }
  flow.y += 2;
  const numberLine = flow.lines(flow.language === 'en' ? `No. ${number}` : `编号 No. ${number}`, flow.width, {
    size: 9.5,
    colour: ink.text,
  });
  flow.run(flow.pdf.element('P'), numberLine, 0, 'centre');
  flow.y += 6;
  flow.rule(flow.y, ink.heading, 1);
  flow.y += 8;
}

/** Room below a heading: two lines of text, or a table's header with its first row in both languages. */
const headingKeeps = 84;

/** A heading, level 2 or 3; stays with at least two lines of what follows. */
export function drawHeading(flow: Flow, text: Text, level: 2 | 3): void {
  const { first, second } = flow.languages(text);
  const size = level === 2 ? 13 : 11;
  const style = { size, weight: 'bold', colour: ink.heading } as const;
  const firstLines = flow.lines(first, flow.width, style);
  const quiet = { size: size - 3, colour: ink.quiet } as const;
  const firstWidth = flow.pdf.measure(first, style) + 8;
  const inline = second !== undefined && firstWidth + flow.pdf.measure(second, quiet) <= flow.width;
  const secondLines = second ? flow.lines(second, flow.width, quiet) : undefined;
  flow.gap(level === 2 ? 16 : 11);
  flow.keepTogether(firstLines.height + (inline ? 0 : (secondLines?.height ?? 0)) + headingKeeps);
  const element = flow.pdf.element(level === 2 ? 'H2' : 'H3');
  if (inline && second !== undefined) {
    flow.pdf.content(element, () => {
      const baseline = flow.y + firstLines.lineHeight / 2 + size * 0.36;
      flow.pdf.line(first, flow.left, baseline, style);
      flow.pdf.line(second, flow.left + firstWidth, baseline, quiet);
    });
    flow.y += firstLines.height;
    element.end();
  } else {
    flow.run(element, firstLines);
    if (secondLines) flow.run(flow.pdf.element('P'), secondLines);
  }
  flow.y += 3;
}

/** A paragraph; of a bilingual one the second language follows smaller and quieter. */
export function drawParagraph(flow: Flow, text: Text, indent = 0): void {
  const { first, second, secondLanguage } = flow.languages(text);
  const width = flow.width - indent;
  flow.run(flow.pdf.element('P'), flow.lines(first, width, { size: 10.5, colour: ink.text }), indent);
  if (second) {
    flow.y += 1.5;
    const element = flow.pdf.element('P', undefined, { lang: secondLanguage });
    flow.run(element, flow.lines(second, width, { size: 8.5, colour: ink.quiet }), indent);
  }
  flow.y += 5;
}

/** A numbered list. */
export function drawList(flow: Flow, items: readonly Text[]): void {
  const indent = 20;
  const list = flow.pdf.element('L');
  for (const [index, text] of items.entries()) {
    const { first, second, secondLanguage } = flow.languages(text);
    const style = { size: 10.5, colour: ink.text };
    const lines = flow.lines(first, flow.width - indent, style);
    // The second language starts on the page of the first, whose last line would else stand without it.
    const together = second ? lines.height + 2 * 13 : Math.min(2, lines.lines.length) * lines.lineHeight;
    if (together <= flow.pageHeight) flow.keepTogether(together);
    const item = flow.pdf.element('LI', list);
    const label = flow.pdf.element('Lbl', item);
    flow.pdf.content(label, () =>
      flow.drawLines({ ...lines, lines: [`${index + 1}.`] }, flow.left, flow.y, indent - 6, 'end'),
    );
    label.end();
    flow.run(flow.pdf.element('LBody', item), lines, indent);
    if (second) {
      const element = flow.pdf.element('LBody', item, { lang: secondLanguage });
      flow.run(element, flow.lines(second, flow.width - indent, { size: 8.5, colour: ink.quiet }), indent);
    }
    item.end();
    flow.y += 3;
  }
  list.end();
  flow.y += 3;
}

/** The one thing that a hurried reader must see: bold, between a red bar and a quiet shade. */
export function drawNotice(flow: Flow, text: Text): void {
  const { first, second, secondLanguage } = flow.languages(text);
  const padding = 9;
  const width = flow.width - 2 * padding - 4;
  const firstLines = flow.lines(first, width, { size: 11.5, weight: 'bold', colour: ink.danger });
  const secondLines = flow.lines(second ?? '', width, { size: 9, colour: ink.text });
  const height = firstLines.height + (second ? secondLines.height + 1 : 0) + 2 * padding;
  flow.gap(4);
  const boxed = height <= flow.pageHeight;
  if (boxed) {
    flow.keepTogether(height);
    flow.pdf.artifact(() => {
      flow.pdf.kit.rect(flow.left, flow.y, flow.width, height).fill(ink.shade);
      flow.pdf.kit.rect(flow.left, flow.y, 4, height).fill(ink.danger);
    });
  }
  flow.y += padding;
  flow.run(flow.pdf.element('P'), firstLines, padding + 4);
  if (second) {
    flow.y += 1;
    flow.run(flow.pdf.element('P', undefined, { lang: secondLanguage }), secondLines, padding + 4);
  }
  flow.y += padding + 8;
}
