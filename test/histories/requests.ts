/** Commands as requests to the service: paths, bodies, and who sends them. */
import { checkDigit } from '../../src/identifiers/check-digit.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { dilator, implant, members, stapler } from '../support/world-facts.ts';
import type { CallerName } from '../support/world-people.ts';
import {
  type Command,
  type Correctable,
  type Device,
  datesOf,
  declaredQuantity,
  type Line,
  type Organisation,
  type Product,
  products,
  type Scope,
} from './command.ts';
import { placeId, type Stage } from './stage.ts';

export interface Sent {
  readonly caller: CallerName;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The goods of one history: products of its own, so that histories in one database do not meet. */
export class Goods {
  readonly gtins: Readonly<Record<Product, string>>;

  private constructor(gtins: Readonly<Record<Product, string>>) {
    this.gtins = gtins;
  }

  static async register({ db }: TestDatabase, history: number): Promise<Goods> {
    const [counted, unit, reusable, unknown] = [1, 2, 3, 4].map((which) => {
      const digits = `0695${(history * 4 + which).toString().padStart(9, '0')}`;
      return `${digits}${checkDigit(digits)}`;
    }) as [string, string, string, string];
    const like: [string, string][] = [
      [counted, stapler],
      [unit, implant],
      [reusable, dilator],
    ];
    for (const [gtin, model] of like) {
      const known = await db.collection<{ _id: string }>('products').findOne({ _id: model });
      if (known === null) throw new Error(`no product ${model}`);
      await db
        .collection<{ _id: string }>('products')
        .insertOne({ ...known, packaging: [], _id: gtin } as { _id: string });
      await db.collection<{ _id: string; product: string }>('gtins').insertOne({ _id: gtin, product: gtin });
    }
    return new Goods({ counted, unit, reusable, unknown });
  }

  productOf(gtin: string): Product {
    const found = products.find((product) => this.gtins[product] === gtin);
    if (found === undefined) throw new Error(`no product ${gtin} in this history`);
    return found;
  }

  /** @param idOf the real id of what a command made */
  request(stage: Stage, command: Command, idOf: (command: string, device?: number) => string): Sent {
    const { id: commandId, by } = command;
    const caller = callerOf(command);
    const lotPath = (of: { product: Product; lot: string }, rest: string) =>
      `/api/v1/lots/${this.gtins[of.product]}/${of.lot}/${rest}`;
    const reason = '测试';
    switch (command.kind) {
      case 'produce': {
        const { product, lot, count, serials } = command;
        const part = serials === undefined ? { quantity: count } : { serials };
        const facts = { ...datesOf(lot), declaredQuantity: declaredQuantity(product) };
        const body = { gtin: this.gtins[product], lot, place: placeId(by, 0), parts: [part], ...facts };
        return { caller, path: '/api/v1/lots', body: { commandId, ...body } };
      }
      case 'release':
        return { caller, path: lotPath(command, 'release'), body: { commandId } };
      case 'hold': {
        const narrow = command.serials === undefined ? {} : { serials: command.serials };
        return { caller, path: lotPath(command, 'holds'), body: { commandId, reason, ...narrow } };
      }
      case 'lift': {
        const path = lotPath(command, `holds/${idOf(command.hold)}/lifting`);
        return { caller, path, body: { commandId, reason } };
      }
      case 'ship': {
        const { to, purpose, basis, condition, place, lines } = command;
        const facts = { from: placeId(by, place), to: members[to].id, purpose, basis, condition };
        const body = { commandId, ...facts, lines: this.lines(lines), papers: 'SX-1' };
        return { caller, path: '/api/v1/shipments', body };
      }
      case 'close': {
        const path = `/api/v1/shipments/${idOf(command.shipment)}/closing`;
        return { caller, path, body: { commandId, reason } };
      }
      case 'check': {
        const devices = command.devices.map((device) => this.device(device));
        return { caller, path: '/api/v1/checks', body: { place: placeId(by, command.place), devices } };
      }
      case 'recall': {
        const words = { zh: '吻合钉成形不良', en: 'Staples do not form' };
        const facts = { class: 'I', basis: 'voluntary', measures: ['taking-back'] };
        const to = command.returns
          ? { returnTo: { organisation: members[by].id, place: placeId(by, 0) } }
          : {};
        const body = {
          commandId,
          ...facts,
          reason: words,
          instructions: words,
          scope: this.scope(command.scope),
        };
        return { caller, path: '/api/v1/recalls', body: { ...body, ...to } };
      }
      case 'widen': {
        const words = { zh: '扩大', en: 'Widened' };
        const path = `/api/v1/recalls/${idOf(command.recall)}/widening`;
        return { caller, path, body: { commandId, scope: this.scope(command.scope), reason: words } };
      }
      case 'correct': {
        const { right, event } = command;
        const path = `/api/v1/events/${idOf(event)}/correction`;
        if (right === undefined) return { caller, path, body: { commandId, reason } };
        const { happenedAt: _happenedAt, ...facts } = this.correctable(
          stage,
          by,
          right,
          idOf,
          commandId,
        ).body;
        const stated = { ...facts, type: typeOf[right.kind] };
        return { caller, path, body: { commandId, reason, right: stated } };
      }
      default: {
        const { path, body } = this.correctable(stage, by, command, idOf, commandId);
        return { caller, path, body: { commandId, ...body } };
      }
    }
  }

