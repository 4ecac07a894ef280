/**
 * What a route is: one line that shows method, path, who may call it, the shapes it takes and gives, and the
 * handler. The same list is mounted (`mount.ts`), described (`openapi.ts`) and walked by tests, so nothing can
 * be open by accident or undocumented.
 */

import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type MaybeSchema, type Parsed, parsePart } from './parse.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request as a handler sees it: who calls, and what was sent, parsed. */
export interface RouteRequest<Caller, Params, Query, Body> {
  readonly caller: Caller;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Made here, never taken from the client; in the log, the answer's `X-Request-Id` and every problem. */
  readonly requestId: string;
  /** The client's network address, for limits and the access log. */
  readonly address: string;
  /** Path and query as they were sent, for a route that reads them itself. */
  readonly target: string;
  readonly wishes: Wishes;
}

/** What the client would rather have, as its headers say it: nothing that it may demand. */
export interface Wishes {
  /** `Accept`. */
  readonly media?: string;
  /** `Accept-Language`. */
  readonly languages?: string;
}

/** A JSON answer. */
export interface JsonAnswer<T> {
  readonly status: 200 | 201 | 202;
  readonly body: T;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Done, and nothing to say; or, with `Location`, to be asked for there. */
export interface EmptyAnswer {
  readonly status: 204 | 307;
  readonly body?: undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A document (PDF, ZPL, text). With a `filename` it is offered as a download. */
export interface Binary {
  /** A page for people says in its own words what is wrong; programs get a problem document. */
  readonly status: 200 | 201 | 400 | 404 | 429;
  readonly contentType: string;
  readonly filename?: string;
  readonly bytes: Uint8Array | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Answer<T> = JsonAnswer<T> | EmptyAnswer | Binary;

/** Handlers may answer with read-only data. */
export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** The shapes of a route. Objects are `z.strictObject`: a key that nobody reads is a misunderstanding. */
export interface RouteSchemas<
  P extends MaybeSchema = MaybeSchema,
  Q extends MaybeSchema = MaybeSchema,
  B extends MaybeSchema = MaybeSchema,
  A extends MaybeSchema = MaybeSchema,
> {
  /** One line for the OpenAPI document. */
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: A;
  /** Bytes of JSON accepted; {@link defaultBodyLimit} unless said. */
  readonly bodyLimit?: number;
  /** The media types of a {@link Binary} answer, each with what is in it, for the OpenAPI document. */
  readonly produces?: Readonly<Record<string, z.ZodType>>;
  /** Path and query are not parsed here: the handler reads {@link RouteRequest.target} as it was sent. */
  readonly verbatim?: boolean;
  /** Any site's page may read the answer (CORS): it is the same for everybody, with a cookie or without. */
  readonly crossOrigin?: boolean;
}

/** What is in an answer that is no text: its media type alone says it (OpenAPI 3.1.1, "Working with Binary Data"). */
export const rawBytes = z.unknown();

/** 256 kB: 1,000 serials of 20 characters with room to spare. */
export const defaultBodyLimit = 256 * 1024;

/** What every route has, whoever may call it. */
export interface RouteLine {
  readonly method: Method;
  /** Express syntax: `/api/v1/lots/:gtin/:lot`. */
  readonly path: string;
  readonly schemas: RouteSchemas;
}

/** A route for a known caller with a permission. `handle` parses, then runs the handler. */
export interface GuardedRoute<Caller, Permission extends string> extends RouteLine {
  readonly open: false;
  readonly permission: Permission;
  handle(request: RouteRequest<Caller, unknown, unknown, unknown>): Promise<Answer<unknown>>;
}

/** A route for anybody. It is never told who calls, so that it cannot answer one person another's data. */
export interface PublicRoute extends RouteLine {
  readonly open: true;
  readonly permission: 'public';
  handle(request: RouteRequest<undefined, unknown, unknown, unknown>): Promise<Answer<unknown>>;
}

export type Route<Caller, Permission extends string> = GuardedRoute<Caller, Permission> | PublicRoute;

type Handler<Caller, P, Q, B, A> = (
  request: RouteRequest<Caller, Parsed<P>, Parsed<Q>, Parsed<B>>,
) => Promise<Answer<Immutable<Parsed<A>>>>;

function parsing<
  Caller,
  P extends MaybeSchema,
  Q extends MaybeSchema,
  B extends MaybeSchema,
  A extends MaybeSchema,
>(schemas: RouteSchemas<P, Q, B, A>, handler: Handler<Caller, P, Q, B, A>) {
  return async (request: RouteRequest<Caller, unknown, unknown, unknown>): Promise<Answer<unknown>> =>
    handler({
      ...request,
      params: parsePart(schemas.params, request.params, '/params'),
      query: parsePart(schemas.query, request.query, '/query'),
      body: parsePart(schemas.body, request.body, ''),
    });
}

/**
 * Binds the kinds of caller and permission once; the result makes typed routes.
 * @throws (when called) Failure `request/invalid` with a JSON pointer for each fault: a body's pointer is as it
 *   stands (`/lines/0/gtin`), a query's and a path's begin with `/query` and `/params`.
 */
export function routeMaker<Caller, Permission extends string>() {
  return function route<
    P extends MaybeSchema = undefined,
    Q extends MaybeSchema = undefined,
    B extends MaybeSchema = undefined,
    A extends MaybeSchema = undefined,
  >(
    method: Method,
    path: string,
    permission: Permission,
    schemas: RouteSchemas<P, Q, B, A>,
    handler: Handler<Caller, P, Q, B, A>,
  ): Route<Caller, Permission> {
    return { open: false, method, path, permission, schemas, handle: parsing(schemas, handler) };
  };
}

/** Makes a route that anybody may call, signed in or not; the list of them is asserted by a test. */
export function publicRoute<
  P extends MaybeSchema = undefined,
  Q extends MaybeSchema = undefined,
  B extends MaybeSchema = undefined,
  A extends MaybeSchema = undefined,
>(
  method: Method,
  path: string,
  schemas: RouteSchemas<P, Q, B, A>,
  handler: Handler<undefined, P, Q, B, A>,
): PublicRoute {
  return { open: true, method, path, permission: 'public', schemas, handle: parsing(schemas, handler) };
}
