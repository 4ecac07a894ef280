/**
 * The pages behind the QR code: at once, without signing in, whether a device may be used. They tell of product, lot
 * and recall, and nothing of stock, hospital or patient. Pure: from facts to HTML.
 */
import { type ComponentChild, h } from 'preact';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { classMeanings, classWords } from '../recalls/words.ts';
import type { DeviceFacts, DeviceVerdict, PublicRecall } from './device-facts.ts';
import type { LabelLink, LinkFault } from './label-link.ts';
import type { Language } from './negotiation.ts';
import { factList, isolated, type Page, pageHtml, paragraphs, type Tone } from './page.ts';
import { adviceWords, labels, titles, verdictWords } from './page-words.ts';

/** What every page is given beside what it tells. */
export type Reader = Pick<Page, 'language' | 'query' | 'stylesheet'>;

/** The id of the part of the page that tells of recalls. */
export const recallPart = 'recall';

const chinaMs = 8 * 3_600_000;

/** @returns the page of a device or product that is known. */
export function devicePage(facts: DeviceFacts, reader: Reader, now: Date): string {
  const { language } = reader;
  return pageHtml({
    ...reader,
    tone: toneOf(facts.verdict),
    title: verdictWords[facts.verdict],
    content: [
      ...recallNotices(facts.recalls, language),
      differences(facts, language),
      ...advice(facts.verdict, language),
      facts.recalls.length > 0 || facts.lot === undefined
        ? null
        : h('p', { id: recallPart }, labels.noRecall[language]),
      deviceList(facts, language),
      asOf(now, language),
    ],
  });
}

/** @returns the page of a label that no maker stands for. */
export function unknownPage(
  { gtin, lot, serial, label }: LabelLink,
  recalls: readonly PublicRecall[],
  reader: Reader,
  now: Date,
): string {
  const { language } = reader;
  return pageHtml({
    ...reader,
    tone: 'danger',
    title: titles.unknown,
    content: [
      ...recallNotices(recalls, language),
      ...paragraphs(adviceWords.false, language),
      h('h2', null, labels.asScanned[language]),
      factList(
        [
          [labels.gtin, gtin],
          [labels.lot, lot],
          [labels.serial, serial],
          [labels.expires, label.expiresOn],
          [labels.manufactured, label.manufacturedOn],
        ],
        language,
      ),
      asOf(now, language),
    ],
  });
}

/** @returns the page of an address that is no Digital Link, with what is wrong and where. */
export function unreadablePage({ part, ...words }: LinkFault, reader: Reader): string {
  const { language } = reader;
  return pageHtml({
    ...reader,
    tone: 'danger',
    title: titles.unreadable,
    content: [
      ...paragraphs([words, ...adviceWords.unreadable], language),
      part === '' ? null : factList([[labels.part, h('code', null, isolated(part))]], language),
    ],
  });
}

/** @returns the page of a link type that there is none of, with those that there are. */
export function noSuchLinkPage(
  links: readonly { readonly href: string; readonly title: Bilingual }[],
  reader: Reader,
): string {
  const { language } = reader;
  return pageHtml({
    ...reader,
    tone: 'ask',
    title: titles.noSuchLink,
    content: [
      h('p', null, labels.links[language]),
      h(
        'ul',
        null,
        links.map(({ href, title }) => h('li', null, h('a', { href }, title[language]))),
      ),
    ],
  });
}

/** @returns a page that only says what it says. */
export function plainPage(what: 'otherKey' | 'tooMany', reader: Reader): string {
  const content = paragraphs(adviceWords[what], reader.language);
  return pageHtml({ ...reader, tone: 'ask', title: titles[what], content });
}

function toneOf(verdict: DeviceVerdict): Tone {
  if (verdict === 'may-be-used') return 'safe';
  return verdict === 'lot-needed' || verdict === 'serial-needed' ? 'ask' : 'danger';
}

