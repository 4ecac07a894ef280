/** What a label says in words, in the languages of its template. */

import type { Bilingual } from '../catalogue/bilingual.ts';
import type { SterilisationMethod } from '../catalogue/product.ts';
import { unreachable } from '../errors.ts';
import type { LabelContent } from './content.ts';
import type { LabelField } from './template.ts';

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

/** @returns a bilingual text in the languages asked for, in their order. */
export function inLanguages(text: string | Bilingual, languages: readonly LabelLanguage[]): string {
  if (typeof text === 'string') return text;
  return languages.map((language) => text[language]).join(' ');
}

/** @returns what a field says, or undefined where the content has nothing for it. */
export function fieldText(
  field: LabelField,
  content: LabelContent,
  languages: readonly LabelLanguage[],
): string | undefined {
  switch (field) {
    case 'productNameZh':
      return languages.includes('zh') ? content.productName.zh : undefined;
    case 'productNameEn':
      return languages.includes('en') ? content.productName.en : undefined;
    case 'model':
    case 'specification':
    case 'lot':
    case 'serial':
    case 'manufacturedOn':
    case 'expiresOn':
    case 'registrationNumber':
      return content[field] || undefined;
    case 'registrantName':
      return inLanguages(content.registrantName, languages.slice(0, 1));
    case 'sterile':
      return inLanguages(sterility(content), languages);
    case 'singleUse':
      return content.singleUse
        ? inLanguages({ zh: '仅供一次性使用', en: 'Single use only' }, languages)
        : undefined;
    default:
      return unreachable(field);
  }
}

function sterility({ sterile }: LabelContent): Bilingual {
  return sterile.kind === 'sterile' ? sterilised[sterile.method] : { zh: '非无菌', en: 'Non-sterile' };
}
