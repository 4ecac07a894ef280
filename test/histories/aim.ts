/**
 * From an intent to a command: about what the model says is there, so that most commands can be carried out; one in
 * five names what it pleases.
 */
import {
  type Act,
  type Command,
  type Correctable,
  type Device,
  type Lot,
  type Organisation,
  type Product,
  type Scope,
  serials,
  tracksSerials,
} from './command.ts';
import { find, linesFrom, mislabelled, narrowed, onTheWay, partOf, serialOf, statedLine } from './finding.ts';
import { type Intent, nth, strays } from './intents.ts';
import type { Model } from './model/model.ts';

const rightKinds = ['receive', 'accept', 'move', 'quarantine', 'unquarantine', 'destroy', 'use'] as const;

const purposes = ['supply', 'supply', 'supply', 'return', 'recall-return', 'loan', 'loan-return'] as const;

const bases = ['bought', 'bought', 'consignment', 'loan', 'donated'] as const;

/** @returns the n-th id of a history, in the form of a UUID. */
export function commandId(prefix: number, index: number): string {
  return `${prefix.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString().padStart(12, '0')}`;
}

/** @returns the command that an intent comes to where things are as the model says. */
export function aim(model: Model, chosen: Intent, id: string): Command {
  const act = actOf(model, chosen);
  const by = act.by ?? chosen.by;
  return { ...act.what, id, by, seat: seatOf(model, act.what) };
}

/** In a hospital the theatre records uses and corrects them; the rest is for those who keep stock. */
function seatOf({ deeds }: Model, act: Act): Command['seat'] {
  if (act.kind === 'use' || act.kind === 'check') return 'nurse';
  if (act.kind !== 'correct') return 'keeper';
  const type = act.right === undefined ? deeds.get(act.event)?.type : act.right.kind;
  return type === 'use' || type === 'used' ? 'nurse' : 'keeper';
}

type Aimed = { readonly what: Act; readonly by?: Organisation };

function actOf(model: Model, chosen: Intent): Aimed {
  const { kind, product, lot, pick } = chosen;
  switch (kind) {
    case 'produce':
      return { by: makerUnless(chosen), what: producing(model, chosen) };
    case 'release':
      return { by: makerUnless(chosen), what: { kind, product, lot } };
    case 'hold':
      return { by: makerUnless(chosen), what: { kind, product, lot, ...narrowed(chosen) } };
    case 'lift':
      return { by: makerUnless(chosen), what: lifting(model, chosen) };
    case 'ship':
      return shipping(model, chosen);
    case 'close': {
      const [id, shipment] = nth([...model.shipments], pick) ?? ['none', undefined];
      const own = strays(chosen) || shipment === undefined ? {} : { by: shipment.from };
      return { ...own, what: { kind, shipment: id } };
    }
    case 'check':
      return checking(model, chosen);
    case 'recall':
      return {
        by: makerUnless(chosen),
        what: { kind, scope: scopeOf(chosen), returns: pick % 2 === 0 },
      };
    case 'widen': {
      const recall = nth([...model.recalls.keys()], pick) ?? 'none';
      return { by: makerUnless(chosen), what: { kind, recall, scope: scopeOf(chosen) } };
    }
    case 'correct':
      return correcting(model, chosen);
    default:
      return correctable(model, chosen, kind);
  }
}

/** A right fact is put in the place of a wrong one by the organisation that wrote it, about things of its own. */
function correcting(model: Model, chosen: Intent): Aimed {
  const all = [...model.deeds].filter(
    // The id of a recall's event is told to nobody.
    ([, { corrected, type }]) => !type.startsWith('recall') && (strays(chosen) || !corrected),
  );
  const [event, deed] = nth(all, chosen.pick) ?? ['none', undefined];
  const by = deed === undefined || (strays(chosen) && chosen.pickToo % 4 === 0) ? chosen.by : deed.by;
  if (chosen.pickToo % 2 === 0 || deed === undefined) return { by, what: { kind: 'correct', event } };
  const kind = rightKindOf(deed.type) ?? nth(rightKinds, chosen.pickToo) ?? 'use';
  const right = rightOf(
    model,
    chosen,
    kind,
    by,
    deed.moves.find(({ from }) => from.account.startsWith('transit:')),
  );
  return { by, what: right === undefined ? { kind: 'correct', event } : { kind: 'correct', event, right } };
}

