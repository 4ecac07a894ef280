/**
 * ZPL commands that have the printer make a symbol itself. None is given where the printer's encoder could come to a
 * larger symbol than the one that was laid out (it would grow into text), or where a command cannot say the text.
 */
import QRCode from 'qrcode';
import { unreachable } from '../errors.ts';
import { codeOf } from './code-128.ts';
import type { PlacedBars, PlacedMatrix } from './primitive.ts';

const separator = '\u001d';

/** Begins an escape in the data of `^BX`; itself written twice. The default is another one in old printers. */
const escapeSign = '_';

/** `^` and `~` begin commands; the rest is what every printer takes for itself. */
const plain = /^[\u0020-\u005d\u005f-\u007d]*$/;

/** A length in millimetres in whole dots of the printer. */
type Dots = (length: number) => number;

/** @returns `^BX` or `^BQ`, or undefined where the symbol has to be sent as it is. */
export function matrixCommand(symbol: PlacedMatrix, dots: Dots): string | undefined {
  switch (symbol.symbology) {
    case 'gs1datamatrix':
    case 'datamatrix':
      return dataMatrixCommand(symbol, dots);
    case 'qr':
      return qrCommand(symbol, dots);
    default:
      return unreachable(symbol.symbology);
  }
}

function dataMatrixCommand(symbol: PlacedMatrix, dots: Dots): string | undefined {
  const { symbology, text, matrix, x, y, moduleMm } = symbol;
  const gs1 = symbology === 'gs1datamatrix';
  if (!plain.test(text.replaceAll(separator, '')) || (!gs1 && text.includes(separator))) return undefined;
  if (sideInAscii(text, gs1) !== matrix.size) return undefined;
  const fnc1 = `${escapeSign}1`;
  const data = text.replaceAll(escapeSign, escapeSign + escapeSign).replaceAll(separator, fnc1);
  const module = dots(moduleMm);
  return `^FO${dots(x)},${dots(y)}^BXN,${module},200,,,,${escapeSign}^FD${gs1 ? fnc1 : ''}${data}^FS\n`;
}

/** Codewords of data in square symbols, by modules a side (ISO/IEC 16022, table 7). */
const capacities: readonly (readonly [side: number, codewords: number])[] = [
  ...([
    [10, 3],
    [12, 5],
    [14, 8],
    [16, 12],
    [18, 18],
    [20, 22],
    [22, 30],
    [24, 36],
    [26, 44],
  ] as const),
  ...([
    [32, 62],
    [36, 86],
    [40, 114],
    [44, 144],
    [48, 174],
    [52, 204],
    [64, 280],
    [72, 368],
  ] as const),
];

/**
 * Side of the symbol in ASCII encodation alone, which no encoder does worse than: two digits, or any other
 * character, a codeword (ISO/IEC 16022, 5.2.3).
 */
function sideInAscii(text: string, gs1: boolean): number | undefined {
  const codewords = text.replace(/\d\d/g, '2').length + (gs1 ? 1 : 0);
  return capacities.find(([, capacity]) => codewords <= capacity)?.[0];
}

/**
 * Zebra's printers put a QR code lower than `^FO` says, by the height that `^BY` has, 10 dots where nobody has said
 * another.
 */
const qrShift = 10;

function qrCommand(symbol: PlacedMatrix, dots: Dots): string | undefined {
  const { text, errorCorrection, matrix, x, y, moduleMm } = symbol;
  const module = dots(moduleMm);
  // `^BQ` magnifies up to 10 times.
  if (errorCorrection === undefined || !plain.test(text) || module > 10 || dots(y) < qrShift)
    return undefined;
  // A printer that takes every character for a byte must come to the same version.
  const inBytes = QRCode.create([{ data: Buffer.from(text, 'latin1'), mode: 'byte' }], {
    errorCorrectionLevel: errorCorrection,
  });
  if (inBytes.modules.size !== matrix.size) return undefined;
  return `^BY2,3,${qrShift}^FO${dots(x)},${dots(y) - qrShift}^BQN,2,${module}^FD${errorCorrection}A,${text}^FS\n`;
}

/** @returns `^BC`, told code by code what it shall be, or undefined where the bars have to be sent as they are. */
export function barsCommand(
  { widths, x, y, moduleMm, heightMm }: PlacedBars,
  dots: Dots,
): string | undefined {
  const codes = codeOf(widths);
  const module = dots(moduleMm);
  // `^BY` makes modules of up to 10 dots.
  if (codes === undefined || module > 10) return undefined;
  const data = invocations(codes);
  if (data === undefined) return undefined;
  return `^BY${module},3,10^FO${dots(x)},${dots(y)}^BCN,${dots(heightMm)},N,N,N,N^FD${data}^FS\n`;
}

const [startB, startC, codeB, fnc1] = [104, 105, 100, 102];

/**
 * Data of `^BC` that gives these codes, from start to the last before the check character. Only what emulations have
 * been seen to print right: digits in pairs, then at most once something else of two characters or more.
 */
function invocations(codes: readonly number[]): string | undefined {
  const [start, ...rest] = codes;
  if (start !== startB && start !== startC) return undefined;
  const toB = start === startB ? 0 : rest.includes(codeB) ? rest.indexOf(codeB) : rest.length;
  const pairs = rest.slice(0, toB);
  const characters = rest.slice(start === startB ? 0 : toB + 1);
  const odd = pairs.some((code) => code >= codeB && code !== fnc1) || characters.length === 1;
  if (odd || characters.some((code) => code > 94 && code !== fnc1)) return undefined;
  const digits = pairs.map((code) => (code === fnc1 ? '>8' : String(code).padStart(2, '0'))).join('');
  const others = characters.map((code) => (code === fnc1 ? '>8' : escapedInB(code))).join('');
  if (start === startB) return `>:${others}`;
  return `>;${digits}${others === '' ? '' : `>6${others}`}`;
}

/** Code 0 is a blank; `>` begins an invocation, and the two that begin commands have one. */
function escapedInB(code: number): string {
  const character = String.fromCharCode(code + 32);
  if (character === '>') return '>0';
  if (character === '^') return '><';
  return character;
}
