import { expect } from 'chai';
import fc from 'fast-check';
import { Failure } from '../../src/errors.ts';
import type { UnitContent } from '../../src/labels/content.ts';
import { labelIdentifiers } from '../../src/labels/identifiers.ts';
import { labelsPerFileMax, renderLabels } from '../../src/labels/render.ts';
import { loadTemplate } from '../../src/labels/template.ts';
import { textOfPages, withoutSpace } from '../documents/pdf-reading.ts';
import { longest, shortest, usual } from './label-contents.ts';
import { scanLabels } from './label-reading.ts';

const now = new Date('2026-11-24T02:30:00Z');
const unit = await loadTemplate('unit-60x40');
const contents = { shortest, usual, longest };
const languages = {
  'Chinese first': ['zh', 'en'],
  'English first': ['en', 'zh'],
  Chinese: ['zh'],
  English: ['en'],
} as const;

function expected(content: UnitContent): { format: string; symbologyIdentifier: string; text: string }[] {
  const { gs1, link } = labelIdentifiers(content);
  return [
    { format: 'DataMatrix', symbologyIdentifier: ']d2', text: gs1?.text ?? '' },
    { format: 'QRCode', symbologyIdentifier: ']Q1', text: link?.text ?? '' },
  ];
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

describe('a printed unit label', () => {
  it('carries the UDI as the standard writes it, with a separator after the lot and none at the end', () => {
    expect(labelIdentifiers(usual).gs1?.text).to.equal(
      '01069012345678921728123111260115' + '10PPS3-2601A\u001d21000127',
    );
    expect(labelIdentifiers(longest).link?.text).to.match(
      /^https:\/\/trace\.hospital\.example\.org\/01\/06901234567892\/10\/A%2F%25.*\/21\/%25%2F9%2F/,
    );
  });

  // Made for a 203-dpi head it is read with all other templates, see gallery.test.ts.
  for (const [length, content] of Object.entries(contents)) {
    for (const [which, order] of Object.entries(languages)) {
      it(`made for a 300-dpi head scans at 203 and 300 dpi: ${length} content, ${which}`, async () => {
        const pdf = await renderLabels(unit, [content], { now, languages: order, dotsPerInch: 300 });
        for (const dotsPerInch of [203, 300]) {
          expect(await scanLabels(pdf, dotsPerInch)).to.deep.equal([expected(content)]);
        }
      });
    }
  }

  it('scans whatever lot and serial the standard allows', async () => {
    const set82 = '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
    const value = fc.string({ unit: fc.constantFrom(...set82), minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(value, value, async (lot, serial) => {
        const content = { ...usual, lot, serial };
        const pdf = await renderLabels(unit, [content], { now });
        expect(await scanLabels(pdf, 203)).to.deep.equal([expected(content)]);
        const text = withoutSpace((await textOfPages(pdf)).join(''));
        for (const part of labelIdentifiers(content).gs1?.humanReadable ?? []) expect(text).to.contain(part);
      }),
      { numRuns: 40 },
    );
  });

  it('says in print all that it was given', async () => {
    for (const content of [usual, longest]) {
      const [page = ''] = await textOfPages(await renderLabels(unit, [content], { now }));
      const text = withoutSpace(page);
      const registrant =
        typeof content.registrant.name === 'string' ? content.registrant.name : content.registrant.name.zh;
      for (const words of [
        ...(labelIdentifiers(content).gs1?.humanReadable ?? []),
        content.productName.zh,
        content.productName.en,
        `型号Model:${content.model}`,
        `规格Spec.:${content.specification}`,
        `注册证编号：${content.registrationNumber}`,
        `注册人：${registrant}`,
        `生产日期Made:${content.manufacturedOn}`,
        `失效日期Useby:${content.expiresOn}`,
        '其他内容详见说明书',
      ]) {
        expect(text).to.contain(withoutSpace(words));
      }
    }
  });

  it('leaves out what there is none of', async () => {
    const [page = ''] = await textOfPages(await renderLabels(unit, [shortest], { now }));
    expect(page).to.contain('(01)06901234567892 (10)1');
    expect(page).not.to.match(/Use by|Made|Reg\. No\.|一次性|\(17\)|\(21\)/);
  });

  it('is one page a label, in order, and the same file for the same input', async () => {
    const run = Array.from({ length: 30 }, (_, index) => ({ ...usual, serial: `S${index}` }));
    const pdf = await renderLabels(unit, run, { now });
    const pages = await textOfPages(pdf);
    expect(pages.map((page) => /\(21\)(S\d+)/.exec(page)?.[1])).to.deep.equal(
      run.map(({ serial }) => serial),
    );
    expect(pdf.equals(await renderLabels(unit, run, { now }))).to.equal(true);
  });
});

describe('a label that cannot be printed as asked', () => {
  const named = (zh: string): UnitContent => ({ ...usual, productName: { zh, en: 'X' } });

  it('prints a name of 120 Chinese characters small, or refuses it by name', async () => {
    const zh = '医用一次性使用透明螺纹扩肛器'.repeat(9).slice(0, 120);
    expect(zh.length).to.equal(120);
    const [page = ''] = await textOfPages(await renderLabels(unit, [named(zh)], { now }));
    expect(withoutSpace(page)).to.contain(zh);
    const failure = await refusal(
      renderLabels(unit, [usual, { ...longest, productName: { zh, en: longest.productName.en } }], { now }),
    );
    expect(failure.code).to.equal('label/does-not-fit');
    expect(failure.info).to.include({ template: 'unit-60x40', longest: 'productName', label: 1 });
    expect(failure.info.doesNotFit).to.include('humanReadable');
    expect(failure.info.neededMm).to.be.greaterThan(37);
    expect(failure.info.roomMm).to.equal(37);
  });

  it('refuses what has no glyph by its name, and prints neither a box nor a number for it', async () => {
    const failure = await refusal(
      renderLabels(unit, [named('\u{20bb7}扩肛器\u{1f600}\u202eאا\u{1f600}')], { now }),
    );
    expect(failure.code).to.equal('label/no-glyph');
    expect(failure.info).to.deep.include({
      element: 'productName',
      characters: ['\u{20bb7} U+20BB7', '\u{1f600} U+1F600', 'א U+05D0', 'ا U+0627'],
    });
    // What draws nothing is no character to be missed.
    const pdf = await renderLabels(unit, [named('扩肛器\u202e\u200b')], { now });
    expect(await scanLabels(pdf, 203)).to.deep.equal([expected(usual)]);
  });

  it('refuses symbols that would meet', async () => {
    const failure = await refusal(
      renderLabels(
        unit,
        [{ ...longest, publicUrl: `https://${'a'.repeat(60)}.example.org/${'b'.repeat(200)}` }],
        { now },
      ),
    );
    expect(failure.code).to.equal('label/does-not-fit');
    expect(failure.info.doesNotFit).to.include('qr');
  });

  const wrong: readonly [string, Partial<UnitContent>, string][] = [
    ['a wrong check digit', { gtin: '06901234567891' }, '/gtin'],
    ['a lot of 21 characters', { lot: 'A'.repeat(21) }, '/lot'],
    ['a lot that a link takes for the level above', { lot: '..' }, '/lot'],
    ['a serial that a link takes for its own level', { serial: '.' }, '/serial'],
    ['a lot in Chinese', { lot: '批1' }, '/lot'],
    ['a serial with a separator', { serial: '1\u001d21' }, '/serial'],
    ['a date that is none', { expiresOn: '2027-02-29' }, '/expiresOn'],
    ['a public address that is none', { publicUrl: 'trace' }, '/publicUrl'],
  ];
  for (const [what, change, pointer] of wrong) {
    it(`refuses ${what}, and says where`, async () => {
      const failure = await refusal(renderLabels(unit, [{ ...usual, ...change }], { now }));
      expect(failure.code).to.equal('request/invalid');
      expect(failure.faults.map((fault) => fault.pointer)).to.deep.equal([pointer]);
    });
  }

  it('refuses no labels, and too many', async () => {
    expect((await refusal(renderLabels(unit, [], { now }))).code).to.equal('request/invalid');
    const many = Array.from({ length: labelsPerFileMax + 1 }, () => usual);
    expect((await refusal(renderLabels(unit, many, { now }))).code).to.equal('label/too-many');
  });
});
