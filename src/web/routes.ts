/** Pages for people who scanned a label, without signing in: `PUBLIC_URL/01/{gtin}/10/{lot}/21/{serial}`. */
import type { Connection, mongo } from 'mongoose';
import { z } from 'zod';
import { AddressRate } from '../access/address-rate.ts';
import { publicRoute, type Route } from '../access/route.ts';
import type { Clock } from '../clock.ts';
import { Failure } from '../errors.ts';
import type { CounterfeitWatch } from '../inventory/counterfeit-watch.ts';
import { DeviceReader } from './device-facts.ts';
import { descriptionAnswer, descriptionFile, linksetForms } from './linkset.ts';
import { type Asked, otherKey, resolve, sheetVersion, stylesheet, tooMany } from './resolve.ts';

export interface WebParts {
  readonly db: mongo.Db;
  readonly connection: Connection;
  readonly clock: Clock;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly watch: CounterfeitWatch;
}

/** What the routes of labels have in common: the address is read as it was sent, by the parser of every scan. */
const page = {
  produces: { 'text/html; charset=utf-8': z.string(), ...linksetForms },
  verbatim: true,
  crossOrigin: true,
} as const;

export function webRoutes(parts: WebParts): Route[] {
  const { clock, publicUrl, watch } = parts;
  const rate = new AddressRate();
  const resolver = {
    clock,
    publicUrl,
    devices: new DeviceReader(parts),
    noticed: watch.notice.bind(watch),
  };
  return [
    publicRoute(
      'GET',
      '/01/*path',
      { summary: 'May this device be used? What a label’s QR code leads to 扫码查询', ...page },
      async (request) => limited(rate, request) ?? (await resolve(resolver, request)),
    ),
    ...['00', '8006', '8013'].map((key) =>
      publicRoute(
        'GET',
        `/${key}/*path`,
        { summary: `Not looked up here: GS1 key ${key}`, ...page },
        async (request) => limited(rate, request) ?? (await otherKey(request)),
      ),
    ),
    publicRoute(
      'GET',
      '/.well-known/gs1resolver',
      {
        summary: 'What this resolver of GS1 Digital Links can do',
        answer: descriptionAnswer,
        crossOrigin: true,
      },
      async () => ({
        status: 200,
        headers: { 'Cache-Control': 'public, max-age=3600' },
        body: descriptionFile(publicUrl),
      }),
    ),
    publicRoute(
      'GET',
      '/assets/device.css',
      {
        summary: 'The style of the pages behind labels',
        query: z.strictObject({ v: z.string().max(64).optional() }),
        produces: { 'text/css': z.string() },
      },
      async ({ query: { v } }) => ({
        status: 200,
        contentType: 'text/css; charset=utf-8',
        ...(v === sheetVersion && { headers: { 'Cache-Control': 'public, max-age=31536000, immutable' } }),
        bytes: stylesheet,
      }),
    ),
  ];
}

/** @returns the answer where this address has asked too often */
function limited(rate: AddressRate, request: Asked & { readonly address: string }) {
  try {
    rate.take(request.address);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return tooMany(request, error);
    throw error;
  }
}
