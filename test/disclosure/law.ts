/**
 * Who may know what, from the design's table ("What it is", column "never") and its laws 4 and 7. It is written from
 * those sentences and asks no code of the service. Whatever is not said here may not be known.
 */
import type { Role } from '../../src/access/permissions.ts';
import type { Country, Member } from './country.ts';
import type { Fact } from './facts.ts';
import { lots, products, type Story } from './story.ts';

/** Somebody who asks. */
export interface Viewer {
  readonly organisation: string;
  readonly kind: Member['kind'] | 'operator' | 'nobody';
  readonly area?: string;
  readonly level?: string;
  readonly role: Role | 'nobody';
}

interface Recalled {
  readonly registrant: string;
  readonly lot: string;
  /** Those that have, had or used what it covers, and those to whom it is on its way. */
  readonly concerned: readonly string[];
}

export interface World {
  readonly members: ReadonlyMap<string, Member>;
  readonly makers: ReadonlyMap<string, string>;
  /** By lot: those in whose books it is or was. */
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
  readonly recalls: ReadonlyMap<string, Recalled>;
}

export function worldOf(country: Country, story: Story, holders: World['holders']): World {
  const { members } = country;
  const id = (...all: (keyof typeof members)[]) => all.map((name) => members[name].id);
  const lotOf = ({ gtin, lot }: { gtin: string; lot: string }) => `${gtin}/${lot}`;
  return {
    members: new Map(Object.values(members).map((member) => [member.id, member])),
    makers: new Map([
      [products.stapler, members.maker.id],
      [products.unit, members.maker.id],
      [products.foreign, members.otherMaker.id],
    ]),
    holders,
    recalls: new Map<string, Recalled>([
      [
        story.recalls.bad,
        {
          registrant: members.maker.id,
          lot: lotOf(lots.bad),
          concerned: id('distributor', 'otherDistributor', 'guangzhou', 'beijing'),
        },
      ],
      // Two units of the lot: who has only others of it is not concerned.
      [
        story.recalls.units,
        { registrant: members.maker.id, lot: lotOf(lots.units), concerned: id('distributor', 'shenzhen') },
      ],
      [
        story.recalls.foreign,
        {
          registrant: members.otherMaker.id,
          lot: lotOf(lots.foreign),
          concerned: id('otherDistributor', 'beijing'),
        },
      ],
    ]),
  };
}

/** @param path of the route line, where a sentence of the design speaks of one answer alone */
export function mayKnow(world: World, viewer: Viewer, fact: Fact, path: string): boolean {
  if (fact.kind === 'identity') return mayKnowIdentity(viewer, fact, path);
  if (viewer.organisation === fact.owner) return true;
  // Whoever holds the label reads on the page behind it what is printed there, and whether it may be used.
  if (path.startsWith('/01/') && ['product', 'lot', 'serial'].includes(fact.kind)) return true;
  // Whoever has a device in hand is told why it may not be used.
  if (path === '/api/v1/checks' && ['lot', 'hold', 'recall'].includes(fact.kind)) return true;
  const recalled = path.startsWith('/api/v1/recalls');
  switch (fact.kind) {
    case 'organisation-private':
      return viewer.kind === 'operator';
    case 'contact':
      // The notice names whom to ring (Order 29 Art. 15).
      return viewer.kind === 'operator' || (recalled && anyRecallOf(world, viewer, fact.owner));
    case 'person':
    case 'own-id':
    case 'inside':
    case 'lot-private':
    case 'text':
    case 'donor':
      return false;
    case 'place':
    case 'place-balance':
      return recalled && viewer.kind === 'regulator' && inSomeRecall(world, viewer, fact.owner);
    case 'shipment':
      return fact.parties.includes(viewer.organisation) || fact.owner === viewer.organisation;
    case 'movement':
      return fact.parties.includes(viewer.organisation) || overseesOf(world, viewer, fact);
    case 'balance':
      return overseesOf(world, viewer, fact) || (recalled && inSomeRecall(world, viewer, fact.owner));
    case 'word':
    case 'hold':
      return (
        knowsLot(world, viewer, fact.lot ?? '') ||
        (fact.recall !== '' && seesRecall(world, viewer, fact.recall))
      );
    case 'lot':
    case 'serial':
      return knowsLot(world, viewer, fact.lot ?? '');
    case 'recall':
      // A recall of a whole product stands in the catalogue.
      if (path.startsWith('/api/v1/products') && viewer.kind !== 'manufacturer') return true;
      // A restriction stands on the lot: whoever has of it reads which recall it is.
      return (
        seesRecall(world, viewer, fact.recall) ||
        knowsLot(world, viewer, recallOf(world, fact.recall)?.lot ?? '')
      );
    case 'return-place':
      return seesRecall(world, viewer, fact.recall);
    case 'recall-text':
      return recalled && seesRecall(world, viewer, fact.recall);
    case 'progress':
    case 'note':
      return recalled && seesPart(world, viewer, fact.recall, fact.owner);
    case 'pseudonym':
      return (
        recalled &&
        [...world.recalls].some(
          ([id, { lot }]) => lot === fact.lot && seesPart(world, viewer, id, fact.owner),
        )
      );
    case 'product':
      return viewer.kind !== 'manufacturer' && viewer.kind !== 'nobody';
    default: {
      const impossible: never = fact.kind;
      throw new Error(impossible);
    }
  }
}

