/** What the ledger's events mean for lots and products: a pure fold, run in the transaction that appends the event. */
import type { Write } from '../database/write.ts';
import { unreachable } from '../errors.ts';
import { type AnyEvent, type LedgerEvent, lotId, lotsOf } from '../ledger/event.ts';
import type { EventDetails, ScopeItem } from '../ledger/event-details.ts';
import type { Bilingual } from './bilingual.ts';
import { holdInstruction, recallInstruction, widenedRecallInstruction } from './instructions.ts';
import { lotsCollection } from './lots.ts';
import { productStandingsCollection } from './product-standings.ts';
import type { Restriction } from './restriction.ts';

/**
 * Register it with the ledger. The ledger has made the document of every lot of the event before these writes.
 * @returns the writes on lots and product standings; none for events that say nothing of a lot as a whole
 */
export function projectCatalogue(event: AnyEvent): Write[] {
  switch (event.type) {
    case 'lotProduced':
      return produced(event);
    case 'lotReleased':
      return lotsOf(event).map((lot) =>
        onLot(lotId(lot), { $set: { standing: 'released', releasedAt: event.recordTime } }),
      );
    case 'lotHeld':
      return restrict(event, event.details.scope, {
        kind: 'hold',
        reference: event.details.hold,
        instruction: holdInstruction,
      });
    case 'holdLifted':
      return lift(event, { kind: 'hold', reference: event.details.hold });
    case 'recallInitiated':
      return initiated(event);
    case 'recallWidened':
      return restrict(event, event.details.scope, {
        kind: 'recall',
        reference: event.details.recall,
        instruction: widenedRecallInstruction,
        ...returning(event.details.returnTo),
      });
    case 'recallClosed':
      return event.details.liftsRestrictions
        ? lift(event, { kind: 'recall', reference: event.details.recall }, event.details.gtins)
        : [];
    // Of goods, uses and papers: what a lot or product is does not change.
    case 'shipped':
    case 'received':
    case 'shipmentClosed':
    case 'accepted':
    case 'rejected':
    case 'moved':
    case 'quarantined':
    case 'quarantineReleased':
    case 'used':
    case 'destroyed':
    case 'counted':
    case 'reportedDelivered':
    case 'reconciled':
    case 'titleChanged':
    case 'itemCoded':
    case 'assembled':
    case 'opened':
    case 'packed':
    case 'unpacked':
    case 'reprocessingStarted':
    case 'reprocessed':
    case 'labelsPrinted':
    case 'labelsSpoiled':
    case 'labelsVerified':
    case 'suspicionReported':
    case 'recallNotified':
    case 'recallResponded':
    case 'recallCompleted':
    case 'recalledAgain':
    case 'disputed':
    case 'corrected':
      return [];
    default:
      return unreachable(event);
  }
}

/**
 * A lot may be produced by several events until it is closed. Written as a pipeline, so that one recorded after the
 * release does not take the release back; `$literal` keeps texts that begin with `$` texts.
 */
function produced(event: LedgerEvent<'lotProduced'>): Write[] {
  const {
    manufacturedOn,
    expiresOn,
    sterilisationLots,
    declaredQuantity,
    closed,
  }: EventDetails['lotProduced'] = event.details;
  const parts = sterilisationLots.map(({ id, quantity }) =>
    quantity === undefined ? { id } : { id, quantity },
  );
  const update = [
    {
      $set: {
        standing: { $cond: [{ $eq: ['$standing', 'released'] }, 'released', 'produced'] },
        manufacturedOn: { $literal: manufacturedOn },
        ...(expiresOn === undefined ? {} : { expiresOn: { $literal: expiresOn } }),
        producedBy: { $literal: event.organisation },
        declaredQuantity: { $literal: declaredQuantity },
        closed: { $or: [{ $ifNull: ['$closed', false] }, closed] },
        sterilisationLots: { $concatArrays: [{ $ifNull: ['$sterilisationLots', []] }, { $literal: parts }] },
      },
    },
  ];
  return lotsOf(event).map((lot) => onLot(lotId(lot), update));
}

/** A drill 模拟召回演练 walks the same path on paper, and must not keep a good device from a patient. */
function initiated(event: LedgerEvent<'recallInitiated'>): Write[] {
  const { recall, scope, returnTo, drill } = event.details;
  if (drill) return [];
  return restrict(event, scope, {
    kind: 'recall',
    reference: recall,
    instruction: recallInstruction(event.details),
    ...returning(returnTo),
  });
}

/** A dispatch to this address is never blocked by the recall. */
function returning(
  returnTo: EventDetails['recallInitiated']['returnTo'],
): Pick<Restriction, 'returnTo' | 'returnPlace'> {
  return returnTo === undefined ? {} : { returnTo: returnTo.organisation, returnPlace: returnTo.place };
}

interface Stated {
  readonly kind: Restriction['kind'];
  readonly reference: string;
  readonly instruction: Bilingual;
  readonly returnTo?: string;
  readonly returnPlace?: string;
}

/** A restriction is never lost for want of a document: a lot or product that nobody has seen yet gets one. */
function restrict(event: AnyEvent, scope: readonly ScopeItem[], stated: Stated): Write[] {
  return scope.map(({ gtin, lot, serials, sterilisationLots }) => {
    const restriction: Restriction = {
      ...stated,
      ...(serials === undefined ? {} : { serials }),
      ...(sterilisationLots === undefined ? {} : { sterilisationLots }),
      since: event.recordTime,
    };
    const push = { $push: { restrictions: restriction } };
    if (lot === undefined) {
      const filter = { _id: gtin };
      return {
        collection: productStandingsCollection,
        filter,
        update: { ...push, $setOnInsert: { touched: 0 } },
        upsert: true,
      };
    }
    const unseen = { gtin, lot, standing: 'unverified', sterilisationLots: [], closed: false, touched: 0 };
    const filter = { _id: lotId({ gtin, lot }) };
    return { collection: lotsCollection, filter, update: { ...push, $setOnInsert: unseen }, upsert: true };
  });
}

/** Takes a restriction off every lot that the event speaks of, and off their products. */
function lift(
  event: AnyEvent,
  which: Pick<Restriction, 'kind' | 'reference'>,
  products: readonly string[] = [],
): Write[] {
  const lots = lotsOf(event);
  const pull = { $pull: { restrictions: which } };
  const gtins = [...new Set([...products, ...lots.map(({ gtin }) => gtin)])];
  return [
    ...lots.map((lot) => onLot(lotId(lot), pull)),
    // A product of which the ledger has seen no lot has no document yet; the ledger refuses a write that finds none.
    ...gtins.map((gtin) => ({
      collection: productStandingsCollection,
      filter: { _id: gtin },
      update: { ...pull, $setOnInsert: { touched: 0 } },
      upsert: true,
    })),
  ];
}

function onLot(id: string, update: object): Write {
  return { collection: lotsCollection, filter: { _id: id }, update };
}
