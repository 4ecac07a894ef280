/** What the ledger's events mean for recalls: a pure fold, run in the transaction that appends the event. */
import type { Write } from '../database/write.ts';
import type { AnyEvent, LedgerEvent } from '../ledger/event.ts';
import type { Recall, RecallStep } from './recall.ts';
import { progressCollection, progressId, recallsCollection } from './storage.ts';

/** Register it with the ledger, behind the catalogue's. */
export function projectRecalls(event: AnyEvent): Write[] {
  switch (event.type) {
    case 'recallInitiated':
      return initiated(event);
    case 'recallWidened':
      return widened(event);
    case 'recallNotified':
      return progress(event, {
        notified: { at: event.recordTime, event: event.id, notice: event.details.notice },
      });
    case 'recallResponded': {
      const { found, quarantined, used, note } = event.details;
      const answer = { found, quarantined, used, ...(note === undefined ? {} : { note }) };
      return progress(event, { answered: { at: event.recordTime, event: event.id, ...answer } });
    }
    case 'recallCompleted':
      return completed(event);
    case 'recallClosed': {
      const { review, liftsRestrictions } = event.details;
      return onRecall(event, { $set: { closed: { at: event.recordTime, review, liftsRestrictions } } });
    }
    default:
      return [];
  }
}

function initiated(event: LedgerEvent<'recallInitiated'>): Write[] {
  const { recall, scope, drill: _drill, ...facts } = event.details;
  const step: RecallStep = { step: 1, event: event.id, decidedAt: event.recordTime };
  const document: Recall = {
    ...facts,
    id: recall,
    organisation: event.organisation,
    scope: scope.map((item) => ({ ...item, step: 1 })),
    decidedAt: event.recordTime,
    steps: [step],
  };
  return [{ collection: recallsCollection, insert: { ...document, _id: recall } }];
}

/** The step's number follows from those before it, so two widenings at once contend for the recall's document. */
function widened(event: LedgerEvent<'recallWidened'>): Write[] {
  const { scope, reason } = event.details;
  const number = { $add: [{ $size: '$steps' }, 1] };
  const step: Omit<RecallStep, 'step'> = { event: event.id, decidedAt: event.recordTime, reason };
  const items = scope.map((item) => ({ $mergeObjects: [{ $literal: item }, { step: number }] }));
  return onRecall(event, [
    {
      $set: {
        scope: { $concatArrays: ['$scope', items] },
        steps: { $concatArrays: ['$steps', [{ $mergeObjects: [{ $literal: step }, { step: number }] }]] },
      },
    },
  ]);
}

/** It speaks of the steps before it, so that a widening at the same time contends with it for the recall's document. */
function completed(event: LedgerEvent<'recallCompleted'>): Write[] {
  const stated = { at: event.recordTime, summary: event.details.summary };
  const step = { $size: '$steps' };
  return onRecall(event, [{ $set: { completed: { $mergeObjects: [{ $literal: stated }, { step }] } } }]);
}

function onRecall(
  event: LedgerEvent<'recallWidened' | 'recallCompleted' | 'recallClosed'>,
  update: object,
): Write[] {
  return [{ collection: recallsCollection, filter: { _id: event.details.recall }, update }];
}

/** Kept apart from the recall, so that hundreds of organisations that answer at once do not contend for it. */
function progress(event: LedgerEvent<'recallNotified' | 'recallResponded'>, fields: object): Write[] {
  const { recall } = event.details;
  const { organisation } = event;
  return [
    {
      collection: progressCollection,
      filter: { _id: progressId(recall, organisation) },
      update: { $set: fields, $setOnInsert: { recall, organisation } },
      upsert: true,
    },
  ];
}
