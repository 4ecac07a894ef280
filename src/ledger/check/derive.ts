/**
 * What follows from an event, worked out a second time: nothing here is shared with the code that appends, so that a
 * fault there is not also a fault here.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { mongo } from 'mongoose';
import type { AnyEvent, LotKey, Transfer, Use } from '../event.ts';
import type { Unit } from '../unit.ts';

/** @returns the hash that an event should have: law 8. Undefined where it has no canonical form. */
export function hashOf({ contentHash: _stored, ...rest }: AnyEvent): string | undefined {
  try {
    const text = canonicalize(rest) ?? '';
    return `sha-256:${createHash('sha256').update(`pps-trace/event/1\n${text}`, 'utf8').digest('hex')}`;
  } catch {
    return undefined;
  }
}

/** @returns whether an event has the lists and objects that everything below reads: somebody may have edited it. */
export function isReadable(event: AnyEvent): boolean {
  const { transfers, uses, about, where } = event;
  const details: object | undefined = event.details;
  if (![transfers, uses, about].every(Array.isArray) || !isObject(where) || !isObject(details)) return false;
  const lists = ['scope', 'voidedUses', 'sterilisationLots'].map((name) => Reflect.get(details, name));
  return (
    transfers.every(
      (one) => isObject(one) && isObject(one.from) && isObject(one.to) && isObject(one.title),
    ) &&
    uses.every((one) => isObject(one) && Array.isArray(one.deviations) && Array.isArray(one.restrictions)) &&
    about.every(isObject) &&
    (event.type !== 'recallClosed' || Array.isArray(event.details.gtins)) &&
    lists.every((list) => list === undefined || (Array.isArray(list) && list.every(isObject)))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** @returns whether two values say the same, whatever the order of their fields. */
export function same(a: unknown, b: unknown): boolean {
  return canonicalize(a) === canonicalize(b);
}

/** @returns the names of the fields in which two documents differ, with both values. */
export function difference(stored: object, right: object): string {
  const names = new Set([...Object.keys(stored), ...Object.keys(right)]);
  const values = (name: string, document: object) => JSON.stringify(Reflect.get(document, name)) ?? 'nothing';
  return [...names]
    .filter((name) => !same(Reflect.get(stored, name) ?? null, Reflect.get(right, name) ?? null))
    .map((name) => `${name}: stored ${values(name, stored)}, from events ${values(name, right)}`)
    .join('; ');
}

/** @returns every lot that an event touches or speaks of. */
export function lotsIn({ transfers, uses, about }: AnyEvent): LotKey[] {
  const used = uses.flatMap(({ gtin, lot, scannedLot }) => [
    { gtin, lot },
    ...(scannedLot === undefined ? [] : [{ gtin, lot: scannedLot }]),
  ]);
  const all = [...transfers, ...used, ...about].map(({ gtin, lot }) => ({ gtin, lot }));
  return [...new Map(all.map((lot) => [`${lot.gtin}/${lot.lot}`, lot])).values()];
}

/** What an entry should say; the versions that it wrote follow from no event. */
export interface ExpectedEntry {
  readonly id: string;
  readonly fields: object;
  readonly recordedAt: number;
  readonly happenedAt: number;
  /** Whose holdings it wrote. */
  readonly organisations: readonly string[];
  /** `{issuer}/{serial}` of the units that it wrote. */
  readonly units: readonly string[];
}

export function expectedEntries(event: AnyEvent): ExpectedEntry[] {
  return lotsIn(event).map(({ gtin, lot }) => {
    const transfers = event.transfers.filter((one) => one.gtin === gtin && one.lot === lot);
    const uses = event.uses.filter((one) => one.gtin === gtin && (one.lot === lot || one.scannedLot === lot));
    const sides = transfers.flatMap(({ from, to }) => [from.organisation, to.organisation]);
    const writer = uses.length === 0 ? [] : [event.organisation];
    const id = `${event.id}/${gtin}/${lot}`;
    const { place } = event.where;
    const { organisation, actor, eventTime, recordTime, type, corrects } = event;
    return {
      id,
      fields: {
        id,
        lotId: `${gtin}/${lot}`,
        gtin,
        lot,
        event: event.id,
        type,
        organisation,
        parties: [...new Set([...sides, organisation])].sort(),
        actor,
        eventTime,
        recordTime,
        ...(place === undefined ? {} : { place }),
        ...(corrects === undefined ? {} : { corrects }),
        transfers,
        uses,
      },
      recordedAt: Date.parse(recordTime),
      happenedAt: Date.parse(eventTime),
      organisations: [...new Set([...sides, ...writer])].sort(),
      units: [...new Set([...transfers.flatMap(serialsOf), ...uses.flatMap(serialOf)])].sort(),
    };
  });
}

function serialsOf({ issuer, serials }: Transfer): string[] {
  return (serials ?? []).map((serial) => `${issuer ?? 'maker'}/${serial}`);
}

function serialOf({ issuer, serial }: Use): string[] {
  return serial === undefined ? [] : [`${issuer ?? 'maker'}/${serial}`];
}

/** @returns a unit as its events leave it, in the order given; undefined where none of them ever moved it. */
export function unitAfter(
  name: { gtin: string; issuer: string; serial: string },
  events: readonly AnyEvent[],
) {
  const { gtin, issuer, serial } = name;
  const its = (one: { gtin: string; issuer?: string }) =>
    one.gtin === gtin && (one.issuer ?? 'maker') === issuer;
  let unit: Omit<Unit, 'version'> | undefined;
  let uses = 0;
  for (const event of events) {
    for (const transfer of event.transfers) {
      if (!its(transfer) || transfer.serials?.includes(serial) !== true) continue;
      const sterilisationLot = transfer.sterilisationLot ?? unit?.sterilisationLot;
      unit = {
        gtin,
        issuer,
        serial,
        // Said by its maker, else as it was first said.
        lot: transfer.from.account === 'production' ? transfer.lot : (unit?.lot ?? transfer.lot),
        at: transfer.to,
        title: transfer.becomes ?? transfer.title,
        uses: 0,
        ...(sterilisationLot === undefined ? {} : { sterilisationLot }),
        ...(unit?.sterile === undefined ? {} : { sterile: unit.sterile }),
      };
    }
    uses += event.uses.filter((use) => its(use) && use.serial === serial).length;
    if (event.type === 'corrected') {
      uses -= event.details.voidedUses.filter((use) => its(use) && use.serial === serial).length;
    }
    if (event.type === 'reprocessed' && unit !== undefined) {
      const { load, sterileUntil, released } = event.details;
      unit = { ...unit, sterile: { load, sterileUntil, released } };
    }
  }
  return unit === undefined ? undefined : { ...unit, uses };
}

/** @returns the versions that are missing or repeated where they should run from 1 to the last. */
export function brokenSequence(versions: readonly number[], last: number): string | undefined {
  const sorted = [...versions].sort((a, b) => a - b);
  const wrong = sorted.findIndex((version, index) => version !== index + 1);
  if (wrong >= 0) return `${sorted[wrong]} where ${wrong + 1} should be`;
  return sorted.length === last ? undefined : `it is at ${last}, and ${sorted.length} were written`;
}

/** @returns the database's expression for a balance's two sides of every transfer, as rows. */
export function postings(): mongo.Document[] {
  const side = (which: 'from' | 'to', title: unknown, sign: 1 | -1) => ({
    organisation: `$transfers.${which}.organisation`,
    account: `$transfers.${which}.account`,
    title,
    quantity: {
      $cond: [{ $isNumber: '$transfers.quantity' }, { $multiply: ['$transfers.quantity', sign] }, 0],
    },
  });
  const becomes = { $ifNull: ['$transfers.becomes', '$transfers.title'] };
  return [
    { $unwind: '$transfers' },
    {
      $project: {
        _id: 0,
        lotId: { $concat: ['$transfers.gtin', '/', '$transfers.lot'] },
        side: [side('from', '$transfers.title', -1), side('to', becomes, 1)],
      },
    },
    { $unwind: '$side' },
    {
      $group: {
        _id: {
          key: { $concat: ['$side.organisation', '/', '$lotId'] },
          account: '$side.account',
          owner: '$side.title.owner',
          basis: '$side.title.basis',
          programme: '$side.title.programme',
        },
        quantity: { $sum: '$side.quantity' },
      },
    },
    { $match: { quantity: { $ne: 0 } } },
    { $sort: { '_id.key': 1 } },
  ];
}
