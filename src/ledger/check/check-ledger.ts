/**
 * Derives everything that follows from the events again, by code of its own, and compares it with what is stored.
 * Reads only. Memory is bounded by the history of the largest holding, not by that of the ledger.
 */
import type { mongo } from 'mongoose';
import type { Moment } from '../../database/moment.ts';
import { checkEvents } from './events.ts';
import { Restrictions } from './fences.ts';
import { Findings, type FoundKind } from './findings.ts';
import { checkHoldings } from './holdings.ts';
import { Source } from './source.ts';
import { checkStandings } from './standings.ts';
import { checkUnits } from './units.ts';

/** What no check of this kind can see. */
export const blindness =
  'It cannot see an event that was deleted together with its entries, its command and all that followed from it, ' +
  'or one that was edited and hashed anew with all of them: that needs the Merkle log, which is not there yet.';

export interface CheckReport {
  readonly events: number;
  readonly entries: number;
  readonly commands: number;
  readonly holdings: number;
  readonly units: number;
  readonly lots: number;
  readonly restrictions: number;
  /** Uses that were proved to carry the hold or recall that stood on them. */
  readonly usesProved: number;
  readonly differences: number;
  readonly found: readonly FoundKind[];
  readonly cannotSee: string;
}

/** @param moment as of which all is read, where somebody may write meanwhile */
export async function checkLedger(db: mongo.Db, moment?: Moment): Promise<CheckReport> {
  const source = new Source(db, moment);
  const findings = new Findings();
  await checkEvents(source, findings);
  const restrictions = await Restrictions.read(source);
  const usesProved = await checkHoldings(source, restrictions, findings);
  await checkUnits(source, findings);
  await checkStandings(source, restrictions, findings);
  const found = findings.list();
  return {
    events: await source.count('events'),
    entries: await source.count('entries'),
    commands: await source.count('commands'),
    holdings: await source.count('holdings'),
    units: await source.count('units'),
    lots: await source.count('lots'),
    restrictions: restrictions.all.length,
    usesProved,
    differences: found.reduce((sum, { count }) => sum + count, 0),
    found,
    cannotSee: blindness,
  };
}

/** @returns the report for people. */
export function describeReport(report: CheckReport): string {
  const { events, entries, commands, holdings, units, lots, restrictions, usesProved, differences } = report;
  const lines = [
    `Checked ${events} events, ${entries} entries, ${commands} commands, ${holdings} holdings, ${units} units and ${lots} lots;`,
    `${restrictions} holds and recalls, and ${usesProved} uses that had to carry one.`,
    '',
  ];
  for (const { kind, meaning, count, examples } of report.found) {
    lines.push(`${count} × ${kind}: ${meaning}`);
    lines.push(
      ...examples.map(({ subject, detail }) => `    ${subject}${detail === '' ? '' : `  ${detail}`}`),
    );
    if (count > examples.length) lines.push(`    … and ${count - examples.length} more`);
  }
  lines.push(differences === 0 ? 'No differences.' : `${differences} differences.`, report.cannotSee, '');
  return lines.join('\n');
}
