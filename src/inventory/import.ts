/**
 * Imports: what a warehouse's or a hospital's own system hands over in one go, or what a supplier's file says. Each
 * delivery is a command of its own, decided as if it had been sent alone: same id, same facts, same refusals. Only the
 * transactions are shared (ledger/run-many.ts).
 */
import { describeFailure, Failure } from '../errors.ts';
import { runMany, type Settled, tryMany } from '../ledger/run-many.ts';
import {
  type Actor,
  type CommandAnswer,
  type CommandBody,
  commandOf,
  type InventoryParts,
  type Prepared,
  type StockCommand,
  stepsOf,
} from './command.ts';
import type { DeviceLine, ReadLine } from './lines.ts';
import { prefetch } from './prefetch.ts';
import type { Stock } from './stock.ts';

export const deliveriesPerImport = 500;
const linesPerImport = 5_000;
const serialsPerImport = 10_000;

/** Of one transaction: it should be over in a fraction of a second, for others want the same lots. */
const deliveriesAtOnce = 500;
const unitsAtOnce = 2_500;

/** What the input of every command on goods names. */
export interface GoodsInput extends CommandBody {
  readonly lines: readonly ReadLine[];
  readonly damaged?: readonly ReadLine[];
  readonly shipment?: string;
}

/** What the body of one delivery has in any case. */
export interface DeliveryBody extends CommandBody {
  readonly lines: readonly DeviceLine[];
  readonly damaged?: readonly DeviceLine[];
}

/** How deliveries of one kind are done. */
export interface Importing<Body, Input, State extends { readonly stock: Stock }, Answer> {
  readonly command: StockCommand<Input, State, Answer>;
  /** Of the route that does one: sent there, a delivery with the same id is the same command. */
  readonly routeOf: (body: Body) => string;
  readonly prepare: (body: Body) => Promise<Prepared<Input>>;
}

export type Outcome<Answer> = (CommandAnswer<Answer> & { readonly outcome: 'accepted' }) | RefusedDelivery;

export interface RefusedDelivery {
  readonly outcome: 'refused';
  readonly commandId: string;
  readonly code: string;
  readonly detail: string;
  readonly detailZh: string;
  readonly faults?: Failure['faults'];
  readonly info?: Failure['info'];
}

export interface Imported<Answer> {
  readonly dryRun: boolean;
  readonly accepted: number;
  readonly refused: number;
  /** In the order in which they were sent. */
  readonly deliveries: readonly Outcome<Answer>[];
}

/**
 * @param dryRun tells what would become of them, and writes nothing
 * @returns what became of each
 * @throws Failure `import/too-large`; as `runMany`
 */
export async function importAll<
  Body extends DeliveryBody,
  Input extends GoodsInput,
  State extends { readonly stock: Stock },
  Answer extends object,
>(
  parts: InventoryParts,
  actor: Actor,
  { command, routeOf, prepare }: Importing<Body, Input, State, Answer>,
  { deliveries, dryRun }: { readonly deliveries: readonly Body[]; readonly dryRun: boolean },
): Promise<Imported<Answer>> {
  assertBounded(deliveries);
  const prepared: PromiseSettledResult<Prepared<Input>>[] = [];
  // Not all side by side: they look the same things up.
  for (const body of deliveries) prepared.push((await Promise.allSettled([prepare(body)]))[0]);
  const members = deliveries.map((body, index) => {
    const call = { commandId: body.commandId, route: routeOf(body), actor, content: body };
    const steps = stepsOf(parts, command, { actor, prepare: () => preparedOf(prepared[index]) });
    return {
      command: commandOf(call),
      weight: 1 + linesOf(body).reduce((sum, line) => sum + unitsIn(line), 0),
      decide: async (...[snapshot, context]: Parameters<typeof steps.load>) =>
        steps.decide(await steps.load(snapshot, context), context),
    };
  });
  const settled = await (dryRun ? tryMany : runMany)<Answer>(parts.ledger, members, {
    atOnce: deliveriesAtOnce,
    weightAtOnce: unitsAtOnce,
    prefetch: (snapshot, indexes) =>
      prefetch(
        snapshot,
        actor.organisation,
        indexes.flatMap((index) => namedBy(prepared[index])),
      ),
  });
  const outcomes = settled.map((one, index) => outcomeOf(one, deliveries[index]?.commandId ?? '', index));
  const accepted = settled.filter(({ kind }) => kind === 'accepted').length;
  return { dryRun, accepted, refused: settled.length - accepted, deliveries: outcomes };
}

/** Before anything is looked up. */
function assertBounded(deliveries: readonly DeliveryBody[]): void {
  const lines = deliveries.flatMap(linesOf);
  const serials = lines.reduce((sum, line) => sum + unitsIn(line), 0);
  if (lines.length > linesPerImport) {
    throw new Failure('import/too-large', { lines: lines.length, limit: linesPerImport });
  }
  if (serials > serialsPerImport) {
    throw new Failure('import/too-large', { serials, limit: serialsPerImport });
  }
}

function linesOf({ lines, damaged = [] }: DeliveryBody): readonly DeviceLine[] {
  return [...lines, ...damaged];
}

function unitsIn(line: DeviceLine): number {
  return 'scan' in line ? 1 : (line.serials?.length ?? 1);
}

/** What is wrong with a delivery's own body or places is told when it is its turn, unless it was done long ago. */
async function preparedOf<Input>(prepared: PromiseSettledResult<Prepared<Input>> | undefined) {
  if (prepared?.status === 'fulfilled') return prepared.value;
  throw prepared?.reason;
}

function namedBy(prepared: PromiseSettledResult<Prepared<GoodsInput>> | undefined) {
  if (prepared?.status !== 'fulfilled') return [];
  const { lines, damaged = [], shipment } = prepared.value.input;
  return [{ lines: [...lines, ...damaged], shipment }];
}

function outcomeOf<Answer>(settled: Settled<Answer>, commandId: string, index: number): Outcome<Answer> {
  if (settled.kind === 'accepted') {
    return { outcome: 'accepted', ...settled.answer, commandId, events: settled.events };
  }
  const { code, info, faults } = settled.failure;
  const { en, zh } = describeFailure(code);
  const at = `/deliveries/${index}`;
  const { pointer } = info;
  return {
    outcome: 'refused',
    commandId,
    code,
    detail: en,
    detailZh: zh,
    ...(faults.length === 0
      ? {}
      : { faults: faults.map((fault) => ({ ...fault, pointer: at + fault.pointer })) }),
    ...(Object.keys(info).length === 0
      ? {}
      : { info: typeof pointer === 'string' ? { ...info, pointer: at + pointer } : info }),
  };
}
