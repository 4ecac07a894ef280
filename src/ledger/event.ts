/**
 * The hashed fact. Every stored field of an event is under its content hash, so the shapes in this file and in
 * event-details.ts cannot be changed afterwards: a new need is a new event type or a new schemaVersion.
 * The dimensions are those of EPCIS 2.0 (what, when, where, why, how) in our words.
 */
import type { AccountRef } from './account.ts';
import type { EventDetails, EventType } from './event-details.ts';
import type { Title } from './title.ts';

export const schemaVersion = 1;

/** Identifies a lot everywhere: a GTIN-14 and the lot number that the maker gave. */
export interface LotKey {
  readonly gtin: string;
  readonly lot: string;
}

/** Who gave a serial number: the maker, or (an item code, 院内码) the hospital with this organisation id. */
export type SerialIssuer = 'maker' | (string & {});

/** Salted SHA-256 of an erasable text (`sha-256:` and 64 hex digits); the text and the salt lie outside history. */
export type Commitment = `sha-256:${string}`;

/** A movement of things of one lot between two accounts. */
export interface Transfer extends LotKey {
  /** Units of "each"; at least 1; equals the number of serials where there are any. */
  readonly quantity: number;
  readonly from: AccountRef;
  readonly to: AccountRef;
  /** Whose the things are on the `from` side … */
  readonly title: Title;
  /** … and on the `to` side, where they change hands. */
  readonly becomes?: Title;
  readonly issuer?: SerialIssuer;
  readonly serials?: readonly string[];
  /** The sterilisation lot of these things, where it is known. */
  readonly sterilisationLot?: string;
}

export const deviations = [
  'recalled',
  'expired',
  'on-hold',
  'not-released',
  'already-used',
  'identity-mismatch',
  'not-in-stock',
  'elsewhere',
  'not-available',
  'not-sterile',
  'reuse-limit',
  'unverified',
  'not-registered',
  'not-checked',
] as const;
/** What was wrong with a use that nevertheless happened (law 3). */
export type Deviation = (typeof deviations)[number];

/** One device used on one patient. */
export interface Use extends LotKey {
  /** Random per use: two uses on one patient cannot be joined outside the patients' room (law 7). */
  readonly pseudonym: string;
  readonly issuer?: SerialIssuer;
  readonly serial?: string;
  /** The lot that the label said, where the unit's own record says another: both lots' recalls cover this use. */
  readonly scannedLot?: string;
  readonly implanted: boolean;
  readonly deviations: readonly Deviation[];
  /** References of the holds and recalls that stood on the device when it was recorded. */
  readonly restrictions: readonly string[];
  /** The check before use that was made for this device. */
  readonly check?: string;
  readonly programme?: string;
}

/** Business steps in our words (after CBV 2.0). */
export const businessSteps = [
  'producing',
  'releasing',
  'shipping',
  'receiving',
  'accepting',
  'storing',
  'holding',
  'using',
  'returning',
  'destroying',
  'counting',
  'kitting',
  'packing',
  'reprocessing',
  'labelling',
  'recalling',
  'correcting',
] as const;
export type BusinessStep = (typeof businessSteps)[number];

/** A paper that goes with an event; its number only as a commitment. */
export interface DocumentRef {
  readonly kind: 'papers' | 'certificate' | 'order' | 'acceptance-record' | 'destruction-record' | 'other';
  readonly number: Commitment;
}

/** What a decision says of an event; the ledger adds identity, times of record and the hash. */
export interface EventDraft<T extends EventType = EventType> {
  readonly type: T;
  /** RFC 3339 with offset: when it happened, as the client stated it. */
  readonly eventTime: string;
  readonly transfers: readonly Transfer[];
  readonly uses: readonly Use[];
  /** Lots that the event speaks of beside those of its transfers and uses. */
  readonly about: readonly LotKey[];
  readonly where: { readonly place?: string };
  readonly why: { readonly businessStep: BusinessStep; readonly documents: readonly DocumentRef[] };
  /** Id of the event that this one corrects; unique in the ledger (law 1). */
  readonly corrects?: string;
  readonly details: EventDetails[T];
}

/** An event as stored; `_id` is its id. */
export interface LedgerEvent<T extends EventType = EventType> extends EventDraft<T> {
  readonly schemaVersion: typeof schemaVersion;
  readonly id: string;
  /** Who wrote it; only this organisation may correct it. */
  readonly organisation: string;
  /** Random person id. */
  readonly actor: string;
  /** RFC 3339, UTC: the server's clock when the command was taken up. */
  readonly recordTime: string;
  /** `sha-256:` and 64 hex digits; see content-hash.ts. */
  readonly contentHash: string;
}

/** An event of any type, narrowed by `type`. */
export type AnyEvent = { [T in EventType]: LedgerEvent<T> }[EventType];
export type AnyDraft = { [T in EventType]: EventDraft<T> }[EventType];

/** Bounds of one event and one command (law 9). */
export const bounds = {
  serialsPerEvent: 1_000,
  transfersPerEvent: 500,
  usesPerEvent: 50,
  /** Lots that an event touches or speaks of: each gets an entry. */
  lotsPerEvent: 500,
  /** Of its JSON; bounds what the details may hold. */
  charactersPerEvent: 1_000_000,
  eventsPerCommand: 20,
  quantityPerTransfer: 10_000_000,
} as const;

/** @returns every lot that an event touches or speaks of, each once, in order of first mention. */
export function lotsOf(event: Pick<EventDraft, 'transfers' | 'uses' | 'about'>): LotKey[] {
  const lots = new Map<string, LotKey>();
  const see = (gtin: string, lot: string) => {
    const id = lotId({ gtin, lot });
    if (!lots.has(id)) lots.set(id, { gtin, lot });
  };
  for (const transfer of event.transfers) see(transfer.gtin, transfer.lot);
  for (const use of event.uses) {
    see(use.gtin, use.lot);
    if (use.scannedLot !== undefined) see(use.gtin, use.scannedLot);
  }
  for (const lot of event.about) see(lot.gtin, lot.lot);
  return [...lots.values()];
}

/** @returns the id of a lot's document: `{gtin}/{lot}`; a GTIN has 14 digits, so this cannot be ambiguous. */
export function lotId({ gtin, lot }: LotKey): string {
  return `${gtin}/${lot}`;
}

/** @returns the id of a unit's document. */
export function unitId(gtin: string, issuer: SerialIssuer, serial: string): string {
  return `${gtin}/${issuer}/${serial}`;
}
