/**
 * Everything in the database that is somebody's, with whose it is and what it is of: read from the stored documents
 * themselves, so that nothing is forgotten and no code of the service is asked.
 */

import { type Country, type Member, names } from './country.ts';
import { isStrict, type Json, listOf, numberAt, textIn } from './json.ts';

/** What a fact is of; law.ts says who may know it. */
export type Kind =
  | 'organisation-private'
  | 'contact'
  | 'person'
  | 'place'
  | 'return-place'
  | 'own-id'
  | 'shipment'
  | 'hold'
  | 'recall'
  | 'movement'
  | 'inside'
  | 'word'
  | 'progress'
  | 'balance'
  | 'place-balance'
  | 'lot'
  | 'lot-private'
  | 'serial'
  | 'product'
  | 'pseudonym'
  | 'identity'
  | 'text'
  | 'recall-text'
  | 'note'
  | 'donor';

export interface Fact {
  readonly value: string | number;
  readonly kind: Kind;
  /** Organisation id. */
  readonly owner: string;
  /** For messages: which document it stands in. */
  readonly source: string;
  /** `{gtin}/{lot}`. */
  readonly lot?: string;
  readonly recall?: string;
  /** Other organisations in whose books it is a movement. */
  readonly parties: readonly string[];
}

type Stored = { readonly [key: string]: Json };

/** Types of event that say to nobody outside what they hold: moves inside a hospital, and uses. */
const insideTypes = ['moved', 'used', 'labelsPrinted', 'labelsSpoiled', 'labelsVerified', 'counted'];
const personFields = ['_id', 'name', 'username', 'staffNumber', 'createdAt', 'lastSignInAt'];
const wordTypes = ['lotReleased', 'lotHeld', 'holdLifted', 'recallInitiated', 'recallWidened'];
const progressTypes = ['recallNotified', 'recallResponded'];

/** @returns every fact of the country as it is now. */
export async function factsOf(country: Country): Promise<Fact[]> {
  const { db } = country.database;
  const all = async (name: string): Promise<Stored[]> =>
    (await db.collection(name).find({}).toArray()).map(
      (found) => JSON.parse(JSON.stringify(found)) as Stored,
    );
  const events = await all('events');
  const inside = new Set(
    events.filter(({ type }) => insideTypes.includes(String(type))).map(({ _id }) => _id),
  );
  const shipments = new Map((await all('shipments')).map((found) => [String(found._id), found]));
  const recalls = await all('recalls');
  const returnsTo = (place: unknown) =>
    recalls.filter(({ returnTo }) => textIn(returnTo, 'place') === place).map(({ _id }) => String(_id));
  return [
    ...(await all('organisations')).flatMap(ofOrganisation),
    ...(await all('people')).flatMap((found) => strings(found, 'person', personFields).filter(isDistinct)),
    ...(await all('places')).flatMap((found) => ofPlace(found, returnsTo(found._id))),
    ...(await all('tokens')).flatMap((found) =>
      strings(found, 'own-id', ['_id', 'name', 'createdAt', 'expiresAt', 'lastUsedAt']),
    ),
    ...(await all('accessLog')).flatMap((found) => strings(found, 'own-id', ['_id', 'requestId', 'at'])),
    ...(await all('labelJobs')).flatMap((found) => strings(found, 'own-id', ['_id', 'printedAt'])),
    ...(await ofUnitNumbers(all)),
    ...(await all('printers')).flatMap((found) =>
      strings(found, 'own-id', ['_id', 'name', 'host', 'registeredAt']),
    ),
    ...(await all('printerSends')).flatMap((found) =>
      strings(found, 'own-id', ['_id', 'startedAt', 'endedAt']),
    ),
    ...(await all('counterfeitSignals')).flatMap((found) => strings(found, 'own-id', ['_id'])),
    ...(await all('checks')).flatMap((found) => strings(found, 'own-id', ['_id', 'checkedAt'])),
    ...(await all('identityReads')).flatMap(ofIdentityRead),
    ...(await all('products')).flatMap(ofProduct),
    ...(await all('lots')).flatMap(ofLot),
    ...(await all('programmes')).flatMap((found) =>
      listOf(found.donors).flatMap((donor) =>
        ofName({ ...found, ...donor, organisation: found.foundation ?? null }, 'donor'),
      ),
    ),
    ...events.flatMap((event) => ofEvent(event, inside, shipments)),
    ...[...shipments.values()].flatMap(ofShipment),
    ...(await all('holdings')).flatMap(ofHolding),
    ...(await all('units')).flatMap(ofUnit),
    ...recalls.flatMap(ofRecall),
    ...(await ofTexts(all, events)),
    ...identities(country),
  ];
}

/** The first administrator's username is the name of a role, too. */
function isDistinct({ value }: Fact): boolean {
  return value !== 'administrator';
}

