/**
 * The plain model, part four: corrections. What is right is decided as if the wrong had not happened; then only the
 * difference is laid, and what has moved on is drawn from `unexplained`.
 */
import type { Act, Command } from '../command.ts';
import type { Decided } from './decided.ts';
import { decideCorrectable, faultOfForm } from './decisions.ts';
import { type Goods, type Load, type Move, onShelf, type Spot, sameSpot } from './goods.ts';
import type { Model, RecordedUse } from './model.ts';

const typesOf: Readonly<Record<string, readonly string[]>> = {
  receive: ['received'],
  accept: ['accepted', 'rejected'],
  move: ['moved'],
  quarantine: ['quarantined'],
  unquarantine: ['quarantineReleased'],
  destroy: ['destroyed'],
  use: ['used'],
};
const correctable = new Set(Object.values(typesOf).flat());

export function correct(
  model: Model,
  { id, by }: Pick<Command, 'id' | 'by'>,
  { event, right }: Extract<Act, { kind: 'correct' }>,
): Decided | string {
  const fault = right === undefined ? undefined : faultOfForm(model, right);
  if (fault !== undefined) return fault;
  const wrong = model.deeds.get(event);
  if (wrong === undefined || wrong.by !== by) return 'correction/not-yours';
  if (wrong.corrected) return 'correction/already';
  if (!correctable.has(wrong.type)) return 'correction/impossible';
  if (right !== undefined && typesOf[right.kind]?.includes(wrong.type) !== true)
    return 'correction/other-kind';
  const { goods } = model;
  const replacement =
    right === undefined ? undefined : decideAnew(model, { id, by }, { ...wrong, event }, right);
  if (typeof replacement === 'string') return replacement;
  const after = replacement?.deed?.moves ?? [];
  const uses = replacement?.deed?.uses ?? [];
  let shortfall = 0;
  for (const move of minus(wrong.moves, after)) shortfall += undo(goods, move, backTo(model, move));
  for (const move of minus(after, wrong.moves)) shortfall += redo(goods, move);
  nameUnits(model, wrong.uses, uses, by);
  for (const { product, serial } of wrong.uses) goods.countUse(product, serial, -1);
  for (const { product, serial } of uses) goods.countUse(product, serial, 1);
  return {
    answer: { replaced: right !== undefined, shortfall, ...(replacement && { right: replacement.answer }) },
    deed: { type: wrong.type, moves: after, uses },
    corrects: event,
    settle: () => {
      model.deeds.set(event, { ...wrong, corrected: true });
      // The devices of a use that did not happen are still checked.
      for (const [check, use] of model.spentChecks) if (use === event) model.spentChecks.delete(check);
      if (wrong.type === 'received') reopen(model);
      replacement?.settle?.();
    },
  };
}

/** What goes back into transit can be received again. */
function reopen({ goods, shipments }: Model): void {
  const transit = goods.lays().find(({ to }) => to.account.startsWith('transit:'))?.to.account;
  const id = transit?.slice('transit:'.length) ?? '';
  const shipment = shipments.get(id);
  if (shipment !== undefined) shipments.set(id, { ...shipment, open: true });
}

function decideAnew(
  model: Model,
  who: Pick<Command, 'id' | 'by'>,
  wrong: {
    readonly event: string;
    readonly moves: readonly Move[];
    readonly uses: readonly RecordedUse[];
  },
  right: NonNullable<Extract<Act, { kind: 'correct' }>['right']>,
): Decided | string {
  const { goods } = model;
  const now = goods.moment();
  for (const move of wrong.moves) undo(goods, move, move.from);
  for (const { product, serial } of wrong.uses) goods.countUse(product, serial, -1);
  const undone = goods.lays().length;
  const decided = decideCorrectable(model, who, right, { correcting: wrong.event });
  const moves = goods.lays(undone);
  goods.rollBack(now);
  if (typeof decided === 'string') return decided;
  return { ...decided, deed: { type: '', uses: [], ...decided.deed, moves } };
}

/** What is in the one and not in the other: unit by unit, or by number. */
function minus(whole: readonly Move[], part: readonly Move[]): Move[] {
  const left = new Map<string, number>();
  for (const move of part) left.set(keyOf(move), (left.get(keyOf(move)) ?? 0) + move.count);
  return whole.flatMap((move) => {
    const shared = Math.min(left.get(keyOf(move)) ?? 0, move.count);
    left.set(keyOf(move), (left.get(keyOf(move)) ?? 0) - shared);
    return shared === move.count ? [] : [{ ...move, count: move.count - shared }];
  });
}

function keyOf({ count: _count, ...move }: Move): string {
  const { product, lot, serial, from, to, title, becomes } = move;
  return JSON.stringify([product, lot, serial, from.org, from.account, to.org, to.account, title, becomes]);
}

function loadOf({ product, lot, count, serial }: Move): Load {
  return { product, lot, count, serials: serial === undefined ? [] : [serial] };
}

/** A correction makes nothing available on which a restriction stands. */
function backTo({ standing, goods }: Model, move: Move): Spot {
  const { from } = move;
  const available = onShelf(from) && from.account.endsWith('/available');
  if (!available || standing.on(goods, loadOf(move)).length === 0) return from;
  return { org: from.org, account: from.account.replace('available', 'quarantined') };
}

function undo(goods: Goods, move: Move, back: Spot): number {
  const { title, becomes, to } = move;
  const short = goods.take(loadOf(move), to, back, {
    only: becomes ?? title,
    ...(becomes === undefined ? {} : { becomes: () => title }),
  });
  if (short === undefined) return 0;
  const rest = { ...move, count: short.count };
  if (to.account === 'consumed' || to.account === 'destroyed') {
    // Nobody takes a thing out of there: somebody has scanned it since, and its count is still here.
    goods.lay({ ...rest, from: to, to: back, title: becomes ?? title, ...(becomes && { becomes: title }) });
    return 0;
  }
  const nowhere: Spot = { org: to.org, account: 'unexplained' };
  if (sameSpot(nowhere, back)) return short.count;
  const { becomes: _becomes, ...plain } = rest;
  goods.lay({ ...plain, from: nowhere, to: back });
  return short.count;
}

function redo(goods: Goods, move: Move): number {
  const { from, to, title, becomes } = move;
  if (from.account === 'unexplained') {
    goods.lay(move);
    return 0;
  }
  const short = goods.take(loadOf(move), from, to, {
    first: title,
    ...(becomes === undefined ? {} : { becomes: () => becomes }),
  });
  if (short === undefined) return 0;
  goods.draw(short, to, becomes ?? title);
  return short.count;
}

/** A use that did not happen is taken off its unit, which the correction must name, where it lies if that is here. */
function nameUnits(
  { goods }: Model,
  voided: readonly RecordedUse[],
  uses: readonly RecordedUse[],
  by: Command['by'],
): void {
  for (const { product, lot, serial } of voided) {
    if (serial === undefined) continue;
    const same = (other: { readonly product: string; readonly serial?: string }) =>
      other.product === product && other.serial === serial;
    if (goods.lays().some(same) || uses.some(same)) continue;
    const unit = goods.whereIs(product, serial, by);
    const own = unit?.at.org === by ? unit : undefined;
    const at: Spot = own?.at ?? { org: by, account: 'unexplained' };
    const facts = { product, serial, count: 1, from: at, to: at };
    goods.lay({ ...facts, lot: own?.lot ?? lot, title: own?.title ?? `${by}:unknown` });
  }
}
