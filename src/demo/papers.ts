/** The papers of the story, as files to be looked at. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { required, seatOf } from './company.ts';
import { serialsOf } from './making.ts';
import { badLot, heldLot, lotNamed } from './plan.ts';
import { gtinOf } from './products.ts';
import type { RecallDay } from './recall-day.ts';
import type { World } from './world.ts';

/** Labels of a lot that is tracked by lot are all alike. */
const copies = 6;

export interface Papers {
  readonly labels: readonly string[];
  readonly notices: readonly string[];
  readonly report: string;
}

/** Prints labels, the notices and the report, and puts them under a directory. @returns the files */
export async function savePapers(world: World, day: RecallDay, directory: string): Promise<Papers> {
  const save = async (part: 'labels' | 'recall', name: string, bytes: Uint8Array): Promise<string> => {
    await mkdir(join(directory, part), { recursive: true, mode: 0o700 });
    const file = join(directory, part, name);
    await writeFile(file, bytes);
    return file;
  };
  const labels: string[] = [];
  for (const lot of [badLot, heldLot]) {
    labels.push(await save('labels', `labels-${lot}.pdf`, await labelsOf(world, lot)));
  }
  const notices: string[] = [];
  for (const { member, bytes } of day.notices) {
    notices.push(await save('recall', `notice-${member.facts.key}.pdf`, bytes));
  }
  const authority = seatOf(world.company.drugAuthority, 'regulator');
  const at = world.calendar.at(0, 19);
  const bytes = await authority.document(at, 'GET', `/api/v1/recalls/${day.recall}/report.pdf`);
  return { labels, notices, report: await save('recall', 'lot-report.pdf', bytes) };
}

/** A label for each serial number of the lot, or some copies where it bears none. */
async function labelsOf({ calendar, company, plan }: World, name: string): Promise<Buffer> {
  const lot = lotNamed(name);
  const which = name === badLot ? { serials: serialsOf(lot, 1, required(plan.made.get(name))) } : { copies };
  const body = { gtin: gtinOf(lot.generation, lot.device), lot: name, ...which };
  const quality = seatOf(company.manufacturer, 'quality');
  return await quality.document(calendar.at(0, 18, 30), 'POST', '/api/v1/labels', body);
}
