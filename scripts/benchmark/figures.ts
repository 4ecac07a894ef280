/** The arithmetic of the bench: medians, ratios to a floor, whether an aim was met; and how they are shown. Pure. */

/** One line of the result, as `--json` writes it. */
export interface Figure {
  readonly name: string;
  /** null where it could not be measured; `note` says why. */
  readonly value: number | null;
  readonly unit: string;
  /** What it is compared with, in the same unit, measured in the same run; null where the aim is a plain limit. */
  readonly floor: number | null;
  /** value ÷ floor. */
  readonly ratio: number | null;
  /** As it is written in the table of aims. */
  readonly aim: string;
  /** Whether every part of the aim was met; of a figure that could not be measured this cannot be said. */
  readonly ok: boolean;
  readonly note?: string;
}

/** Bounds that a figure has to keep; all that are stated count. */
export interface Aim {
  readonly text: string;
  readonly ratioAtLeast?: number;
  readonly ratioAtMost?: number;
  readonly valueAtLeast?: number;
  readonly valueBelow?: number;
}

/** @throws Error for an empty list: a median of nothing would be a figure that nobody measured. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/**
 * By linear interpolation between the two nearest ranks, so that the median of an even number of values is the mean
 * of the middle two.
 * @param percent 0 to 100
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new Error('a percentile of nothing');
  return below + (above - below) * (position - Math.floor(position));
}

export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly floor?: number;
  readonly note?: string | undefined;
}

/** @returns the figure with its ratio and whether it met the aim. */
export function judge({ name, unit, value, floor, note }: Measured, aim: Aim): Figure {
  const ratio = floor === undefined ? undefined : value / floor;
  return {
    name,
    value: rounded(value),
    unit,
    floor: floor === undefined ? null : rounded(floor),
    ratio: ratio === undefined ? null : rounded(ratio),
    aim: aim.text,
    ok: meets(aim, value, ratio),
    ...(note === undefined ? {} : { note }),
  };
}

/** A ratio that an aim asks for and that was not measured, or came out as no number, is not met. */
function meets(aim: Aim, value: number, ratio = Number.NaN): boolean {
  const { ratioAtLeast, ratioAtMost, valueAtLeast, valueBelow } = aim;
  return (
    Number.isFinite(value) &&
    (ratioAtLeast === undefined || ratio >= ratioAtLeast) &&
    (ratioAtMost === undefined || ratio <= ratioAtMost) &&
    (valueAtLeast === undefined || value >= valueAtLeast) &&
    (valueBelow === undefined || value < valueBelow)
  );
}

/** @returns the figure of something that could not be measured. */
export function unmeasured(name: string, unit: string, aim: Aim, note: string): Figure {
  return { name, value: null, unit, floor: null, ratio: null, aim: aim.text, ok: false, note };
}

/** Three digits are more than a shared machine can tell apart. */
function rounded(value: number): number {
  return Number(value.toPrecision(value >= 1000 ? 4 : 3));
}

/** @returns the figures as a Markdown table, with the notes below it. */
export function tableOf(figures: readonly Figure[]): string {
  const notes = [...new Set(figures.flatMap(({ note }) => note ?? []))];
  const rows = figures.map(({ name, value, unit, floor, ratio, aim, ok, note }) => [
    note === undefined ? name : `${name} [${notes.indexOf(note) + 1}]`,
    value === null ? 'not measured' : `${value} ${unit}`,
    floor === null ? '–' : `${floor} ${unit}`,
    ratio === null ? '–' : String(ratio),
    aim,
    verdictOf(ok, value),
  ]);
  const lines = [['work', 'measured', 'floor', 'ratio', 'aim', ''], rows[0]?.map(() => '---') ?? [], ...rows];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const below = notes.map((note, index) => `[${index + 1}] ${note}`).join('\n');
  return `${table}\n${below === '' ? '' : `\n${below}\n`}`;
}

/** Of what was left out nobody can say that it missed anything. */
function verdictOf(ok: boolean, value: number | null): string {
  if (value === null) return '–';
  return ok ? 'met' : 'missed';
}
