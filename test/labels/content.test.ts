/** What stands on labels by the rules of the agencies, of ISO 15223-1 and of Order 6 of 2014. */
import { expect } from 'chai';
import { galleryContents } from '../../scripts/gallery/contents.ts';
import { Outlines } from '../../src/documents/outlines.ts';
import { Failure } from '../../src/errors.ts';
import { parseUdi } from '../../src/identifiers/udi.ts';
import type {
  ItemCodeContent,
  KitContent,
  LabelContent,
  LogisticContent,
  MaUnitContent,
  PackContent,
  UnitContent,
} from '../../src/labels/content.ts';
import { labelIdentifiers } from '../../src/labels/identifiers.ts';
import { isoSymbols, sterilitySymbols } from '../../src/labels/iso-symbols.ts';
import { layoutLabel } from '../../src/labels/layout.ts';
import { loadTemplate } from '../../src/labels/template.ts';
import type { LabelLanguage } from '../../src/labels/wording.ts';
import { shortest, usual } from './label-contents.ts';

const outlines = new Outlines();

function longestOf<K extends LabelContent['kind']>(
  template: string,
  kind: K,
): Extract<LabelContent, { kind: K }> {
  const content = galleryContents[template]?.longest;
  if (content?.kind !== kind) throw new Error(`${template} draws no ${kind}`);
  return content as Extract<LabelContent, { kind: K }>;
}

const kit: KitContent = longestOf('kit-100x80', 'kit');
const pack: PackContent = longestOf('pack-70x50', 'pack');
const item: ItemCodeContent = longestOf('item-code-40x25', 'item-code');
const maUnit: MaUnitContent = longestOf('ma-unit-60x40', 'ma-unit');
const logistic: LogisticContent = longestOf('logistic-a6', 'logistic');

interface Said {
  /** Without blanks. */
  readonly text: string;
  readonly symbols: readonly string[];
}

async function saidBy(name: string, content: LabelContent, asked?: readonly LabelLanguage[]): Promise<Said> {
  const template = await loadTemplate(name);
  const languages = asked ?? template.languages.slice(0, 1);
  const ruler = (text: string, style: { size: number; weight: 'regular' | 'bold' }): number =>
    outlines.measure(text, style);
  const { primitives } = layoutLabel(template, content, ruler, { dotsPerInch: 203.2, languages });
  const texts = primitives.flatMap((primitive) => (primitive.kind === 'text' ? [primitive.text] : []));
  return {
    text: texts.join('').replaceAll(/\s/g, ''),
    symbols: primitives.flatMap((primitive) => (primitive.kind === 'shape' ? [primitive.name] : [])),
  };
}

function pointersOf(content: LabelContent): string[] {
  try {
    labelIdentifiers(content);
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.faults.map(({ pointer }) => pointer);
  }
}

