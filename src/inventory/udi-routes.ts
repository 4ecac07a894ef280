/** What a scan says, for whoever builds on this service and for the scanner's own test page. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { dayInChina } from '../catalogue/day.ts';
import type { Clock } from '../clock.ts';
import { Failure } from '../errors.ts';
import { parseUdi } from '../identifiers/udi.ts';

/** Longer than any symbol; what is longer still is told as `udi/too-long`, not as a malformed request. */
const textAtMost = 100_000;

const identifiers = z.looseObject({
  deviceIdentifier: z.string().optional(),
  gtin: z.string().optional(),
  lot: z.string().optional(),
  serial: z.string().optional(),
  expiresOn: z.string().optional(),
  manufacturedOn: z.string().optional(),
});

export function udiRoutes({ clock }: { readonly clock: Clock }): Route[] {
  return [
    route(
      'POST',
      '/api/v1/udi/parse',
      'udi:parse',
      {
        summary: 'Read a UDI as scanned or typed 解析器械唯一标识',
        body: z.strictObject({ text: z.string().max(textAtMost) }),
        answer: z.strictObject({
          issuingAgency: z.enum(['gs1', 'hibcc', 'nmpa-ma', 'ahm']),
          form: z.string(),
          elements: z.array(z.strictObject({ ai: z.string(), value: z.string() })),
          identifiers,
          udiIn: z.array(z.enum(['cn', 'us', 'eu'])),
          digitalLink: z.string().nullable(),
        }),
      },
      async ({ body }) => {
        const parsed = parseUdi(body.text, { today: dayInChina(clock.now()), shortGtinsInLinks: true });
        if (parsed.ok)
          return { status: 200, body: { ...parsed.udi, identifiers: { ...parsed.udi.identifiers } } };
        const { code, position, zh, en } = parsed.fault;
        throw new Failure(code, { position }, [{ pointer: '/text', zh, en }]);
      },
    ),
  ];
}
