/**
 * The links of a device, as the GS1-Conformant Resolver Standard 1.2 gives them: a linkset (RFC 9264) in JSON, and
 * the `Link` header. Pure.
 */
import { z } from 'zod';
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { UdiElement } from '../identifiers/ai-elements.ts';
import { digitalLink } from '../identifiers/digital-link.ts';
import type { DeviceFacts } from './device-facts.ts';
import { recallPart } from './device-page.ts';
import { type Form, mediaTypes } from './negotiation.ts';

const vocabulary = 'https://ref.gs1.org/voc/';
/** The same names, as they were written before. */
const vocabularies = [vocabulary, 'https://gs1.org/voc/', 'http://gs1.org/voc/', 'gs1:'];

/** Turns the JSON into JSON-LD (Resolver Standard, 2.10). */
const context = 'https://ref.gs1.org/standards/resolver/linkset-context';

/** What there is of a device. No instructions for use (`gs1:eifu`, `gs1:instructions`): none are kept here. */
const linkTypes = ['defaultLink', 'pip', 'recallStatus'] as const;
type LinkType = (typeof linkTypes)[number];

/** One link, with its type. */
export interface TypedLink {
  readonly type: LinkType;
  readonly href: string;
  readonly title: Bilingual;
}

/** What `?linkType=` asks for. */
export type AskedLink =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'linkset' }
  | { readonly kind: 'link'; readonly type: LinkType }
  | { readonly kind: 'unknown' };

/** @param asked a CURIE or a whole address; `all` is how releases before 1.2 called the linkset */
export function askedLink(asked: string | undefined): AskedLink {
  if (asked === undefined) return { kind: 'nothing' };
  if (asked === 'linkset' || asked === 'all') return { kind: 'linkset' };
  const prefix = vocabularies.find((one) => asked.startsWith(one));
  const name = prefix === undefined ? undefined : asked.slice(prefix.length);
  const type = linkTypes.find((one) => one === name);
  return type === undefined ? { kind: 'unknown' } : { kind: 'link', type };
}

interface Level {
  readonly anchor: string;
  readonly links: readonly TypedLink[];
}

/**
 * What the device has at each of its levels, from the one asked for to the product. A serial number stands without
 * its lot: of a link with both, the standard takes the two apart (2.5.9, rule 2).
 * @param base `PUBLIC_URL`, without a slash at the end
 */
function levelsOf({ gtin, lot, serial }: DeviceFacts, base: string): Level[] {
  const product = { ai: '01', value: gtin };
  const unit = serial === undefined ? [] : [level(base, [product, { ai: '21', value: serial }])];
  const ofLot = lot === undefined ? [] : [level(base, [product, { ai: '10', value: lot }])];
  return [...unit, ...ofLot, level(base, [product])];
}

function level(base: string, elements: readonly UdiElement[]): Level {
  const built = digitalLink(base, elements);
  if (!built.ok) throw new Error(`a device that was read makes no link: ${built.fault.en}`);
  const href = built.text;
  return {
    anchor: href,
    links: [
      {
        type: 'defaultLink',
        href,
        title: { zh: '可否使用', en: 'Whether it may be used' },
      },
      { type: 'pip', href, title: { zh: '产品信息', en: 'Product information' } },
      {
        type: 'recallStatus',
        href: `${href}#${recallPart}`,
        title: { zh: '召回状态', en: 'Recall status' },
      },
    ],
  };
}

/** @returns the links of the level that was asked for: its own page, and the parts of it. */
export function linksOf(facts: DeviceFacts, base: string): readonly TypedLink[] {
  return levelsOf(facts, base)[0]?.links ?? [];
}

const target = z.strictObject({
  href: z.url(),
  title: z.string(),
  type: z.string().exactOptional(),
  hreflang: z.array(z.string()).exactOptional(),
});

/** RFC 9264, 4.2: one object for each anchor, in it an array of targets for each type of link. */
const linkset = z.strictObject({
  linkset: z.array(z.object({ anchor: z.url(), description: z.string() }).catchall(z.array(target))),
});

/** What a program is answered, by the media type that it asks for. */
export const linksetForms = {
  [mediaTypes.linkset]: linkset,
  [mediaTypes.json]: linkset,
  [mediaTypes['json-ld']]: linkset.extend({ '@context': z.literal(context) }),
};

/** @returns the linkset, in the form wanted. */
export function linksetOf(facts: DeviceFacts, base: string, form: Form): object {
  const levels = levelsOf(facts, base).map(({ anchor, links }) => ({
    anchor,
    description: `${facts.name.zh} ${facts.name.en}`,
    ...Object.fromEntries(
      links.map(({ type, href, title }) => [`${vocabulary}${type}`, [targetOf(type, href, title)]]),
    ),
  }));
  return { ...(form === 'json-ld' && { '@context': context }), linkset: levels };
}

/** A default link has a title and nothing else (2.5.8). */
function targetOf(type: LinkType, href: string, { zh, en }: Bilingual): object {
  const title = `${zh} ${en}`;
  return type === 'defaultLink'
    ? { href, title }
    : { href, title, type: mediaTypes.page, hreflang: ['zh', 'en'] };
}

/**
 * @param query of the page, without the choice of a language: a label's dates may stand in it
 * @returns the header that tells where the linkset is, and that the page is there in two languages.
 */
export function linkHeader(facts: DeviceFacts, base: string, query: string): string {
  const [here] = levelsOf(facts, base);
  const anchor = here?.anchor ?? base;
  // As it was sent: what would end the address here is no Digital Link, and was refused.
  const kept = query === '' ? '' : `${query}&`;
  const alternate = (language: string) =>
    `<${anchor}?${kept}lang=${language}>; rel="alternate"; type="text/html"; hreflang="${language}"`;
  return [
    `<${anchor}?linkType=linkset>; rel="linkset"; type="${mediaTypes.linkset}"`,
    alternate('zh'),
    alternate('en'),
  ].join(', ');
}

/** The header that goes with a linkset in JSON. */
export const contextHeader = `<${context}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`;

export const descriptionAnswer = z.strictObject({
  name: z.string(),
  resolverRoot: z.url(),
  supportedPrimaryKeys: z.array(z.string()),
  supportedLinkType: z.array(z.strictObject({ namespace: z.url(), prefix: z.string() })),
  linkTypeDefaultCanBeLinkset: z.boolean(),
  jsonLdContextLocation: z.url(),
});

/** @returns what `/.well-known/gs1resolver` says (Resolver Standard, 3). */
export function descriptionFile(base: string): z.output<typeof descriptionAnswer> {
  return {
    name: 'pps-trace',
    resolverRoot: base,
    supportedPrimaryKeys: ['01'],
    supportedLinkType: [{ namespace: vocabulary, prefix: 'gs1:' }],
    linkTypeDefaultCanBeLinkset: false,
    jsonLdContextLocation: context,
  };
}
