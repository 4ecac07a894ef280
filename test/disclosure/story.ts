/**
 * What happens in the country: lots go from two makers through two distributors to three hospitals, are accepted,
 * moved, used on patients, corrected, held and recalled. Every quantity is a prime that no other event has, so that
 * a number in an answer says whose it is.
 */
import type { Role } from '../../src/access/permissions.ts';
import { gtinOf, stapler } from '../catalogue/samples.ts';
import { at } from '../support/http.ts';
import { type Country, done, idOf, type Name, personOf, placeOf } from './country.ts';

export const products = { stapler: gtinOf(1), unit: gtinOf(2), foreign: gtinOf(9) } as const;
/** Lot numbers may hold a slash and a percent sign (character set 82). */
export const lots = {
  bad: { gtin: products.stapler, lot: 'BAD/26%01' },
  good: { gtin: products.stapler, lot: 'GOOD-2602' },
  units: { gtin: products.unit, lot: 'UNITS-2603' },
  foreign: { gtin: products.foreign, lot: 'FOREIGN-2604' },
  /** Never made: a hospital found it on its shelf. */
  ghost: { gtin: products.stapler, lot: 'GHOST-2605' },
} as const;
export const serials = ['SN-70001', 'SN-70002', 'SN-70003', 'SN-70004', 'SN-70005', 'SN-70006'] as const;

const roleOf: Partial<Record<Name, Role>> = {
  maker: 'quality',
  otherMaker: 'quality',
  distributor: 'distributor',
  otherDistributor: 'distributor',
};

/** Every prime once. */
function* primesFrom(start: number): Generator<number> {
  for (let candidate = start; ; candidate += 1) {
    let prime = candidate > 1;
    for (let factor = 2; factor * factor <= candidate && prime; factor += 1) prime = candidate % factor !== 0;
    if (prime) yield candidate;
  }
}

interface Line {
  readonly gtin: string;
  readonly lot: string;
  readonly quantity?: number;
  readonly serials?: readonly string[];
}

export interface Story {
  readonly programme: string;
  readonly recalls: { readonly bad: string; readonly units: string; readonly foreign: string };
  readonly holds: readonly string[];
  readonly events: readonly string[];
  readonly shipments: readonly string[];
  /** Print jobs of labels. */
  readonly jobs: readonly string[];
  readonly printers: readonly string[];
  /** To printers. */
  readonly sends: readonly string[];
}

/** One telling: who acts, with ids and moments of their own. */
export class Teller {
  readonly country: Country;
  readonly events: string[] = [];
  readonly shipments: string[] = [];
  readonly jobs: string[] = [];
  readonly printers: string[] = [];
  readonly sends: string[] = [];
  readonly #small = primesFrom(101);
  readonly #large = primesFrom(20_011);
  #patients = 0;

  constructor(country: Country) {
    this.country = country;
  }

