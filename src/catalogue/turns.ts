/** Turns of writers who could otherwise pass each other unseen. */
import type { Connection, mongo } from 'mongoose';
import { Failure } from '../errors.ts';
import { organisationModel } from './models.ts';
import type { OrganisationKind } from './organisation.ts';

/**
 * Writers of one organisation's tree of places, or of its chain of products, take turns on this counter: without it
 * two that each see no cycle could make one together (write skew).
 * @throws Failure `catalogue/organisation-inactive` where it is not active, or not of the kind
 */
export async function takeTurn(
  connection: Connection,
  session: mongo.ClientSession,
  organisation: string,
  kind?: OrganisationKind,
): Promise<void> {
  const { matchedCount } = await organisationModel(connection).updateOne(
    { _id: organisation, active: true, ...(kind === undefined ? {} : { kind }) },
    { $inc: { structureVersion: 1 } },
    { session },
  );
  if (matchedCount === 0) throw new Failure('catalogue/organisation-inactive', { organisation });
}
