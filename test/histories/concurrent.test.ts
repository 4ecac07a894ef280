import fc from 'fast-check';
import { expectBalanced } from '../support/world-books.ts';
import { Clients, type Plan, plans } from './clients.ts';
import type { Lot, Product } from './command.ts';
import { expectActedOnce, expectExplained, expectListsWhole, expectUnitsInPlace } from './expectations.ts';
import { Model } from './model/model.ts';
import { HttpHistory } from './over-http.ts';
import { playRaces } from './replay.ts';
import { day, openStage, type Stage } from './stage.ts';
import { stock } from './stocking.ts';

const file = 'test/histories/concurrent.test.ts';

/** Two services on one database, and clients that send at the same time. */
describe('histories over HTTP, at the same time', () => {
  let stage: Stage;
  let begun = 0;

  before(async () => {
    stage = await openStage(2);
  });
  after(() => stage.close());

  const begin = async (goods: readonly (readonly [Product, Lot])[]) => {
    begun += 1;
    const service = await HttpHistory.begin(stage, begun);
    const model = new Model({ day, roles: true });
    await stock(service, model, begun, goods);
    return { service, model, clients: new Clients(service, model, begun) };
  };

  it('on one lot: some order explains all answers', async function () {
    this.timeout(1_200_000);
    const counted = fc.boolean();
    await playRaces(fc.tuple(plans(4, 8), counted), { file, numRuns: 12 }, async ([queues, isCounted]) => {
      const product = isCounted ? 'counted' : 'unit';
      const { service, model, clients } = await begin([[product, 'L1']]);
      await clients.play(queues.map((queue) => queue.map((plan) => onOneLot(plan, product))));
      await expectExplained(service, model, clients.happened);
      await expectListsWhole(service, clients.happened);
      await expectActedOnce(service, clients.happened);
    });
  });

  it('on several lots at once: some order explains all answers', async function () {
    this.timeout(1_200_000);
    await playRaces(plans(4, 3), { file, numRuns: 20 }, async (queues) => {
      const { service, model, clients } = await begin([
        ['counted', 'L1'],
        ['counted', 'L2'],
        ['unit', 'L1'],
      ]);
      await clients.play(queues.map((queue) => queue.map((plan) => onSeveralLots(plan))));
      await expectExplained(service, model, clients.happened);
      await expectListsWhole(service, clients.happened);
      await expectActedOnce(service, clients.happened);
    });
  });

  it('of all kinds: the books balance, lists are whole, nothing acts twice', async function () {
    this.timeout(1_200_000);
    await playRaces(plans(8, 20), { file, numRuns: 2 }, async (queues) => {
      const { service, clients } = await begin([
        ['counted', 'L1'],
        ['counted', 'L2'],
        ['unit', 'L1'],
        ['reusable', 'L1'],
      ]);
      await clients.play(queues);
      await expectListsWhole(service, clients.happened);
      await expectActedOnce(service, clients.happened);
      await expectUnitsInPlace(service);
    });
    await expectBalanced(stage.database.db);
  });
});

function onOneLot(plan: Plan, product: Product): Plan {
  return { ...plan, intent: { ...plan.intent, product, lot: 'L1', two: false } };
}

/** Two lots in a command wherever there are two. */
function onSeveralLots(plan: Plan): Plan {
  return { ...plan, intent: { ...plan.intent, two: true, stray: 0 } };
}
