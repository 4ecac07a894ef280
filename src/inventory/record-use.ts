/**
 * The record of a use that happened 使用登记. Law 3: it states what happened, and no danger refuses it. What was
 * wrong is written down as deviations; what stock does not know is drawn from `unexplained`.
 */

import { z } from 'zod';
import { dayInChina } from '../catalogue/day.ts';
import { allOf } from '../database/documents.ts';
import type { Write } from '../database/write.ts';
import { isoDateTime, text, uuid } from '../http/fields.ts';
import { type AccountRef, placeAccount } from '../ledger/account.ts';
import type { DecisionContext } from '../ledger/decision.ts';
import { bounds, type Commitment, type Deviation, type Use } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Title } from '../ledger/title.ts';
import { identitySchema } from '../patients/identity.ts';
import type { Patients } from '../patients/interface.ts';
import { type Assessment, assess, type DeviceInHand } from './assess.ts';
import type { Bench } from './bench.ts';
import { formRefusal, inHand, readChecks, type StoredCheck, spendCheck } from './check.ts';
import { type Actor, commandFields, type StockCommand } from './command.ts';
import { deviceLine, type ReadLine, type ResolvedLine, resolveLines } from './lines.ts';
import { expectStock, loadStock, type Stock } from './stock.ts';

export const recordUseBody = z.strictObject({
  commandId: commandFields.commandId,
  /** When the use happened. */
  happenedAt: isoDateTime(),
  /** The theatre. */
  place: uuid(),
  procedure: text({ max: 200 }),
  /** Person ids of the hospital. */
  surgeon: uuid(),
  scrubNurse: uuid().optional(),
  circulatingNurse: uuid().optional(),
  patient: identitySchema,
  devices: z
    .array(
      z.strictObject({
        device: deviceLine(),
        implanted: z.boolean(),
        /** The check before use that was made for this device. */
        check: uuid().optional(),
      }),
    )
    .min(1)
    .max(bounds.usesPerEvent),
  /** Label, packing, sterility and expiry were looked at by both nurses before use. */
  preUseCheck: z.boolean(),
  programme: uuid().optional(),
  note: text({ max: 2000, lines: true }).optional(),
});

type RecordUseBody = z.output<typeof recordUseBody>;

export interface UsedDevice {
  readonly line: ReadLine;
  readonly implanted: boolean;
  readonly check?: string | undefined;
  /** Fresh and random. */
  readonly pseudonym: string;
}

export type RecordUseInput = Omit<RecordUseBody, 'devices' | 'note'> & {
  readonly devices: readonly UsedDevice[];
  readonly noteText?: Commitment | undefined;
  /** Id of the event that these are the right facts of: a check that it had spent is theirs. */
  readonly correcting?: string;
};

interface RecordUseState {
  readonly stock: Stock;
  readonly lines: readonly ResolvedLine[];
  readonly checks: ReadonlyMap<string, StoredCheck>;
  readonly patientWrites: readonly Write[];
  readonly identityConflict: boolean;
}

export interface RecordedUse {
  readonly pseudonym: string;
  readonly gtin: string;
  readonly lot: string;
  readonly serial?: string;
  readonly deviations: readonly Deviation[];
}

export interface RecordedAnswer {
  readonly uses: readonly RecordedUse[];
  /** What was stated of the patient contradicts an earlier statement: a person must look. */
  readonly identityConflict: boolean;
}

/** Inpatient records are kept 30 years (《医疗机构病历管理规定(2013年版)》 Art. 29 †); implants for ever. */
export const patientRetentionYears = 30;

/** How long a check stands for the use that names it. */
export const checkValidHours = 24;

/** The time of a use is written down by a person, often as the hour; a check made later than that was none before it. */
const statedTimeHours = 1;

/** @param patients commits who the patient is in the transaction of the use */
export function recordUse(
  patients: Pick<Patients, 'prepareUse'>,
): StockCommand<RecordUseInput, RecordUseState, RecordedAnswer> {
  return { load: (snapshot, actor, input) => load(patients, snapshot, actor, input), facts };
}

async function load(
  patients: Pick<Patients, 'prepareUse'>,
  snapshot: Snapshot,
  actor: Actor,
  input: RecordUseInput,
): Promise<RecordUseState> {
  const { organisation } = actor;
  const read = input.devices.map(({ line }) => line);
  const named = input.devices.flatMap(({ check }) => (check === undefined ? [] : [check]));
  expectStock(snapshot, [organisation], read);
  // All asked at once, so that it comes together.
  const resolving = resolveLines(snapshot, read);
  const retainUntil = resolving.then((lines) => retention(input, lines));
  retainUntil.catch(() => undefined);
  const [lines, stock, checks, prepared] = await allOf([
    resolving,
    resolving.then((lines) => loadStock(snapshot, [organisation], lines)),
    readChecks(snapshot, organisation, named),
    patients.prepareUse({
      organisation,
      identity: input.patient,
      pseudonyms: input.devices.map(({ pseudonym }) => pseudonym),
      retainUntil,
      documents: snapshot,
    }),
  ]);
  return { stock, lines, checks, patientWrites: prepared.writes, identityConflict: prepared.conflict };
}

