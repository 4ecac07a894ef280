/** Who acts, as the access log records it. */

import type { Actor } from './access-log.ts';
import type { Caller } from './caller.ts';

export function actorOf(request: {
  readonly caller: Caller;
  readonly address: string;
  readonly requestId: string;
}): Actor {
  const { caller, address, requestId } = request;
  return { person: caller.person, credential: caller.credential, address, requestId };
}
