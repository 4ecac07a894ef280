import { expect } from 'chai';
import { registrationOn, wasRegistered } from '../../src/catalogue/product.ts';
import { changeProduct, type ProductChange } from '../../src/catalogue/product-changes.ts';
import { importedProduct, productBody } from '../../src/catalogue/product-fields.ts';
import { Failure } from '../../src/errors.ts';
import { faultsOf } from '../../src/http/faults.ts';
import { gtinOf, stapler } from './samples.ts';

function faultsAt(
  facts: unknown,
  schema: typeof productBody | typeof importedProduct = productBody,
): string[] {
  const result = schema.safeParse(facts);
  return result.success ? [] : faultsOf(result.error, '').map(({ pointer }) => pointer);
}

describe('registration', () => {
  const product = stapler(1, {
    registrations: [
      { number: 'old', validFrom: '2016-01-15', validTo: '2021-01-14' },
      { number: 'new', validFrom: '2021-06-01', validTo: '2026-05-31' },
    ],
  });

  it('counts on the day of manufacture: what ended later does not reach back', () => {
    expect(wasRegistered(product, '2016-01-15')).to.equal(true);
    expect(wasRegistered(product, '2021-01-14')).to.equal(true);
    expect(wasRegistered(product, '2026-05-31')).to.equal(true);
  });

  it('does not cover a gap, the time before or the time after', () => {
    expect(wasRegistered(product, '2016-01-14')).to.equal(false);
    expect(wasRegistered(product, '2021-01-15')).to.equal(false);
    expect(wasRegistered(product, '2026-06-01')).to.equal(false);
  });

  it('is not presumed where the day of manufacture is not known, or where there is none', () => {
    expect(wasRegistered(product, undefined)).to.equal(false);
    expect(wasRegistered({ registrations: [] }, '2021-06-01')).to.equal(false);
  });

  it('has no end for a filing, and the newest counts where two overlap', () => {
    const filed = { registrations: [{ number: 'filing', validFrom: '2016-01-15' }] };
    expect(wasRegistered(filed, '2199-01-01')).to.equal(true);
    const overlap = { registrations: [...filed.registrations, { number: 'newer', validFrom: '2020-01-01' }] };
    expect(registrationOn(overlap, '2020-01-01')?.number).to.equal('newer');
    expect(registrationOn(overlap, '2019-12-31')?.number).to.equal('filing');
  });
});

describe('a product as stated', () => {
  it('is taken where it is whole', () => {
    expect(faultsAt(stapler(1))).to.deep.equal([]);
  });

  it('is refused for fields that nobody knows, at any depth', () => {
    expect(faultsAt({ ...stapler(1), colour: 'blue' })).to.deep.equal(['/colour']);
    expect(faultsAt({ ...stapler(1), use: { kind: 'single-use', limit: 5 } })).to.deep.equal(['/use/limit']);
  });

  it('has a GTIN of 14 digits with the right check digit', () => {
    const wrong = `${gtinOf(1).slice(0, 13)}${(Number(gtinOf(1)[13]) + 1) % 10}`;
    expect(faultsAt(stapler(1, { gtin: wrong, packaging: [] }))).to.deep.equal(['/gtin']);
    expect(faultsAt(stapler(1, { gtin: gtinOf(1).slice(1), packaging: [] }))).to.deep.equal(['/gtin']);
  });

  it('is tracked by serial where it is reusable', () => {
    const reusable = { use: { kind: 'reusable', limit: 20 } } as const;
    expect(faultsAt(stapler(1, reusable))).to.deep.equal(['/trackedBy']);
    const carries = { lot: false, serial: true, manufactured: true, expires: false };
    expect(faultsAt(stapler(1, { ...reusable, trackedBy: 'serial', labelCarries: carries }))).to.deep.equal(
      [],
    );
  });

  it('carries on its label what it is tracked by', () => {
    const carries = { lot: false, serial: true, manufactured: true, expires: true };
    expect(faultsAt(stapler(1, { labelCarries: carries }))).to.deep.equal(['/labelCarries']);
  });

  it('names a registration, from the first to the last day, oldest first', () => {
    expect(faultsAt(stapler(1, { registrations: [] }))).to.deep.equal(['/registrations']);
    const at = (number: string, validFrom: string, validTo: string) => ({ number, validFrom, validTo });
    expect(
      faultsAt(stapler(1, { registrations: [at('国械注准20213020001', '2026-01-14', '2021-01-15')] })),
    ).to.deep.equal(['/registrations/0']);
    expect(faultsAt(stapler(1, { registrations: [at('510(k)', '2021-01-15', '2026-01-14')] }))).to.deep.equal(
      ['/registrations/0/number'],
    );
    const newestFirst = [
      at('国械注准20213020001', '2021-01-15', '2026-01-14'),
      at('国械注准20163020001', '2016-01-15', '2021-01-14'),
    ];
    expect(faultsAt(stapler(1, { registrations: newestFirst }))).to.deep.equal(['/registrations']);
  });

  it('takes every form of registration and filing number that was in use', () => {
    const forms = [
      '国械注准20213020001',
      '国械注进20213020001',
      '粤械注准20212020001',
      '粤深械备20210001',
      '国食药监械(准)字2014第3150001号',
    ];
    for (const number of forms) {
      expect(
        faultsAt(stapler(1, { registrations: [{ number, validFrom: '2021-01-15' }] })),
        number,
      ).to.deep.equal([]);
    }
  });

  it('has components only as a kit, each once', () => {
    const components = [{ gtin: gtinOf(2), quantity: 1 }];
    expect(faultsAt(stapler(1, { components }))).to.deep.equal(['/components']);
    expect(faultsAt(stapler(1, { isKit: true, components }))).to.deep.equal([]);
    expect(faultsAt(stapler(1, { isKit: true, components: [...components, ...components] }))).to.deep.equal([
      '/components',
    ]);
  });

  it('names another DI for its unit of use than for itself', () => {
    expect(faultsAt(stapler(1, { unitsOfUse: 12, useUnitDi: gtinOf(1) }))).to.deep.equal(['/useUnitDi']);
    expect(faultsAt(stapler(1, { unitsOfUse: 12, useUnitDi: gtinOf(1, 1) }))).to.deep.equal(['/useUnitDi']);
    expect(faultsAt(stapler(1, { unitsOfUse: 12, useUnitDi: gtinOf(7) }))).to.deep.equal([]);
  });

  it('may lack class and registration only when imported', () => {
    const foreign = stapler(1, { riskClass: 'not-stated', registrations: [] });
    expect(faultsAt(foreign)).to.deep.equal(['/riskClass', '/registrations']);
    expect(faultsAt(foreign, importedProduct)).to.deep.equal([]);
  });
});

