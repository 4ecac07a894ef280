/**
 * The pure decisions on books in memory, told the commands of command.ts: what the model is compared with where there
 * is no database. What only the database layer knows is kept here too: versions of holdings, fences, units let go.
 */
import type { Write } from '../../src/database/write.ts';
import { accept } from '../../src/inventory/accept.ts';
import { assess } from '../../src/inventory/assess.ts';
import { Bench } from '../../src/inventory/bench.ts';
import { answerCheck, checksCollection, type StoredCheck } from '../../src/inventory/check.ts';
import { closeShipment } from '../../src/inventory/close-shipment.ts';
import type { StockCommand } from '../../src/inventory/command.ts';
import { correct, type LoadedRight, type RightFacts } from '../../src/inventory/correct.ts';
import { holdLot, liftHold, releaseLot } from '../../src/inventory/lot-standing.ts';
import { produceLot } from '../../src/inventory/produce-lot.ts';
import { receive } from '../../src/inventory/receive.ts';
import { recordUse } from '../../src/inventory/record-use.ts';
import { destroy, move, quarantine, releaseQuarantine } from '../../src/inventory/relocate.ts';
import { ship } from '../../src/inventory/ship.ts';
import type { Stock } from '../../src/inventory/stock.ts';
import { decideRecall, decideWidening } from '../../src/recalls/decide.ts';
import { organisationsInMemory } from '../support/stock-facts.ts';
import { actorOf, nothing } from '../support/stock-play.ts';
import { answerTo } from './answers.ts';
import {
  type Act,
  type Command,
  type Correctable,
  datesOf,
  declaredQuantity,
  type Kind,
  type Organisation,
  type Outcome,
  type Place,
} from './command.ts';
import { gtinOf, HistoryBooks, lineOf, productOf, scopeItem } from './history-books.ts';
import type { Listed } from './model/model.ts';

type Of<K extends Kind> = Extract<Act, { kind: K }>;

/** A command, bound to what it loads beside the stock. */
interface Bound {
  readonly facts: LoadedRight['facts'];
  run(): { readonly refused: string } | { readonly answer: object };
}

const noPatients = { prepareUse: async () => ({ writes: [], conflict: false }) };
const commandId = 'command';

function placeOf(organisation: Organisation, place: Place): string {
  return `${organisation}-${place === 0 ? 'store' : 'theatre'}`;
}

export class InMemoryService {
  readonly books = new HistoryBooks();
  private readonly checks = new Map<string, StoredCheck>();
  /** Real ids by command: of events, which also name shipments and holds. */
  private readonly events = new Map<string, string>();

  /** @throws what is no refusal: a fault */
  perform(command: Command): Outcome {
    const before = this.books.events.length;
    const outcome = this.run(command);
    const [first] = this.books.events.slice(before);
    if (first !== undefined) {
      this.events.set(command.id, first.id);
      this.books.follow(command.id, before);
    }
    return outcome;
  }

  list(recall: string): Listed[] {
    return this.books.list(recall);
  }

  private run(command: Command): Outcome {
    try {
      if (command.kind === 'check') return { accepted: this.check(command) };
      if (command.kind === 'recall' || command.kind === 'widen') return this.recall(command);
      const bound = command.kind === 'correct' ? this.correction(command) : this.bound(command.by, command);
      const done = bound.run();
      return 'refused' in done ? done : { accepted: answerTo(command, done.answer, productOf) };
    } catch (error) {
      return { refused: codeOf(error) };
    }
  }

  private bind<Input, State extends { readonly stock: Stock }, Answer extends object>(
    by: Organisation,
    command: Pick<StockCommand<Input, State, Answer>, 'facts'>,
    input: Input,
    state: Omit<State, 'stock'>,
  ): Bound {
    return {
      facts: ({ stock }, bench, actor, context) =>
        command.facts(input, { ...state, stock } as State, bench, actor, context),
      run: () => {
        const decided = this.books.run(command, input, state, actorOf(by));
        if (decided.kind === 'facts') this.spend(decided.writes ?? []);
        return decided.kind === 'refused' ? { refused: decided.code } : { answer: decided.answer };
      },
    };
  }