function rightOf(
  model: Model,
  chosen: Intent,
  kind: Correctable['kind'],
  by: Organisation,
  received: { readonly from: { readonly account: string } } | undefined,
): Correctable | undefined {
  if (kind === 'use' && !by.startsWith('hospital')) return undefined;
  const { what } = correctable(model, { ...chosen, by }, kind, by);
  if (what.kind !== 'receive' || received === undefined || strays(chosen)) return what;
  return { ...what, shipment: received.from.account.slice('transit:'.length) };
}

function rightKindOf(type: string): Correctable['kind'] | undefined {
  const kindOf: Readonly<Record<string, Correctable['kind']>> = {
    received: 'receive',
    accepted: 'accept',
    rejected: 'accept',
    moved: 'move',
    quarantined: 'quarantine',
    quarantineReleased: 'unquarantine',
    destroyed: 'destroy',
    used: 'use',
  };
  return kindOf[type];
}

function makerUnless(chosen: Intent): Organisation {
  return strays(chosen) ? chosen.by : 'maker';
}

function producing({ standing }: Model, { product, lot, count, serials: some, pick }: Intent): Act {
  if (!tracksSerials(product)) return { kind: 'produce', product, lot, count: pick % 3 === 0 ? count : 12 };
  const facts = standing.lot(product, lot);
  // Each lot has serial numbers of its own, as makers number; now and then one of another lot is tried.
  const own = serials.map((serial) => serialOf(lot, serial, pick % 16 === 0));
  const rest = own.filter((serial) => !standing.made.has(`${product}/${serial}`));
  const part = pick % 3 === 0 ? own.slice(0, some.length) : facts === undefined ? own : rest;
  return { kind: 'produce', product, lot, serials: part.length === 0 ? own : part };
}

function lifting({ standing }: Model, { product, lot, pick }: Intent): Act {
  const holds = [...standing.restrictions].flatMap(([key, list]) =>
    list.filter(({ kind }) => kind === 'hold').map(({ by }) => ({ key, by })),
  );
  const one = nth(holds, pick);
  if (one === undefined) return { kind: 'lift', product, lot, hold: 'none' };
  const [of, number] = one.key.split('/') as [Product, Lot];
  return { kind: 'lift', product: of, lot: number, hold: one.by };
}

/** Mostly a lot, now and then some serial numbers of it, seldom a whole product. */
function scopeOf(chosen: Intent): Scope[] {
  const { product, lot, pickToo, two } = chosen;
  const open = pickToo % 8 === 0;
  const item = { product, ...(open ? {} : { lot, ...narrowed(chosen) }) };
  const other = lot === 'L1' ? 'L2' : 'L1';
  return two && !open ? [item, { product, lot: other }] : [item];
}

function shipping(model: Model, chosen: Intent): Aimed {
  const { pick, pickToo, to, condition, place } = chosen;
  const purpose = nth(purposes, pickToo) ?? 'supply';
  const basis = nth(bases, pick) ?? 'bought';
  const supplies = purpose === 'supply' || purpose === 'loan';
  const found = strays(chosen) ? undefined : find(model, chosen, pick, supplies ? 'available' : undefined);
  const facts = { kind: 'ship', to, purpose, basis } as const;
  if (found === undefined) return { what: { ...facts, place, condition, lines: [statedLine(chosen)] } };
  const lines = linesFrom(model, chosen, found);
  const what = { ...facts, place: found.place, condition: found.condition, lines };
  return {
    by: found.org,
    what: { ...what, to: supplies ? onwards(found.org, to) : backwards(to, found.org) },
  };
}

/** Goods go from the maker to hospitals, more or less. */
function onwards(from: Organisation, to: Organisation): Organisation {
  if (from === 'maker') return to === 'maker' ? 'hospitalA' : to;
  return from === to ? 'hospitalB' : to;
}

function backwards(to: Organisation, from: Organisation): Organisation {
  return to === from || to.startsWith('hospital') ? 'maker' : to;
}

function checking(model: Model, chosen: Intent): Aimed {
  const { what, by } = using(model, chosen);
  const devices = what.devices.map(({ product, lot, serial }) => ({
    product,
    lot,
    ...(serial === undefined ? {} : { serial }),
  }));
  return { ...(by && { by }), what: { kind: 'check', place: what.place, devices } };
}

