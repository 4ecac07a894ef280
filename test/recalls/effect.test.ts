import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { mongo } from 'mongoose';
import { carryOver } from '../../src/app.ts';
import { readLots } from '../../src/catalogue/lots.ts';
import { readProductRestrictions } from '../../src/catalogue/product-standings.ts';
import { projectCatalogue } from '../../src/catalogue/projector.ts';
import { restrictionsOn } from '../../src/catalogue/restriction.ts';
import { systemIds } from '../../src/clock.ts';
import { Failure } from '../../src/errors.ts';
import { type LotKey, lotId } from '../../src/ledger/event.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import { makeEffective, resumeRecalls } from '../../src/recalls/effect.ts';
import { RecallFinisher } from '../../src/recalls/finisher.ts';
import { projectRecalls } from '../../src/recalls/projector.ts';
import { type Recall, stateOf } from '../../src/recalls/recall.ts';
import {
  closeRecall,
  completeRecall,
  initiateRecall,
  type RecallParts,
  widenRecall,
} from '../../src/recalls/recalls.ts';
import { readExposures } from '../../src/recalls/situation.ts';
import { readRecall } from '../../src/recalls/storage.ts';
import { chance, nextId } from '../support/ledger-play.ts';
import { produced, recallBody, received, shipped, useOf } from './goods.ts';
import { members, stapler } from './members.ts';
import { createWorld, type World } from './world.ts';

const races = 60;
const atOnce = 6;

