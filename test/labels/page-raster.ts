/** Pages as a printer would draw them: by poppler's pdftoppm where it is installed, else by pdfium. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Raster, rasterise } from '../documents/pdf-reading.ts';
import { isInstalled } from './installed.ts';

const run = promisify(execFile);
const pictureBytesMax = 256 * 1024 * 1024;

export const rasteriser = (await isInstalled('pdftoppm', '-v')) ? 'pdftoppm' : 'pdfium';

/** @returns the first page of a file, down to `heightMm`: below it the sheets of the gallery are empty. */
export async function rasterOf(pdf: Buffer, dotsPerInch: number, heightMm: number): Promise<Raster> {
  const rows = Math.ceil((heightMm * dotsPerInch) / 25.4);
  if (rasteriser === 'pdftoppm') return cut(await byPoppler(pdf, dotsPerInch), rows);
  const [page] = await rasterise(pdf, dotsPerInch, 0);
  if (page === undefined) throw new Error('a file without a page');
  return cut(page, rows);
}

async function byPoppler(pdf: Buffer, dotsPerInch: number): Promise<Raster> {
  const folder = await mkdtemp(join(tmpdir(), 'pps-trace-page-'));
  try {
    const file = join(folder, 'label.pdf');
    await writeFile(file, pdf);
    const { stdout } = await run('pdftoppm', ['-r', String(dotsPerInch), '-gray', '-l', '1', file], {
      encoding: 'buffer',
      maxBuffer: pictureBytesMax,
    });
    return parsePgm(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function parsePgm(pgm: Buffer): Raster {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(pgm.subarray(0, 40).toString('latin1'));
  if (head === null) throw new Error('pdftoppm wrote no picture');
  const grey = new Uint8ClampedArray(pgm.subarray(head[0].length));
  return { width: Number(head[1]), height: Number(head[2]), grey };
}

function cut({ width, height, grey }: Raster, rows: number): Raster {
  const kept = Math.min(height, rows);
  return { width, height: kept, grey: grey.subarray(0, width * kept) };
}

/** @returns the picture as a file that other programs read. */
export function pgmOf({ width, height, grey }: Raster): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), Buffer.from(grey)]);
}
