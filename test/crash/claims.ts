/**
 * What clients were told, command by command, and whether it hangs together: the only thing that a hospital could hold
 * against the service after a crash.
 */

import { at, type Reply } from '../support/http.ts';
import type { CallerName } from '../support/world-people.ts';

export interface Order {
  readonly by: CallerName;
  readonly path: string;
  readonly body: { readonly commandId: string } & Readonly<Record<string, unknown>>;
  /** `{gtin}/{lot}` of the lot whose books it writes. */
  readonly lotId: string;
  /** The inpatient number under which a use was recorded. */
  readonly patient?: string;
}

export interface Claim {
  readonly order: Order;
  /** doubt: nobody has told the client what became of it. */
  state: 'doubt' | 'accepted';
  /** Whether any try of it may have been carried out; a `service/busy` says that it was not. */
  mayBeDone: boolean;
  /** The answer to the first try that was answered, without what may differ from one answer to the next. */
  answer: unknown;
  /** Requests on their way. */
  inFlight: number;
}

/** Problems that say: send it again. */
const undecided = ['service/busy', 'service/outcome-unknown'];

export class Claims {
  readonly #claims: Claim[] = [];
  #onRefused: () => void = () => undefined;
  /** What must never happen, a sentence each. */
  readonly breaches: string[] = [];
  /** Answers by status and code, for the report. */
  readonly answers = new Map<string, number>();

  open(order: Order): Claim {
    const claim: Claim = { order, state: 'doubt', mayBeDone: false, answer: undefined, inFlight: 0 };
    this.#claims.push(claim);
    return claim;
  }

  get all(): readonly Claim[] {
    return this.#claims;
  }

  get inDoubt(): readonly Claim[] {
    return this.#claims.filter(({ state }) => state === 'doubt');
  }

  /** Resolves when a command is told for the first time to come back later. */
  refused(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRefused = resolve;
    });
  }

  breach(sentence: string): void {
    this.breaches.push(sentence);
  }

  /** Takes down what a try came to: an answer, or that there was none. @returns whether the client knows now */
  take(claim: Claim, reply: Reply | Error): boolean {
    this.#count(reply);
    const what = `${claim.order.path} ${claim.order.body.commandId}`;
    if (reply instanceof Error) {
      claim.mayBeDone = true;
      return false;
    }
    const { status, body } = reply;
    if (status === 200 || status === 201) {
      const said = JSON.stringify(body);
      if (claim.state === 'accepted' && claim.answer !== said) {
        this.breach(`${what} was answered ${String(claim.answer)} and then ${said}`);
      }
      claim.state = 'accepted';
      claim.answer = said;
      return true;
    }
    if (status === 502) {
      claim.mayBeDone = true;
      return false;
    }
    const code = at(body, '/code');
    if (status === 503 && typeof code === 'string' && undecided.includes(code)) {
      if (reply.headers['retry-after'] === undefined) this.breach(`${what}: 503 without Retry-After`);
      if (code !== 'service/busy') claim.mayBeDone = true;
      this.#onRefused();
      return false;
    }
    this.breach(`${what} was answered ${status} ${JSON.stringify(body)}`);
    return true;
  }

  #count(reply: Reply | Error): void {
    const code = reply instanceof Error ? undefined : at(reply.body, '/code');
    const key =
      reply instanceof Error ? 'connection' : `${reply.status}${typeof code === 'string' ? ` ${code}` : ''}`;
    this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
  }
}

/** @returns the ids of events that an answer names; a recall's names none. */
export function eventsIn(claim: Claim): string[] {
  if (typeof claim.answer !== 'string') return [];
  const events = at(JSON.parse(claim.answer), '/events');
  return Array.isArray(events) ? events.map(String) : [];
}
