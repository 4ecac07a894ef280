/** How requests name devices: as a scanner sends them where a person would scan, typed where they would type. */
import { elementString } from '../identifiers/element-string.ts';
import { type Calendar, monthsLater } from './calendar.ts';
import type { Line, PlannedLot } from './plan.ts';
import { caseGtinOf, dilatorsPerCase, gtinOf, shelfLifeMonths } from './products.ts';
import type { Item } from './world.ts';

export function datesOf({ made }: PlannedLot, calendar: Calendar) {
  const manufacturedOn = calendar.day(made);
  return { manufacturedOn, expiresOn: monthsLater(manufacturedOn, shelfLifeMonths) };
}

/** @returns what the scanner sends from the label's DataMatrix. */
export function scanOf({ lot, serial }: Item, calendar: Calendar): { scan: string } {
  const { manufacturedOn, expiresOn } = datesOf(lot, calendar);
  return scanned([
    { ai: '01', value: gtinOf(lot.generation, lot.device) },
    { ai: '17', value: yymmdd(expiresOn) },
    { ai: '11', value: yymmdd(manufacturedOn) },
    { ai: '10', value: lot.lot },
    ...(serial === undefined ? [] : [{ ai: '21', value: serial }]),
  ]);
}

function scanned(elements: readonly { readonly ai: string; readonly value: string }[]): { scan: string } {
  const built = elementString(elements);
  if (!built.ok) throw new Error(built.fault.en);
  return { scan: built.text };
}

function yymmdd(day: string): string {
  return day.slice(2).replaceAll('-', '');
}

/** @returns lines that come to this: serial numbers where there are any, full cases of dilators as cases. */
export function linesFor({ lot, quantity, serials }: Line): object[] {
  const { generation, device } = lot;
  const typed = { gtin: gtinOf(generation, device), lot: lot.lot };
  if (serials.length > 0) return [{ ...typed, serials }];
  const cases = device === 'dilator' ? Math.floor(quantity / dilatorsPerCase) : 0;
  const single = quantity - cases * dilatorsPerCase;
  const ofCases = scanned([
    { ai: '01', value: caseGtinOf(generation) },
    { ai: '10', value: lot.lot },
  ]);
  return [
    ...(cases === 0 ? [] : [{ ...ofCases, quantity: cases }]),
    ...(single === 0 ? [] : [{ ...typed, quantity: single }]),
  ];
}

/** @returns lines that name these items, added up by lot. */
export function linesOfItems(items: readonly Item[]): object[] {
  return [...Map.groupBy(items, ({ lot }) => lot)].flatMap(([lot, of]) =>
    linesFor({ lot, quantity: of.length, serials: of.flatMap(({ serial }) => serial ?? []) }),
  );
}

/** @returns the items of a line, one by one. */
export function itemsOf({ lot, quantity, serials }: Line, donated: boolean): Item[] {
  return Array.from({ length: quantity }, (_, nth) => {
    const serial = serials[nth];
    return { lot, donated, ...(serial === undefined ? {} : { serial }) };
  });
}
