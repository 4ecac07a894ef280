/** Looks at printers that speak IPP, and notes how they were found. */
import { Failure, type FailureCode } from '../errors.ts';
import { lookAtPrinter, type PrinterLook } from './ipp-printing.ts';
import { type SendOptions, sendLimits } from './printer-connection.ts';
import { ippPrinterOf, noteState, type Printer, type PrinterParts, type PrinterState } from './printers.ts';

type LookParts = Pick<PrinterParts, 'connection' | 'clock' | 'networks' | 'resolve' | 'limits'>;

/** @throws Failure as `lookAtPrinter`; that is noted, too */
export async function lookAndNote(
  parts: LookParts,
  printer: Printer,
  options: SendOptions = optionsOf(parts),
): Promise<PrinterLook> {
  const ipp = ippPrinterOf(printer);
  if (ipp === undefined) throw new Error(`printer ${printer.id} does not speak IPP`);
  try {
    const look = await lookAtPrinter(ipp, options);
    await noteLook(parts, printer, look);
    return look;
  } catch (error) {
    if (error instanceof Failure && error.code !== 'printer/stopped') {
      await note(parts, printer, 'unknown', [error.code]);
    }
    throw error;
  }
}

/** Notes what a printer said of itself. */
export async function noteLook(parts: LookParts, printer: Printer, look: PrinterLook): Promise<void> {
  const unfit: FailureCode[] = look.formats.includes('application/pdf') ? [] : ['printer/format'];
  await note(parts, printer, look.state, [...unfit, ...look.problems]);
}

async function note(
  { connection, clock }: LookParts,
  printer: Printer,
  state: PrinterState['state'],
  problems: readonly FailureCode[],
): Promise<void> {
  await noteState(connection, printer, { at: clock.now().toISOString(), state, problems });
}

function optionsOf({ networks, resolve, limits = sendLimits }: LookParts): SendOptions {
  return { networks, resolve, limits, signal: new AbortController().signal, progress: () => undefined };
}