function fact(found: Stored, kind: Kind, value: Json | undefined, more: Partial<Fact> = {}): Fact[] {
  if (typeof value !== 'string' && typeof value !== 'number') return [];
  const owner = String(found.organisation ?? found.from ?? '');
  const source = `${kind} ${String(found.type ?? '')} ${String(found._id)}`;
  return [{ value, kind, owner, source, parties: [], ...more }];
}

function strings(found: Stored, kind: Kind, fields: readonly string[]): Fact[] {
  return fields.flatMap((field) => fact(found, kind, found[field] as Json));
}

function ofName(found: Stored, kind: Kind): Fact[] {
  return ['zh', 'en'].flatMap((language) => fact(found, kind, textIn(found.name, language)));
}

/** Who read whose identity is the hospital's own; whose, by the id of the patient's record. */
function ofIdentityRead(found: Stored): Fact[] {
  const patients = Array.isArray(found.patients) ? found.patients : [];
  return [
    ...strings(found, 'own-id', ['_id', 'at', 'requestId']),
    ...patients.flatMap((patient: Json) => fact(found, 'own-id', patient)),
  ];
}

/** The place to which recalled things go back is named by the recall; all others are their organisation's own. */
function ofPlace(found: Stored, recalls: readonly string[]): Fact[] {
  const facts = (kind: Kind) => [...strings(found, kind, ['_id', 'gln']), ...ofName(found, kind)];
  if (recalls.length === 0) return facts('place');
  return recalls.flatMap((recall) => facts('return-place').map((one) => ({ ...one, recall })));
}

function ofOrganisation(stored: Stored): Fact[] {
  const found = { ...stored, organisation: String(stored._id) };
  const contact = ['person', 'telephone', 'email'].flatMap((field) =>
    fact(found, 'contact', textIn(stored.contact, field)),
  );
  return [
    ...strings(found, 'organisation-private', ['createdAt', 'gln', 'gs1Prefix']),
    ...strings(found, 'contact', ['address']),
    ...contact,
  ];
}

/** The SSCC on a box is read by whoever gets it; the service tells it to nobody but who gave it. */
async function ofUnitNumbers(all: (name: string) => Promise<Stored[]>): Promise<Fact[]> {
  const jobs = new Map((await all('labelJobs')).map((job) => [job._id, job]));
  return (await all('labelSerials'))
    .filter(({ gtin }) => gtin === undefined)
    .flatMap((found) => fact({ ...jobs.get(found.job ?? ''), _id: found._id ?? '' }, 'own-id', found.serial));
}

function ofProduct(found: Stored): Fact[] {
  const registrations = listOf(found.registrations).flatMap((one) =>
    fact(found, 'product', textIn(one, 'number')),
  );
  return [...strings(found, 'product', ['_id', 'createdAt']), ...registrations];
}

function ofLot(stored: Stored): Fact[] {
  const lot = String(stored._id);
  const found = { ...stored, organisation: stored.producedBy ?? '' };
  return [
    ...fact(found, 'lot', stored.lot as Json, { lot }),
    ...fact(found, 'lot-private', stored.declaredQuantity as Json, { lot }),
    ...listOf(stored.sterilisationLots).flatMap((one) => [
      ...fact(found, 'lot', textIn(one, 'id'), { lot }),
      ...fact(found, 'lot-private', numberAt(one, 'quantity'), { lot }),
    ]),
  ];
}

/** A shipment is known to both sides, under the id of the event that sent it. */
function ofShipment(found: Stored): Fact[] {
  const parties = [String(found.to)];
  const lines = listOf(found.lines);
  return [
    ...['_id', 'sentAt', 'lastReceivedAt', 'closedAt', 'missing'].flatMap((field) =>
      fact(found, 'shipment', found[field] as Json, { parties }),
    ),
    ...lines.flatMap((line) => fact(found, 'shipment', numberAt(line, 'quantity'), { parties })),
    ...lines.flatMap((line) => fact(found, 'shipment', textIn(line, 'lot'), { parties })),
    ...lines.flatMap((line) => fact(found, 'shipment', textIn(line, 'gtin'), { parties })),
  ];
}