  private correctable(
    stage: Stage,
    by: Organisation,
    act: Correctable,
    idOf: (command: string, device?: number) => string,
    commandId: string,
  ): Pick<Sent, 'path' | 'body'> {
    const reason = '测试';
    switch (act.kind) {
      case 'receive': {
        const [lines, damaged] = [this.lines(act.intact), this.lines(act.damaged)];
        const body = { shipment: idOf(act.shipment), place: placeId(by, act.place), lines, damaged };
        return { path: '/api/v1/receipts', body };
      }
      case 'accept': {
        const from = act.shipment === undefined ? {} : { shipment: idOf(act.shipment) };
        const said = act.qualified ? { conclusion: 'qualified' } : { conclusion: 'unqualified', reason };
        const body = { place: placeId(by, act.place), lines: this.lines([act.line]), ...from, ...said };
        return { path: '/api/v1/acceptances', body };
      }
      case 'move': {
        const [from, to] = [placeId(by, act.from), placeId(by, act.to)];
        return {
          path: '/api/v1/moves',
          body: { from, to, condition: act.condition, lines: this.lines(act.lines) },
        };
      }
      case 'use': {
        const { surgeonA, surgeonB } = stage.people;
        const devices = act.devices.map((device) => ({
          device: this.device(device),
          implanted: false,
          ...(device.check === undefined ? {} : { check: idOf(device.check.of, device.check.device) }),
        }));
        const body = {
          happenedAt: stage.now(),
          place: placeId(by, act.place),
          procedure: 'PPS',
          surgeon: by === 'hospitalA' ? surgeonA : surgeonB,
          patient: { inpatientNumber: `ZY-${commandId.slice(-4)}`, name: '测试' },
          devices,
          preUseCheck: true,
        };
        return { path: '/api/v1/uses', body };
      }
      case 'quarantine':
      case 'unquarantine':
      case 'destroy': {
        const facts = { place: placeId(by, act.place), lines: this.lines(act.lines), reason };
        if (act.kind === 'unquarantine') return { path: '/api/v1/quarantine-releases', body: facts };
        const body = { ...facts, condition: act.condition };
        if (act.kind === 'quarantine') return { path: '/api/v1/quarantines', body };
        const witness = witnessOf(stage, by);
        return { path: '/api/v1/destructions', body: { ...body, method: '焚烧', witness } };
      }
      default: {
        const impossible: never = act;
        throw new Error(JSON.stringify(impossible));
      }
    }
  }

  private lines(lines: readonly Line[]) {
    return lines.map(({ product, lot, count, serials }) => ({
      gtin: this.gtins[product],
      lot,
      ...(serials === undefined ? { quantity: count } : { serials }),
    }));
  }

  private device({ product, lot, serial }: Device) {
    const facts = { gtin: this.gtins[product], lot };
    return serial === undefined ? { ...facts, quantity: 1 } : { ...facts, serials: [serial] };
  }

  private scope(scope: readonly Scope[]) {
    return scope.map(({ product, ...rest }) => ({ gtin: this.gtins[product], ...rest }));
  }
}

const typeOf: Readonly<Record<Correctable['kind'], string>> = {
  receive: 'received',
  accept: 'accepted',
  move: 'moved',
  quarantine: 'quarantined',
  unquarantine: 'quarantineReleased',
  destroy: 'destroyed',
  use: 'used',
};

function callerOf({ by, seat }: Pick<Command, 'by' | 'seat'>): CallerName {
  switch (by) {
    case 'maker':
      return 'quality';
    case 'distributor':
      return 'trader';
    case 'hospitalA':
      return seat === 'nurse' ? 'nurseA' : 'keeperA';
    case 'hospitalB':
      return seat === 'nurse' ? 'nurseB' : 'keeperB';
    default: {
      const impossible: never = by;
      throw new Error(impossible);
    }
  }
}

/** Who keeps the books of an organisation, and reads them. */
export function keeperOf(by: Organisation): CallerName {
  return callerOf({ by, seat: 'keeper' });
}

/** Somebody else of the same organisation. */
function witnessOf({ people, witnessTrader }: Stage, by: Organisation): string {
  if (by === 'maker') return people.witnessMaker;
  if (by === 'hospitalA') return people.witnessA;
  return by === 'hospitalB' ? people.nurseB : witnessTrader;
}
