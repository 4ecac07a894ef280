/** In the theatre: the check before use, and the record of the use. */
import { z } from 'zod';
import { inChina } from './calendar.ts';
import { placeOf, required, seatOf } from './company.ts';
import { scanOf } from './goods.ts';
import { inLanes } from './lanes.ts';
import { patientOf } from './patients.ts';
import { buysAgain, getsBadLot, programmePatients, type Round } from './plan.ts';
import { hospitalLanes, shelvesOf } from './supply.ts';
import type { Item, Shelves, World } from './world.ts';

export const procedure = '超低位直肠癌精准功能保肛术（PPS）';

const checked = z.object({
  results: z.array(
    z.object({
      check: z.string(),
      verdict: z.enum(['may-be-used', 'blocked']),
      reasons: z.array(z.object({ code: z.string(), zh: z.string(), en: z.string() })),
      warnings: z.array(z.object({ code: z.string() })),
    }),
  ),
});
export type CheckResult = z.output<typeof checked>['results'][number];

const recorded = z.object({
  events: z.array(z.string()),
  uses: z.array(z.object({ pseudonym: z.string(), lot: z.string(), deviations: z.array(z.string()) })),
});
export type RecordedUses = z.output<typeof recorded>;

/** @returns what the check before use says of each device. */
export async function checkBeforeUse(
  world: World,
  { member }: Shelves,
  at: Date,
  items: readonly Item[],
): Promise<readonly CheckResult[]> {
  const theatre = seatOf(member, 'theatre');
  const devices = items.map((item) => scanOf(item, world.calendar));
  const body = { place: placeOf(member, 'theatre'), devices };
  const { results } = await theatre.ask(at, checked, 'POST', '/api/v1/checks', body);
  world.counts.checks += results.length;
  return results;
}

export interface Use {
  /** When it happened, and when it was written down. */
  readonly happened: Date;
  readonly recorded: Date;
  readonly patient: ReturnType<typeof patientOf>;
  readonly devices: readonly { readonly item: Item; readonly check?: string | undefined }[];
  readonly programme?: string | undefined;
  readonly note?: string;
}

/** @returns the body of a record of a use, without when it happened. */
export function useBody({ calendar }: World, { member }: Shelves, use: Omit<Use, 'happened' | 'recorded'>) {
  return {
    place: placeOf(member, 'theatre'),
    procedure,
    surgeon: required(member.surgeon),
    scrubNurse: member.scrubNurse,
    circulatingNurse: seatOf(member, 'theatre').person,
    patient: use.patient,
    devices: use.devices.map(({ item, check }) => ({
      device: scanOf(item, calendar),
      // Staples stay in the body.
      implanted: item.lot.device === 'stapler',
      ...(check === undefined ? {} : { check }),
    })),
    preUseCheck: true,
    ...(use.programme === undefined ? {} : { programme: use.programme }),
    ...(use.note === undefined ? {} : { note: use.note }),
  };
}

export async function recordUse(world: World, shelves: Shelves, use: Use): Promise<RecordedUses> {
  const { counts } = world;
  const theatre = seatOf(shelves.member, 'theatre');
  const answer = await theatre.command(use.recorded, recorded, '/api/v1/uses', {
    happenedAt: inChina(use.happened),
    ...useBody(world, shelves, use),
  });
  counts.operations += 1;
  counts.uses += answer.uses.length;
  for (const deviation of answer.uses.flatMap(({ deviations }) => deviations)) {
    counts.deviations.set(deviation, (counts.deviations.get(deviation) ?? 0) + 1);
  }
  return answer;
}

/** Takes the oldest of a device from the theatre's shelf: of what was given, or of what was bought. */
export function takeFrom(shelf: Item[], device: Item['lot']['device'], donated: boolean): Item | undefined {
  const fitting = shelf.filter((item) => item.lot.device === device && item.donated === donated);
  const oldest = fitting.reduce<Item | undefined>(
    (best, item) => (best === undefined || item.lot.made > best.lot.made ? item : best),
    undefined,
  );
  if (oldest !== undefined) shelf.splice(shelf.indexOf(oldest), 1);
  return oldest;
}

interface PlannedOperation {
  readonly hospital: number;
  /** Days before the end. */
  readonly day: number;
  readonly programme: boolean;
  /** Of the whole story, from 0. */
  readonly patient: number;
}

const phases = {
  first: { from: 222, everyDays: 7 },
  second: { from: 134, everyDays: 6 },
  donated: { from: 106, everyDays: 4 },
  third: { from: 60, everyDays: 5 },
} as const;

/** A hospital that ran out of dilators. */
export const borrower = 3;

/** What the PPS centre operates more than others in a phase. */
const centreMore = 5;

function operationsOf(round: Round, hospital: number): number {
  const more = hospital === 0 ? centreMore : 0;
  switch (round) {
    case 'first':
      return (hospital % 4 === 1 ? 2 : 1) + more;
    case 'second':
      return buysAgain(hospital) ? 2 - (hospital % 2) + more : 0;
    case 'donated':
      return programmePatients;
    case 'third':
      return (getsBadLot(hospital) ? 3 : 1) + more;
  }
}

/** Operations with what a round has brought, each with its checks before it; hospitals side by side. */
export async function operate(world: World, round: Round): Promise<void> {
  const { hospitals, plan, counts } = world;
  const programme = round === 'donated';
  const at = programme ? plan.programmeHospitals : hospitals.map((_, index) => index);
  const { from, everyDays } = phases[round];
  // Patients are numbered before anything runs at once, so that the same one is the same each time.
  const planned = at.map((hospital) =>
    Array.from({ length: operationsOf(round, hospital) }, (_, nth): PlannedOperation => {
      // The first patient of all is operated on again.
      const again = round === 'third' && hospital === 0 && nth === 0;
      const patient = again ? 0 : newPatient(counts, programme);
      return { hospital, day: from - everyDays * nth - daysLater(hospital), programme, patient };
    }),
  );
  await inLanes(hospitalLanes, planned, async (own) => {
    for (const operation of own) await operateOn(world, operation);
  });
}

/** Not all operate on the same days. */
function daysLater(hospital: number): number {
  return (hospital + Math.floor(hospital / 4)) % 4;
}

/** @returns the patient's number in the whole story, from 0. */
export function newPatient(counts: World['counts'], programme = false): number {
  counts.patients += 1;
  if (programme) counts.programmePatients += 1;
  return counts.patients - 1;
}

async function operateOn(world: World, { hospital, day, programme, patient }: PlannedOperation) {
  const { calendar, chance } = world;
  const shelves = shelvesOf(world, hospital);
  const stapler = takeFrom(shelves.theatre, 'stapler', programme);
  const dilator = takeFrom(shelves.theatre, 'dilator', programme);
  const items = [dilator, stapler].filter((item) => item !== undefined);
  if (items.length === 0) throw new Error(`hospital ${hospital} has nothing to operate with`);
  const lot = chance(`patient/${patient}`);
  const [hour, minute] = [8 + lot.below(6), lot.below(60)];
  const results = await checkBeforeUse(world, shelves, calendar.at(day, hour, minute), items);
  const blocked = results.find(({ verdict }) => verdict === 'blocked');
  if (blocked !== undefined) throw new Error(`a device may not be used: ${blocked.reasons[0]?.en}`);
  await recordUse(world, shelves, {
    happened: calendar.at(day, hour + 1, minute),
    recorded: calendar.at(day, hour + 3, minute),
    patient: patientOf(patient, lot),
    devices: items.map((item, nth) => ({ item, check: results[nth]?.check })),
    ...(programme ? { programme: world.programme } : {}),
  });
}
