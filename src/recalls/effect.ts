/**
 * How a recall takes effect ("How law 4 holds"): (1) the decision's transaction put restrictions on its lots; then,
 * here, (2) the fence over their holdings and (3) the list of uses. A process that dies or fails between them leaves a
 * recall whose step has no `effectiveAt`; any process finishes it, by running all of this again.
 */
import type { mongo } from 'mongoose';
import type { Clock } from '../clock.ts';
import { Failure } from '../errors.ts';
import { lotId } from '../ledger/event.ts';
import { raiseFence } from '../ledger/fence.ts';
import { fenceReference, type Recall, type RecallStep } from './recall.ts';
import { namedLots, openProducts } from './scope.ts';
import { type ListedUse, usesInPortions } from './situation.ts';
import { markEffective, readRecall, unfinishedRecalls } from './storage.ts';

export type EffectStep =
  | { readonly done: 'decision' | 'fence' | 'list' }
  | { readonly done: 'portion'; readonly uses: readonly ListedUse[] };

export interface EffectParts {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
  readonly clock: Clock;
  /** Told after each step what it came to: for tests, which look, or die. */
  readonly after?: (step: EffectStep) => Promise<void>;
}

/**
 * Fences and lists every step of a recall that is not effective yet. May be run by several processes at once.
 *
 * The session is not the decision's own: its first read sees the recall at majority, and with it everything that the
 * decision's transaction wrote. So fence and list come causally after the restrictions, in this process and in one
 * that resumes.
 * @throws Failure `service/busy` when the recall cannot be seen at majority (a new primary that has not caught up); the
 *   driver's errors. The decision stands whatever is thrown: it must not be told as if nothing had been done.
 */
export async function makeEffective({ client, db, clock, after }: EffectParts, id: string): Promise<Recall> {
  const session = client.startSession({ causalConsistency: true });
  try {
    const recall = await readRecall(db, id, session);
    if (recall === undefined) throw new Failure('service/busy', { recall: id });
    const unfinished = recall.steps.filter(({ effectiveAt }) => effectiveAt === undefined);
    if (unfinished.length === 0) return recall;
    await after?.({ done: 'decision' });
    for (const step of unfinished) await fence(db, session, recall, step);
    await after?.({ done: 'fence' });
    const listed: number[] = [];
    for await (const uses of usesInPortions(db, recall, { session })) {
      for (const { step } of uses) listed[step] = (listed[step] ?? 0) + 1;
      await after?.({ done: 'portion', uses });
    }
    await after?.({ done: 'list' });
    for (const step of unfinished) {
      const usesListed = listed.slice(0, step.step + 1).reduce((sum, uses) => sum + uses, 0);
      const at = clock.now().toISOString();
      await markEffective(db, session, id, { step: step.step, at, usesListed });
    }
    return (await readRecall(db, id, session)) ?? recall;
  } finally {
    await session.endSession();
  }
}

async function fence(
  db: mongo.Db,
  session: mongo.ClientSession,
  { id, scope }: Recall,
  { step }: RecallStep,
): Promise<void> {
  const items = scope.filter((item) => item.step === step);
  const lotIds = namedLots(items).map(lotId);
  await raiseFence(db, session, { lotIds, gtins: openProducts(items) }, fenceReference(id, step));
}

export interface Resumption {
  /** Ids of the recalls that are effective now. */
  readonly finished: readonly string[];
  /** Those that are not: their restrictions stand, so checks block, but their list is not complete yet. */
  readonly failed: readonly { readonly recall: string; readonly trouble: unknown }[];
}

/**
 * Finishes recalls whose process died between the steps, or could not finish them. Run it when a process starts, and from
 * time to time; one that fails keeps neither the others nor the service from going on, and has to be told to an operator.
 */
export async function resumeRecalls(parts: EffectParts): Promise<Resumption> {
  const finished: string[] = [];
  const failed: { recall: string; trouble: unknown }[] = [];
  for (const recall of await unfinishedRecalls(parts.db)) {
    await makeEffective(parts, recall).then(
      () => finished.push(recall),
      (trouble: unknown) => failed.push({ recall, trouble }),
    );
  }
  return { finished, failed };
}
