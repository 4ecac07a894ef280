/** Reading many collections as of one moment, beside whoever writes. */
import type { mongo } from 'mongoose';
import { CannotStart } from '../errors.ts';
import type { Database } from './connection.ts';

export class Moment {
  private readonly session: mongo.ClientSession;

  private constructor(session: mongo.ClientSession) {
    this.session = session;
  }

  /**
   * Fixes the moment before `read`: the server's first reply does, and reads that start side by side would each have
   * their own.
   * @throws CannotStart for an empty database, which has no moments
   */
  static async during<T>(
    { client, db }: Pick<Database, 'client' | 'db'>,
    read: (moment: Moment) => Promise<T>,
  ): Promise<T> {
    // Of a collection that is not there the server answers without a moment.
    const [there] = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
    if (there === undefined) throw new CannotStart('There is nothing of pps-trace in this database.');
    const moment = new Moment(client.startSession({ snapshot: true }));
    try {
      await db.collection(there.name).findOne({}, moment.options());
      return await read(moment);
    } finally {
      await moment.session.endSession();
    }
  }

  /**
   * @returns options of a find or an aggregation. It has to say the level too: the connection's own would stand in the
   *   place of the session's, and every read would be of its own moment.
   */
  options(): { session: mongo.ClientSession; readConcern: { level: 'snapshot' } } {
    return { session: this.session, readConcern: { level: 'snapshot' } };
  }
}

/** The server no longer keeps the moment: it does for `minSnapshotHistoryWindowInSeconds`. */
export function isMomentGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 239 || error.code === 246);
}
