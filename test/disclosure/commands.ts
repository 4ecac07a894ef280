/**
 * Sends every route that is no reading one: a command aimed at another's things, or a question that is asked by
 * POST. A route for which nobody has said how it is aimed is an error, so that a new one cannot be left out.
 */
import type { Route } from '../../src/access/route.ts';
import { stapler } from '../catalogue/samples.ts';
import type { Client } from '../support/http.ts';
import { type Country, type Member, type Name, names } from './country.ts';
import { lots, products, type Story, serials } from './story.ts';
import type { Domain, Visit } from './walker.ts';

/** Of those who sign in, out, or change what is theirs: no other organisation's id goes in. */
const ofOneself = [
  'POST /api/v1/sign-in',
  'POST /api/v1/sign-out',
  'POST /api/v1/me/password',
  'POST /api/v1/tokens',
  'POST /api/v1/organisations',
];

const wording = { zh: '文字', en: 'words' };
type Bodies = (caller: Aimed) => readonly object[];

/** Of a route's parameters so many are tried, from the first to the last: each is a transaction. */
const tuplesTried = 10;

/** Who aims, with what of its own. */
interface Aimed {
  readonly name: Name;
  readonly place: string;
  readonly person: string;
  readonly story: Story;
  readonly country: Country;
}

const line = (lot: { gtin: string; lot: string }) =>
  lot.gtin === products.unit ? { ...lot, serials: [serials[0]] } : { ...lot, quantity: 7 };
const everyLot = Object.values(lots).map(line);
const perLot = (body: (lines: object, caller: Aimed) => object): Bodies => {
  return (caller) => everyLot.map((one) => body(one, caller));
};
const once = (body: object): Bodies => {
  return () => [body];
};
const foreignPlaces = ({ country }: Aimed) =>
  names.flatMap((name) => country.members[name].places.map(({ id }) => id));
/** Numbers of patients at other hospitals. */
function foreignPatients({ name: own }: Aimed): object[] {
  return names
    .filter((name) => name !== own)
    .map((name) => ({ reason: 'patient-request', subject: { recordNumber: `record-${name}-1` } }));
}
/** Of a supplier that made no shipment: one of the others. */
function stated({ name, country: { members } }: Aimed) {
  return { supplier: (name === 'maker' ? members.distributor : members.maker).id, papers: 'x' };
}
const at = ({ country }: Aimed) => country.now().toISOString();

