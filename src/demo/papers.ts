/** The papers of the story, as files to be looked at. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seatOf } from './company.ts';
import type { RecallDay } from './recall-day.ts';
import type { World } from './world.ts';

export interface Papers {
  readonly labels: readonly string[];
  readonly notices: readonly string[];
  readonly report: string;
}

/** Puts the labels, the notices and the report under a directory. @returns the files */
export async function savePapers(world: World, day: RecallDay, directory: string): Promise<Papers> {
  const save = async (part: 'labels' | 'recall', name: string, bytes: Uint8Array): Promise<string> => {
    await mkdir(join(directory, part), { recursive: true, mode: 0o700 });
    const file = join(directory, part, name);
    await writeFile(file, bytes);
    return file;
  };
  const labels: string[] = [];
  for (const [lot, bytes] of world.labels) labels.push(await save('labels', `labels-${lot}.pdf`, bytes));
  const notices: string[] = [];
  for (const { member, bytes } of day.notices) {
    notices.push(await save('recall', `notice-${member.facts.key}.pdf`, bytes));
  }
  const authority = seatOf(world.company.drugAuthority, 'regulator');
  const at = world.calendar.at(0, 19);
  const bytes = await authority.document(at, 'GET', `/api/v1/recalls/${day.recall}/report.pdf`);
  return { labels, notices, report: await save('recall', 'lot-report.pdf', bytes) };
}
