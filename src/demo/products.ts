/** The products of the story: three generations, each a dilator, a stapler and the kit of both. */
import { checkDigit } from '../identifiers/check-digit.ts';
import type { Calendar } from './calendar.ts';

export const generations = ['PPS', 'PPS 2.0', 'PPS 3.0'] as const;
export type Generation = (typeof generations)[number];

const devices = ['dilator', 'stapler', 'kit'] as const;
export type Device = (typeof devices)[number];

/** A GS1 company prefix as China's are (690–699), and illustrative like everything here. */
const companyPrefix = '6979990';

/** Months that both devices of every generation keep. */
export const shelfLifeMonths = 36;
/** Dilators to a case. */
export const dilatorsPerCase = 10;

interface GenerationFacts {
  /** Of the first registration. */
  readonly registeredFrom: string;
  /** Days before the story's last day on which the registration ended; negative: it still runs. */
  readonly registrationEnded: number;
  readonly number: (device: Device) => string;
}

/** Registration numbers are illustrative; the digits after the year are class and category of the catalogue. */
const facts: Readonly<Record<Generation, GenerationFacts>> = {
  PPS: {
    registeredFrom: '2015-03-18',
    registrationEnded: 900,
    number: (device) =>
      ({ dilator: '粤械注准20152660901', stapler: '国械注准20153650901', kit: '国械注准20153650902' })[
        device
      ],
  },
  'PPS 2.0': {
    registeredFrom: '2018-07-09',
    registrationEnded: -300,
    number: (device) =>
      ({ dilator: '粤械注准20182140901', stapler: '国械注准20183020901', kit: '国械注准20183020902' })[
        device
      ],
  },
  'PPS 3.0': {
    registeredFrom: '2021-09-15',
    registrationEnded: -1_500,
    number: (device) =>
      ({ dilator: '粤械注准20212140901', stapler: '国械注准20213020901', kit: '国械注准20213020902' })[
        device
      ],
  },
};

const names: Readonly<Record<Device, { readonly zh: string; readonly en: string }>> = {
  dilator: { zh: '一次性使用透明螺纹扩肛器', en: 'Single-use transparent threaded dilator' },
  stapler: { zh: '一次性使用管型吻合器', en: 'Single-use circular stapler' },
  kit: { zh: '超低位直肠癌精准功能保肛术（PPS）组套', en: 'PPS kit of dilator and circular stapler' },
};

const letters: Readonly<Record<Device, string>> = { dilator: 'D', stapler: 'S', kit: 'K' };

/** @returns the UDI-DI. */
export function gtinOf(generation: Generation, device: Device): string {
  return gtin(generations.indexOf(generation) * 10 + devices.indexOf(device) + 1);
}

/** @returns the UDI-DI of a dilator's case. */
export function caseGtinOf(generation: Generation): string {
  return gtin(generations.indexOf(generation) * 10 + 9);
}

function gtin(item: number): string {
  const digits = `0${companyPrefix}${String(item).padStart(5, '0')}`;
  return `${digits}${checkDigit(digits)}`;
}

/** Staplers of PPS 3.0 bear a serial number each; everything else is tracked by lot. */
export function isSerialised(generation: Generation, device: Device): boolean {
  return generation === 'PPS 3.0' && device === 'stapler';
}

/** @returns what the maker registers, the older before the newer, parts before the kit of them. */
export function productBodies(calendar: Calendar): object[] {
  return generations.flatMap((generation) =>
    devices.map((device) => productBody(calendar, generation, device)),
  );
}

function productBody(calendar: Calendar, generation: Generation, device: Device): object {
  const older = generations[generations.indexOf(generation) - 1];
  const serialised = isSerialised(generation, device);
  const version = String((generations.indexOf(generation) + 1) * 10);
  return {
    gtin: gtinOf(generation, device),
    names: names[device],
    model: `PPS-${letters[device]}${version}`,
    specification:
      device === 'dilator' ? '外径 33 mm' : device === 'stapler' ? '32 mm，钉高 4.8 mm' : '32/33',
    catalogueNumber: `${letters[device]}${version}-32`,
    generation,
    riskClass: device === 'dilator' ? 'II' : 'III',
    registrations: registrationsOf(calendar, generation, device),
    use: { kind: 'single-use' },
    sterile: { kind: 'sterile', method: device === 'dilator' ? 'irradiation' : 'ethylene-oxide' },
    shelfLifeMonths,
    trackedBy: serialised ? 'serial' : 'lot',
    // The staples stay in the body.
    implantable: device !== 'dilator',
    unitsOfUse: 1,
    packaging:
      device === 'dilator'
        ? [{ gtin: caseGtinOf(generation), contains: gtinOf(generation, device), quantity: dilatorsPerCase }]
        : [],
    labelCarries: { lot: true, serial: serialised, manufactured: true, expires: true },
    otherIdentifiers: [],
    ...(older === undefined ? {} : { supersedes: gtinOf(older, device) }),
    isKit: device === 'kit',
    components:
      device === 'kit'
        ? [
            { gtin: gtinOf(generation, 'dilator'), quantity: 1 },
            { gtin: gtinOf(generation, 'stapler'), quantity: 1 },
          ]
        : [],
    storage: { minimumCelsius: 5, maximumCelsius: 30, maximumHumidityPercent: 80 },
    intendedUse: {
      zh: '用于超低位直肠癌精准功能保肛术（PPS）。',
      en: 'For sphincter-preserving surgery in ultra-low rectal cancer (PPS).',
    },
    productionAddress: '深圳市示例路 1 号（虚构地址）',
    productionLicence: '粤药监械生产许20149001号',
  };
}

const registrationYears = 5;

/** A registration runs for five years and is renewed under its number (Order 47 of 2021, Art. 82 †). */
function registrationsOf(calendar: Calendar, generation: Generation, device: Device): object[] {
  const { registeredFrom, registrationEnded, number } = facts[generation];
  const end = calendar.day(registrationEnded);
  const spans: object[] = [];
  for (let from = registeredFrom; from < end; ) {
    const next = `${Number(from.slice(0, 4)) + registrationYears}${from.slice(4)}`;
    const [validTo] = [dayBefore(next), end].sort();
    spans.push({ number: number(device), validFrom: from, validTo });
    from = next;
  }
  return spans;
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 24 * 60 * 60_000).toISOString().slice(0, 10);
}
