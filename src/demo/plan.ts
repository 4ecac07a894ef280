/** What is made and who is supplied with it. Pure: worked out before anything is played. */
import { type Device, type Generation, isSerialised } from './products.ts';

/** A lot and when it was made, in days before the story's last day. */
export interface PlannedLot {
  readonly lot: string;
  readonly generation: Generation;
  readonly device: Exclude<Device, 'kit'>;
  readonly made: number;
  /** Whether its maker has released it: two weeks after it was made. */
  readonly released: boolean;
}

function planned(
  lot: string,
  generation: Generation,
  device: PlannedLot['device'],
  made: number,
  released = true,
): PlannedLot {
  return { lot, generation, device, made, released };
}

/**
 * Both devices keep 36 months, about 1,096 days: of these lots one has expired, two expire within a month, two within
 * three and two within six. All of PPS were made while it was registered.
 */
export const plannedLots: readonly PlannedLot[] = [
  planned('S10-00', 'PPS', 'stapler', 1_160),
  planned('S10-01', 'PPS', 'stapler', 1_010),
  planned('S10-02', 'PPS', 'stapler', 940),
  planned('D10-01', 'PPS', 'dilator', 1_030),
  planned('D10-02', 'PPS', 'dilator', 945),
  planned('S20-01', 'PPS 2.0', 'stapler', 1_080),
  planned('S20-02', 'PPS 2.0', 'stapler', 700),
  planned('S20-03', 'PPS 2.0', 'stapler', 430),
  planned('D20-01', 'PPS 2.0', 'dilator', 1_070),
  planned('D20-02', 'PPS 2.0', 'dilator', 640),
  planned('S30-01', 'PPS 3.0', 'stapler', 760),
  planned('S30-02', 'PPS 3.0', 'stapler', 470),
  planned('S30-03', 'PPS 3.0', 'stapler', 250),
  planned('S30-04', 'PPS 3.0', 'stapler', 140),
  planned('S30-05', 'PPS 3.0', 'stapler', 12, false),
  planned('D30-01', 'PPS 3.0', 'dilator', 780),
  planned('D30-02', 'PPS 3.0', 'dilator', 455),
  planned('D30-03', 'PPS 3.0', 'dilator', 245),
  planned('D30-04', 'PPS 3.0', 'dilator', 110),
];

/** The one that is recalled. */
export const badLot = 'S30-04';
/** On hold for some days, and lifted. */
export const heldLot = 'D30-04';

export type Round = 'first' | 'second' | 'donated' | 'third';
export const rounds: readonly Round[] = ['first', 'second', 'donated', 'third'];

/** Who sends to a hospital: the maker itself, or the first or second distributor. */
export type Supplier = 'manufacturer' | 0 | 1;

export interface Line {
  readonly lot: PlannedLot;
  readonly quantity: number;
  /** As many, where the product bears them. */
  readonly serials: readonly string[];
}

export interface Delivery {
  readonly round: Round;
  /** Index of the hospital. */
  readonly hospital: number;
  readonly supplier: Supplier;
  /** Days before the end. */
  readonly sent: number;
  readonly lines: readonly Line[];
  /** Of each device, how many stay in the store when the rest is issued to the theatre. */
  readonly kept: number;
}

/** What a distributor gets for a round. */
export interface Intake {
  readonly round: Round;
  readonly distributor: 0 | 1;
  readonly sent: number;
  readonly lines: readonly Line[];
}

export interface Plan {
  readonly deliveries: readonly Delivery[];
  readonly intakes: readonly Intake[];
  /** How many are made of each lot. */
  readonly made: ReadonlyMap<string, number>;
  readonly programmeHospitals: readonly number[];
}

/** Hospitals that treat patients of the programme, and how many each. */
const programmeHospitals = [0, 2, 6, 12, 18, 24, 30, 36];
export const programmePatients = 5;
/** What the PPS centre gets more than others, of each lot in a round. */
const centreExtra = 5;
/** Staplers of the bad lot that the distributors still have when it is recalled. */
export const badSpares = 3;

const firstSent = { first: 238, second: 150, donated: 118, third: 74 } as const;
/** So that distributors can receive, accept and pass on. */
const intakeDaysEarlier = 6;

const firstLots = [
  ['S10-01', 'D10-01'],
  ['S20-01', 'D20-01'],
  ['S10-02', 'D10-02'],
  ['S20-02', 'D20-02'],
  ['S30-01', 'D30-01'],
] as const;
const secondLots = [
  ['S20-02', 'D20-02'],
  ['S30-01', 'D30-01'],
  ['S30-02', 'D30-02'],
  ['S20-03', 'D20-02'],
  ['S30-02', 'D30-02'],
] as const;

/** @returns whether a hospital is supplied with the bad lot. */
export function getsBadLot(hospital: number): boolean {
  return hospital === 0 || hospital % 4 === 1 || hospital % 12 === 8;
}

