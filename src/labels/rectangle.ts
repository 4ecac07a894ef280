/** Rectangles on a label, and the units that it is measured in. */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const pointsPerMm = 72 / 25.4;

/** @returns whether two rectangles share more than an edge. */
export function overlap(a: Rectangle, b: Rectangle): boolean {
  const slack = 1e-6;
  return (
    a.x + slack < b.x + b.width &&
    b.x + slack < a.x + a.width &&
    a.y + slack < b.y + b.height &&
    b.y + slack < a.y + a.height
  );
}

/** @returns a length to a tenth of a millimetre, for people. */
export function rounded(lengthMm: number): number {
  return Math.round(lengthMm * 10) / 10;
}
