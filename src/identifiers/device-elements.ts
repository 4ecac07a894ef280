import type { UdiElement } from './ai-elements.ts';
import { type IsoDate, yymmddOfIsoDate } from './calendar-date.ts';
import type { Gtin } from './gtin.ts';
import type { Lot } from './lot.ts';
import type { Serial } from './serial.ts';

/** What the label of one of our devices carries. */
export interface DeviceLabel {
  readonly gtin: Gtin;
  readonly lot?: Lot;
  readonly serial?: Serial;
  readonly manufacturedOn?: IsoDate;
  readonly expiresOn?: IsoDate;
}

/**
 * @returns the elements of a device's label in the order that the standard advises: those of predefined length
 * first, so that one separator at most is needed (GS1 General Specifications 7.8.5.3).
 */
export function deviceElements(label: DeviceLabel): readonly UdiElement[] {
  const elements: UdiElement[] = [{ ai: '01', value: label.gtin }];
  if (label.manufacturedOn !== undefined) {
    elements.push({ ai: '11', value: yymmddOfIsoDate(label.manufacturedOn) });
  }
  if (label.expiresOn !== undefined) {
    elements.push({ ai: '17', value: yymmddOfIsoDate(label.expiresOn) });
  }
  if (label.lot !== undefined) {
    elements.push({ ai: '10', value: label.lot });
  }
  if (label.serial !== undefined) {
    elements.push({ ai: '21', value: label.serial });
  }
  return elements;
}
