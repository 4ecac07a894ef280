/** The main job's steps in the small world, over HTTP, each accepted or an error of the test. */
import { at, textAt } from './http.ts';
import { type CallerName, done, members, places, uuid, type World } from './world.ts';
import type { OrganisationName } from './world-facts.ts';

export interface Line {
  readonly gtin: string;
  readonly lot: string;
  readonly quantity?: number;
  readonly serials?: readonly string[];
}

let lots = 0;
/** @returns a lot number that no other test has. */
export function newLot(): string {
  lots += 1;
  return `L${lots.toString().padStart(5, '0')}`;
}

export interface MakeOptions {
  readonly manufacturedOn?: string;
  readonly expiresOn?: string;
  readonly sterilisationLot?: string;
  readonly released?: boolean;
}

/** Produces a whole lot and, unless told otherwise, releases it. */
export async function make(world: World, line: Line, options: MakeOptions = {}): Promise<void> {
  const {
    manufacturedOn = '2026-03-01',
    expiresOn = '2029-02-28',
    sterilisationLot,
    released = true,
  } = options;
  const { gtin, lot, quantity, serials } = line;
  const part = {
    ...(serials === undefined ? { quantity } : { serials }),
    ...(sterilisationLot === undefined ? {} : { sterilisationLot }),
  };
  const body = {
    commandId: uuid(),
    gtin,
    lot,
    manufacturedOn,
    expiresOn,
    place: places.factory,
    parts: [part],
  };
  await done(world.as('quality').post('/api/v1/lots', body));
  if (released) await done(world.as('quality').post(lotPath(line, 'release'), { commandId: uuid() }));
}

export function lotPath({ gtin, lot }: Line, rest: string): string {
  return `/api/v1/lots/${gtin}/${encodeURIComponent(lot)}/${rest}`;
}

export interface Leg {
  readonly by: CallerName;
  readonly from: string;
  readonly to: OrganisationName;
}
export const fromFactory: Leg = { by: 'quality', from: places.factory, to: 'hospitalA' };

export function shipBody(leg: Leg, lines: readonly object[], changes: object = {}) {
  return {
    commandId: uuid(),
    from: leg.from,
    to: members[leg.to].id,
    lines,
    papers: 'SX-1',
    ...changes,
  };
}

/** @returns the shipment's id */
export async function ship(world: World, leg: Leg, lines: readonly object[], changes: object = {}) {
  const answer = await done(world.as(leg.by).post('/api/v1/shipments', shipBody(leg, lines, changes)));
  return textAt(answer, '/shipment');
}

export function receiveBody(shipment: string, place: string, lines: readonly object[], changes: object = {}) {
  return { commandId: uuid(), shipment, place, lines, ...changes };
}

export async function receive(
  world: World,
  by: CallerName,
  shipment: string,
  place: string,
  lines: readonly object[],
  changes: object = {},
): Promise<unknown> {
  return await done(world.as(by).post('/api/v1/receipts', receiveBody(shipment, place, lines, changes)));
}

export function acceptBody(shipment: string, place: string, lines: readonly object[], changes: object = {}) {
  return { commandId: uuid(), shipment, place, lines, conclusion: 'qualified', ...changes };
}

export async function accept(
  world: World,
  by: CallerName,
  shipment: string,
  place: string,
  lines: readonly object[],
): Promise<unknown> {
  return await done(world.as(by).post('/api/v1/acceptances', acceptBody(shipment, place, lines)));
}

export function moveBody(from: string, to: string, lines: readonly object[], changes: object = {}) {
  return { commandId: uuid(), from, to, lines, ...changes };
}

/** Makes a lot and brings all of it into the theatre of hospital A, through receipt and acceptance. */
export async function stocked(world: World, line: Line, options: MakeOptions = {}): Promise<string> {
  await make(world, line, options);
  const shipment = await ship(world, fromFactory, [line]);
  await receive(world, 'keeperA', shipment, places.storeA, [line]);
  await accept(world, 'keeperA', shipment, places.storeA, [line]);
  const issue = moveBody(places.storeA, places.theatreA, [line]);
  await done(world.as('keeperA').post('/api/v1/moves', issue));
  return shipment;
}

export function useBody(world: World, devices: readonly object[], changes: object = {}) {
  return {
    commandId: uuid(),
    happenedAt: world.now(),
    place: places.theatreA,
    procedure: '超低位直肠癌精准功能保肛术(PPS)',
    surgeon: world.people.surgeonA,
    patient: { inpatientNumber: 'ZY-1', name: '测试' },
    devices: devices.map((device) => ('device' in device ? device : { device, implanted: false })),
    preUseCheck: true,
    ...changes,
  };
}

/** @returns the answer to a use in hospital A's theatre */
export async function use(world: World, devices: readonly object[], changes: object = {}): Promise<unknown> {
  return await done(world.as('nurseA').post('/api/v1/uses', useBody(world, devices, changes)));
}

/** The same in hospital B, which has nothing unless somebody brought it there. */
export async function useInB(world: World, devices: readonly object[], changes: object = {}) {
  const there = { place: places.theatreB, surgeon: world.people.surgeonB, ...changes };
  return await done(world.as('nurseB').post('/api/v1/uses', useBody(world, devices, there)));
}

export interface Verdict {
  readonly verdict: string;
  readonly codes: readonly string[];
  readonly warnings: readonly string[];
  readonly check: string;
}

/** Checks devices in hospital A's theatre. */
export async function check(world: World, devices: readonly object[]): Promise<Verdict[]> {
  const body = { place: places.theatreA, devices };
  const answer = await done(world.as('nurseA').post('/api/v1/checks', body));
  const results = at(answer, '/results');
  if (!Array.isArray(results)) throw new Error('no results');
  return results.map((result) => ({
    verdict: textAt(result, '/verdict'),
    check: textAt(result, '/check'),
    codes: codesAt(result, '/reasons'),
    warnings: codesAt(result, '/warnings'),
  }));
}

export function codesAt(value: unknown, pointer: string): string[] {
  const list = at(value, pointer);
  if (!Array.isArray(list)) throw new Error(`no list at ${pointer}`);
  return list.map((one) => textAt(one, '/code'));
}

/** The corrections' body; without `right`, the event did not happen. */
export function correction(right?: object, changes: object = {}) {
  return { commandId: uuid(), reason: '录入有误', ...(right === undefined ? {} : { right }), ...changes };
}

export async function correct(world: World, by: CallerName, event: string, right?: object): Promise<unknown> {
  return await done(world.as(by).post(`/api/v1/events/${event}/correction`, correction(right)));
}
