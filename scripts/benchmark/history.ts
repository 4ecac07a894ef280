/** What happened before the bench begins: lots that were made, shipped, received, accepted, issued and used. */
import { systemIds } from '../../src/clock.ts';
import type { AnyFacts } from '../../src/inventory/command.ts';
import { placeAccount } from '../../src/ledger/account.ts';
import type { LotKey, Transfer } from '../../src/ledger/event.ts';
import type { Title } from '../../src/ledger/title.ts';
import type { Books, Writer } from './books.ts';
import type { Hospital, World } from './world.ts';

const stepMs = 10 * 60_000;
const flushAt = 4_000;

/** One lot on its way; its clock goes on with each event. */
export class LotHistory {
  readonly #books: Books;
  readonly #world: World;
  readonly #key: LotKey;
  readonly #maker: Writer;
  /** Those that have not been used yet; empty for a product that is tracked by lot. */
  readonly #serials: string[] = [];
  readonly #at: Date;

  constructor(books: Books, world: World, key: LotKey, from: Date) {
    this.#books = books;
    this.#world = world;
    this.#key = key;
    this.#at = new Date(from);
    this.#maker = { organisation: world.maker.id, person: world.maker.person };
  }

  /** 2 events. */
  make(quantity: number): void {
    const { organisation } = this.#maker;
    const tracked = this.#world.bySerial.includes(this.#key.gtin);
    if (tracked) this.#serials.push(...Array.from({ length: quantity }, (_, n) => `${this.#key.lot}${n}`));
    const details = {
      manufacturedOn: '2025-12-01',
      expiresOn: '2029-11-30',
      sterilisationLots: [],
      declaredQuantity: quantity,
      closed: true,
    };
    const transfer = {
      ...this.#things(quantity, this.#serials),
      from: { organisation, account: 'production' },
      to: { organisation, account: placeAccount(this.#world.maker.factory, 'available') },
      title: bought(organisation),
    } as const;
    const place = this.#world.maker.factory;
    const made = { type: 'lotProduced', step: 'producing', transfers: [transfer], place, details } as const;
    this.#write(this.#maker, 'POST /api/v1/lots', () => [made]);
    const released = { type: 'lotReleased', step: 'releasing', about: [this.#key], details: {} } as const;
    this.#write(this.#maker, 'POST /api/v1/lots/:gtin/:lot/release', () => [released]);
  }

  /** 1 event. @returns the shipment's id */
  ship(to: Hospital, quantity: number): string {
    const { organisation } = this.#maker;
    const place = this.#world.maker.factory;
    const [shipment = ''] = this.#write(this.#maker, 'POST /api/v1/shipments', (eventId) => [
      {
        type: 'shipped',
        step: 'shipping',
        place,
        transfers: [
          {
            ...this.#things(quantity, this.#serials),
            from: { organisation, account: placeAccount(place, 'available') },
            to: { organisation, account: `transit/${eventId(0)}` },
            title: bought(organisation),
          },
        ],
        details: {
          shipment: eventId(0),
          to: to.id,
          purpose: 'supply',
          conveys: { basis: 'bought' },
          complete: true,
        },
      },
    ]);
    return shipment;
  }

  /** Receives all of a shipment, accepts it, and issues it to the theatre: 4 events. */
  receive(hospital: Hospital, shipment: string, quantity: number): void {
    const { id: organisation, store, theatre } = hospital;
    const writer = { organisation, person: hospital.person };
    const things = this.#things(quantity, this.#serials);
    const waiting = { organisation, account: placeAccount(store, 'awaiting-acceptance') };
    const stored = { organisation, account: placeAccount(store, 'available') };
    const own = bought(organisation);
    const from = { organisation: this.#maker.organisation, account: `transit/${shipment}` } as const;
    const title = bought(from.organisation);
    const lines = [{ ...this.#key, intact: quantity, damaged: 0, unshipped: 0 }];
    this.#write(writer, 'POST /api/v1/receipts', () => [
      {
        type: 'received',
        step: 'receiving',
        transfers: [{ ...things, from, to: waiting, title, becomes: own }],
        place: store,
        details: { shipment, from: from.organisation, lines },
      },
      { type: 'shipmentClosed', step: 'receiving', about: [this.#key], details: { shipment, missing: 0 } },
    ]);
    this.#write(writer, 'POST /api/v1/acceptances', () => [
      {
        type: 'accepted',
        step: 'accepting',
        transfers: [{ ...things, from: waiting, to: stored, title: own }],
        place: store,
        details: { record: acceptance(this.#key.lot, quantity) },
      },
    ]);
    const issued = { organisation, account: placeAccount(theatre, 'available') };
    const transfers = [{ ...things, from: stored, to: issued, title: own }];
    this.#write(writer, 'POST /api/v1/moves', () => [
      { type: 'moved', step: 'storing', transfers, place: theatre, details: {} },
    ]);
  }

  /** One device on one patient: 1 event. */
  use({ id: organisation, theatre, person }: Hospital): void {
    const pseudonym = systemIds.uuid();
    const serial = this.#serials.pop();
    const named = serial === undefined ? {} : ({ issuer: 'maker', serial } as const);
    const transfer = {
      ...this.#things(1, serial === undefined ? [] : [serial]),
      from: { organisation, account: placeAccount(theatre, 'available') },
      to: { organisation, account: 'consumed' },
      title: bought(organisation),
    } as const;
    const use = { ...this.#key, ...named, pseudonym, implanted: false, restrictions: [] };
    this.#write({ organisation, person }, 'POST /api/v1/uses', () => [
      {
        type: 'used',
        step: 'using',
        transfers: [transfer],
        uses: [{ ...use, deviations: ['not-checked'] }],
        place: theatre,
        details: { procedure: '直肠前切除术', surgeon: person, preUseCheck: true },
      },
    ]);
    this.#books.linkPatient(organisation, pseudonym);
  }

  #things(quantity: number, serials: readonly string[]): Pick<Transfer, 'gtin' | 'lot' | 'quantity'> {
    const named = serials.length === 0 ? {} : ({ issuer: 'maker', serials: [...serials] } as const);
    return { ...this.#key, quantity, ...named };
  }

  #write(
    writer: Writer,
    route: string,
    factsOf: (eventId: (index: number) => string) => readonly AnyFacts[],
  ): string[] {
    this.#at.setTime(this.#at.getTime() + stepMs);
    return this.#books.write(writer, route, this.#at, factsOf);
  }
}

/** Events of one lot of the background. */
export const eventsPerLot = 100;
const usesPerLot = eventsPerLot - 7;
/** The stock of the first hospital stays as it is while the ledger grows. */
const lotsOfFirst = 50;
/** Hospitals whose stock does not grow with the background, but for the first one's part. */
const apart = 20;

/**
 * Writes lots of {@link eventsPerLot} events until the ledger holds so many.
 * @param first number of the first lot, so that they can be gone on with
 * @returns the number of the next lot
 */
export async function writeBackground(
  books: Books,
  world: World,
  events: number,
  first = 0,
): Promise<number> {
  let number = first;
  for (; books.written + books.waiting + eventsPerLot <= events; number += 1) {
    const gtins = number % 4 === 3 ? world.bySerial : world.byLot;
    const gtin = gtins[number % gtins.length] ?? '';
    const others = world.hospitals.slice(apart);
    const hospital = number < lotsOfFirst ? world.hospitals[0] : others[number % others.length];
    if (hospital === undefined) throw new Error('a world without hospitals');
    // Spread over the year so far, and the same each time.
    const from = new Date(Date.UTC(2026, 0, 1) + ((number * 7_919) % 250) * 86_400_000);
    const lot = new LotHistory(books, world, { gtin, lot: `B${String(number).padStart(6, '0')}` }, from);
    lot.make(usesPerLot + 3);
    lot.receive(hospital, lot.ship(hospital, usesPerLot + 3), usesPerLot + 3);
    for (let used = 0; used < usesPerLot; used += 1) lot.use(hospital);
    if (books.waiting >= flushAt) await books.flush();
  }
  await books.flush();
  return number;
}

const subjectHospitals = 20;
const usesEach = 50;

/** Writes the lot that is traced and recalled: 1,000 uses in 20 hospitals, 1,102 events. */
export async function writeSubject(books: Books, world: World): Promise<LotKey> {
  const [gtin = ''] = world.byLot;
  const key = { gtin, lot: 'SUBJECT' };
  const lot = new LotHistory(books, world, key, new Date(Date.UTC(2026, 1, 1)));
  const quantity = usesEach + 10;
  lot.make(subjectHospitals * quantity);
  for (const hospital of world.hospitals.slice(0, subjectHospitals)) {
    lot.receive(hospital, lot.ship(hospital, quantity), quantity);
    for (let used = 0; used < usesEach; used += 1) lot.use(hospital);
  }
  await books.flush();
  return key;
}

function bought(owner: string): Title {
  return { owner, basis: 'bought' };
}

function acceptance(lot: string, quantity: number) {
  return {
    productName: '一次性使用管型吻合器',
    model: 'PPS-3.0-CS',
    specification: '29 mm',
    lot,
    manufacturedOn: '2025-12-01',
    expiresOn: '2029-11-30',
    sterilisationLots: [],
    registrant: 'Bench Maker',
    registrationNumber: '国械注准20213020001',
    supplier: 'Bench Maker',
    supplierLicence: '',
    manufacturerLicence: '',
    quantity,
    conclusion: 'qualified',
  } as const;
}
