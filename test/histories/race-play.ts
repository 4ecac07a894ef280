/** A race of uses, checks and corrections with a recall that is decided and widened meanwhile. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { commandId } from './aim.ts';
import { Clients, type Happened, type Manner, describe as told } from './clients.ts';
import type { Act, Command, Device, Lot, Organisation, Scope } from './command.ts';
import { expectActedOnce, expectListsWhole } from './expectations.ts';
import { serialsOf } from './finding.ts';
import { Model } from './model/model.ts';
import { HttpHistory } from './over-http.ts';
import { pseudonymsListed, rawEvents, usesInScope } from './readings.ts';
import type { Stage } from './stage.ts';
import { stock } from './stocking.ts';

const manners = ['plain', 'plain', 'plain', 'twice', 'again', 'hung-up', 'hung-up-for-long'] as const;

interface Start {
  readonly pause: number;
  readonly manner: Manner;
  readonly patience: number;
}

/** When a command starts, in milliseconds from the beginning of the race, and how it is sent. */
const start: fc.Arbitrary<Start> = fc.record({
  pause: fc.nat(30),
  manner: fc.constantFrom(...manners),
  patience: fc.nat(8),
});

/** Of the recall's maker, who waits for the answer in the end. */
const patientStart: fc.Arbitrary<Start> = start.map((one) =>
  one.manner === 'hung-up-for-long' ? { ...one, manner: 'hung-up' } : one,
);

const runner = fc.record({
  start,
  by: fc.constantFrom('hospitalA', 'hospitalA', 'hospitalB'),
  /** A check, a use, or a use written in the place of a wrong one. */
  what: fc.constantFrom('use', 'use', 'use', 'use', 'check', 'correction'),
  product: fc.constantFrom('counted', 'unit'),
  lot: fc.constantFrom<Lot>('L1', 'L1', 'L2'),
  serial: fc.nat(5),
  mislabelled: fc.nat(5).map((chance) => chance === 0),
});

export const race = fc.record({
  /** Whether the whole product is recalled, or one lot. */
  open: fc.nat(3).map((chance) => chance === 0),
  /** What there was before: nothing that anybody knew of, or stock in hospital A. */
  stocked: fc.boolean(),
  recalled: fc.constantFrom('counted', 'unit'),
  recall: patientStart,
  /** From the recall's answer on. */
  widening: fc.option(patientStart, { freq: 2 }),
  runners: fc.array(runner, { minLength: 6, maxLength: 10 }),
});
export type Race = typeof race extends fc.Arbitrary<infer T> ? T : never;

/** What the races came to, so that one can tell that they were some. */
export interface Seen {
  uses: number;
  recalled: number;
  raced: number;
  checks: number;
}

/** Every recorded use is in the list, or saw the recall; behind the recall no check passes. */
export async function playRace(stage: Stage, plan: Race, seen: Seen): Promise<void> {
  const { service, clients, firstList } = await run(stage, plan);
  await expectSeenOrListed(service, scopeOf(plan), firstList);
  await expectListsWhole(service, clients.happened);
  await expectActedOnce(service, clients.happened);
  expectWarned(clients.happened, seen);
}