/** What is sent, beside a command id, by route line. */
const aims: Readonly<Record<string, Bodies>> = {
  'POST /api/v1/udi/parse': once({ text: `(01)${products.unit}(21)${serials[0]}` }),
  'POST /api/v1/people': once({ name: 'x' }),
  'PATCH /api/v1/people/:id': once({ name: 'x' }),
  'POST /api/v1/people/:id/one-time-password': once({}),
  'DELETE /api/v1/tokens/:id': once({}),
  'DELETE /api/v1/people/:id/tokens/:token': once({}),
  'PATCH /api/v1/organisations/:id': once({ address: 'x' }),
  'PUT /api/v1/organisations/:id/active': once({ active: true }),
  'POST /api/v1/places': (caller) =>
    foreignPlaces(caller).map((parent) => ({ parent, kind: 'store', name: wording })),
  'PATCH /api/v1/places/:id': once({ name: wording }),
  'POST /api/v1/products': once(stapler(1)),
  'PATCH /api/v1/products/:gtin': once({ revision: 1, reason: 'x', changes: { model: 'x' } }),
  'POST /api/v1/counterfeit-signals/:signal/acknowledgement': once({ reason: 'x' }),
  'POST /api/v1/programmes': once({ name: wording, from: '2026-01-01' }),
  'POST /api/v1/lots': perLot((one, { place }) => ({
    ...one,
    place,
    manufacturedOn: '2026-02-03',
    parts: [{ quantity: 7 }],
  })),
  'POST /api/v1/lots/:gtin/:lot/release': once({}),
  'POST /api/v1/lots/:gtin/:lot/holds': once({ reason: 'x' }),
  'POST /api/v1/lots/:gtin/:lot/holds/:hold/lifting': once({ reason: 'x' }),
  'POST /api/v1/shipments': perLot((one, { place, country }) => ({
    ...{ from: place, to: country.members.distributor.id, papers: 'x' },
    lines: [one],
  })),
  'POST /api/v1/receipts': ({ place, story }) =>
    story.shipments.map((shipment) => ({ place, shipment, lines: [everyLot[0]] })),
  'POST /api/v1/imports/shipments': (caller) => [
    {
      deliveries: foreignPlaces(caller).map((from) => ({
        ...{ commandId: crypto.randomUUID(), from, to: caller.country.members.distributor.id, papers: 'x' },
        lines: [everyLot[0]],
      })),
    },
    {
      deliveries: everyLot.map((one) => ({
        ...{ commandId: crypto.randomUUID(), from: caller.place, to: caller.country.members.distributor.id },
        ...{ papers: 'x', lines: [one] },
      })),
    },
  ],
  'POST /api/v1/imports/deliveries': (caller) => [
    {
      deliveries: [
        ...caller.story.shipments.map((shipment) => ({ shipment, lines: [everyLot[0]] })),
        ...everyLot.map((one) => ({ ...stated(caller), lines: [one] })),
      ].map((delivery) => ({ commandId: crypto.randomUUID(), place: caller.place, ...delivery })),
    },
  ],
  'POST /api/v1/shipments/:shipment/closing': once({ reason: 'x' }),
  'POST /api/v1/acceptances': ({ place, story }) =>
    story.shipments.map((shipment) => ({ place, shipment, lines: [everyLot[0]], conclusion: 'qualified' })),
  'POST /api/v1/moves': (caller) =>
    foreignPlaces(caller).map((from) => ({ from, to: caller.place, lines: [everyLot[0]] })),
  'POST /api/v1/quarantines': perLot((one, { place }) => ({
    place,
    lines: [{ ...one }],
    reason: 'x',
    condition: 'rejected',
  })),
  'POST /api/v1/quarantine-releases': (caller) =>
    foreignPlaces(caller).map((place) => ({ place, lines: [everyLot[0]], reason: 'x' })),
  'POST /api/v1/destructions': (caller) =>
    foreignPlaces(caller).map((place) => ({
      ...{ place, lines: [everyLot[0]], reason: 'x', method: 'x' },
      witness: caller.person,
    })),
  'POST /api/v1/checks': perLot((device, { place }) => ({ place, devices: [device] })),
  'POST /api/v1/uses': perLot((device, caller) => ({
    ...{ happenedAt: at(caller), place: caller.place, procedure: 'x', surgeon: caller.person, patient: {} },
    devices: [{ device: { ...device, ...('quantity' in device ? { quantity: 1 } : {}) }, implanted: false }],
    preUseCheck: true,
  })),
  'POST /api/v1/patient-devices': () =>
    names.flatMap((name) => [1, 2, 3, 4].map((patient) => ({ recordNumber: `record-${name}-${patient}` }))),
  'POST /api/v1/patient-erasures': foreignPatients,
  'POST /api/v1/patient-restrictions': foreignPatients,
  'POST /api/v1/events/:event/correction': once({ reason: 'x' }),
  'POST /api/v1/label-jobs': perLot((one) => ({
    ...one,
    ...('quantity' in one ? { quantity: 1 } : {}),
    manufacturedOn: '2026-02-03',
  })),
  'POST /api/v1/pack-label-jobs': ({ person }) =>
    serials.map((serial) => ({
      ...{ gtin: products.unit, serials: [serial], packer: person, steriliser: '1', load: '1' },
      ...{ sterilisedOn: '2026-02-03', sterileUntil: '2099-01-01' },
    })),
  'POST /api/v1/shipments/:shipment/label-jobs': once({ quantity: 1 }),
  'POST /api/v1/label-jobs/:job/sends': ({ story }) => story.printers.map((printer) => ({ printer })),
  'POST /api/v1/label-jobs/:job/reprints': once({ quantity: 1, reason: 'x' }),
  'POST /api/v1/label-jobs/:job/spoilage': once({ quantity: 1 }),
  'POST /api/v1/label-jobs/:job/cancellation': once({}),
  'POST /api/v1/label-jobs/:job/closing': once({}),
  'POST /api/v1/labels/verify': ({ story }) =>
    story.jobs.map((job) => ({ job, scan: `(01)${products.unit}(10)${lots.units.lot}(21)${serials[0]}` })),
  'POST /api/v1/printers': once({ name: 'x', host: '127.9.9.9', language: 'zpl' }),
  'PATCH /api/v1/printers/:id': once({ active: false }),
  'POST /api/v1/printers/:id/test': once({}),
  'POST /api/v1/recalls': perLot((one) => ({
    ...{ class: 'II', basis: 'voluntary', reason: wording, instructions: wording, measures: ['warning'] },
    scope: [{ ...one, quantity: undefined }],
  })),
  'POST /api/v1/recalls/:id/widening': () =>
    everyLot.map((one) => ({ scope: [{ ...one, quantity: undefined }], reason: wording })),
  'POST /api/v1/recalls/:id/responses': once({ found: 0, quarantined: 0, used: 0 }),
  'POST /api/v1/recalls/:id/completion': once({ summary: wording }),
  'POST /api/v1/recalls/:id/closing': once({ review: 'adequate', liftsRestrictions: false }),
};

