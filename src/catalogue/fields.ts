/** The fields of the catalogue's requests and answers. */
import { z } from 'zod';
import { saying } from '../http/faults.ts';
import { isoDate, text, uuid } from '../http/fields.ts';
import { parseCompanyPrefix } from '../identifiers/company-prefix.ts';
import { isDotSegment } from '../identifiers/dot-segment.ts';
import { parseGln } from '../identifiers/gln.ts';
import { parseGtin } from '../identifiers/gtin.ts';
import { parseLot } from '../identifiers/lot.ts';
import { parseNhsaCode } from '../identifiers/nhsa-code.ts';
import { parseUnifiedSocialCreditCode } from '../identifiers/unified-social-credit-code.ts';
import { licenceKinds } from './organisation.ts';

/** A GTIN in its 14-digit form, check digit tested. */
export function gtin() {
  return z
    .string()
    .refine(
      (value) => value.length === 14 && parseGtin(value) !== undefined,
      saying('应为 14 位 GTIN，且校验位正确。', 'Must be a GTIN of 14 digits with the right check digit.'),
    );
}

export function gln() {
  return z
    .string()
    .refine(
      (value) => parseGln(value) !== undefined,
      saying(
        '应为 13 位全球位置码（GLN），且校验位正确。',
        'Must be a GLN of 13 digits with the right check digit.',
      ),
    );
}

export function companyPrefix() {
  return z
    .string()
    .refine(
      (value) => parseCompanyPrefix(value) !== undefined,
      saying(
        '应为 4–12 位数字的 GS1 厂商识别代码。',
        'Must be a GS1 Company Prefix of 4 to 12 digits that a company can have.',
      ),
    );
}

export function creditCode() {
  return z
    .string()
    .refine(
      (value) => parseUnifiedSocialCreditCode(value) !== undefined,
      saying(
        '应为 18 位统一社会信用代码，且校验码正确。',
        'Must be a unified social credit code of 18 characters with the right check character.',
      ),
    );
}

export function nhsaCode() {
  return z
    .string()
    .refine(
      (value) => parseNhsaCode(value) !== undefined,
      saying('应为 27 位医保医用耗材代码。', 'Must be an NHSA consumable code of 27 characters.'),
    );
}

export function lotNumber() {
  return z
    .string()
    .refine(
      (value) => parseLot(value) !== undefined,
      saying('批号应为 1–20 个标签可用字符。', 'A lot number has 1 to 20 characters that labels allow.'),
    );
}

/** Of a lot that is made or labelled here: the link on its label must lead to it. */
export function ownLotNumber() {
  return lotNumber().refine(
    (value) => !isDotSegment(value),
    saying('批号不能仅为一个或两个圆点。', 'A lot number cannot be one dot or two.'),
  );
}

export function bilingual({ max }: { max: number }) {
  return z.strictObject({ zh: text({ max }), en: text({ max }) });
}

/** GB/T 2260: six digits; deeper levels are 00 where the level above is. */
export function area() {
  return z
    .string()
    .regex(/^(00\d{4}|[1-9]\d{5})$/)
    .refine(
      (value) => !/^(00(?!0000)|\d\d00(?!00))/.test(value),
      saying('应为六位行政区划代码（GB/T 2260）。', 'Must be a division code of six digits (GB/T 2260).'),
    );
}

/** What is said of a span of days whose last is before its first. */
export const notBackwards = saying('结束日期早于开始日期。', 'The last day is before the first.');

export function licence() {
  return z
    .strictObject({
      kind: z.enum(licenceKinds),
      number: text({ max: 60 }),
      validFrom: isoDate(),
      validTo: isoDate().exactOptional(),
    })
    .refine(({ validFrom, validTo }) => validTo === undefined || validFrom <= validTo, notBackwards);
}

export function registration() {
  return z
    .strictObject({ number: registrationNumber(), validFrom: isoDate(), validTo: isoDate().exactOptional() })
    .refine(({ validFrom, validTo }) => validTo === undefined || validFrom <= validTo, notBackwards);
}

/**
 * 国械注准20213020001 (registration), 粤械注准…, 国械注进…, 国械注许…, or 粤深械备20210001 (filing). The forms follow
 * 《医疗器械注册与备案管理办法》 (Order 47 of 2021); older numbers (国食药监械(准)字2014第3150001号) differ, so only what
 * all have in common is asked: 械, and eight digits or more.
 */
function registrationNumber() {
  return text({ max: 40 }).refine(
    (value) => value.includes('械') && (value.match(/\d/g)?.length ?? 0) >= 8,
    saying(
      '注册证编号或备案号应形如“国械注准20213020001”。',
      'A registration number looks like 国械注准20213020001.',
    ),
  );
}

export const idParams = z.strictObject({ id: uuid() });
