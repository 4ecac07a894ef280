import fc from 'fast-check';
import { expectBalanced } from '../support/world-books.ts';
import { plans } from './clients.ts';
import { playEverything, playOneLot, playSeveralLots } from './concurrent-play.ts';
import { playRaces } from './replay.ts';
import { openStage, type Stage } from './stage.ts';

const file = 'test/histories/concurrent.test.ts';

/** Two services on one database, and clients that send at the same time. */
describe('histories over HTTP, at the same time', function () {
  // Processes of their own take their time to start.
  this.timeout(120_000);
  let stage: Stage;

  before(async () => {
    stage = await openStage(2);
  });
  after(() => stage.close());

  it('on one lot: some order explains all answers', async function () {
    this.timeout(1_200_000);
    await playRaces(fc.tuple(plans(4, 8), fc.boolean()), { file, numRuns: 12 }, ([queues, counted]) =>
      playOneLot(stage, queues, counted ? 'counted' : 'unit'),
    );
  });

  it('on several lots at once: some order explains all answers', async function () {
    this.timeout(1_200_000);
    await playRaces(plans(4, 3), { file, numRuns: 20 }, (queues) => playSeveralLots(stage, queues));
  });

  it('of all kinds: the books balance, lists are whole, nothing acts twice', async function () {
    this.timeout(1_200_000);
    await playRaces(plans(8, 20), { file, numRuns: 2 }, (queues) => playEverything(stage, queues));
    await expectBalanced(stage.database.db);
  });
});
