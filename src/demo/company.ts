/** Registers everybody over HTTP, changes every one-time secret for a password, and makes everyone's token. */
import { z } from 'zod';
import { systemIds } from '../clock.ts';
import type { Calendar } from './calendar.ts';
import type { Method, Reply } from './exchange.ts';
import { personName } from './invented-names.ts';
import { inLanes } from './lanes.ts';
import type { Cast, OrganisationFacts, OrganisationKind, PlaceFacts, Role } from './organisations.ts';
import { Seat, type Tally, unexpected } from './seat.ts';
import type { Stage } from './stage.ts';

/** What a reader signs in with; the fields of demo-accounts.json. */
export interface Account {
  /** Id of the organisation. */
  readonly organisation: string;
  readonly organisationKind: OrganisationKind;
  readonly role: Role;
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

/** An organisation with its people at their keyboards. */
export interface Member {
  readonly facts: OrganisationFacts;
  readonly id: string;
  /** Ids. */
  readonly places: ReadonlyMap<PlaceFacts['key'], string>;
  readonly seats: ReadonlyMap<Role, Seat>;
  /** Person ids of those of a hospital whom records name and who do not sign in. */
  readonly surgeon?: string;
  readonly scrubNurse?: string;
}

export interface Company {
  readonly manufacturer: Member;
  readonly distributors: readonly Member[];
  readonly hospitals: readonly Member[];
  readonly drugAuthority: Member;
  readonly healthAuthority: Member;
  readonly foundation: Member;
  readonly accounts: readonly Account[];
  /** The service's own administrator, whom the accounts do not name. */
  readonly operator: { readonly username: string; readonly password: string };
}

export interface Casting {
  readonly stage: Stage;
  readonly seed: string;
  readonly calendar: Calendar;
  readonly tally: Tally;
  /**
   * The real time. Passwords and tokens are of today, so that the reader can use them; they also open the past, since
   * nothing on the stage asks when a token was made.
   */
  readonly present: Date;
}

/** Days before the end on which everybody was registered. */
const registrationDay = 268;
/** Hashing passwords keeps both cores busy; more would only wait. */
const lanes = 12;
const tokenDays = 365;

/** @param first the administrator that the first start made */
export async function gather(
  casting: Casting,
  cast: Cast,
  first: { readonly username: string; readonly oneTimeSecret: string },
): Promise<Company> {
  const scopes: Scopes = new Map();
  const operator = await openAccount(casting, scopes, { ...first, scope: 'operator' });
  const everybody = [
    cast.manufacturer,
    ...cast.distributors,
    cast.drugAuthority,
    cast.healthAuthority,
    cast.foundation,
    ...cast.hospitals,
  ];
  const settled = new Map<string, Settled>();
  await inLanes(lanes, everybody.entries(), async ([index, facts]) => {
    const desk = operator.seat.apart(facts.key);
    settled.set(facts.key, await settle(casting, scopes, desk, facts, index));
  });
  const found = everybody.map(({ key }) => required(settled.get(key)));
  const of = ({ key }: OrganisationFacts) => required(settled.get(key)).member;
  return {
    manufacturer: of(cast.manufacturer),
    distributors: cast.distributors.map(of),
    hospitals: cast.hospitals.map(of),
    drugAuthority: of(cast.drugAuthority),
    healthAuthority: of(cast.healthAuthority),
    foundation: of(cast.foundation),
    accounts: found.flatMap(({ accounts }) => accounts),
    operator: { username: first.username, password: operator.password },
  };
}

interface Settled {
  readonly member: Member;
  readonly accounts: readonly Account[];
}

const registered = z.object({
  organisation: z.object({ id: z.string() }),
  administrator: z.object({ username: z.string(), oneTimeSecret: z.string() }),
});
const made = z.object({ id: z.string(), oneTimePassword: z.string().optional() });

/** Registers an organisation, makes its places and people, and signs its people in. */
async function settle(
  casting: Casting,
  scopes: Scopes,
  operator: Seat,
  facts: OrganisationFacts,
  index: number,
): Promise<Settled> {
  const at = casting.calendar.at(registrationDay, 8, index);
  const { key, roles: _roles, places: _places, ...organisation } = facts;
  const answer = await operator.ask(at, registered, 'POST', '/api/v1/organisations', {
    organisation,
    administrator: { username: `${key}.admin`, name: personName(index * 8) },
  });
  const { id } = answer.organisation;
  const { username, oneTimeSecret } = answer.administrator;
  const scope = `${facts.kind}/administrator`;
  const opened = await openAccount(casting, scopes, { username, oneTimeSecret, scope });
  const administrator = opened.seat;
  const accounts: Account[] = [accountOf(facts, id, 'administrator', opened)];
  const seats = new Map<Role, Seat>([['administrator', administrator]]);
  for (const [nth, role] of facts.roles.entries()) {
    const person = { name: personName(index * 8 + 1 + nth), username: `${key}.${role}`, roles: [role] };
    const { oneTimePassword } = await administrator.ask(at, made, 'POST', '/api/v1/people', person);
    const held = await openAccount(casting, scopes, {
      username: person.username,
      oneTimeSecret: required(oneTimePassword),
      scope: `${facts.kind}/${role}`,
    });
    accounts.push(accountOf(facts, id, role, held));
    seats.set(role, held.seat);
  }
  const places = new Map<PlaceFacts['key'], string>();
  for (const { key: place, ...body } of facts.places) {
    places.set(place, (await administrator.ask(at, made, 'POST', '/api/v1/places', body)).id);
  }
  const people = facts.kind === 'hospital' ? await theatreTeam(administrator, at, index) : {};
  return { member: { facts, id, places, seats, ...people }, accounts };
}

/** Records name them; they do not sign in. */
async function theatreTeam(administrator: Seat, at: Date, index: number) {
  const named = async (nth: number, staffNumber: string) => {
    const person = { name: personName(index * 8 + nth), staffNumber };
    return (await administrator.ask(at, made, 'POST', '/api/v1/people', person)).id;
  };
  return { surgeon: await named(5, 'YS0001'), scrubNurse: await named(6, 'HS0001') };
}

interface Opened {
  readonly seat: Seat;
  readonly password: string;
}

function accountOf(
  { kind }: OrganisationFacts,
  organisation: string,
  role: Role,
  { seat, password }: Opened,
): Account {
  const { username, token } = seat;
  return { organisation, organisationKind: kind, role, username, password, token };
}

const signedIn = z.object({ person: z.string(), organisation: z.string() });
const me = z.object({ permissions: z.array(z.string()) });
const issued = z.object({ token: z.string() });

/** What people of a kind of organisation and a role may do, asked once. */
type Scopes = Map<string, Promise<string[]>>;

interface OneTime {
  readonly username: string;
  readonly oneTimeSecret: string;
  /** Kind of organisation and role. */
  readonly scope: string;
}

/** Signs in with a one-time secret, takes a password of its own, and makes a token with all that the person may do. */
async function openAccount(
  { stage, seed, tally, present }: Casting,
  scopes: Scopes,
  { username, oneTimeSecret, scope }: OneTime,
): Promise<Opened> {
  const send = async (method: Method, path: string, body?: unknown, cookie?: string): Promise<Reply> => {
    tally.requests += 1;
    const name = `sign-in/${username}${path}`;
    const reply = await stage.send({ at: present, name }, { method, path, body, cookie });
    if (reply.status >= 300) throw unexpected(username, method, path, reply);
    return reply;
  };
  const password = randomPassword();
  const first = await send('POST', '/api/v1/sign-in', { username, password: oneTimeSecret });
  const change = { currentPassword: oneTimeSecret, newPassword: password };
  const { cookie } = await send('POST', '/api/v1/me/password', change, first.cookie);
  const asked =
    scopes.get(scope) ??
    send('GET', '/api/v1/me', undefined, cookie).then(({ body }) => me.parse(body).permissions);
  scopes.set(scope, asked);
  const expiresAt = new Date(present.getTime() + tokenDays * 24 * 60 * 60_000).toISOString();
  const wish = { name: 'demonstration', permissions: await asked, expiresAt };
  const { token } = issued.parse((await send('POST', '/api/v1/tokens', wish, cookie)).body);
  const seat = new Seat({ stage, seed, tally }, { username, token, ...signedIn.parse(first.body) });
  // Of today, so that no request of the past is noted as the last use of a token that was made after it.
  await seat.ask(present, me, 'GET', '/api/v1/me');
  return { seat, password };
}

/** 120 bits; random each time, whatever the seed. */
function randomPassword(): string {
  return Buffer.from(systemIds.bytes(15)).toString('base64url');
}

/** What the story itself has put there. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the story lacks something that it made before');
  return value;
}

/** @returns the seat of a role. */
export function seatOf({ seats }: Member, role: Role): Seat {
  return required(seats.get(role));
}

/** @returns the id of a place. */
export function placeOf({ places }: Member, key: PlaceFacts['key']): string {
  return required(places.get(key));
}
