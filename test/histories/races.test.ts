import { expect } from 'chai';
import { playRace, race, type Seen } from './race-play.ts';
import { playRaces, replaying } from './replay.ts';
import { openStage, type Stage } from './stage.ts';

const file = 'test/histories/races.test.ts';

/** Law 4 over HTTP, two services on one database: not one use is missing from a recall that was decided beside it. */
describe('races of uses with recalls', function () {
  // Processes of their own take their time to start.
  this.timeout(120_000);
  let stage: Stage;
  let begun = 0;
  const seen: Seen = { uses: 0, recalled: 0, raced: 0, checks: 0 };

  before(async () => {
    stage = await openStage(2);
  });
  after(() => stage.close());

  it('end with every recorded use in the list, and no check that passes behind the recall', async function () {
    this.timeout(7_200_000);
    await playRaces(race, { file, numRuns: 60 }, async (plan) => {
      // All events are looked at after each race: they must not become too many.
      if (begun > 0 && begun % 60 === 0) {
        await stage.close();
        stage = await openStage(2);
      }
      begun += 1;
      await playRace(stage, plan, seen);
    });
  });

  it('were races: some uses came before, some behind, and some while the recall was being decided', () => {
    process.stdout.write(`        ${JSON.stringify({ races: begun, ...seen })}\n`);
    if (replaying) return;
    expect(seen.raced).to.be.greaterThan(begun / 2);
    expect(seen.recalled).to.be.greaterThan(begun / 2);
    expect(seen.uses - seen.recalled).to.be.greaterThan(begun / 2);
  });
});
