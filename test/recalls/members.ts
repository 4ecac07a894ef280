/** Who is in the small world of the recalls' tests. */
import type { Role } from '../../src/access/permissions.ts';
import type { OrganisationKind } from '../../src/catalogue/organisation.ts';
import type { LotKey } from '../../src/ledger/event.ts';
import { nextId } from '../support/ledger-play.ts';

export const stapler = '06901234500011';
export const foreignProduct = '06901234500028';
export const bad: LotKey = { gtin: stapler, lot: 'A2603-17' };
export const good: LotKey = { gtin: stapler, lot: 'A2603-18' };

interface Member {
  readonly id: string;
  readonly store: string;
  readonly kind: OrganisationKind;
  readonly role: Role;
  readonly name: { readonly zh: string; readonly en: string };
  readonly area?: string;
  readonly authority?: { readonly kind: 'drug'; readonly level: 'national' | 'provincial' };
}

let membersMade = 0xc0ffee00;

/** Ids that differ in their first eight digits too: those are in a notice's number. */
function memberId(): string {
  membersMade += 1;
  return nextId().replace(/^0{8}/, membersMade.toString(16));
}

function member(
  kind: OrganisationKind,
  role: Role,
  zh: string,
  en: string,
  area?: string,
  level?: 'national' | 'provincial',
): Member {
  return {
    id: memberId(),
    store: memberId(),
    kind,
    role,
    name: { zh, en },
    ...(area === undefined ? {} : { area }),
    ...(level === undefined ? {} : { authority: { kind: 'drug', level } as const }),
  };
}

/** Everyone that a test names. */
export const members = {
  maker: member(
    'manufacturer',
    'quality',
    '深圳澄明医疗器械有限公司',
    'Chengming Medical, Shenzhen',
    '440300',
  ),
  otherMaker: member('manufacturer', 'quality', '另一器械公司', 'Another Maker', '330100'),
  distributor: member('distributor', 'distributor', '广州健达医药有限公司', 'Jianda, Guangzhou', '440100'),
  guangzhou: member('hospital', 'materials', '广州示例医院', 'Sample Hospital, Guangzhou', '440100'),
  beijing: member('hospital', 'theatre', '北京示例医院', 'Sample Hospital, Beijing', '110100'),
  chengdu: member('hospital', 'materials', '成都示例医院', 'Sample Hospital, Chengdu', '510100'),
  wuhan: member('hospital', 'materials', '武汉示例医院', 'Sample Hospital, Wuhan', '420100'),
  guangdongAuthority: member(
    'regulator',
    'regulator',
    '广东省药监局',
    'Guangdong MPA',
    '440000',
    'provincial',
  ),
  beijingAuthority: member('regulator', 'regulator', '北京市药监局', 'Beijing MPA', '110000', 'provincial'),
  hubeiAuthority: member('regulator', 'regulator', '湖北省药监局', 'Hubei MPA', '420000', 'provincial'),
  nationalAuthority: member('regulator', 'regulator', '国家药监局', 'NMPA', '000000', 'national'),
} as const;
export type Name = keyof typeof members;
export const names = Object.keys(members) as Name[];
