/** The organisations of the story, as the operator registers them. */
import { parseUnifiedSocialCreditCode } from '../identifiers/unified-social-credit-code.ts';
import type { Calendar } from './calendar.ts';
import * as invented from './invented-names.ts';

export const organisationKinds = [
  'manufacturer',
  'distributor',
  'hospital',
  'regulator',
  'foundation',
] as const;
export type OrganisationKind = (typeof organisationKinds)[number];

export type Role =
  | 'quality'
  | 'distributor'
  | 'materials'
  | 'sterile-supply'
  | 'theatre'
  | 'regulator'
  | 'foundation'
  | 'administrator';

interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

export interface PlaceFacts {
  /** Under which the story speaks of it. */
  readonly key: 'store' | 'cssd' | 'theatre' | 'returns';
  readonly kind: 'store' | 'cssd' | 'theatre' | 'warehouse';
  readonly name: Bilingual;
}

export interface OrganisationFacts {
  /** Short, and what its usernames begin with: `hospital01`. */
  readonly key: string;
  readonly kind: OrganisationKind;
  readonly name: Bilingual;
  readonly area: string;
  readonly creditCode: string;
  readonly address: string;
  readonly contact: { readonly person: string; readonly telephone: string };
  readonly licences: readonly {
    readonly kind: string;
    readonly number: string;
    readonly validFrom: string;
    readonly validTo?: string;
  }[];
  readonly authority?: { readonly kind: 'drug' | 'health'; readonly level: 'provincial' };
  /** Beside the administrator. */
  readonly roles: readonly Exclude<Role, 'administrator'>[];
  readonly places: readonly PlaceFacts[];
}

export interface Cast {
  readonly manufacturer: OrganisationFacts;
  readonly distributors: readonly OrganisationFacts[];
  readonly hospitals: readonly OrganisationFacts[];
  readonly drugAuthority: OrganisationFacts;
  readonly healthAuthority: OrganisationFacts;
  readonly foundation: OrganisationFacts;
}

/** Licences run on for so many days after the story. */
const licenceDaysLeft = 1_000;

/** @param hospitals how many; the first is the PPS centre */
export function castOf(calendar: Calendar, hospitals: number): Cast {
  const until = calendar.day(-licenceDaysLeft);
  const names = invented.hospitals.slice(0, hospitals);
  return {
    manufacturer: manufacturerFacts(until),
    distributors: invented.distributors.map((name, index) => distributorFacts(name, index, until)),
    hospitals: names.map((name, index) => hospitalFacts(name, index, until)),
    drugAuthority: authorityFacts(invented.drugAuthority, 'drug', 90_001),
    healthAuthority: authorityFacts(invented.healthAuthority, 'health', 90_002),
    foundation: {
      ...commonFacts('foundation', invented.foundation, 90_003, '53'),
      kind: 'foundation',
      licences: [
        {
          kind: 'foundation-registration',
          number: '粤民基证字第190003号',
          validFrom: '2019-04-01',
          validTo: until,
        },
      ],
      roles: ['foundation'],
      places: [],
    },
  };
}

function manufacturerFacts(until: string): OrganisationFacts {
  return {
    ...commonFacts('manufacturer', invented.manufacturer, 1_001, '91'),
    kind: 'manufacturer',
    licences: [
      {
        kind: 'production-licence',
        number: '粤药监械生产许20149001号',
        validFrom: '2014-11-03',
        validTo: until,
      },
    ],
    roles: ['quality'],
    places: [
      { key: 'store', kind: 'warehouse', name: { zh: '成品库', en: 'Finished goods warehouse' } },
      {
        key: 'returns',
        kind: 'warehouse',
        name: { zh: '退回产品隔离库', en: 'Quarantine store for returned devices' },
      },
    ],
  };
}

function distributorFacts(name: NamedArea, index: number, until: string): OrganisationFacts {
  return {
    ...commonFacts(`distributor${index + 1}`, name, 2_001 + index, '91'),
    kind: 'distributor',
    licences: [
      {
        kind: 'operating-licence',
        number: `${index === 0 ? '粤穗' : '鄂汉'}药监械经营许2018900${index + 1}号`,
        validFrom: '2018-06-12',
        validTo: until,
      },
    ],
    roles: ['distributor'],
    places: [{ key: 'store', kind: 'warehouse', name: { zh: '医疗器械仓库', en: 'Device warehouse' } }],
  };
}

function hospitalFacts(name: NamedArea, index: number, until: string): OrganisationFacts {
  const number = String(index + 1).padStart(2, '0');
  return {
    ...commonFacts(`hospital${number}`, name, 3_001 + index, '12'),
    kind: 'hospital',
    licences: [
      {
        kind: 'medical-institution-licence',
        number: `PDY900${number}${name.area}17A1001`,
        validFrom: '2017-01-01',
        validTo: until,
      },
    ],
    roles: ['materials', 'sterile-supply', 'theatre'],
    places: [
      { key: 'store', kind: 'store', name: { zh: '医用耗材库', en: 'Consumables store' } },
      { key: 'cssd', kind: 'cssd', name: { zh: '消毒供应中心', en: 'Sterile supply (CSSD)' } },
      { key: 'theatre', kind: 'theatre', name: { zh: '手术室', en: 'Theatre' } },
    ],
  };
}

function authorityFacts(name: NamedArea, kind: 'drug' | 'health', number: number): OrganisationFacts {
  return {
    ...commonFacts(`${kind}-authority`, name, number, '11'),
    kind: 'regulator',
    licences: [],
    authority: { kind, level: 'provincial' },
    roles: ['regulator'],
    places: [],
  };
}

interface NamedArea extends Bilingual {
  readonly area: string;
}

function commonFacts(key: string, { zh, en, area }: NamedArea, number: number, registeredBy: string) {
  const telephone = `000-5550-${String(number % 10_000).padStart(4, '0')}`;
  return {
    key,
    name: { zh, en },
    area,
    creditCode: creditCode(registeredBy, area, number),
    address: `${zh.slice(0, 2)}市示例路 ${number % 1_000} 号（虚构地址）`,
    contact: { person: invented.personName(number), telephone },
  };
}

/** Weights of an organisation code (GB 11714). */
const organisationCodeWeights = [3, 7, 9, 10, 5, 8, 4, 2];
const creditCodeCharacters = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/**
 * A well-formed unified social credit code (GB 32100) of nobody.
 * @param registeredBy two characters: by whom, and what it is (91 enterprise, 12 public institution, 11 authority,
 *   53 foundation)
 */
function creditCode(registeredBy: string, area: string, number: number): string {
  const subject = `MA9${String(number).padStart(5, '0')}`;
  const body = `${registeredBy}${area}${subject}${organisationCheck(subject)}`;
  const check = [...creditCodeCharacters].find(
    (character) => parseUnifiedSocialCreditCode(body + character) !== undefined,
  );
  if (check === undefined) throw new Error(`no check character completes ${body}`);
  return body + check;
}

/** GB 11714: modulo 11, where 10 is written X. */
function organisationCheck(subject: string): string {
  const values = [...subject].map((character) => Number.parseInt(character, 36));
  const sum = values.reduce((total, value, at) => total + value * (organisationCodeWeights[at] ?? 0), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? 'X' : String(check);
}