/** The own hospital's theatre, and any role of it that treats patients within a recall. */
function mayKnowIdentity(viewer: Viewer, fact: Fact, path: string): boolean {
  if (viewer.organisation !== fact.owner) return false;
  if (viewer.role === 'theatre') return true;
  const treats = viewer.role === 'materials' || viewer.role === 'sterile-supply';
  return treats && path === '/api/v1/recalls/:id/uses';
}

/** The maker sees organisation-level quantities of its own products; an authority what lies in its area. */
function overseesOf(world: World, viewer: Viewer, { lot = '', owner }: Fact): boolean {
  return isMaker(world, viewer, lot) || liesIn(world, viewer, owner);
}

function knowsLot(world: World, viewer: Viewer, lot: string): boolean {
  if (isMaker(world, viewer, lot)) return true;
  const holders = [...(world.holders.get(lot) ?? [])];
  const recalled = [...world.recalls].some(
    ([id, recall]) => recall.lot === lot && seesRecall(world, viewer, id),
  );
  return recalled || holders.some((one) => one === viewer.organisation || liesIn(world, viewer, one));
}

function isMaker({ makers }: World, viewer: Viewer, lot: string): boolean {
  return makers.get(lot.split('/')[0] ?? '') === viewer.organisation;
}

function liesIn({ members }: World, { kind, area }: Viewer, organisation: string): boolean {
  const inner = members.get(organisation)?.area;
  if (kind !== 'regulator' || area === undefined || inner === undefined) return false;
  return inner.startsWith(area.replace(/(00)+$/, ''));
}

function recallOf({ recalls }: World, id: string | undefined): Recalled | undefined {
  return id === undefined ? undefined : recalls.get(id);
}

/** The registrant's province (Order 29 Art. 16) and the nation see a recall whole, others what lies in their area. */
function seesWhole(world: World, viewer: Viewer, { registrant }: Recalled): boolean {
  return viewer.organisation === registrant || liesIn(world, viewer, registrant);
}

function seesRecall(world: World, viewer: Viewer, id: string | undefined): boolean {
  const recall = recallOf(world, id);
  if (recall === undefined) return false;
  const { concerned } = recall;
  return (
    seesWhole(world, viewer, recall) ||
    concerned.some((one) => one === viewer.organisation || liesIn(world, viewer, one))
  );
}

/** Of another organisation concerned. */
function seesPart(world: World, viewer: Viewer, id: string | undefined, organisation: string): boolean {
  const recall = recallOf(world, id);
  if (recall === undefined) return false;
  return seesWhole(world, viewer, recall) || liesIn(world, viewer, organisation);
}

function inSomeRecall(world: World, viewer: Viewer, organisation: string): boolean {
  return [...world.recalls].some(
    ([id, { concerned, registrant }]) =>
      [...concerned, registrant].includes(organisation) && seesPart(world, viewer, id, organisation),
  );
}

function anyRecallOf(world: World, viewer: Viewer, registrant: string): boolean {
  return [...world.recalls].some(
    ([id, recall]) => recall.registrant === registrant && seesRecall(world, viewer, id),
  );
}
