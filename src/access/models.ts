/**
 * What this room stores, as mongoose models on the connection that is passed. They are strict: a field that the
 * schema does not name throws. Indexes are migrations. No plain secret is ever stored: passwords as argon2id,
 * session and token secrets (256 random bits, which no dictionary holds) as SHA-256.
 */

import { type Connection, type Model, Schema } from 'mongoose';
import type { AccessDetails, AccessKind } from './access-log.ts';
import type { Permission, Role } from './permissions.ts';

export interface StoredPerson {
  /** UUID: what events name. The name stays here. */
  readonly _id: string;
  readonly organisation: string;
  readonly name: string;
  /** 工号 */
  readonly staffNumber?: string;
  /** Lower case, unique in the service; without one, a person who does not sign in. */
  readonly username?: string;
  readonly roles: Role[];
  /** argon2id, PHC string. */
  readonly passwordHash?: string;
  /** The password was made by an administrator and known to two. */
  readonly passwordMustChange: boolean;
  readonly active: boolean;
  readonly createdAt: Date;
  readonly lastSignInAt?: Date;
  /**
   * Counts the sessions and tokens opened. Each opening writes it, so that one which races a reset or a deactivation
   * loses: an update that changes nothing would take no lock.
   */
  readonly openings: number;
}

export interface StoredSession {
  /** SHA-256 of the cookie's secret, hex. */
  readonly _id: string;
  readonly person: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly endsAt: Date;
  /** The earlier of the idle and the absolute limit; the TTL index removes what is past it. */
  readonly expiresAt: Date;
}

export interface StoredToken {
  /** UUID, by which it is listed and revoked. */
  readonly _id: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly person: string;
  readonly organisation: string;
  readonly name: string;
  readonly permissions: Permission[];
  /** Ids of the tokens it was made with, oldest first: revoking one of them revokes this. */
  readonly ancestors: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt?: Date;
  readonly lastUsedAt?: Date;
}

export interface StoredAttempts {
  /** SHA-256 of what is limited: a username, an address. */
  readonly _id: string;
  readonly count: number;
  readonly expiresAt: Date;
}

/** One per organisation: what two who change its administrators contend for; and the mark of the first start. */
export interface StoredGuard {
  readonly _id: string;
  readonly changes: number;
}

export interface StoredAccess {
  readonly _id: string;
  readonly at: Date;
  /** Absent where nobody's: a username that does not exist. The operator reads those. */
  readonly organisation?: string;
  readonly kind: AccessKind;
  /** Who did it. */
  readonly actor?: string;
  /** Session or token; a session's is cut short, so that the log is no list of what the cookie hashes to. */
  readonly credential?: { readonly kind: 'session' | 'token'; readonly id: string };
  /** To whom. */
  readonly person?: string;
  readonly address?: string;
  readonly requestId?: string;
  readonly details?: AccessDetails;
}

export const peopleCollection = 'people';
export const sessionsCollection = 'sessions';
export const tokensCollection = 'tokens';

const options = {
  strict: 'throw',
  strictQuery: 'throw',
  versionKey: false,
  id: false,
  minimize: false,
  autoIndex: false,
  autoCreate: false,
} as const;
const text = { type: String, required: true } as const;
const day = { type: Date, required: true } as const;
const count = { type: Number, required: true } as const;
const flag = { type: Boolean, required: true } as const;

const personSchema = new Schema<StoredPerson>(
  {
    _id: text,
    organisation: text,
    name: text,
    staffNumber: String,
    username: String,
    roles: { type: [String], required: true },
    passwordHash: String,
    passwordMustChange: flag,
    active: flag,
    createdAt: day,
    lastSignInAt: Date,
    openings: count,
  },
  { ...options, collection: peopleCollection },
);

const sessionSchema = new Schema<StoredSession>(
  { _id: text, person: text, createdAt: day, lastSeenAt: day, endsAt: day, expiresAt: day },
  { ...options, collection: sessionsCollection },
);

const tokenSchema = new Schema<StoredToken>(
  {
    _id: text,
    hash: text,
    person: text,
    organisation: text,
    name: text,
    permissions: { type: [String], required: true },
    ancestors: { type: [String], required: true },
    createdAt: day,
    expiresAt: day,
    revokedAt: Date,
    lastUsedAt: Date,
  },
  { ...options, collection: tokensCollection },
);

const attemptsSchema = new Schema<StoredAttempts>(
  { _id: text, count, expiresAt: day },
  { ...options, collection: 'signInAttempts' },
);

const guardSchema = new Schema<StoredGuard>(
  { _id: text, changes: count },
  { ...options, collection: 'accessGuards' },
);

const accessSchema = new Schema<StoredAccess>(
  {
    _id: text,
    at: day,
    organisation: String,
    kind: text,
    actor: String,
    credential: { type: { _id: false, kind: text, id: text } },
    person: String,
    address: String,
    requestId: String,
    details: Schema.Types.Mixed,
  },
  { ...options, collection: 'accessLog' },
);

/** A connection keeps each model once. */
function modelOf<T>(connection: Connection, name: string, schema: Schema<T>): Model<T> {
  const known: Model<T> | undefined = connection.models[name];
  return known ?? connection.model<T>(name, schema);
}

export const peopleOn = (connection: Connection) => modelOf(connection, 'Person', personSchema);
export const sessionsOn = (connection: Connection) => modelOf(connection, 'Session', sessionSchema);
export const tokensOn = (connection: Connection) => modelOf(connection, 'Token', tokenSchema);
export const attemptsOn = (connection: Connection) => modelOf(connection, 'SignInAttempts', attemptsSchema);
export const guardsOn = (connection: Connection) => modelOf(connection, 'AccessGuard', guardSchema);
export const accessLogOn = (connection: Connection) => modelOf(connection, 'Access', accessSchema);
