/**
 * Seeds from the environment, and failures that say how to see them again.
 *
 *     HISTORY_SEED=… HISTORY_PATH=… ./scripts/test test/histories/pure.test.ts
 *     HISTORIES_SCALE=20 ./scripts/test test/histories
 *     HISTORIES_PROCESSES=4 ./scripts/test test/histories
 */
import fc from 'fast-check';

const { HISTORY_SEED, HISTORY_PATH, HISTORIES_SCALE = '1', HISTORIES_PROCESSES = '0' } = process.env;

/** How many times the suite's share is run. */
export const scale = Math.max(1, Math.floor(Number(HISTORIES_SCALE)) || 1);

/** How many processes stand behind a round robin, wherever histories go over HTTP; 0: the services are in ours. */
export const processes = Math.max(0, Math.floor(Number(HISTORIES_PROCESSES)) || 0);

/** The seed to begin with: chance's own, unless a failure is being replayed. */
export function seedOfRun(): number {
  return HISTORY_SEED === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(HISTORY_SEED);
}

/** One history is played again: the figures of whole runs do not count. */
export const replaying = HISTORY_PATH !== undefined;

export interface Runs {
  /** The test file, as `./scripts/test` takes it. */
  readonly file: string;
  readonly numRuns: number;
}

/** Where a history came apart. */
export class Disagreement extends Error {
  /** @param steps what happened, a line each, to the step that disagrees */
  constructor(what: string, steps: readonly string[]) {
    super([what, ...steps.map((step) => `    ${step}`)].join('\n'));
    this.name = 'Disagreement';
  }
}

/** @returns in words where the two differ (of lists, what is in one alone), or undefined where they are equal */
export function differenceOf(what: string, found: unknown, wanted: unknown): string | undefined {
  const [service, model] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (service === model) return undefined;
  if (!Array.isArray(found) || !Array.isArray(wanted)) {
    return `${what}: the service says ${service}, the model ${model}`;
  }
  const only = (list: readonly unknown[], other: readonly unknown[]) => {
    const there = new Set(other.map((one) => JSON.stringify(one)));
    return JSON.stringify(list.filter((one) => !there.has(JSON.stringify(one))));
  };
  return `${what}: only the service says ${only(found, wanted)}, only the model ${only(wanted, found)}`;
}

/**
 * Plays histories by chance. Of a failing one whatever is not needed is left out, and the failure ends with the
 * command that replays it.
 * @param play throws where a history does not hold; the same history must fail again
 */
export async function playHistories<Step>(
  arbitrary: fc.Arbitrary<Step[]>,
  { file, numRuns }: Runs,
  play: (history: readonly Step[]) => Promise<void> | void,
): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (history) => play(history));
  const found = await fc.check(property, {
    seed: seedOfRun(),
    numRuns: numRuns * scale,
    // Shrinking is ours: leaving steps out is what makes a history readable.
    endOnFailure: true,
    ...(HISTORY_PATH === undefined ? {} : { path: HISTORY_PATH }),
  });
  if (!found.failed) return;
  const { seed, counterexamplePath, counterexample } = found;
  const { error, left } = await shortest(counterexample?.[0] ?? [], play, found.errorInstance);
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const again = replayCommand(file, seed, counterexamplePath ?? undefined);
  throw new Error(`${reason}\n\n  ${left} of its steps were needed; again: ${again}\n`);
}

/** How often a race is run again when it is replayed: the commands are the same, who comes first is not. */
const heatsOfReplay = 50;

/**
 * Plays plans whose outcome depends on who comes first. A failing one is not shortened; its failure ends with the
 * command that plays the same plan again, many times over.
 */
export async function playRaces<Plan>(
  arbitrary: fc.Arbitrary<Plan>,
  { file, numRuns }: Runs,
  play: (plan: Plan) => Promise<void>,
): Promise<void> {
  const heats = replaying ? heatsOfReplay : 1;
  const property = fc.asyncProperty(arbitrary, async (plan) => {
    for (let heat = 0; heat < heats; heat += 1) await play(plan);
  });
  const found = await fc.check(property, {
    seed: seedOfRun(),
    numRuns: replaying ? 1 : numRuns * scale,
    endOnFailure: true,
    ...(HISTORY_PATH === undefined ? {} : { path: HISTORY_PATH }),
  });
  if (!found.failed) return;
  const { seed, counterexamplePath, errorInstance: error } = found;
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const again = replayCommand(file, seed, counterexamplePath ?? undefined);
  throw new Error(`${reason}\n\n  the same commands, ${heatsOfReplay} times: ${again}\n`);
}

const shorteningLimitMs = 60_000;

/** Leaves out as many steps as can be, by halves, quarters and so on, as long as what is left still fails. */
async function shortest<Step>(
  failing: readonly Step[],
  play: (history: readonly Step[]) => Promise<void> | void,
  first: unknown,
): Promise<{ readonly error: unknown; readonly left: number }> {
  const end = performance.now() + shorteningLimitMs;
  let history = failing;
  let error = first;
  for (let size = Math.ceil(history.length / 2); size > 0; ) {
    const before = history.length;
    for (let from = 0; from < history.length && performance.now() < end; ) {
      const shorter = history.toSpliced(from, size);
      const fault = await faultOf(play, shorter);
      if (fault === undefined) from += size;
      else [history, error] = [shorter, fault];
    }
    size = size === 1 && history.length < before && performance.now() < end ? 1 : Math.floor(size / 2);
  }
  return { error, left: history.length };
}

async function faultOf<Step>(
  play: (history: readonly Step[]) => Promise<void> | void,
  history: readonly Step[],
): Promise<unknown> {
  try {
    await play(history);
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  }
}

/**
 * @param path which history of the seed; it is shrunk anew, to the same
 * @returns the one command that plays a failing history again
 */
export function replayCommand(file: string, seed: number, path?: string): string {
  const where = path === undefined ? '' : `HISTORY_PATH=${path} `;
  const ofProcesses = processes === 0 ? '' : `HISTORIES_PROCESSES=${processes} `;
  return `HISTORY_SEED=${seed} ${where}${ofProcesses}./scripts/test ${file}`;
}
