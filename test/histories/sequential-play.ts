/** One history, a command after another, held against the model after every step, and in the end in all that can be asked. */
import { members } from '../support/world-facts.ts';
import { aim, commandId } from './aim.ts';
import { type Command, describeStep, organisations, type Product } from './command.ts';
import { furnishing } from './furnishing.ts';
import type { Intent } from './intents.ts';
import { Model } from './model/model.ts';
import { HttpHistory } from './over-http.ts';
import {
  balancesOf,
  balancesSeen,
  listSeen,
  lotsSeen,
  rawEvents,
  traceOf,
  traceSeen,
  unitSeen,
  usesInScope,
  usesSeen,
} from './readings.ts';
import { Disagreement, differenceOf } from './replay.ts';
import type { Stage } from './stage.ts';

const hospitals = ['hospitalA', 'hospitalB'] as const;

/** @param told counts kinds of commands with their outcomes */
export async function playSequence(
  stage: Stage,
  intents: readonly Intent[],
  told: Map<string, number> = new Map(),
): Promise<void> {
  const number = stage.begin();
  await new Play(await HttpHistory.begin(stage, number), number, told).run(intents);
}

class Play {
  private readonly model: Model;
  private readonly steps: string[] = [];
  private readonly service: HttpHistory;
  private readonly prefix: number;
  private readonly told: Map<string, number>;

  constructor(service: HttpHistory, prefix: number, told: Map<string, number>) {
    this.service = service;
    this.model = new Model({ day: service.stage.day, roles: true });
    this.prefix = prefix;
    this.told = told;
  }

  async run(intents: readonly Intent[]): Promise<void> {
    for (const [index, intent] of [...furnishing, ...intents].entries()) {
      await this.step(aim(this.model, intent, commandId(this.prefix, index)));
    }
    await this.compareAll();
  }

  private async step(command: Command): Promise<void> {
    const expected = this.model.apply(command);
    const said = describeStep(command, expected);
    const kind = `${command.kind} ${'refused' in expected ? expected.refused : 'accepted'}`;
    this.told.set(kind, (this.told.get(kind) ?? 0) + 1);
    try {
      this.agree('outcome', await this.service.perform(command), expected, said);
      for (const lot of lotsOf(command)) {
        this.agree('holdings', await balancesSeen(this.service, lot), balancesOf(this.model, lot), said);
      }
    } catch (error) {
      if (error instanceof Disagreement) throw error;
      throw new Disagreement(`the service fails: ${(error as Error).stack}`, [...this.steps, said]);
    }
    this.steps.push(said);
  }

  /** Everything that can be asked. */
  private async compareAll(): Promise<void> {
    const { service, model } = this;
    const events = await rawEvents(service);
    for (const lot of lotsSeen(model)) {
      const name = `${lot.product}/${lot.lot}`;
      this.agree(`holdings of ${name}`, await balancesSeen(service, lot), balancesOf(model, lot));
      for (const by of organisations) {
        this.agree(`trace of ${name} at ${by}`, await traceSeen(service, by, lot), traceOf(model, by, lot));
      }
      for (const by of hospitals) {
        const own = events.filter(({ organisation }) => organisation === members[by].id);
        const scanned = usesInScope(service, own, [lot]);
        this.agree(`patients of ${name} at ${by}`, await usesSeen(service, by, lot), scanned);
      }
    }
    for (const [key, { lot, at, uses }] of model.goods.units) {
      const [product, serial] = key.split('/') as [Product, string];
      const seen = await unitSeen(service, product, serial, at.org);
      this.agree(`unit ${key}`, seen, [lot, at.account.replace(/^transit:.*/, 'transit'), uses]);
    }
    for (const [recall, { scope }] of model.recalls) {
      const listed = await listSeen(service, recall);
      this.agree(`list of ${recall}`, listed, model.list(recall));
      const scanned = usesInScope(service, events, scope).map((pseudonym) => service.useOf(pseudonym));
      this.agree(
        `list of ${recall}, and the raw events`,
        listed.map(({ use }) => use),
        scanned.sort(),
      );
    }
  }

  private agree(what: string, found: unknown, wanted: unknown, last?: string): void {
    const difference = differenceOf(what, found, wanted);
    if (difference !== undefined)
      throw new Disagreement(difference, [...this.steps, ...(last === undefined ? [] : [last])]);
  }
}

/** The lots that a command's own words name. */
function lotsOf(command: Command) {
  const lines = 'lines' in command ? command.lines : 'devices' in command ? command.devices : [];
  return lines.map(({ product, lot }) => ({ product, lot }));
}