/** Law 4, "How law 4 holds", through the room's own commands. */
describe('the three steps of a recall', () => {
  let world: World;
  let productsMade = 0;

  before(async function () {
    this.timeout(60_000);
    world = await createWorld();
  });
  after(() => world.close());

  const sender = () => ({
    organisation: members.maker.id,
    organisationKind: 'manufacturer',
    person: 'person-of-maker',
    commandId: nextId(),
  });

  const input = (scope: readonly { gtin: string; lot?: string }[]) => {
    const {
      class: _class,
      basis: _basis,
      commandId: _id,
      returnTo: _to,
      measures: _measures,
      ...texts
    } = recallBody();
    return { ...texts, class: 'I', basis: 'voluntary', measures: ['warning'], scope } as const;
  };

  const found = async (id: string): Promise<Recall> => {
    const recall = await readRecall(world.parts.db, id);
    if (recall === undefined) throw new Error('no recall');
    return recall;
  };

  const listed = async (id: string): Promise<Set<string>> => {
    const exposures = await readExposures(world.parts.db, await found(id));
    return new Set(exposures.map(({ pseudonym }) => pseudonym));
  };

  /** A use whose decision sees what stands on the lot, with a pause between looking and writing. */
  const racedUse = async (
    name: 'guangzhou' | 'beijing' | 'wuhan',
    lot: LotKey,
    stocked: boolean,
    looked: () => Promise<unknown>,
  ) => {
    const event = useOf(name, lot, stocked ? {} : { from: 'unexplained' });
    const command = { id: nextId(), organisation: members[name].id, actor: nextId(), route: 'x', content: 1 };
    const { answer } = await world.process().run(command, {
      load: async (snapshot) => {
        const known = (await readLots(snapshot, [lotId(lot)])).get(lotId(lot));
        const product = (await readProductRestrictions(snapshot, [lot.gtin])).get(lot.gtin) ?? [];
        const standing = restrictionsOn(known, { restrictions: product });
        await looked();
        return standing.map(({ reference }) => reference);
      },
      decide: (restrictions) => ({
        kind: 'accepted',
        events: [{ ...event, uses: event.uses.map((use) => ({ ...use, restrictions })) }],
        answer: { pseudonym: event.uses[0]?.pseudonym ?? '', restrictions },
      }),
    });
    return answer;
  };

  /** What the list held at the moment when the recall became effective. */
  interface Race {
    readonly saw: boolean;
    readonly atEffect: boolean;
    readonly later: boolean;
  }

  /** @returns the GTIN of another product of the maker. */
  const ownProduct = async (): Promise<string> => {
    const products = world.parts.db.collection<{ _id: string }>('products');
    const { _id, ...facts } = (await products.findOne({ _id: stapler })) ?? { _id: '' };
    productsMade += 1;
    const gtin = String(20_000_000_000_000 + productsMade);
    await products.insertOne({ ...facts, _id: gtin });
    return gtin;
  };

  const race = async (number: number, open: boolean): Promise<Race[]> => {
    const random = chance(number * 7_919 + 1);
    const pause = () => Math.floor(random() * 25);
    // An open scope closes a product for all later races, so those have a product each.
    const gtin = open ? await ownProduct() : stapler;
    const lot = { gtin, lot: `RACE-${number}` };
    const shipment = nextId();
    await world.append('maker', produced(lot, 9), shipped(shipment, 'maker', 'guangzhou', lot, 4));
    await world.append('guangzhou', received(shipment, 'maker', 'guangzhou', lot, 4));
    const atEffect = new Set<string>();
    const looked = Promise.withResolvers<void>();
    const decided = Promise.withResolvers<void>();
    const recalling = (async () => {
      await looked.promise;
      await wait(pause());
      const looking: RecallParts = {
        ...world.parts,
        after: async (step) => {
          if (step.done === 'decision') decided.resolve();
          if (step.done === 'portion') for (const { pseudonym } of step.uses) atEffect.add(pseudonym);
        },
      };
      const { recall } = await initiateRecall(looking, sender(), input([open ? { gtin } : lot]));
      return recall;
    })();
    const uses = [
      ['guangzhou', lot, true],
      ['guangzhou', lot, true],
      ['beijing', lot, false],
      ['wuhan', lot, false],
      ['wuhan', open ? { gtin, lot: `NEVER-${number}` } : lot, false],
    ] as const;
    // However slow the machine: the first has looked before the recall begins, the second begins between decision and
    // fence, and the others when they like.
    const using = uses.map(async ([name, used, stocked], index) => {
      if (index === 1) await decided.promise;
      else if (index > 1) await wait(pause());
      return racedUse(name, used, stocked, () => {
        if (index === 0) looked.resolve();
        return wait(index === 0 ? 3 * pause() : pause());
      });
    });
    const [recall, ...used] = await Promise.all([recalling, ...using]);
    const now = await listed(recall);
    return used.map(({ pseudonym, restrictions }) => ({
      saw: restrictions.includes(recall),
      atEffect: atEffect.has(pseudonym),
      later: now.has(pseudonym),
    }));
  };

  for (const open of [false, true]) {
    it(`let no use slip past a recall of ${open ? 'a whole product' : 'a lot'}, of ${races} races`, async function () {
      this.timeout(120_000);
      const results: Race[] = [];
      for (let done = 0; done < races; done += atOnce) {
        const batch = Array.from({ length: atOnce }, (_, index) => race(done + index, open));
        results.push(...(await Promise.all(batch)).flat());
      }
      expect(results).to.have.length(races * 5);
      // A use saw the recall, or stood in its list when it took effect.
      expect(results.filter(({ saw, atEffect }) => !saw && !atEffect)).to.deep.equal([]);
      expect(results.filter(({ later }) => !later)).to.deep.equal([]);
      // And they were races: the one that came after the decision saw it each time.
      expect(results.filter(({ saw }) => saw).length).to.be.at.least(races);
    });
  }

  for (const open of [false, true]) {
    it(`meet a use that looked before the decision and writes after the list (${open ? 'product' : 'lot'})`, async () => {
      const gtin = open ? await ownProduct() : stapler;
      const lot = { gtin, lot: 'SLOW' };
      const shipment = nextId();
      await world.append('maker', produced(lot, 9), shipped(shipment, 'maker', 'guangzhou', lot, 4));
      await world.append('guangzhou', received(shipment, 'maker', 'guangzhou', lot, 4));
      const list = Promise.withResolvers<void>();
      const looked = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
      const uses = [
        ['guangzhou', lot, true],
        // Its first holding of the lot: the fence has nothing of it to write.
        ['beijing', lot, false],
        ['wuhan', open ? { gtin, lot: 'SLOW-NEVER-SEEN' } : lot, false],
      ] as const;
      const using = uses.map(([name, used, stocked], index) =>
        racedUse(name, used, stocked, () => {
          looked[index]?.resolve();
          return list.promise;
        }),
      );
      await Promise.all(looked.map(({ promise }) => promise));
      const slow: RecallParts = {
        ...world.parts,
        after: async ({ done }) => {
          if (done === 'list') list.resolve();
        },
      };
      const { recall } = await initiateRecall(slow, sender(), input([open ? { gtin } : lot]));
      const seen = (await Promise.all(using)).map(({ restrictions }) => restrictions);
      expect(seen).to.deep.equal([[recall], [recall], [recall]]);
    });
  }

  /** What a process does that dies after a step: nothing more. */
  class Died extends Error {}

  for (const [number, step] of (['decision', 'fence'] as const).entries()) {
    it(`are finished by another process where one died after the ${step}`, async () => {
      const lot = { gtin: stapler, lot: `DIES-${number}` };
      await world.append('maker', produced(lot, 3));
      const dying: RecallParts = {
        ...world.parts,
        after: async ({ done }) => {
          if (done === step) throw new Died();
        },
      };
      await initiateRecall(dying, sender(), input([lot]));
      const [stored] = await world.parts.db.collection('recalls').find({ 'scope.lot': lot.lot }).toArray();
      const id = String(stored?._id);
      expect(stateOf(await found(id))).to.equal('deciding');
      // The restriction stood from the first step on.
      const known = (await readLots(world.parts.db, [lotId(lot)])).get(lotId(lot));
      expect(known?.restrictions.map(({ reference }) => reference)).to.deep.equal([id]);

      const finished = await Promise.all([resumeRecalls(world.parts), resumeRecalls(world.parts)]);
      expect(finished.flatMap((resumption) => resumption.finished)).to.include(id);
      expect(stateOf(await found(id))).to.equal('effective');
      const holding = await world.parts.db.collection('holdings').findOne({ lotId: lotId(lot) });
      expect(holding?.fences).to.have.length(1);
      expect(await resumeRecalls(world.parts)).to.deep.equal({ finished: [], failed: [] });
    });
  }

  it('are finished when the maker sends the same command again', async () => {
    const lot = { gtin: stapler, lot: 'SENT-AGAIN' };
    await world.append('maker', produced(lot, 3));
    const command = sender();
    const dying = { ...world.parts, after: () => Promise.reject(new Died()) };
    const first = await initiateRecall(dying, command, input([lot]));
    const { recall, state } = await initiateRecall(world.parts, command, input([lot]));
    expect([first.recall, first.state, state]).to.deep.equal([recall, 'deciding', 'effective']);
    expect(stateOf(await found(recall))).to.equal('effective');
    expect(await world.parts.db.collection('recalls').countDocuments({ 'scope.lot': lot.lot })).to.equal(1);
  });

  it('are told as decided where the primary steps down behind the decision, and finished soon after', async () => {
    const lots = ['STEPPED-DOWN', 'STEPPED-DOWN-TOO'].map((lot) => ({ gtin: stapler, lot }));
    await world.append('maker', ...lots.map((lot) => produced(lot, 3)));
    const finisher = new RecallFinisher(world.parts);
    const troubles: unknown[] = [];
    const finished: Promise<void>[] = [];
    const stepsDown: RecallParts = {
      ...world.parts,
      after: () => Promise.reject(new mongo.MongoServerError({ message: 'stepped down', code: 189 })),
      unfinished: (recall, trouble) => {
        troubles.push(trouble);
        finished.push(finisher.soon(recall));
      },
    };
    // "Busy" would say that nothing was done, and the maker would decide it again.
    const { recall, ...answer } = await initiateRecall(stepsDown, sender(), input(lots.slice(0, 1)));
    expect(answer).to.include({ state: 'deciding' });
    const widening = { scope: lots.slice(1), reason: { zh: '扩大', en: 'Wider' } };
    expect((await widenRecall(stepsDown, sender(), recall, widening)).state).to.equal('deciding');
    expect(troubles).to.have.length(2);
    await Promise.all(finished);
    const { steps } = await found(recall);
    expect(steps.map(({ effectiveAt }) => effectiveAt !== undefined)).to.deep.equal([true, true]);
  });

  it('of two widenings at once give each a step, a fence and a list', async () => {
    const lots = ['W1', 'W2', 'W3'].map((lot) => ({ gtin: stapler, lot }));
    const [first, ...others] = lots;
    if (first === undefined) throw new Error('no lot');
    await world.append('maker', ...lots.map((lot) => produced(lot, 3)));
    const { recall } = await initiateRecall(world.parts, sender(), input([first]));
    const reason = { zh: '扩大', en: 'Wider' };
    await Promise.all(
      others.map((lot) => widenRecall(world.parts, sender(), recall, { scope: [lot], reason })),
    );
    const { steps, scope } = await found(recall);
    expect(steps.map(({ step }) => step)).to.deep.equal([1, 2, 3]);
    expect(steps.every(({ effectiveAt }) => effectiveAt !== undefined)).to.equal(true);
    for (const { lot, step } of scope) {
      const holding = await world.parts.db.collection('holdings').findOne({ lot });
      expect(holding?.fences.map(({ reference }: { reference: string }) => reference)).to.deep.equal([
        `${recall}/${step}`,
      ]);
    }
    expect((await makeEffective(world.parts, recall)).steps).to.deep.equal(steps);
  });

  it('stay done when everything that follows from events is rebuilt', async () => {
    const lots = ['R1', 'R2', 'R3'].map((lot) => ({ gtin: stapler, lot }));
    await world.append('maker', ...lots.map((lot) => produced(lot, 3)));
    const { recall } = await initiateRecall(world.parts, sender(), input(lots.slice(0, 1)));
    const reason = { zh: '扩大', en: 'Wider' };
    // Which of two that are decided at once comes first is in no event, and fences are marked by it.
    await Promise.all(
      lots.slice(1).map((lot) => widenRecall(world.parts, sender(), recall, { scope: [lot], reason })),
    );
    const before = await found(recall);
    const projectors = [projectCatalogue, projectRecalls];
    const again = () => rebuild({ db: world.parts.db, ids: systemIds, projectors, carryOver });
    expect((await again()).projections.restored).to.equal(0);
    await world.parts.db
      .collection<{ _id: string }>('recalls')
      .updateOne({ _id: recall }, { $set: { class: 'III' }, $unset: { 'steps.0.reason': 1 } });
    await again();
    expect(await found(recall)).to.deep.equal(before);
  });

  it('of a widening take its completion back, also by a clock that went back, and in a rebuild', async () => {
    const [first, second] = ['C1', 'C2'].map((lot) => ({ gtin: stapler, lot }));
    if (first === undefined || second === undefined) throw new Error('no lots');
    await world.append('maker', produced(first, 3), produced(second, 3));
    const words = { zh: '说明', en: 'Words' };
    const { recall } = await initiateRecall(world.parts, sender(), input([first]));
    world.at('2026-11-05T02:00:00Z');
    await completeRecall(world.parts, sender(), recall, { summary: words });
    world.at('2026-11-04T02:00:00Z');
    const widened = await widenRecall(world.parts, sender(), recall, { scope: [second], reason: words });
    expect(widened.state).to.equal('effective');
    const before = await found(recall);
    const projectors = [projectCatalogue, projectRecalls];
    await world.parts.db
      .collection<{ _id: string }>('recalls')
      .updateOne({ _id: recall }, { $set: { class: 'III' } });
    await rebuild({ db: world.parts.db, ids: systemIds, projectors, carryOver });
    expect(await found(recall)).to.deep.equal(before);
    const restricted = async () =>
      [...(await readLots(world.parts.db, [lotId(first), lotId(second)])).values()].map(
        ({ restrictions }) => restrictions.length,
      );
    const close = () =>
      closeRecall(world.parts, sender(), recall, { review: 'adequate', liftsRestrictions: true });
    const refusal = await close().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(Failure).and.to.include({ code: 'recall/not-completed' });
    expect(await restricted()).to.deep.equal([1, 1]);
    await completeRecall(world.parts, sender(), recall, { summary: words });
    await close();
    expect(await restricted()).to.deep.equal([0, 0]);
  });
});
