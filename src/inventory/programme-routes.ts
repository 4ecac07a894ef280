/** What a foundation reads of its welfare programmes: counts. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { dayInChina } from '../catalogue/day.ts';
import { idParams } from '../catalogue/fields.ts';
import type { InventoryParts } from './command.ts';
import { required } from './inputs.ts';
import { smallestCount, usesOfProgramme } from './programme-uses.ts';

const quarter = z.string().regex(/^\d{4}-Q[1-4]$/);

export function programmeRoutes({ connection, clock }: InventoryParts): Route[] {
  return [
    route(
      'GET',
      '/api/v1/programmes/:id/uses',
      'programme:read',
      {
        summary: 'Uses in a welfare programme, as counts of five and more 公益项目使用统计',
        params: idParams,
        answer: z.strictObject({
          programme: z.string(),
          roundedDownTo: z.int(),
          through: quarter,
          narrowed: z.literal(true),
          items: z.array(
            z.strictObject({
              gtin: z.string(),
              name: z.strictObject({ zh: z.string(), en: z.string() }).optional(),
              quarter,
              atLeast: z.int().min(smallestCount).multipleOf(smallestCount),
            }),
          ),
        }),
      },
      async ({ caller, params }) => {
        const parts = { db: required(connection.db), connection };
        const today = dayInChina(clock.now());
        return { status: 200, body: await usesOfProgramme(parts, caller.organisation, params.id, today) };
      },
    ),
  ];
}
