/**
 * Routes of a hospital's privacy officer (its administrator): who read identities, and patients' requests to erase.
 * None of them answers an identity.
 */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { Failure } from '../errors.ts';
import { pageOf, pageQuery, text, uuid } from '../http/fields.ts';
import type { PatientQuery } from './identity.ts';
import type { ErasureOutcome, ErasureRequest, Patients } from './interface.ts';

const number = text({ max: 64 });

/** Exactly one number, or the pseudonym of a use that was stated without any. */
const subject = z.strictObject({
  inpatientNumber: number.optional(),
  recordNumber: number.optional(),
  patientId: number.optional(),
  pseudonym: uuid().optional(),
});

const erasureBody = z.strictObject({
  subject,
  reason: z.enum(['patient-request', 'retention-ended', 'order-of-authority']),
});

const erasureAnswer = z.strictObject({
  outcome: z.enum(['erased', 'restricted']),
  keyId: z.string(),
  /** The last day of the statutory retention, or `permanent`; until then the data are only restricted. */
  until: z.string().optional(),
});

const identityRead = z.strictObject({
  id: z.string(),
  organisation: z.string(),
  at: z.string(),
  person: z.string(),
  requestId: z.string(),
  action: z.enum(['find-uses', 'identify', 'restrict', 'erase']),
  purpose: z.enum(['recall', 'care', 'adverse-event', 'legal-duty']),
  uses: z.int(),
  patients: z.array(z.string()),
  refused: z.array(z.string()),
  intact: z.boolean(),
});

/** @returns the routes of this room; those that read identities are where devices and recalls are. */
export function patientRoutes(patients: Patients): Route[] {
  return [
    route(
      'GET',
      '/api/v1/identity-reads',
      'organisation:administer',
      {
        summary: 'Who read whose identity, without the identity 患者身份查阅记录',
        query: z.strictObject(pageQuery),
        answer: pageOf(identityRead),
      },
      async ({ caller, query }) => ({
        status: 200,
        body: await patients.listIdentityReads(caller.organisation, query.cursor, query.limit),
      }),
    ),
    erasureRoute(
      '/api/v1/patient-erasures',
      'Erase a patient’s identity, or restrict it while a retention runs 删除或限制处理患者信息',
      (request) => patients.erase(request),
    ),
    erasureRoute(
      '/api/v1/patient-restrictions',
      'Restrict a patient’s identity to recalls, adverse events and legal duty 限制处理患者信息',
      (request) => patients.restrict(request),
    ),
  ];
}

/** POST, so that no number of a patient stands in a URL or a log. */
function erasureRoute(
  path: string,
  summary: string,
  act: (request: ErasureRequest) => Promise<ErasureOutcome>,
): Route {
  return route(
    'POST',
    path,
    'organisation:administer',
    { summary, body: erasureBody, answer: erasureAnswer },
    async ({ caller: { organisation, person }, body, requestId }) => {
      const reader = { person, organisation, requestId };
      const outcome = await act({
        organisation,
        subject: subjectOf(body.subject),
        reader,
        reason: body.reason,
      });
      return { status: 200, body: outcome };
    },
  );
}

function subjectOf(stated: z.output<typeof subject>): ErasureRequest['subject'] {
  const { inpatientNumber, recordNumber, patientId, pseudonym } = stated;
  const named: (PatientQuery | { readonly pseudonym: string })[] = [
    ...(inpatientNumber === undefined ? [] : [{ inpatientNumber }]),
    ...(recordNumber === undefined ? [] : [{ recordNumber }]),
    ...(patientId === undefined ? [] : [{ patientId }]),
    ...(pseudonym === undefined ? [] : [{ pseudonym }]),
  ];
  const [only, second] = named;
  if (only === undefined || second !== undefined) throw new Failure('patient/number-missing');
  return only;
}
