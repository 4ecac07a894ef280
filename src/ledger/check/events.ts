/** Each event by itself, with its command and its entries; and each entry and command with its event. */
import type { mongo } from 'mongoose';
import { v5 as uuidV5 } from 'uuid';
import type { AnyEvent } from '../event.ts';
import { difference, type ExpectedEntry, expectedEntries, hashOf, isReadable, same } from './derive.ts';
import { wrongFields } from './event-fields.ts';
import type { Findings } from './findings.ts';
import { inStep } from './sorted-streams.ts';
import type { Raw, Source } from './source.ts';

/** Of which event ids are made (design: UUIDv5 of the command's). */
const eventNamespace = '4c9d1b2e-6a0f-5c37-9e58-2b7f41d3a6c0';
const correctionsAtOnce = 500;

interface CommandRef {
  readonly key: string;
  /** `{organisation}/{command id}`. */
  readonly command: string;
  readonly index: number;
  readonly actor: unknown;
  readonly recordTime: unknown;
}

type Keyed = Raw & { key: string };

export async function checkEvents(source: Source, findings: Findings): Promise<void> {
  let corrections: AnyEvent[] = [];
  for await (const { key, first, second, third } of inStep(
    events(source),
    entries(source),
    commandRefs(source),
  )) {
    const [event] = first;
    if (event === undefined) {
      for (const entry of second) findings.add('entry/extra', String(entry._id));
      for (const ref of third) findings.add('command/event-missing', ref.command, `event ${key}`);
      continue;
    }
    checkCommand(event, third, findings);
    if (!checkItself(key, event, findings)) continue;
    checkEntries(event, second, findings);
    if (event.corrects !== undefined) corrections.push(event);
    if (corrections.length < correctionsAtOnce) continue;
    await checkCorrections(source, corrections, findings);
    corrections = [];
  }
  await checkCorrections(source, corrections, findings);
  await checkCorrectedOnce(source, findings);
}

async function* events(source: Source): AsyncGenerator<AnyEvent & { key: string }> {
  for await (const { _id, ...event } of source.find('events')) yield keyed(event as AnyEvent, String(_id));
}

/** The key is not enumerable: what is hashed and compared is what was stored. */
function keyed<T extends object>(value: T, key: string): T & { key: string } {
  return Object.defineProperty(value, 'key', { value: key, enumerable: false }) as T & { key: string };
}

async function* entries(source: Source): AsyncGenerator<Keyed> {
  for await (const entry of source.find('entries', {}, { event: 1, _id: 1 }))
    yield keyed(entry, String(entry.event));
}

async function* commandRefs(source: Source): AsyncGenerator<CommandRef> {
  const rows = source.aggregate<CommandRef>('commands', [
    { $match: { 'outcome.kind': 'accepted' } },
    { $project: { actor: 1, recordTime: 1, events: '$outcome.events' } },
    { $unwind: { path: '$events', includeArrayIndex: 'index' } },
    {
      $project: {
        _id: 0,
        key: '$events',
        command: '$_id',
        index: { $toInt: '$index' },
        actor: 1,
        recordTime: 1,
      },
    },
    { $sort: { key: 1 } },
  ]);
  for await (const row of rows) yield { ...row, key: String(row.key) };
}

/** @returns whether the event can be read at all. */
function checkItself(key: string, event: AnyEvent, findings: Findings): boolean {
  if (hashOf(event) !== event.contentHash) findings.add('event/hash', key);
  const wrong = wrongFields(event);
  if (wrong.length > 0) findings.add('event/fields', key, wrong.join(', '));
  const readable = isReadable(event);
  if (!readable) findings.add('event/malformed', key, 'a list or an object is missing in it');
  const unsound = readable ? event.transfers.find((transfer) => !isSound(transfer)) : undefined;
  if (unsound !== undefined) findings.add('event/malformed', key, JSON.stringify(unsound));
  return readable;
}

