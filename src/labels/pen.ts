/**
 * Draws outlines for {@link ./iso-symbols.ts}: strokes, rings and letters as polygons to be filled by the non-zero
 * rule. Every part turns the same way round, so that parts may overlap; a hole turns the other way.
 */

type Point = readonly [number, number];

/** Strokes of letters on a cell 4 wide and 6 high: points joined by straight lines. */
const letters: Readonly<Record<string, readonly (readonly Point[])[]>> = {
  A: [
    [
      [0, 6],
      [2, 0],
      [4, 6],
    ],
    [
      [0.8, 4],
      [3.2, 4],
    ],
  ],
  D: [[[0, 0], [0, 6], ...arc(0.6, 3, 3.4, 3, 90, -90), [0, 0]]],
  E: [
    [
      [4, 0],
      [0, 0],
      [0, 6],
      [4, 6],
    ],
    [
      [0, 3],
      [3.2, 3],
    ],
  ],
  F: [
    [
      [4, 0],
      [0, 0],
      [0, 6],
    ],
    [
      [0, 3],
      [3.2, 3],
    ],
  ],
  H: [
    [
      [0, 0],
      [0, 6],
    ],
    [
      [4, 0],
      [4, 6],
    ],
    [
      [0, 3],
      [4, 3],
    ],
  ],
  I: [
    [
      [0, 0],
      [0, 6],
    ],
  ],
  L: [
    [
      [0, 0],
      [0, 6],
      [4, 6],
    ],
  ],
  M: [
    [
      [0, 6],
      [0, 0],
      [2, 4],
      [4, 0],
      [4, 6],
    ],
  ],
  N: [
    [
      [0, 6],
      [0, 0],
      [4, 6],
      [4, 0],
    ],
  ],
  O: [arc(2, 3, 2, 3, 0, 360)],
  R: [
    [[0, 6], [0, 0], ...arc(2.3, 1.6, 1.7, 1.6, -90, 90), [0, 3.2]],
    [
      [2, 3.2],
      [4, 6],
    ],
  ],
  S: [[...arc(2, 1.5, 1.9, 1.5, -20, -270), ...arc(2, 4.5, 2, 1.5, -90, 160)]],
  T: [
    [
      [0, 0],
      [4, 0],
    ],
    [
      [2, 0],
      [2, 6],
    ],
  ],
  U: [[[0, 0], [0, 4], ...arc(2, 4, 2, 2, 180, 0), [4, 0]]],
  V: [
    [
      [0, 0],
      [2, 6],
      [4, 0],
    ],
  ],
  Z: [
    [
      [0, 0],
      [4, 0],
      [0, 6],
      [4, 6],
    ],
  ],
  i: [
    [
      [2, 2.2],
      [2, 6],
    ],
    [
      [2, 0.2],
      [2, 0.5],
    ],
  ],
  '2': [[...arc(2, 1.9, 1.9, 1.9, 190, 380), [0, 6], [4, 6]]],
  '!': [
    [
      [2, 0],
      [2, 3.8],
    ],
    [
      [2, 5.5],
      [2, 5.8],
    ],
  ],
};

/** Points of an elliptic arc; degrees, 0 to the right, 90 downwards. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  const steps = Math.ceil(Math.abs(to - from) / 15);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** A closed polygon, turned clockwise as seen on paper. */
export function polygon(points: readonly Point[]): string {
  return outline(turned(points, true));
}

function hole(points: readonly Point[]): string {
  return outline(turned(points, false));
}

function turned(points: readonly Point[], clockwise: boolean): readonly Point[] {
  const area = points.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length] ?? [x, y];
    return sum + x * nextY - nextX * y;
  }, 0);
  return area > 0 === clockwise ? points : points.toReversed();
}

function outline(points: readonly Point[]): string {
  return `M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}Z`;
}

function short(length: number): number {
  return Math.round(length * 100) / 100;
}

/** A line through points, `weight` thick, its joints round and its ends square. */
export function stroke(points: readonly Point[], weight: number): string {
  let path = '';
  for (const [index, [x, y]] of points.entries()) {
    const [nextX, nextY] = points[index + 1] ?? [];
    if (index > 0 && nextX !== undefined) path += disc(x, y, weight / 2);
    if (nextX === undefined || nextY === undefined) continue;
    const length = Math.hypot(nextX - x, nextY - y);
    if (length === 0) continue;
    const [along, across] = [((nextX - x) / length) * weight * 0.5, ((nextY - y) / length) * weight * 0.5];
    const back = index === 0 ? 1 : 0;
    const forth = index === points.length - 2 ? 1 : 0;
    path += polygon([
      [x - across - along * back, y + along - across * back],
      [nextX - across + along * forth, nextY + along + across * forth],
      [nextX + across + along * forth, nextY - along + across * forth],
      [x + across - along * back, y - along - across * back],
    ]);
  }
  return path;
}

/** A filled circle. */
export function disc(cx: number, cy: number, radius: number): string {
  return polygon(arc(cx, cy, radius, radius, 0, 345));
}

/** A circle's line; `radius` to its outer edge. */
export function ring(cx: number, cy: number, radius: number, weight: number): string {
  const inner = radius - weight;
  return disc(cx, cy, radius) + hole(arc(cx, cy, inner, inner, 0, 345));
}

/** A rectangle's line; the sides are its outer edges. */
export function frame(x: number, y: number, width: number, height: number, weight: number): string {
  const corners = (inset: number): Point[] => [
    [x + inset, y + inset],
    [x + width - inset, y + inset],
    [x + width - inset, y + height - inset],
    [x + inset, y + height - inset],
  ];
  return polygon(corners(0)) + hole(corners(weight));
}

/**
 * Letters of one height; `x`, `y` is the upper left end of the first one's strokes. Subscripts are smaller, and reach
 * below the others: a 2 of their height reads as one more letter.
 */
export function lettering(text: string, x: number, y: number, height: number, weight: number): string {
  const scale = height / 6;
  let left = x;
  let path = '';
  for (const letter of text) {
    const full = fullSized[letter];
    const size = full === undefined ? 1 : subscript.size;
    const top = full === undefined ? y : y + subscript.drop * height;
    for (const points of letters[full ?? letter] ?? []) {
      const placed = points.map(([px, py]): Point => [left + px * scale * size, top + py * scale * size]);
      path += stroke(placed, full === undefined ? weight : weight * subscript.weight);
    }
    left += (widthOf(letter) + letterGap) * scale;
  }
  return path;
}

const letterGap = 1.8;

/** Subscripts, and the letter that each is a small one of. */
const fullSized: Readonly<Record<string, string>> = { '₂': '2' };
/** In units of the letters' height, and of their weight. */
const subscript = { size: 0.55, drop: 0.6, weight: 0.8 } as const;

function widthOf(letter: string): number {
  if (letter === 'I') return 0;
  return letter in fullSized ? 4 * subscript.size : 4;
}

/** @returns the width of {@link lettering}, from the first stroke's middle to the last one's. */
export function letteringWidth(text: string, height: number): number {
  const gaps = (text.length - 1) * letterGap;
  return ([...text].reduce((sum, letter) => sum + widthOf(letter), 0) + gaps) * (height / 6);
}
