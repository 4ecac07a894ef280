/**
 * What of an entry another may read (law 7): a pure list of fields for each relation, deny by default. Nobody
 * outside the writing organisation reads an event; they read this.
 */
import type { Organisation } from '../catalogue/organisation.ts';
import { type AccountParts, type AccountRef, accountParts, type Condition } from '../ledger/account.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Deviation, Transfer, Use } from '../ledger/event.ts';
import type { EventType } from '../ledger/event-details.ts';
import type { Title } from '../ledger/title.ts';
import { type Relation, relationTo, type Viewer } from './viewer.ts';

export interface DisclosedAccount {
  readonly organisation: string;
  readonly kind: AccountParts['kind'];
  readonly condition?: Condition;
  /** Own places only. */
  readonly place?: string;
}

export interface DisclosedTransfer {
  readonly quantity: number;
  /** The maker's serial numbers; item codes 院内码 are their hospital's own. */
  readonly serials?: readonly string[];
  /** A side that the viewer may not know is absent. */
  readonly from?: DisclosedAccount;
  readonly to?: DisclosedAccount;
  /** Own books only. */
  readonly title?: Title;
}

export interface DisclosedUse {
  readonly pseudonym: string;
  readonly serial?: string;
  readonly implanted: boolean;
  readonly deviations: readonly Deviation[];
  readonly programme?: string;
}

export interface DisclosedEntry {
  readonly gtin: string;
  readonly lot: string;
  readonly type: EventType;
  readonly organisation: string;
  /** RFC 3339 with offset. */
  readonly eventTime: string;
  readonly recordTime: string;
  readonly transfers: readonly DisclosedTransfer[];
  /** The fields below are the writing organisation's own. */
  readonly event?: string;
  readonly actor?: string;
  readonly place?: string;
  readonly corrects?: string;
  readonly uses?: readonly DisclosedUse[];
}

/** Who the maker of a product is, and where organisations lie. */
export interface DisclosureFacts {
  readonly maker: string | undefined;
  readonly organisations: ReadonlyMap<string, Pick<Organisation, 'area'>>;
  /** Whether the lot is or was with the viewer or, for an authority, in its area. */
  readonly holds: boolean;
}

/**
 * Events whose movements others may see. What is not here is the writer's own: moves inside a hospital, counts,
 * labels, and above all uses, whose moment would say when somebody was operated on.
 */
const toldOutside: readonly EventType[] = [
  'lotProduced',
  'shipped',
  'shipmentClosed',
  'received',
  'accepted',
  'rejected',
  'quarantined',
  'quarantineReleased',
  'destroyed',
  'reportedDelivered',
  'reconciled',
  'corrected',
];

/** Words that a maker says of its lot, for everyone who holds it. */
const saidToHolders: readonly EventType[] = [
  'lotReleased',
  'lotHeld',
  'holdLifted',
  'recallInitiated',
  'recallWidened',
];

/** Of all other types {@link disclose} tells nobody but who wrote the entry. */
export const toldTypes: readonly EventType[] = [...toldOutside, ...saidToHolders];

/**
 * @returns what the viewer may read of the entry, or undefined where that is nothing.
 *
 * own: everything, the books of others as organisation and kind of account. A counterparty in whose books the event
 * moved something: that movement. maker: movements between organisations and kinds of account, never places, people,
 * titles or uses. authority: as the maker, of organisations in its area.
 */
export function disclose(
  entry: Entry,
  viewer: Viewer,
  { maker, organisations, holds }: DisclosureFacts,
): DisclosedEntry | undefined {
  const relation = (organisation: string) => relationTo(viewer, organisation, maker, organisations);
  const toWriter = relation(entry.organisation);
  if (toWriter === 'own') return ownEntry(entry, viewer);
  const transfers = toldOutside.includes(entry.type)
    ? entry.transfers.filter((transfer) => maySee(transfer, relation, toWriter))
    : [];
  const spoken = saidToHolders.includes(entry.type) && (holds || toWriter !== 'none');
  if (transfers.length === 0 && !spoken) return undefined;
  return {
    gtin: entry.gtin,
    lot: entry.lot,
    type: entry.type,
    organisation: entry.organisation,
    eventTime: entry.eventTime,
    recordTime: entry.recordTime,
    transfers: transfers.map((transfer) =>
      withoutForeignSide(outsideView(transfer, viewer), transfer, relation),
    ),
  };
}

