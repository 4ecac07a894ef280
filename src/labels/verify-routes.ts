/** The route that verifies a label that was scanned. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { labelElements, labelVerdicts, verdictWords } from './verify.ts';
import { type VerifyParts, verifyBody, verifyLabel } from './verify-reading.ts';

const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

const verifyAnswer = z.strictObject({
  verdict: z.enum(labelVerdicts),
  /** What it means and what to do. */
  zh: z.string(),
  en: z.string(),
  gtin: z.string().optional(),
  sscc: z.string().optional(),
  /** Of a label with an MA code, which has no GTIN. */
  maIdentifier: z.string().optional(),
  lot: z.string().optional(),
  serial: z.string().optional(),
  /** Jobs that printed it, the newest first; of labels that are alike the newest. */
  jobs: z.array(
    z.strictObject({
      job: z.string(),
      printedAt: z.string(),
      template: z.string(),
      reprintOf: z.string().optional(),
      state: z.enum(['open', 'cancelled', 'closed']),
      /** Whether this job's label of this serial number was spoiled. */
      spoiled: z.boolean(),
    }),
  ),
  elements: z.array(
    z.strictObject({
      element: z.enum(labelElements),
      name: bilingual,
      scanned: z.string().optional(),
      printed: z.string().optional(),
      recorded: z.string().optional(),
      agrees: z.boolean(),
    }),
  ),
});

export function verifyRoutes(parts: VerifyParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/labels/verify',
      'label:print',
      {
        summary: 'Is a scanned label one of ours, and does it agree with the ledger? 核对标签',
        body: verifyBody,
        answer: verifyAnswer,
      },
      async ({ caller, body }) => {
        const { jobs, printed, verdict, elements, ...device } = await verifyLabel(
          parts,
          caller.organisation,
          body,
        );
        const told = jobs.map(({ _id, printedAt, template, reprintOf, state }) => ({
          job: _id,
          printedAt,
          template: template.name,
          ...(reprintOf === undefined ? {} : { reprintOf }),
          state,
          spoiled: printed?.spoiled.includes(_id) === true,
        }));
        return { status: 200, body: { verdict, ...verdictWords[verdict], ...device, jobs: told, elements } };
      },
    ),
  ];
}
