/** In which form and language a client would have its answer (RFC 9110, 12.5). Pure. */
import type { Wishes } from '../http/route.ts';

/** A page for people, or the list of links in one of its three JSON forms. */
export type Form = 'page' | 'linkset' | 'json' | 'json-ld';

export type Language = 'zh' | 'en';

export const languageTags: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en' };

export const mediaTypes: Readonly<Record<Form, string>> = {
  page: 'text/html',
  linkset: 'application/linkset+json',
  json: 'application/json',
  'json-ld': 'application/ld+json',
};

/** In the order in which they are given where a client likes several as much. */
const forms: readonly Form[] = ['page', 'linkset', 'json', 'json-ld'];

interface Range {
  readonly name: string;
  readonly quality: number;
}

/** @returns the form wanted most; a page where none of them is wanted, since whoever scans a label must be told. */
export function formOf({ media }: Wishes): Form {
  if (media === undefined) return 'page';
  const ranges = rangesOf(media);
  let [best, most]: [Form, number] = ['page', 0];
  for (const form of forms) {
    const liking = likingOf(ranges, mediaTypes[form]);
    if (liking > most) [best, most] = [form, liking];
  }
  return best;
}

/**
 * The most precise range decides (RFC 9110, 12.5.1). Of forms that are wanted as much, one that is named goes before
 * one that is merely not refused: programs send `application/json, *\/*`.
 */
function likingOf(ranges: readonly Range[], type: string): number {
  const [kind = ''] = type.split('/');
  for (const [vagueness, name] of [type, `${kind}/*`, '*/*'].entries()) {
    const range = ranges.find((candidate) => candidate.name === name);
    if (range !== undefined) return range.quality === 0 ? 0 : range.quality - vagueness / 10_000;
  }
  return 0;
}

/**
 * @param asked `?lang=` of the address: a person's choice goes before what the phone was set to
 * @returns Chinese where nothing that we have is asked for
 */
export function languageOf({ languages }: Wishes, asked: string | undefined): Language {
  const chosen = asked === undefined ? undefined : languageIn(asked);
  if (chosen !== undefined) return chosen;
  let [best, quality]: [Language, number] = ['zh', 0];
  for (const range of rangesOf(languages ?? '')) {
    const language = languageIn(range.name);
    if (language !== undefined && range.quality > quality) [best, quality] = [language, range.quality];
  }
  return best;
}

function languageIn(tag: string): Language | undefined {
  const [primary] = tag.toLowerCase().split('-');
  return primary === 'zh' || primary === 'en' ? primary : undefined;
}

function rangesOf(header: string): Range[] {
  return header.split(',').flatMap((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    return name === '' || !(quality >= 0 && quality <= 1) ? [] : [{ name, quality }];
  });
}
