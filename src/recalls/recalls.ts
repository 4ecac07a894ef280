/** The commands of a recall, each one transaction of the ledger; pure decisions are in decide.ts. */
import type { Connection } from 'mongoose';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { lotsCollection } from '../catalogue/lots.ts';
import { readPlaces } from '../catalogue/places.ts';
import { readProducts } from '../catalogue/products.ts';
import type { IdSource } from '../clock.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { bounds } from '../ledger/event.ts';
import type { ScopeItem } from '../ledger/event-details.ts';
import { lotsHeldInRange } from '../ledger/read.ts';
import type { Ledger } from '../ledger/run.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { commitText } from '../ledger/texts.ts';
import type { Patients } from '../patients/interface.ts';
import type { StatutoryClock } from './deadlines.ts';
import {
  type ClosingCommand,
  decideClosing,
  decideCompletion,
  decideNotified,
  decideRecall,
  decideResponse,
  decideWidening,
  type RecallAnswer,
  type RecallCommand,
  type ScopeState,
} from './decide.ts';
import { type EffectParts, makeEffective } from './effect.ts';
import { type RecallState, stateOf } from './recall.ts';
import { openProducts, rangeOf } from './scope.ts';
import { seeRecall } from './sight.ts';
import { lotsOfProducts } from './situation.ts';
import { isNotified, numbersTaken, readRecallInTransaction, recallsCollection } from './storage.ts';
import type { Reading } from './viewer.ts';
import { commitWording } from './wording.ts';

/** What the commands and readings of this room need of the process. */
export interface RecallParts extends EffectParts {
  readonly ledger: Ledger;
  readonly connection: Connection;
  readonly ids: IdSource;
  readonly patients: Pick<Patients, 'identify'>;
  /** Told of a recall that was decided and is not in effect everywhere: somebody has to finish it. */
  readonly unfinished?: (recall: string, trouble: unknown) => void;
  /** The statutory time limits, where another reading of the law than ours applies. */
  readonly clocks?: readonly StatutoryClock[];
}

/** Who sends a command: what the route knows of the caller, and the client's id of the command. */
export interface Sender extends Reading {
  readonly person: string;
  readonly commandId: string;
}

export interface InitiateInput
  extends Pick<RecallCommand, 'class' | 'basis' | 'measures' | 'scope' | 'returnTo' | 'number'> {
  readonly reason: Bilingual;
  readonly instructions: Bilingual;
}

/** The answer to a decision that stands, whatever has become of it since. */
export interface DecidedRecall extends RecallAnswer {
  /** `deciding`: checks block already, and the process goes on until the list is complete. */
  readonly state: RecallState;
}

/**
 * Decides a recall and makes it effective. When it returns, no check passes any more; and where the state is not
 * `deciding`, every use recorded before is in the list. Sent again, it finishes what an earlier try left unfinished.
 */
export async function initiateRecall(
  parts: RecallParts,
  sender: Sender,
  { reason, instructions, ...input }: InitiateInput,
): Promise<DecidedRecall> {
  const { organisation } = sender;
  // Made before the ledger tries: salts must not change from one attempt to the next.
  const command: RecallCommand = {
    ...input,
    recall: parts.ids.uuid(),
    organisation,
    reason: commitWording(reason, organisation, parts.ids),
    instructions: commitWording(instructions, organisation, parts.ids),
  };
  const content = { ...input, reason, instructions };
  const { answer } = await parts.ledger.run(commandOf(sender, 'POST /api/v1/recalls', content), {
    load: async (snapshot, { recordTime }) => ({
      recordTime,
      ...(await loadScope(snapshot, input.scope)),
      numbers: await snapshot.query([recallsCollection], (db, session) =>
        numbersTaken(db, organisation, session),
      ),
      ...(await loadReturnPlace(parts, input.returnTo?.place)),
    }),
    decide: (state) => decideRecall(command, state),
  });
  return await takeEffect(parts, answer);
}

/**
 * The decision is committed: whatever happens from here on, an answer that says "busy" would have the sender decide it
 * again under another id.
 */
async function takeEffect(parts: RecallParts, { recall, number }: RecallAnswer): Promise<DecidedRecall> {
  try {
    return { recall, number, state: stateOf(await makeEffective(parts, recall)) };
  } catch (trouble) {
    parts.unfinished?.(recall, trouble);
    return { recall, number, state: 'deciding' };
  }
}

/** Widens a recall, by the same path. @throws Failure `not-found` where it is not the sender's. */
export async function widenRecall(
  parts: RecallParts,
  sender: Sender,
  id: string,
  input: { readonly scope: readonly ScopeItem[]; readonly reason: Bilingual },
): Promise<DecidedRecall> {
  const { organisation } = sender;
  const reason = commitWording(input.reason, organisation, parts.ids);
  const content = { recall: id, ...input };
  const { answer } = await parts.ledger.run(commandOf(sender, 'POST /api/v1/recalls/:id/widening', content), {
    load: async (snapshot, { recordTime }) => ({
      recordTime,
      recall: await readRecallInTransaction(snapshot, id),
      ...(await loadScope(snapshot, input.scope)),
    }),
    decide: (state) => decideWidening({ organisation, scope: input.scope, reason }, state),
  });
  return await takeEffect(parts, answer);
}

