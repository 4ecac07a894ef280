/**
 * The code that the National Healthcare Security Administration gives a consumable for settlement, 医保医用耗材代码:
 * 27 characters, of which the first 20 are the published class (医保医用耗材分类与代码). It has no check character,
 * so that only its form can be tested; whether a code is in force is in the published catalogue alone.
 */
export type NhsaCode = string & { readonly __nhsaCode: true };

export interface NhsaCodeParts {
  /** 学科、用途、部位、功能: six digits. */
  readonly classification: string;
  /** 通用名: three digits. */
  readonly genericName: string;
  /** 材质、规格等特征: five digits. */
  readonly features: string;
  /** 生产企业: five digits. */
  readonly manufacturer: string;
  /** 注册备案产品与规格型号: the seven digits that tell one maker's products of a class apart. */
  readonly product: string;
}

const form = /^C(\d{6})(\d{3})(\d{5})(\d{5})(\d{7})$/;

/** @returns the code, or undefined where it is not `C` and 26 digits. */
export function parseNhsaCode(text: string): NhsaCode | undefined {
  return form.test(text) ? (text as NhsaCode) : undefined;
}

/** @returns what the places of the code stand for. */
export function partsOfNhsaCode(code: NhsaCode): NhsaCodeParts {
  const [, classification = '', genericName = '', features = '', manufacturer = '', product = ''] =
    form.exec(code) ?? [];
  return { classification, genericName, features, manufacturer, product };
}