function retention(input: RecordUseInput, lines: readonly ResolvedLine[]): string {
  const implanted =
    input.devices.some((device) => device.implanted) || lines.some(({ product }) => product?.implantable);
  if (implanted) return 'permanent';
  const day = dayInChina(new Date(input.happenedAt));
  return `${Number(day.slice(0, 4)) + patientRetentionYears}${day.slice(4).replace('-02-29', '-02-28')}`;
}

function facts(
  input: RecordUseInput,
  state: RecordUseState,
  bench: Bench,
  actor: Actor,
  context: DecisionContext,
): ReturnType<StockCommand<RecordUseInput, RecordUseState, RecordedAnswer>['facts']> {
  const uses: Use[] = [];
  const spent = new Set<string>();
  for (const [index, device] of input.devices.entries()) {
    const line = state.lines[index];
    if (line === undefined) throw new Error('a device without its line');
    const refusal = formRefusal(line);
    if (refusal !== undefined) return refusal;
    uses.push(useOne(input, device, inHand(line), { ...state, spent }, bench, actor));
  }
  return {
    kind: 'facts',
    events: [
      {
        type: 'used',
        step: 'using',
        transfers: bench.take(),
        uses,
        place: input.place,
        details: {
          procedure: input.procedure,
          surgeon: input.surgeon,
          ...(input.scrubNurse === undefined ? {} : { scrubNurse: input.scrubNurse }),
          ...(input.circulatingNurse === undefined ? {} : { circulatingNurse: input.circulatingNurse }),
          ...(input.programme === undefined ? {} : { programme: input.programme }),
          preUseCheck: input.preUseCheck,
          ...(input.noteText === undefined ? {} : { note: input.noteText }),
        },
      },
    ],
    answer: {
      uses: uses.map(({ pseudonym, gtin, lot, serial, deviations }) => ({
        pseudonym,
        gtin,
        lot,
        ...(serial === undefined ? {} : { serial }),
        deviations,
      })),
      identityConflict: state.identityConflict,
    },
    writes: [...state.patientWrites, ...[...spent].map((check) => spendCheck(check, context.eventId(0)))],
  };
}

function useOne(
  input: RecordUseInput,
  { implanted, check, pseudonym }: UsedDevice,
  device: DeviceInHand,
  state: RecordUseState & { readonly spent: Set<string> },
  bench: Bench,
  actor: Actor,
): Use {
  const day = dayInChina(new Date(input.happenedAt));
  const { organisation } = actor;
  const assessment = assess(bench, device, { organisation, place: input.place, day });
  take(input, device, assessment, bench, organisation);
  if (device.serial !== undefined) bench.countUse({ gtin: device.gtin, serial: device.serial }, 1);
  const valid = validCheck(check, device, input, state.checks);
  // Of a lot without serial numbers a check would else serve any number of devices.
  const checked = valid === undefined || state.spent.has(valid) ? undefined : valid;
  if (checked !== undefined) state.spent.add(checked);
  const { lot } = assessment.lot;
  return {
    pseudonym,
    gtin: device.gtin,
    lot,
    ...(device.serial === undefined ? {} : { issuer: 'maker', serial: device.serial }),
    ...(lot === device.lot ? {} : { scannedLot: device.lot }),
    implanted,
    deviations: checked === undefined ? [...assessment.findings, 'not-checked'] : assessment.findings,
    restrictions: assessment.restrictions.map(({ reference }) => reference),
    ...(checked === undefined ? {} : { check: checked }),
    ...(input.programme === undefined ? {} : { programme: input.programme }),
  };
}

/** Moves the device to `consumed`, or a reusable one to `contaminated`, from wherever stock has it. */
function take(
  input: RecordUseInput,
  device: DeviceInHand,
  { lot, source }: Assessment,
  bench: Bench,
  organisation: string,
): void {
  const reusable = bench.stock.products.get(lot.gtin)?.use.kind === 'reusable';
  const to: AccountRef = {
    organisation,
    account: reusable ? placeAccount(input.place, 'contaminated') : 'consumed',
  };
  const one = {
    ...lot,
    quantity: 1,
    ...(device.serial === undefined ? {} : { serials: [device.serial] }),
  };
  const short = source === undefined ? one : bench.move(one, source, to, { prefer: prefer(input.programme) });
  if (short !== undefined) bench.draw(one, to, { owner: organisation, basis: 'unknown' });
}

/** A patient in the programme is given the programme's stock first; others never before all else is gone. */
function prefer(programme: string | undefined): (title: Title) => number {
  return (title) => {
    if (programme !== undefined && title.programme === programme) return 0;
    return title.programme === undefined ? 1 : 2;
  };
}

/** @returns the check's id where it allowed this very device, at most a day before its use, and for no other use. */
function validCheck(
  id: string | undefined,
  device: DeviceInHand,
  { happenedAt, correcting }: Pick<RecordUseInput, 'happenedAt' | 'correcting'>,
  checks: ReadonlyMap<string, StoredCheck>,
): string | undefined {
  const check = id === undefined ? undefined : checks.get(id);
  if (check === undefined || check.verdict !== 'may-be-used') return undefined;
  if (check.usedBy !== undefined && check.usedBy !== correcting) return undefined;
  const same = check.gtin === device.gtin && check.lot === device.lot && check.serial === device.serial;
  const hours = (Date.parse(happenedAt) - Date.parse(check.checkedAt)) / 3_600_000;
  return same && hours >= -statedTimeHours && hours <= checkValidHours ? check._id : undefined;
}
