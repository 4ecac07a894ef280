/** Pages for people who scanned a label, without signing in: `PUBLIC_URL/01/{gtin}/10/{lot}/21/{serial}`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, mongo } from 'mongoose';
import { z } from 'zod';
import { publicRoute, type Route } from '../access/route.ts';
import { dayInChina } from '../catalogue/day.ts';
import type { Clock } from '../clock.ts';
import type { Binary } from '../http/route.ts';
import { parseUdi } from '../identifiers/udi.ts';
import { readDeviceFacts } from './device-facts.ts';
import { devicePage, refusalPage, unknownDevice, unreadableLink } from './device-page.ts';

export interface WebParts {
  readonly db: mongo.Db;
  readonly connection: Connection;
  readonly clock: Clock;
}

const html = 'text/html; charset=utf-8';
const stylesheet = readFileSync(join(import.meta.dirname, 'device.css'));

const key = z.string().min(1).max(100);
const query = z.looseObject({});

export function webRoutes(parts: WebParts): Route[] {
  const answer = (path: string) => deviceAnswer(parts, path);
  return [
    publicRoute(
      'GET',
      '/01/:gtin',
      {
        summary: 'What a label without a lot says',
        params: z.strictObject({ gtin: key }),
        query,
        produces: html,
      },
      ({ params: { gtin } }) => answer(link(['01', gtin])),
    ),
    publicRoute(
      'GET',
      '/01/:gtin/10/:lot',
      {
        summary: 'May devices of this lot be used?',
        params: z.strictObject({ gtin: key, lot: key }),
        query,
        produces: html,
      },
      ({ params: { gtin, lot } }) => answer(link(['01', gtin, '10', lot])),
    ),
    publicRoute(
      'GET',
      '/01/:gtin/10/:lot/21/:serial',
      {
        summary: 'May this device be used?',
        params: z.strictObject({ gtin: key, lot: key, serial: key }),
        query,
        produces: html,
      },
      ({ params: { gtin, lot, serial } }) => answer(link(['01', gtin, '10', lot, '21', serial])),
    ),
    publicRoute(
      'GET',
      '/01/:gtin/21/:serial',
      {
        summary: 'May this device be used? Its own record gives the lot.',
        params: z.strictObject({ gtin: key, serial: key }),
        query,
        produces: html,
      },
      ({ params: { gtin, serial } }) => answer(link(['01', gtin, '21', serial])),
    ),
    publicRoute(
      'GET',
      '/assets/device.css',
      { summary: 'The style of the device page', produces: 'text/css' },
      async () => ({ status: 200, contentType: 'text/css; charset=utf-8', bytes: stylesheet }),
    ),
  ];
}

/** The path is read by the same parser as every scan; its keys are encoded anew, since the router decoded them. */
function link(parts: readonly string[]): string {
  return `https://label.example/${parts.map(encodeURIComponent).join('/')}`;
}

async function deviceAnswer({ db, connection, clock }: WebParts, uri: string): Promise<Binary> {
  const now = clock.now();
  const parsed = parseUdi(uri, { today: dayInChina(now), shortGtinsInLinks: true });
  if (!parsed.ok) {
    const { zh, en } = parsed.fault;
    return page(400, refusalPage(unreadableLink, [{ zh, en }]));
  }
  const facts = await readDeviceFacts(db, connection, parsed.udi.identifiers, now);
  if (facts === undefined) {
    return page(
      404,
      refusalPage(unknownDevice, [
        {
          zh: '系统中没有该产品、批号或序列号的生产记录，标签可能有误或为假冒。请勿使用，隔离该器械，并联系供货单位或注册人核实。',
          en: 'No maker has registered this product, lot or serial number here; the label may be wrong or false. Do not use the device, set it apart, and ask the supplier or registrant.',
        },
      ]),
    );
  }
  return page(200, devicePage(facts));
}

/** Never kept on the way: the next reader must see the next recall. */
function page(status: Binary['status'], text: string): Binary {
  return { status, contentType: html, bytes: Buffer.from(text, 'utf8') };
}
