/** Serial numbers that another organisation has, too: told to both sides, without saying who the other is. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { pageOf, pageQuery } from '../http/fields.ts';
import type { InventoryParts } from './command.ts';
import { required } from './inputs.ts';
import { conflictSides, readConflicts } from './serial-conflict.ts';

const conflict = z.strictObject({
  id: z.string(),
  gtin: z.string(),
  lot: z.string(),
  serials: z.array(z.string()),
  side: z.enum(conflictSides),
  day: z.string(),
  takenBack: z.boolean(),
});

export function serialConflictRoutes({ connection }: Pick<InventoryParts, 'connection'>): Route[] {
  return [
    route(
      'GET',
      '/api/v1/serial-conflicts',
      'stock:read',
      {
        summary: 'Serial numbers that another organisation states to have, too 序列号冲突',
        query: z.strictObject(pageQuery),
        answer: pageOf(conflict),
      },
      async ({ caller, query: { cursor, limit } }) => {
        const position = z.strictObject({ day: z.string(), id: z.string() });
        const after = cursor === undefined ? undefined : decodeCursor(cursor, position);
        const db = required(connection.db);
        const found = await readConflicts(db, caller.organisation, { after, limit: limit + 1 });
        const items = found.slice(0, limit);
        const last = items.at(-1);
        const more = found.length > limit && last !== undefined;
        const next = more ? { next: encodeCursor({ day: last.day, id: last.id }) } : {};
        return { status: 200, body: { items, ...next } };
      },
    ),
  ];
}
