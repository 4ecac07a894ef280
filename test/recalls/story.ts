/** What happened to the bad lot before it was recalled: the history that the room's tests read. */
import type { LotKey } from '../../src/ledger/event.ts';
import { draft, nextId, nothing } from '../support/ledger-play.ts';
import { account, moved, produced, received, shipped, stock } from './goods.ts';
import { bad, good, members, stapler } from './members.ts';
import type { World } from './world.ts';

/** Used nowhere before the story; another lot, to widen into. */
export const alsoBad: LotKey = { gtin: stapler, lot: 'A2603-19' };

export interface Story {
  /** Uses of the bad lot before its recall, the one in Beijing corrected. */
  readonly guangzhou: string;
  readonly beijing: string;
  readonly beijingCorrected: string;
  /** To Chengdu, where it has not arrived. */
  readonly onItsWay: string;
}

/**
 * 100 made: 60 to the distributor, of which 25 to Guangzhou; 30 to Beijing; 5 on their way to Chengdu; 5 in the
 * factory. Guangzhou used one and destroyed one; Beijing used one that is right and one that was corrected away.
 * Wuhan has only the good lot.
 */
export async function tell(world: World): Promise<Story> {
  const [first, second, third, fourth, fifth] = [nextId(), nextId(), nextId(), nextId(), nextId()];
  await world.append('maker', produced(bad, 100), produced(good, 50), produced(alsoBad, 20));
  await world.append('maker', shipped(first, 'maker', 'distributor', bad, 60));
  await world.append('distributor', received(first, 'maker', 'distributor', bad, 60));
  await world.append('distributor', shipped(second, 'distributor', 'guangzhou', bad, 25));
  await world.append('guangzhou', received(second, 'distributor', 'guangzhou', bad, 25));
  await world.append('maker', shipped(third, 'maker', 'beijing', bad, 30));
  await world.append('beijing', received(third, 'maker', 'beijing', bad, 30));
  await world.append('maker', shipped(fourth, 'maker', 'chengdu', bad, 5));
  await world.append('maker', shipped(fifth, 'maker', 'wuhan', good, 10));
  await world.append('wuhan', received(fifth, 'maker', 'wuhan', good, 10));
  await world.append('wuhan', moved('wuhan', good, 1, account('wuhan', 'destroyed')));
  await world.append('guangzhou', moved('guangzhou', bad, 1, account('guangzhou', 'destroyed')));
  const identity = { inpatientNumber: 'ZY20261110', name: '王芳', phone: '13800000000' };
  const guangzhou = await world.use('guangzhou', bad, { identity });
  const beijing = await world.use('beijing', bad, { identity: { inpatientNumber: 'ZY0007', name: '李强' } });
  const wrong = await world.use('beijing', bad, { identity: { inpatientNumber: 'ZY0008', name: '赵敏' } });
  const undone = draft(
    'corrected',
    {
      correctedType: 'used',
      reason: nothing,
      replaced: false,
      effective: [],
      voidedUses: [{ pseudonym: wrong.pseudonym, gtin: stapler }],
      shortfall: 0,
    },
    {
      corrects: wrong.event,
      transfers: [
        {
          ...bad,
          quantity: 1,
          from: account('beijing', 'consumed'),
          to: stock('beijing'),
          title: { owner: members.beijing.id, basis: 'bought' },
        },
      ],
    },
  );
  await world.append('beijing', undone);
  return {
    guangzhou: guangzhou.pseudonym,
    beijing: beijing.pseudonym,
    beijingCorrected: wrong.pseudonym,
    onItsWay: fourth,
  };
}
