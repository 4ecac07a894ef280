/** Products and organisations of the books in memory. */
import type { Organisation } from '../../src/catalogue/organisation.ts';
import type { Product } from '../../src/catalogue/product.ts';

export const byLot = '06901234500011';
export const bySerial = '06901234500028';
export const reusable = '06901234500035';
/** Nobody has registered it. */
export const unregistered = '06901234500042';

function product(gtin: string, changes: Partial<Product>): Product {
  return {
    gtin,
    organisation: 'maker',
    names: { zh: '吻合器', en: 'Stapler' },
    model: 'PPS',
    specification: '29 mm',
    riskClass: 'III',
    registrations: [{ number: '国械注准20213020001', validFrom: '2021-01-01' }],
    use: { kind: 'single-use' },
    sterile: { kind: 'sterile', method: 'ethylene-oxide' },
    trackedBy: 'lot',
    implantable: false,
    unitsOfUse: 1,
    packaging: [],
    labelCarries: { lot: true, serial: true, manufactured: true, expires: true },
    otherIdentifiers: [],
    isKit: false,
    components: [],
    restrictions: [],
    revision: 1,
    createdAt: '2026-01-01T00:00:00Z',
    ...changes,
  };
}

export const productsInMemory: readonly Product[] = [
  product(byLot, {}),
  product(bySerial, { trackedBy: 'serial' }),
  product(reusable, { trackedBy: 'serial', use: { kind: 'reusable', limit: 2 } }),
];

function organisation(id: string, kind: Organisation['kind']): Organisation {
  const name = { zh: id, en: id };
  return { id, kind, name, country: 'CN', licences: [], active: true, createdAt: '2026-01-01T00:00:00Z' };
}

export const organisationsInMemory = {
  maker: organisation('maker', 'manufacturer'),
  distributor: organisation('distributor', 'distributor'),
  hospitalA: organisation('hospitalA', 'hospital'),
  hospitalB: organisation('hospitalB', 'hospital'),
} as const;
