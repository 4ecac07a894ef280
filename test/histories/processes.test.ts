import fc from 'fast-check';
import { plans } from './clients.ts';
import { playEverything, playOneLot, playSeveralLots } from './concurrent-play.ts';
import { history as ofLength } from './intents.ts';
import { playRace, race } from './race-play.ts';
import { playHistories, playRaces, processes } from './replay.ts';
import { playSequence } from './sequential-play.ts';
import { openStage, type Stage } from './stage.ts';

const file = 'test/histories/processes.test.ts';

/** The same histories where the services share nothing but the database: processes of their own. */
describe('histories over HTTP, of two processes behind a round robin', function () {
  this.timeout(1_200_000);
  let stage: Stage;

  before(async () => {
    stage = await openStage(1, processes === 0 ? 2 : processes);
  });
  after(() => stage.close());

  it('one command after another: each process knows what the other was told', async () => {
    await playHistories(ofLength(24), { file, numRuns: 1 }, (intents) => playSequence(stage, intents));
  });

  it('at the same time, on one lot and on several: some order explains all answers', async () => {
    const both = fc.tuple(plans(4, 5), plans(4, 3));
    await playRaces(both, { file, numRuns: 1 }, async ([one, several]) => {
      await playOneLot(stage, one, 'unit');
      await playSeveralLots(stage, several);
    });
  });

  it('of all kinds: lists are whole, nothing acts twice', async () => {
    await playRaces(plans(6, 4), { file, numRuns: 1 }, (queues) => playEverything(stage, queues));
  });

  it('uses raced with recalls: every recorded use is in the list or saw the recall', async () => {
    const seen = { uses: 0, recalled: 0, raced: 0, checks: 0 };
    await playRaces(race, { file, numRuns: 4 }, (plan) => playRace(stage, plan, seen));
  });
});
