/** Organisations of every kind, and what the law asks of them. */
import type { Bilingual } from './bilingual.ts';
import { isValidOn, type Validity } from './day.ts';

export const organisationKinds = [
  'operator',
  'manufacturer',
  'distributor',
  'hospital',
  'regulator',
  'foundation',
] as const;
export type OrganisationKind = (typeof organisationKinds)[number];

/** Licences that acceptance records and recall papers name. */
export const licenceKinds = [
  /** 医疗器械生产许可证 (class II and III) */
  'production-licence',
  /** 第一类医疗器械生产备案凭证 */
  'production-filing',
  /** 医疗器械经营许可证 (class III) */
  'operating-licence',
  /** 第二类医疗器械经营备案凭证 */
  'operating-filing',
  /** 医疗机构执业许可证 */
  'medical-institution-licence',
  /** 基金会法人登记证书 */
  'foundation-registration',
  'other',
] as const;
export type LicenceKind = (typeof licenceKinds)[number];

export interface Licence extends Validity {
  readonly kind: LicenceKind;
  readonly number: string;
}

/** A drug (药品监督管理) or health (卫生健康) authority; its area is the organisation's. */
export interface Authority {
  readonly kind: 'drug' | 'health';
  readonly level: 'national' | 'provincial' | 'municipal';
}

export interface Contact {
  readonly person: string;
  readonly telephone: string;
  readonly email?: string;
}

export interface Organisation {
  /** UUID. */
  readonly id: string;
  readonly kind: OrganisationKind;
  readonly name: Bilingual;
  /** Unified social credit code 统一社会信用代码 (GB 32100); a foreign organisation has none. */
  readonly creditCode?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Administrative division, GB/T 2260, six digits; absent abroad. `000000` is the whole country. */
  readonly area?: string;
  readonly address?: string;
  readonly contact?: Contact;
  readonly licences: readonly Licence[];
  /** Regulators only. */
  readonly authority?: Authority;
  readonly gln?: string;
  /** GS1 Company Prefix 厂商识别代码: what the numbers of its logistic units begin with. */
  readonly gs1Prefix?: string;
  readonly active: boolean;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** What every signed-in person may know of any organisation: who it is, and by what licence it acts. */
export type OrganisationFacts = Pick<
  Organisation,
  'id' | 'kind' | 'name' | 'creditCode' | 'country' | 'area' | 'licences' | 'authority' | 'active'
>;

/** @returns the public facts, a list of fields by name, so that a new private field stays private. */
export function publicFacts(organisation: Organisation): OrganisationFacts {
  const { id, kind, name, creditCode, country, area, licences, authority, active } = organisation;
  return {
    id,
    kind,
    name,
    ...(creditCode === undefined ? {} : { creditCode }),
    country,
    ...(area === undefined ? {} : { area }),
    licences,
    ...(authority === undefined ? {} : { authority }),
    active,
  };
}

/** @returns the licences of these kinds that are valid on the day (`YYYY-MM-DD`), in the order recorded. */
export function licencesOn(
  organisation: Pick<Organisation, 'licences'>,
  kinds: readonly LicenceKind[],
  day: string,
): Licence[] {
  return organisation.licences.filter((licence) => kinds.includes(licence.kind) && isValidOn(licence, day));
}

/**
 * Whether an area lies in another by the hierarchy of GB/T 2260: two digits a province, two a city, two a county.
 * @param inner six digits @param outer six digits; `000000` holds all, `440000` a province, `440100` a city
 */
export function areaContains(outer: string, inner: string): boolean {
  const significant = outer.replace(/(00){1,3}$/, '');
  return inner.startsWith(significant);
}
