/** Labels: 10,000 in one file, against encoding and drawing the same with the bare libraries; a process of its own each. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import bwip from 'bwip-js';
import QRCode from 'qrcode';
import { drawModuleMatrix } from '../../src/documents/module-matrix.ts';
import { millimetres, Pdf } from '../../src/documents/pdf.ts';
import type { UnitContent } from '../../src/labels/content.ts';
import { layoutLabel } from '../../src/labels/layout.ts';
import { drawLayout } from '../../src/labels/pdf-drawing.ts';
import type { LabelLayout } from '../../src/labels/primitive.ts';
import { drawLabels } from '../../src/labels/render.ts';
import { type LabelTemplate, loadTemplate } from '../../src/labels/template.ts';
import { allocator, young } from './as-started.ts';
import { type Aim, type Figure, judge, median } from './figures.ts';

const now = new Date('2026-11-24T02:30:00Z');
const templateName = 'unit-60x40';

/** What a maker's roll says: one serial number after the other. */
const content: UnitContent = {
  kind: 'unit',
  gtin: '06901234567892',
  lot: 'PPS3-2601A',
  serial: 'SN00000000',
  expiresOn: '2028-12-31',
  manufacturedOn: '2026-01-15',
  productName: { zh: '一次性使用管型吻合器', en: 'Circular stapler, single use' },
  model: 'PPS-3.0-CS',
  specification: '29 mm',
  registrationNumber: '国械注准20213020001',
  registrant: { name: { zh: '苏州澄明医疗器械有限公司', en: 'Suzhou Chengming Medical Devices Co., Ltd.' } },
  sterile: { kind: 'sterile', method: 'ethylene-oxide' },
  singleUse: true,
  publicUrl: 'https://trace.example.org',
};

function* contents(labels: number): Generator<UnitContent> {
  for (let label = 0; label < labels; label += 1) {
    yield { ...content, serial: `SN${String(label).padStart(8, '0')}` };
  }
}

/** What one process came to. */
interface Run {
  /** Of a processor: others on the machine do not count. */
  readonly seconds: number;
  readonly firstByteSeconds: number;
  readonly peakMb: number;
  readonly megabytes: number;
}

const timeAim: Aim = { text: '≤ 1.2×', ratioAtMost: 1.2 };
const memoryAim: Aim = { text: '< 300 MB', valueBelow: 300 };
const firstByteAim: Aim = { text: '< 1 s', valueBelow: 1 };

/** @param rounds of both, in turns */
export async function benchLabels(labels: number, rounds: number): Promise<Figure[]> {
  const products: Run[] = [];
  const floors: Run[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await runAlone('floor', labels));
    products.push(await runAlone('product', labels));
  }
  const of = (runs: readonly Run[], what: keyof Run): number => median(runs.map((run) => run[what]));
  const size = `${labels.toLocaleString('en')} unit labels as one PDF`;
  const note = `${Math.round(labels / (of(products, 'seconds') / 60)).toLocaleString('en')} labels a minute on one core, ${of(products, 'megabytes').toFixed(1)} MB; floor: qrcode, bwip-js and pdfkit, told where everything goes`;
  const seconds = { value: of(products, 'seconds'), floor: of(floors, 'seconds') };
  return [
    judge({ name: size, unit: 's', ...seconds, note }, timeAim),
    judge({ name: `${size}: memory of the process`, unit: 'MB', value: of(products, 'peakMb') }, memoryAim),
    judge({ name: `${size}: first byte`, unit: 's', value: of(products, 'firstByteSeconds') }, firstByteAim),
  ];
}

async function runAlone(who: 'floor' | 'product', labels: number): Promise<Run> {
  const args = [young, import.meta.filename, who, String(labels)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...allocator },
  });
  return JSON.parse(stdout) as Run;
}

/** Takes pieces as a network would, and keeps none. */
async function measured(pieces: AsyncIterable<Buffer>): Promise<Run> {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  let firstMs: number | undefined;
  let bytes = 0;
  for await (const piece of pieces) {
    firstMs ??= performance.now();
    bytes += piece.length;
  }
  const endedMs = performance.now();
  const { user, system } = process.cpuUsage(startedCpu);
  return {
    seconds: (user + system) / 1e6,
    firstByteSeconds: ((firstMs ?? endedMs) - startedMs) / 1_000,
    peakMb: process.resourceUsage().maxRSS / 1_024,
    megabytes: bytes / 1e6,
  };
}

function product(template: LabelTemplate, labels: number): AsyncGenerator<Buffer> {
  const run = { labels, first: content, contents: contents(labels) };
  return drawLabels(template, run, { now });
}

/** Encodes and draws what the layout of one label says, with the serial number of each: nothing is looked up or laid out. */
async function* floor(
  { sizeMm }: LabelTemplate,
  layout: LabelLayout,
  labels: number,
): AsyncGenerator<Buffer> {
  const pageSize = [millimetres(sizeMm.width), millimetres(sizeMm.height)] as const;
  const pdf = new Pdf({ title: 'floor', language: 'zh-CN', now, pageSize, archival: false });
  const { kit } = pdf;
  for (let label = 0; label < labels; label += 1) {
    const serial = `SN${String(label).padStart(8, '0')}`;
    const own = (text: string): string => text.replace('SN00000000', serial);
    kit.addPage({ size: [...pageSize], margin: 0 });
    for (const primitive of layout.primitives) {
      switch (primitive.kind) {
        case 'text':
          kit.font(primitive.weight).fontSize(primitive.size).fillColor('#000000');
          kit.text(own(primitive.text), millimetres(primitive.x), millimetres(primitive.baseline), {
            lineBreak: false,
            baseline: 'alphabetic',
          });
          break;
        case 'matrix': {
          const matrix =
            primitive.symbology === 'qr' ? qr(own(primitive.text)) : dataMatrix(own(primitive.text));
          const side = millimetres(matrix.size * primitive.moduleMm);
          drawModuleMatrix(pdf, matrix, millimetres(primitive.x), millimetres(primitive.y), side);
          break;
        }
        case 'shape':
          // Once in the file, as any pdfkit user would who minds its size.
          drawLayout(pdf, { sizeMm, primitives: [primitive] });
          break;
        case 'rule':
        case 'bars':
          throw new Error(`a unit label has no ${primitive.kind}`);
      }
    }
    if (label % 200 === 0) yield pdf.take();
  }
  yield await pdf.finish();
}

function qr(text: string) {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  return { size: modules.size, modules: Uint8Array.from(modules.data) };
}

function dataMatrix(elementString: string) {
  const text = `^FNC1${elementString.replaceAll('\u001d', '^FNC1')}`;
  const [symbol] = bwip.raw({ bcid: 'datamatrix', text, parsefnc: true });
  if (!symbol || !('pixs' in symbol)) throw new Error('no matrix');
  return { size: symbol.pixx, modules: Uint8Array.from(symbol.pixs) };
}

if (import.meta.main) {
  const [, , who, labels] = process.argv;
  const template = await loadTemplate(templateName);
  if (who === 'product') {
    process.stdout.write(JSON.stringify(await measured(product(template, Number(labels)))));
  } else {
    const ruler = new Pdf({ title: 'x', language: 'en', now, pageSize: [1, 1], archival: false });
    const options = { dotsPerInch: 203.2, languages: template.languages };
    const layout = layoutLabel(template, content, (text, style) => ruler.measure(text, style), options);
    process.stdout.write(JSON.stringify(await measured(floor(template, layout, Number(labels)))));
  }
}
