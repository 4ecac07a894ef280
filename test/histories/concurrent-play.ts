/** Histories of clients that send at the same time, each with what must hold of it afterwards. */
import { Clients, type Plan } from './clients.ts';
import type { Lot, Product } from './command.ts';
import { expectActedOnce, expectExplained, expectListsWhole, expectUnitsInPlace } from './expectations.ts';
import { Model } from './model/model.ts';
import { HttpHistory } from './over-http.ts';
import type { Stage } from './stage.ts';
import { stock } from './stocking.ts';

type Queues = readonly (readonly Plan[])[];

/** On one lot: some order explains all answers. */
export async function playOneLot(stage: Stage, queues: Queues, product: Product): Promise<void> {
  const { service, model, clients } = await begin(stage, [[product, 'L1']]);
  await clients.play(queues.map((queue) => queue.map((plan) => onOneLot(plan, product))));
  await expectExplained(service, model, clients.happened);
  await expectListsWhole(service, clients.happened);
  await expectActedOnce(service, clients.happened);
}

/** On several lots at once: some order explains all answers. */
export async function playSeveralLots(stage: Stage, queues: Queues): Promise<void> {
  const { service, model, clients } = await begin(stage, [
    ['counted', 'L1'],
    ['counted', 'L2'],
    ['unit', 'L1'],
  ]);
  await clients.play(queues.map((queue) => queue.map((plan) => onSeveralLots(plan))));
  await expectExplained(service, model, clients.happened);
  await expectListsWhole(service, clients.happened);
  await expectActedOnce(service, clients.happened);
}

/** Of all kinds: lists are whole, nothing acts twice, each unit is in one place. */
export async function playEverything(stage: Stage, queues: Queues): Promise<void> {
  const { service, clients } = await begin(stage, [
    ['counted', 'L1'],
    ['counted', 'L2'],
    ['unit', 'L1'],
    ['reusable', 'L1'],
  ]);
  await clients.play(queues);
  await expectListsWhole(service, clients.happened);
  await expectActedOnce(service, clients.happened);
  await expectUnitsInPlace(service);
}

async function begin(stage: Stage, goods: readonly (readonly [Product, Lot])[]) {
  const number = stage.begin();
  const service = await HttpHistory.begin(stage, number);
  const model = new Model({ day: stage.day, roles: true });
  await stock(service, model, number, goods);
  return { service, model, clients: new Clients(service, model, number) };
}

function onOneLot(plan: Plan, product: Product): Plan {
  return { ...plan, intent: { ...plan.intent, product, lot: 'L1', two: false } };
}

/** Two lots in a command wherever there are two. */
function onSeveralLots(plan: Plan): Plan {
  return { ...plan, intent: { ...plan.intent, two: true, stray: 0 } };
}
