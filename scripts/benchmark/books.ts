/**
 * A ledger written in bulk. The facts go through the product's own pure folds, and what is stored is what a command of
 * the same content would have stored, command records included: check-ledger finds no difference.
 */
import { randomBytes } from 'node:crypto';
import type { mongo } from 'mongoose';
import { v5 as uuidV5 } from 'uuid';
import { systemIds } from '../../src/clock.ts';
import { type AnyFacts, draftOf } from '../../src/inventory/command.ts';
import { projectShipments } from '../../src/inventory/shipment.ts';
import { storedEntry } from '../../src/ledger/append.ts';
import { ledgerCollections, type StoredCommand } from '../../src/ledger/collections.ts';
import { contentHash } from '../../src/ledger/content-hash.ts';
import { entriesOf, organisationsTouching } from '../../src/ledger/entry.ts';
import { type AnyEvent, type LotKey, lotId, lotsOf, schemaVersion } from '../../src/ledger/event.ts';
import { applyTransfers, type Holding, holdingId } from '../../src/ledger/holding.ts';
import { applyToUnits, type Unit } from '../../src/ledger/unit.ts';

/** Of which the ledger makes event ids (run.ts). */
const eventNamespace = '4c9d1b2e-6a0f-5c37-9e58-2b7f41d3a6c0';

export interface Writer {
  readonly organisation: string;
  readonly person: string;
}

type Stored = { _id: string } & Record<string, unknown>;

/** Lots are written whole and then flushed: a lot that was flushed cannot be gone on with. */
export class Books {
  readonly #db: mongo.Db;
  readonly #holdings = new Map<string, Holding>();
  #units = new Map<string, Unit>();
  readonly #lots = new Map<string, Stored & { touched: number }>();
  readonly #shipments = new Map<string, Stored>();
  #events: AnyEvent[] = [];
  #entries: Stored[] = [];
  #commands: StoredCommand[] = [];
  #links: Stored[] = [];
  /** Events written and flushed. */
  written = 0;

  constructor(db: mongo.Db) {
    this.#db = db;
  }

  /** @returns how many events wait to be flushed. */
  get waiting(): number {
    return this.#events.length;
  }

