import { expect } from 'chai';
import type { Route } from '../../src/access/route.ts';
import { Search, type Told, toldBy } from './answers.ts';
import { aimedBy, attempts, unaimed, writingRounds } from './commands.ts';
import { type Country, type Member, type Name, names, type Person } from './country.ts';
import { type Fact, factsOf } from './facts.ts';
import { mayKnow, type Viewer, type World, worldOf } from './law.ts';
import { products, type Story } from './story.ts';
import { toldCountry } from './told.ts';
import { type Domain, domainOf, readingRoutes, type Visit, visits } from './walker.ts';

interface Finding {
  readonly viewer: string;
  readonly owner: string;
  readonly sentence: string;
}

/** What the caller sent, as it meant it. */
function saidIn(address: string): string {
  const [path = '', ...body] = address.split(' ');
  return [decodeURIComponent(path), ...body].join(' ');
}

describe('disclosure: what one organisation reads of another', () => {
  let country: Country;
  let story: Story;
  let world: World;
  let domain: Domain;
  let search: Search;
  /** Ids and figures that are nobody's secret. */
  const open = new Set<string | number>();
  const findings: Finding[] = [];
  const unexplained: string[] = [];
  /** Answers of 200 by route, to see that something was looked at. */
  const answered = new Map<string, number>();

  before(async function () {
    // 12,000 requests: half a minute where nothing else runs.
    this.timeout(600_000);
    ({ country, story } = await toldCountry());
    expect(unaimed(country.app.routes), 'say in commands.ts how these are aimed at another').to.deep.equal(
      [],
    );
    // A false label of each maker, so that there is something to be told of.
    for (const gtin of [products.stapler, products.foreign]) {
      await country.server.client().get(`/01/${gtin}/10/FALSE`);
    }
    await country.app.tend();
    const { db } = country.database;
    const idsIn = async (name: string) =>
      (await db.collection(name).find({}).toArray()).map(({ _id }) => String(_id));
    domain = domainOf(country, story, {
      people: await idsIn('people'),
      tokens: await idsIn('tokens'),
      signals: await idsIn('counterfeitSignals'),
    });
    world = worldOf(country, story, await holdersOf());
    search = new Search(await factsOf(country));
    for (const id of [...(await idsIn('organisations')), ...(await idsIn('programmes'))]) open.add(id);
    for (const { createdAt } of await db.collection('programmes').find({}).toArray())
      open.add(Date.parse(createdAt));
    open.add(country.now().getTime());
    // What printers have in common: the dots of their heads, and the port that they listen at.
    for (const common of [203, 300, 9_100]) open.add(common);
    await walkAll();
    await attemptAll();
  });
  after(() => country.close());

  async function holdersOf(): Promise<Map<string, Set<string>>> {
    const holders = new Map<string, Set<string>>();
    const { db } = country.database;
    for (const { lotId, parties } of await db.collection('entries').find({}).toArray()) {
      holders.set(lotId, new Set([...(holders.get(lotId) ?? []), ...parties]));
    }
    for (const { lines, to } of await db.collection('shipments').find({}).toArray()) {
      for (const { gtin, lot } of lines) holders.get(`${gtin}/${lot}`)?.add(to);
    }
    return holders;
  }

  async function walkAll(): Promise<void> {
    const routes = readingRoutes(country.app.routes);
    for (const name of names) {
      const { id, kind, area, authority, people } = country.members[name];
      for (const person of people) {
        const level = authority === undefined ? {} : { level: authority.level };
        await walk(routes, name, person, { organisation: id, kind, area, ...level, role: person.role });
      }
    }
    const [operator] = country.operator.people;
    if (operator === undefined) throw new Error('no operator');
    await walk(routes, 'operator', operator, {
      organisation: country.operator.id,
      kind: 'operator',
      role: 'administrator',
    });
    const nobody = { id: '', role: 'nobody', token: '', client: country.server.client() } as const;
    await walk(routes, 'nobody', nobody, { organisation: '', kind: 'nobody', role: 'nobody' });
  }

  async function walk(routes: readonly Route[], name: string, person: Person, viewer: Viewer): Promise<void> {
    for (const route of routes) {
      // A public route is never told who calls: it is asked once, as nobody.
      if (route.open && person.role !== 'nobody') continue;
      for await (const visit of visits(route, person.client, domain)) {
        const told = await judge(visit, name, viewer);
        const said = saidIn(visit.address);
        if (visit.reply.status === 200) answered.set(route.path, (answered.get(route.path) ?? 0) + 1);
        if (visit.reply.status >= 500)
          unexplained.push(`${visit.address} answers ${visit.reply.status} to ${name}`);
        for (const value of search.unknown(told, open)) {
          if (!said.includes(String(value)))
            unexplained.push(`${value} in ${visit.address} to ${name} (${person.role})`);
        }
      }
    }
  }

  /** Notes what an answer tells that its reader may not know. */
  async function judge(visit: Visit, name: string, viewer: Viewer): Promise<Told> {
    const told = await toldBy(visit);
    const said = saidIn(visit.address);
    for (const facts of search.found(told)) {
      // What the caller sent itself tells it nothing.
      if (facts.some(({ value }) => said.includes(String(value)))) continue;
      if (facts.some((fact) => mayKnow(world, viewer, fact, visit.route.path))) continue;
      for (const fact of facts) findings.push(findingOf(name, viewer, fact, visit.address));
    }
    return told;
  }

  /** Commands at what is another's, by everybody who may send them. After the reading, since some are recorded. */
  async function attemptAll(): Promise<void> {
    const facts = await factsOf(country);
    for (const routes of writingRounds(country.app.routes)) {
      for (const name of names) await attemptAs(routes, country.members[name], facts);
    }
  }

  async function attemptAs(routes: readonly Route[], member: Member, facts: readonly Fact[]): Promise<void> {
    const { id: organisation, kind, area, name, people } = member;
    const own = new Set(
      facts.filter(({ owner }) => owner === organisation).map(({ value }) => String(value)),
    );
    const isOwn = (value: string) => value === organisation || own.has(value);
    for (const person of people) {
      const viewer: Viewer = { organisation, kind, area, role: person.role };
      const aimed = aimedBy(country, story, member, person.id);
      for (const route of routes) {
        for await (const visit of attempts(route, person.client, aimed, domain, isOwn)) {
          await judge(visit, name, viewer);
          if (visit.reply.status < 500) continue;
          unexplained.push(`${visit.address} answers ${visit.reply.status} to ${name}`);
        }
      }
    }
  }

  function findingOf(viewer: string, { role }: Viewer, fact: Fact, address: string): Finding {
    const owner = names.find((name) => country.members[name].id === fact.owner) ?? 'operator';
    return { viewer, owner, sentence: `${role} reads ${fact.value} (${fact.source}) at ${address}` };
  }

  const everybody: readonly (Name | 'operator' | 'nobody')[] = [...names, 'operator', 'nobody'];
  for (const viewer of everybody) {
    for (const owner of [...names, 'operator']) {
      it(`${viewer} finds nothing of ${owner} beyond what the design lists`, () => {
        const found = findings.filter((finding) => finding.viewer === viewer && finding.owner === owner);
        expect([...new Set(found.map(({ sentence }) => sentence))]).to.deep.equal([]);
      });
    }
  }

  it('nobody reads an id, a moment or a figure of which it cannot be told whose it is', () => {
    expect([...new Set(unexplained)]).to.deep.equal([]);
  });

  it('every reading route answered somebody', () => {
    const silent = readingRoutes(country.app.routes).filter(({ path }) => !answered.has(path));
    // Other GS1 keys than a product's are not looked up, and say so.
    expect(silent.map(({ path }) => path)).to.deep.equal(['/00/*path', '/8006/*path', '/8013/*path']);
  });
});
