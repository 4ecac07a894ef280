/** The gallery as a page and as a PDF: every template beside its name, so that one sees what there is. */
import { millimetres, Pdf } from '../../src/documents/pdf.ts';
import { drawLayout } from '../../src/labels/pdf-drawing.ts';
import type { TextRuler } from '../../src/labels/placed-text.ts';
import type { LabelLayout } from '../../src/labels/primitive.ts';
import { pageSizeMm } from '../../src/labels/sheet.ts';
import { type GalleryLabel, galleryTime, layoutsOf } from './labels.ts';

const lengths = {
  shortest: { zh: '最短内容', en: 'shortest' },
  longest: { zh: '最长内容', en: 'longest' },
} as const;
const leads = { zh: { zh: '中文', en: 'Chinese' }, en: { zh: '英文', en: 'English' } } as const;

function captionOf({ lead, length }: GalleryLabel): string {
  return `${leads[lead].zh}，${lengths[length].zh} ${leads[lead].en}, ${lengths[length].en}`;
}

function byTemplate(labels: readonly GalleryLabel[]): GalleryLabel[][] {
  return [...Map.groupBy(labels, ({ template }) => template.name).values()];
}

function headingOf(labels: readonly GalleryLabel[]): string {
  const { name, description } = labels[0]?.template ?? { name: '', description: { zh: '', en: '' } };
  return `${description.zh} ${description.en} (${name})`;
}

const style = `body{font:15px/1.5 system-ui,"Noto Sans SC",sans-serif;margin:2rem;background:#eceff1;color:#1b1f23}
section{margin-block:2rem}div{display:flex;flex-wrap:wrap;gap:1rem;align-items:start}
figure{margin:0;background:#fff;padding:.5rem;border:1px solid #c5ccd3}figcaption{font-size:12px}
img{display:block;max-width:100%;height:auto}`;

/** @returns an HTML page without scripts, which shows the pictures and links to the files beside it. */
export function galleryPage(labels: readonly GalleryLabel[]): string {
  const sections = byTemplate(labels).map((group) => {
    const figures = group.map((label) => {
      const width = pageSizeMm(label.template).width;
      const picture = `<img src="pictures/${label.file}.png" alt="${captionOf(label)}" style="width:${width}mm">`;
      return `<figure>${picture}<figcaption><a href="${label.file}.pdf">${captionOf(label)}</a></figcaption></figure>`;
    });
    return `<section><h2>${headingOf(group)}</h2><div>${figures.join('')}</div></section>`;
  });
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>标签样张 Label gallery</title><style>${style}</style><h1>标签样张 Label gallery</h1>${sections.join('')}</html>\n`;
}

const page = { width: 210, height: 297, margin: 12, gap: 5 } as const;
/** Wider labels are drawn smaller, so that two stand beside one another. */
const widthMax = (page.width - 2 * page.margin - page.gap) / 2;
/** Higher ones too, so that both rows stand on one page. */
const heightMax = 122;

/** @returns the same on A4. What is drawn smaller than it is says so; its symbols are not for scanners. */
export async function galleryPdf(labels: readonly GalleryLabel[]): Promise<Buffer> {
  const pageSize = [millimetres(page.width), millimetres(page.height)] as const;
  const pdf = new Pdf({
    ...{ title: '标签样张 Label gallery', language: 'zh-CN', now: galleryTime, pageSize, archival: false },
  });
  const ruler: TextRuler = (text, textStyle) => pdf.measure(text, textStyle);
  let y: number = page.height;
  for (const group of byTemplate(labels)) {
    const drawn = group.flatMap((label) => layoutsOf(label, ruler).map((layout) => ({ label, layout })));
    const { width = 1, height: whole = 1 } = drawn[0]?.layout.sizeMm ?? {};
    const scale = Math.min(1, widthMax / width, heightMax / whole);
    const rows = [drawn.slice(0, 2), drawn.slice(2)];
    for (const [index, row] of rows.entries()) {
      const height = (row[0]?.layout.sizeMm.height ?? 0) * scale + 7;
      const heading = index === 0 ? 9 : 0;
      if (y + heading + height > page.height - page.margin) {
        pdf.kit.addPage({ size: [...pageSize], margin: 0 });
        y = page.margin;
      }
      if (index === 0) {
        drawHeading(pdf, headingOf(group), y + 5);
        y += heading;
      }
      for (const [column, { label, layout }] of row.entries()) {
        const x = page.margin + column * (widthMax + page.gap);
        drawAt(pdf, layout, x, y, scale);
        const size = scale === 1 ? '' : ` ${Math.round(scale * 100)} %`;
        const below = millimetres(y + layout.sizeMm.height * scale + 3.5);
        pdf.line(captionOf(label) + size, millimetres(x), below, { size: 6.5, colour: '#5b6670' });
      }
      y += height;
    }
    y += 4;
  }
  return pdf.finish();
}

function drawHeading(pdf: Pdf, heading: string, y: number): void {
  const room = millimetres(page.width - 2 * page.margin);
  const width = pdf.measure(heading, { size: 11, weight: 'bold' });
  const size = Math.min(11, (11 * room) / width);
  pdf.line(heading, millimetres(page.margin), millimetres(y), { size, weight: 'bold' });
}

function drawAt(pdf: Pdf, layout: LabelLayout, x: number, y: number, scale: number): void {
  const { kit } = pdf;
  kit.save();
  kit.transform(scale, 0, 0, scale, millimetres(x), millimetres(y));
  drawLayout(pdf, layout);
  kit.rect(0, 0, millimetres(layout.sizeMm.width), millimetres(layout.sizeMm.height));
  kit.lineWidth(0.3).strokeColor('#9aa5ae').stroke();
  kit.restore();
}
