/** What a command is about, as far as its body says: for taking turns, see ledger/turns.ts. */
import { parseUdi } from '../identifiers/udi.ts';
import { lotId } from '../ledger/event.ts';

/** A hint needs no more than this; the rest of a very large command takes its chance. */
const subjectsAtMost = 50;

/** @returns the lots and the shipment that a parsed body names, by scan or by parts. */
export function subjectsOf(content: unknown): string[] {
  const subjects = new Set<string>();
  collect(content, subjects);
  return [...subjects];
}

function collect(value: unknown, subjects: Set<string>): void {
  if (typeof value !== 'object' || value === null || subjects.size >= subjectsAtMost) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, subjects);
    return;
  }
  const { gtin, lot, scan, shipment } = value as Readonly<Record<string, unknown>>;
  if (typeof gtin === 'string' && typeof lot === 'string') subjects.add(lotId({ gtin, lot }));
  if (typeof shipment === 'string') subjects.add(`shipment/${shipment}`);
  if (typeof scan === 'string') {
    const subject = scanned(scan);
    if (subject !== undefined) subjects.add(subject);
  }
  for (const inner of Object.values(value)) collect(inner, subjects);
}

function scanned(scan: string): string | undefined {
  const parsed = parseUdi(scan);
  if (!parsed.ok) return undefined;
  const { gtin, lot } = parsed.udi.identifiers;
  return gtin === undefined || lot === undefined ? undefined : lotId({ gtin, lot });
}
