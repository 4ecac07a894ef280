/**
 * What a laid-out label consists of: the closed set that PDF, SVG, PNG and ZPL draw, each by a switch that ends in
 * `never`. Lengths are millimetres from the label's (or sheet's) upper left corner, sizes of text are points. All is
 * black; nothing lies over anything else.
 */
import type { ModuleMatrix } from '../documents/module-matrix.ts';

/** Symbols in the two dimensions. What a scanner is told in front of the text: `]d2`, `]d1`, `]Q1`. */
export type MatrixSymbology = 'gs1datamatrix' | 'datamatrix' | 'qr';

/** Share of a QR code that may be lost: L 7 %, M 15 % (ISO/IEC 18004 table 9). */
export type QrErrorCorrection = 'L' | 'M';

/** A square symbol; its origin and its modules are whole dots of the printer. */
export interface PlacedMatrix {
  readonly kind: 'matrix';
  readonly symbology: MatrixSymbology;
  /** What a scanner reads, FNC1 between elements as U+001D, none in front. */
  readonly text: string;
  /** Of a QR code. */
  readonly errorCorrection?: QrErrorCorrection;
  readonly matrix: ModuleMatrix;
  /** Upper left corner of the first module; the quiet zone lies around it. */
  readonly x: number;
  readonly y: number;
  readonly moduleMm: number;
}

/** A GS1-128; its left edge and its modules are whole dots of the printer. */
export interface PlacedBars {
  readonly kind: 'bars';
  readonly symbology: 'gs1-128';
  /** As of {@link PlacedMatrix}. */
  readonly text: string;
  /** Widths in modules from the left: bar, space, bar, … bar. */
  readonly widths: readonly number[];
  /** Left edge of the first bar; ten modules of quiet zone lie on both sides. */
  readonly x: number;
  readonly y: number;
  readonly moduleMm: number;
  readonly heightMm: number;
}

/** One line of text, printable as it stands: every character has a glyph in the typeface. */
export interface PlacedText {
  readonly kind: 'text';
  readonly text: string;
  readonly x: number;
  readonly baseline: number;
  /** Points, 1/72 inch. */
  readonly size: number;
  readonly weight: 'regular' | 'bold';
  /** From the first advance to the last, as the layout's ruler measured it. */
  readonly widthMm: number;
}

/** A filled outline: symbols of ISO 15223-1. The same `path` string comes again and again: cache by it. */
export interface PlacedShape {
  readonly kind: 'shape';
  /** Which symbol, for a reading machine. */
  readonly name: string;
  /** SVG path data of absolute `M`, `L`, `C` and `Z` alone, to be filled by the non-zero rule. */
  readonly path: string;
  /** The path's origin on the label; a unit of the path is `scale` millimetres. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  /** Of the path, in its own units. */
  readonly width: number;
  readonly height: number;
}

/** A filled rectangle: rules, the sides of boxes, dashes of cut lines. */
export interface PlacedRule {
  readonly kind: 'rule';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Primitive = PlacedMatrix | PlacedBars | PlacedText | PlacedShape | PlacedRule;

/** A label or a whole sheet of them: one page of a file. */
export interface LabelLayout {
  readonly sizeMm: { readonly width: number; readonly height: number };
  /** In reading order. */
  readonly primitives: readonly Primitive[];
}
