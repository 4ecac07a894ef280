/** Commands of several organisations made by chance, run through inventory's pure decisions on books in memory. */
import fc from 'fast-check';
import { Failure } from '../../src/errors.ts';
import { accept } from '../../src/inventory/accept.ts';
import { closeShipment } from '../../src/inventory/close-shipment.ts';
import type { StockCommand } from '../../src/inventory/command.ts';
import { correct, type LoadedRight, type RightFacts } from '../../src/inventory/correct.ts';
import { holdLot, releaseLot } from '../../src/inventory/lot-standing.ts';
import { produceLot } from '../../src/inventory/produce-lot.ts';
import { receive } from '../../src/inventory/receive.ts';
import { recordUse } from '../../src/inventory/record-use.ts';
import { destroy, move, quarantine, releaseQuarantine } from '../../src/inventory/relocate.ts';
import { ship } from '../../src/inventory/ship.ts';
import type { Stock } from '../../src/inventory/stock.ts';
import { accountParts, type Condition, conditions } from '../../src/ledger/account.ts';
import type { AnyEvent, Commitment } from '../../src/ledger/event.ts';
import { conveyedBases, shipmentPurposes } from '../../src/ledger/event-details.ts';
import { Books, type Line } from './books-in-memory.ts';
import { organisationsInMemory, productsInMemory, unregistered } from './stock-facts.ts';

export const people = ['maker', 'distributor', 'hospitalA', 'hospitalB'] as const;
export type Name = (typeof people)[number];
export const nothing: Commitment = `sha-256:${'0'.repeat(64)}`;
export const actorOf = (name: Name) => ({ organisation: name, person: `person-of-${name}` });
/** Two places each. */
export const placeOf = (name: Name, which: number) => `${name}-${which % 2 === 0 ? 'store' : 'theatre'}`;

const kinds = [
  ...['produce', 'release', 'ship', 'ship', 'receive', 'receive', 'accept', 'accept', 'move', 'use', 'use'],
  ...[
    'quarantine',
    'releaseQuarantine',
    'destroy',
    'close',
    'hold',
    'recall',
    'void',
    'void',
    'redo',
    'redo',
  ],
] as const;

export const act = fc.record({
  kind: fc.constantFrom(...kinds),
  by: fc.constantFrom(...people),
  to: fc.constantFrom(...people),
  gtin: fc.constantFrom(...productsInMemory.map(({ gtin }) => gtin), unregistered),
  lot: fc.constantFrom('L1', 'L2'),
  /** What the label says, where it lies. */
  label: fc.option(fc.constantFrom('L1', 'L2'), { freq: 5 }),
  quantity: fc.integer({ min: 1, max: 4 }),
  serials: fc.uniqueArray(fc.constantFrom('S0', 'S1', 'S2', 'S3', 'S4', 'S5'), {
    minLength: 1,
    maxLength: 3,
  }),
  named: fc.boolean(),
  place: fc.nat(1),
  condition: fc.constantFrom(...conditions, 'available', 'available', 'available'),
  purpose: fc.constantFrom(...shipmentPurposes, 'supply', 'supply'),
  basis: fc.constantFrom(...conveyedBases),
  pick: fc.nat(50),
  /** Most acts are about what is there; some name what they please. */
  stray: fc.nat(4).map((chance) => chance === 0),
});
export type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** @returns books of lots that the maker has made and released */
export function furnished(): Books {
  const books = new Books();
  for (const product of productsInMemory) {
    books.products.set(product.gtin, product);
    for (const kind of ['produce', 'release'] as const)
      play(books, { ...firstAct, kind, gtin: product.gtin });
  }
  return books;
}

const firstAct: Act = {
  kind: 'produce',
  by: 'maker',
  to: 'maker',
  gtin: '',
  lot: 'L1',
  label: null,
  quantity: 40,
  serials: ['S0', 'S1', 'S2', 'S3', 'S4', 'S5'],
  named: true,
  place: 0,
  condition: 'available',
  purpose: 'supply',
  basis: 'bought',
  pick: 0,
  stray: true,
};

