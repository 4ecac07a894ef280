/** The shapes of recalls' requests and answers. */
import { z } from 'zod';
import { bilingual, gtin, lotNumber } from '../catalogue/fields.ts';
import { organisationKinds } from '../catalogue/organisation.ts';
import { saying } from '../http/faults.ts';
import { count, pageOf, pageQuery, text, uuid } from '../http/fields.ts';
import { parseSerial } from '../identifiers/serial.ts';
import { conditions } from '../ledger/account.ts';
import { deviations } from '../ledger/event.ts';
import { recallMeasures } from '../ledger/event-details.ts';
import { recallBounds, recallStates } from './recall.ts';

const classes = z.enum(['I', 'II', 'III']);
const bases = z.enum(['voluntary', 'ordered']);
const time = z.string();
const day = z.string();

const serial = z
  .string()
  .refine(
    (value) => parseSerial(value) !== undefined,
    saying('序列号应为 1–20 个标签可用字符。', 'A serial number has 1 to 20 characters that labels allow.'),
  );

const scopeFields = {
  gtin: gtin(),
  /** Absent: the whole product, lots not yet made included. */
  lot: lotNumber().optional(),
  serials: z.array(serial).min(1).max(recallBounds.serialsPerItem).optional(),
  sterilisationLots: z
    .array(text({ max: 40 }))
    .min(1)
    .max(recallBounds.sterilisationLotsPerItem)
    .optional(),
};

const scopeItem = z.strictObject(scopeFields);
const scope = z.array(scopeItem).min(1).max(recallBounds.scopeItems);
const wording = bilingual({ max: 4_000 });
const returnTo = z.strictObject({ organisation: uuid(), place: uuid() });
const commandId = uuid();

export const initiateBody = z.strictObject({
  commandId,
  class: classes,
  basis: bases,
  reason: wording,
  instructions: wording,
  measures: z.array(z.enum(recallMeasures)).min(1).max(recallMeasures.length),
  scope,
  returnTo: returnTo.optional(),
  number: text({ max: 40 }).optional(),
});

export const wideningBody = z.strictObject({ commandId, scope, reason: wording });

export const responseBody = z
  .strictObject({
    commandId,
    /** Units found in stock … */
    found: count().max(10_000_000),
    /** … of which so many were put into quarantine. */
    quarantined: count().max(10_000_000),
    used: count().max(10_000_000),
    note: text({ max: 4_000, lines: true }).optional(),
  })
  .refine(({ found, quarantined }) => quarantined <= found, {
    ...saying('隔离数量不能多于找到的数量。', 'More cannot be quarantined than was found.'),
    path: ['quarantined'],
  });

export const completionBody = z.strictObject({ commandId, summary: wording });

export const closingBody = z.strictObject({
  commandId,
  review: z.enum(['adequate', 'inadequate']),
  liftsRestrictions: z.boolean(),
});

export const recallParams = z.strictObject({ id: uuid() });
export const noticeParams = z.strictObject({ id: uuid(), organisation: uuid() });
export const listQuery = z.strictObject({ ...pageQuery });
export const listPosition = z.strictObject({
  after: z.tuple([z.string().max(40), z.string().max(40)]).optional(),
  passed: count().max(1_000_000),
});

export const balanceQuery = z.strictObject({
  cursor: pageQuery.cursor,
  /** Lots to a page. A list without `next` is whole. */
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .refine(
      (value) => value <= recallBounds.lotsPerPage,
      saying(
        `每页最多 ${recallBounds.lotsPerPage} 批。`,
        `At most ${recallBounds.lotsPerPage} lots to a page.`,
      ),
    )
    .default(recallBounds.lotsPerPage),
});
export const balancePosition = z.strictObject({ after: z.string().max(80) });

export const recallAnswer = z.strictObject({ recall: uuid(), number: z.string() });
/** `deciding`: the decision stands and checks block; the service finishes the list by itself. */
export const decidedRecall = recallAnswer.extend({ state: z.enum(recallStates) });
export const responseAnswer = z.strictObject({ recall: uuid() });

