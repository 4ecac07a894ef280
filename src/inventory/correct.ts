/**
 * Corrections (law 1). A correction names the wrong event and gives the reason; its transfers are the difference
 * between what was written and what is right. Where the goods have moved on, the shortfall is drawn from
 * `unexplained` and flagged. The wrong event stays readable, and its uses stay in exposure lists, marked.
 */
import { type AccountRef, accountParts, placeAccount } from '../ledger/account.ts';
import { type DecisionContext, type Refusal, refuse } from '../ledger/decision.ts';
import {
  type AnyEvent,
  type Commitment,
  type LotKey,
  lotsOf,
  type Transfer,
  type Use,
} from '../ledger/event.ts';
import type { CorrectableType, EventDetails } from '../ledger/event-details.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { type Title, titleKey } from '../ledger/title.ts';
import { Bench, sameAccount } from './bench.ts';
import { giveChecksBack, readChecks, type StoredCheck } from './check.ts';
import type { Accepting, Actor, CommandBody, StockCommand } from './command.ts';
import { loadStock, restrictionsOnThings, type Stock } from './stock.ts';

const correctable: readonly string[] = [
  'received',
  'accepted',
  'rejected',
  'moved',
  'quarantined',
  'quarantineReleased',
  'used',
  'destroyed',
] satisfies CorrectableType[];

/** The right facts, bound to the command that would have written them. */
export interface RightFacts {
  /** Types of event that the command writes; the corrected event must be of one of them. */
  readonly types: readonly CorrectableType[];
  load(snapshot: Snapshot, actor: Actor): Promise<LoadedRight>;
}

/** Right facts with what they need to know, as one snapshot has it. */
export interface LoadedRight {
  readonly stock: Stock;
  /** Pure. @param state the stock to decide on: as it is once the wrong event is undone */
  facts(
    state: { readonly stock: Stock },
    bench: Bench,
    actor: Actor,
    context: DecisionContext,
  ): Accepting<object> | Refusal;
}

/** Binds a command and its input as right facts. */
export function rightFacts<Input, State extends { readonly stock: Stock }, Answer extends object>(
  types: readonly CorrectableType[],
  command: StockCommand<Input, State, Answer>,
  input: Input,
): RightFacts {
  return {
    types,
    async load(snapshot, loader) {
      const loaded = await command.load(snapshot, loader, input);
      return {
        stock: loaded.stock,
        facts: ({ stock }, bench, actor, context) =>
          command.facts(input, { ...loaded, stock }, bench, actor, context),
      };
    },
  };
}

export interface CorrectInput extends CommandBody {
  readonly event: string;
  readonly reasonText: Commitment;
  /** Without it, the event did not happen. */
  readonly right?: RightFacts | undefined;
  /** Whether the caller may take back what an event of this type did. */
  readonly mayUndo: (type: CorrectableType) => boolean;
}

interface CorrectState {
  readonly stock: Stock;
  /** Those that the wrong uses were recorded with. */
  readonly checks: ReadonlyMap<string, StoredCheck>;
  readonly wrong: AnyEvent | undefined;
  readonly already: boolean;
  /** Absent where the event did not happen. */
  readonly right: LoadedRight | undefined;
}

export interface CorrectedAnswer {
  readonly corrects: string;
  readonly replaced: boolean;
  /** Units that had moved on. */
  readonly shortfall: number;
  /** What the right facts answer, as if they had been sent at first. */
  readonly right?: Readonly<Record<string, unknown>>;
}

export const correct: StockCommand<CorrectInput, CorrectState, CorrectedAnswer> = {
  async load(snapshot, actor, input) {
    const wrong = await snapshot.event(input.event);
    const already = (await snapshot.correctionOf(input.event)) !== undefined;
    const transfers = wrong === undefined ? [] : effectiveTransfers(wrong);
    const organisations = new Set([
      actor.organisation,
      ...transfers.flatMap(({ from, to }) => [from.organisation, to.organisation]),
    ]);
    const stock = await loadStock(snapshot, [...organisations], transfers);
    const named = (wrong?.uses ?? []).flatMap(({ check }) => check ?? []);
    const checks = await readChecks(snapshot, actor.organisation, named);
    const right = await input.right?.load(snapshot, actor);
    return { wrong, already, checks, right, stock: right === undefined ? stock : merged(stock, right.stock) };
  },

  facts(input, { stock, wrong, already, checks, right: loaded }, bench, actor, context) {
    if (wrong === undefined || wrong.organisation !== actor.organisation) {
      return refuse('correction/not-yours', { event: input.event });
    }
    if (already) return refuse('correction/already', { event: input.event });
    const type = correctableType(wrong);
    if (type === undefined) return refuse('correction/impossible', { type: wrong.type });
    if (input.right !== undefined && !input.right.types.includes(type)) {
      return refuse('correction/other-kind', { type });
    }
    if (!input.mayUndo(type)) return refuse('access/forbidden', { type });
    const before = effectiveTransfers(wrong);
    const right = rightAfterUndoing(before, wrong.uses, loaded, stock, actor, context);
    if (right?.kind === 'refused') return right;
    const rightEvent = right?.events[0];
    const effective = rightEvent?.transfers ?? [];
    const shortfall = layDifference(bench, before, effective);
    nameUnits(bench, wrong.uses, rightEvent?.uses ?? [], actor);
    return {
      kind: 'facts',
      events: [
        {
          type: 'corrected',
          step: 'correcting',
          transfers: bench.take(),
          uses: rightEvent?.uses ?? [],
          about: lotsOf(wrong),
          ...(rightEvent?.place === undefined ? {} : { place: rightEvent.place }),
          documents: rightEvent?.documents ?? [],
          corrects: wrong.id,
          details: {
            correctedType: type,
            reason: input.reasonText,
            replaced: rightEvent !== undefined,
            ...(rightEvent === undefined ? {} : { right: { [type]: rightEvent.details } }),
            effective,
            voidedUses: wrong.uses.map(voided),
            shortfall,
          },
        },
        // A right receipt of all that was in transit closes its shipment, as it would have at first.
        ...(right?.events.slice(1) ?? []),
      ],
      answer: {
        corrects: wrong.id,
        replaced: rightEvent !== undefined,
        shortfall,
        ...(right === undefined ? {} : { right: { ...right.answer } }),
      },
      // Given back first: a right use may be of the same device, and spends its check anew.
      writes: [...giveChecksBack(checks.values(), wrong.id), ...(right?.writes ?? [])],
    };
  },
};

