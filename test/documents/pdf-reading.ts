/** Reads PDF files back with pdfium: what a reader would copy out, and what a printer would put on paper. */
import { PDFiumLibrary } from '@hyzyla/pdfium';

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** One byte a pixel, 0 black to 255 white. */
  readonly grey: Uint8ClampedArray;
}

const library = PDFiumLibrary.init();

/** @returns the text of every page, line ends as line feeds. */
export async function textOfPages(pdf: Buffer): Promise<string[]> {
  const document = await (await library).loadDocument(pdf);
  try {
    return [...document.pages()].map((page) => page.getText().replace(/\r\n?/g, '\n'));
  } finally {
    document.destroy();
  }
}

/** @returns every page (or one, from 0) as a printer of that many dots an inch would draw it. */
export async function rasterise(pdf: Buffer, dotsPerInch: number, only?: number): Promise<Raster[]> {
  const document = await (await library).loadDocument(pdf);
  try {
    const pages = only === undefined ? [...document.pages()] : [document.getPage(only)];
    const rasters: Raster[] = [];
    const size = sizeInDots(pdf, dotsPerInch);
    for (const page of pages) {
      const { width, height, data } = await page.render({ ...size, render: 'bitmap' });
      const grey = new Uint8ClampedArray(width * height);
      for (let pixel = 0; pixel < grey.length; pixel += 1) {
        const at = pixel * 4;
        grey[pixel] = ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3;
      }
      rasters.push({ width, height, grey });
    }
    return rasters;
  } finally {
    document.destroy();
  }
}

/**
 * pdfium's wrapper rounds a page's points down before it scales them, which would stretch a small label by half
 * a percent; the size is taken from the file. Our pages are all of one size.
 */
function sizeInDots(pdf: Buffer, dotsPerInch: number): { width: number; height: number } {
  const box = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf.toString('latin1'));
  if (!box) throw new Error('no MediaBox in the file');
  const dots = (points: string | undefined): number => Math.round((Number(points) * dotsPerInch) / 72);
  return { width: dots(box[1]), height: dots(box[2]) };
}

/** Text without white space: a reader's layout is no part of what was written. */
export function withoutSpace(text: string): string {
  return text.replace(/\s/g, '');
}