describe('a change of a product', () => {
  const product = stapler(1);

  function refusal(change: ProductChange): Failure {
    try {
      changeProduct(product, change);
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
    throw new Error('the change was taken');
  }

  it('puts names right, renews a registration, adds a package and an NHSA code', () => {
    const after = changeProduct(product, {
      names: { zh: '一次性使用管型吻合器(改)', en: 'Single-use circular stapler' },
      registrations: [
        { number: '国械注准20213020001', validFrom: '2021-01-15', validTo: '2031-01-14' },
        { number: '国械注准20263020009', validFrom: '2031-01-15' },
      ],
      packaging: [...product.packaging, { gtin: gtinOf(1, 2), contains: gtinOf(1, 1), quantity: 4 }],
      nhsaCode: 'C01010100100000000000000001',
    });
    expect(after).to.deep.equal({
      ...product,
      names: { zh: '一次性使用管型吻合器(改)', en: 'Single-use circular stapler' },
      registrations: [
        { number: '国械注准20213020001', validFrom: '2021-01-15', validTo: '2031-01-14' },
        { number: '国械注准20263020009', validFrom: '2031-01-15' },
      ],
      packaging: [...product.packaging, { gtin: gtinOf(1, 2), contains: gtinOf(1, 1), quantity: 4 }],
      nhsaCode: 'C01010100100000000000000001',
    });
  });

  it('of size, single-use marking, sterile packing or quantity asks for a new UDI-DI and names the fields', () => {
    const changes: ProductChange[] = [
      { model: 'PPS3-S34' },
      { specification: '34 mm' },
      { use: { kind: 'reusable' } },
      { sterile: { kind: 'non-sterile' } },
      { sterile: { kind: 'sterile', method: 'irradiation' } },
      { unitsOfUse: 2 },
      { trackedBy: 'serial' },
      { implantable: true },
      { packaging: [{ gtin: gtinOf(1, 1), contains: gtinOf(1), quantity: 12 }] },
      { packaging: [] },
    ];
    for (const change of changes) {
      const failure = refusal(change);
      expect(failure.code, JSON.stringify(change)).to.equal('catalogue/new-udi-di-required');
      expect(failure.info.fields).to.deep.equal(Object.keys(change));
    }
  });

  it('that repeats what is recorded changes nothing and is not refused', () => {
    expect(changeProduct(product, { ...product })).to.deep.equal(product);
  });

  it('keeps every recorded registration, with its number and beginning', () => {
    const [registration] = product.registrations;
    if (registration === undefined) throw new Error('no registration');
    expect(refusal({ registrations: [] }).code).to.equal('catalogue/registration-kept');
    const renumbered = [{ ...registration, number: '国械注准20213020002' }];
    expect(refusal({ registrations: renumbered }).code).to.equal('catalogue/registration-kept');
    const moved = [{ ...registration, validFrom: '2020-01-15' }];
    expect(refusal({ registrations: moved }).code).to.equal('catalogue/registration-kept');
  });

  it('takes an optional fact away with null', () => {
    const after = changeProduct(product, { generation: null, shelfLifeMonths: 24 });
    expect(after).not.to.have.property('generation');
    expect(after.shelfLifeMonths).to.equal(24);
  });
});
