/**
 * From a parsed body to a command's input: scans are read, texts are committed to, places and people are looked up.
 * The direct route and the correction of what it wrote go through the same functions.
 */

import type { z } from 'zod';
import { dayInChina } from '../catalogue/day.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import { readOrganisations } from '../catalogue/organisations.ts';
import { resolveGtin } from '../catalogue/products.ts';
import { runsOn } from '../catalogue/programme.ts';
import { askedTogether } from '../database/asking-together.ts';
import { allOf, type Documents } from '../database/documents.ts';
import { Failure } from '../errors.ts';
import type { Commitment } from '../ledger/event.ts';
import type { AcceptInput, acceptBody } from './accept.ts';
import {
  type Actor,
  assertPeople,
  commitTexts,
  type InventoryParts,
  ownPlaces,
  type Prepared,
} from './command.ts';
import { type DeviceLine, lotsPerCommand, type ReadLine, readLines } from './lines.ts';
import { type Lookups, lookupsOf } from './lookups.ts';
import type { deliveryBody, ReceiveInput, receiveBody } from './receive.ts';
import type { RecordUseInput, recordUseBody } from './record-use.ts';
import type { DestroyInput, destroyBody, MoveInput, moveBody } from './relocate.ts';
import type { ShipInput, shipBody } from './ship.ts';
import { readShipment } from './shipment.ts';

function day({ clock }: InventoryParts): string {
  return dayInChina(clock.now());
}

export async function shipInput(
  parts: InventoryParts,
  actor: Actor,
  body: z.output<typeof shipBody>,
  lookups: Lookups = lookupsOf(askedTogether(parts.connection)),
): Promise<Prepared<ShipInput>> {
  const { lines, papers, ...rest } = body;
  await ownPlaces(lookups, actor.organisation, { '/from': body.from });
  const receiver = await lookups.organisation(body.to);
  if (receiver === undefined) throw new Failure('shipment/receiver', { to: body.to });
  await assertProgramme(lookups, body.programme, day(parts));
  const texts = commitTexts({ papers }, actor.organisation, parts.ids);
  return {
    input: {
      ...rest,
      receiver,
      lines: readLines(lines, '/lines', day(parts)),
      papersNumber: required(texts.commitments.papers),
    },
    writes: texts.writes,
  };
}

export async function receiveInput(
  parts: InventoryParts,
  actor: Actor,
  body: z.output<typeof receiveBody>,
): Promise<Prepared<ReceiveInput>> {
  const { lines, damaged, note, ...rest } = body;
  assertSomething(body);
  const texts = commitTexts({ note }, actor.organisation, parts.ids);
  return {
    input: {
      ...rest,
      lines: readLines(lines, '/lines', day(parts)),
      damaged: readLines(damaged, '/damaged', day(parts)),
      noteText: texts.commitments.note,
    },
    writes: texts.writes,
    lookedUp: (documents) => ownPlaces(lookupsOf(documents), actor.organisation, { '/place': body.place }),
  };
}

/** With a shipment it is a receipt; without one the receiver says who brought the goods, and with which papers. */
export async function deliveryInput(
  parts: InventoryParts,
  actor: Actor,
  body: z.output<typeof deliveryBody>,
  lookups: Lookups,
): Promise<Prepared<ReceiveInput>> {
  const { shipment, supplier, basis = 'bought', programme, papers, ...rest } = body;
  if (shipment !== undefined) return receiveInput(parts, actor, { ...rest, shipment });
  assertSomething(body);
  await ownPlaces(lookups, actor.organisation, { '/place': body.place });
  const from = await lookups.organisation(required(supplier));
  if (from === undefined || !supplies(from) || from.id === actor.organisation) {
    throw new Failure('delivery/supplier', { supplier });
  }
  await assertProgramme(lookups, programme, day(parts));
  const texts = commitTexts({ papers, note: rest.note }, actor.organisation, parts.ids);
  const { lines, damaged, note, ...stays } = rest;
  return {
    input: {
      ...stays,
      stated: { supplier: from.id, conveys: { basis, ...(programme === undefined ? {} : { programme }) } },
      lines: readLines(lines, '/lines', day(parts)),
      damaged: readLines(damaged, '/damaged', day(parts)),
      papersNumber: required(texts.commitments.papers),
      noteText: texts.commitments.note,
    },
    writes: texts.writes,
  };
}

/** One that no longer takes part, or never did, may have supplied all the same. */
function supplies({ kind }: Organisation): boolean {
  return ['manufacturer', 'distributor', 'hospital'].includes(kind);
}

function assertSomething({ lines, damaged }: Pick<z.output<typeof receiveBody>, 'lines' | 'damaged'>): void {
  if (lines.length + damaged.length > 0) return;
  throw new Failure('request/invalid', {}, [
    { pointer: '/lines', zh: '请填写收到的器械。', en: 'State what was received.' },
  ]);
}

