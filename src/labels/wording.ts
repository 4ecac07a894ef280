/** What a label says in words, in the languages of its template. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Product, SterilisationMethod, StorageConditions } from '../catalogue/product.ts';

export type LabelLanguage = 'zh' | 'en';

const sterilised: Readonly<Record<SterilisationMethod, Bilingual>> = {
  'not-stated': { zh: '无菌', en: 'Sterile' },
  aseptic: { zh: '无菌加工', en: 'Sterile, aseptic processing' },
  'ethylene-oxide': { zh: '环氧乙烷灭菌', en: 'Sterilised using ethylene oxide' },
  irradiation: { zh: '辐照灭菌', en: 'Sterilised using irradiation' },
  'steam-or-dry-heat': { zh: '湿热或干热灭菌', en: 'Sterilised using steam or dry heat' },
  'vaporised-hydrogen-peroxide': {
    zh: '汽化过氧化氢灭菌',
    en: 'Sterilised using vaporised hydrogen peroxide',
  },
};

export const singleUseWords: Bilingual = { zh: '一次性使用', en: 'Single use only' };

/** @returns in words what the symbol of sterility says. */
export function sterilityWords(sterile: Product['sterile']): Bilingual {
  return sterile.kind === 'sterile' ? sterilised[sterile.method] : { zh: '非无菌', en: 'Non-sterile' };
}

/** @returns the temperatures of storage, the same in both languages; undefined where there are none. */
export function temperatureWords({
  minimumCelsius: low,
  maximumCelsius: high,
}: StorageConditions): string | undefined {
  if (low !== undefined && high !== undefined) return `${low}~${high} ℃`;
  if (low !== undefined) return `≥${low} ℃`;
  return high === undefined ? undefined : `≤${high} ℃`;
}

/** @returns 贮存条件 in words. */
export function storageWords(storage: StorageConditions): Bilingual {
  const temperature = temperatureWords(storage);
  const { maximumHumidityPercent: humidity, note } = storage;
  const zh = [temperature, humidity === undefined ? undefined : `相对湿度≤${humidity}%`, note?.zh];
  const en = [temperature, humidity === undefined ? undefined : `humidity ≤${humidity}%`, note?.en];
  return {
    zh: zh.filter((part) => part !== undefined).join('，'),
    en: en.filter((part) => part !== undefined).join(', '),
  };
}

/** @returns a bilingual text in the languages asked for, in their order. */
export function inLanguages(text: string | Bilingual, languages: readonly LabelLanguage[]): string {
  if (typeof text === 'string') return text;
  // A firm that has but one name is not named twice.
  return [...new Set(languages.map((language) => text[language]))].join(' ');
}
