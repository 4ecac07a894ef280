/** The labels of a job as contents to be drawn. */
import { Failure } from '../errors.ts';
import type { LabelContent } from './content.ts';
import type { JobContent } from './job-content.ts';
import { type RenderOptions, renderLabels } from './render.ts';
import type { LabelTemplate } from './template.ts';
import type { LabelLanguage } from './wording.ts';

/** @returns what one label says. */
export function withSerial(content: JobContent, serial: string | undefined): LabelContent {
  return serial === undefined ? content : { ...content, serial };
}

/** How a request wants its labels drawn. */
interface Asked {
  readonly languages?: readonly LabelLanguage[] | undefined;
  readonly dotsPerInch: 203 | 300;
  readonly startPosition?: number | undefined;
}

/** Labels laid out for trial: of each way to be large. */
const triedMax = 5;

/**
 * Lays the hardest of a job's labels out before any of them is promised: their texts and symbols differ in the serial
 * number alone.
 * @param serials empty where the labels bear none
 * @throws Failure `label/does-not-fit` with what finds no room
 */
export async function assertFits(
  template: LabelTemplate,
  content: JobContent,
  serials: readonly string[],
  { languages, dotsPerInch, startPosition }: Asked,
): Promise<void> {
  const samples = serials.length === 0 ? [undefined] : hardest(serials);
  const options: RenderOptions = {
    now: new Date(0),
    dotsPerInch,
    ...(languages === undefined ? {} : { languages }),
    ...(startPosition === undefined ? {} : { startPosition }),
  };
  try {
    await renderLabels(
      template,
      samples.map((serial) => withSerial(content, serial)),
      options,
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Which of the samples it was says nothing to anybody.
    const { label: _label, ...info } = error.info;
    throw new Failure(error.code, info, error.faults);
  }
}

/** The longest; and those with the fewest digits, of which two take the room of one letter in a symbol. */
function hardest(serials: readonly string[]): string[] {
  const letters = (serial: string): number => serial.replaceAll(/\d/g, '').length;
  const longest = serials.toSorted((a, b) => b.length - a.length).slice(0, triedMax);
  const wordiest = serials.toSorted((a, b) => letters(b) - letters(a)).slice(0, triedMax);
  return [...new Set([...longest, ...wordiest])];
}
