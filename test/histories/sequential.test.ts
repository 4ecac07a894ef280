import { expect } from 'chai';
import { history as ofLength } from './intents.ts';
import { playHistories, replaying } from './replay.ts';
import { playSequence } from './sequential-play.ts';
import { openStage, type Stage } from './stage.ts';

const file = 'test/histories/sequential.test.ts';

/** The whole service over HTTP, one command after another, against the same model. */
describe('histories over HTTP, one command after another', function () {
  // Processes of their own take their time to start.
  this.timeout(120_000);
  let stage: Stage;
  const told = new Map<string, number>();

  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  it('come to what the plain model says: refusals, deviations, holdings, traces, lists', async function () {
    this.timeout(1_200_000);
    await playHistories(ofLength(60), { file, numRuns: 14 }, (intents) => playSequence(stage, intents, told));
  });

  it('try every kind of command, accepted and refused', () => {
    if (!replaying) expect(told.size).to.be.at.least(25);
  });
});