function isSound({ quantity, serials, from, to, title }: AnyEvent['transfers'][number]): boolean {
  const named = serials === undefined || (serials.length === quantity && new Set(serials).size === quantity);
  const whole = Number.isInteger(quantity) && quantity >= 1;
  return (
    whole &&
    named &&
    [from.organisation, from.account, to.organisation, to.account, title.owner].every(isText)
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function checkCommand(
  event: AnyEvent & { key: string },
  refs: readonly CommandRef[],
  findings: Findings,
): void {
  const { key } = event;
  const [ref] = refs;
  if (ref === undefined) {
    findings.add('event/without-command', key);
    return;
  }
  if (refs.length > 1) findings.add('event/twice', key, refs.map(({ command }) => command).join(', '));
  const right = uuidV5(`${ref.command}/${ref.index}`, eventNamespace);
  if (event.id !== key || key !== right)
    findings.add('event/id', key, `id ${event.id}, by its command ${right}`);
  const wrong = [
    ref.command.slice(0, ref.command.lastIndexOf('/')) === event.organisation ? [] : ['organisation'],
    ref.actor === event.actor ? [] : ['actor'],
    ref.recordTime === event.recordTime ? [] : ['recordTime'],
  ].flat();
  if (wrong.length > 0) findings.add('command/differs', ref.command, `${wrong.join(', ')} of event ${key}`);
}

function checkEntries(event: AnyEvent, stored: readonly Keyed[], findings: Findings): void {
  const byId = new Map(stored.map((entry) => [entry._id, entry]));
  for (const expected of expectedEntries(event)) {
    const entry = byId.get(expected.id);
    byId.delete(expected.id);
    if (entry === undefined) findings.add('entry/missing', expected.id);
    else checkEntry(entry, expected, findings);
  }
  for (const id of byId.keys()) findings.add('entry/extra', String(id));
}

function checkEntry(entry: Keyed, expected: ExpectedEntry, findings: Findings): void {
  const { _id, recordedAt, happenedAt, holdings, units, touched, ...fields } = entry;
  const differs = (detail: string) => findings.add('entry/differs', expected.id, detail);
  if (!same(fields, expected.fields)) differs(difference(fields, expected.fields));
  if (!isDateAt(recordedAt, expected.recordedAt)) differs(`recordedAt: stored ${String(recordedAt)}`);
  if (!isDateAt(happenedAt, expected.happenedAt)) differs(`happenedAt: stored ${String(happenedAt)}`);
  const organisations = versioned(holdings, ({ organisation }) => String(organisation));
  if (!same(organisations, expected.organisations)) differs(`holdings: stored ${JSON.stringify(holdings)}`);
  const named = versioned(units, ({ issuer, serial }) => `${issuer}/${serial}`);
  if (!same(named, expected.units)) differs(`units: stored ${JSON.stringify(units)}`);
  if (touched !== undefined && !isVersion(touched)) differs(`touched: stored ${String(touched)}`);
}

function isDateAt(value: unknown, time: number): boolean {
  return value instanceof Date && value.getTime() === time;
}

/** @returns the sorted names of a list of versions; undefined where it is no such list. */
function versioned(list: unknown, nameOf: (item: mongo.Document) => string): string[] | undefined {
  if (!Array.isArray(list) || !list.every((item) => isVersion(item?.version))) return undefined;
  return list.map(nameOf).sort();
}

function isVersion(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1;
}

async function checkCorrections(
  source: Source,
  corrections: readonly AnyEvent[],
  findings: Findings,
): Promise<void> {
  const originals = await source.events(corrections.flatMap(({ corrects }) => corrects ?? []));
  for (const { id, corrects = '', organisation } of corrections) {
    const original = originals.get(corrects);
    if (original === undefined) findings.add('correction/original-missing', id, `corrects ${corrects}`);
    else if (original.organisation !== organisation)
      findings.add('correction/foreign', id, `corrects ${corrects}`);
  }
}

async function checkCorrectedOnce(source: Source, findings: Findings): Promise<void> {
  const repeated = source.aggregate<{ _id: string; by: string[] }>('events', [
    { $match: { corrects: { $exists: true } } },
    { $group: { _id: '$corrects', by: { $push: '$_id' } } },
    { $match: { 'by.1': { $exists: true } } },
  ]);
  for await (const { _id, by } of repeated)
    findings.add('correction/twice', String(_id), `by ${by.join(', ')}`);
}
