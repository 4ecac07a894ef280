/** What must hold of the service after clients were at it at the same time. */
import { expect } from 'chai';
import { ledgerCollections } from '../../src/ledger/collections.ts';
import type { AnyEvent } from '../../src/ledger/event.ts';
import type { Happened } from './clients.ts';
import { describe } from './clients.ts';
import type { Command, Outcome } from './command.ts';
import { linearise, type Operation, type Specification } from './linearise.ts';
import type { Listed, Model } from './model/model.ts';
import type { HttpHistory } from './over-http.ts';
import {
  balancesOf,
  balancesSeen,
  listSeen,
  lotsSeen,
  type OneLot,
  rawEvents,
  usesInScope,
} from './readings.ts';
import { Disagreement } from './replay.ts';

/** Everything is over, and somebody looks at all holdings and lists. */
interface Look {
  readonly kind: 'look';
  readonly lots: readonly OneLot[];
  readonly recalls: readonly string[];
}

/**
 * There is an order of the commands, each within its time, in which the model comes to every answer that was given and
 * to the holdings and lists as they are in the end.
 * @param initial what was there before
 */
export async function expectExplained(
  service: HttpHistory,
  initial: Model,
  happened: readonly Happened[],
): Promise<void> {
  const lots = lotsSeen(allDone(initial, happened));
  const recalls = acceptedOf(happened, 'recall').map(({ input }) => input.id);
  const end = Math.max(...happened.map(({ returned }) => (Number.isFinite(returned) ? returned : 0)));
  const look: Look = { kind: 'look', lots, recalls };
  const seen: Operation<Look, Outcome> = {
    input: look,
    output: { accepted: await lookAt(service, look) },
    called: end + 1,
    returned: end + 2,
  };
  const verdict = linearise<Model, Command | Look, Outcome>([...happened, seen], specification(initial));
  if (verdict.explained) return;
  const furthest = verdict.furthest
    .map(({ input }) => ('id' in input ? input.id.slice(-4) : 'look'))
    .join(' ');
  const stuck = verdict.stuck.map(
    ({ operation, allowed }) =>
      `${'id' in operation.input ? operation.input.id.slice(-4) : 'look'}: ${JSON.stringify(operation.output)}, not ${JSON.stringify(allowed)}`,
  );
  throw new Disagreement('no order explains what was answered', [
    ...describe(happened),
    `furthest: ${furthest}`,
    ...stuck,
  ]);
}

function specification(initial: Model): Specification<Model, Command | Look, Outcome> {
  return {
    initial,
    apply(state, input) {
      if (input.kind === 'look') return { state, output: { accepted: lookedAt(state, input) } };
      const next = state.copy();
      return { state: next, output: next.apply(input) };
    },
    agree: (seen, allowed) => JSON.stringify(seen) === JSON.stringify(allowed),
    key: (state) => state.key(),
  };
}

/** Which lots somebody may have touched, whatever the order was. */
function allDone(initial: Model, happened: readonly Happened[]): Model {
  const model = initial.copy();
  for (const { input, output } of happened)
    if (output !== undefined && 'accepted' in output) model.apply(input);
  return model;
}

async function lookAt(service: HttpHistory, { lots, recalls }: Look) {
  const holdings: (readonly [string, number])[] = [];
  for (const lot of lots) holdings.push(...(await balancesSeen(service, lot)));
  const lists: string[][] = [];
  for (const recall of recalls) lists.push((await listSeen(service, recall)).map(withoutTime));
  return { holdings, lists };
}

function lookedAt(model: Model, { lots, recalls }: Look) {
  return {
    holdings: lots.flatMap((lot) => balancesOf(model, lot)),
    lists: recalls.map((recall) => model.list(recall).map(withoutTime)),
  };
}

/** Whether a use was late is decided by the fence, which is raised a moment after the decision. */
function withoutTime({ use, hospital, corrected }: Listed): string {
  return `${use} ${hospital}${corrected ? ' corrected' : ''}`;
}

function acceptedOf(happened: readonly Happened[], ...kinds: readonly Command['kind'][]): Happened[] {
  return happened.filter(
    ({ input, output }) => kinds.includes(input.kind) && output !== undefined && 'accepted' in output,
  );
}

/**
 * Every recall's list is what a scan of the raw events finds; what was recorded before the recall was asked for is not
 * late, and what was recorded behind its answer is.
 */
export async function expectListsWhole(service: HttpHistory, happened: readonly Happened[]): Promise<void> {
  const events = await rawEvents(service);
  const widened = new Set(
    acceptedOf(happened, 'widen').map(({ input }) => input.kind === 'widen' && input.recall),
  );
  for (const { input, called, returned } of acceptedOf(happened, 'recall')) {
    if (input.kind !== 'recall') continue;
    const wider = acceptedOf(happened, 'widen').flatMap(({ input: other }) =>
      other.kind === 'widen' && other.recall === input.id ? other.scope : [],
    );
    const listed = await listSeen(service, input.id);
    const scanned = usesInScope(service, events, [...input.scope, ...wider]).map((one) => service.useOf(one));
    expect(listed.map(({ use }) => use)).to.deep.equal(scanned.sort(), describe(happened).join('\n'));
    if (widened.has(input.id)) continue;
    for (const { use, late } of listed) {
      const recorded = happened.find(({ input: { id } }) => id === use.slice(0, use.indexOf('#')));
      if (recorded === undefined) continue;
      if (recorded.returned < called) expect(late, `${use} was before`).to.equal(false);
      if (recorded.called > returned) expect(late, `${use} was behind`).to.equal(true);
    }
  }
}

/** Every event there is was acknowledged, and everything acknowledged is there: nothing acted twice or half. */
export async function expectActedOnce(service: HttpHistory, happened: readonly Happened[]): Promise<void> {
  const unknown = happened.filter(({ output }) => output === undefined);
  if (unknown.length > 0) return;
  const events = await rawEvents(service);
  const isRecall = ({ type }: AnyEvent) => type === 'recallInitiated' || type === 'recallWidened';
  const told = [...service.commands.keys()].sort();
  expect(
    events
      .filter((event) => !isRecall(event))
      .map(({ id }) => id)
      .sort(),
  ).to.deep.equal(told);
  expect(events.filter(isRecall).length).to.equal(acceptedOf(happened, 'recall', 'widen').length);
}

/** No more units are said to lie in an account than its balance bears out. */
export async function expectUnitsInPlace({ stage, goods }: HttpHistory): Promise<void> {
  const { units, holdings } = ledgerCollections(stage.database.db);
  const gtins = Object.values(goods.gtins);
  const there = new Map<string, number>();
  for await (const { organisation, gtin, lot, balances } of holdings.find({ gtin: { $in: gtins } })) {
    for (const { account, quantity } of balances) {
      const key = `${organisation} ${gtin}/${lot} ${account}`;
      there.set(key, (there.get(key) ?? 0) + quantity);
    }
  }
  const lying = new Map<string, number>();
  for await (const { at, gtin, lot } of units.find({ gtin: { $in: gtins } })) {
    if (at.account === 'unexplained') continue;
    const key = `${at.organisation} ${gtin}/${lot} ${at.account}`;
    lying.set(key, (lying.get(key) ?? 0) + 1);
  }
  for (const [key, count] of lying) expect(there.get(key) ?? 0, key).to.be.at.least(count);
}
