/** What the plumbing knows of a request beside what was sent: kept aside, so that nothing is hung on express. */

import type { IncomingMessage } from 'node:http';

export interface RequestContext {
  readonly requestId: string;
  /** Milliseconds of the process's monotonic clock. */
  readonly startedMs: number;
  /** The route's path as it is written (`/api/v1/people/:id`): the address itself may name a patient or a lot. */
  route?: string;
  /** Random ids only: who called, for the log. */
  caller?: Readonly<Record<string, string>>;
  /** The code that was answered, where it was a refusal. */
  code?: string;
  /** Whose share of the service the request takes: a credential's, or an address's. See admission.ts. */
  key?: string;
  /** Gives the request as long again as it had at first: see gate.ts. */
  goOn?(): void;
  /** Nothing was done for it, for lack of room: under overload, a line in the log for each would add to the load. */
  turnedAway?: boolean;
}

const contexts = new WeakMap<IncomingMessage, RequestContext>();

export function openContext(request: IncomingMessage, context: RequestContext): void {
  contexts.set(request, context);
}

export function contextOf(request: IncomingMessage): RequestContext {
  const context = contexts.get(request);
  if (context === undefined) throw new Error('a request reached a handler without passing the entrance');
  return context;
}
