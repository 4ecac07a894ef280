/** What a route knows of its caller, in this room's words. */
import type { Caller } from '../access/caller.ts';
import type { Actor } from './command.ts';
import { type Viewer, wholeCountry } from './viewer.ts';

export function actorOf({ person, organisation }: Caller): Actor {
  return { person, organisation };
}

export function viewerOf({ organisation, organisationKind, authority }: Caller): Viewer {
  if (organisationKind !== 'regulator' || authority === undefined) return { organisation };
  return { organisation, area: authority.level === 'national' ? wholeCountry : authority.area };
}