  /** A quantity that no other event has. */
  small(): number {
    return Number(this.#small.next().value);
  }

  large(): number {
    return Number(this.#large.next().value);
  }

  async command(name: Name, role: Role, path: string, body: object): Promise<unknown> {
    this.country.pass();
    const { client } = personOf(this.country.members[name], role);
    const answer = await done(client.post(path, { commandId: crypto.randomUUID(), ...body }));
    const events = (answer as { events?: string[] }).events ?? [];
    this.events.push(...events);
    return answer;
  }

  happened(): { happenedAt: string } {
    return { happenedAt: this.country.stated() };
  }

  place(name: Name, kind: Parameters<typeof placeOf>[1]): string {
    return placeOf(this.country.members[name], kind);
  }

  /** Sends lines on, and returns the shipment. */
  async ship(from: Name, to: Name, lines: readonly Line[], more: object = {}): Promise<string> {
    const hospital = this.country.members[from].kind === 'hospital';
    const answer = await this.command(from, roleOf[from] ?? 'materials', '/api/v1/shipments', {
      ...this.happened(),
      from: this.place(from, hospital ? 'store' : 'warehouse'),
      to: this.country.members[to].id,
      lines,
      papers: `papers from ${from} to ${to} number ${this.small()}`,
      ...more,
    });
    const shipment = idOf(answer, '/shipment');
    this.shipments.push(shipment);
    return shipment;
  }

  async receive(name: Name, shipment: string, lines: readonly Line[], damaged: readonly Line[] = []) {
    const role = roleOf[name] ?? 'materials';
    const place = this.store(name);
    const note = `receipt note of ${name} number ${this.small()}`;
    const body = { ...this.happened(), shipment, place, lines, damaged, note };
    return this.command(name, role, '/api/v1/receipts', body);
  }

  async accept(name: Name, shipment: string, line: Line, conclusion = 'qualified') {
    return this.command(name, roleOf[name] ?? 'materials', '/api/v1/acceptances', {
      ...this.happened(),
      place: this.store(name),
      shipment,
      lines: [line],
      conclusion,
      certificate: `certificate seen by ${name} number ${this.small()}`,
      papers: `papers seen by ${name} number ${this.small()}`,
      reason: `acceptance reason of ${name} number ${this.small()}`,
    });
  }

  store(name: Name): string {
    return this.place(name, this.country.members[name].kind === 'hospital' ? 'store' : 'warehouse');
  }

  async move(name: Name, line: Line): Promise<string> {
    const answer = await this.command(name, 'materials', '/api/v1/moves', {
      ...this.happened(),
      from: this.place(name, 'store'),
      to: this.place(name, 'theatre'),
      lines: [line],
      requisition: `requisition of ${name} number ${this.small()}`,
    });
    return idOf(answer, '/events/0');
  }

  /** A use on a patient of its own, whose identity is in no other record. */
  async use(name: Name, device: Line, more: object = {}): Promise<string> {
    this.#patients += 1;
    const mark = `${name}-${this.#patients}`;
    const member = this.country.members[name];
    const answer = await this.command(name, 'theatre', '/api/v1/uses', {
      ...this.happened(),
      place: this.place(name, 'theatre'),
      procedure: `procedure of ${mark}`,
      surgeon: personOf(member, 'theatre').id,
      scrubNurse: personOf(member, 'sterile-supply').id,
      circulatingNurse: personOf(member, 'materials').id,
      patient: {
        inpatientNumber: `inpatient-${mark}`,
        recordNumber: `record-${mark}`,
        patientId: `patient-${mark}`,
        name: `Patient ${mark}`,
        birthDate: `19${50 + this.#patients}-06-17`,
        sex: 'female',
        phone: `13${900_000_000 + this.#patients * 7_919}`,
      },
      devices: [{ device, implanted: true }],
      preUseCheck: true,
      note: `use note of ${mark}`,
      ...more,
    });
    return idOf(answer, '/events/0');
  }

  /** Prints labels of a lot, and one of them again. */
  async print(name: Name, { gtin, lot }: Line, labels: { serials?: readonly string[]; quantity?: number }) {
    const answer = await this.command(name, 'quality', '/api/v1/label-jobs', { gtin, lot, ...labels });
    const job = idOf(answer, '/job');
    const again = labels.serials === undefined ? { quantity: 1 } : { serials: labels.serials.slice(0, 1) };
    const reason = `reprint reason of ${name} number ${this.small()}`;
    const path = `/api/v1/label-jobs/${job}/reprints`;
    const reprint = await this.command(name, 'quality', path, { ...again, reason });
    this.jobs.push(job, idOf(reprint, '/job'));
  }

  /** Prints labels of a shipment's boxes, and one of them again. */
  async printUnits(name: Name, shipment: string): Promise<void> {
    const role = roleOf[name] ?? 'quality';
    const path = `/api/v1/shipments/${shipment}/label-jobs`;
    const answer = await this.command(name, role, path, { quantity: 2 });
    const job = idOf(answer, '/job');
    const again = { serials: [idOf(answer, '/lastSerial')], reason: `reason of ${name} ${this.small()}` };
    const reprint = await this.command(name, role, `/api/v1/label-jobs/${job}/reprints`, again);
    this.jobs.push(job, idOf(reprint, '/job'));
  }

  /** Registers a printer that is switched off, and tries it. */
  async setUpPrinter(name: Name): Promise<void> {
    const { client } = personOf(this.country.members[name], 'administrator');
    const host = `127.9.9.${this.printers.length + 1}`;
    const facts = { name: `printer of ${name}`, host, language: 'zpl' };
    const printer = idOf(await done(client.post('/api/v1/printers', facts)), '/id');
    const send = idOf(await done(client.post(`/api/v1/printers/${printer}/test`)), '/id');
    this.printers.push(printer);
    this.sends.push(send);
    let state: unknown = 'sending';
    while (state === 'sending') {
      state = at((await client.get(`/api/v1/printer-sends/${send}`)).body, '/state');
    }
  }

  correct(name: Name, role: Role, event: string, right?: object): Promise<unknown> {
    const reason = `correction reason of ${name} number ${this.small()}`;
    const body = { ...this.happened(), reason, ...(right === undefined ? {} : { right }) };
    return this.command(name, role, `/api/v1/events/${event}/correction`, body);
  }
}

/** Registers what the makers make and what the foundations give. */
export async function register(teller: Teller): Promise<string> {
  const { country } = teller;
  const quality = (name: Name) => personOf(country.members[name], 'quality').client;
  const registered = (number: string) => ({ registrations: [{ number, validFrom: '2021-01-15' }] });
  const makes: [Name, object][] = [
    ['maker', stapler(1, registered('国械注准20213021111'))],
    [
      'maker',
      stapler(2, {
        ...registered('国械注准20213022222'),
        trackedBy: 'serial',
        labelCarries: { lot: true, serial: true, manufactured: true, expires: true },
      }),
    ],
    [
      'otherMaker',
      stapler(9, {
        ...registered('国械注准20213029999'),
        names: { zh: '另一厂吻合器', en: 'Stapler of another maker' },
        model: 'FOREIGN-MODEL',
        specification: 'foreign 29 mm',
      }),
    ],
  ];
  for (const [name, product] of makes) await done(quality(name).post('/api/v1/products', product));
  const give = async (name: Name) => {
    country.pass();
    return idOf(
      await done(
        personOf(country.members[name], 'administrator').client.post('/api/v1/programmes', {
          name: { zh: `${name} 公益项目`, en: `Programme of ${name}` },
          from: '2025-01-01',
          donors: [{ name: { zh: `${name} 的捐赠人`, en: `Donor of ${name}` } }],
        }),
      ),
      '/id',
    );
  };
  await give('otherFoundation');
  return give('foundation');
}

export async function produce(
  teller: Teller,
  name: Name,
  { gtin, lot }: Line,
  parts: readonly object[],
): Promise<void> {
  const place = teller.place(name, 'warehouse');
  const happened = teller.happened();
  const made = { ...happened, gtin, lot, manufacturedOn: '2026-02-03', place, parts };
  await teller.command(name, 'quality', '/api/v1/lots', made);
  const certificate = `release certificate of ${name} number ${teller.small()}`;
  await teller.command(name, 'quality', lotPath({ gtin, lot }, '/release'), {
    ...teller.happened(),
    certificate,
  });
}

export function lotPath({ gtin, lot }: Line, rest = ''): string {
  return `/api/v1/lots/${gtin}/${encodeURIComponent(lot)}${rest}`;
}