describe('the symbols of a label', () => {
  it('carry a hospital item code that no reader takes for a UDI, in whatever form', () => {
    const text = labelIdentifiers(item).plain?.text ?? '';
    expect(text).to.equal(`pps-item:${item.issuer}:${item.serial}`);
    for (const scanned of [text, `]Q1${text}`, `]d1${text}`, text.toUpperCase()]) {
      expect(parseUdi(scanned).ok, scanned).to.equal(false);
    }
  });

  it('carry an MA code as its agency writes it, which is a UDI in China alone', () => {
    const { text = '' } = labelIdentifiers(maUnit).plain ?? {};
    expect(text).to.equal(
      'MA.156.M0.100204.13351764.LPPS3-2601A/29#0*(+)_.SSN-2026-0112-0001270.M260115.E280229',
    );
    const parsed = parseUdi(text);
    if (!parsed.ok) throw new Error(parsed.fault.en);
    expect(parsed.udi).to.deep.include({ issuingAgency: 'nmpa-ma', udiIn: ['cn'] });
    expect(parsed.udi.identifiers).to.deep.include({
      ...{ deviceIdentifier: 'MA.156.M0.100204.13351764', lot: maUnit.lot, serial: maUnit.serial },
      ...{ manufacturedOn: '2026-01-15', expiresOn: '2028-02-29' },
    });
  });

  for (const [what, change, pointer] of [
    ['a device identifier that is none', { deviceIdentifier: 'MA.156' }, '/deviceIdentifier'],
    ['a lot with a dot, which would begin another field', { lot: 'A.S1' }, '/lot'],
    ['a lot with %, which the agency does not allow', { lot: 'A%1' }, '/lot'],
    ['a serial number with a space', { serial: '1 2' }, '/serial'],
    ['a date that is none', { expiresOn: '2027-02-29' }, '/expiresOn'],
  ] as const) {
    it(`refuse an MA code with ${what}`, () => {
      expect(pointersOf({ ...maUnit, ...change })).to.deep.equal([pointer]);
    });
  }

  it('carry the package and its lot apart in GS1-128, and together in the Data Matrix', () => {
    const box = longestOf('case-150x100', 'case');
    const { trade, lot, gs1 } = labelIdentifiers(box);
    expect(trade?.text).to.equal('011690123456789917280229');
    expect(lot?.text).to.equal('10A/%/%/%/%/%/%/%/%/%Z');
    expect(gs1?.text).to.equal(
      '01169012345678991728022911260115' + '10A/%/%/%/%/%/%/%/%/%Z\u001d21%/9/%/%/%/%/%/%/%/0%',
    );
  });

  it('carry what a logistic unit holds where it is of one lot, and its number alone where it is not', () => {
    expect(labelIdentifiers(logistic).sscc?.text).to.equal('00369012345678901239');
    expect(labelIdentifiers(logistic).gs1?.text).to.equal(
      '00369012345678901239' + '0216901234567899' + '17280229' + '37120\u001d' + '10A/%/%/%/%/%/%/%/%/%Z',
    );
    const mixed = { ...logistic, contents: [...logistic.contents, ...logistic.contents] };
    expect(labelIdentifiers(mixed).gs1?.text).to.equal('00369012345678901239');
    expect(pointersOf({ ...logistic, sscc: '369012345678901234' })).to.deep.equal(['/sscc']);
  });

  it('carry of a sterile pack no date: the day its sterility ends is not the device’s use-by date', () => {
    expect(labelIdentifiers(pack).gs1?.text).to.match(/^010690123456789210/);
  });
});

describe('the words of a label', () => {
  it('are all that Article 13 asks for, where there is room', async () => {
    const { text, symbols } = await saidBy('kit-100x80', kit);
    for (const words of [
      '一次性使用透明螺纹扩肛器与管型吻合器组套',
      '型号：PPS-3.0-KIT-29/33-L',
      '规格：29mm/33mm×160mm',
      '注册证编号：国械注准20213020001',
      '注册人：苏州工业园区澄明微创医疗器械股份有限公司',
      '住所：江苏省苏州工业园区星湖街218号生物纳米园A4楼305室',
      '联系方式：0512-62950000',
      '生产地址：江苏省苏州市吴中区木渎镇珠江南路888号3幢',
      '生产许可证编号：苏食药监械生产许20160088号',
      '受托生产企业：常州澄瑞达医用材料有限公司',
      '受托生产地址：江苏省常州市武进区西太湖大道9号',
      '受托生产许可证编号：苏药监械生产许20190231号',
      '代理人：上海远航医疗器械贸易有限公司',
      '生产日期：2026-01-15',
      '失效日期：2028-02-29',
      '贮存条件：2~30℃，相对湿度≤80%，避光，通风良好',
      '警示：包装破损禁止使用；仅供经培训的医师使用。',
      '1.透明螺纹扩肛器33mm批号TD-260102×1',
    ]) {
      expect(text).to.contain(words);
    }
    expect(symbols).to.include.members(['manufacturer', 'date of manufacture', 'use-by date', 'batch code']);
  });

  it('are on a small label what Article 13 asks for at least, and where the rest is', async () => {
    const content = longestOf('unit-30x20', 'unit');
    for (const name of ['unit-30x20', 'sheet-5x13']) {
      const { text, symbols } = await saidBy(name, content);
      for (const words of [
        '一次性使用管型吻合器',
        '型号：PPS-3.0-CS',
        '规格：29mm',
        '2026-01-15',
        '2028-02-29',
      ]) {
        expect(text).to.contain(words);
      }
      expect(text).to.contain('其他内容详见说明书');
      expect(symbols).to.include.members(['date of manufacture', 'use-by date']);
    }
  });

  it('are in Chinese whichever language comes first, where the product is registered in China', async () => {
    for (const name of ['unit-60x40', 'sheet-2x7', 'sheet-3x8']) {
      const { text } = await saidBy(name, usual, ['en', 'zh']);
      expect(text, name).to.contain('其他内容详见说明书').and.not.to.match(/More:/);
      expect(text, name).to.contain(usual.productName.zh);
    }
    const { text } = await saidBy('unit-60x40', usual, ['en', 'zh']);
    expect(text).to.contain('注册人：苏州澄明医疗器械有限公司').and.to.contain('Circularstapler,singleuse');
    const inside = await saidBy('kit-100x80', kit, ['en', 'zh']);
    expect(inside.text).to.contain('1.透明螺纹扩肛器').and.to.contain('苏州工业园区澄明');
    // One that is for another country says what its language says.
    const { registrationNumber: _, ...abroad } = usual;
    expect((await saidBy('unit-60x40', abroad, ['en', 'zh'])).text).to.contain('More:');
  });

  it('call a filing a filing, and its holder a filer', async () => {
    const { text } = await saidBy('unit-60x40', { ...usual, registrationNumber: '苏苏械备20210123号' });
    expect(text)
      .to.contain('备案编号：苏苏械备20210123号')
      .and.to.contain('备案人：')
      .and.not.to.contain('注册');
  });

  it('are on a sterile pack what WS 310.3 asks for', async () => {
    const { text } = await saidBy('pack-70x50', pack);
    for (const words of [
      '经肛门全直肠系膜切除手术器械包（精密，大号）',
      '检查包装者：欧阳晓雯（0312）',
      '灭菌器编号：3号脉动真空压力蒸汽灭菌器',
      '灭菌批次：20261124-03-02',
      '灭菌日期：2026-11-24',
      '失效日期：2027-05-23',
    ]) {
      expect(text).to.contain(words);
    }
  });
});