/** A correction can itself be corrected: it stands for the type that it corrected. */
function correctableType(event: AnyEvent): CorrectableType | undefined {
  if (event.type === 'corrected') return event.details.correctedType;
  return correctable.includes(event.type) ? (event.type as CorrectableType) : undefined;
}

/** @returns what the event's transfers come to now. */
function effectiveTransfers(event: AnyEvent): readonly Transfer[] {
  return event.type === 'corrected' ? event.details.effective : event.transfers;
}

function voided({ pseudonym, gtin, issuer, serial }: Use): EventDetails['corrected']['voidedUses'][number] {
  return {
    pseudonym,
    gtin,
    ...(issuer === undefined ? {} : { issuer }),
    ...(serial === undefined ? {} : { serial }),
  };
}

/** Decides the right facts on a bench on which the wrong event never happened. */
function rightAfterUndoing(
  before: readonly Transfer[],
  uses: readonly Use[],
  right: LoadedRight | undefined,
  stock: Stock,
  actor: Actor,
  context: DecisionContext,
): Accepting<object> | Refusal | undefined {
  if (right === undefined) return undefined;
  const undone = new Bench(stock);
  for (const transfer of before) undo(undone, transfer, transfer.from);
  for (const use of uses) undone.countUse(use, -1);
  undone.take();
  return right.facts({ stock }, undone, actor, context);
}

/**
 * Lays what has to change, and no more: what is in both stays as it is.
 * @returns units that were no longer where the wrong event had put them
 */
function layDifference(bench: Bench, before: readonly Transfer[], after: readonly Transfer[]): number {
  const gone = minus(before, after);
  const added = minus(after, before);
  let shortfall = 0;
  for (const part of gone.flatMap((transfer) => toldApart(bench.stock, transfer))) {
    shortfall += undo(bench, part, withoutMakingAvailable(bench.stock, part));
  }
  for (const transfer of added) shortfall += redo(bench, transfer);
  return shortfall;
}

/**
 * A use that did not happen is taken off its unit, and the event must name the unit for that, also where nothing of it
 * moves back: in the own books, where it lies there.
 */
function nameUnits(bench: Bench, voidedUses: readonly Use[], uses: readonly Use[], actor: Actor): void {
  const { organisation } = actor;
  for (const { gtin, lot, issuer = 'maker', serial } of voidedUses) {
    if (serial === undefined || bench.isNamed(gtin, serial, issuer)) continue;
    if (uses.some((use) => use.gtin === gtin && use.serial === serial)) continue;
    const unit = bench.unitIn(organisation, gtin, serial, issuer);
    const own = unit?.at.organisation === organisation ? unit : undefined;
    const at: AccountRef = own?.at ?? { organisation, account: 'unexplained' };
    const title: Title = own?.title ?? { owner: organisation, basis: 'unknown' };
    const facts = { gtin, lot: own?.lot ?? lot, quantity: 1, issuer, serials: [serial] };
    bench.lay([{ ...facts, from: at, to: at, title }]);
  }
}

/** Units are told apart: what stands on some serial numbers does not lock up the others. */
function toldApart(stock: Stock, transfer: Transfer): Transfer[] {
  if (transfer.serials === undefined) return [transfer];
  const restricted = (serial: string) =>
    restrictionsOnThings(stock, { ...transfer, serials: [serial] }).length > 0;
  return [...Map.groupBy(transfer.serials, restricted).values()].map((serials) => ({
    ...transfer,
    serials,
    quantity: serials.length,
  }));
}

