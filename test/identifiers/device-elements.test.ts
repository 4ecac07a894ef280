import { expect } from 'chai';
import fc from 'fast-check';
import { parseIsoDate } from '../../src/identifiers/calendar-date.ts';
import { type DeviceLabel, deviceElements } from '../../src/identifiers/device-elements.ts';
import { elementString } from '../../src/identifiers/element-string.ts';
import { parseGtin } from '../../src/identifiers/gtin.ts';
import { parseLot } from '../../src/identifiers/lot.ts';
import { parseSerial } from '../../src/identifiers/serial.ts';
import { parseUdi } from '../../src/identifiers/udi.ts';
import { text82 } from './gs1-arbitraries.ts';

describe('device-elements', () => {
  const gtin = parseGtin('06901234567892');
  const day = fc
    .date({ min: new Date('1990-01-01'), max: new Date('2070-12-31'), noInvalidDate: true })
    .map((date) => parseIsoDate(date.toISOString().slice(0, 10)));

  it('says on a label what the parser then reads from it', () => {
    const label = fc.record(
      {
        lot: text82(20).map(parseLot),
        serial: text82(20).map(parseSerial),
        manufacturedOn: day,
        expiresOn: day,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(label, (parts) => {
        const whole = { gtin, ...parts } as DeviceLabel;
        const built = elementString(deviceElements(whole));
        const parsed = parseUdi(built.ok ? built.text : '', { today: '2026-11-24' });
        expect(parsed.ok && parsed.udi.identifiers).to.deep.equal({ deviceIdentifier: gtin, ...whole });
      }),
    );
  });
});
