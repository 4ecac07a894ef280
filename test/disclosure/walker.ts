/**
 * Asks every reading route for everything there is: a route's parameters are filled with all ids, lots, units and
 * organisations of the country, whosever they are, and every list is followed to its end. A route, a parameter or a
 * filter for which nobody has said what to fill in is an error, so that a new one cannot be left out.
 */
import type { Route } from '../../src/access/route.ts';
import { at, type Client, type Reply } from '../support/http.ts';
import { type Country, names } from './country.ts';
import { textIn } from './json.ts';
import { lots, products, type Story, serials } from './story.ts';

type Values = Readonly<Record<string, string>>;

/** One answer, and what was sent to get it. */
export interface Visit {
  readonly route: Pick<Route, 'method' | 'path'>;
  readonly address: string;
  readonly reply: Reply;
  /** The position in a cursor, decoded: it travels to the client too. */
  readonly position: string;
}

export interface Domain {
  /** What stands for a parameter, by route prefix where the same name means different things. */
  readonly tuples: (path: string) => readonly Values[];
  readonly queries: (path: string, keys: readonly string[]) => readonly string[];
}

/** @returns what there is to ask for. @param more ids of other kinds, read from the database */
export function domainOf(
  country: Country,
  story: Story,
  more: Readonly<Record<'people' | 'tokens' | 'signals', string[]>>,
): Domain {
  const { members } = country;
  const ids: Readonly<Record<string, readonly string[]>> = {
    organisations: [...names.map((name) => members[name].id), country.operator.id],
    places: names.flatMap((name) => members[name].places.map(({ id }) => id)),
    people: more.people,
    tokens: more.tokens,
    programmes: [story.programme],
    recalls: Object.values(story.recalls),
    printers: story.printers,
    'printer-sends': story.sends,
  };
  const values: Readonly<Record<string, (path: string) => readonly Values[]>> = {
    gtin: () => Object.values(products).map((gtin) => ({ gtin })),
    'gtin,lot': () => Object.values(lots).map(({ gtin, lot }) => ({ gtin, lot: encodeURIComponent(lot) })),
    'gtin,serial': () => serials.map((serial) => ({ gtin: products.unit, serial })),
    'gtin,lot,serial': () => serials.map((serial) => ({ gtin: products.unit, lot: lots.units.lot, serial })),
    'gtin,lot,hold': () =>
      story.holds.map((hold) => ({ ...lots.good, lot: encodeURIComponent(lots.good.lot), hold })),
    'id,token': (path) =>
      idsOf(path).flatMap((id) => more.tokens.slice(0, 20).map((token) => ({ id, token }))),
    path: (path) => (path.startsWith('/01/') ? labelPaths() : [{ path: 'x' }]),
    signal: () => more.signals.map((signal) => ({ signal })),
    event: () => story.events.map((event) => ({ event })),
    shipment: () => story.shipments.map((shipment) => ({ shipment })),
    job: () => story.jobs.map((job) => ({ job })),
    id: (path) => idsOf(path).map((id) => ({ id })),
    'id,organisation': (path) =>
      idsOf(path).flatMap((id) => (ids.organisations ?? []).map((organisation) => ({ id, organisation }))),
    '': () => [{}],
  };
  const idsOf = (path: string): readonly string[] => {
    const found = ids[path.split('/')[3] ?? ''];
    if (found === undefined) throw new Error(`${path}: nobody has said which ids there are`);
    return found;
  };
  return {
    tuples: (path) => {
      const key = parametersOf(path).join();
      const fill = values[key];
      if (fill === undefined) throw new Error(`${path}: nobody has said what to fill in for ${key}`);
      return fill(path);
    },
    queries: (path, keys) => queriesOf(path, keys, story, members),
  };
}

/** Behind `/01/`: products alone, lots, and units with and without their lot. */
function labelPaths(): Values[] {
  const ofLots = Object.values(lots).map(({ gtin, lot }) => `${gtin}/10/${encodeURIComponent(lot)}`);
  const ofUnits = serials.flatMap((serial) => [
    `${products.unit}/21/${serial}`,
    `${products.unit}/10/${lots.units.lot}/21/${serial}`,
  ]);
  return [...Object.values(products), ...ofLots, ...ofUnits].map((path) => ({ path }));
}

function parametersOf(path: string): string[] {
  return [...path.matchAll(/[:*](\w+)/g)].map(([, name]) => name ?? '');
}

/** Filters, each tried with what would reach furthest; all of them beside the whole list. */
function queriesOf(
  path: string,
  keys: readonly string[],
  story: Story,
  { maker, shenzhen }: Country['members'],
): string[] {
  const place = shenzhen.places[0]?.id ?? '';
  const filters: Readonly<Record<string, readonly string[]>> = {
    cursor: [],
    limit: [],
    kind: ['kind=hospital'],
    search: ['search=of', `search=${products.foreign}`, 'search=FOREIGN'],
    organisation: [`organisation=${maker.id}`],
    foundation: [`foundation=${story.programme}`],
    direction: ['direction=outgoing', 'direction=incoming'],
    state: ['state=closed'],
    place: [`place=${place}`],
    gtin: [`gtin=${products.stapler}`],
    lot: [`lot=${encodeURIComponent(lots.good.lot)}`],
    condition: ['condition=available'],
    v: ['v=x'],
    quantity: [],
    shipment: [`shipment=${story.shipments.at(-1) ?? ''}`],
    nth: ['nth=1'],
    dotsPerInch: ['dotsPerInch=406'],
  };
  const unknown = keys.filter((key) => filters[key] === undefined);
  if (unknown.length > 0) throw new Error(`${path}: nobody has said how to filter by ${unknown.join()}`);
  if (path === '/api/v1/stock/proposal') {
    return [`place=${place}&gtin=${products.stapler}&quantity=100000`];
  }
  return ['', ...keys.flatMap((key) => filters[key] ?? [])];
}

/** @returns the lines of a route list that read. */
export function readingRoutes(routes: readonly Route[]): Route[] {
  return routes.filter(({ method }) => method === 'GET');
}

/** Visits a route as somebody, with everything that there is to ask for. */
export async function* visits(route: Route, client: Client, domain: Domain): AsyncGenerator<Visit> {
  const { query } = route.schemas;
  const keys = query !== undefined && 'shape' in query ? Object.keys(query.shape as object) : [];
  for (const values of domain.tuples(route.path)) {
    const path = route.path.replaceAll(/[:*](\w+)/g, (_whole, name: string) => values[name] ?? '');
    for (const filter of domain.queries(route.path, keys)) {
      for await (const visit of pages(route, client, path, filter, keys.includes('cursor'))) {
        yield visit;
        // Asked before anything is read: who may not, may not with another id either.
        if (isRefusedAtTheDoor(visit.reply)) return;
      }
    }
  }
}

async function* pages(
  route: Route,
  client: Client,
  path: string,
  filter: string,
  paged: boolean,
): AsyncGenerator<Visit> {
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const parts = [filter, ...(paged ? ['limit=20'] : []), ...(cursor === '' ? [] : [`cursor=${cursor}`])];
    const query = parts.filter((part) => part !== '').join('&');
    const address = query === '' ? path : `${path}?${query}`;
    const reply = await client.get(address);
    const next = textIn(reply.body, 'next');
    yield { route, address, reply, position: Buffer.from(next ?? '', 'base64url').toString('utf8') };
    cursor = next;
  }
}

function isRefusedAtTheDoor({ status, body }: Reply): boolean {
  return (status === 403 || status === 401) && String(at(body, '/code')).startsWith('access/');
}
