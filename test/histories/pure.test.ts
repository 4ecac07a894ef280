import { expect } from 'chai';
import { aim, commandId } from './aim.ts';
import { type Command, describeStep } from './command.ts';
import { furnishing } from './furnishing.ts';
import { InMemoryService } from './in-memory.ts';
import { history, type Intent } from './intents.ts';
import { Model } from './model/model.ts';
import { Disagreement, differenceOf, playHistories, replaying } from './replay.ts';

const file = 'test/histories/pure.test.ts';
/** In the order of the ids that the organisations in memory have. */
const owners = ['distributor', 'hospitalA', 'hospitalB', 'maker'] as const;

/** The pure decisions, step by step, against a model that shares no code with them. */
describe('histories of the pure decisions', () => {
  it('come to what the plain model says: holdings, refusals, deviations and recall lists', async function () {
    this.timeout(600_000);
    const told = new Map<string, number>();
    await playHistories(history(140), { file, numRuns: 1_500 }, (intents) => {
      for (const step of playPure(intents)) told.set(step, (told.get(step) ?? 0) + 1);
    });
    const steps = [...told.values()].reduce((sum, count) => sum + count, 0);
    if (!replaying) expect(steps).to.be.at.least(100_000);
  });
});

/** @returns of each step its kind and whether it was accepted */
function* playPure(intents: readonly Intent[]): Generator<string> {
  const model = new Model({ owners, day: '2026-11-02' });
  const service = new InMemoryService();
  /** Told in words where it comes to that. */
  const steps: (() => string)[] = [];
  for (const [index, intent] of [...furnishing, ...intents].entries()) {
    const command = aim(model, intent, commandId(1, index));
    const expected = model.apply(command);
    const agree = (what: string, found: unknown, wanted: unknown) => {
      const difference = differenceOf(what, found, wanted);
      if (difference !== undefined)
        throw new Disagreement(difference, [...steps.map((tell) => tell()), describeStep(command, expected)]);
    };
    agree('outcome', perform(service, command, steps), expected);
    const [found, wanted] = [service.books.balancesInWords(), model.balances()];
    if (!areEqual(found, wanted)) agree('holdings', sorted(found), sorted(wanted));
    for (const recall of model.recalls.keys())
      agree(`list of ${recall}`, service.list(recall), model.list(recall));
    steps.push(() => describeStep(command, expected));
    yield `${command.kind} ${'refused' in expected ? expected.refused : 'accepted'}`;
  }
}

function perform(service: InMemoryService, command: Command, steps: readonly (() => string)[]) {
  try {
    return service.perform(command);
  } catch (error) {
    const trouble = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const told = [...steps.map((tell) => tell()), JSON.stringify(command)];
    throw new Disagreement(`the service fails: ${trouble}`, told);
  }
}

/** As the sorted ones are; balances are compared after every command, and nearly always the same. */
function areEqual(found: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): boolean {
  let left = 0;
  for (const count of wanted.values()) if (count !== 0) left += 1;
  for (const [key, count] of found) {
    if (count === 0) continue;
    if (wanted.get(key) !== count) return false;
    left -= 1;
  }
  return left === 0;
}

function sorted(balances: ReadonlyMap<string, number>): [string, number][] {
  return [...balances].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
}