/** Records the answer of an organisation concerned. @throws Failure `not-found` where it is not concerned. */
export async function answerRecall(
  parts: RecallParts,
  sender: Sender,
  id: string,
  input: {
    readonly found: number;
    readonly quarantined: number;
    readonly used: number;
    readonly note?: string;
  },
): Promise<{ recall: string }> {
  const { organisation } = sender;
  // Outside the transaction: whom a recall concerns only grows.
  const { viewer, recall } = await seeRecall(parts, sender, id);
  if (viewer.kind !== 'concerned') throw new Failure('not-found');
  const lots = await lotsHeldInRange(parts.db, rangeOf(recall.scope), organisation, bounds.lotsPerEvent);
  const note = input.note === undefined ? undefined : commitText(input.note, organisation, parts.ids);
  const { found, quarantined, used } = input;
  const { answer } = await parts.ledger.run(
    commandOf(sender, 'POST /api/v1/recalls/:id/responses', { recall: id, ...input }),
    {
      load: async (snapshot, { recordTime }) => ({
        recordTime,
        recall: await readRecallInTransaction(snapshot, id),
        lots,
      }),
      decide: (state) =>
        decideResponse({ found, quarantined, used, ...(note === undefined ? {} : { note }) }, state),
    },
  );
  return answer;
}

/**
 * Records that the notice has reached an organisation: it is the proof at which the clock of Art. 15 stops, so it is
 * in history before the notice is handed out. Once; a second fetch changes nothing.
 */
export async function recordNotified(
  parts: RecallParts,
  reader: Reading & { readonly person: string },
  id: string,
  notice: string,
): Promise<void> {
  const sender = { ...reader, commandId: parts.ids.uuid() };
  await parts.ledger.run(
    commandOf(sender, 'GET /api/v1/recalls/:id/notices/:organisation.pdf', { recall: id }),
    {
      load: async (snapshot, { recordTime }) => ({
        recordTime,
        recall: await readRecallInTransaction(snapshot, id),
        alreadyNotified: await isNotified(snapshot, id, reader.organisation),
      }),
      decide: (state) => decideNotified(reader.organisation, notice, state),
    },
  );
}

/** The registrant states that the recall is done. */
export async function completeRecall(
  parts: RecallParts,
  sender: Sender,
  id: string,
  input: { readonly summary: Bilingual },
): Promise<RecallAnswer> {
  const { organisation } = sender;
  const summary = commitWording(input.summary, organisation, parts.ids);
  const { answer } = await parts.ledger.run(
    commandOf(sender, 'POST /api/v1/recalls/:id/completion', { recall: id, ...input }),
    {
      load: (snapshot, { recordTime }) => loadOwn(snapshot, id, recordTime),
      decide: (state) => decideCompletion({ organisation, summary }, state),
    },
  );
  return answer;
}

/** Closes a recall after the authority's review. */
export async function closeRecall(
  parts: RecallParts,
  sender: Sender,
  id: string,
  input: Pick<ClosingCommand, 'review' | 'liftsRestrictions'>,
): Promise<RecallAnswer> {
  const { organisation } = sender;
  const { answer } = await parts.ledger.run(
    commandOf(sender, 'POST /api/v1/recalls/:id/closing', { recall: id, ...input }),
    {
      load: (snapshot, { recordTime }) => loadOwn(snapshot, id, recordTime),
      decide: (state) => decideClosing({ organisation, ...input }, state),
    },
  );
  return answer;
}

function commandOf({ commandId, organisation, person }: Sender, route: string, content: unknown) {
  return { id: commandId, organisation, actor: person, route, content };
}

async function loadScope(snapshot: Snapshot, scope: readonly ScopeItem[]): Promise<ScopeState> {
  const products = await readProducts(snapshot, [...new Set(scope.map(({ gtin }) => gtin))]);
  return {
    registrants: new Map([...products].map(([gtin, { organisation }]) => [gtin, organisation])),
    lotsOfOpenProducts: await snapshot.query([lotsCollection], (db, session) =>
      lotsOfProducts(db, openProducts(scope), bounds.lotsPerEvent, session),
    ),
  };
}

async function loadReturnPlace({ connection }: RecallParts, place: string | undefined) {
  const found =
    place === undefined ? undefined : (await readPlaces(askedTogether(connection), [place])).get(place);
  return found === undefined
    ? {}
    : { returnPlace: { organisation: found.organisation, active: found.active } };
}

async function loadOwn(snapshot: Snapshot, id: string, recordTime: string) {
  const recall = await readRecallInTransaction(snapshot, id);
  const gtins = openProducts(recall?.scope ?? []);
  const lots = await snapshot.query([lotsCollection], (db, session) =>
    lotsOfProducts(db, gtins, bounds.lotsPerEvent, session),
  );
  return { recordTime, recall, lots };
}
