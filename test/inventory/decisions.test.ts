import { expect } from 'chai';
import { accept } from '../../src/inventory/accept.ts';
import { holdLot, liftHold, releaseLot } from '../../src/inventory/lot-standing.ts';
import { produceLot } from '../../src/inventory/produce-lot.ts';
import { receive } from '../../src/inventory/receive.ts';
import { destroy, move, quarantine, releaseQuarantine } from '../../src/inventory/relocate.ts';
import { ship } from '../../src/inventory/ship.ts';
import { placeAccount } from '../../src/ledger/account.ts';
import { lotId } from '../../src/ledger/event.ts';
import { holdingId, quantityIn } from '../../src/ledger/holding.ts';
import { Books, type Line } from '../support/books-in-memory.ts';
import { byLot, bySerial, organisationsInMemory, productsInMemory } from '../support/stock-facts.ts';
import { actorOf, boundCorrection, type Name, nothing, placeOf } from '../support/stock-play.ts';

type Outcome =
  | { readonly kind: 'facts'; readonly answer: object }
  | { readonly kind: 'refused'; readonly code: string };
type Doing = (books: Books) => Outcome;

const day = { manufacturedOn: '2026-03-01', expiresOn: '2029-02-28' };

function produce(line: Line, changes: object = {}, by: Name = 'maker'): Doing {
  return (books) => {
    const { gtin, lot, quantity, serials } = line;
    const part = serials === undefined ? { quantity: quantity ?? 0 } : { serials: [...serials] };
    const facts = { commandId: 'c', gtin, lot, place: 'maker-store', parts: [part], ...day, ...changes };
    const state = {
      product: books.products.get(gtin),
      lot: books.lots.get(lotId(line)),
      made: books.made(gtin),
    };
    return books.run(produceLot, facts, state, actorOf(by));
  };
}

const release =
  ({ gtin, lot }: Line, by: Name = 'maker'): Doing =>
  (books) =>
    books.run(releaseLot, { commandId: 'c', gtin, lot }, {}, actorOf(by));

const hold =
  ({ gtin, lot }: Line, by: Name = 'maker'): Doing =>
  (books) =>
    books.run(holdLot, { commandId: 'c', gtin, lot, reason: 'x', reasonText: nothing }, {}, actorOf(by));

const lift =
  ({ gtin, lot }: Line, reference?: string): Doing =>
  (books) => {
    const [standing] = books.lots.get(lotId({ gtin, lot }))?.restrictions ?? [];
    const input = { commandId: 'c', gtin, lot, hold: reference ?? standing?.reference ?? '' };
    return books.run(liftHold, { ...input, reason: 'x', reasonText: nothing }, {}, actorOf('maker'));
  };

const recall =
  (line: Line, returnTo?: string): Doing =>
  (books) => {
    books.restrict(line, { reference: 'recall-1', ...(returnTo === undefined ? {} : { returnTo }) });
    return { kind: 'facts', answer: {} };
  };

function send(
  line: Line,
  changes: {
    by?: Name;
    to?: Name;
    purpose?: 'return' | 'supply' | 'loan';
    from?: string;
    condition?: 'quarantined';
  } = {},
): Doing {
  const {
    by = 'maker',
    to = 'hospitalA',
    purpose = 'supply',
    from = placeOf(by, 0),
    condition = 'available',
  } = changes;
  return (books) => {
    const receiver = { id: to, kind: organisationsInMemory[to].kind, active: true };
    const input = {
      commandId: 'c',
      from,
      to,
      purpose,
      basis: 'bought',
      condition,
      receiver,
      papersNumber: nothing,
    } as const;
    return books.run(ship, { ...input, lines: [] }, { loads: books.loads([line]) }, actorOf(by));
  };
}

const last = (books: Books) => [...books.shipments.values()].at(-1);

const take =
  (lines: readonly Line[], damaged: readonly Line[] = [], by: Name = 'hospitalA'): Doing =>
  (books) => {
    const shipment = last(books);
    const input = {
      commandId: 'c',
      shipment: shipment?.id ?? '',
      place: placeOf(by, 0),
      lines: [],
      damaged: [],
    };
    const state = { shipment, intact: books.loads(lines), damaged: books.loads(damaged) };
    return books.run(receive, input, state, actorOf(by));
  };

