/** The plain model, part three: what each command comes to. A text is the code of a refusal. */
import type { Act, Correctable, Device, Line, Organisation } from '../command.ts';
import { type Decided, deed, type Of, sum, type Who } from './decided.ts';
import { type Load, type Spot, spot } from './goods.ts';
import { hold, lift, produce, recall, release } from './lot-decisions.ts';
import type { Model, RecordedUse } from './model.ts';
import { close, receive, ship } from './shipment-decisions.ts';
import { assess, barrier, type LabelledLoad, loadsOf, restrictedBarrier } from './standing.ts';

/** What a correction replaces counts as undone already. */
export interface Circumstances {
  /** The command that was wrong. */
  readonly correcting?: string;
}

export function decide(
  model: Model,
  who: Who,
  act: Exclude<Act, { kind: 'correct' }>,
  circumstances: Circumstances = {},
): Decided | string {
  switch (act.kind) {
    case 'produce':
      return produce(model, who, act);
    case 'release':
      return release(model, who, act);
    case 'hold':
      return hold(model, who, act);
    case 'lift':
      return lift(model, who, act);
    case 'ship':
      return ship(model, who, act);
    case 'close':
      return close(model, who, act);
    case 'check':
      return check(model, who, act);
    case 'recall':
    case 'widen':
      return recall(model, who, act);
    default:
      return decideCorrectable(model, who, act, circumstances);
  }
}

export function decideCorrectable(
  model: Model,
  who: Who,
  act: Correctable,
  { correcting }: Circumstances,
): Decided | string {
  const { by } = who;
  switch (act.kind) {
    case 'receive':
      return receive(model, who, act, correcting !== undefined);
    case 'accept':
      return accept(model, who, act);
    case 'use':
      return use(model, who, act, correcting);
    case 'move':
      if (act.from === act.to) return loadFault(model, act.lines) ?? 'request/invalid';
      return relocate(model, act.lines, spot(by, act.from, act.condition), spot(by, act.to, act.condition), {
        type: 'moved',
        obstacle: (load) =>
          act.condition === 'available' ? barrier(model.standing, model.goods, load, model.day) : undefined,
      });
    case 'quarantine':
      return relocate(
        model,
        act.lines,
        spot(by, act.place, act.condition),
        spot(by, act.place, 'quarantined'),
        {
          type: 'quarantined',
        },
      );
    case 'unquarantine':
      return relocate(
        model,
        act.lines,
        spot(by, act.place, 'quarantined'),
        spot(by, act.place, 'awaiting-acceptance'),
        {
          type: 'quarantineReleased',
          obstacle: (load) =>
            restrictedBarrier(model.standing, model.goods, load) ??
            (load.mislabelled ? 'stock/identity-mismatch' : undefined),
        },
      );
    case 'destroy':
      return relocate(
        model,
        act.lines,
        spot(by, act.place, act.condition),
        { org: by, account: 'destroyed' },
        {
          type: 'destroyed',
        },
      );
    default: {
      const impossible: never = act;
      throw new Error(JSON.stringify(impossible));
    }
  }
}

/** @returns what is wrong with the lines of right facts: that is seen before what they correct */
export function faultOfForm(model: Model, act: Correctable): string | undefined {
  switch (act.kind) {
    case 'receive':
      return loadFault(model, act.intact) ?? loadFault(model, act.damaged);
    case 'accept':
      return loadFault(model, [act.line]);
    case 'use':
      return undefined;
    default:
      return loadFault(model, act.lines);
  }
}

function loadFault({ goods }: Model, lines: readonly Line[]): string | undefined {
  const loads = loadsOf(goods, lines);
  return typeof loads === 'string' ? loads : undefined;
}

/** Goods of a deed that is decided inside a correction begin behind what was undone. */
function relocate(
  model: Model,
  lines: readonly Line[],
  from: Spot,
  to: Spot,
  { type, obstacle }: { type: string; obstacle?: (load: LabelledLoad) => string | undefined },
): Decided | string {
  const loads = loadsOf(model.goods, lines);
  if (typeof loads === 'string') return loads;
  for (const load of loads) {
    if (!model.standing.hasHeld(model.goods, from.org, load)) return 'stock/not-there';
    const refusal = obstacle?.(load);
    if (refusal !== undefined) return refusal;
    if (model.goods.take(load, from, to) !== undefined) return 'stock/not-there';
  }
  return { answer: { quantity: sum(loads) }, deed: deed(model, type) };
}