describe('the symbols of ISO 15223-1', () => {
  const symbolsOf = async (change: Partial<UnitContent>): Promise<readonly string[]> =>
    (await saidBy('unit-60x40', { ...shortest, ...change })).symbols;

  it('follow from the product’s facts', async () => {
    expect(await symbolsOf({})).to.deep.equal([
      'non-sterile',
      'consult instructions for use',
      'unique device identifier',
    ]);
    expect(
      await symbolsOf({ sterile: { kind: 'sterile', method: 'ethylene-oxide' }, singleUse: true }),
    ).to.deep.equal([
      'sterilised using ethylene oxide',
      'do not resterilise',
      'do not use if package is damaged',
      'do not re-use',
      'consult instructions for use',
      'unique device identifier',
    ]);
    const steam = { sterile: { kind: 'sterile', method: 'steam-or-dry-heat' } } as const;
    expect(await symbolsOf(steam))
      .to.include('sterilised using steam or dry heat')
      .and.not.to.include('do not re-use');
    const kept = await saidBy('unit-60x40', {
      ...shortest,
      storage: { minimumCelsius: -5, maximumCelsius: 25, maximumHumidityPercent: 80 },
      warnings: { zh: '警示', en: 'Warning' },
    });
    expect(kept.symbols).to.include.members(['keep dry', 'temperature limits', 'caution']);
    expect(kept.text).to.contain('-5~25℃');
  });

  it('have the 2s of VH₂O₂ as subscripts, lower and smaller than its letters (5.2.10)', () => {
    const { path, width } = sterilitySymbols['vaporised-hydrogen-peroxide'];
    const box = sterilitySymbols['not-stated'].width;
    const ys = [...path.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
    const frames = [2, 3.1, 20.9, 22];
    const inked = ys.filter(({ x, y }) => x > box + 1 && x < width - 2 && !frames.includes(y));
    // Letters stand on 17.5, give or take half a stroke: what is beneath is subscripts, and two groups of them.
    const beneath = inked.filter(({ y }) => y > 18.2).map(({ x }) => x);
    const last = Math.max(...beneath);
    expect(last - Math.min(...beneath)).to.be.greaterThan(8);
    const ofLast = inked.filter(({ x }) => x > last - 3);
    expect(Math.min(...ofLast.map(({ y }) => y))).to.be.greaterThan(12);
  });

  it('are outlines of straight lines inside their own frame', () => {
    for (const { name, path, width, height } of [
      ...Object.values(isoSymbols),
      ...Object.values(sterilitySymbols),
    ]) {
      expect(path, name).to.match(/^(M-?[\d.]+ -?[\d.]+(L-?[\d.]+ -?[\d.]+)+Z)+$/);
      const numbers = (path.match(/-?[\d.]+/g) ?? []).map(Number);
      const [xs, ys] = [0, 1].map((odd) => numbers.filter((_, index) => index % 2 === odd));
      expect(Math.min(...(xs ?? [])), name).to.be.at.least(0);
      expect(Math.max(...(xs ?? [])), name).to.be.at.most(width + 0.01);
      expect(Math.min(...(ys ?? [])), name).to.be.at.least(0);
      expect(Math.max(...(ys ?? [])), name).to.be.at.most(height);
    }
  });
});
