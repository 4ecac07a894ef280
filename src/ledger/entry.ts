/**
 * An entry: what one event says of one lot. Traces and recalls read entries and nothing else, so that one index
 * answers "everything about this lot". Pure.
 */

import {
  type AnyEvent,
  type LotKey,
  lotId,
  lotsOf,
  type SerialIssuer,
  type Transfer,
  type Use,
} from './event.ts';
import type { EventType } from './event-details.ts';
import { organisationsOf } from './holding.ts';

export interface Entry extends LotKey {
  /** `{event id}/{gtin}/{lot}`. */
  readonly id: string;
  readonly lotId: string;
  readonly event: string;
  readonly type: EventType;
  /** Who wrote the event. */
  readonly organisation: string;
  /** Everyone in whose books the event moved this lot, and the writer. */
  readonly parties: readonly string[];
  readonly actor: string;
  readonly eventTime: string;
  readonly recordTime: string;
  readonly place?: string;
  readonly corrects?: string;
  readonly transfers: readonly Transfer[];
  readonly uses: readonly Use[];
  /** The versions of this lot's holdings that the event wrote: the order of events within a holding. */
  readonly holdings: readonly { readonly organisation: string; readonly version: number }[];
  /** The versions of the units that the event wrote: the order of events within a unit's life. */
  readonly units: readonly {
    readonly issuer: SerialIssuer;
    readonly serial: string;
    readonly version: number;
  }[];
  /**
   * The lot's own count at the event, where the event wrote the lot: the order of events that move nothing (holds,
   * releases, recalls).
   */
  readonly touched?: number;
}

/** The versions that an append gave to holdings (by holding id's parts) and to units. */
export interface WrittenVersions {
  holdingVersion(organisation: string, lot: LotKey): number | undefined;
  unitVersion(gtin: string, issuer: SerialIssuer, serial: string): number | undefined;
}

/** @returns the id of an event's entry for a lot. */
export function entryId(event: string, lot: LotKey): string {
  return `${event}/${lotId(lot)}`;
}

/** @returns one entry for every lot of the event. */
export function entriesOf(event: AnyEvent, versions: WrittenVersions): Entry[] {
  return lotsOf(event).map((lot) => entryOf(event, lot, versions));
}

/**
 * The organisations whose holdings of a lot an event writes: those in whose books it moves, and the writer of a use,
 * also where the use moves nothing of the lot (a correction that names another patient; the lot on a label that
 * disagrees with the unit's own). Law 4 holds because a use writes what the fence writes.
 */
export function organisationsTouching(
  event: Pick<AnyEvent, 'transfers' | 'uses' | 'organisation'>,
  lot: LotKey,
): Set<string> {
  const organisations = new Set(transfersOf(event, lot).flatMap(organisationsOf));
  return usesOf(event, lot).length === 0 ? organisations : organisations.add(event.organisation);
}

function transfersOf({ transfers }: Pick<AnyEvent, 'transfers'>, { gtin, lot }: LotKey): Transfer[] {
  return transfers.filter((transfer) => transfer.gtin === gtin && transfer.lot === lot);
}

/** A use counts for the lot recorded and for the lot on the label. */
function usesOf({ uses }: Pick<AnyEvent, 'uses'>, { gtin, lot }: LotKey): Use[] {
  return uses.filter((use) => use.gtin === gtin && (use.lot === lot || use.scannedLot === lot));
}

function entryOf(event: AnyEvent, lot: LotKey, versions: WrittenVersions): Entry {
  const transfers = transfersOf(event, lot);
  const uses = usesOf(event, lot);
  const organisations = organisationsTouching(event, lot);
  const holdings = [...organisations].sort().flatMap((organisation) => {
    const version = versions.holdingVersion(organisation, lot);
    return version === undefined ? [] : [{ organisation, version }];
  });
  return {
    id: entryId(event.id, lot),
    lotId: lotId(lot),
    gtin: lot.gtin,
    lot: lot.lot,
    event: event.id,
    type: event.type,
    organisation: event.organisation,
    parties: [...organisations.add(event.organisation)].sort(),
    actor: event.actor,
    eventTime: event.eventTime,
    recordTime: event.recordTime,
    ...(event.where.place === undefined ? {} : { place: event.where.place }),
    ...(event.corrects === undefined ? {} : { corrects: event.corrects }),
    transfers,
    uses,
    holdings,
    units: unitVersions(transfers, uses, versions),
  };
}

function unitVersions(
  transfers: readonly Transfer[],
  uses: readonly Use[],
  versions: WrittenVersions,
): Entry['units'] {
  const named = new Map<string, { gtin: string; issuer: SerialIssuer; serial: string }>();
  for (const { gtin, issuer = 'maker', serials = [] } of transfers) {
    for (const serial of serials) named.set(`${issuer}/${serial}`, { gtin, issuer, serial });
  }
  for (const { gtin, issuer = 'maker', serial } of uses) {
    if (serial !== undefined) named.set(`${issuer}/${serial}`, { gtin, issuer, serial });
  }
  return [...named.values()].flatMap(({ gtin, issuer, serial }) => {
    const version = versions.unitVersion(gtin, issuer, serial);
    return version === undefined ? [] : [{ issuer, serial, version }];
  });
}
