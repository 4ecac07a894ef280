/** What is asked of printers that speak IPP (RFC 8011, section 4), and what their answers say to those who print. */
import { Failure, type FailureCode } from '../errors.ts';
import type { IppAttributes, IppGroup, IppMessage, IppValue } from './ipp-encoding.ts';
import { askPrinter, authorityOf, handToPrinter, type IppPrinter } from './ipp-exchange.ts';
import type { SendOptions } from './printer-connection.ts';

/** RFC 8011, 5.4.15 */
const operations = { printJob: 0x0002, getJobAttributes: 0x0009, getPrinterAttributes: 0x000b } as const;

/** RFC 8011, 5.4.11 and 5.3.7 */
const printerStates = { 3: 'idle', 4: 'printing', 5: 'stopped' } as const;
const jobStates = {
  3: 'waiting',
  4: 'waiting',
  5: 'waiting',
  6: 'waiting',
  7: 'cancelled',
  8: 'aborted',
  9: 'completed',
} as const;

/** `waiting`: it may be printing, too. `forgotten`: the printer says nothing of it. */
export type JobState = (typeof jobStates)[keyof typeof jobStates] | 'forgotten';

/** What a printer said of itself. */
export interface PrinterLook {
  readonly state: 'idle' | 'printing' | 'stopped';
  /** What somebody has to see to before it prints on. */
  readonly problems: readonly FailureCode[];
  readonly accepting: boolean;
  /** Media types that it prints. */
  readonly formats: readonly string[];
  /** Sizes of paper; undefined where it does not say. */
  readonly sizes: readonly PaperSize[] | undefined;
  /** Job attributes that it takes, of those that are good for labels. */
  readonly oneSided: boolean;
  readonly unscaled: boolean;
}