function ofEvent(
  event: Stored,
  inside: ReadonlySet<unknown>,
  shipments: ReadonlyMap<string, Stored>,
): Fact[] {
  const type = String(event.type);
  const details = (event.details ?? {}) as Readonly<Record<string, Json>>;
  const transfers = listOf(event.transfers);
  const organisations = transfers.flatMap((one) => [
    textIn(one.from, 'organisation'),
    textIn(one.to, 'organisation'),
  ]);
  const shipment = shipments.get(String(details.shipment ?? ''));
  const parties = [...new Set([...organisations, shipment?.from, shipment?.to])].filter(isStrict);
  const uses = listOf(event.uses);
  const lots = new Set(
    [...transfers, ...uses, ...listOf(event.about)].map(
      (one) => `${textIn(one, 'gtin')}/${textIn(one, 'lot')}`,
    ),
  );
  const hidden = inside.has(event._id) || inside.has(event.corrects);
  const recall = textIn(details, 'recall') ?? '';
  const kind: Kind = hidden
    ? 'inside'
    : wordTypes.includes(type)
      ? 'word'
      : progressTypes.includes(type)
        ? 'progress'
        : 'movement';
  const facts = [...lots, ...(lots.size === 0 ? [''] : [])].flatMap((lot) => [
    ...fact(event, kind, event.eventTime as Json, { lot, recall, parties }),
    ...fact(event, kind, event.recordTime as Json, { lot, recall, parties }),
  ]);
  return [
    ...facts,
    ...strings(event, 'own-id', ['_id', 'contentHash']),
    ...fact(event, 'hold', details.hold, { lot: [...lots][0] ?? '' }),
    ...['found', 'quarantined', 'used'].flatMap((field) =>
      fact(event, 'progress', type === 'recallResponded' ? details[field] : undefined, { recall }),
    ),
    ...transfers.flatMap((one) =>
      fact(event, kind, numberAt(one, 'quantity'), {
        lot: `${textIn(one, 'gtin')}/${textIn(one, 'lot')}`,
        parties,
      }),
    ),
    ...uses.flatMap((one) =>
      fact(event, 'pseudonym', textIn(one, 'pseudonym'), {
        lot: `${textIn(one, 'gtin')}/${textIn(one, 'lot')}`,
      }),
    ),
    ...['procedure', 'method'].flatMap((field) => fact(event, 'text', details[field])),
  ];
}

/** What lies where: by place for the organisation itself, added up by condition for those who may see that much. */
function ofHolding(found: Stored): Fact[] {
  const lot = String(found.lotId);
  const sums = new Map<string, number>();
  const facts: Fact[] = [];
  for (const balance of listOf(found.balances)) {
    const account = textIn(balance, 'account') ?? '';
    const quantity = numberAt(balance, 'quantity') ?? 0;
    const parts = account.split('/');
    const key = parts[0] === 'place' ? `place/${parts.at(-1)}` : (parts[0] ?? '');
    sums.set(key, (sums.get(key) ?? 0) + quantity);
    facts.push(...fact(found, 'place-balance', Math.abs(quantity), { lot, source: `${account} of ${lot}` }));
  }
  for (const [key, sum] of sums)
    facts.push(...fact(found, 'balance', Math.abs(sum), { lot, source: `${key} of ${lot}` }));
  return facts;
}

function ofUnit(stored: Stored): Fact[] {
  const found = { ...stored, organisation: textIn(stored.at, 'organisation') ?? '' };
  return fact(found, 'serial', stored.serial as Json, {
    lot: `${String(stored.gtin)}/${String(stored.lot)}`,
  });
}

function ofRecall(found: Stored): Fact[] {
  const recall = String(found._id);
  const steps = listOf(found.steps);
  return [
    ...fact(found, 'recall', found._id as Json, { recall }),
    ...fact(found, 'recall', found.decidedAt as Json, { recall }),
    ...steps.flatMap((step) => fact(found, 'recall', textIn(step, 'effectiveAt'), { recall })),
    ...fact(found, 'return-place', textIn(found.returnTo, 'place'), { recall }),
  ];
}

/** A text is its writer's; a recall's reason and instructions go to all whom it concerns, an answer to the registrant. */
async function ofTexts(all: (name: string) => Promise<Stored[]>, events: readonly Stored[]): Promise<Fact[]> {
  const uses = new Map<string, { kind: Kind; recall: string }>();
  for (const { type, details } of events) {
    const recall = textIn(details ?? null, 'recall') ?? '';
    const note = textIn(details ?? null, 'note');
    if (type === 'recallResponded' && note !== undefined) uses.set(note, { kind: 'note', recall });
    if (type !== 'recallInitiated') continue;
    for (const field of ['reason', 'instructions'])
      uses.set(textIn(details ?? null, field) ?? '', { kind: 'recall-text', recall });
  }
  return (await all('texts')).flatMap((found) => {
    const use = uses.get(String(found._id));
    const text = String(found.text);
    const parts = text.startsWith('{') ? Object.values(JSON.parse(text) as Record<string, string>) : [text];
    return parts.flatMap((part) => fact(found, use?.kind ?? 'text', part, { recall: use?.recall ?? '' }));
  });
}

/** As the tale states them: they are nowhere in the clear in the database. */
function identities(country: Country): Fact[] {
  return names
    .map((name): Member => country.members[name])
    .filter(({ kind }) => kind === 'hospital')
    .flatMap(({ id, name }) =>
      ['inpatient', 'record', 'patient', 'Patient ']
        .map((field) => (field.endsWith(' ') ? `${field}${name}-` : `${field}-${name}-`))
        .map((value): Fact => ({ value, kind: 'identity', owner: id, source: 'a patient', parties: [] })),
    );
}
