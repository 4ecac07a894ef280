/** What every page bears: issuer and number above; when it was made, and page X of Y, below. */
import { type Flow, ink } from './flow.ts';
import { millimetres } from './pdf.ts';

export interface Furniture {
  readonly issuer: string;
  readonly number: string;
  readonly now: Date;
}

/** Drawn last, when the number of pages is known. */
export function drawFurniture(flow: Flow, { issuer, number, now }: Furniture): void {
  const style = { size: 8, colour: ink.quiet };
  const headerY = millimetres(16);
  const footerY = flow.bottom + millimetres(9);
  const issuerWidth = flow.width - flow.pdf.measure(number, style) - 16;
  const issuerLine = issuer.replaceAll('\n', ' ');
  const issuerStyle = flow.fitted(issuerLine, issuerWidth, style);
  const made =
    flow.language === 'en'
      ? `Generated 生成时间 ${chinaTime(now)} (UTC+08:00)`
      : `生成时间 Generated ${chinaTime(now)} (UTC+08:00)`;
  for (let page = 0; page < flow.pages; page += 1) {
    flow.pdf.kit.switchToPage(page);
    flow.pdf.artifact(() => {
      flow.pdf.line(issuerLine, flow.left, headerY, issuerStyle);
      atRight(flow, number, headerY);
      flow.pdf.line(made, flow.left, footerY, style);
      atRight(flow, pageOf(flow, page + 1), footerY);
      flow.pdf.kit.lineWidth(0.5).strokeColor(ink.rule);
      for (const y of [headerY + 5, footerY - 12]) {
        flow.pdf.kit
          .moveTo(flow.left, y)
          .lineTo(flow.left + flow.width, y)
          .stroke();
      }
    }, 'Pagination');
  }
}

function pageOf(flow: Flow, page: number): string {
  const zh = `第 ${page} 页，共 ${flow.pages} 页`;
  const en = `Page ${page} of ${flow.pages}`;
  return flow.language === 'en' ? `${en}  ${zh}` : `${zh}  ${en}`;
}

function atRight(flow: Flow, text: string, y: number): void {
  const style = { size: 8, colour: ink.quiet };
  flow.pdf.line(text, flow.left + flow.width - flow.pdf.measure(text, style), y, style);
}

/** China Standard Time, which has had no summer time since 1991: `2026-11-24 18:30`. */
export function chinaTime(time: Date): string {
  return new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
