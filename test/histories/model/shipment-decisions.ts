/** The plain model: goods on their way. A text is the code of a refusal. */
import type { Condition, Organisation } from '../command.ts';
import { type Decided, deed, type Of, sum, type Who } from './decided.ts';
import { type Load, onShelf, type Spot, spot, type Title } from './goods.ts';
import type { Model, Shipment } from './model.ts';
import { barrier, type LabelledLoad, loadsOf, type Restriction } from './standing.ts';

export function ship(model: Model, { id, by }: Who, act: Of<'ship'>): Decided | string {
  const { goods, standing, shipments } = model;
  const { to, purpose, basis, condition } = act;
  const loads = loadsOf(goods, act.lines);
  if (typeof loads === 'string') return loads;
  if (to === by) return 'shipment/receiver';
  if (purpose === 'supply' && condition !== 'available') return 'stock/not-there';
  for (const load of loads) {
    if (!standing.hasHeld(goods, by, load)) return 'stock/not-there';
    const refusal =
      purpose === 'supply' || purpose === 'loan'
        ? barrier(standing, goods, load, model.day)
        : strays(model, load, to);
    if (refusal !== undefined) return refusal;
    const from = spot(by, act.place, condition);
    if (goods.take(load, from, { org: by, account: `transit:${id}` }) !== undefined) return 'stock/not-there';
  }
  const lines = loads.map(({ product, lot }) => ({ product, lot }));
  return {
    answer: { quantity: sum(loads) },
    deed: deed(model, 'shipped'),
    settle: () => shipments.set(id, { from: by, to, basis, lines, open: true }),
  };
}

/** What goes back goes where each recall says, and what is on hold to its maker. */
function strays({ standing, goods }: Model, load: Load, to: Organisation): string | undefined {
  const made = standing.lot(load.product, load.lot) !== undefined;
  const allowed = ({ kind, returnsTo }: Restriction) =>
    (kind === 'recall' ? returnsTo : made && 'maker') === to;
  return standing.on(goods, load).every(allowed) ? undefined : 'shipment/returns-to';
}

export function close(model: Model, { by }: Who, act: Of<'close'>): Decided | string {
  const { goods, shipments } = model;
  const shipment = shipments.get(act.shipment);
  if (shipment?.from !== by) return 'not-found';
  if (!shipment.open) return 'shipment/closed';
  const from: Spot = { org: by, account: `transit:${act.shipment}` };
  const to: Spot = { org: by, account: 'missing' };
  const before = goods.lays().length;
  for (const { product, lot } of shipment.lines) {
    const serials = [...goods.units]
      .filter(([key, unit]) => key.startsWith(`${product}/`) && unit.lot === lot && isAt(unit.at, from))
      .map(([key]) => key.slice(product.length + 1));
    if (serials.length > 0) goods.take({ product, lot, count: serials.length, serials }, from, to);
    const rest = goods.count(product, lot, from);
    if (rest > 0) goods.take({ product, lot, count: rest, serials: [] }, from, to);
  }
  return {
    answer: { missing: sum(goods.lays(before)) },
    deed: deed(model, 'shipmentClosed'),
    settle: () => shipments.set(act.shipment, { ...shipment, open: false }),
  };
}

function isAt(at: Spot, { org, account }: Spot): boolean {
  return at.org === org && at.account === account;
}

export function receive(
  model: Model,
  { id, by }: Who,
  act: Of<'receive'>,
  correcting: boolean,
): Decided | string {
  const { goods, standing, shipments } = model;
  const intact = loadsOf(goods, act.intact);
  if (typeof intact === 'string') return intact;
  const damaged = loadsOf(goods, act.damaged);
  if (typeof damaged === 'string') return damaged;
  const shipment = shipments.get(act.shipment);
  if (shipment?.to !== by) return 'not-found';
  if (!shipment.open && !correcting) return 'shipment/closed';
  const named = [...intact, ...damaged].flatMap(({ product, serials }) =>
    serials.map((one) => [product, one] as const),
  );
  if (new Set(named.map(String)).size !== named.length) return 'device/serial-repeated';
  const from: Spot = { org: shipment.from, account: `transit:${act.shipment}` };
  const here = named.some(([product, serial]) => {
    const announced = goods.unit(product, serial);
    if (announced !== undefined && isAt(announced.at, from)) return false;
    const at = goods.whereIs(product, serial, by)?.at;
    return at?.org === by && onShelf(at);
  });
  if (here) return 'receipt/already-here';
  const before = goods.lays().length;
  const lines = new Map<string, Record<string, unknown> & { unshipped: number; quarantined: number }>();
  const put = (load: LabelledLoad, arrived: 'intact' | 'damaged', suspect: boolean) => {
    const condition: Condition = suspect || arrived === 'damaged' ? 'quarantined' : 'awaiting-acceptance';
    const to = spot(by, act.place, condition);
    const over = goods.take(load, from, to, { becomes: (title) => conveyed(title, shipment, by) });
    if (over !== undefined) goods.draw(over, to, `${by}:unknown`);
    const key = `${load.product}/${load.lot}`;
    const line = lines.get(key) ?? {
      product: load.product,
      lot: load.lot,
      intact: 0,
      damaged: 0,
      unshipped: 0,
      quarantined: 0,
    };
    lines.set(key, {
      ...line,
      [arrived]: Number(line[arrived]) + load.count,
      unshipped: line.unshipped + (over?.count ?? 0),
      quarantined: line.quarantined + (suspect ? load.count : 0),
    });
  };
  for (const [arrived, loads] of [
    ['intact', intact],
    ['damaged', damaged],
  ] as const) {
    for (const load of loads) {
      for (const [part, suspect] of told(load)) put(part, arrived, suspect);
    }
  }
  /** Units are told apart; things without a number are all suspect or none. */
  function told(load: LabelledLoad): [LabelledLoad, boolean][] {
    const restricted = (serials: readonly string[]) => standing.on(goods, { ...load, serials }).length > 0;
    if (load.mislabelled) return [[load, true]];
    if (load.serials.length === 0) return [[load, restricted([])]];
    const parts = [false, true].map((suspect): [LabelledLoad, boolean] => {
      const serials = load.serials.filter((serial) => restricted([serial]) === suspect);
      return [{ ...load, serials, count: serials.length }, suspect];
    });
    return parts.filter(([{ count }]) => count > 0);
  }
  const outstanding = shipment.lines.reduce(
    (left, { product, lot }) => left + goods.count(product, lot, from),
    0,
  );
  return {
    answer: { lines: [...lines.values()], outstanding },
    deed: { type: 'received', moves: goods.lays(before), uses: [] },
    settle: () => {
      model.receipts.push({ command: id, shipment: act.shipment, lots: [...lines.keys()] });
      if (outstanding === 0) shipments.set(act.shipment, { ...shipment, open: false });
    },
  };
}

function conveyed(title: Title, { basis }: Shipment, to: Organisation): Title {
  const [owner] = title.split(':');
  if (owner === to) return `${to}:bought`;
  const keeps = basis === 'consignment' || basis === 'loan';
  return `${keeps ? owner : to}:${basis}` as Title;
}