async function run(stage: Stage, plan: Race) {
  const number = stage.begin();
  const service = await HttpHistory.begin(stage, number);
  const model = new Model({ day: stage.day, roles: true });
  const goods = plan.stocked ? [[plan.recalled, 'L1'] as const] : [];
  await stock(service, model, number, goods);
  const clients = new Clients(service, model, number);
  let sent = 100;
  const commandOf = (by: Organisation, what: Act, seat: Command['seat']): Command => {
    sent += 1;
    return { ...what, id: commandId(number, sent), by, seat };
  };
  // The wrong uses that will be put right while the recall is decided.
  const wrong = new Map<number, string>();
  for (const [index, { what, by }] of plan.runners.entries()) {
    if (what !== 'correction') continue;
    const devices: Device[] = [{ product: 'counted', lot: 'L2' }];
    const command = commandOf(by, { kind: 'use', place: 1, devices }, 'nurse');
    await clients.send(command, { manner: 'plain', patience: 0 }, 0);
    wrong.set(index, command.id);
  }
  let firstList: readonly string[] = [];
  const deciding = async () => {
    await wait(plan.recall.pause);
    const recall = commandOf('maker', { kind: 'recall', scope: scopeOf(plan), returns: true }, 'keeper');
    await clients.send(recall, plan.recall, 0);
    firstList = await pseudonymsListed(service, recall.id);
    if (plan.widening === null) return;
    await wait(plan.widening.pause);
    const other = plan.recalled === 'counted' ? 'unit' : 'counted';
    const wider: Act = { kind: 'widen', recall: recall.id, scope: [{ product: other, lot: 'L1' }] };
    await clients.send(commandOf('maker', wider, 'keeper'), plan.widening, 1);
  };
  const using = plan.runners.map(async (one, index) => {
    const command = commandOf(one.by, actOf(one, wrong.get(index)), 'nurse');
    await wait(one.start.pause);
    await clients.send(command, one.start, index);
  });
  await Promise.all([deciding(), ...using]);
  await clients.askAfterAll();
  return { service, clients, firstList };
}

function scopeOf({ open, recalled }: Race): Scope[] {
  return [open ? { product: recalled } : { product: recalled, lot: 'L1' }];
}

/** What the fence is for: a use is in the list that stood when the recall was answered, or it saw the recall. */
async function expectSeenOrListed(
  service: HttpHistory,
  scope: readonly Scope[],
  firstList: readonly string[],
): Promise<void> {
  const events = await rawEvents(service);
  const unwarned = events.map((event) => ({
    ...event,
    uses: event.uses.filter(({ deviations }) => !deviations.includes('recalled')),
  }));
  const missed = usesInScope(service, unwarned, scope).filter((pseudonym) => !firstList.includes(pseudonym));
  expect(missed, 'uses that neither saw the recall nor were in its list').to.deep.equal([]);
}

function actOf({ product, lot, serial, mislabelled, what }: Race['runners'][number], wrong?: string): Act {
  const named = product === 'unit' ? { serial: serialsOf(lot)[serial] ?? 'S0' } : {};
  const label: Lot = mislabelled ? (lot === 'L1' ? 'L2' : 'L1') : lot;
  const use = { place: 1, devices: [{ product, lot: label, ...named }] } as const;
  if (what === 'check') return { kind: 'check', ...use };
  if (wrong === undefined) return { kind: 'use', ...use };
  return { kind: 'correct', event: wrong, right: { kind: 'use', ...use } };
}

/** Behind the answer to the recall no check passes, and every use says that the device was recalled. */
function expectWarned(happened: readonly Happened[], seen: Seen): void {
  for (const { input, output, called, returned } of happened) {
    if (output === undefined || 'refused' in output) continue;
    const [device] = devicesOf(input);
    if (device === undefined) continue;
    const findings = JSON.stringify(output.accepted);
    for (const recall of happened) {
      if (recall.input.kind !== 'recall' && recall.input.kind !== 'widen') continue;
      if (!recall.input.scope.some((item) => covers(item, device))) continue;
      const message = [`${input.id}: ${findings}`, ...told(happened)].join('\n');
      if (called > recall.returned) expect(findings, message).to.include('"recalled"');
      if (returned < recall.called && recall.input.kind === 'recall') {
        expect(findings, message).to.not.include('"recalled"');
      }
      if (called < recall.returned && returned > recall.called) seen.raced += 1;
    }
    if (input.kind === 'check') seen.checks += 1;
    else seen.uses += 1;
    if (input.kind !== 'check' && findings.includes('"recalled"')) seen.recalled += 1;
  }
}

function devicesOf(command: Command): readonly Device[] {
  if (command.kind === 'use' || command.kind === 'check') return command.devices;
  return command.kind === 'correct' && command.right?.kind === 'use' ? command.right.devices : [];
}

/** By the label alone: where the record says another lot, both count, and the list's own test sees to it. */
function covers({ product, lot }: Scope, device: Device): boolean {
  return product === device.product && (lot === undefined || lot === device.lot);
}
