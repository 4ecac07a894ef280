/** What the story is played with: who is there, and what lies where as far as the story has put it there. */
import type { Calendar } from './calendar.ts';
import type { Chance } from './chance.ts';
import type { Company, Member } from './company.ts';
import type { Plan, PlannedLot } from './plan.ts';

/** One device on a hospital's shelf. */
export interface Item {
  readonly lot: PlannedLot;
  readonly serial?: string;
  /** Given through the welfare programme. */
  readonly donated: boolean;
}

export interface Shelves {
  readonly member: Member;
  readonly store: Item[];
  readonly theatre: Item[];
}

export interface Counts {
  /** Operations recorded, and devices used in them. */
  operations: number;
  uses: number;
  patients: number;
  programmePatients: number;
  shipments: number;
  receipts: number;
  acceptances: number;
  rejections: number;
  moves: number;
  checks: number;
  /** Of recorded uses, by deviation. */
  readonly deviations: Map<string, number>;
}

export interface World {
  readonly calendar: Calendar;
  readonly chance: (name: string) => Chance;
  readonly company: Company;
  readonly plan: Plan;
  /** In the order of the plan. */
  readonly hospitals: readonly Shelves[];
  readonly programme: string;
  readonly counts: Counts;
  /** Files of labels, by lot: printed before the lot was made. */
  readonly labels: Map<string, Uint8Array>;
}

export function emptyCounts(): Counts {
  return {
    operations: 0,
    uses: 0,
    patients: 0,
    programmePatients: 0,
    shipments: 0,
    receipts: 0,
    acceptances: 0,
    rejections: 0,
    moves: 0,
    checks: 0,
    deviations: new Map(),
  };
}