function advice(verdict: DeviceVerdict, language: Language): ComponentChild[] {
  const words = { safe: adviceWords.safe, danger: adviceWords.danger, ask: adviceWords.lot }[toneOf(verdict)];
  return paragraphs(verdict === 'serial-needed' ? adviceWords.serial : words, language);
}

function recallNotices(recalls: readonly PublicRecall[], language: Language): ComponentChild[] {
  return recalls.map((recall, index) =>
    h('section', { class: 'notice', ...(index === 0 && { id: recallPart }) }, recallNotice(recall, language)),
  );
}

/** What the head of a recall notice says (Order 29 Art. 15); the rest is for those who hold the device. */
function recallNotice(recall: PublicRecall, language: Language): ComponentChild[] {
  const { number, instruction, decidedAt, partly } = recall;
  const meaning = classMeanings[recall.class][language];
  const open = language === 'zh' ? '（' : ' (';
  const close = language === 'zh' ? '）' : ')';
  return [
    h('h2', null, `${classWords[recall.class][language]}${open}${meaning}${close}`),
    partly ? h('p', null, h('strong', null, labels.partly[language])) : null,
    h('p', null, instruction[language]),
    factList(
      [
        [labels.recallNumber, isolated(number)],
        [labels.decided, chinaTime(new Date(decidedAt)).slice(0, 10)],
      ],
      language,
    ),
  ];
}

/** Also beside a recall: whoever looks for the device must know that its label is doubtful. */
function differences({ labelSays, ...facts }: DeviceFacts, language: Language): ComponentChild {
  const { expiresOn, manufacturedOn } = labelSays;
  if (expiresOn === undefined && manufacturedOn === undefined) return null;
  return h('section', { class: 'notice' }, [
    ...paragraphs(adviceWords.differs, language),
    factList(
      [
        [labels.expires, dateOf(facts.expiresOn, expiresOn, language)],
        [labels.manufactured, dateOf(facts.manufacturedOn, manufacturedOn, language)],
      ],
      language,
    ),
  ]);
}

function deviceList(facts: DeviceFacts, language: Language): ComponentChild {
  return factList(
    [
      [labels.product, inBoth(facts.name, language)],
      [labels.lot, facts.lot],
      [labels.serial, facts.serial],
      [labels.expires, facts.expiresOn],
      [labels.manufactured, facts.manufacturedOn],
      [labels.model, [isolated(facts.model), ' / ', isolated(facts.specification)]],
      [labels.gtin, facts.gtin],
      [labels.package, facts.quantity > 1 ? String(facts.quantity) : undefined],
      [labels.registration, facts.registrationNumber],
      [labels.registrant, inBoth(facts.registrant, language)],
    ],
    language,
  );
}

/** As the label has it, which bears both. */
function inBoth(name: Bilingual, language: Language): ComponentChild {
  const [first, second] = language === 'zh' ? [name.zh, name.en] : [name.en, name.zh];
  if (first === second) return isolated(first);
  const other = language === 'zh' ? 'en' : 'zh-CN';
  return [isolated(first), h('small', { lang: other }, isolated(second))];
}

/** Where the label says otherwise, both. */
function dateOf(
  recorded: string | undefined,
  printed: string | undefined,
  language: Language,
): ComponentChild | undefined {
  if (recorded === undefined || printed === undefined) return undefined;
  return [
    `${labels.recorded[language]} ${recorded}`,
    h('strong', { class: 'differs' }, `${labels.onLabel[language]} ${printed}`),
  ];
}

function asOf(now: Date, language: Language): ComponentChild {
  const moment = `${labels.asOf[language]} ${chinaTime(now)}${labels.beijing[language]}`;
  return h('p', { class: 'small' }, [
    h('time', { dateTime: now.toISOString() }, moment),
    h('br', null),
    labels.again[language],
  ]);
}

/** `2026-11-24 19:05`; China keeps one time all year. */
function chinaTime(moment: Date): string {
  return new Date(moment.getTime() + chinaMs).toISOString().slice(0, 16).replace('T', ' ');
}
