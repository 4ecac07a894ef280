/**
 * The page behind the QR code: at once, without signing in, whether a device may be used. It tells of product, lot
 * and recall, and nothing of stock, hospital or patient. Pure: from facts to HTML; preact escapes every text.
 */
import { type ComponentChild, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Bilingual } from '../catalogue/bilingual.ts';

/** What a device's page says, gravest first. */
export type DeviceVerdict =
  | 'recalled'
  | 'on-hold'
  | 'expired'
  | 'not-released'
  | 'not-registered'
  | 'may-be-used';

export interface DeviceFacts {
  readonly verdict: DeviceVerdict;
  readonly gtin: string;
  readonly lot: string;
  readonly serial?: string;
  readonly name: Bilingual;
  readonly model: string;
  readonly specification: string;
  readonly registrationNumber?: string;
  readonly registrant: Bilingual;
  readonly manufacturedOn?: string;
  readonly expiresOn?: string;
  /** Of a recall: its number, and what to do. */
  readonly recalls: readonly { readonly number: string; readonly instruction: Bilingual }[];
  /** RFC 3339: when this was true. */
  readonly at: string;
}

const verdicts: Readonly<Record<DeviceVerdict, Bilingual>> = {
  recalled: { zh: '正在召回，禁止使用', en: 'Recalled: do not use' },
  'on-hold': { zh: '已暂停使用，禁止使用', en: 'On hold: do not use' },
  expired: { zh: '已过失效日期，禁止使用', en: 'Expired: do not use' },
  'not-released': { zh: '尚未放行，禁止使用', en: 'Not released: do not use' },
  'not-registered': {
    zh: '生产时注册证无效，禁止使用',
    en: 'Not made under a valid registration: do not use',
  },
  'may-be-used': { zh: '可以使用', en: 'May be used' },
};

export const unknownDevice: Bilingual = { zh: '未找到该器械，禁止使用', en: 'Not known: do not use' };

export const unreadableLink: Bilingual = { zh: '条码内容有误', en: 'The code is wrong' };

/** @returns the page of a device that is known. */
export function devicePage(facts: DeviceFacts): string {
  const verdict = verdicts[facts.verdict];
  const safe = facts.verdict === 'may-be-used';
  return page(verdict, [
    banner(verdict, safe ? 'safe' : 'danger'),
    ...facts.recalls.map(({ number, instruction }) =>
      h('div', { class: 'notice' }, [
        h('p', null, `召回编号 Recall number: ${number}`),
        h('p', null, instruction.zh),
        h('p', { lang: 'en' }, instruction.en),
      ]),
    ),
    safe
      ? h('p', null, [
          '使用前请在本院系统中扫码核对库存与灭菌状态。',
          h('br', null),
          h('span', { lang: 'en' }, 'Before use, check it in your hospital’s own system as well.'),
        ])
      : null,
    factList(facts),
    h('p', { class: 'small' }, `查询时间 As of ${facts.at}`),
  ]);
}

/** @returns the page for a code that is not known or not readable, with what to do. */
export function refusalPage(title: Bilingual, sentences: readonly Bilingual[]): string {
  return page(title, [
    banner(title, 'danger'),
    ...sentences.map(({ zh, en }) => h('p', null, [zh, h('br', null), h('span', { lang: 'en' }, en)])),
  ]);
}

function banner({ zh, en }: Bilingual, tone: 'safe' | 'danger'): ComponentChild {
  return h('h1', { class: `banner ${tone}` }, [zh, h('span', { lang: 'en' }, en)]);
}

function factList(facts: DeviceFacts): ComponentChild {
  const rows: [string, string | undefined][] = [
    ['产品名称 Product', `${facts.name.zh} ${facts.name.en}`],
    ['型号 / 规格 Model / specification', `${facts.model} / ${facts.specification}`],
    ['产品标识 UDI-DI', facts.gtin],
    ['批号 Lot', facts.lot],
    ['序列号 Serial number', facts.serial],
    ['生产日期 Manufactured', facts.manufacturedOn],
    ['失效日期 Expires', facts.expiresOn],
    ['注册证编号 Registration', facts.registrationNumber],
    ['注册人 Registrant', `${facts.registrant.zh} ${facts.registrant.en}`],
  ];
  return h(
    'dl',
    null,
    rows.flatMap(([key, value]) => (value === undefined ? [] : [h('dt', null, key), h('dd', null, value)])),
  );
}

function page(title: Bilingual, content: readonly ComponentChild[]): string {
  const document = h('html', { lang: 'zh-CN' }, [
    h('head', null, [
      h('meta', { charset: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', null, `${title.zh} ${title.en}`),
      h('link', { rel: 'stylesheet', href: '/assets/device.css' }),
    ]),
    h('body', null, h('main', null, [...content])),
  ]);
  return `<!doctype html>${renderToString(document)}`;
}
