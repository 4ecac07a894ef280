/** Makes one mongod a replica set of one member, whatever port it listens on this time. */

import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { z } from 'zod';
import { CannotStart } from '../errors.ts';

const { MongoClient, MongoNetworkError, MongoServerError } = mongoose.mongo;
type Admin = mongoose.mongo.Db;

/** A mongod that starts on a new port first asks whoever has its old one, and waits 30 s for one that is silent. */
const primaryLimitMs = 60_000;
const pollMs = 25;

/** Server error codes: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const alreadyInitialized = 23;
const notYetInitialized = 94;

const configSchema = z.looseObject({
  version: z.number(),
  members: z.array(z.looseObject({ host: z.string() })).min(1),
});
type ReplicaConfig = z.infer<typeof configSchema>;

export interface Member {
  readonly name: string;
  /** `127.0.0.1:PORT`, as clients reach it. */
  readonly host: string;
}

/**
 * Initiates the set on an empty mongod. Where its data come from an earlier start the stored configuration names
 * the port of then: a member that does not find itself in it never becomes primary, so it is put right by force,
 * which is safe because there is no other member whose vote could have been lost.
 * @returns the feature compatibility version of the data, `6.0`.
 * @throws CannotStart when it does not become primary.
 */
export async function becomePrimary(member: Member): Promise<string> {
  const client = await MongoClient.connect(`mongodb://${member.host}/`, { directConnection: true });
  try {
    const admin = client.db('admin');
    await untilPrimary(admin, member);
    const answer = await admin.command({ getParameter: 1, featureCompatibilityVersion: 1 });
    return z.object({ version: z.string() }).parse(answer.featureCompatibilityVersion).version;
  } finally {
    await client.close();
  }
}

async function configure(admin: Admin, { name, host }: Member): Promise<void> {
  const stored = await storedConfig(admin);
  if (stored === undefined) {
    await initiate(admin, { name, host });
  } else if (stored.members.length !== 1) {
    throw new CannotStart(
      'The data directory holds a member of a larger replica set: start that set yourself and name it in MONGODB_URI.',
    );
  } else if (stored.members[0]?.host !== host) {
    const moved = { ...stored, version: stored.version + 1, members: [{ ...stored.members[0], host }] };
    await admin.command({ replSetReconfig: moved, force: true });
  }
}

async function initiate(admin: Admin, { name, host }: Member): Promise<void> {
  try {
    await admin.command({ replSetInitiate: { _id: name, members: [{ _id: 0, host }] } });
  } catch (error) {
    // It was still reading its stored configuration when we asked for it.
    if (codeOf(error) !== alreadyInitialized) throw error;
    await configure(admin, { name, host });
  }
}

async function storedConfig(admin: Admin): Promise<ReplicaConfig | undefined> {
  try {
    return configSchema.parse((await admin.command({ replSetGetConfig: 1 })).config);
  } catch (error) {
    if (codeOf(error) === notYetInitialized) return undefined;
    throw error;
  }
}

/**
 * A server that changes its state closes its connections, so one that breaks while we configure or ask says nothing
 * about the outcome: what is true now is looked up again.
 */
async function untilPrimary(admin: Admin, member: Member): Promise<void> {
  for (let waitedMs = 0; waitedMs < primaryLimitMs; waitedMs += pollMs) {
    try {
      await configure(admin, member);
      if ((await admin.command({ hello: 1 })).isWritablePrimary === true) return;
    } catch (error) {
      if (!(error instanceof MongoNetworkError)) throw error;
    }
    await sleep(pollMs);
  }
  throw new CannotStart(
    `The embedded MongoDB server did not become ready within ${primaryLimitMs / 1000} seconds: start again, and if it stays so, look for a full or slow disk.`,
  );
}

function codeOf(error: unknown): number | undefined {
  return error instanceof MongoServerError && typeof error.code === 'number' ? error.code : undefined;
}
