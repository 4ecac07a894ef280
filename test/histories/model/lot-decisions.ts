/** The plain model: what a maker says of its lots, and its recalls. A text is the code of a refusal. */
import { declaredQuantity, tracksSerials } from '../command.ts';
import { type Decided, deed, type Of, type Who } from './decided.ts';
import { type Spot, spot } from './goods.ts';
import type { Model } from './model.ts';
import type { Restriction } from './standing.ts';

export function produce({ goods, standing }: Model, { by }: Who, act: Of<'produce'>): Decided | string {
  const { product, lot, serials = [], count } = act;
  if (product === 'unknown' || by !== 'maker') return 'lot/not-yours';
  const tracked = tracksSerials(product);
  if (tracked !== serials.length > 0) return tracked ? 'device/serial-missing' : 'device/serial-needless';
  const exists = serials.some((serial) => {
    const unit = goods.whereIs(product, serial, by);
    if (unit === undefined) return false;
    const stands = unit.at.account !== 'unexplained';
    return standing.made.has(`${product}/${serial}`) || (unit.lot !== lot && stands);
  });
  if (exists) return 'lot/serial-exists';
  const before = standing.lot(product, lot) ?? { made: 0, whole: false, released: false };
  if (before.whole) return 'lot/closed';
  const adding = serials.length === 0 ? (count ?? 0) : serials.length;
  const declared = declaredQuantity(product);
  const made = before.made + adding;
  if (made > declared) return 'lot/over-declared';
  const from: Spot = { org: by, account: 'production' };
  const facts = { product, lot, from, to: spot(by, 0, 'available'), title: 'maker:bought' } as const;
  for (const serial of serials) goods.lay({ ...facts, serial, count: 1 });
  if (serials.length === 0) goods.lay({ ...facts, count: adding });
  const whole = made === declared;
  return {
    answer: { produced: made, closed: whole },
    deed: { type: 'lotProduced', moves: goods.lays(), uses: [] },
    settle: () => {
      standing.lots.set(`${product}/${lot}`, { ...before, made, whole });
      for (const serial of serials) standing.made.add(`${product}/${serial}`);
    },
  };
}

function notOwn({ standing }: Model, { by }: Who, { product, lot }: Of<'release' | 'hold' | 'lift'>) {
  return by === 'maker' && standing.lot(product, lot) !== undefined ? undefined : 'lot/not-yours';
}

export function release(model: Model, who: Who, act: Of<'release'>): Decided | string {
  const { standing } = model;
  const facts = standing.lot(act.product, act.lot);
  if (notOwn(model, who, act) !== undefined || facts === undefined) return 'lot/not-yours';
  if (facts.released) return 'lot/released';
  if (!facts.whole) return 'lot/open';
  return {
    answer: {},
    deed: deed(model, 'lotReleased'),
    settle: () => standing.lots.set(`${act.product}/${act.lot}`, { ...facts, released: true }),
  };
}

export function hold(model: Model, who: Who, act: Of<'hold'>): Decided | string {
  const { product, lot, serials } = act;
  const restriction: Restriction = { kind: 'hold', by: who.id, ...(serials && { serials }) };
  return (
    notOwn(model, who, act) ?? {
      answer: {},
      deed: deed(model, 'lotHeld'),
      settle: () => model.standing.restrict(`${product}/${lot}`, restriction),
    }
  );
}

export function lift(model: Model, who: Who, act: Of<'lift'>): Decided | string {
  const key = `${act.product}/${act.lot}`;
  const refusal = notOwn(model, who, act);
  if (refusal !== undefined) return refusal;
  const standing = model.standing.restrictions
    .get(key)
    ?.some(({ by, kind }) => kind === 'hold' && by === act.hold);
  if (standing !== true) return 'lot/held-not';
  return { answer: {}, deed: deed(model, 'holdLifted'), settle: () => model.standing.lift(key, act.hold) };
}

export function recall(model: Model, { id, by }: Who, act: Of<'recall' | 'widen'>): Decided | string {
  const { recalls, standing } = model;
  const known = act.kind === 'widen' ? recalls.get(act.recall) : undefined;
  if (act.kind === 'widen' && (known === undefined || by !== 'maker')) return 'not-found';
  if (by !== 'maker' || act.scope.some(({ product }) => product === 'unknown'))
    return 'recall/product-not-own';
  const key = (item: Of<'recall'>['scope'][number]) =>
    JSON.stringify([item.product, item.lot, item.serials?.toSorted()]);
  const covered = [...(known?.scope ?? []), ...act.scope].map(key);
  if (new Set(covered).size !== covered.length) return 'recall/scope-repeated';
  const reference = act.kind === 'widen' ? act.recall : id;
  const step = (known?.steps ?? 0) + 1;
  const returns = act.kind === 'widen' ? known?.returns === true : act.returns;
  return {
    answer: {},
    deed: deed(model, act.kind === 'widen' ? 'recallWidened' : 'recallInitiated'),
    settle: () => {
      const scope = act.scope.map((item) => ({ ...item, step }));
      recalls.set(reference, { scope: [...(known?.scope ?? []), ...scope], steps: step, returns });
      for (const { product, lot, serials } of act.scope) {
        standing.restrict(lot === undefined ? product : `${product}/${lot}`, {
          kind: 'recall',
          by: reference,
          ...(serials === undefined ? {} : { serials }),
          ...(returns ? { returnsTo: 'maker' as const } : {}),
        });
      }
    },
  };
}