/**
 * A movement is seen by whoever has a side in it, by maker and authority where both sides are theirs to see, and by
 * the authority of the writer, which is then not told the other side. That of the other side alone is not told: the
 * time and the quantity are the writer's.
 */
function maySee(
  transfer: Transfer,
  relation: (organisation: string) => Relation,
  toWriter: Relation,
): boolean {
  const sides = [relation(transfer.from.organisation), relation(transfer.to.organisation)];
  if (sides.includes('own')) return true;
  if (isInside(transfer)) return false;
  const some = sides.some((side) => side !== 'none');
  return sides.every((side) => side !== 'none') || (toWriter === 'authority' && some);
}

/** A correction carries the movements of what it corrects: those of a move or a use stay as private as that was. */
function isInside({ from, to }: Transfer): boolean {
  const [before, after] = [accountParts(from.account), accountParts(to.account)];
  if ([before, after].some(ofUse)) return true;
  if (from.organisation !== to.organisation || before.kind !== 'place' || after.kind !== 'place')
    return false;
  return before.condition === after.condition;
}

function ofUse(parts: AccountParts): boolean {
  if (parts.kind === 'consumed' || parts.kind === 'inside') return true;
  return parts.kind === 'place' && (parts.condition === 'contaminated' || parts.condition === 'processing');
}

function withoutForeignSide(
  { from, to, ...rest }: DisclosedTransfer,
  transfer: Transfer,
  relation: (organisation: string) => Relation,
): DisclosedTransfer {
  const sides = { from: relation(transfer.from.organisation), to: relation(transfer.to.organisation) };
  const party = sides.from === 'own' || sides.to === 'own';
  return {
    ...rest,
    ...(from !== undefined && (party || sides.from !== 'none') ? { from } : {}),
    ...(to !== undefined && (party || sides.to !== 'none') ? { to } : {}),
  };
}

function ownEntry(entry: Entry, viewer: Viewer): DisclosedEntry {
  const { gtin, lot, type, organisation, eventTime, recordTime, event, actor, place, corrects } = entry;
  return {
    gtin,
    lot,
    type,
    organisation,
    eventTime,
    recordTime,
    transfers: entry.transfers.map((transfer) => outsideView(transfer, viewer)),
    event,
    actor,
    ...(place === undefined ? {} : { place }),
    ...(corrects === undefined ? {} : { corrects }),
    uses: entry.uses.map(ownUse),
  };
}

function ownUse({ pseudonym, serial, implanted, deviations, programme }: Use): DisclosedUse {
  return {
    pseudonym,
    ...(serial === undefined ? {} : { serial }),
    implanted,
    deviations,
    ...(programme === undefined ? {} : { programme }),
  };
}

function outsideView(
  { quantity, serials, issuer = 'maker', from, to, title, becomes }: Transfer,
  viewer: Viewer,
): DisclosedTransfer {
  const ownTitle =
    to.organisation === viewer.organisation
      ? (becomes ?? title)
      : from.organisation === viewer.organisation
        ? title
        : undefined;
  return {
    quantity,
    ...(serials === undefined || ![viewer.organisation, 'maker'].includes(issuer) ? {} : { serials }),
    from: disclosedAccount(from, viewer),
    to: disclosedAccount(to, viewer),
    ...(ownTitle === undefined ? {} : { title: ownTitle }),
  };
}

/** @returns an account without the place, unless it is the viewer's own. */
export function disclosedAccount({ organisation, account }: AccountRef, viewer: Viewer): DisclosedAccount {
  const parts = accountParts(account);
  if (parts.kind !== 'place') return { organisation, kind: parts.kind };
  const { kind, condition, place } = parts;
  return {
    organisation,
    kind,
    condition,
    ...(organisation === viewer.organisation ? { place } : {}),
  };
}
