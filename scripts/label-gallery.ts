/** `scripts/label-gallery`: draws every label template with the least and the most it holds, and says what scans. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Outlines } from '../src/documents/outlines.ts';
import { CannotStart } from '../src/errors.ts';
import type { TextRuler } from '../src/labels/placed-text.ts';
import { toPng } from '../src/labels/png.ts';
import { renderLabels } from '../src/labels/render.ts';
import {
  type ExpectedPage,
  expectedOf,
  type GalleryLabel,
  galleryLabels,
  layoutsOf,
} from './gallery/labels.ts';
import { galleryPage, galleryPdf } from './gallery/pages.ts';

const usage = 'usage: ./scripts/label-gallery --out DIR [--check]';

/** Dots an inch of a head with 8 dots a millimetre. */
const dotsPerInch = 203.2;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: 'string' }, check: { type: 'boolean' } } });
  const { out, check = false } = values;
  if (out === undefined) throw new CannotStart(usage);
  await mkdir(join(out, 'pictures'), { recursive: true });
  const outlines = new Outlines();
  const ruler: TextRuler = (text, style) => outlines.measure(text, style);
  const labels = await galleryLabels();
  const expected: ExpectedPage[] = [];
  for (const label of labels) {
    const { file, template, contents, options } = label;
    await writeFile(join(out, `${file}.pdf`), await renderLabels(template, contents, options));
    expected.push(...expectedOf(label, ruler));
    for (const layout of layoutsOf(label, ruler)) {
      await writeFile(join(out, 'pictures', `${file}.png`), toPng(layout, dotsPerInch, outlines));
    }
  }
  await writeFile(join(out, 'expected.json'), `${JSON.stringify(expected, undefined, 2)}\n`);
  await writeFile(join(out, 'gallery.html'), galleryPage(labels));
  await writeFile(join(out, 'gallery.pdf'), await galleryPdf(labels));
  process.stdout.write(`${labels.length} files, expected.json, gallery.html and gallery.pdf in ${out}\n`);
  if (check) await checkAll(labels);
}

/** Rasterises every label at the dots of both kinds of head, and has it read by every decoder that is there. */
async function checkAll(labels: readonly GalleryLabel[]): Promise<void> {
  const { rasteriser } = await import('../test/labels/page-raster.ts');
  const { readBack } = await import('../test/labels/gallery-check.ts');
  const { secondDecoders } = await import('../test/labels/second-decoder.ts');
  const readings = new Map<string, { right: number; wrong: number }>();
  for (const label of labels) {
    for (const dpi of [203, 300]) {
      for (const { reader, read, wanted } of await readBack(label, dpi, secondDecoders)) {
        const right = read.join('\n') === wanted.join('\n');
        const count = readings.get(reader) ?? { right: 0, wrong: 0 };
        readings.set(reader, { right: count.right + (right ? 1 : 0), wrong: count.wrong + (right ? 0 : 1) });
        if (!right) process.stdout.write(`${label.file} at ${dpi} dpi, ${reader}: ${JSON.stringify(read)}\n`);
      }
    }
  }
  for (const [reader, { right, wrong }] of readings) {
    process.stdout.write(`${reader} on ${rasteriser}: ${right} pages read byte for byte, ${wrong} not\n`);
    if (wrong > 0) process.exitCode = 1;
  }
}

try {
  await main();
} catch (error) {
  const misused =
    error instanceof TypeError && 'code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
  if (!(error instanceof CannotStart) && !misused) throw error;
  process.exitCode = 1;
  process.stderr.write(`${misused ? usage : error.message}\n`);
}
