/** What the registrant writes, in both languages, under one commitment (ledger/texts.ts). */
import type { mongo } from 'mongoose';
import { z } from 'zod';
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { IdSource } from '../clock.ts';
import type { Commitment } from '../ledger/event.ts';
import { type CommittedText, commitText, readTexts } from '../ledger/texts.ts';

const wording = z.strictObject({ zh: z.string(), en: z.string() });

/** @returns the commitment for the event, and the write of both languages and the salt that commits with it. */
export function commitWording(
  text: Bilingual,
  organisation: string,
  ids: Pick<IdSource, 'bytes'>,
): CommittedText {
  return commitText(JSON.stringify({ zh: text.zh, en: text.en }), organisation, ids);
}

/** @returns the organisation's texts by commitment; one that was erased is absent. */
export async function readWordings(
  db: mongo.Db,
  organisation: string,
  commitments: readonly Commitment[],
): Promise<Map<Commitment, Bilingual>> {
  const texts = await readTexts(db, organisation, commitments);
  return new Map([...texts].map(([made, text]) => [made, wording.parse(JSON.parse(text))]));
}