  private bound(
    by: Organisation,
    act: Exclude<Act, { kind: 'correct' | 'check' | 'recall' | 'widen' }>,
    correcting?: string,
  ): Bound {
    const { books } = this;
    switch (act.kind) {
      case 'produce':
        return this.producing(by, act);
      case 'release':
        return this.bind(by, releaseLot, { commandId, ...lotOf(act) }, {});
      case 'hold': {
        const narrow = act.serials === undefined ? {} : { serials: [...act.serials] };
        const input = { commandId, ...lotOf(act), ...narrow, reason: 'x', reasonText: nothing };
        return this.bind(by, holdLot, input, {});
      }
      case 'lift': {
        const input = {
          commandId,
          ...lotOf(act),
          hold: this.idOf(act.hold),
          reason: 'x',
          reasonText: nothing,
        };
        return this.bind(by, liftHold, input, {});
      }
      case 'ship': {
        const { to, purpose, basis, condition } = act;
        const receiver = { id: to, kind: organisationsInMemory[to].kind, active: true };
        const input = { commandId, from: placeOf(by, act.place), to, purpose, basis, condition, receiver };
        const loads = books.loads(act.lines.map(lineOf));
        return this.bind(by, ship, { ...input, papersNumber: nothing, lines: [] }, { loads });
      }
      case 'close': {
        const id = this.idOf(act.shipment);
        const units = [...books.units.values()].filter(
          ({ at }) => at.account === `transit/${id}` && at.organisation === by,
        );
        const input = { commandId, reason: 'x', reasonText: nothing, shipment: id };
        return this.bind(by, closeShipment, input, { shipment: books.shipments.get(id), units });
      }
      default:
        return this.correctable(by, act, correcting);
    }
  }

  private producing(by: Organisation, act: Of<'produce'>): Bound {
    const { gtin, lot } = lotOf(act);
    const { count, serials } = act;
    const part = serials === undefined ? { quantity: count } : { serials: [...serials] };
    const declared = { declaredQuantity: declaredQuantity(act.product) };
    const input = {
      commandId,
      gtin,
      lot,
      place: placeOf(by, 0),
      parts: [part],
      ...datesOf(act.lot),
      ...declared,
    };
    const state = {
      product: this.books.products.get(gtin),
      lot: this.books.lots.get(`${gtin}/${lot}`),
      made: this.books.made(gtin),
    };
    return this.bind(by, produceLot, input, state);
  }

  private correctable(by: Organisation, act: Correctable, correcting: string | undefined): Bound {
    const { books } = this;
    const input = { commandId, lines: [], reasonText: nothing };
    switch (act.kind) {
      case 'receive': {
        const shipment = books.shipments.get(this.idOf(act.shipment));
        const place = placeOf(by, act.place);
        const facts = { ...input, shipment: shipment?.id ?? '', place, damaged: [] };
        const state = {
          shipment,
          intact: books.loads(act.intact.map(lineOf)),
          damaged: books.loads(act.damaged.map(lineOf)),
        };
        return this.bind(
          by,
          receive,
          { ...facts, ...(correcting === undefined ? {} : { correcting: true }) },
          state,
        );
      }
      case 'accept': {
        const id = act.shipment === undefined ? undefined : this.idOf(act.shipment);
        const conclusion = act.qualified ? ('qualified' as const) : ('unqualified' as const);
        const organisations = new Map(Object.entries(organisationsInMemory));
        const facts = { ...input, place: placeOf(by, act.place), conclusion, organisations, shipment: id };
        const loads = books.loads([lineOf(act.line)]);
        const received = books.isReceived(id ?? '', loads[0]);
        const state = { shipment: books.shipments.get(id ?? ''), loads, received };
        return this.bind(by, accept, facts, state);
      }
      case 'move': {
        const [from, to] = [placeOf(by, act.from), placeOf(by, act.to)];
        const loads = books.loads(act.lines.map(lineOf));
        return this.bind(by, move, { ...input, from, to, condition: act.condition }, { loads });
      }
      case 'use':
        return this.use(by, act, correcting);
      default: {
        const place = placeOf(by, act.place);
        const loads = { loads: books.loads(act.lines.map(lineOf)) };
        if (act.kind === 'unquarantine') return this.bind(by, releaseQuarantine, { ...input, place }, loads);
        if (act.kind === 'quarantine') {
          return this.bind(by, quarantine, { ...input, place, condition: act.condition }, loads);
        }
        const witnessed = { ...input, place, condition: act.condition, method: 'x', witness: 'another' };
        return this.bind(by, destroy, witnessed, loads);
      }
    }
  }

  private use(by: Organisation, act: Of<'use'>, correcting: string | undefined): Bound {
    const lines = this.books.resolve(act.devices.map(deviceLine));
    const devices = lines.map((line, index) => {
      const check = act.devices[index]?.check;
      const named = check === undefined ? {} : { check: `${check.of}#${check.device}` };
      return { line, implanted: false, pseudonym: `${this.books.events.length}-${index}`, ...named };
    });
    const input = {
      commandId,
      happenedAt: new Date(this.books.now).toISOString(),
      place: placeOf(by, act.place),
      procedure: 'PPS',
      surgeon: 'surgeon',
      patient: {},
      devices,
      preUseCheck: true,
      ...(correcting === undefined ? {} : { correcting }),
    };
    const checks = this.checksOf(by);
    const state = { lines, checks, patientWrites: [], identityConflict: false };
    return this.bind(by, recordUse(noPatients), input, state);
  }

  private checksOf(by: Organisation): Map<string, StoredCheck> {
    return new Map([...this.checks].filter(([, { organisation }]) => organisation === by));
  }