  /** Writes one command's events. @returns their ids */
  write(
    { organisation, person }: Writer,
    route: string,
    at: Date,
    factsOf: (eventId: (index: number) => string) => readonly AnyFacts[],
  ): string[] {
    const _id = `${organisation}/${systemIds.uuid()}`;
    const eventId = (index: number) => uuidV5(`${_id}/${index}`, eventNamespace);
    const recordTime = at.toISOString();
    const events = factsOf(eventId).map((facts, index) => {
      const envelope = { schemaVersion, id: eventId(index), organisation, actor: person, recordTime };
      const event = { ...draftOf(facts, recordTime), ...envelope };
      return { ...event, contentHash: contentHash(event) } as AnyEvent;
    });
    for (const event of events) this.#fold(event);
    const ids = events.map(({ id }) => id);
    this.#commands.push({
      _id,
      commandHash: `hmac-sha-256:${randomBytes(32).toString('hex')}`,
      actor: person,
      route,
      recordTime,
      outcome: { kind: 'accepted', events: ids, answer: {} },
    });
    return ids;
  }

  /**
   * Keeps a use's link to its patient: random bytes as long as the ciphertexts that the service writes. Nobody but the
   * hospital's key could tell the difference, and nobody opens these.
   */
  linkPatient(organisation: string, pseudonym: string): void {
    const random = (bytes: number) => randomBytes(bytes).toString('base64url');
    const link = { _id: random(32), organisation, pseudonym, patient: random(70), record: random(350) };
    this.#links.push(link);
  }

  #fold(event: AnyEvent): void {
    const fresh = new Set<string>();
    const moved = new Set<string>();
    for (const [id, unit] of applyToUnits(this.#units, event)) this.#units.set(id, unit);
    for (const lot of lotsOf(event)) {
      for (const organisation of organisationsTouching(event, lot)) {
        const id = holdingId(organisation, lot);
        const before = this.#holdings.get(id) ?? emptyHolding(organisation, lot);
        if (before.version === 0) fresh.add(lotId(lot));
        moved.add(lotId(lot));
        const balances = applyTransfers(before, event.transfers);
        this.#holdings.set(id, { ...before, balances, version: before.version + 1 });
      }
    }
    const entries = entriesOf(event, {
      holdingVersion: (organisation, lot) => this.#holdings.get(holdingId(organisation, lot))?.version,
      unitVersion: (gtin, issuer, serial) => this.#units.get(`${gtin}/${issuer}/${serial}`)?.version,
    });
    for (const entry of entries) {
      const untouched = moved.has(entry.lotId) && !fresh.has(entry.lotId);
      const touched = untouched ? {} : { touched: this.#touch(entry) };
      this.#entries.push(storedEntry({ ...entry, ...touched }));
    }
    this.#events.push(event);
    this.#foldLot(event);
    this.#foldShipment(event);
  }

  #touch(key: LotKey): number {
    const _id = lotId(key);
    const lot = this.#lots.get(_id) ?? unseenLot(key);
    lot.touched += 1;
    this.#lots.set(_id, lot);
    return lot.touched;
  }

  /** What the catalogue's projector says of a lot that is produced once, and released. */
  #foldLot(event: AnyEvent): void {
    if (event.type !== 'lotProduced' && event.type !== 'lotReleased') return;
    for (const key of lotsOf(event)) {
      const lot = this.#lots.get(lotId(key)) ?? unseenLot(key);
      if (event.type === 'lotReleased') {
        Object.assign(lot, { standing: 'released', releasedAt: event.recordTime });
      } else {
        Object.assign(lot, { ...event.details, standing: 'produced', producedBy: event.organisation });
      }
    }
  }

  #foldShipment(event: AnyEvent): void {
    for (const write of projectShipments(event)) {
      if ('insert' in write) {
        this.#shipments.set(String(write.insert._id), { ...write.insert } as Stored);
        continue;
      }
      const shipment = this.#shipments.get(String(write.filter._id));
      if (shipment === undefined) throw new Error('a receipt of a shipment that was flushed');
      const { $set = {}, $inc = {} } = write.update as { $set?: object; $inc?: Record<string, number> };
      Object.assign(shipment, $set);
      for (const [field, step] of Object.entries($inc)) shipment[field] = Number(shipment[field] ?? 0) + step;
    }
  }

  /** Writes all that waits, in bulk, and forgets it. */
  async flush(): Promise<void> {
    const { events, entries, holdings, units, commands } = ledgerCollections(this.#db);
    const options = { ordered: false } as const;
    const keyed = <T>(map: ReadonlyMap<string, T>) => [...map].map(([_id, value]) => ({ ...value, _id }));
    const insert = async (name: string, documents: readonly unknown[]) => {
      if (documents.length > 0) await this.#db.collection(name).insertMany(documents as object[], options);
    };
    this.written += this.#events.length;
    await Promise.all([
      insert(
        events.collectionName,
        this.#events.map((event) => ({ ...event, _id: event.id })),
      ),
      insert(entries.collectionName, this.#entries),
      insert(holdings.collectionName, keyed(this.#holdings)),
      insert(units.collectionName, keyed(this.#units)),
      insert(commands.collectionName, this.#commands),
      insert('lots', [...this.#lots.values()]),
      insert('shipments', [...this.#shipments.values()]),
      insert('patientLinks', this.#links),
    ]);
    this.#holdings.clear();
    this.#units = new Map();
    this.#lots.clear();
    this.#shipments.clear();
    this.#events = [];
    this.#entries = [];
    this.#commands = [];
    this.#links = [];
  }
}

function emptyHolding(organisation: string, lot: LotKey): Holding {
  const { gtin, lot: number } = lot;
  return { organisation, gtin, lot: number, lotId: lotId(lot), balances: [], version: 0, fences: [] };
}

function unseenLot({ gtin, lot }: LotKey): Stored & { touched: number } {
  const nothing = { standing: 'unverified', sterilisationLots: [], restrictions: [], closed: false };
  return { _id: lotId({ gtin, lot }), gtin, lot, ...nothing, touched: 0 };
}
