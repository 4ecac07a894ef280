/** Print jobs in the small world, over HTTP. */
import { at, textAt } from '../support/http.ts';
import { done, uuid, type World } from '../support/world.ts';
import type { Line } from '../support/world-play.ts';

export interface PrintOptions {
  readonly [field: string]: unknown;
}

/** The body of a command that prints small labels of a lot that nobody has recorded yet. */
export function printBody({ gtin, lot }: Pick<Line, 'gtin' | 'lot'>, options: PrintOptions = {}) {
  const dates = { manufacturedOn: '2026-10-20', expiresOn: '2029-10-19' };
  return { commandId: uuid(), gtin, lot, template: 'unit-30x20', ...dates, ...options };
}

/** @returns the answer of the command, with the job's id */
export async function print(
  world: World,
  lot: Pick<Line, 'gtin' | 'lot'>,
  options: PrintOptions,
): Promise<{ readonly job: string; readonly answer: unknown }> {
  const sent = world.as('quality').post('/api/v1/label-jobs', printBody(lot, options));
  const answer = await done(sent);
  return { job: textAt(answer, '/job'), answer };
}

/** @returns the job as it is shown. */
export async function jobOf(world: World, job: string): Promise<unknown> {
  return await done(world.as('quality').get(`/api/v1/label-jobs/${job}`));
}

/** @returns printed, spoiled, reprinted, verified. */
export async function figuresOf(world: World, job: string): Promise<unknown> {
  return at(await jobOf(world, job), '/figures');
}

/** @returns the serial numbers of a job, all pages of them. */
export async function serialsOf(world: World, job: string): Promise<string[]> {
  const serials: string[] = [];
  for (let cursor = ''; ; ) {
    const query = cursor === '' ? 'limit=200' : `limit=200&cursor=${cursor}`;
    const page = await done(world.as('quality').get(`/api/v1/label-jobs/${job}/serials?${query}`));
    const items = at(page, '/items') as readonly { serial: string }[];
    serials.push(...items.map(({ serial }) => serial));
    const next = at(page, '/next');
    if (typeof next !== 'string') return serials;
    cursor = next;
  }
}

/** @returns the events of a job, in the order of their record. */
export async function eventsOf(world: World, job: string) {
  const found = world.database.db.collection('events').find({ 'details.job': job }).sort({ recordTime: 1 });
  return await found.toArray();
}

export function change(world: World, job: string, what: string, body: object = {}) {
  const path = `/api/v1/label-jobs/${job}/${what}`;
  return world.as('quality').post(path, { commandId: uuid(), ...body });
}
