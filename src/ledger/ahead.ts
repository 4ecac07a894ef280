/**
 * A snapshot that is ahead of the database. Commands that share a transaction are decided one after the other before
 * any of them is written, and each must see what those before it have done.
 */
import { holdingsOf } from './append.ts';
import { type AnyEvent, unitId } from './event.ts';
import { applyTransfers, emptyHolding, type Holding, holdingId } from './holding.ts';
import { type HoldingKey, Snapshot } from './snapshot.ts';
import { applyToUnits, type Unit, type UnitKey, unitsOf } from './unit.ts';

export class Ahead extends Snapshot {
  private readonly base: Snapshot;
  private readonly heldAfter = new Map<string, Holding>();
  private readonly unitsAfter = new Map<string, Unit>();
  private readonly taken: AnyEvent[] = [];

  constructor(base: Snapshot) {
    super(base.db, base.session);
    this.base = base;
  }

  /** Decided, and not written yet: what is read past this class does not show them. */
  override get decided(): readonly AnyEvent[] {
    return this.taken;
  }

  /** What a command has decided is seen by those after it. */
  async take(events: readonly AnyEvent[]): Promise<void> {
    for (const event of events) {
      const keys = holdingsOf(event);
      const holdings = await this.holdings(keys);
      for (const key of keys) {
        const id = holdingId(key.organisation, key);
        const before = holdings.get(id) ?? emptyHolding(key);
        const balances = applyTransfers(before, event.transfers);
        this.heldAfter.set(id, { ...before, balances, version: before.version + 1 });
      }
      const units = await this.units(unitsOf(event));
      for (const [id, unit] of applyToUnits(units, event)) this.unitsAfter.set(id, unit);
      this.taken.push(event);
    }
  }

  override async holdings(keys: readonly HoldingKey[]): Promise<Map<string, Holding>> {
    const found = await this.base.holdings(keys);
    for (const key of keys) replace(found, holdingId(key.organisation, key), this.heldAfter);
    return found;
  }

  override async units(keys: readonly UnitKey[]): Promise<Map<string, Unit>> {
    const found = await this.base.units(keys);
    for (const { gtin, issuer, serial } of keys)
      replace(found, unitId(gtin, issuer, serial), this.unitsAfter);
    return found;
  }

  override holdingsOfLots(): Promise<never> {
    return notAhead('all holdings of a lot');
  }

  override unitsAt(): Promise<never> {
    return notAhead('all units in an account');
  }

  override event(): Promise<never> {
    return notAhead('an event');
  }

  override correctionOf(): Promise<never> {
    return notAhead('a correction');
  }
}

function replace<T>(found: Map<string, T>, id: string, after: ReadonlyMap<string, T>): void {
  const value = after.get(id);
  if (value !== undefined) found.set(id, value);
}

/** An answer of the database alone would be one that the commands before have made wrong. */
async function notAhead(what: string): Promise<never> {
  throw new Error(`a command that asks for ${what} does not share its transaction`);
}
