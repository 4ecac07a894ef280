/**
 * Every field that an event may have, written out once more: what is not here (a name, an inpatient number) must not
 * be in history. The types make this list complete: a field added to an event and not here does not compile.
 */
import type { AnyEvent, EventDraft, LedgerEvent, Transfer, Use } from '../event.ts';
import type { EventDetails } from '../event-details.ts';

/** `true` for a value, a list of values or nothing below; else the fields of the object, or of each in a list. */
type FieldsOf<T> = T extends string | number | boolean
  ? true
  : T extends readonly (infer Item)[]
    ? FieldsOf<Item>
    : { readonly [K in keyof T]-?: FieldsOf<NonNullable<T[K]>> };

interface FieldTree {
  readonly [field: string]: true | FieldTree;
}

const lot = { gtin: true, lot: true } as const;
const account = { organisation: true, account: true } as const;
const title = { owner: true, basis: true, programme: true } as const;
const scope = { gtin: true, lot: true, serials: true, sterilisationLots: true } as const;
const returnTo = { organisation: true, place: true } as const;

const transfer: FieldsOf<Transfer> = {
  ...lot,
  quantity: true,
  from: account,
  to: account,
  title,
  becomes: title,
  issuer: true,
  serials: true,
  sterilisationLot: true,
};

const use: FieldsOf<Use> = {
  ...lot,
  pseudonym: true,
  issuer: true,
  serial: true,
  scannedLot: true,
  implanted: true,
  deviations: true,
  restrictions: true,
  check: true,
  programme: true,
};

const record: FieldsOf<EventDetails['accepted']['record']> = {
  productName: true,
  model: true,
  specification: true,
  lot: true,
  manufacturedOn: true,
  expiresOn: true,
  sterilisationLots: true,
  registrant: true,
  registrationNumber: true,
  supplier: true,
  supplierLicence: true,
  manufacturerLicence: true,
  certificate: true,
  papers: true,
  quantity: true,
  conclusion: true,
  reason: true,
};

const correctable = {
  received: {
    shipment: true,
    from: true,
    lines: { ...lot, intact: true, damaged: true, unshipped: true },
    note: true,
    conveys: { basis: true, programme: true },
  },
  accepted: { record },
  rejected: { record },
  moved: { requisition: true },
  quarantined: { reason: true, recall: true },
  quarantineReleased: { reason: true },
  used: {
    procedure: true,
    surgeon: true,
    scrubNurse: true,
    circulatingNurse: true,
    programme: true,
    preUseCheck: true,
    note: true,
  },
  destroyed: { method: true, witness: true, reason: true, recall: true, supervisor: true },
} as const;

const details: FieldsOf<EventDetails> = {
  ...correctable,
  lotProduced: {
    manufacturedOn: true,
    expiresOn: true,
    sterilisationLots: { id: true, quantity: true, serials: true },
    declaredQuantity: true,
    closed: true,
  },
  lotReleased: { certificate: true },
  lotHeld: { hold: true, scope, reason: true },
  holdLifted: { hold: true, reason: true },
  shipped: {
    shipment: true,
    to: true,
    purpose: true,
    conveys: { basis: true, programme: true },
    recall: true,
    sscc: true,
    complete: true,
  },
  shipmentClosed: { shipment: true, missing: true, reason: true },
  counted: { count: true, found: true, booked: true },
  reportedDelivered: { to: true, recall: true },
  reconciled: { reason: true },
  titleChanged: { reason: true },
  itemCoded: { issuer: true, codes: true },
  assembled: { kit: { ...lot, serial: true }, components: true },
  opened: { kit: { ...lot, serial: true }, fates: { ...lot, serial: true, quantity: true, fate: true } },
  packed: { package: true, contents: { ...lot, serials: true, quantity: true } },
  unpacked: { package: true },
  reprocessingStarted: { cycle: true },
  reprocessed: { cycle: true, load: true, steriliser: true, sterileUntil: true, released: true },
  labelsPrinted: {
    job: true,
    template: true,
    templateVersion: true,
    quantity: true,
    firstSerial: true,
    lastSerial: true,
    serials: true,
    reprintOf: true,
    reason: true,
    shipment: true,
    stated: {
      packer: true,
      checker: true,
      steriliser: true,
      load: true,
      sterilisedOn: true,
      sterileUntil: true,
    },
  },
  labelsSpoiled: { job: true, serials: true, quantity: true, cancelled: true },
  labelsVerified: { job: true, quantity: true, verified: true },
  suspicionReported: { suspicion: true, description: true },
  recallInitiated: {
    recall: true,
    number: true,
    basis: true,
    class: true,
    scope,
    measures: true,
    reason: true,
    instructions: true,
    returnTo,
    drill: true,
  },
  recallWidened: { recall: true, scope, reason: true, returnTo },
  recallNotified: { recall: true, organisation: true, notice: true },
  recallResponded: { recall: true, found: true, quarantined: true, used: true, note: true },
  recallCompleted: { recall: true, summary: true },
  recallClosed: { recall: true, review: true, liftsRestrictions: true, gtins: true },
  recalledAgain: { recall: true, reason: true },
  disputed: { event: true, reason: true },
  corrected: {
    correctedType: true,
    reason: true,
    replaced: true,
    right: correctable,
    effective: transfer,
    voidedUses: { pseudonym: true, gtin: true, issuer: true, serial: true },
    shortfall: true,
  },
};

const envelope: FieldsOf<Omit<LedgerEvent, 'details'>> = {
  schemaVersion: true,
  id: true,
  type: true,
  organisation: true,
  actor: true,
  eventTime: true,
  recordTime: true,
  transfers: transfer,
  uses: use,
  about: lot,
  where: { place: true },
  why: { businessStep: true, documents: { kind: true, number: true } },
  corrects: true,
  contentHash: true,
};

const required: readonly (keyof LedgerEvent)[] = [
  ...(['schemaVersion', 'id', 'organisation', 'actor', 'recordTime', 'contentHash'] as const),
  ...([
    'type',
    'eventTime',
    'transfers',
    'uses',
    'about',
    'where',
    'why',
    'details',
  ] as const satisfies (keyof EventDraft)[]),
];

/** @returns paths of fields that this type of event does not have, and of those that it lacks. */
export function wrongFields(event: AnyEvent): string[] {
  const { details: own, ...rest } = event;
  const known: FieldTree | undefined = Object.hasOwn(details, event.type) ? details[event.type] : undefined;
  if (known === undefined) return [`type ${String(event.type)} is unknown`];
  const missing = required
    .filter((field) => !Object.hasOwn(event, field))
    .map((field) => `${field} is missing`);
  return [...missing, ...unknownFields(rest, envelope, ''), ...unknownFields(own, known, 'details/')];
}

function unknownFields(value: unknown, known: true | FieldTree, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => unknownFields(item, known, path));
  if (value === null) return [`${path} is null`];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([field, inner]) => {
    const below = known === true || !Object.hasOwn(known, field) ? undefined : known[field];
    if (below === undefined) return [`${path}${field}`];
    return unknownFields(inner, below, `${path}${field}/`);
  });
}
