/** Incidents: every use that deviated is one, open until somebody has looked at it. A fold of the ledger's events. */
import type { mongo } from 'mongoose';
import type { Write } from '../database/write.ts';
import type { AnyEvent, Deviation, Use } from '../ledger/event.ts';
import { correctionsOf } from '../ledger/read.ts';

export const incidentsCollection = 'incidents';

export interface Incident {
  /** The use's pseudonym. */
  readonly id: string;
  readonly event: string;
  readonly organisation: string;
  readonly gtin: string;
  readonly lot: string;
  readonly serial?: string;
  readonly deviations: readonly Deviation[];
  readonly restrictions: readonly string[];
  /** RFC 3339, as the use was stated. */
  readonly usedAt: string;
  /** RFC 3339 UTC. */
  readonly openedAt: string;
  /** The event that corrected the use. */
  readonly correctedBy?: string;
}

/** A use that nobody checked is worth a line in the record, not an incident of its own. */
const notByItself: readonly Deviation[] = ['not-checked'];

/** @returns whether a use with these deviations opens an incident. */
export function opensIncident(deviations: readonly Deviation[]): boolean {
  return deviations.some((deviation) => !notByItself.includes(deviation));
}

/** The fold of the ledger's events into incidents. */
export function projectIncidents(event: AnyEvent): Write[] {
  return event.uses.filter(({ deviations }) => opensIncident(deviations)).map(opened(event));
}

function opened(event: AnyEvent): (use: Use) => Write {
  return (use) => ({
    collection: incidentsCollection,
    insert: {
      _id: use.pseudonym,
      event: event.id,
      organisation: event.organisation,
      gtin: use.gtin,
      lot: use.lot,
      ...(use.serial === undefined ? {} : { serial: use.serial }),
      deviations: use.deviations,
      restrictions: use.restrictions,
      usedAt: event.eventTime,
      openedAt: event.recordTime,
    },
  });
}

/**
 * One page of an organisation's incidents, newest first.
 * @param after of the last item of the page before
 */
export async function readIncidents(
  db: mongo.Db,
  organisation: string,
  page: { readonly after?: Pick<Incident, 'openedAt' | 'id'> | undefined; readonly limit: number },
): Promise<Incident[]> {
  const { after, limit } = page;
  const older =
    after === undefined
      ? {}
      : {
          $or: [{ openedAt: { $lt: after.openedAt } }, { openedAt: after.openedAt, _id: { $lt: after.id } }],
        };
  const found = await db
    .collection<{ _id: string } & Omit<Incident, 'id' | 'correctedBy'>>(incidentsCollection)
    .find({ organisation, ...older })
    .sort({ openedAt: -1, _id: -1 })
    .limit(limit)
    .toArray();
  // Looked up, not folded: whether a use that was taken back had opened an incident, its correction does not say.
  const corrections = await correctionsOf(
    db,
    found.map(({ event }) => event),
  );
  return found.map(({ _id, ...rest }) => {
    const correctedBy = corrections.get(rest.event);
    return { id: _id, ...rest, ...(correctedBy === undefined ? {} : { correctedBy }) };
  });
}