const name = z.strictObject({ zh: z.string(), en: z.string() });
const namedOrganisation = z.strictObject({ id: uuid(), name: name.optional() });

const summaryFields = {
  id: uuid(),
  number: z.string(),
  registrant: namedOrganisation,
  class: classes,
  basis: bases,
  state: z.enum(recallStates),
  decidedAt: time,
  effectiveAt: time.optional(),
  scope: z.array(z.strictObject({ ...scopeFields, step: z.int().min(1) })),
};

export const recallPage = pageOf(z.strictObject(summaryFields));

export const recallDetail = z.strictObject({
  ...summaryFields,
  reason: name.optional(),
  instructions: name.optional(),
  measures: z.array(z.enum(recallMeasures)),
  returnTo: returnTo.optional(),
  steps: z.array(
    z.strictObject({
      step: z.int().min(1),
      decidedAt: time,
      effectiveAt: time.optional(),
      reason: name.optional(),
    }),
  ),
  completed: z.strictObject({ at: time, summary: name.optional() }).optional(),
  closed: z
    .strictObject({ at: time, review: z.enum(['adequate', 'inadequate']), liftsRestrictions: z.boolean() })
    .optional(),
  narrowed: z.boolean(),
  progress: z.array(
    z.strictObject({
      organisation: uuid(),
      name: name.optional(),
      kind: z.enum(organisationKinds).optional(),
      had: z.boolean(),
      used: z.boolean(),
      notifiedAt: time.optional(),
      answer: z
        .strictObject({
          at: time,
          found: count(),
          quarantined: count(),
          used: count(),
          note: z.string().optional(),
        })
        .optional(),
    }),
  ),
});

const counts = { uses: count(), late: count(), corrected: count(), implanted: count() };

const statedIdentity = z.strictObject({
  inpatientNumber: z.string().optional(),
  recordNumber: z.string().optional(),
  patientId: z.string().optional(),
  name: z.string().optional(),
  birthDate: z.string().optional(),
  sex: z.enum(['female', 'male', 'unknown']).optional(),
  phone: z.string().optional(),
});

const identity = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('identified'),
    stated: statedIdentity,
    identity: statedIdentity,
    earlier: z.array(statedIdentity),
    identityConflict: z.boolean(),
    unnumbered: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('restricted') }),
  z.strictObject({ kind: z.literal('none') }),
]);

export const recallUses = z.strictObject({
  recall: uuid(),
  number: z.string(),
  state: z.enum(recallStates),
  asOf: time,
  narrowed: z.boolean(),
  counts: z.strictObject(counts).optional(),
  byOrganisation: z.array(z.strictObject({ organisation: uuid(), name: name.optional(), ...counts })),
  items: z.array(
    z.strictObject({
      pseudonym: z.string(),
      organisation: uuid(),
      gtin: z.string(),
      lot: z.string(),
      scannedLot: z.string().optional(),
      serial: z.string().optional(),
      usedOn: day,
      usedAt: time.optional(),
      event: uuid().optional(),
      recordedOn: day,
      implanted: z.boolean(),
      deviations: z.array(z.enum(deviations)),
      late: z.boolean(),
      corrected: z.boolean(),
      /** To the hospital alone that recorded the use. */
      identity: identity.optional(),
    }),
  ),
});

const accountKinds = [
  'production',
  'place',
  'inside',
  'transit',
  'consumed',
  'destroyed',
  'reported',
  'missing',
  'unexplained',
] as const;

export const recallBalance = z.strictObject({
  recall: uuid(),
  number: z.string(),
  asOf: time,
  narrowed: z.boolean(),
  wholeLots: z.boolean(),
  lots: z.array(
    z.strictObject({
      gtin: z.string(),
      lot: z.string(),
      rows: z.array(
        z.strictObject({
          organisation: uuid(),
          name: name.optional(),
          kind: z.enum(accountKinds),
          condition: z.enum(conditions).optional(),
          place: z.string().optional(),
          quantity: z.int(),
        }),
      ),
      total: z.int().optional(),
    }),
  ),
  next: z.string().optional(),
});