/** In hundredths of a millimetre, least and most. */
interface PaperSize {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** @throws Failure `printer/refused`, and as `askPrinter` */
export async function lookAtPrinter(printer: IppPrinter, options: SendOptions): Promise<PrinterLook> {
  const wanted = [
    'document-format-supported',
    'printer-state',
    'printer-state-reasons',
    'printer-is-accepting-jobs',
    'media-size-supported',
    'sides-supported',
    'print-scaling-supported',
  ];
  const question = requestTo(printer, operations.getPrinterAttributes, {
    'requested-attributes': wanted.map((value) => ({ type: 'keyword', value })),
  });
  const answer = await askPrinter(printer, question, options);
  const refusal = refusalOf(answer.code);
  if (refusal !== undefined) throw new Failure(refusal.code);
  const said = attributesOf(answer, 'printer');
  const state = stateIn(printerStates, numberOf(said, 'printer-state'));
  // It answers, but says nothing: not a printer.
  if (state === undefined) throw new Failure('printer/answer-unreadable');
  const [accepts] = said.get('printer-is-accepting-jobs') ?? [];
  const accepting = accepts?.type !== 'boolean' || accepts.value;
  const problems = problemsIn(stringsOf(said, 'printer-state-reasons'), state === 'stopped');
  return {
    state,
    problems: accepting ? problems : [...problems, 'printer/not-accepting'],
    accepting,
    formats: stringsOf(said, 'document-format-supported').map((format) => format.toLowerCase()),
    sizes: sizesOf(said.get('media-size-supported')),
    oneSided: stringsOf(said, 'sides-supported').includes('one-sided'),
    unscaled: stringsOf(said, 'print-scaling-supported').includes('none'),
  };
}

/** What is to be printed. */
export interface IppOrder {
  /** Stands in the printer's list of jobs: no word of a patient or a person. */
  readonly name: string;
  readonly document: AsyncIterable<Uint8Array>;
  /** Of each page; undefined: on whatever paper there is. */
  readonly pageMm?: { readonly width: number; readonly height: number };
}

/**
 * Prints a PDF.
 * @param look at this printer, a moment ago
 * @returns the printer's number of the job, and its state. The printer's address for it is not used: where the service
 *   connects to is not for a printer to say.
 * @throws Failure `printer/not-accepting`, `printer/format`, `printer/media` before anything is sent; what the printer
 *   says to it; as `handToPrinter`. Where the printer has made no job of it, progress is told to be nothing.
 */
export async function printOn(
  printer: IppPrinter,
  look: PrinterLook,
  { name, document, pageMm }: IppOrder,
  options: SendOptions,
): Promise<{ readonly job: number; readonly state: JobState }> {
  if (!look.accepting) throw new Failure('printer/not-accepting');
  if (!look.formats.includes('application/pdf')) throw new Failure('printer/format');
  const size = pageMm === undefined ? undefined : hundredthsOf(pageMm);
  if (size !== undefined && look.sizes !== undefined && !look.sizes.some((paper) => holds(paper, size))) {
    throw new Failure('printer/media', { ...pageMm });
  }
  const stated = look.sizes === undefined ? undefined : size;
  const order = requestTo(
    printer,
    operations.printJob,
    {
      'job-name': [{ type: 'name', value: name }],
      // Rather no labels than labels on other paper; all that is stated the printer has said to support.
      'ipp-attribute-fidelity': [{ type: 'boolean', value: stated !== undefined }],
      'document-format': [{ type: 'mimeMediaType', value: 'application/pdf' }],
    },
    {
      // A sheet's labels are on its one side, where they are to the tenth of a millimetre (PWG 5100.13, 6.2.4).
      ...(look.oneSided ? { sides: [{ type: 'keyword', value: 'one-sided' }] } : {}),
      ...(look.unscaled ? { 'print-scaling': [{ type: 'keyword', value: 'none' }] } : {}),
      ...(stated === undefined ? {} : { 'media-col': [mediaOf(stated)] }),
    },
  );
  const answer = await handToPrinter(printer, order, document, options);
  const refusal = refusalOf(answer.code);
  if (refusal !== undefined) {
    if (!refusal.mayHavePrinted) options.progress(0);
    throw new Failure(refusal.code);
  }
  const said = attributesOf(answer, 'job');
  const job = numberOf(said, 'job-id');
  if (job === undefined) throw new Failure('printer/answer-unreadable');
  return { job, state: stateOfJob(said) ?? 'waiting' };
}

/** @throws Failure as `askPrinter`; `printer/busy` and its like where the printer asks for another time */
export async function lookAtJob(printer: IppPrinter, job: number, options: SendOptions): Promise<JobState> {
  const question = requestTo(printer, operations.getJobAttributes, {
    'job-id': [{ type: 'integer', value: job }],
    'requested-attributes': ['job-id', 'job-state', 'job-state-reasons'].map((value) => ({
      type: 'keyword',
      value,
    })),
  });
  const answer = await askPrinter(printer, question, options);
  const refusal = refusalOf(answer.code);
  // Printers keep what they have printed for a while only; some tell nothing of it at all.
  if (refusal !== undefined && (answer.code < 0x0500 || answer.code === 0x0501)) return 'forgotten';
  if (refusal !== undefined) throw new Failure(refusal.code);
  return stateOfJob(attributesOf(answer, 'job')) ?? 'forgotten';
}

type Asked = Readonly<Record<string, readonly IppValue[]>>;

function requestTo(printer: IppPrinter, code: number, operation: Asked, job: Asked = {}): IppMessage {
  const target: Asked = {
    // In this order, before all others (RFC 8011, 4.1.4 and 4.1.5).
    'attributes-charset': [{ type: 'charset', value: 'utf-8' }],
    'attributes-natural-language': [{ type: 'naturalLanguage', value: 'en' }],
    'printer-uri': [{ type: 'uri', value: `${printer.protocol}://${authorityOf(printer)}${printer.path}` }],
  };
  const { 'job-id': id, ...others } = operation;
  // A job's number follows its printer (4.1.5); a person's name is nothing that a printer has to know.
  const named: Asked = {
    ...target,
    ...(id === undefined ? {} : { 'job-id': id }),
    'requesting-user-name': [{ type: 'name', value: 'pps-trace' }],
    ...others,
  };
  const groups: IppGroup[] = [{ name: 'operation', attributes: new Map(Object.entries(named)) }];
  if (Object.keys(job).length > 0) groups.push({ name: 'job', attributes: new Map(Object.entries(job)) });
  return { code, requestId: 1, groups };
}

/** `media-col` of PWG 5100.7 (6.3): the size alone. */
function mediaOf({ x, y }: { readonly x: number; readonly y: number }): IppValue {
  const integer = (value: number): readonly IppValue[] => [{ type: 'integer', value }];
  const size = new Map([
    ['x-dimension', integer(x)],
    ['y-dimension', integer(y)],
  ]);
  return { type: 'collection', value: new Map([['media-size', [{ type: 'collection', value: size }]]]) };
}

function hundredthsOf({ width, height }: NonNullable<IppOrder['pageMm']>): { x: number; y: number } {
  return { x: Math.round(width * 100), y: Math.round(height * 100) };
}

/** Paper that is measured in inches is never the same to the hundredth; half a millimetre is the same paper. */
const tolerance = 50;

function holds({ x, y }: PaperSize, size: { readonly x: number; readonly y: number }): boolean {
  const within = ([least, most]: readonly [number, number], length: number): boolean =>
    length >= least - tolerance && length <= most + tolerance;
  return within(x, size.x) && within(y, size.y);
}

function sizesOf(values: readonly IppValue[] | undefined): PaperSize[] | undefined {
  if (values === undefined) return undefined;
  const sizes = values.flatMap((value) => {
    if (value.type !== 'collection') return [];
    const [x, y] = [lengthOf(value.value, 'x-dimension'), lengthOf(value.value, 'y-dimension')];
    return x === undefined || y === undefined ? [] : [{ x, y }];
  });
  return sizes.length === 0 ? undefined : sizes;
}

function lengthOf(size: IppAttributes, name: string): readonly [number, number] | undefined {
  const value = size.get(name)?.[0];
  if (value?.type === 'integer') return [value.value, value.value];
  return value?.type === 'range' ? value.value : undefined;
}

function attributesOf({ groups }: IppMessage, name: IppGroup['name']): IppAttributes {
  return groups.find((group) => group.name === name)?.attributes ?? new Map();
}

function stringsOf(attributes: IppAttributes, name: string): string[] {
  return (attributes.get(name) ?? []).flatMap((value) =>
    value.type !== 'other' && typeof value.value === 'string' ? [value.value] : [],
  );
}

function numberOf(attributes: IppAttributes, name: string): number | undefined {
  const value = attributes.get(name)?.[0];
  return value?.type === 'integer' || value?.type === 'enum' ? value.value : undefined;
}

function stateIn<S extends string>(
  states: Readonly<Record<number, S>>,
  value: number | undefined,
): S | undefined {
  return value === undefined ? undefined : states[value];
}

/** One that printed with errors is as good as one that was broken off. */
function stateOfJob(said: IppAttributes): JobState | undefined {
  const state = stateIn(jobStates, numberOf(said, 'job-state'));
  const faulty = stringsOf(said, 'job-state-reasons').includes('job-completed-with-errors');
  return state === 'completed' && faulty ? 'aborted' : state;
}

/** What people have to see to, by the printer's reason for its state (RFC 8011, 5.4.12). */
const problems: ReadonlyMap<string, FailureCode> = new Map<string, FailureCode>([
  ['media-empty', 'printer/out-of-paper'],
  ['media-needed', 'printer/out-of-paper'],
  ['media-jam', 'printer/jammed'],
  ['cover-open', 'printer/open'],
  ['door-open', 'printer/open'],
  ['interlock-open', 'printer/open'],
  ['toner-empty', 'printer/out-of-ink'],
  ['marker-supply-empty', 'printer/out-of-ink'],
  ['paused', 'printer/paused'],
  ['moving-to-paused', 'printer/paused'],
]);

/**
 * A reason that bears no severity is an error, and may be one while the printer still counts as printing. A warning or
 * a report stops nothing, but for media that is needed: printers wait for it and call that a warning.
 */
function problemsIn(reasons: readonly string[], stopped: boolean): FailureCode[] {
  const found = new Set<FailureCode>();
  for (const reason of reasons) {
    const [, name = '', severity] = /^(.*?)(?:-(error|warning|report))?$/.exec(reason) ?? [];
    const mild = severity === 'report' || (severity === 'warning' && name !== 'media-needed');
    if (name === 'none' || mild) continue;
    const problem = problems.get(name);
    if (problem !== undefined) found.add(problem);
    else if (severity === 'error' || stopped) found.add('printer/needs-attention');
  }
  if (stopped && found.size === 0) found.add('printer/needs-attention');
  // Of several the one that says most: a printer that lacks paper is often "paused" as well.
  return [...found].sort((a, b) => rank(a) - rank(b));
}

function rank(code: FailureCode): number {
  if (code === 'printer/needs-attention') return 2;
  return code === 'printer/paused' ? 1 : 0;
}

interface Refusal {
  readonly code: FailureCode;
  /** The printer had begun: what it has printed has to be looked at. */
  readonly mayHavePrinted?: true;
}

/** Statuses of RFC 8011 (appendix B) that say more than "refused". */
const refusals: Readonly<Record<number, Refusal>> = {
  1029: { code: 'printer/aborted', mayHavePrinted: true },
  1030: { code: 'printer/path-unknown' },
  1031: { code: 'printer/path-unknown' },
  1032: { code: 'printer/too-large' },
  1034: { code: 'printer/format' },
  1035: { code: 'printer/media' },
  1038: { code: 'printer/media' },
  1041: { code: 'printer/format', mayHavePrinted: true },
  1280: { code: 'printer/aborted', mayHavePrinted: true },
  1282: { code: 'printer/busy' },
  1284: { code: 'printer/aborted', mayHavePrinted: true },
  1285: { code: 'printer/aborted', mayHavePrinted: true },
  1286: { code: 'printer/not-accepting' },
  1287: { code: 'printer/busy' },
  1288: { code: 'printer/cancelled', mayHavePrinted: true },
};

/** @returns undefined for an operation that was done (0x0000 to 0x00ff). */
function refusalOf(status: number): Refusal | undefined {
  return status < 0x0100 ? undefined : (refusals[status] ?? { code: 'printer/refused' });
}
