/** The two symbols of a label, encoded: GS1 DataMatrix, the UDI carrier, and QR with the Digital Link. */
import bwip from 'bwip-js';
import QRCode from 'qrcode';
import type { ModuleMatrix } from '../documents/module-matrix.ts';

export type SymbolKind = 'gs1DataMatrix' | 'digitalLinkQr';

/** Share of a QR code that may be lost: L 7 %, M 15 % (ISO/IEC 18004 table 9). */
export type QrErrorCorrection = 'L' | 'M';

/**
 * Light margin on every side, in modules: 1 for Data Matrix (GS1 General Specifications 5.6.3.4, ISO/IEC 16022),
 * 4 for QR (ISO/IEC 18004 6.3.8).
 */
export const quietZoneModules: Readonly<Record<SymbolKind, number>> = { gs1DataMatrix: 1, digitalLinkQr: 4 };

/**
 * X-dimension of GS1 DataMatrix on regulated healthcare items that are not scanned in general distribution: GS1
 * General Specifications 5.12.3, symbol specification table 6: 0.254 at least, 0.380 the target, 0.495 at most in
 * the editions that allow least; quality 1.5/08/660. The QR code is not the UDI carrier and has no table of its
 * own here; what a scanner in a hospital reads in one it reads in the other, so it keeps the same range.
 */
export const xDimensionMm = { minimum: 0.254, target: 0.38, maximum: 0.495 } as const;

const separator = '\u001d';

/**
 * @param elementString as `identifiers/` built it: checked, U+001D between elements, no FNC1 in front.
 * @returns the smallest square symbol, with FNC1 in the first position, which makes it a *GS1* DataMatrix.
 */
export function dataMatrix(elementString: string): ModuleMatrix {
  // `^` begins an escape of the encoder; the GS1 character sets do not have it.
  if (elementString.includes('^')) throw new Error('an element string holds no ^');
  const text = `^FNC1${elementString.replaceAll(separator, '^FNC1')}`;
  // `datamatrix`, not `gs1datamatrix`: the latter parses and checks again what identifiers/ has checked.
  const [symbol] = bwip.raw({ bcid: 'datamatrix', text, parsefnc: true });
  if (!symbol || !('pixs' in symbol) || symbol.pixx !== symbol.pixy) {
    throw new Error('the encoder returned no square matrix');
  }
  return { size: symbol.pixx, modules: Uint8Array.from(symbol.pixs) };
}

/** @returns the smallest QR code for a URI at this level of error correction. */
export function qrCode(uri: string, errorCorrectionLevel: QrErrorCorrection): ModuleMatrix {
  const { modules } = QRCode.create(uri, { errorCorrectionLevel });
  return { size: modules.size, modules: Uint8Array.from(modules.data) };
}
