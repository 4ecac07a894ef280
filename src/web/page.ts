/** The frame of every page for people: no script, no style but the sheet, nothing from elsewhere. Pure. */
import { type ComponentChild, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { type Language, languageTags } from './negotiation.ts';
import { labels } from './page-words.ts';

/** What a page says at first sight. */
export type Tone = 'safe' | 'danger' | 'ask';

export interface Page {
  readonly language: Language;
  readonly tone: Tone;
  readonly title: Bilingual;
  readonly content: readonly ComponentChild[];
  /** The query of the same page, without the choice of a language. */
  readonly query: string;
  readonly stylesheet: string;
}

const names: Readonly<Record<Language, string>> = { zh: '中文', en: 'English' };

/** Beside the colour, which not everybody sees. */
const signs: Readonly<Record<Tone, string>> = { safe: '✓', danger: '✕', ask: '?' };

/** @returns the document, UTF-8; preact escapes every text. */
export function pageHtml({ language, tone, title, content, query, stylesheet }: Page): string {
  const other: Language = language === 'zh' ? 'en' : 'zh';
  const elsewhere = `?${query === '' ? '' : `${query}&`}lang=${other}`;
  const document = h('html', { lang: languageTags[language] }, [
    h('head', null, [
      h('meta', { charset: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'robots', content: 'noindex' }),
      h('meta', { name: 'format-detection', content: 'telephone=no' }),
      h('title', null, title[language]),
      h('link', { rel: 'stylesheet', href: stylesheet }),
    ]),
    h('body', null, [
      h('header', null, [
        h('span', null, labels.service[language]),
        h('a', { href: elsewhere, hreflang: languageTags[other], lang: languageTags[other] }, names[other]),
      ]),
      h('main', null, [banner(title, tone, language), ...content]),
    ]),
  ]);
  return `<!doctype html>${renderToString(document)}`;
}

/** In both languages, the reader's first. */
function banner(title: Bilingual, tone: Tone, language: Language): ComponentChild {
  const other: Language = language === 'zh' ? 'en' : 'zh';
  return h('h1', { class: `banner ${tone}` }, [
    h('span', { class: 'sign', 'aria-hidden': 'true' }, signs[tone]),
    h('span', { class: 'words' }, [
      title[language],
      ' ',
      h('span', { class: 'other', lang: languageTags[other] }, title[other]),
    ]),
  ]);
}

/** Paragraphs, one a sentence or two. */
export function paragraphs(words: readonly Bilingual[], language: Language): ComponentChild[] {
  return words.map((word) => h('p', null, word[language]));
}

/** A list of facts; what is not known is left out. */
export function factList(
  rows: readonly (readonly [Bilingual, ComponentChild | undefined])[],
  language: Language,
): ComponentChild {
  return h(
    'dl',
    null,
    rows.flatMap(([label, value]) =>
      value === undefined ? [] : [h('div', null, [h('dt', null, label[language]), h('dd', null, value)])],
    ),
  );
}

/** A text in its own direction: a name from elsewhere turns nothing around it. */
export function isolated(text: string, lang?: string): ComponentChild {
  return h('bdi', lang === undefined ? null : { lang }, text);
}
