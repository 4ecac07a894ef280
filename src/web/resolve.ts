/** From the address behind a label to an answer: a page for people, links for programs. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayInChina } from '../catalogue/day.ts';
import type { Clock } from '../clock.ts';
import { Failure } from '../errors.ts';
import type { Answer, Binary, RouteRequest } from '../http/route.ts';
import type { Sighting } from '../inventory/counterfeit-signal.ts';
import type { DeviceFacts, DeviceReader, Looked } from './device-facts.ts';
import {
  devicePage,
  noSuchLinkPage,
  plainPage,
  type Reader,
  unknownPage,
  unreadablePage,
} from './device-page.ts';
import { type LabelLink, type LinkFault, type LinkOptions, otherQuery, readLabelLink } from './label-link.ts';
import { askedLink, contextHeader, linkHeader, linksetOf, linksOf } from './linkset.ts';
import { type Form, formOf, languageOf, languageTags, mediaTypes } from './negotiation.ts';

export interface ResolverParts {
  readonly devices: DeviceReader;
  readonly clock: Clock;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** Told of labels that may be false; never waited for. */
  readonly noticed: (sighting: Sighting, now: Date) => void;
}

export type Asked = Pick<RouteRequest<undefined, undefined, undefined, undefined>, 'target' | 'wishes'>;

export const stylesheet = readFileSync(join(import.meta.dirname, 'device.css'));
export const sheetVersion = createHash('sha256').update(stylesheet).digest('hex').slice(0, 12);
/** Its address changes with it, so that it can be kept for ever. */
const sheetAddress = `/assets/device.css?v=${sheetVersion}`;

const html = 'text/html; charset=utf-8';

/**
 * Not kept anywhere: whoever asks next must see the recall that has been decided meanwhile. (An ETag would only save
 * the bytes, for the question has to be asked of the database in any case.)
 */
const fresh = { 'Cache-Control': 'no-store', Vary: 'Accept, Accept-Language' } as const;

/** @throws Failure `resolver/…` for programs; people get a page */
export async function resolve(parts: ResolverParts, asked: Asked): Promise<Answer<undefined>> {
  const now = parts.clock.now();
  const form = formOf(asked.wishes);
  const read = readLabelLink(asked.target, dayInChina(now));
  const reader = readerOf(asked);
  if (!read.ok) return unreadable(read.fault, form, reader);
  const { link, options } = read;
  const looked = await parts.devices.look(link, now);
  tell(parts, link, looked, now);
  if (looked.known) return known(parts, looked.facts, { form, options, reader, now });
  if (form !== 'page') {
    throw new Failure('resolver/device-unknown', {
      recalls: looked.recalls.map(({ number }) => number),
    });
  }
  return page(reader, 404, unknownPage(link, looked.recalls, reader, now));
}

interface Circumstances {
  readonly form: Form;
  readonly options: LinkOptions;
  readonly reader: Reader;
  readonly now: Date;
}

function known(
  { publicUrl }: ResolverParts,
  facts: DeviceFacts,
  { form, options, reader, now }: Circumstances,
): Answer<undefined> {
  const link = askedLink(options.linkType);
  const links = linksOf(facts, publicUrl);
  switch (link.kind) {
    case 'nothing': {
      if (form !== 'page') return linkset(facts, publicUrl, form);
      const headers = { Link: linkHeader(facts, publicUrl, options.rest) };
      return page(reader, 200, devicePage(facts, reader, now), headers);
    }
    case 'linkset':
      return linkset(facts, publicUrl, form === 'page' ? 'linkset' : form);
    case 'link': {
      // The command is not passed on with the rest of the query (2.12): the target is this resolver again.
      const href = links.find(({ type }) => type === link.type)?.href ?? publicUrl;
      const { rest, lang } = options;
      const query = [rest, lang === undefined ? '' : `lang=${encodeURIComponent(lang)}`];
      return { status: 307, headers: { ...fresh, Location: withQuery(href, query) } };
    }
    case 'unknown': {
      const types = links.map(({ type }) => `gs1:${type}`);
      if (form !== 'page') throw new Failure('resolver/link-type', { available: types });
      return page(reader, 404, noSuchLinkPage(links, reader));
    }
    default: {
      const impossible: never = link;
      throw new Error(`unreachable: ${JSON.stringify(impossible)}`);
    }
  }
}

function withQuery(href: string, parts: readonly string[]): string {
  const query = parts.filter((part) => part !== '').join('&');
  const [address = '', fragment] = href.split('#');
  return `${address}${query === '' ? '' : `?${query}`}${fragment === undefined ? '' : `#${fragment}`}`;
}

function linkset(facts: DeviceFacts, publicUrl: string, form: Form): Binary {
  return {
    status: 200,
    contentType: mediaTypes[form],
    headers: { ...fresh, Link: contextHeader },
    bytes: Buffer.from(JSON.stringify(linksetOf(facts, publicUrl, form)), 'utf8'),
  };
}

/** The standard wants 400 of what is no Digital Link (2.4.1). */
function unreadable(fault: LinkFault, form: Form, reader: Reader): Binary {
  if (form === 'page') return page(reader, 400, unreadablePage(fault, reader));
  const { zh, en, part } = fault;
  throw new Failure('resolver/link-invalid', { part }, [{ pointer: '', zh, en }]);
}

/** @returns the answer for a GS1 key that is none of a product, such as 8006 (a piece of one) or 8013 (a model). */
export async function otherKey(asked: Asked): Promise<Answer<undefined>> {
  if (formOf(asked.wishes) !== 'page') throw new Failure('resolver/other-key', { supported: ['01'] });
  const reader = readerOf(asked);
  return page(reader, 404, plainPage('otherKey', reader));
}

/** @returns what a phone is told where too many ask from its network. */
export function tooMany(asked: Asked, failure: Failure): Answer<undefined> {
  if (formOf(asked.wishes) !== 'page') throw failure;
  const seconds = String(failure.info.retryAfterSeconds ?? 1);
  const reader = readerOf(asked);
  return page(reader, 429, plainPage('tooMany', reader), { 'Retry-After': seconds });
}

function readerOf({ wishes, target }: Asked): Reader {
  const asked = /[?&]lang=([A-Za-z-]{2,35})(?:&|$)/.exec(target)?.[1];
  return {
    language: languageOf(wishes, asked),
    query: otherQuery(target),
    stylesheet: sheetAddress,
  };
}

function page(
  { language }: Reader,
  status: Binary['status'],
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Binary {
  return {
    status,
    contentType: html,
    headers: { ...fresh, 'Content-Language': languageTags[language], ...headers },
    bytes: Buffer.from(text, 'utf8'),
  };
}

function tell({ noticed }: ResolverParts, link: LabelLink, { suspicion }: Looked, now: Date): void {
  if (suspicion === undefined) return;
  const { lot, serial, label } = link;
  const stated = {
    ...(lot === undefined ? {} : { lot }),
    ...(serial === undefined ? {} : { serial }),
    label,
  };
  noticed({ ...suspicion, ...stated, by: 'public' }, now);
}