/** @param hospitals how many there are; the first is the PPS centre */
export function planFor(hospitals: number): Plan {
  const serials = new Serials();
  const chosen = programmeHospitals.filter((hospital) => hospital < hospitals);
  const all = Array.from({ length: hospitals }, (_, hospital) => hospital);
  const deliveries = rounds.flatMap((round) =>
    suppliedIn(round, all, chosen).map((hospital) => deliveryOf(round, hospital, serials)),
  );
  const intakes = rounds.flatMap((round) =>
    ([0, 1] as const).flatMap((distributor) => intakeOf(round, distributor, deliveries, serials)),
  );
  return { deliveries, intakes, made: quantitiesMade(deliveries, intakes), programmeHospitals: chosen };
}

/** Every second hospital buys again half a year later; the first ones all do. */
export function buysAgain(hospital: number): boolean {
  return hospital % 2 === 0 || hospital < 8;
}

function suppliedIn(round: Round, all: readonly number[], programme: readonly number[]): readonly number[] {
  if (round === 'donated') return programme;
  return round === 'second' ? all.filter(buysAgain) : all;
}

function deliveryOf(round: Round, hospital: number, serials: Serials): Delivery {
  const spread = round === 'first' || round === 'second' ? 12 : 8;
  return {
    round,
    hospital,
    supplier: round === 'donated' ? 'manufacturer' : supplierOf(hospital),
    sent: firstSent[round] - (hospital % spread),
    lines: linesOf(round, hospital).map(([name, quantity]) => serials.line(lotNamed(name), quantity)),
    kept: round === 'donated' ? 0 : 1,
  };
}

/** The centre and every tenth hospital buy from the maker; the others from a distributor. */
export function supplierOf(hospital: number): Supplier {
  if (hospital % 10 === 0) return 'manufacturer';
  return hospital % 2 === 1 ? 0 : 1;
}

function linesOf(round: Round, hospital: number): (readonly [lot: string, quantity: number])[] {
  const more = hospital === 0 ? centreExtra : 0;
  switch (round) {
    case 'first': {
      const [stapler, dilator] = firstLots[hospital % firstLots.length] ?? firstLots[0];
      // Too many of an old lot: they lie in the store until they expire.
      const tooMany = hospital === 7 ? ([['S10-00', 2]] as const) : [];
      return [[stapler, 3 + more], [dilator, 3 + more], ...tooMany];
    }
    case 'second': {
      const [stapler, dilator] = secondLots[hospital % secondLots.length] ?? secondLots[0];
      return [
        [stapler, 3 + more],
        [dilator, 3 + more],
      ];
    }
    case 'donated':
      return [
        ['S30-03', programmePatients],
        ['D30-03', programmePatients],
      ];
    case 'third':
      return getsBadLot(hospital)
        ? [
            [badLot, 4 + more],
            [heldLot, 4 + more],
          ]
        : [
            ['S30-03', 3],
            ['D30-03', 3],
          ];
  }
}

function intakeOf(
  round: Round,
  distributor: 0 | 1,
  deliveries: readonly Delivery[],
  serials: Serials,
): Intake[] {
  const lines = deliveries
    .filter((delivery) => delivery.round === round && delivery.supplier === distributor)
    .flatMap((delivery) => delivery.lines);
  if (lines.length === 0) return [];
  const spares = round === 'third' ? [serials.line(lotNamed(badLot), badSpares)] : [];
  const byLot = Map.groupBy([...lines, ...spares], ({ lot }) => lot);
  const added = [...byLot].map(([lot, of]) => ({
    lot,
    quantity: of.reduce((sum, { quantity }) => sum + quantity, 0),
    serials: of.flatMap((line) => line.serials),
  }));
  return [{ round, distributor, sent: firstSent[round] + intakeDaysEarlier, lines: added }];
}

/** What is delivered and some more, in tens. */
function quantitiesMade(
  deliveries: readonly Delivery[],
  intakes: readonly Intake[],
): ReadonlyMap<string, number> {
  const direct = deliveries.filter(({ supplier }) => supplier === 'manufacturer');
  const sent = new Map<string, number>();
  for (const { lot, quantity } of [...direct, ...intakes].flatMap(({ lines }) => lines)) {
    sent.set(lot.lot, (sent.get(lot.lot) ?? 0) + quantity);
  }
  return new Map(
    plannedLots.map(({ lot }) => [lot, Math.ceil(((sent.get(lot) ?? 0) + keptByMaker) / 10) * 10]),
  );
}

const keptByMaker = 12;

export function lotNamed(name: string): PlannedLot {
  const found = plannedLots.find(({ lot }) => lot === name);
  if (found === undefined) throw new Error(`no lot ${name} is planned`);
  return found;
}

/** Serial numbers of a lot run from 1; each is given to one delivery. */
class Serials {
  readonly #given = new Map<string, number>();

  line(lot: PlannedLot, quantity: number): Line {
    if (!isSerialised(lot.generation, lot.device)) return { lot, quantity, serials: [] };
    const given = this.#given.get(lot.lot) ?? 0;
    this.#given.set(lot.lot, given + quantity);
    const serials = Array.from({ length: quantity }, (_, nth) => serialOf(lot, given + nth + 1));
    return { lot, quantity, serials };
  }
}

/** @returns the n-th serial number of a lot, from 1. */
export function serialOf({ lot }: Pick<PlannedLot, 'lot'>, n: number): string {
  return `${lot.replace('-', '')}${String(n).padStart(4, '0')}`;
}
