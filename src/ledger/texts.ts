/**
 * Texts that history must not hold for ever: reasons, notes, numbers of hospital papers. History holds a salted
 * commitment; text and salt lie here and can be erased (law 8).
 */
import type { mongo } from 'mongoose';
import type { IdSource } from '../clock.ts';
import type { Write } from '../database/write.ts';
import { commitment } from './content-hash.ts';
import type { Commitment } from './event.ts';

export const textsCollection = 'texts';
const saltBytes = 16;

interface StoredText {
  readonly _id: Commitment;
  /** Whose text it is; nobody else reads it here. */
  readonly organisation: string;
  readonly salt: string;
  readonly text: string;
}

export interface CommittedText {
  readonly commitment: Commitment;
  /** To be committed with the event that holds the commitment. */
  readonly write: Write;
}

/** Commits to a text with a fresh salt. */
export function commitText(text: string, organisation: string, ids: Pick<IdSource, 'bytes'>): CommittedText {
  const salt = ids.bytes(saltBytes);
  const made = commitment(text, salt);
  const document: StoredText = {
    _id: made,
    organisation,
    salt: Buffer.from(salt).toString('base64'),
    text,
  };
  return { commitment: made, write: { collection: textsCollection, insert: { ...document } } };
}

/** @returns the organisation's texts by commitment; one that was erased, or is another's, is absent. */
export async function readTexts(
  db: mongo.Db,
  organisation: string,
  commitments: readonly Commitment[],
): Promise<Map<Commitment, string>> {
  const found = db
    .collection<StoredText>(textsCollection)
    .find({ _id: { $in: [...commitments] }, organisation }, { projection: { text: 1 } });
  const texts = new Map<Commitment, string>();
  for await (const { _id, text } of found) texts.set(_id, text);
  return texts;
}
