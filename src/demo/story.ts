/** The main job, from the first lot to the recall, in the order in which it happens. */
import type { Calendar } from './calendar.ts';
import { seededChance } from './chance.ts';
import type { Company } from './company.ts';
import { holdAndLift, makeLots, registerProducts, registerProgramme } from './making.ts';
import { operate } from './operations.ts';
import { planFor } from './plan.ts';
import { playRecallDay, type RecallDay } from './recall-day.ts';
import { supplyRound } from './supply.ts';
import { correctAUse, destroyDamaged, returnNearExpiry, useWhatStockDoesNotKnow } from './turns.ts';
import { emptyCounts, type World } from './world.ts';

export interface StoryParts {
  readonly calendar: Calendar;
  readonly seed: string;
  readonly company: Company;
  readonly say: (sentence: string) => void;
}

/** Further back than any lot was made. */
const longAgo = Number.POSITIVE_INFINITY;

/**
 * What stands on one line here is over before the next begins; within a line hospitals work side by side.
 * @throws Error where the service answers anything but what the story expects
 */
export async function playStory(parts: StoryParts): Promise<{ world: World; day: RecallDay }> {
  const { calendar, company, seed, say } = parts;
  await registerProducts(parts);
  const programme = await registerProgramme(parts);
  const world: World = {
    calendar,
    company,
    chance: (name) => seededChance(seed, name),
    plan: planFor(company.hospitals.length),
    hospitals: company.hospitals.map((member) => ({ member, store: [], theatre: [] })),
    programme,
    counts: emptyCounts(),
    labels: new Map(),
  };
  say('Lots are made and released 生产与放行; the first deliveries 发货, receipts 收货, acceptances 验收 …');
  await makeLots(world, { from: longAgo, to: 244 });
  await supplyRound(world, 'first');
  await destroyDamaged(world);
  say('Operations 手术 with the first deliveries …');
  await operate(world, 'first');
  await useWhatStockDoesNotKnow(world);
  await returnNearExpiry(world);
  say(
    'Half a year later: the second deliveries, and donated stock 捐赠 for the welfare programme 公益项目 …',
  );
  await supplyRound(world, 'second');
  await makeLots(world, { from: 244, to: 100 });
  await supplyRound(world, 'donated');
  await operate(world, 'second');
  await operate(world, 'donated');
  await correctAUse(world);
  await holdAndLift(world);
  say('The third deliveries, the lot that will turn out bad among them …');
  await supplyRound(world, 'third');
  await operate(world, 'third');
  await makeLots(world, { from: 100, to: 0 });
  say('The last day: a lot is recalled 召回 …');
  return { world, day: await playRecallDay(world) };
}
