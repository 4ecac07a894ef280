import type { FailureTable } from './failure-kind.ts';

/** Of what is registered: organisations, products, places. */
export const catalogueFailures = {
  'catalogue/gtin-taken': {
    status: 409,
    zh: '此 GTIN 已属于另一产品或包装。',
    en: 'This GTIN already belongs to another product or package.',
  },
  'catalogue/new-udi-di-required': {
    status: 422,
    zh: '所列内容变更须使用新的产品标识（UDI-DI）：请登记新产品，并注明其替代的旧产品。',
    en: 'A change of the fields named requires a new UDI-DI: register a new product that supersedes this one.',
  },
  'catalogue/registration-kept': {
    status: 422,
    zh: '已登记的注册证不能删除或改号，只能延续或增加：它决定已生产器械能否使用。',
    en: 'A recorded registration is neither removed nor renumbered, only renewed or added to: devices made under it depend on it.',
  },
  'catalogue/supersedes-refused': {
    status: 422,
    zh: '被替代的产品须为本企业已登记的另一产品，且不能循环替代。',
    en: 'The product that is superseded must be another registered product of the same maker, and not in a circle.',
  },
  'catalogue/component-unknown': {
    status: 422,
    zh: '组套中的部件须先登记为产品。',
    en: 'The components of a kit must be registered as products first.',
  },
  'catalogue/revision-outdated': {
    status: 409,
    zh: '该产品资料已被他人修改，请重新读取后再改。',
    en: 'Somebody else has changed this product; read it again before changing it.',
  },
  'catalogue/organisation-inactive': {
    status: 409,
    zh: '该机构已停用。',
    en: 'This organisation is not active.',
  },
  'catalogue/own-organisation': {
    status: 409,
    zh: '不能停用自己所在的机构。',
    en: 'Your own organisation cannot be deactivated.',
  },
  'catalogue/credit-code-taken': {
    status: 409,
    zh: '此统一社会信用代码已登记。',
    en: 'An organisation with this unified social credit code is registered already.',
  },
  'catalogue/company-prefix-taken': {
    status: 409,
    zh: '此 GS1 厂商识别代码已由其他机构登记；请核对 GS1 证书，仍有疑问请联系运营方。',
    en: 'Another organisation has stated this GS1 Company Prefix; compare with your GS1 certificate, and ask the operator if it is yours.',
  },
  'catalogue/too-many-lots': {
    status: 422,
    zh: '该产品批次过多，无法逐一列出，请按批号查询。',
    en: 'This product has too many lots to list; ask for one by its number.',
  },
  'catalogue/place-tree': {
    status: 422,
    zh: '上级地点不存在、已停用、形成循环或层级过深。',
    en: 'The place above does not exist, is not active, lies below this one, or the tree would be too deep.',
  },
  'catalogue/place-holds-stock': {
    status: 409,
    zh: '该地点尚有库存，清空后方可停用。',
    en: 'This place still holds stock; empty it before it is deactivated.',
  },
  'catalogue/place-has-places': {
    status: 409,
    zh: '该地点下仍有在用地点，请先停用下级地点。',
    en: 'Places below this one are still active; deactivate them first.',
  },
  'catalogue/place-limit': {
    status: 409,
    zh: '该机构的地点数量已达上限。',
    en: 'This organisation has as many places as are allowed.',
  },
} as const satisfies FailureTable;