/** What somebody states to have received or used is recorded, and makes it one that has of the lot: these come last. */
const last = ['POST /api/v1/receipts', 'POST /api/v1/imports/deliveries', 'POST /api/v1/uses'];

/** @returns the routes to be tried, in rounds. */
export function writingRounds(routes: readonly Route[]): Route[][] {
  const all = writingRoutes(routes);
  const isLast = ({ method, path }: Route) => last.includes(`${method} ${path}`);
  return [all.filter((route) => !isLast(route)), all.filter(isLast)];
}

/** @returns route lines for which nobody has said how they are aimed at another. */
export function unaimed(routes: readonly Route[]): string[] {
  return writingRoutes(routes)
    .map(({ method, path }) => `${method} ${path}`)
    .filter((line) => aims[line] === undefined);
}

function writingRoutes(routes: readonly Route[]): Route[] {
  return routes.filter(({ method, path }) => method !== 'GET' && !ofOneself.includes(`${method} ${path}`));
}

/**
 * Sends a route as somebody with everything that is another's.
 * @param isOwn whether an id or a GTIN is the caller's: with that a command would do what it is for
 */
export async function* attempts(
  route: Route,
  client: Client,
  aimed: Aimed,
  domain: Domain,
  isOwn: (value: string) => boolean,
): AsyncGenerator<Visit> {
  const bodies = aims[`${route.method} ${route.path}`];
  if (bodies === undefined)
    throw new Error(`${route.method} ${route.path}: nobody has said how to aim it at another`);
  const bodySchema = route.schemas.body;
  const isCommand =
    bodySchema !== undefined && 'shape' in bodySchema && 'commandId' in (bodySchema.shape as object);
  const foreign = domain.tuples(route.path).filter((values) => !Object.values(values).some(isOwn));
  const step = Math.ceil(foreign.length / tuplesTried);
  for (const values of foreign.filter((_values, index) => index % step === 0)) {
    const address = route.path.replaceAll(/:(\w+)/g, (_whole, name: string) => values[name] ?? '');
    for (const body of bodies(aimed)) {
      const sent = { ...body, ...(isCommand ? { commandId: crypto.randomUUID() } : {}) };
      const text = bodySchema === undefined ? undefined : JSON.stringify(sent);
      const headers: Record<string, string> =
        text === undefined ? {} : { 'content-type': 'application/json' };
      const reply = await client.send(route.method, address, headers, text);
      // What was sent is part of the address, since what the caller says itself tells it nothing.
      yield { route, address: `${address} ${text ?? ''}`, reply, position: '' };
      if (reply.status === 403 || reply.status === 401) return;
    }
  }
}

/** @returns what a caller has of its own to send from; another's where it has none. */
export function aimedBy(country: Country, story: Story, member: Member, person: string): Aimed {
  const theatre = member.places.find(({ kind }) => kind === 'theatre') ?? member.places[0];
  return {
    country,
    story,
    person,
    name: member.name,
    place: theatre?.id ?? country.members.guangzhou.places[0]?.id ?? '',
  };
}
