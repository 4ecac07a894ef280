/**
 * Clients that send commands at the same time, each its own one after another, and not always well: twice at once,
 * once more, or hanging up before the answer and asking again with the same id.
 */
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import type { Reply } from '../support/http.ts';
import { aim, commandId } from './aim.ts';
import { type Command, describeStep, type Outcome } from './command.ts';
import { type Intent, intent } from './intents.ts';
import type { Operation } from './linearise.ts';
import type { Model } from './model/model.ts';
import { Fault, type HttpHistory } from './over-http.ts';
import type { Sent } from './requests.ts';

const manners = [
  'plain',
  'plain',
  'plain',
  'plain',
  'twice',
  'again',
  'hung-up',
  'hung-up-for-long',
] as const;
export type Manner = (typeof manners)[number];

export interface Plan {
  readonly intent: Intent;
  readonly manner: Manner;
  /** Milliseconds until the client hangs up. */
  readonly patience: number;
}

/** So many clients with so many commands each. */
export function plans(clients: number, commands: number): fc.Arbitrary<Plan[][]> {
  const plan = fc.record({ intent, manner: fc.constantFrom(...manners), patience: fc.nat(12) });
  const queue = fc.array(plan, { minLength: commands, maxLength: commands });
  return fc.array(queue, { minLength: clients, maxLength: clients });
}

export type Happened = Operation<Command, Outcome>;

export class Clients {
  readonly happened: Happened[] = [];
  private readonly service: HttpHistory;
  /** What has been answered so far, in the order of the answers: good enough to aim by. */
  private readonly rough: Model;
  private readonly prefix: number;
  private sent = 0;
  private unanswered: (() => Promise<void>)[] = [];

  /** @param model where everything begins; it is left as it is */
  constructor(service: HttpHistory, model: Model, prefix: number) {
    this.service = service;
    this.rough = model.copy();
    this.prefix = prefix;
  }

  /** Plays every queue at the same time, and then asks what became of those that nobody waited for. */
  async play(queues: readonly (readonly Plan[])[]): Promise<void> {
    await Promise.all(queues.map((queue, client) => this.client(queue, client)));
    await this.askAfterAll();
  }

  /** Asks what became of the commands that nobody waited for. */
  async askAfterAll(): Promise<void> {
    await Promise.all(this.unanswered.splice(0).map((ask) => ask()));
  }

  private async client(queue: readonly Plan[], client: number): Promise<void> {
    for (const plan of queue) {
      this.sent += 1;
      const command = aim(this.rough, plan.intent, commandId(this.prefix, 1_000 + this.sent));
      await this.send(command, plan, client);
    }
  }

  async send(command: Command, { manner, patience }: Omit<Plan, 'intent'>, client: number): Promise<void> {
    const sent = this.service.request(command);
    const called = performance.now();
    // A check is no command: asked again it is answered anew.
    switch (command.kind === 'check' ? 'plain' : manner) {
      case 'plain':
        return this.note(command, called, await this.ask(sent, client));
      case 'twice': {
        // To the same service, or to another.
        const asked = [client, client + (patience % 2)].map((service) => this.ask(sent, service));
        const first = await Promise.race(asked);
        this.note(command, called, first);
        for (const reply of await Promise.all(asked)) assertSame(command, first, reply);
        return;
      }
      case 'again': {
        const first = await this.ask(sent, client);
        this.note(command, called, first);
        return assertSame(command, first, await this.ask(sent, client + 1));
      }
      case 'hung-up':
        await this.service.abandon(sent, client, patience);
        return this.note(command, called, await this.ask(sent, client + 1));
      case 'hung-up-for-long':
        await this.service.abandon(sent, client, patience);
        this.unanswered.push(async () => this.note(command, called, await this.ask(sent, client)));
        return;
      default: {
        const impossible: never = manner as never;
        throw new Error(impossible);
      }
    }
  }

  /** As a client should: where the service is busy, or does not know, the same is sent again. */
  private async ask(sent: Sent, service: number): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.service.send(sent, service);
      if ((reply.status !== 503 && reply.status !== 429) || attempt === 20) return reply;
      await wait(25 * attempt);
    }
  }

  private note(command: Command, called: number, reply: Reply): void {
    const returned = performance.now();
    if (reply.status === 503) {
      this.happened.push({ input: command, called, returned: Number.POSITIVE_INFINITY });
      return;
    }
    const output = this.service.read(command, reply);
    this.happened.push({ input: command, output, called, returned });
    if ('accepted' in output) this.rough.apply(command);
  }
}

function assertSame(command: Command, first: Reply, second: Reply): void {
  const [one, other] = [first, second].map(({ status, body }) =>
    JSON.stringify([status, withoutRequest(body)]),
  );
  if (one !== other) throw new Fault(`${command.id} was answered ${one}, and sent again ${other}`);
}

/** Refusals name the request, which is another. */
function withoutRequest(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const { requestId: _requestId, instance: _instance, ...rest } = body as Readonly<Record<string, unknown>>;
  return rest;
}

/** @returns what happened, a line each, in the order of the calls, with the milliseconds of call and return. */
export function describe(happened: readonly Happened[]): string[] {
  const first = Math.min(...happened.map(({ called }) => called));
  const ms = (time: number) => (Number.isFinite(time) ? (time - first).toFixed(1) : '…');
  return happened
    .toSorted((a, b) => a.called - b.called)
    .map(({ input, output = { refused: '(not known)' }, called, returned }) => {
      const step = describeStep(input, output);
      return `${ms(called)}–${ms(returned)}  ${step}`;
    });
}
