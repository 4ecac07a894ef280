/** One history played on the service: commands go out as requests, what comes back is told in the model's words. */
import { listAt, type Reply, textAt } from '../support/http.ts';
import { answerTo } from './answers.ts';
import type { Command, Outcome } from './command.ts';
import { Goods, type Sent } from './requests.ts';
import type { Stage } from './stage.ts';

/** What no history ever made. */
const nobody = '00000000-0000-4000-8000-00000000dead';

/** The service answered what it never should: a fault, or something that nobody can read. */
export class Fault extends Error {}

export class HttpHistory {
  readonly stage: Stage;
  readonly goods: Goods;
  /** By event id, the command that wrote it. */
  readonly commands = new Map<string, string>();
  /** By pseudonym, the use: `{command}#{index}`. */
  readonly uses = new Map<string, string>();
  private readonly made = new Map<string, string>();

  private constructor(stage: Stage, goods: Goods) {
    this.stage = stage;
    this.goods = goods;
  }

  static async begin(stage: Stage, history: number): Promise<HttpHistory> {
    return new HttpHistory(stage, await Goods.register(stage.database, history));
  }

  /** Once for all sendings of the command: the same content goes with the same id. */
  request(command: Command): Sent {
    return this.goods.request(
      this.stage,
      command,
      (of, device) => this.made.get(device === undefined ? of : `${of}#${device}`) ?? nobody,
    );
  }

  async perform(command: Command): Promise<Outcome> {
    return this.read(command, await this.send(this.request(command)));
  }

  send({ caller, path, body }: Sent, service = 0): Promise<Reply> {
    return this.stage.as(caller, service).post(path, body);
  }

  /** Sends it and hangs up after so many milliseconds. */
  abandon({ caller, path, body }: Sent, service: number, afterMs: number): Promise<void> {
    return this.stage.abandon(caller, service, path, body, afterMs);
  }

  /** @throws Fault for an answer of 500 and more */
  read(command: Command, { status, body }: Reply): Outcome {
    if (status >= 500) throw new Fault(`${status} ${JSON.stringify(body)} to ${JSON.stringify(command)}`);
    if (status >= 400) return { refused: textAt(body, '/code') };
    this.learn(command, body);
    return { accepted: answerTo(command, body, (gtin) => this.goods.productOf(gtin)) };
  }

  /** What the command made has a name from now on. */
  private learn(command: Command, answer: unknown): void {
    const { id, kind } = command;
    if (kind === 'check') {
      for (const [index, result] of listAt(answer, '/results').entries()) {
        this.made.set(`${id}#${index}`, textAt(result, '/check'));
      }
      return;
    }
    if (kind === 'recall') this.made.set(id, textAt(answer, '/recall'));
    if (kind === 'recall' || kind === 'widen') return;
    const events = listAt(answer, '/events').map(String);
    for (const event of events) this.commands.set(event, id);
    this.made.set(id, events[0] ?? nobody);
    const pointer =
      kind === 'use'
        ? '/uses'
        : kind === 'correct' && command.right?.kind === 'use'
          ? '/right/uses'
          : undefined;
    if (pointer === undefined) return;
    for (const [index, use] of listAt(answer, pointer).entries()) {
      this.uses.set(textAt(use, '/pseudonym'), `${id}#${index}`);
    }
  }

  idOf(command: string): string {
    return this.made.get(command) ?? nobody;
  }

  /** The whole answer, for an organisation that may see it; undefined where there is nothing for it. */
  async look(path: string, caller: Parameters<Stage['as']>[0], service = 0): Promise<unknown> {
    const { status, body } = await this.stage.as(caller, service).get(path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Fault(`${status} ${JSON.stringify(body)} to GET ${path}`);
    return body;
  }

  commandOf(event: string): string {
    const found = this.commands.get(event);
    if (found === undefined) throw new Fault(`an event that nobody was told of: ${event}`);
    return found;
  }

  useOf(pseudonym: string): string {
    const found = this.uses.get(pseudonym);
    if (found === undefined) throw new Fault(`a use that nobody was told of: ${pseudonym}`);
    return found;
  }
}