const judge =
  (line: Line, conclusion: 'qualified' | 'unqualified' = 'qualified', known = true): Doing =>
  (books) => {
    const shipment = last(books);
    const organisations = new Map(known ? Object.entries(organisationsInMemory) : []);
    const input = { commandId: 'c', shipment: shipment?.id, place: 'hospitalA-store', conclusion, lines: [] };
    const loads = books.loads([line]);
    const state = { shipment, loads, received: books.isReceived(shipment?.id ?? '', loads[0]) };
    return books.run(accept, { ...input, organisations, reasonText: nothing }, state, actorOf('hospitalA'));
  };

const issue =
  (line: Line, condition: 'available' | 'quarantined' = 'available', from = 'hospitalA-store'): Doing =>
  (books) => {
    const input = { commandId: 'c', from, to: 'hospitalA-theatre', condition, lines: [] };
    return books.run(move, input, { loads: books.loads([line]) }, actorOf('hospitalA'));
  };

const isolate =
  (line: Line): Doing =>
  (books) => {
    const input = { commandId: 'c', place: 'hospitalA-store', condition: 'available', lines: [] } as const;
    const state = { loads: books.loads([line]) };
    return books.run(quarantine, { ...input, reasonText: nothing }, state, actorOf('hospitalA'));
  };

const free =
  (line: Line): Doing =>
  (books) => {
    const input = { commandId: 'c', place: 'hospitalA-store', lines: [], reasonText: nothing };
    return books.run(releaseQuarantine, input, { loads: books.loads([line]) }, actorOf('hospitalA'));
  };

const scrap =
  (line: Line, condition: 'available' | 'quarantined' = 'available', witness = 'another'): Doing =>
  (books) => {
    const input = { commandId: 'c', place: 'hospitalA-store', condition, lines: [], method: 'x', witness };
    const state = { loads: books.loads([line]) };
    return books.run(destroy, { ...input, reasonText: nothing }, state, actorOf('hospitalA'));
  };

/** Takes the last event back. */
const undo: Doing = (books) => {
  const wrong = books.events.at(-1);
  if (wrong === undefined) throw new Error('nothing has happened');
  return boundCorrection(books, wrong, undefined).run() as Outcome;
};

const ten: Line = { gtin: byLot, lot: 'L1', quantity: 10 };
const four: Line = { ...ten, quantity: 4 };
const units: Line = { gtin: bySerial, lot: 'L1', serials: ['A', 'B'] };
const other: Line = { gtin: bySerial, lot: 'L2', serials: ['C'] };
const made = [produce(ten), release(ten), produce(units), release(units)];
const sent = [...made, send(ten)];
const arrived = [...sent, take([ten])];
const stocked = [...arrived, judge(ten)];
const expired = { ...day, expiresOn: '2026-11-01' };