/** Undoing must not make a recalled device available: it goes back to its shelf, in quarantine. */
function withoutMakingAvailable(stock: Stock, transfer: Transfer): AccountRef {
  const { from } = transfer;
  const parts = accountParts(from.account);
  if (parts.kind !== 'place' || parts.condition !== 'available') return from;
  const restricted = restrictionsOnThings(stock, transfer).length > 0;
  return restricted ? { ...from, account: placeAccount(parts.place, 'quarantined') } : from;
}

/** Moves things back under their own title; what is not there any more is drawn from `unexplained` there. */
function undo(bench: Bench, transfer: Transfer, back: AccountRef): number {
  const held = transfer.becomes ?? transfer.title;
  const short = bench.move(transfer, transfer.to, back, {
    only: (title) => titleKey(title) === titleKey(held),
    ...(transfer.becomes === undefined ? {} : { becomes: () => transfer.title }),
  });
  if (short === undefined) return 0;
  const serials =
    short.serials.length === 0 ? {} : { issuer: transfer.issuer ?? 'maker', serials: short.serials };
  if (isFinal(transfer.to.account)) {
    // Nothing leaves it but by a correction: a unit that is not there was scanned by somebody else since, and what it
    // left in these books is still there.
    const { becomes, sterilisationLot: _lot, ...facts } = transfer;
    const title = becomes === undefined ? {} : { title: becomes, becomes: transfer.title };
    bench.lay([{ ...facts, ...title, ...serials, quantity: short.quantity, from: transfer.to, to: back }]);
    return 0;
  }
  const from: AccountRef = { organisation: transfer.to.organisation, account: 'unexplained' };
  // What had itself been drawn from there, and has moved on, is as unexplained as before.
  if (sameAccount(from, back)) return short.quantity;
  bench.lay([
    {
      ...lotOf(transfer),
      quantity: short.quantity,
      from,
      to: back,
      title: transfer.title,
      ...serials,
    },
  ]);
  return short.quantity;
}

function isFinal(account: AccountRef['account']): boolean {
  return account === 'consumed' || account === 'destroyed';
}

/** Lays a right transfer; what its source no longer has is drawn from `unexplained`. @returns how much that was */
function redo(bench: Bench, transfer: Transfer): number {
  const { becomes, title } = transfer;
  const source = transfer.from.account;
  if (source === 'unexplained' || source === 'production') {
    bench.lay([transfer]);
    return 0;
  }
  const short = bench.move(transfer, transfer.from, transfer.to, {
    prefer: (held) => (titleKey(held) === titleKey(title) ? 0 : 1),
    ...(becomes === undefined ? {} : { becomes: () => becomes }),
  });
  if (short === undefined) return 0;
  bench.draw(
    { ...loadOf(transfer), quantity: short.quantity, serials: short.serials },
    transfer.to,
    becomes ?? title,
  );
  return short.quantity;
}

/** @returns the part of `whole` that `part` does not have: by serial number where there are any, else by quantity. */
function minus(whole: readonly Transfer[], part: readonly Transfer[]): Transfer[] {
  const left = new Map<string, { quantity: number; serials: string[] }>();
  for (const transfer of part) {
    const key = movementKey(transfer);
    const entry = left.get(key) ?? { quantity: 0, serials: [] };
    entry.quantity += transfer.quantity;
    entry.serials.push(...(transfer.serials ?? []));
    left.set(key, entry);
  }
  return whole.flatMap((transfer) => {
    const shared = left.get(movementKey(transfer));
    if (shared === undefined) return [transfer];
    if (transfer.serials !== undefined) {
      // One of each for one: a device that was recorded twice has moved twice.
      const serials = transfer.serials.filter((serial) => {
        const index = shared.serials.indexOf(serial);
        if (index >= 0) shared.serials.splice(index, 1);
        return index < 0;
      });
      return serials.length === 0 ? [] : [{ ...transfer, serials, quantity: serials.length }];
    }
    const cancelled = Math.min(shared.quantity, transfer.quantity);
    shared.quantity -= cancelled;
    return cancelled === transfer.quantity ? [] : [{ ...transfer, quantity: transfer.quantity - cancelled }];
  });
}

function movementKey({ gtin, lot, issuer, from, to, title, becomes }: Transfer): string {
  return JSON.stringify([
    gtin,
    lot,
    issuer ?? null,
    from.organisation,
    from.account,
    to.organisation,
    to.account,
    titleKey(title),
    becomes === undefined ? null : titleKey(becomes),
  ]);
}

function lotOf({ gtin, lot }: LotKey): LotKey {
  return { gtin, lot };
}

function loadOf({ gtin, lot, quantity, issuer, serials }: Transfer) {
  return {
    gtin,
    lot,
    quantity,
    ...(issuer === undefined ? {} : { issuer }),
    ...(serials === undefined ? {} : { serials }),
  };
}

function merged(a: Stock, b: Stock): Stock {
  return {
    holdings: new Map([...a.holdings, ...b.holdings]),
    units: new Map([...a.units, ...b.units]),
    inBooks: new Map([...a.inBooks, ...b.inBooks]),
    lots: new Map([...a.lots, ...b.lots]),
    products: new Map([...a.products, ...b.products]),
    productRestrictions: new Map([...a.productRestrictions, ...b.productRestrictions]),
  };
}