/** A command with its input and what it loads beside the stock. */
interface Bound {
  readonly facts: LoadedRight['facts'];
  run(): { readonly kind: 'facts' | 'refused' };
}

function bind<Input, State extends { readonly stock: Stock }, Answer extends object>(
  books: Books,
  by: Name,
  command: Pick<StockCommand<Input, State, Answer>, 'facts'>,
  input: Input,
  state: Omit<State, 'stock'>,
): Bound {
  return {
    facts: ({ stock }, bench, actor, context) =>
      command.facts(input, { ...state, stock } as State, bench, actor, context),
    run: () => books.run(command, input, state, actorOf(by)),
  };
}

/** @returns whether it was accepted; a refusal in words is one, everything else that is thrown is a fault */
export function play(books: Books, chosen: Act): 'accepted' | 'refused' {
  try {
    // Most lots must stay free of them, or nothing moves any more.
    const restricts = chosen.kind === 'recall' || chosen.kind === 'hold';
    if (restricts && chosen.pick % 10 !== 0) return 'refused';
    if (chosen.kind === 'recall') {
      books.restrict(chosen, { reference: `recall-${books.events.length}` });
      return 'accepted';
    }
    const bound =
      chosen.kind === 'void' || chosen.kind === 'redo' ? correction(books, chosen) : boundAct(books, chosen);
    return bound !== undefined && bound.run().kind === 'facts' ? 'accepted' : 'refused';
  } catch (error) {
    if (error instanceof Failure) return 'refused';
    throw error;
  }
}

function lineOf({ gtin, lot, label, quantity, serials, named }: Act): Line {
  const lotOnLabel = label ?? lot;
  const tracked = productsInMemory.find((product) => product.gtin === gtin)?.trackedBy;
  const byName = tracked === 'serial' || (tracked === undefined && named);
  return byName ? { gtin, lot: lotOnLabel, serials } : { gtin, lot: lotOnLabel, quantity };
}

/** About a lot or a shipment as a whole. */
const unaimed: readonly Act['kind'][] = ['produce', 'release', 'hold', 'close'];

/** The condition that things must be in for an act to make sense. */
const wants: Readonly<Partial<Record<Act['kind'], Condition>>> = {
  ship: 'available',
  move: 'available',
  use: 'available',
  accept: 'awaiting-acceptance',
  releaseQuarantine: 'quarantined',
};

/** @returns the act about something that lies where the act needs it, or as it was where nothing does */
function aimed(books: Books, chosen: Act): Act {
  const wanted = wants[chosen.kind];
  const spots = [...books.holdings.values()].flatMap(({ organisation, gtin, lot, balances }) =>
    balances.flatMap(({ account, quantity }) => {
      const parts = accountParts(account);
      if (chosen.kind === 'receive')
        return parts.kind === 'transit' ? [{ organisation, account, gtin, lot, quantity }] : [];
      if (parts.kind !== 'place' || (wanted !== undefined && parts.condition !== wanted)) return [];
      if (chosen.kind === 'ship' && !books.released(gtin, lot)) return [];
      return [{ organisation, account, gtin, lot, quantity }];
    }),
  );
  const spot = spots[chosen.pick % Math.max(1, spots.length)];
  if (spot === undefined) return chosen;
  const { organisation, account, gtin, lot } = spot;
  const there = [...books.units.values()].filter(
    ({ at, gtin: of, lot: own }) =>
      at.organisation === organisation && at.account === account && of === gtin && own === lot,
  );
  const serials = there.slice(0, chosen.serials.length).map(({ serial }) => serial as Act['serials'][number]);
  const parts = accountParts(account);
  const place = parts.kind === 'place' && parts.place.endsWith('theatre') ? 1 : 0;
  return {
    ...chosen,
    by: organisation as Name,
    gtin,
    lot: lot as Act['lot'],
    label: null,
    quantity: Math.min(chosen.quantity, spot.quantity),
    serials: serials.length === 0 ? chosen.serials : serials,
    named: serials.length > 0,
    ...(parts.kind === 'place' ? { place, condition: parts.condition } : {}),
    ...(parts.kind === 'transit' ? { pick: [...books.shipments.keys()].indexOf(parts.shipment) } : {}),
  };
}