export async function acceptInput(
  parts: InventoryParts,
  actor: Actor,
  body: z.output<typeof acceptBody>,
): Promise<Prepared<AcceptInput>> {
  const { lines, certificate, papers, reason, ...rest } = body;
  await ownPlaces(lookupsOf(askedTogether(parts.connection)), actor.organisation, { '/place': body.place });
  const read = readLines(lines, '/lines', day(parts));
  const texts = commitTexts({ certificate, papers, reason }, actor.organisation, parts.ids);
  const db = parts.connection.db;
  if (db === undefined) throw new Error('not connected');
  const shipment = body.shipment === undefined ? undefined : await readShipment(db, body.shipment);
  // What was scanned may be a box, which is no product.
  const makers: (string | undefined)[] = [];
  for (const gtin of new Set(read.slice(0, lotsPerCommand).map((line) => line.gtin))) {
    makers.push((await resolveGtin(db, gtin))?.product.organisation);
  }
  const named = [actor.organisation, shipment?.from, ...makers];
  return {
    input: {
      ...rest,
      lines: read,
      certificateNumber: texts.commitments.certificate,
      papersNumber: texts.commitments.papers,
      reasonText: texts.commitments.reason,
      organisations: await readOrganisations(
        askedTogether(parts.connection),
        named.filter((id) => id !== undefined),
      ),
    },
    writes: texts.writes,
  };
}

export async function moveInput(
  parts: InventoryParts,
  actor: Actor,
  body: z.output<typeof moveBody>,
): Promise<Prepared<MoveInput>> {
  const { lines, requisition, ...rest } = body;
  await ownPlaces(lookupsOf(askedTogether(parts.connection)), actor.organisation, {
    '/from': body.from,
    '/to': body.to,
  });
  const texts = commitTexts({ requisition }, actor.organisation, parts.ids);
  return {
    input: {
      ...rest,
      lines: readLines(lines, '/lines', day(parts)),
      requisitionNumber: texts.commitments.requisition,
    },
    writes: texts.writes,
  };
}

interface ReasonedBody {
  readonly place: string;
  readonly lines: readonly DeviceLine[];
  readonly reason: string;
}

type Reasoned<Body> = Omit<Body, 'lines' | 'reason'> & {
  readonly lines: readonly ReadLine[];
  readonly reasonText: Commitment;
};

/** Of what happens to things in a place for a stated reason: quarantine, and out of it. */
export async function reasonedInput<Body extends ReasonedBody>(
  parts: InventoryParts,
  actor: Actor,
  body: Body,
): Promise<Prepared<Reasoned<Body>>> {
  const { lines, reason, ...rest } = body;
  await ownPlaces(lookupsOf(askedTogether(parts.connection)), actor.organisation, { '/place': body.place });
  const texts = commitTexts({ reason }, actor.organisation, parts.ids);
  return {
    input: {
      ...rest,
      lines: readLines(lines, '/lines', day(parts)),
      reasonText: required(texts.commitments.reason),
    },
    writes: texts.writes,
  };
}

export async function destroyInput(
  parts: InventoryParts,
  actor: Actor,
  body: z.output<typeof destroyBody>,
): Promise<Prepared<DestroyInput>> {
  const { supervisor, ...rest } = body;
  const witness = { '/witness': body.witness };
  await assertPeople(parts, actor.organisation, witness, askedTogether(parts.connection));
  const reasoned = await reasonedInput(parts, actor, rest);
  const texts = commitTexts({ supervisor }, actor.organisation, parts.ids);
  return {
    input: { ...reasoned.input, supervisorName: texts.commitments.supervisor },
    writes: [...reasoned.writes, ...texts.writes],
  };
}

export async function recordUseInput(
  parts: InventoryParts,
  actor: Actor,
  body: z.output<typeof recordUseBody>,
): Promise<Prepared<RecordUseInput>> {
  const { devices, note, ...rest } = body;
  const lines = readLines(
    devices.map(({ device }) => device),
    '/devices',
    day(parts),
  );
  const texts = commitTexts({ note }, actor.organisation, parts.ids);
  return {
    input: {
      ...rest,
      devices: lines.map((line, index) => ({
        line,
        implanted: devices[index]?.implanted ?? false,
        check: devices[index]?.check,
        pseudonym: parts.ids.uuid(),
      })),
      noteText: texts.commitments.note,
    },
    writes: texts.writes,
    lookedUp: (documents) => lookUpUse(parts, actor, body, documents),
  };
}

function lookUpUse(
  parts: InventoryParts,
  { organisation }: Actor,
  { place, surgeon, scrubNurse, circulatingNurse, programme, happenedAt }: z.output<typeof recordUseBody>,
  documents: Documents,
): Promise<unknown> {
  const people = {
    '/surgeon': surgeon,
    '/scrubNurse': scrubNurse,
    '/circulatingNurse': circulatingNurse,
  };
  const lookups = lookupsOf(documents);
  return allOf([
    ownPlaces(lookups, organisation, { '/place': place }),
    assertPeople(parts, organisation, people, documents),
    assertProgramme(lookups, programme, dayInChina(new Date(happenedAt))),
  ]);
}

async function assertProgramme(lookups: Lookups, id: string | undefined, on: string): Promise<void> {
  if (id === undefined) return;
  const programme = await lookups.programme(id);
  if (programme === undefined || !runsOn(programme, on)) throw new Failure('programme/not-running', { on });
}

/** A text that the body's schema demands. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a required text is missing');
  return value;
}