function accept(model: Model, { by }: Who, act: Of<'accept'>): Decided | string {
  const { goods, standing, shipments } = model;
  const loads = loadsOf(goods, [act.line]);
  if (typeof loads === 'string') return loads;
  const [load, second] = loads;
  if (second && loads.some((one) => !standing.hasHeld(goods, by, one))) return 'stock/not-there';
  if (load === undefined || second !== undefined) return 'request/invalid';
  const supplied =
    act.shipment === undefined
      ? by === 'maker' && standing.lot(load.product, load.lot) !== undefined
      : shipments.get(act.shipment)?.to === by;
  if (!supplied) return 'not-found';
  if (act.shipment !== undefined && !model.isReceived(act.shipment, load)) return 'acceptance/not-received';
  if (!standing.hasHeld(goods, by, load)) return 'stock/not-there';
  const refusal = act.qualified ? barrier(standing, goods, load, model.day) : undefined;
  if (refusal !== undefined) return refusal;
  const condition = act.qualified ? 'available' : 'rejected';
  const short = goods.take(load, spot(by, act.place, 'awaiting-acceptance'), spot(by, act.place, condition));
  if (short !== undefined) return 'stock/not-there';
  const type = act.qualified ? 'accepted' : 'rejected';
  return { answer: { quantity: load.count }, deed: deed(model, type) };
}

function check(model: Model, { id, by }: Who, act: Of<'check'>): Decided {
  const { goods, standing, day } = model;
  const results = act.devices.map((device) => {
    const { findings, lot, source, disputed } = assess(standing, goods, device, {
      org: by,
      place: act.place,
      day,
    });
    // Two in hand of which stock knows one: the second is not in stock.
    if (device.serial === undefined && source !== undefined) {
      goods.take({ ...device, lot, count: 1, serials: [] }, source, { org: by, account: 'consumed' });
    }
    const blocks = findings.filter((finding) => finding !== 'elsewhere');
    return { device, blocks, warns: findings.length - blocks.length + (disputed ? 1 : 0) };
  });
  goods.rollBack();
  const kept = results.map(({ device, blocks }) => ({ ...device, by, allowed: blocks.length === 0 }));
  return {
    answer: { results: results.map(({ blocks, warns }) => ({ blocks, warns })) },
    settle: () => model.checks.set(id, kept),
  };
}

function use(model: Model, { id, by }: Who, act: Of<'use'>, correcting: string | undefined): Decided {
  const { goods, standing, day } = model;
  const before = goods.lays().length;
  const uses: RecordedUse[] = [];
  const deviations: (readonly string[])[] = [];
  const spent = new Set<string>();
  for (const device of act.devices) {
    const { product, lot: label, serial } = device;
    const { findings, lot, source } = assess(standing, goods, device, { org: by, place: act.place, day });
    const to: Spot =
      product === 'reusable' ? spot(by, act.place, 'contaminated') : { org: by, account: 'consumed' };
    const one: Load = { product, lot, count: 1, serials: serial === undefined ? [] : [serial] };
    const short = source === undefined ? one : goods.take(one, source, to);
    if (short !== undefined) goods.draw(one, to, `${by}:unknown`);
    goods.countUse(product, serial, 1);
    const checked = spendCheck(model, { by, correcting }, device, spent);
    deviations.push(checked ? findings : [...findings, 'not-checked']);
    uses.push({ product, lot, label, ...(serial === undefined ? {} : { serial }) });
  }
  return {
    answer: { deviations },
    deed: { type: 'used', moves: goods.lays(before), uses },
    settle: () => {
      for (const key of spent) model.spentChecks.set(key, id);
    },
  };
}

/** A check counts for the device that it allowed, and for one use of one device. */
function spendCheck(
  model: Model,
  { by, correcting }: { readonly by: Organisation; readonly correcting: string | undefined },
  device: Device,
  spent: Set<string>,
): boolean {
  if (device.check === undefined) return false;
  const { of, device: index } = device.check;
  const made = model.checks.get(of)?.[index];
  const same =
    made?.by === by &&
    made.product === device.product &&
    made.lot === device.lot &&
    made.serial === device.serial;
  const key = `${of}#${index}`;
  if (!same || !made.allowed || spent.has(key)) return false;
  const before = model.spentChecks.get(key);
  if (before !== undefined && before !== correcting) return false;
  spent.add(key);
  return true;
}