export function boundAct(books: Books, stated: Act): Bound | undefined {
  const free = stated.stray || unaimed.includes(stated.kind);
  const chosen = free ? stated : aimed(books, stated);
  const { by, gtin, lot, quantity, serials, place, pick, condition } = chosen;
  const commandId = 'command';
  const line = lineOf(chosen);
  const shipments = [...books.shipments.values()];
  const shipment = shipments[pick % Math.max(1, shipments.length)];
  const here = placeOf(by, place);
  const reasonText = nothing;
  switch (chosen.kind) {
    case 'produce': {
      const tracked = books.products.get(gtin)?.trackedBy === 'serial';
      const part = { ...(tracked ? { serials } : { quantity }), sterilisationLot: `E${pick % 2}` };
      const facts = {
        manufacturedOn: '2026-03-01',
        expiresOn: '2029-02-28',
        declaredQuantity: tracked ? 6 : 40,
      };
      const input = { commandId, gtin, lot, place: placeOf('maker', 0), parts: [part], ...facts };
      const state = {
        product: books.products.get(gtin),
        lot: books.lots.get(`${gtin}/${lot}`),
        made: books.made(gtin),
      };
      return bind(books, 'maker', produceLot, input, state);
    }
    case 'release': {
      const known = books.lots.get(`${gtin}/${lot}`);
      // A lot in memory is whole when somebody wants to release it.
      if (known?.standing === 'produced') books.lots.set(`${gtin}/${lot}`, { ...known, closed: true });
      return bind(books, 'maker', releaseLot, { commandId, gtin, lot }, {});
    }
    case 'hold':
      return bind(books, 'maker', holdLot, { commandId, gtin, lot, reason: 'x', reasonText }, {});
    case 'ship': {
      const { to, purpose, basis } = chosen;
      const receiver = { id: to, kind: organisationsInMemory[to].kind, active: true };
      const input = { commandId, from: here, to, purpose, basis, condition, receiver, papersNumber: nothing };
      return bind(books, by, ship, { ...input, lines: [] }, { loads: books.loads([line]) });
    }
    case 'receive': {
      if (shipment === undefined) return undefined;
      const to = shipment.to as Name;
      const input = { commandId, shipment: shipment.id, place: placeOf(to, place), lines: [], damaged: [] };
      const [intact, damaged] = pick % 3 === 0 ? [[], [line]] : [[line], []];
      const state = { shipment, intact: books.loads(intact), damaged: books.loads(damaged) };
      return bind(books, to, receive, input, state);
    }
    case 'close': {
      if (shipment === undefined) return undefined;
      const units = [...books.units.values()].filter(({ at }) => at.account === `transit/${shipment.id}`);
      const input = { commandId, reason: 'x', reasonText, shipment: shipment.id };
      return bind(books, shipment.from as Name, closeShipment, input, { shipment, units });
    }
    case 'accept': {
      const arrived = shipments.filter((one) => one.to === by);
      const shipment = arrived[pick % Math.max(1, arrived.length)];
      if (shipment === undefined) return undefined;
      const to = shipment.to as Name;
      const conclusion = pick % 4 === 0 ? ('unqualified' as const) : ('qualified' as const);
      const organisations = new Map(Object.entries(organisationsInMemory));
      const facts = { place: placeOf(to, place), conclusion, organisations, lines: [] };
      const input = { commandId, shipment: shipment.id, reasonText, ...facts };
      const loads = books.loads([line]);
      const received = books.isReceived(shipment.id, loads[0]);
      return bind(books, to, accept, input, { shipment, loads, received });
    }
    case 'use':
      return boundUse(books, chosen, [lineOf(chosen)]);
    default:
      return boundMove(books, chosen, line, here);
  }
}