  /** What a command writes beside its events: which checks it has spent, or given back. */
  private spend(writes: readonly Write[]): void {
    for (const write of writes) {
      if (write.collection !== checksCollection || 'insert' in write) continue;
      const check = this.checks.get(write.filter._id);
      if (check === undefined) throw new Error('no such check');
      const { usedBy: _before, ...rest } = check;
      this.checks.set(check._id, { ...rest, ...write.update.$set });
    }
  }

  /** As checkDevices does on a snapshot. */
  private check({ id, by, place, devices }: Command & Of<'check'>): Readonly<Record<string, unknown>> {
    const { books } = this;
    const { stock } = books;
    const bench = new Bench(stock);
    const day = '2026-11-02';
    const results = devices.map((device, index) => {
      const [line] = books.resolve([deviceLine(device)]);
      if (line === undefined) throw new Error('a device without its line');
      const [serial] = line.serials;
      const { gtin, lot } = line;
      const inHand = { gtin, lot, label: {}, ...(serial === undefined ? {} : { serial }) };
      const found = assess(bench, inHand, { organisation: by, place: placeOf(by, place), day });
      const check = `${id}#${index}`;
      const { verdict, reasons, warnings } = answerCheck(check, inHand, found, stock, { day, held: true });
      if (serial === undefined && found.source !== undefined) {
        bench.move({ ...found.lot, quantity: 1 }, found.source, { organisation: by, account: 'consumed' });
      }
      const facts = { place: placeOf(by, place), gtin, lot, ...(serial === undefined ? {} : { serial }) };
      const kept = { _id: check, organisation: by, actor: 'nurse', ...facts, verdict, findings: [] };
      const checkedAt = new Date(books.now).toISOString();
      this.checks.set(check, { ...kept, restrictions: [], checkedAt });
      return { blocks: [...new Set(reasons.map(({ code }) => code))], warns: warnings.length };
    });
    return { results };
  }

  private correction({ by, event, right }: Command & Of<'correct'>): Bound {
    const { books } = this;
    const id = this.idOf(event);
    const wrong = books.events.find((one) => one.id === id);
    const bound = right && this.bound(by, right, id);
    const loaded: LoadedRight | undefined = bound && { stock: books.stock, facts: bound.facts };
    const facts: RightFacts | undefined = right &&
      loaded && { types: typesOf[right.kind], load: async () => loaded };
    const input = { commandId, event: id, reasonText: nothing, right: facts, mayUndo: () => true };
    return this.bind(by, correct, input, {
      wrong,
      checks: this.checksOf(by),
      already: books.corrected.has(id),
      right: loaded,
    });
  }

  private recall(command: Command & Of<'recall' | 'widen'>): Outcome {
    const { books } = this;
    const { by } = command;
    const scope = command.scope.map(scopeItem);
    const text = { commitment: nothing, write: { collection: 'texts', insert: {} } };
    const recordTime = new Date(books.now).toISOString();
    const open = scope.filter(({ lot }) => lot === undefined).map(({ gtin }) => gtin);
    const state = {
      registrants: new Map([...books.products].map(([gtin, { organisation }]) => [gtin, organisation])),
      lotsOfOpenProducts: [...books.lots.values()].filter(({ gtin }) => open.includes(gtin)),
      recordTime,
      numbers: [],
    };
    const decided =
      command.kind === 'widen'
        ? decideWidening(
            { organisation: by, scope, reason: text },
            { ...state, recall: books.recalls.get(command.recall) },
          )
        : decideRecall(
            {
              recall: command.id,
              organisation: by,
              class: 'I',
              basis: 'voluntary',
              measures: ['warning'],
              scope,
              reason: text,
              instructions: text,
              ...(command.returns ? { returnTo: { organisation: by, place: placeOf(by, 0) } } : {}),
            },
            { ...state, returnPlace: { organisation: by, active: true } },
          );
    if (decided.kind === 'refused') return { refused: decided.code };
    for (const event of decided.events) books.takeEffect(event, by);
    return { accepted: {} };
  }

  private idOf(command: string): string {
    return this.events.get(command) ?? command;
  }
}

const typesOf = {
  receive: ['received'],
  accept: ['accepted', 'rejected'],
  move: ['moved'],
  quarantine: ['quarantined'],
  unquarantine: ['quarantineReleased'],
  destroy: ['destroyed'],
  use: ['used'],
} as const satisfies Record<Correctable['kind'], RightFacts['types']>;

function lotOf({ product, lot }: Of<'release' | 'hold' | 'lift' | 'produce'>) {
  return { gtin: gtinOf[product], lot };
}

function deviceLine({ product, lot, serial }: Of<'use'>['devices'][number]) {
  const facts = { gtin: gtinOf[product], lot };
  return serial === undefined ? { ...facts, quantity: 1 } : { ...facts, serials: [serial] };
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}