function booksAfter(doings: readonly Doing[]): Books {
  const books = new Books();
  for (const product of productsInMemory) books.products.set(product.gtin, product);
  for (const doing of doings) {
    const outcome = doing(books);
    if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.code}`);
  }
  return books;
}

const held = (
  books: Books,
  of: Name,
  condition: Parameters<typeof placeAccount>[1],
  { gtin, lot }: Line = ten,
) => quantityIn(books.holdings.get(holdingId(of, { gtin, lot })), placeAccount(placeOf(of, 0), condition));

describe('decisions', () => {
  const refusals: readonly [string, readonly Doing[], Doing, string][] = [
    ['a lot of another’s product', [], produce(ten, {}, 'distributor'), 'lot/not-yours'],
    ['a lot made tomorrow', [], produce(ten, { manufacturedOn: '2026-11-03' }), 'command/time'],
    ['a lot that expires as it is made', [], produce(ten, { expiresOn: '2026-03-01' }), 'lot/contradicts'],
    [
      'a part with other dates',
      [produce(ten, { declaredQuantity: 20 })],
      produce(ten, { manufacturedOn: '2026-03-02' }),
      'lot/contradicts',
    ],
    ['more of a closed lot', [produce(ten)], produce(ten), 'lot/closed'],
    ['more than was declared', [produce(ten, { declaredQuantity: 15 })], produce(ten), 'lot/over-declared'],
    ['more than is declared at once', [], produce(ten, { declaredQuantity: 9 }), 'lot/over-declared'],
    [
      'a count of what has serial numbers',
      [],
      produce({ gtin: bySerial, lot: 'L1', quantity: 2 }),
      'device/serial-missing',
    ],
    [
      'serial numbers of what is counted',
      [],
      produce({ gtin: byLot, lot: 'L1', serials: ['A'] }),
      'device/serial-needless',
    ],
    ['one serial number twice', [], produce({ ...units, serials: ['A', 'A'] }), 'device/serial-repeated'],
    ['a serial number of another lot', made, produce({ ...other, serials: ['A'] }), 'lot/serial-exists'],
    ['release by another', [produce(ten)], release(ten, 'hospitalA'), 'lot/not-yours'],
    ['release of what nobody made', [], release(ten), 'lot/not-yours'],
    ['release of an open lot', [produce(ten, { declaredQuantity: 20 })], release(ten), 'lot/open'],
    ['a second release', made, release(ten), 'lot/released'],
    [
      'release of what was made unregistered',
      [produce(ten, { manufacturedOn: '2020-12-31' })],
      release(ten),
      'lot/not-registered',
    ],
    ['a hold by a holder', stocked, hold(ten, 'hospitalA'), 'lot/not-yours'],
    ['lifting what does not stand', made, lift(ten, 'hold-0'), 'lot/held-not'],
    ['supply before release', [produce(ten)], send(ten), 'stock/not-released'],
    ['supply of an expired lot', [produce(ten, expired), release(ten)], send(ten), 'stock/expired'],
    ['supply of a lot on hold', [...made, hold(ten)], send(ten), 'stock/on-hold'],
    ['supply of a recalled lot', [...made, recall(ten)], send(ten), 'stock/recalled'],
    ['a loan of a recalled lot', [...made, recall(ten)], send(ten, { purpose: 'loan' }), 'stock/recalled'],
    ['more than there is', made, send({ ...ten, quantity: 11 }), 'stock/not-there'],
    ['supply out of quarantine', made, send(ten, { condition: 'quarantined' }), 'stock/not-there'],
    ['shipment to oneself', made, send(ten, { to: 'maker' }), 'shipment/receiver'],
    [
      'return of a recalled lot elsewhere',
      [...stocked, recall(ten, 'maker')],
      send(ten, { by: 'hospitalA', to: 'hospitalB', purpose: 'return' }),
      'shipment/returns-to',
    ],
    [
      'return of a recalled lot that names no address',
      [...stocked, recall(ten)],
      send(ten, { by: 'hospitalA', to: 'maker', purpose: 'return' }),
      'shipment/returns-to',
    ],
    [
      'return of a held lot past its maker',
      [...stocked, hold(ten)],
      send(ten, { by: 'hospitalA', to: 'distributor', purpose: 'return' }),
      'shipment/returns-to',
    ],
    ['receipt by another', sent, take([ten], [], 'hospitalB'), 'not-found'],
    ['receipt of what has all arrived', arrived, take([ten]), 'shipment/closed'],
    [
      'receipt of a unit that is here',
      [...made, send(units), take([units]), send(four)],
      take([units]),
      'receipt/already-here',
    ],
    ['one unit intact and damaged', [...made, send(units)], take([units], [units]), 'device/serial-repeated'],
    ['acceptance of what did not arrive', sent, judge(ten), 'acceptance/not-received'],
    ['acceptance of what is not there', arrived, judge({ ...ten, quantity: 11 }), 'stock/not-there'],
    ['acceptance of a recalled lot', [...arrived, recall(ten)], judge(ten), 'stock/recalled'],
    ['acceptance without its facts', arrived, judge(ten, 'qualified', false), 'stock/facts-missing'],
    ['a move of a recalled lot', [...stocked, recall(ten)], issue(ten), 'stock/recalled'],
    ['a move of what is not there', stocked, issue({ ...ten, quantity: 11 }), 'stock/not-there'],
    ['a move to where it is', stocked, issue(ten, 'available', 'hospitalA-theatre'), 'request/invalid'],
    [
      'a mislabelled unit on its way',
      [...made, produce(other), release(other), send(units), take([units]), judge(units)],
      issue({ ...other, serials: ['A'] }),
      'stock/identity-mismatch',
    ],
    [
      'release from quarantine under a recall',
      [...stocked, isolate(ten), recall(ten)],
      free(ten),
      'stock/recalled',
    ],
    [
      'destruction before nobody else',
      stocked,
      scrap(ten, 'available', 'person-of-hospitalA'),
      'people/witness',
    ],
    ['destruction of what was destroyed', [...stocked, scrap(ten)], scrap(ten), 'stock/not-there'],
    ['correction of a shipment', sent, undo, 'correction/impossible'],
  ];
  for (const [name, before, doing, code] of refusals) {
    it(`refuse: ${name}`, () => {
      const outcome = doing(booksAfter(before));
      expect(outcome).to.deep.include({ kind: 'refused', code });
    });
  }

  const outcomes: readonly [string, readonly Doing[], (books: Books) => unknown, unknown][] = [
    [
      'a lot in two parts is closed when it is whole',
      [produce(four, { declaredQuantity: 8 }), produce(four)],
      (books) => books.lots.get(lotId(ten))?.closed,
      true,
    ],
    [
      'a lifted hold lets things go again',
      [...made, hold(ten), lift(ten), send(ten)],
      (books) => last(books)?.lines[0]?.quantity,
      10,
    ],
    [
      'what is intact awaits acceptance, what is damaged is quarantined',
      [...sent, take([{ ...ten, quantity: 5 }], [four])],
      (books) => [
        held(books, 'hospitalA', 'awaiting-acceptance'),
        held(books, 'hospitalA', 'quarantined'),
        last(books)?.state,
      ],
      [5, 4, 'open'],
    ],
    [
      'what was recalled on its way lands in quarantine',
      [...sent, recall(ten), take([ten])],
      (books) => held(books, 'hospitalA', 'quarantined'),
      10,
    ],
    [
      'a recall of one unit leaves the other',
      [
        ...made,
        send(units),
        (books) => {
          books.restrict(units, { serials: ['A'] });
          return { kind: 'facts', answer: {} };
        },
        take([units]),
      ],
      (books) => [
        held(books, 'hospitalA', 'quarantined', units),
        held(books, 'hospitalA', 'awaiting-acceptance', units),
      ],
      [1, 1],
    ],
    [
      'what is rejected is kept apart',
      [...arrived, judge(ten, 'unqualified')],
      (books) => held(books, 'hospitalA', 'rejected'),
      10,
    ],
    [
      'what comes out of quarantine awaits acceptance',
      [...stocked, isolate(ten), free(ten)],
      (books) => held(books, 'hospitalA', 'awaiting-acceptance'),
      10,
    ],
    [
      'a recalled lot goes to quarantine and to destruction',
      [...stocked, recall(ten), isolate(ten), scrap(ten, 'quarantined')],
      (books) => quantityIn(books.holdings.get(holdingId('hospitalA', ten)), 'destroyed'),
      10,
    ],
    [
      'a recalled lot goes back to the address named',
      [
        ...stocked,
        recall(ten, 'maker'),
        isolate(ten),
        send(ten, { by: 'hospitalA', to: 'maker', purpose: 'return', condition: 'quarantined' }),
      ],
      (books) => last(books)?.to,
      'maker',
    ],
    [
      'an expired lot may go back',
      [produce(ten, expired), release(ten), send(ten, { purpose: 'return' })],
      (books) => last(books)?.purpose,
      'return',
    ],
    [
      'taking a quarantine back does not make a recalled lot available',
      [...stocked, isolate(ten), recall(ten), undo],
      (books) => held(books, 'hospitalA', 'quarantined'),
      10,
    ],
    [
      'taking a destruction back does not make a recalled lot available',
      [...stocked, scrap(ten), recall(ten), undo],
      (books) => held(books, 'hospitalA', 'quarantined'),
      10,
    ],
  ];
  for (const [name, doings, look, expected] of outcomes) {
    it(name, () => {
      const books = booksAfter(doings);
      expect(look(books)).to.deep.equal(expected);
      expect([...books.sums().values()].filter((sum) => sum !== 0)).to.deep.equal([]);
    });
  }
});
