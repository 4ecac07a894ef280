/** Rounds of a crash test: clients at work, a blow at a random moment, and the verdict. A seed gives the plan again. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Chance, seededChance } from '../../src/demo/chance.ts';
import { Clients } from './clients.ts';
import { furnish, type Kill, type Scene } from './scenes.ts';
import { Judge, type Verdict } from './verdict.ts';

/** A lot that a killed process had under its hands must be writable again by then (milliseconds). */
export const writableLimitMs = 10_000;
/** We wait longer, so that a miss is measured. */
const patienceMs = 90_000;
const shortestRunMs = 200;
const longestRunMs = 1_500;
const clientsAtWork = 8;
const pollMs = 5;

export interface Round extends Verdict {
  readonly kill: Kill;
  readonly afterMs: number;
  /** Lots that had a request under way, each with the time from the blow to its next acknowledged write. */
  readonly lots: readonly { readonly lotId: string; readonly writableMs: number }[];
  /** From the blow until every process that was killed served again. */
  readonly recoveredMs: number;
}

export interface Play {
  readonly scene: Scene;
  readonly seed: string;
  readonly kills: readonly Kill[];
  /** Numbers the first round, so that a plan can be played in several worlds. */
  readonly first?: number;
  readonly onRound?: (round: Round) => void;
}

export interface Played {
  readonly rounds: readonly Round[];
  readonly breaches: readonly string[];
  readonly answers: ReadonlyMap<string, number>;
  readonly commands: number;
}

/** Plays a blow after the other in one world. */
export async function play({ scene, seed, kills, first = 0, onRound }: Play): Promise<Played> {
  const cast = await furnish(scene);
  const watch = new WritingWatch();
  const clients = new Clients({
    ...cast,
    port: scene.port,
    clients: clientsAtWork,
    chance: seededChance(seed, `clients/${first}`),
    onAccepted: ({ order }) => watch.written(order.lotId),
  });
  const { claims } = clients;
  try {
    await clients.prepare();
    const judge = new Judge(clients);
    const rounds: Round[] = [];
    for (const [index, kill] of kills.entries()) {
      const chance = seededChance(seed, `round/${first + index}`);
      const struck = await strike({ scene, clients, watch, kill, chance });
      await clients.pause();
      const round = { ...struck, ...(await judge.judge(await scene.uri())) };
      rounds.push(round);
      for (const { lotId, writableMs } of round.lots) {
        if (writableMs > writableLimitMs)
          claims.breach(`${kill}: ${lotId} could not be written for ${writableMs} ms`);
      }
      onRound?.(round);
    }
    for (const { surprises } of scene.services)
      for (const one of surprises) claims.breach(`the service ${one}`);
    for (const fault of await scene.faults()) claims.breach(fault);
    return { rounds, breaches: claims.breaches, answers: claims.answers, commands: claims.all.length };
  } finally {
    await clients.pause();
    clients.close();
  }
}

interface Blow {
  readonly scene: Scene;
  readonly clients: Clients;
  readonly watch: WritingWatch;
  readonly kill: Kill;
  readonly chance: Chance;
}

async function strike({ scene, clients, watch, kill, chance }: Blow): Promise<Omit<Round, keyof Verdict>> {
  const afterMs = shortestRunMs + chance.below(longestRunMs - shortestRunMs);
  clients.start();
  await pause(afterMs);
  const lotIds = clients.lotsInFlight();
  watch.expect(lotIds);
  const struckMs = await scene.strike(kill, chance);
  await scene.recovered();
  const recoveredMs = Math.round(performance.now() - struckMs);
  while (watch.missing > 0 && performance.now() - struckMs < patienceMs) await pause(pollMs);
  const lots = lotIds.map((lotId) => ({
    lotId,
    writableMs: Math.max(0, Math.round(watch.at(lotId) - struckMs)),
  }));
  return { kill, afterMs, lots, recoveredMs };
}

/** When each lot was written for the first time since we began to look. */
class WritingWatch {
  #awaited = new Map<string, number>();

  expect(lotIds: readonly string[]): void {
    this.#awaited = new Map(lotIds.map((lotId) => [lotId, Number.POSITIVE_INFINITY]));
  }

  written(lotId: string): void {
    if (this.#awaited.get(lotId) === Number.POSITIVE_INFINITY) this.#awaited.set(lotId, performance.now());
  }

  get missing(): number {
    return [...this.#awaited.values()].filter((at) => at === Number.POSITIVE_INFINITY).length;
  }

  at(lotId: string): number {
    return this.#awaited.get(lotId) ?? Number.POSITIVE_INFINITY;
  }
}

/** @returns a round in a line */
export function describeRound({ kill, afterMs, lots, recoveredMs, inDoubt, there, events }: Round): string {
  const times = lots.map(
    ({ lotId, writableMs }) => `${lotId.split('/')[1]} ${(writableMs / 1000).toFixed(1)} s`,
  );
  return (
    `${kill} after ${afterMs} ms: serves again after ${(recoveredMs / 1000).toFixed(1)} s; ` +
    `written again: ${times.join(', ') || 'nothing was under way'}; ` +
    `in doubt ${inDoubt}, of which there ${there}; ${events} events`
  );
}
