/** Restrictions as answers show them. */
import { z } from 'zod';
import { isoDateTime, text } from '../http/fields.ts';
import { bilingual } from './fields.ts';

export const restrictionAnswer = z
  .strictObject({
    kind: z.enum(['hold', 'recall']),
    reference: text({ max: 100 }),
    instruction: bilingual({ max: 1_000 }),
    serials: z.array(text({ max: 20 })).exactOptional(),
    sterilisationLots: z.array(text({ max: 60 })).exactOptional(),
    returnTo: text({ max: 100 }).exactOptional(),
    returnPlace: text({ max: 100 }).exactOptional(),
    since: isoDateTime(),
  })
  .meta({ id: 'Restriction' });
