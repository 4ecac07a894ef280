/** Encodes symbols: GS1 DataMatrix and GS1-128, which carry a UDI; plain Data Matrix; QR with a link or an MA code. */
import bwip from 'bwip-js';
import QRCode from 'qrcode';
import type { ModuleMatrix } from '../documents/module-matrix.ts';
import type { MatrixSymbology, PlacedBars, QrErrorCorrection } from './primitive.ts';

/**
 * Light margin on every side, in modules: 1 for Data Matrix (GS1 General Specifications 5.6.3.4, ISO/IEC 16022),
 * 4 for QR (ISO/IEC 18004 6.3.8).
 */
export const quietZoneModules: Readonly<Record<MatrixSymbology, number>> = {
  gs1datamatrix: 1,
  datamatrix: 1,
  qr: 4,
};

/** Light margin at both ends of a GS1-128, in modules (GS1 General Specifications 5.4.4.2). */
export const quietZoneOfBars = 10;

/**
 * X-dimension of GS1 DataMatrix on regulated healthcare items that are not scanned in general distribution: GS1
 * General Specifications 5.12.3, symbol specification table 6: 0.254 at least, 0.380 the target, 0.495 at most in
 * the editions that allow least; quality 1.5/08/660. The QR code is not the UDI carrier and has no table of its
 * own here; what a scanner in a hospital reads in one it reads in the other, so it keeps the same range.
 */
export const xDimensionMm = { minimum: 0.254, maximum: 0.495 } as const;

/** Logistic units and cases pass conveyors and warehouse scanners: symbol specification table 5, up to 1.5 mm. */
export const xDimensionOfLogisticsMm = { minimum: 0.254, maximum: 1.5 } as const;

/** GS1-128: 0.495 is what tables 2, 5 and 8 ask for; below 0.250 nothing may be printed on demand. */
export const xDimensionOfBarsMm = { minimum: 0.25, maximum: 1.016 } as const;

const separator = '\u001d';

/**
 * @param elementString as `identifiers/` built it: checked, U+001D between elements, no FNC1 in front.
 * @returns the smallest square symbol, with FNC1 in the first position, which makes it a *GS1* DataMatrix.
 */
export function gs1DataMatrix(elementString: string): ModuleMatrix {
  return dataMatrixOf(withFnc1(elementString), true);
}

/** @returns the smallest square Data Matrix for a text of ASCII, without FNC1. */
export function plainDataMatrix(text: string): ModuleMatrix {
  return dataMatrixOf(text, false);
}

/** @returns the smallest QR code for a text of ASCII at this level of error correction. */
export function qrCode(text: string, errorCorrectionLevel: QrErrorCorrection): ModuleMatrix {
  const { modules } = QRCode.create(text, { errorCorrectionLevel });
  return { size: modules.size, modules: Uint8Array.from(modules.data) };
}

/** @returns the widths of bars and spaces of a GS1-128, from the first bar to the last. */
export function gs1Bars(elementString: string): PlacedBars['widths'] {
  const [symbol] = bwip.raw({ bcid: 'code128', text: withFnc1(elementString), parsefnc: true });
  if (!symbol || !('sbs' in symbol)) throw new Error('the encoder returned no bars');
  return Array.from(symbol.sbs);
}

/** `^` begins an escape of the encoder; the GS1 character sets do not have it. */
function withFnc1(elementString: string): string {
  if (elementString.includes('^')) throw new Error('an element string holds no ^');
  return `^FNC1${elementString.replaceAll(separator, '^FNC1')}`;
}

function dataMatrixOf(text: string, parsefnc: boolean): ModuleMatrix {
  // `datamatrix`, not `gs1datamatrix`: the latter parses and checks again what identifiers/ has checked.
  const [symbol] = bwip.raw({ bcid: 'datamatrix', text, parsefnc });
  if (!symbol || !('pixs' in symbol) || symbol.pixx !== symbol.pixy) {
    throw new Error('the encoder returned no square matrix');
  }
  return { size: symbol.pixx, modules: Uint8Array.from(symbol.pixs) };
}