function boundMove(books: Books, chosen: Act, line: Line, here: string): Bound | undefined {
  const { by, condition, place } = chosen;
  const loads = { loads: books.loads([line]) };
  const input = { commandId: 'command', place: here, lines: [], reasonText: nothing };
  switch (chosen.kind) {
    case 'move': {
      const facts = { from: here, to: placeOf(by, place + 1), condition };
      return bind(books, by, move, { ...input, ...facts }, loads);
    }
    case 'quarantine': {
      const from = condition === 'quarantined' ? 'available' : condition;
      return bind(books, by, quarantine, { ...input, condition: from }, loads);
    }
    case 'releaseQuarantine':
      return bind(books, by, releaseQuarantine, input, loads);
    case 'destroy':
      return bind(books, by, destroy, { ...input, condition, method: 'x', witness: 'another' }, loads);
    default:
      return undefined;
  }
}

const noPatients = { prepareUse: async () => ({ writes: [], conflict: false }) };

/** One device a line: the first serial number, or one of the lot; without the serial number where nobody named it. */
export function boundUse(books: Books, chosen: Act, lines: readonly Line[]): Bound {
  const single = lines.map(({ gtin, lot, serials }): Line => {
    const [serial] = serials ?? [];
    return serial === undefined || !chosen.named
      ? { gtin, lot, quantity: 1 }
      : { gtin, lot, serials: [serial] };
  });
  const resolved = books.resolve(single);
  const devices = resolved.map((line, index) => ({
    line,
    implanted: false,
    pseudonym: `pseudonym-${books.events.length}-${index}`,
  }));
  const input = {
    commandId: 'command',
    happenedAt: new Date(books.now).toISOString(),
    place: placeOf(chosen.by, 1),
    procedure: 'PPS',
    surgeon: 'surgeon',
    patient: {},
    devices,
    preUseCheck: true,
  };
  const state = { lines: resolved, checks: new Map(), patientWrites: [], identityConflict: false };
  return bind(books, chosen.by, recordUse(noPatients), input, state);
}

/** Takes an event back, or puts what the act says in its place. */
function correction(books: Books, chosen: Act): Bound | undefined {
  const open = books.events.filter(({ id }) => !books.corrected.has(id));
  const wrong = open[chosen.pick % Math.max(1, open.length)];
  if (wrong === undefined) return undefined;
  const type = wrong.type === 'corrected' ? wrong.details.correctedType : wrong.type;
  const kind = chosen.kind === 'void' ? undefined : actFor[type];
  const by = wrong.organisation as Name;
  const right = kind === undefined ? undefined : boundAct(books, { ...chosen, kind, by });
  return boundCorrection(books, wrong, right);
}

export function boundCorrection(books: Books, wrong: AnyEvent, right: Bound | undefined): Bound {
  const { id, organisation, type } = wrong;
  const corrected = wrong.type === 'corrected' ? wrong.details.correctedType : type;
  const loaded: LoadedRight | undefined = right && { stock: books.stock, facts: right.facts };
  const facts: RightFacts | undefined = loaded && {
    types:
      corrected === 'rejected' || corrected === 'accepted'
        ? ['accepted', 'rejected']
        : [corrected as 'moved'],
    load: async () => loaded,
  };
  const input = { commandId: 'command', event: id, reasonText: nothing, right: facts, mayUndo: () => true };
  const state = { wrong, checks: new Map(), already: books.corrected.has(id), right: loaded };
  return bind(books, organisation as Name, correct, input, state);
}

const actFor: Readonly<Record<string, Act['kind']>> = {
  received: 'receive',
  accepted: 'accept',
  rejected: 'accept',
  moved: 'move',
  quarantined: 'quarantine',
  quarantineReleased: 'releaseQuarantine',
  used: 'use',
  destroyed: 'destroy',
};
