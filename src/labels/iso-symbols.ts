/**
 * Symbols of ISO 15223-1:2021 (YY/T 0466.1), of our own drawing: outlines to be filled, 24 units high. Clauses are
 * named beside each.
 */
import type { SterilisationMethod } from '../catalogue/product.ts';
import { disc, frame, lettering, letteringWidth, polygon, ring, stroke } from './pen.ts';

export interface IsoSymbol {
  readonly name: string;
  /** SVG path data, `M`, `L` and `Z` alone, non-zero rule. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

const height = 24;
const line = 1.1;

function square(name: string, path: string): IsoSymbol {
  return { name, path, width: height, height };
}

/** Letters in a box, in compartments side by side. */
function boxed(name: string, ...compartments: readonly string[]): IsoSymbol {
  const tall = 11;
  const air = 3.6;
  let x = 0;
  let path = '';
  for (const letters of compartments) {
    const width = letteringWidth(letters, tall) + 2 * air + line;
    path += frame(x, 2, width, 20, line) + lettering(letters, x + air + line / 2, 6.5, tall, 1.2);
    x += width - line;
  }
  return { name, path, width: x + line, height };
}

/** A box with a thermometer behind its word: steam or dry heat. */
function boxedWithThermometer(name: string, word: string): IsoSymbol {
  const left = boxed(name, word);
  const x = left.width - line;
  const path = `${left.path}${frame(x, 2, 13, 20, line)}${thermometer(x + 6.5, 4.8, 18.6)}`;
  return { name, path, width: x + 13, height };
}

function thermometer(x: number, top: number, bottom: number): string {
  return (
    stroke(
      [
        [x - 1.9, bottom - 3],
        [x - 1.9, top + 1.4],
        [x - 1.2, top],
        [x + 1.2, top],
        [x + 1.9, top + 1.4],
        [x + 1.9, bottom - 3],
      ],
      1,
    ) +
    disc(x, bottom - 2, 2.8) +
    stroke(
      [
        [x, bottom - 2],
        [x, top + 4],
      ],
      1.2,
    )
  );
}

function twoLines(name: string, upper: string, lower: string): IsoSymbol {
  const tall = 6.2;
  const width = letteringWidth(lower, tall) + 7;
  const indent = (width - letteringWidth(upper, tall)) / 2;
  const path =
    frame(0, 2, width, 20, line) +
    lettering(upper, indent, 4.9, tall, 0.9) +
    lettering(lower, 3.5, 13, tall, 0.9);
  return { name, path, width, height };
}

const factory = [
  [2, 22],
  [2, 2],
  [6.5, 2],
  [6.5, 12],
  [12, 7.5],
  [12, 12],
  [17.2, 7.5],
  [17.2, 12],
  [22, 7.5],
  [22, 22],
] as const;

/** Forbidden: a circle with a line from the upper left to the lower right. */
const forbidden =
  ring(12, 12, 11.8, 1.1) +
  stroke(
    [
      [4.6, 4.6],
      [19.4, 19.4],
    ],
    1.2,
  );

const hourglass =
  stroke(
    [
      [4, 2],
      [20, 2],
    ],
    line,
  ) +
  stroke(
    [
      [4, 22],
      [20, 22],
    ],
    line,
  ) +
  stroke(
    [
      [6, 2],
      [6, 5.5],
      [18, 18.5],
      [18, 22],
    ],
    line,
  ) +
  stroke(
    [
      [18, 2],
      [18, 5.5],
      [6, 18.5],
      [6, 22],
    ],
    line,
  );

/** A package with a torn side. */
const tornPackage = stroke(
  [
    [10.2, 6.4],
    [6.2, 6.4],
    [6.2, 17.6],
    [17.8, 17.6],
    [17.8, 6.4],
    [14.6, 6.4],
    [13.2, 9.6],
    [11.4, 7.6],
    [10.8, 11],
  ],
  1.1,
);

const booklet =
  stroke(
    [
      [12, 6.2],
      [9.6, 4.2],
      [1.2, 4.2],
      [1.2, 19.4],
      [9.6, 19.4],
      [12, 21.4],
    ],
    line,
  ) +
  stroke(
    [
      [12, 6.2],
      [14.4, 4.2],
      [22.8, 4.2],
      [22.8, 19.4],
      [14.4, 19.4],
      [12, 21.4],
    ],
    line,
  ) +
  stroke(
    [
      [12, 6.2],
      [12, 21],
    ],
    1.2,
  ) +
  lettering('i', 15.2, 7.6, 8.4, 1.6);

const temperature =
  thermometer(12, 3, 21.4) +
  stroke(
    [
      [14.4, 5.2],
      [20, 5.2],
    ],
    1.4,
  ) +
  stroke(
    [
      [4, 12.6],
      [9.6, 12.6],
    ],
    1.4,
  );

const umbrella =
  polygon([
    [2, 13],
    [3.2, 9.6],
    [5.6, 7],
    [8.6, 5.4],
    [12, 4.8],
    [15.4, 5.4],
    [18.4, 7],
    [20.8, 9.6],
    [22, 13],
  ]) +
  stroke(
    [
      [12, 13],
      [12, 20.4],
      [13, 21.6],
      [14.6, 21.6],
      [15.4, 20.4],
    ],
    line,
  ) +
  [4.4, 9.8, 15.2, 20.6]
    .map((x) =>
      stroke(
        [
          [x, 1.4],
          [x - 0.9, 3.4],
        ],
        1.3,
      ),
    )
    .join('');

/** By what they stand for. */
export const isoSymbols = {
  /** 5.1.1 */
  manufacturer: square('manufacturer', polygon(factory)),
  /** 5.1.3 */
  dateOfManufacture: square('date of manufacture', stroke([...factory, [2, 22]], line)),
  /** 5.1.4 */
  useBy: square('use-by date', hourglass),
  /** 5.1.5 */
  lot: boxed('batch code', 'LOT'),
  /** 5.1.6 */
  catalogueNumber: boxed('catalogue number', 'REF'),
  /** 5.1.7 */
  serial: boxed('serial number', 'SN'),
  /** 5.2.6 */
  doNotResterilise: square(
    'do not resterilise',
    `${forbidden}${lettering('2', 9.9, 3.6, 6, 1)}${lettering('STERILIZE', 3.4, 12.1, 2.4, 0.5)}`,
  ),
  /** 5.2.7 */
  nonSterile: twoLines('non-sterile', 'NON', 'STERILE'),
  /** 5.2.8 */
  packageDamaged: square('do not use if package is damaged', forbidden + tornPackage),
  /** 5.3.4 */
  keepDry: square('keep dry', umbrella),
  /** 5.3.7 */
  temperatureLimits: square('temperature limits', temperature),
  /** 5.4.2 */
  doNotReuse: square('do not re-use', forbidden + lettering('2', 8.4, 6.4, 11.2, 1.2)),
  /** 5.4.3 */
  consultInstructions: square('consult instructions for use', booklet),
  /** 5.4.4 */
  caution: square(
    'caution',
    stroke(
      [
        [12, 2.4],
        [22.6, 21.4],
        [1.4, 21.4],
        [12, 2.4],
        [22.6, 21.4],
      ],
      line,
    ) + lettering('!', 8.4, 8.6, 9.6, 1.6),
  ),
  /** 5.7.10 */
  udi: boxed('unique device identifier', 'UDI'),
} as const satisfies Record<string, IsoSymbol>;

/** 5.2.1 to 5.2.5 and 5.2.10 */
export const sterilitySymbols: Readonly<Record<SterilisationMethod, IsoSymbol>> = {
  'not-stated': boxed('sterile', 'STERILE'),
  aseptic: boxed('sterilised using aseptic processing', 'STERILE', 'A'),
  'ethylene-oxide': boxed('sterilised using ethylene oxide', 'STERILE', 'EO'),
  irradiation: boxed('sterilised using irradiation', 'STERILE', 'R'),
  'steam-or-dry-heat': boxedWithThermometer('sterilised using steam or dry heat', 'STERILE'),
  'vaporised-hydrogen-peroxide': boxed('sterilised using vaporised hydrogen peroxide', 'STERILE', 'VH₂O₂'),
};