function using(model: Model, chosen: Intent, org?: Organisation) {
  const hospital = org ?? (chosen.by === 'hospitalB' || chosen.by === 'maker' ? 'hospitalB' : 'hospitalA');
  const condition = chosen.pickToo % 6 === 0 ? undefined : 'available';
  const found = strays(chosen) ? undefined : find(model, chosen, chosen.pick, condition, hospital);
  const line = found === undefined ? statedLine(chosen) : mislabelled(found.line, chosen);
  const { product, lot, serials: named = [] } = line;
  const devices: Device[] = (named.length === 0 ? [undefined] : named.slice(0, chosen.two ? 2 : 1)).map(
    (serial) => ({ product, lot, ...(serial === undefined ? {} : { serial }) }),
  );
  const [first] = devices;
  if (first !== undefined && devices.length === 1 && chosen.two) devices.push({ ...first });
  const place = chosen.pickToo % 5 === 0 ? chosen.place : (found?.place ?? 1);
  const what = {
    kind: 'use',
    place,
    devices: devices.map((device) => withCheck(model, device, hospital)),
  } as const;
  return { by: hospital, what };
}

/** Names the last check that was made of this device, if there is one. */
function withCheck({ checks }: Model, device: Device, by: Organisation): Device {
  for (const [of, made] of [...checks].reverse()) {
    const index = made.findIndex(
      (one) =>
        one.by === by &&
        one.product === device.product &&
        one.lot === device.lot &&
        one.serial === device.serial,
    );
    if (index >= 0) return { ...device, check: { of, device: index } };
  }
  return device;
}

/** @param org who acts, where that is settled */
function correctable(
  model: Model,
  chosen: Intent,
  kind: Correctable['kind'],
  org?: Organisation,
): { readonly what: Correctable; readonly by?: Organisation } {
  if (kind === 'use') return using(model, chosen, org);
  if (kind === 'receive') return receiving(model, chosen);
  const wanted = {
    move: undefined,
    quarantine: undefined,
    destroy: undefined,
    unquarantine: 'quarantined',
    accept: 'awaiting-acceptance',
  } as const;
  const found = strays(chosen) ? undefined : find(model, chosen, chosen.pick, wanted[kind], org);
  const { place, condition } = found ?? chosen;
  const lines = found === undefined ? [statedLine(chosen)] : linesFrom(model, chosen, found);
  const by = found === undefined ? {} : { by: found.org };
  switch (kind) {
    case 'move':
      return {
        ...by,
        what: {
          kind,
          from: place,
          to: chosen.pickToo % 16 === 0 ? place : place === 0 ? 1 : 0,
          condition,
          lines,
        },
      };
    case 'quarantine':
      return {
        ...by,
        what: { kind, place, condition: condition === 'quarantined' ? 'available' : condition, lines },
      };
    case 'unquarantine':
      return { ...by, what: { kind, place, lines } };
    case 'destroy':
      return { ...by, what: { kind, place, condition, lines } };
    case 'accept': {
      const arrived = [...model.shipments].filter(
        ([, { to }]) => strays(chosen) || to === (found?.org ?? chosen.by),
      );
      const [shipment] = nth(arrived, chosen.pickToo) ?? [];
      const [line = statedLine(chosen)] = lines;
      const qualified = chosen.pickToo % 5 !== 0;
      return {
        ...by,
        what: { kind, place, line, qualified, ...(shipment === undefined ? {} : { shipment }) },
      };
    }
    default: {
      const impossible: never = kind;
      throw new Error(impossible);
    }
  }
}

/** Most of what is on its way arrives, some of it damaged, some of it never announced. */
function receiving(model: Model, chosen: Intent): { readonly what: Correctable; readonly by?: Organisation } {
  const open = [...model.shipments].filter(([, shipment]) => shipment.open || strays(chosen));
  const [shipment, facts] = nth(open, chosen.pick) ?? ['none', undefined];
  const { place, pickToo } = chosen;
  const lines = facts === undefined ? [] : onTheWay(model, shipment, facts.from);
  const whole = pickToo % 3 === 0 ? lines : lines.slice(0, 1).map((line) => partOf(line, chosen));
  const more = pickToo % 7 === 0 || whole.length === 0 ? [statedLine(chosen)] : [];
  const damaged = pickToo % 5 === 0;
  const by = facts === undefined || pickToo % 32 === 31 ? {} : { by: facts.to };
  const arrived = whole.map((line) => mislabelled(line, chosen));
  const what = { kind: 'receive', shipment, place } as const;
  if (arrived.length === 0 || !damaged)
    return { ...by, what: { ...what, intact: [...arrived, ...more], damaged: [] } };
  return { ...by, what: { ...what, intact: more, damaged: arrived } };
}
