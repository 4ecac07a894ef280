/**
 * A second opinion on a symbol, from another decoder than zxing: libdmtx and zbar where Debian's packages `dmtx-utils`
 * and `zbar-tools` are installed, else rxing (Rust) as WebAssembly.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DecodeHintDictionary, DecodeHintTypes, decode_multi, initSync } from '@deviceflow/rxing-wasm';
import type { Raster } from '../documents/pdf-reading.ts';
import { isInstalled } from './installed.ts';
import { pgmOf } from './page-raster.ts';

/** Symbols looked for on a page: how many of each. */
export interface Wanted {
  readonly dataMatrix: number;
  readonly qr: number;
  readonly bars: number;
}

export interface SecondDecoder {
  readonly name: string;
  /** @returns the texts, a GS1 symbol's without the FNC1 in front. */
  read(raster: Raster, wanted: Wanted): Promise<string[]>;
}

const run = promisify(execFile);
const separator = '\u001d';

const installed = (await isInstalled('dmtxread', '--version')) && (await isInstalled('zbarimg', '--version'));

/** A page's file is read by both programs; dmtxread looks until it has as many as there are, or gives up. */
const dmtxMilliseconds = 20_000;

const programs: SecondDecoder = {
  name: 'dmtxread and zbarimg',
  read: async (raster, { dataMatrix, qr, bars }) => {
    const folder = await mkdtemp(join(tmpdir(), 'pps-trace-scan-'));
    try {
      const file = join(folder, 'page.pgm');
      await writeFile(file, pgmOf(raster));
      const texts: string[] = [];
      if (dataMatrix > 0) {
        // `-G 29`: FNC1 as U+001D, in front as well; without it a GS1 symbol reads like any other.
        const flags = ['-n', '-G', '29', '-N', String(dataMatrix), '-m', String(dmtxMilliseconds)];
        texts.push(...linesOf((await run('dmtxread', [...flags, file])).stdout));
      }
      if (qr + bars > 0) {
        const flags = ['-q', '--raw', '-Sdisable', '-Sqrcode.enable', '-Scode128.enable'];
        texts.push(...linesOf((await run('zbarimg', [...flags, file])).stdout));
      }
      return texts;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

function linesOf(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map(withoutFirst);
}

function withoutFirst(text: string): string {
  return text.startsWith(separator) ? text.slice(1) : text;
}

const rxing: SecondDecoder = {
  name: 'rxing',
  read: async ({ width, height, grey }, { dataMatrix, qr, bars }) => {
    const formats = [
      ...(dataMatrix > 0 ? ['datamatrix'] : []),
      ...(qr > 0 ? ['qrcode'] : []),
      ...(bars > 0 ? ['code128'] : []),
    ];
    return formats.flatMap((format) => {
      const hints = new DecodeHintDictionary();
      hints.set_hint(DecodeHintTypes.TryHarder, 'true');
      hints.set_hint(DecodeHintTypes.PossibleFormats, format);
      const found = decode_multi(new Uint8Array(grey), width, height, hints, false);
      return found.map((result) => withoutFirst(result.text()));
    });
  },
};

async function startRxing(): Promise<void> {
  const wasm = new URL('./rxing_wasm_bg.wasm', import.meta.resolve('@deviceflow/rxing-wasm'));
  initSync({ module: await readFile(wasm) });
}

await startRxing();

/** Both that may be there, the one to be used first. */
export const secondDecoders: readonly SecondDecoder[] = installed ? [programs, rxing] : [rxing];
